"""Two sides of a million reviews of one day that differ in ten: how long until these are known, and what is exchanged.

The sides are two installations: two databases and two processes, on one machine. Counted is everything from the first
look at the day: the one below makes its statement, the one above makes its own and compares, then questions and answers
go through the same actions as over the network, until every differing row is kept. Limits: 2 s, 1 MB exchanged as JSON.
Exit status 1 when one does not hold.
Usage: python -m bench.reconcile [rows] [differing] [runs]
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING

import msgspec
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.orders import copy_rows
from bench.world import build, cases, connect

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from django.db.backends.utils import CursorWrapper

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
DIFFERING = int(sys.argv[2]) if len(sys.argv) > 2 else 10
RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 5
_SECONDS, _BYTES = 2.0, 1_000_000
_THERE = "reconcile_there"
_SOURCE = "bench"


def main() -> int:
    """Make both sides, measure, print; returns the exit status."""
    connect()
    from haochaping.doors.pools import close_pools

    now = datetime.now(UTC)
    begun = perf_counter()
    _begin(now - timedelta(days=1))
    # Two databases of one beginning: what each process holds of the first has to be let go for that.
    close_pools()
    _copy_database()
    fork = multiprocessing.get_context("fork")
    near, far = fork.Pipe()
    below = fork.Process(target=_below, args=(far, now), daemon=True)
    below.start()
    _make(0)
    near.recv()
    print(f"reconcile: two sides of {ROWS:,} rows made in {perf_counter() - begun:.0f} s", flush=True)
    found = [_find(near, now) for _ in range(RUNS)]
    near.send(None)
    below.join()
    seconds, exchanged = (statistics.median(each) for each in zip(*found, strict=True))
    over = seconds > _SECONDS or exchanged > _BYTES
    print(
        f"reconcile: median of {RUNS} runs {seconds:.2f} s (limit {_SECONDS:.0f} s), "
        f"{exchanged / 1000:,.0f} kB exchanged (limit {_BYTES / 1000:,.0f} kB){'  ← over' * over}"
    )
    return int(over)


def _begin(at: datetime) -> None:
    """One review, which is multiplied on both sides."""
    from haochaping.exchange.terms import Raw
    from haochaping.flows.receive_reviews import receive_reviews
    from haochaping.kernel.actor import OPERATOR
    from haochaping.reviews.terms import Entrance

    build(at)
    (number,) = cases(1, "first", at - timedelta(minutes=1))
    said = {"occurrence_no": 1, "rating_value": 5, "channel": "hall_pad", "assessed_at": at.isoformat()}
    raw = Raw({"source": _SOURCE, "case_no": number, **said})
    receive_reviews([raw], entrance=Entrance.FILE, by=OPERATOR, now=at)


def _copy_database() -> None:
    owner = os.environ["HAOCHAPING_OWNER_URL"]
    ours = sql.Identifier(str(conninfo_to_dict(owner)["dbname"]))
    with psycopg.connect(make_conninfo(owner, dbname="postgres"), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(_THERE), ours))


def _below(above: Connection, now: datetime) -> None:
    """The installation that states its day; answers what the other one asks for until there is nothing more."""
    from django.db import connections

    from haochaping.directory import queries as directory
    from haochaping.exchange.reconciliation import actions, rules
    from haochaping.exchange.reconciliation.terms import StatedKind, StatementSide

    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = _THERE
    _make(1)
    above.send("made")
    source = directory.platforms([_SOURCE])[_SOURCE].id
    while day := above.recv():
        side, told = actions.state(source, StatedKind.REVIEWS, day, side=StatementSide.HELD, now=now)
        above.send(told)
        while wanted := above.recv():
            above.send(rules.answers(side, wanted))


def _make(side: int) -> None:
    """The one review, multiplied, then some taken away or changed."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        # Ids of now lie far above those of the copies.
        first = "id > '01000000-0000-0000-0000-000000000000'"
        row_id = "lpad(to_hex(n), 32, '0')::uuid"
        number_of = "'YC-' || lpad(n::text, 8, '0')"
        key = f"({number_of}) || E'\\t1\\t1'"
        chain = {
            "cases_case": {"id": row_id, "case_no": number_of, "person_id": "NULL::uuid"},
            "cases_service_occurrence": {"id": row_id, "case_id": row_id},
            "reviews_review": {
                "id": row_id,
                "occurrence_id": row_id,
                "level": "(1 + n %% 5)::smallint",
                "receipt_hash": f"sha256(({row_id})::text::bytea)",
                "key_number": f"('x' || encode(substr(sha256(convert_to({key}, 'UTF8')), 1, 8), 'hex'))"
                "::bit(64)::bigint",
            },
        }
        for table, changes in chain.items():
            copy_rows(cursor, table, first, changes, range(1, ROWS + 1))
        _differ(cursor, side)
        cursor.execute("VACUUM ANALYZE")


def _differ(cursor: CursorWrapper, side: int) -> None:
    """So many rows are not alike: one in three is missing below, one missing above, the others have another level."""
    for k in range(DIFFERING):
        row_id = f"{1 + k * (ROWS // DIFFERING):032x}"
        if k % 3 == 2 and side:
            cursor.execute("UPDATE reviews_review SET level = level %% 5 + 1 WHERE id = %s", [row_id])
        elif k % 3 == side:
            cursor.execute("DELETE FROM reviews_review WHERE id = %s", [row_id])


def _find(below: Connection, now: datetime) -> tuple[float, int]:
    """Reconcile the day once; returns seconds and bytes."""
    from haochaping.exchange.reconciliation import actions, queries
    from haochaping.exchange.reconciliation.terms import StatedKind
    from haochaping.kernel.actor import SYSTEM
    from haochaping.kernel.periods import local_day

    day = local_day(now) - timedelta(days=1)
    times = [perf_counter()]
    below.send(day)
    told = below.recv()
    times.append(perf_counter())
    compared = actions.begin(_SOURCE, StatedKind.REVIEWS, day, told, by=SYSTEM, now=now)
    times.append(perf_counter())
    exchanged, rounds = len(msgspec.json.encode(told)), 0
    while compared.wanted:
        rounds += 1
        below.send(compared.wanted)
        parts = below.recv()
        exchanged += len(msgspec.json.encode(compared.wanted)) + len(msgspec.json.encode(parts))
        compared = actions.hear(_SOURCE, StatedKind.REVIEWS, day, parts, by=SYSTEM, now=now)
    below.send(None)
    found = queries.differing(compared.id)
    exchanged += len(msgspec.json.encode(found))
    times.append(perf_counter())
    if len(found) != DIFFERING:
        raise SystemExit(f"reconcile: {len(found)} differing rows found of {DIFFERING}")
    made, compared_in, asked = (after - before for before, after in pairwise(times))
    print(
        f"reconcile: {compared.here.count:,} rows here, {told.count:,} there; statement made in {made:.2f} s, "
        f"ours in {compared_in:.2f} s, {rounds} rounds in {asked:.2f} s, {exchanged / 1000:,.0f} kB",
        flush=True,
    )
    return times[-1] - times[0], exchanged


if __name__ == "__main__":
    sys.exit(main())
