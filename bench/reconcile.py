"""Two sides of a million reviews of one day that differ in ten: how long until these are known, and what is exchanged.

One database holds both sides, as two platforms. Counted is everything from the first look at the day: both statements are
made, then questions and answers go as JSON through the same actions as over the network, until every differing row is
kept. Limits: 2 s, 1 MB exchanged. The exit status is 1 when a limit is broken.
Usage: python -m bench.reconcile [rows] [differing]
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING

import msgspec

from bench.orders import copy_rows
from bench.world import build, cases, connect

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

    from haochaping.exchange.reconciliation.actions import Compared
    from haochaping.exchange.reconciliation.rules import Side
    from haochaping.exchange.reconciliation.terms import Sums

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
DIFFERING = int(sys.argv[2]) if len(sys.argv) > 2 else 10
_SECONDS, _BYTES = 2.0, 1_000_000
_SIDES = ("here", "there")


def main() -> int:
    """Make both sides, measure, print; returns the exit status."""
    connect()
    from haochaping.directory import queries as directory
    from haochaping.exchange.reconciliation import actions
    from haochaping.exchange.reconciliation.terms import StatedKind, StatementSide
    from haochaping.kernel.actor import SYSTEM
    from haochaping.kernel.periods import local_day

    now = datetime.now(UTC)
    day = local_day(now) - timedelta(days=1)
    begun = perf_counter()
    _make(now - timedelta(days=1))
    print(f"reconcile: two sides of {ROWS:,} rows made in {perf_counter() - begun:.0f} s", flush=True)
    there = directory.platforms(["there"])["there"].id
    times = [perf_counter()]
    theirs, told = actions.state(there, StatedKind.REVIEWS, day, side=StatementSide.HELD, now=now)
    times.append(perf_counter())
    compared = actions.begin("here", StatedKind.REVIEWS, day, told, by=SYSTEM, now=now)
    times.append(perf_counter())
    print(f"reconcile: {compared.here.count:,} rows here, {told.count:,} there", flush=True)
    print(f"reconcile: statements made in {times[2] - times[1]:.2f} s and {times[1] - times[0]:.2f} s")
    return _find(theirs, told, compared, now, times[0])


def _make(at: datetime) -> None:
    """One review, multiplied for both sides, then some of one side taken away or changed."""
    from django.db import connections

    from haochaping.directory import actions as directory
    from haochaping.directory.terms import Kind
    from haochaping.exchange.terms import Raw
    from haochaping.flows.receive_reviews import receive_reviews
    from haochaping.kernel.actor import OPERATOR
    from haochaping.reviews.terms import Entrance

    build(at)
    platforms = [{"code": code, "name": code, "division": "990000000000"} for code in _SIDES]
    directory.put(Kind.PLATFORMS, platforms, by=OPERATOR, now=at)
    (number,) = cases(1, "first", at - timedelta(minutes=1))
    said = {"occurrence_no": 1, "rating_value": 5, "channel": "hall_pad", "assessed_at": at.isoformat()}
    raw = Raw({"source": "bench", "case_no": number, **said})
    receive_reviews([raw], entrance=Entrance.FILE, by=OPERATOR, now=at)
    with connections["owner"].cursor() as cursor:
        for side, code in enumerate(_SIDES):
            row_id = f"lpad(to_hex({side + 1} * 100000000 + n), 32, '0')::uuid"
            platform = f"(SELECT id FROM directory_platform WHERE code = '{code}')"
            # Ids of now lie far above those of the copies.
            first = "id > '01000000-0000-0000-0000-000000000000'"
            number_of = "'YC-' || lpad(n::text, 8, '0')"
            key = f"({number_of}) || E'\\t1\\t1'"
            chain = {
                "cases_case": {
                    "id": row_id,
                    "case_no": number_of,
                    "platform_id": platform,
                    "person_id": "NULL::uuid",
                },
                "cases_service_occurrence": {"id": row_id, "case_id": row_id},
                "reviews_review": {
                    "id": row_id,
                    "occurrence_id": row_id,
                    "platform_id": platform,
                    "level": "(1 + n %% 5)::smallint",
                    "receipt_hash": f"sha256(({row_id})::text::bytea)",
                    "key_number": f"('x' || encode(substr(sha256(convert_to({key}, 'UTF8')), 1, 8), 'hex'))"
                    "::bit(64)::bigint",
                },
            }
            for table, changes in chain.items():
                copy_rows(cursor, table, first, changes, range(1, ROWS + 1))
        _differ(cursor)
        cursor.execute("VACUUM ANALYZE")


def _differ(cursor: CursorWrapper) -> None:
    """So many rows are not alike: one in three is missing there, one missing here, the others have another level."""
    for k in range(DIFFERING):
        n = 1 + k * (ROWS // DIFFERING)
        if k % 3 == 2:
            cursor.execute("UPDATE reviews_review SET level = level %% 5 + 1 WHERE id = %s", [_id(0, n)])
        else:
            cursor.execute("DELETE FROM reviews_review WHERE id = %s", [_id(k % 3, n)])


def _id(side: int, n: int) -> str:
    return f"{(side + 1) * 100_000_000 + n:032x}"


def _find(theirs: Side, told: Sums, compared: Compared, now: datetime, begun: float) -> int:
    from haochaping.exchange.reconciliation import actions, queries, rules
    from haochaping.exchange.reconciliation.terms import StatedKind
    from haochaping.kernel.actor import SYSTEM
    from haochaping.kernel.periods import local_day

    day = local_day(now) - timedelta(days=1)
    exchanged, rounds = len(msgspec.json.encode(told)), 0
    while compared.wanted:
        rounds += 1
        parts = rules.answers(theirs, compared.wanted)
        exchanged += len(msgspec.json.encode(compared.wanted)) + len(msgspec.json.encode(parts))
        compared = actions.hear("here", StatedKind.REVIEWS, day, parts, by=SYSTEM, now=now)
    found = queries.differing(compared.id)
    exchanged += len(msgspec.json.encode(found))
    seconds = perf_counter() - begun
    over = seconds > _SECONDS or exchanged > _BYTES or len(found) != DIFFERING
    print(
        f"reconcile: {len(found)} differing rows found in {seconds:.2f} s (limit {_SECONDS:.0f} s), {rounds} rounds, "
        f"{exchanged / 1000:,.0f} kB exchanged (limit {_BYTES / 1000:,.0f} kB){'  ← over' * over}"
    )
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
