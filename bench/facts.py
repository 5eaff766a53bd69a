"""What counting costs the intake, how soon it is folded, and how long a day takes to be verified.

1. Batches of 20 reviews from four threads, all counted on one key, with the folder of the worker at work: reviews per second
   with facts against without, the two in turn. Limit 0.6.
2. Meanwhile: how long after its commit a change is folded at the latest. Limit 1 s.
3. A day of cases, services, invitations and reviews, loaded by SQL: `facts verify` of it, which must find no difference.
   Limit 30 s for 1,000,000.
Usage: python -m bench.facts [reviews of the day] [reviews of a run] [runs]
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bench.world import ITEM, build, cases, connect, settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DAY = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
REVIEWS = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 5
RATIO_LIMIT, FOLD_LIMIT_S, VERIFY_LIMIT_S = 0.6, 1.0, 30.0
_THREADS, _BATCH, _LOOK_S = 4, 20, 0.02


def main() -> int:
    """Measure the three, print; returns the exit status."""
    connect()
    now = datetime.now(UTC).replace(microsecond=0)
    build(now - timedelta(days=60))
    ratio, oldest = intake(now)
    print(f"facts: intake with facts {ratio:.2f} of the intake without (limit {RATIO_LIMIT})", flush=True)
    print(f"facts: folded {oldest:.2f} s after the commit at the latest (limit {FOLD_LIMIT_S})", flush=True)
    taken = verify(now - timedelta(days=30))
    print(f"facts: {DAY:,} reviews of a day verified in {taken:.1f} s (limit {VERIFY_LIMIT_S} for 1,000,000)")
    return int(ratio < RATIO_LIMIT or oldest > FOLD_LIMIT_S or (DAY == 1_000_000 and taken > VERIFY_LIMIT_S))


def intake(now: datetime) -> tuple[float, float]:
    """How fast reviews are taken with facts against without, and how old the oldest change was when it was folded."""
    ratios = []
    watch = _Watch()
    with _folding(), watch:
        for run in range(RUNS):
            counted = _rate(cases(REVIEWS, f"run{run}", now - timedelta(minutes=30)), now)
            numbers = cases(REVIEWS, f"bare{run}", now - timedelta(minutes=30))
            with _without_facts():
                plain = _rate(numbers, now)
            ratios.append(counted / plain)
            print(
                f"run {run + 1}: {counted:,.0f}/s with facts, {plain:,.0f}/s without, ratio {counted / plain:.2f}"
            )
    return statistics.median(ratios), watch.oldest


def _rate(numbers: Sequence[str], now: datetime) -> float:
    parts = [numbers[start : start + _BATCH] for start in range(0, len(numbers), _BATCH)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(lambda part: _give(part, now), parts))
    return len(numbers) / (time.perf_counter() - begun)


def _give(numbers: Sequence[str], now: datetime) -> None:
    from django.db import connection

    from haochaping.exchange.terms import Raw
    from haochaping.flows.receive_reviews import receive_reviews
    from haochaping.kernel.actor import OPERATOR
    from haochaping.reviews.terms import Entrance

    said = {"source": "bench", "occurrence_no": 1, "rating_value": 5, "channel": "hall_pad"}
    said |= {"claimed_provenance": "active_onsite_device", "assessed_at": now.isoformat()}
    raws = [Raw(said | {"case_no": number}) for number in numbers]
    outcomes = receive_reviews(raws, entrance=Entrance.CLIENT, by=OPERATOR, now=now)
    if any(outcome.complaint for outcome in outcomes):
        raise SystemExit(str(outcomes))
    connection.close()


@contextmanager
def _without_facts() -> Iterator[None]:
    from haochaping.insight import actions

    count = actions.count
    # What is measured against: the same intake, which counts nothing. The names of its argument differ, which nobody uses.
    actions.count = lambda _: None  # type: ignore[assignment]
    try:
        yield
    finally:
        actions.count = count


@contextmanager
def _folding() -> Iterator[None]:
    """The worker's folder, in a thread of its own."""
    from haochaping.doors.jobs import beats

    stop = threading.Event()
    keepers = beats.start([beat for beat in beats.BEATS if beat.name == "fold the facts"], stop)
    try:
        yield
    finally:
        stop.set()
        beats.end(keepers)


class _Watch(threading.Thread):
    """Looks again and again which changes are there, from a connection of its own."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.oldest = 0.0
        self._over = threading.Event()

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        from django.db import connection

        seen: deque[tuple[float, int]] = deque()
        while not self._over.wait(_LOOK_S):
            with connection.cursor() as cursor:
                cursor.execute("SELECT min(id), max(id) FROM insight_fact_delta")
                first, last = cursor.fetchone()
            at = time.perf_counter()
            while seen and (first is None or seen[0][1] < first):
                self.oldest = max(self.oldest, at - seen.popleft()[0])
            if last is not None and (not seen or seen[-1][1] < last):
                seen.append((at, last))
        connection.close()


def verify(at: datetime) -> float:
    """Seconds that it takes to verify a day; its facts are made by mending before."""
    from haochaping.flows.verify_facts import verify_facts
    from haochaping.insight import actions
    from haochaping.kernel.actor import OPERATOR
    from haochaping.kernel.periods import Period, local_day

    _load(at)
    settle()
    day = local_day(at)
    made = len(list(verify_facts(Period(day, day), mend=True, by=OPERATOR, now=at)))
    actions.fold()
    begun = time.perf_counter()
    found = list(verify_facts(Period(day, day), by=OPERATOR, now=at))
    taken = time.perf_counter() - begun
    if found or not made:
        raise SystemExit(f"{len(found)} differences, {made} facts made")
    return taken


_ROWS = """
WITH place AS (
    SELECT i.id AS item_id, i.agency_id, a.division_id, p.id AS platform_id
      FROM directory_service_item i
      JOIN directory_agency a ON a.id = i.agency_id
      JOIN directory_platform p ON p.code = 'bench'
     WHERE i.code = %(item)s
), told AS (
    INSERT INTO cases_case
        (id, platform_id, case_no, item_id, agency_id, division_id, status, kind, applied_at, promised_limit,
         statutory_limit, person_kind, by_agent, verified, digest, received_at, updated_at)
    SELECT ('a' || lpad(to_hex(n), 31, '0'))::uuid, platform_id, 'day-' || n, item_id, agency_id, division_id, 'completed',
           'other', %(at)s, '', '', 'natural_person', false, true, '', %(at)s, %(at)s
      FROM place, generate_series(%(first)s, %(last)s) AS n
), served AS (
    INSERT INTO cases_service_occurrence (id, case_id, no, name, stage, at, channel)
    SELECT ('b' || lpad(to_hex(n), 31, '0'))::uuid, ('a' || lpad(to_hex(n), 31, '0'))::uuid, 1, '',
           (ARRAY['intake', 'delivery'])[1 + n %% 2], %(at)s, 'window'
      FROM generate_series(%(first)s, %(last)s) AS n
), invited AS (
    INSERT INTO reviews_invitation (id, occurrence_id, issued_at, expires_at, asked)
    SELECT ('c' || lpad(to_hex(n), 31, '0'))::uuid, ('b' || lpad(to_hex(n), 31, '0'))::uuid, %(at)s, %(at)s, n %% 3
      FROM generate_series(%(first)s, %(last)s) AS n
)
INSERT INTO reviews_review
    (id, occurrence_id, assess_no, level, indicator_set, indicator_codes, comment_text, reason_missing, channel,
     claimed_provenance, provenance, anonymous, status, assessed_at, received_at, changeable_until, platform_id,
     division_id, agency_id, item_id, receipt_hash, digest, sent_by)
SELECT ('d' || lpad(to_hex(n), 31, '0'))::uuid, ('b' || lpad(to_hex(n), 31, '0'))::uuid, 1, 1 + n %% 5,
       'national-2020', '{}', '', false,
       (ARRAY['hall_pad', 'sms', 'qr_code'])[1 + n %% 3], '', (ARRAY['active_self', 'unverified'])[1 + (n %% 7) / 6],
       false, 'effective', %(at)s, %(at)s, %(at)s, platform_id, division_id, agency_id, item_id,
       decode(lpad(to_hex(n), 64, '0'), 'hex'), '', 'reviewer:reviewer'
  FROM place, generate_series(%(first)s, %(last)s) AS n
"""
_PART = 50_000


def _load(at: datetime) -> None:
    from django.db import connection

    begun = time.perf_counter()
    for first in range(1, DAY + 1, _PART):
        last = min(first + _PART - 1, DAY)
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, {"item": ITEM, "at": at, "first": first, "last": last})
    print(f"facts: {DAY:,} reviews loaded in {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
