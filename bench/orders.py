"""Work orders at the size of a province: lists, one order, every move, the sweep over deadlines, a clock computed again.

Makes a small demo province, multiplies one of its orders (case, service, review, clocks and events) by SQL, and measures
beside so many open and closed ones. Limits: pages and moves 100 ms and 12 queries, the sweep over all open orders 2 s,
one clock 5 ms, 100,000 deadlines a second. The exit status is 1 when a limit is broken.
Usage: python -m bench.orders [open] [closed] [runs]
"""

from __future__ import annotations

import os
import statistics
import sys
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bench.world import connect, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.backends.utils import CursorWrapper

OPEN = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
CLOSED = int(sys.argv[2]) if len(sys.argv) > 2 else 5_000_000
RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 20
_PAGE_MS, _SWEEP_S, _CLOCK_MS, _DEADLINES = 100.0, 2.0, 5.0, 100_000
_SCALE = 0.1
# Between two looks of the slowest of these beats.
_BETWEEN = timedelta(minutes=10)
_BEATS = {
    "mark what is nearly or wholly overdue",
    "count promises that were broken",
    "remind and warn about deadlines",
    "close what the reviewer has decided",
    "see which lines of plans were missed",
    "dispatch due orders",
    "promise what the calendar now tells",
    "go on with appeals whose time is over",
    "hand on what agencies that have ended still have",
    "tell higher up what nobody read",
}

# One row as it is, with another id, its own number and what follows from it; `n` numbers the copies.
_COPIES = """
    INSERT INTO {table} ({names}) SELECT {values}
      FROM (SELECT * FROM {table} WHERE {which} ORDER BY id LIMIT 1) AS template
     CROSS JOIN generate_series({first}, {last}) AS n
"""


def main() -> int:
    """Make the orders, measure, print; returns the exit status."""
    os.environ["HAOCHAPING_DEMO"] = "1"
    connect()
    from django.conf import settings
    from django.utils import timezone

    from haochaping.doors.demo.province import fill
    from haochaping.identity import relay

    keys = relay.load_keys(settings.KEYS_DIR)
    for _ in fill(scale=_SCALE, seed=1, now=timezone.now(), relay_keys=keys):
        pass
    begun = perf_counter()
    _multiply()
    _widen()
    print(f"orders: {OPEN:,} open and {CLOSED:,} closed made in {perf_counter() - begun:.0f} s", flush=True)
    settle()
    broken = [*_pages(), *_moves(), *_sweep()]
    # The sweeps leave something to tidy up too.
    settle()
    broken += _clocks()
    print(f"orders: {sum(broken)} over a limit; medians of {RUNS} runs")
    return int(any(broken))


def _told(what: str, value: float, limit: float, unit: str, *, most: bool = True) -> bool:
    is_broken = value > limit if most else value < limit
    print(
        f"{what:<44}{value:>12,.2f} {unit:<4} limit {limit:>10,.0f}  ratio {value / limit:.2f}{'  ← over' * is_broken}"
    )
    return is_broken


def _widen() -> None:
    """Let whoever dispatches and supervises see every order of the province, the demo's see one city's."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """UPDATE accounts_role_grant SET division_id = (SELECT id FROM directory_division WHERE code = '990000000000')
                WHERE role IN ('dispatcher', 'supervisor')"""
        )


def _multiply() -> None:
    from django.db import connections

    def uuid_of(kind: str) -> str:
        return f"md5('{kind}' || n)::uuid"

    chain = (
        (
            "cases_case",
            "true",
            {"id": uuid_of("case"), "case_no": "'BENCH-' || n", "person_id": "NULL::uuid"},
        ),
        ("cases_service_occurrence", "true", {"id": uuid_of("service"), "case_id": uuid_of("case")}),
        (
            "reviews_review",
            "level <= 2 AND status = 'effective'",
            {
                "id": uuid_of("review"),
                "occurrence_id": uuid_of("service"),
                "person_id": "NULL::uuid",
                "receipt_hash": "decode(md5('receipt' || n) || md5('again' || n), 'hex')",
            },
        ),
    )
    with connections["owner"].cursor() as cursor:
        for table, which, changes in chain:
            copy_rows(cursor, table, which, changes, range(1, OPEN + CLOSED + 1))
        agencies = "(SELECT array_agg(id ORDER BY id) FROM directory_agency)"
        place = f"({agencies})[1 + n %% array_length({agencies}, 1)]"
        common = {
            "id": uuid_of("order"),
            "review_id": uuid_of("review"),
            "agency_id": place,
            # Where its agency is, or the statistics tell the server of a province with all orders in one town.
            "division_id": f"(SELECT division_id FROM directory_agency WHERE id = {place})",
            "thread_id": "NULL::uuid",
        }
        due = "now() + make_interval(mins => (n %% 40000) - 4000)"
        undone = dict.fromkeys(("closed_at", "replied_at", "rating_until"), "NULL::timestamptz")
        begun = undone | {
            "state": "'rectified'",
            "reply_text": "''",
            "clock": "'rectify'",
            "due_at": due,
            "amber_at": f"{due} - interval '1 day'",
            "alarm": "0",
        }
        copy_rows(cursor, "rectification_work_order", "state = 'closed'", common | begun, range(1, OPEN + 1))
        numbers = range(OPEN + 1, OPEN + CLOSED + 1)
        copy_rows(cursor, "rectification_work_order", "state = 'closed'", common, numbers)
        cursor.execute(
            """UPDATE rectification_work_order AS work
                  SET state = s.state, rectified_at = NULL, outcome = '', rectification_text = '',
                      verified_at = CASE s.state WHEN 'verified' THEN verified_at END,
                      signed_at = CASE s.state WHEN 'dispatched' THEN NULL ELSE signed_at END
                 FROM (SELECT md5('order' || n)::uuid AS id, (ARRAY['dispatched', 'signed', 'verified'])[1 + n % 3] AS state
                         FROM generate_series(1, %s) AS n WHERE n % 4 > 0) AS s
                WHERE work.id = s.id""".replace("n % ", "n %% "),
            [OPEN],
        )
        cursor.execute(
            """INSERT INTO rectification_clock_event (order_id, clock, tick, at, number, unit, rule, due_at, amber_at)
               SELECT md5('order' || n)::uuid, e.clock, e.tick, e.at, e.number, e.unit, e.rule, e.due_at, e.amber_at
                 FROM rectification_clock_event AS e CROSS JOIN generate_series(1, %s) AS n
                WHERE e.order_id = (SELECT order_id FROM rectification_clock_event WHERE clock = 'sign' ORDER BY id LIMIT 1)
                  AND e.tick = 'start' AND e.clock <> 'check'""",
            [OPEN],
        )
        cursor.execute("VACUUM ANALYZE")


def copy_rows(cursor: CursorWrapper, table: str, which: str, changes: dict[str, str], numbers: range) -> None:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    names = [name for (name,) in cursor.fetchall()]
    values = [f"({changes[name]})" if name in changes else f"template.{name}" for name in names]
    statement = _COPIES.format(
        table=table,
        names=", ".join(names),
        values=", ".join(values),
        which=which,
        first=numbers.start,
        last=numbers.stop - 1,
    )
    cursor.execute(statement.replace("%%", "%"))


def _pages() -> list[bool]:
    from bench import pages
    from haochaping.accounts import queries as accounts
    from haochaping.config.wsgi import application
    from haochaping.rectification import queries

    who_sees = accounts.staff_by_username("supervisor")
    if who_sees is None:
        raise LookupError("the demo has no supervisor")
    order = queries.inbox(accounts.standing_of_user(who_sees.id).actor, limit=1)[0].id
    broken = []
    for who, address in (
        ("clerk", "/desk/"),
        ("dispatcher", "/desk/"),
        ("supervisor", "/desk/"),
        ("supervisor", "/desk/?list=done"),
        ("supervisor", f"/desk/orders/{order}"),
        ("supervisor", "/oversight/"),
    ):
        cookies = pages.sign_in(who)
        pages.ask_page(application, address, cookies)  # what is asked once in a process is asked by then
        asked, status = pages.ask_page(application, address, cookies)
        took = statistics.median(
            _timed(partial(pages.ask_page, application, address, cookies)) for _ in range(RUNS)
        )
        broken.append(_told(f"{who} {address[:28]} ({status}, {asked} queries)", took, _PAGE_MS, "ms"))
        broken.append(asked > pages.MOST_QUERIES)
    return broken


def _moves() -> list[bool]:
    from bench import moves, pages
    from haochaping.doors.demo import names

    broken = []
    for taken in moves.measured(RUNS, names.OFFICES[1][0]):
        broken.append(_told(f"{taken.name} ({taken.queries:g} queries)", taken.ms, _PAGE_MS, "ms"))
        broken.append(taken.queries > pages.MOST_QUERIES)
    return broken


def _sweep() -> list[bool]:
    """Every open order marked in one go; then what the worker does about orders again and again, with whom it tells."""
    from haochaping.doors.jobs.beats import BEATS
    from haochaping.flows import supervise
    from haochaping.rectification import actions

    now = datetime.now(UTC)
    marked, took = _undone(lambda: len(actions.mark_alarms(now=now + timedelta(days=60))))
    broken = [_told(f"sweep that marks {marked:,}", took, _SWEEP_S, "s")]
    begun = perf_counter()
    told = supervise.tell_alarms(now)
    print(f"what has come due by now, {told:,} orders, is told in {perf_counter() - begun:.1f} s")
    for beat in BEATS:
        if beat.name in _BEATS:
            found, took = _undone(partial(beat.call, now + _BETWEEN))
            broken.append(_told(f"beat: {beat.name} ({found or 0:,})", took, _SWEEP_S, "s"))
    return broken


def _undone(do: Callable[[], Any]) -> tuple[Any, float]:
    """What it came to, and the median of its seconds; each time it is rolled back."""
    from django.db import transaction

    taken, found = [], None
    for _ in range(RUNS):
        with transaction.atomic():
            begun = perf_counter()
            found = do()
            taken.append(perf_counter() - begun)
            transaction.set_rollback(True)
    return found, statistics.median(taken)


def _clocks() -> list[bool]:
    """The clocks of orders that have gone the whole road, and the arithmetic with days, hours and pauses."""
    from bench import moves
    from haochaping.rectification import queries
    from haochaping.rectification.rules import retold
    from haochaping.rectification.terms import ClockKind, ClockTick, Tick
    from haochaping.rulebook.rules import WorkingCalendar, due_after, due_after_working_hours
    from haochaping.rulebook.terms import Unit

    orders = moves.ended()
    events = statistics.median(len(queries.ticks_of(order).answer) for order in orders)
    clocks = [_timed(partial(queries.clock_retold, order)) for order in orders for _ in range(5)]
    days = [date(2026, 6, 1) + timedelta(days=n) for n in range(60)]
    calendar = WorkingCalendar({day: day.weekday() < 5 for day in days}, time(9), time(17, 30))
    begun = datetime(2026, 6, 1, 2, tzinfo=UTC)
    paused = [
        ClockTick(ClockKind.RECTIFY, Tick.START, begun, 15, Unit.WORKING_DAYS),
        ClockTick(ClockKind.RECTIFY, Tick.PAUSE, begun + timedelta(days=1)),
        ClockTick(ClockKind.RECTIFY, Tick.RESUME, begun + timedelta(days=4)),
    ]

    def rate(do: Callable[[], object], each: int = 1) -> float:
        rounds = _DEADLINES // 5
        start = perf_counter()
        for _ in range(rounds):
            do()
        return each * rounds / (perf_counter() - start)

    in_days = rate(lambda: due_after(begun, 15, Unit.WORKING_DAYS, calendar))
    in_hours = rate(lambda: due_after_working_hours(begun, 24, calendar))
    # Two deadlines, each with its amber: of the start, and after the pause.
    with_pauses = rate(lambda: retold(paused, calendar, 80), each=4)
    return [
        _told(f"one clock computed again, {events:.0f} events", statistics.median(clocks), _CLOCK_MS, "ms"),
        _told("deadlines of 15 working days", in_days, _DEADLINES, "/s", most=False),
        _told("deadlines of 24 working hours", in_hours, _DEADLINES, "/s", most=False),
        _told("deadlines and ambers, with a pause", with_pauses, _DEADLINES, "/s", most=False),
    ]


def _timed(do: Callable[[], object]) -> float:
    begun = perf_counter()
    do()
    return (perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main())
