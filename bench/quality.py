"""All daily rules of data quality over many reviews and cases: time, and memory of our process and the server's.

Twenty sources send over eight days; one row in a hundred is faulty. The rows are made by SQL, then everything is judged
in one scope and day by day. Limits at 1,000,000 reviews and 2,000,000 cases: 15 s and 1 GB; exit status 1 when one does
not hold.
Usage: python -m bench.quality [reviews] [runs]
"""

from __future__ import annotations

import os
import statistics
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bench.world import connect

if TYPE_CHECKING:
    from datetime import date

    from haochaping.exchange.quality.judging import Scope

REVIEWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
LIMIT_S, LIMIT_BYTES = 15.0, 1e9
_DAYS, _SOURCES, _ITEMS = 8, 20, 200
# A UUID of version 7 made of a moment and a number.
_UUID = (
    "(lpad(to_hex((extract(EPOCH FROM {at}) * 1000)::bigint), 12, '0') || '7' || substr(md5({salt}), 1, 3) || '8'"
    " || substr(md5({salt}), 4, 15))::uuid"
)


def main() -> int:
    """Make the rows, judge them, print; returns the exit status."""
    connect()
    first = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=_DAYS + 1)
    begun = perf_counter()
    _places(first - timedelta(days=2))
    _rows(first)
    print(
        f"quality: {REVIEWS:,} reviews and {2 * REVIEWS:,} cases made in {perf_counter() - begun:.0f} s",
        flush=True,
    )
    whole = _scope(first.date(), first.date() + timedelta(days=_DAYS + 1))
    taken, processor, most = [], [], 0
    for _ in range(RUNS):
        seconds, of_processor, memory, found = _judged(whole)
        taken.append(seconds)
        processor.append(of_processor)
        most = max(most, memory)
    print(f"quality: found {found}", flush=True)
    days = [first.date() + timedelta(days=n) for n in range(_DAYS + 1)]
    by_day = [_judged(_scope(day, day + timedelta(days=1)))[0] for day in days]
    seconds = statistics.median(taken)
    scale = REVIEWS / 1_000_000
    print(
        f"quality: all rules {seconds:.2f} s (limit {LIMIT_S * scale:.2f}), median of {RUNS}, "
        f"{statistics.median(processor):.2f} s of the server's processor; day by day {sum(by_day):.2f} s; "
        f"memory {most / 1e6:.0f} MB (limit {LIMIT_BYTES / 1e6:.0f})"
    )
    return int(seconds > LIMIT_S * scale or most > LIMIT_BYTES)


def _places(now: datetime) -> None:
    from haochaping.directory import actions
    from haochaping.directory.terms import Kind
    from haochaping.kernel.actor import OPERATOR

    cities = [f"99{n:02}00000000" for n in range(1, _SOURCES + 1)]
    rows = {
        Kind.DIVISIONS: [{"code": "990000000000", "name": "云川省"}]
        + [{"code": code, "name": f"市{code[2:4]}"} for code in cities],
        Kind.AGENCIES: [
            {"code": f"{code}_A", "name": "审批局", "division": code, "parent": "", "uscc": ""}
            for code in cities
        ],
        Kind.ITEMS: [
            {"code": f"{code[:12]}{n:019}", "name": f"事项{n}", "item_type": "01", "agency": f"{code}_A"}
            for code in cities
            for n in range(1, _ITEMS // _SOURCES + 1)
        ],
        Kind.PLATFORMS: [{"code": f"p{code[2:4]}", "name": "平台", "division": code} for code in cities],
        Kind.HALLS: [{"code": f"H{code[2:4]}", "name": "大厅", "division": code} for code in cities],
        Kind.WINDOWS: [
            {"code": f"W{n}", "name": f"窗口{n}", "hall": f"H{code[2:4]}"}
            for code in cities
            for n in range(1, 41)
        ],
    }
    for kind, found in rows.items():
        if complaints := actions.put(kind, found, by=OPERATOR, now=now):
            raise SystemExit(str(complaints))


_WHERE = """
CREATE TEMP TABLE place AS
SELECT row_number() OVER (ORDER BY platform.id) - 1 AS nth, platform.id AS platform_id, division.id AS division_id,
       agency.id AS agency_id, hall.id AS hall_id,
       (SELECT array_agg(item.id ORDER BY item.id) FROM directory_service_item AS item WHERE item.agency_id = agency.id) AS items,
       (SELECT array_agg(place.id ORDER BY place.id) FROM directory_window AS place WHERE place.hall_id = hall.id) AS windows
  FROM directory_platform AS platform
  JOIN directory_division AS division ON division.id = platform.division_id
  JOIN directory_agency AS agency ON agency.division_id = division.id
  JOIN directory_hall AS hall ON hall.division_id = division.id;
CREATE TEMP TABLE plan AS
SELECT n, n %% %(sources)s AS nth, %(first)s::timestamptz
       + interval '1 day' * floor(n::float8 * %(days)s / %(cases)s)
       -- Between eight and seven o'clock in Beijing.
       + interval '11 hours' * (n::float8 * %(days)s / %(cases)s - floor(n::float8 * %(days)s / %(cases)s)) AS at
  FROM generate_series(0, %(cases)s - 1) AS n
"""
_CASES = f"""
INSERT INTO cases_case (id, platform_id, case_no, item_id, agency_id, division_id, status, kind, applied_at, accepted_at,
                        completed_at, promised_limit, statutory_limit, person_kind, person_doubt, by_agent, verified, digest,
                        received_at, updated_at)
SELECT {_UUID.format(at="plan.at", salt="'c' || n")}, platform_id,
       'B' || to_char(plan.at, 'YYYYMMDD') || lpad((n / 20)::text, 8, '0'),
       items[1 + n / 20 %% array_length(items, 1)], agency_id, division_id,
       CASE WHEN n %% 100 = 9 THEN 'in_process' ELSE 'completed' END, 'committed',
       plan.at - interval '3 hours', CASE WHEN n %% 100 = 7 THEN NULL ELSE plan.at - interval '170 minutes' END,
       plan.at - interval '10 minutes', '5 working_day', '', 'natural_person',
       CASE WHEN n %% 100 = 8 THEN 'certificate' ELSE '' END,
       false, true, sha256('c'::bytea || n::text::bytea), plan.at, plan.at
  FROM plan JOIN place ON place.nth = plan.nth
"""
_SERVICES = f"""
INSERT INTO cases_service_occurrence (id, case_id, no, name, stage, at, channel, hall_id, window_id)
SELECT {_UUID.format(at="plan.at", salt="'s' || n")}, {_UUID.format(at="plan.at", salt="'c' || n")}, 1, '办结', 'delivery',
       plan.at - interval '10 minutes', 'window', hall_id, windows[1 + n / 20 %% 40]
  FROM plan JOIN place ON place.nth = plan.nth
"""
_REVIEWS = f"""
INSERT INTO reviews_review (id, occurrence_id, assess_no, level, indicator_set, indicator_codes, comment_text, reason_missing,
                            channel, claimed_provenance, provenance, anonymous, status, assessed_at, received_at, finished_at,
                            changeable_until, platform_id, division_id, agency_id, item_id, hall_id, window_id, receipt_hash,
                            digest, sent_by)
SELECT {_UUID.format(at="plan.at", salt="'r' || n")}, {_UUID.format(at="plan.at", salt="'s' || n")}, 1, said.level,
       'national-2020', CASE WHEN n %% 3 = 0 THEN '{{}}' ELSE ARRAY[said.codes[1 + n / 40 %% 4]] END,
       CASE WHEN n %% 10 = 3 THEN '窗口同志很耐心，第' || n || '号' ELSE '' END,
       false, 'hall_pad', '', 'active_onsite_device', true,
       'effective', plan.at - interval '10 minutes' + interval '1 second' * (20 + n / 20 * 37 %% 500), plan.at, plan.at, plan.at,
       platform_id, division_id, agency_id, items[1 + n / 20 %% array_length(items, 1)], hall_id, windows[1 + n / 20 %% 40],
       sha256('h'::bytea || n::text::bytea), sha256('r'::bytea || n::text::bytea), 'client:1'
  FROM plan
  JOIN place ON place.nth = plan.nth
  JOIN (VALUES (0, 5, ARRAY['510', '512', '513', '517']), (1, 4, ARRAY['406', '408', '411', '413']),
               (2, 3, ARRAY['307', '309', '313', '314']), (3, 2, ARRAY['209', '213', '214', '212'])) AS said (nth, level, codes)
    ON said.nth = CASE WHEN n %% 100 = 4 THEN 3 ELSE n / 40 %% 3 END
 WHERE n %% 2 = 0
"""


def _rows(first: datetime) -> None:
    from django.db import connection, connections, transaction

    told: dict[str, Any] = {"first": first, "sources": _SOURCES, "days": _DAYS, "cases": 2 * REVIEWS}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (*_WHERE.split(";"), _CASES, _SERVICES, _REVIEWS):
            cursor.execute(statement, told)
    # Only their owner may; for anybody else the server leaves the tables out and says nothing.
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _scope(since: date, until: date) -> Scope:
    from haochaping.exchange.quality import queries
    from haochaping.exchange.quality.judging import Scope
    from haochaping.exchange.quality.terms import Agreed

    agreed = [
        Agreed(source.id, timedelta(days=1), timedelta(days=7), 0.8, 0.05, 0.3)
        for source in queries.sources(since)
    ]
    return Scope(since, until, agreed)


def _judged(scope: Scope) -> tuple[float, float, int, dict[str, int]]:
    """Seconds, those of the server's processor, the most memory, and how many rows each rule found.

    Memory is that of this process and of the server's that work for it.
    """
    from django.db import connection

    from haochaping.exchange.quality.judging import judged

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    most, stop = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not stop.wait(0.1):
            most = max(most, sum(map(_memory, (os.getpid(), backend, *_helpers(backend)))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    before, begun = _processor(backend), perf_counter()
    cards = judged(scope)
    seconds = perf_counter() - begun
    stop.set()
    watcher.join()
    processor = _processor(backend) - before
    found: dict[str, int] = {}
    for card in cards:
        for one in card.findings:
            found[one.rule] = found.get(one.rule, 0) + one.failing
    return seconds, processor, most, found


def _memory(pid: int) -> int:
    """Memory of a process in bytes, its share of what it shares with others included."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return 0


def _helpers(backend: int) -> list[int]:
    """The processes with which the server helps one of its own."""
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            if folder.name.isdigit() and f"worker for PID {backend}" in (folder / "cmdline").read_text():
                found.append(int(folder.name))
    return found


def _processor(backend: int) -> float:
    """Seconds of processor that the server's process and the ended ones of its parent have taken."""

    def told(pid: int) -> list[str]:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()

    mine = told(backend)
    ticks = [*mine[11:13], *told(int(mine[1]))[13:15]]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
