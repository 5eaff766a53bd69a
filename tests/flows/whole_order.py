"""All rows that are said of one order, read in one statement, and what holds of them at every moment."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from psycopg import Cursor

from haochaping.kernel.periods import local_day
from haochaping.ledger.terms import EntryKind
from haochaping.rectification.rules import helping, retold, standing
from haochaping.rectification.states import ANSWERED, APPEAL_FINAL, CLOCK_OF, HELPED, WORKED_ON
from haochaping.rectification.terms import AppealState, ClockKind, ClockTick, OrderState, Tick
from haochaping.reviews.terms import ReviewStatus
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from haochaping.rulebook.rules import WorkingCalendar

_OF_ORDER = (
    "order_event",
    "clock_event",
    "told_alarm",
    "extension",
    "co_handler",
    "milestone",
    "callback",
    "solution_answer",
    "evidence",
    "fault",
    "reform",
    "appeal",
)
_OF_APPEAL = ("appeal_decision", "appeal_event")
_OF_IT = "t.subject_id = %(order)s::text AND t.subject_kind = 'order'"
# The reviewer's word, and a date that the calendar could not tell before, are no move of the order.
_NO_MOVE = f"t.kind IN ({EntryKind.SOLUTION_ANSWERED.value}, {EntryKind.DEADLINE_SET.value})"
_ROWS = {
    "order": "rectification_work_order t WHERE t.id = %(order)s",
    "answered with": "rectification_work_order t JOIN rectification_work_order m ON m.merged_into_id = t.id"
    " WHERE m.id = %(order)s",
    "answered with it": "rectification_work_order t WHERE t.merged_into_id = %(order)s",
    "orders of the review": "rectification_work_order t WHERE t.review_id = %(review)s",
    "review": "reviews_review t WHERE t.id = %(review)s",
    "exclusion": "reviews_exclusion t WHERE t.review_id = %(review)s",
    **{of: f"rectification_{of} t WHERE t.order_id = %(order)s" for of in _OF_ORDER},
    **{
        of: f"rectification_{of} t JOIN rectification_appeal a ON a.id = t.appeal_id WHERE a.order_id = %(order)s"
        for of in _OF_APPEAL
    },
    "entry of a move": f"ledger_entry t WHERE {_OF_IT} AND NOT ({_NO_MOVE})",
    "entry": f"ledger_entry t WHERE {_OF_IT} AND ({_NO_MOVE})",
    "entry of the review": "ledger_entry t WHERE t.subject_id = %(review)s::text AND t.subject_kind = 'review'",
    "entry of the appeal": """ledger_entry t JOIN rectification_appeal a ON t.subject_id = a.id::text
        WHERE a.order_id = %(order)s AND t.subject_kind = 'appeal'""",
}
_WHOLE = " UNION ALL ".join(f"SELECT '{of}', to_jsonb(t)::text FROM {rows}" for of, rows in _ROWS.items())
# With an agency, or answered: an order that another one can be answered with.
_ANSWERS = WORKED_ON | ANSWERED
ENDED = {OrderState.CANCELLED, OrderState.MERGED, OrderState.EXCLUDED, OrderState.CLOSED}


class Whole:
    """What is said of an order at one moment: of everything its rows."""

    def __init__(self, order_id: UUID, review_id: UUID) -> None:
        # Asked thirty times a walk: the server plans it once.
        with Cursor(connection.connection) as cursor:
            cursor.execute(_WHOLE, {"order": order_id, "review": review_id}, prepare=True)
            found = cursor.fetchall()
        self.rows: dict[str, list[str]] = {of: [] for of in _ROWS}
        for of, row in found:
            self.rows[of].append(row)
        for rows in self.rows.values():
            rows.sort()

    @cached_property
    def order(self) -> dict[str, Any]:
        return self.read("order")[0]

    @cached_property
    def state(self) -> OrderState:
        return OrderState(self.order["state"])

    @cached_property
    def appeal(self) -> dict[str, Any] | None:
        return next(iter(self.read("appeal")), None)

    @cached_property
    def ticks(self) -> list[ClockTick]:
        rows = sorted(self.read("clock_event"), key=lambda row: row["id"])
        return [_tick(row) for row in rows]

    def read(self, of: str) -> list[dict[str, Any]]:
        return [json.loads(row) for row in self.rows[of]]

    def check(self, before: Whole | None, *, calendar_grew: bool) -> None:
        """What holds of every order at every moment; clocks are computed anew where they have moved since `before`."""
        assert len(self.rows["orders of the review"]) == 1
        running = CLOCK_OF.get(self.state)
        stand = standing(self.ticks).get(running) if running else None
        assert self.order["clock"] == (running or "")
        assert _moment(self.order["due_at"]) == (stand.due_at if stand else None)
        assert self.order["due_at"] is None or self.order["paused_at"] is None
        assert len(self.rows["entry of a move"]) == len(self.rows["order_event"])
        (review,) = self.read("review")
        assert (review["status"] == ReviewStatus.WITHDRAWN) <= (self.state in ENDED)
        assert (self.state == OrderState.EXCLUDED) <= (review["status"] == ReviewStatus.EXCLUDED)
        assert (review["status"] == ReviewStatus.EXCLUDED) <= (
            self.state in {OrderState.EXCLUDED, OrderState.CANCELLED}
        )
        assert len(self.read("answered with")) == (self.state == OrderState.MERGED)
        for lead in self.read("answered with"):
            assert lead["state"] in _ANSWERS
        assert not self.rows["answered with it"] or self.state in _ANSWERS
        is_appealed = self.appeal is not None and AppealState(self.appeal["state"]) not in APPEAL_FINAL
        assert (self.order["paused_at"] is not None) <= is_appealed
        self._check_helpers()
        if before is None or before.rows["clock_event"] != self.rows["clock_event"]:
            self._check_clocks(calendar_grew=calendar_grew)

    def _check_helpers(self) -> None:
        """Whoever is still to help can, by a clock that runs; who is done, or was not waited for, has none that does."""
        last = helping(self.ticks)
        for part in self.read("co_handler"):
            is_open = part["done_at"] is None and part["ended_at"] is None
            tick = last[UUID(part["id"])]
            assert is_open == (tick.tick != Tick.STOP)
            assert not is_open or (self.state in HELPED and _moment(part["due_at"]) == tick.due_at)

    def _check_clocks(self, *, calendar_grew: bool) -> None:
        """Every end that was promised is the one that its events give; one that was not known may be by now."""
        if not self.ticks:
            return
        days = local_day(self.ticks[0].at), local_day(self.ticks[-1].at)
        anew = retold(self.ticks, *_rules(self.order["division_id"], *days, calendar_grew))
        check_promises(zip(self.ticks, anew, strict=True), calendar_grew=calendar_grew)


def check_promises(clocks: Iterable[tuple[ClockTick, ClockTick]], *, calendar_grew: bool) -> None:
    """Every event of a clock says what it says computed anew; what lies beyond the calendar is told once it has grown."""
    for promised, anew in clocks:
        # The hotline may name a day of which the calendar cannot tell yet when most of the time until then is over.
        day_alone = anew._replace(amber_at=None) if promised.amber_at is None else anew
        assert promised == (day_alone if calendar_grew else anew) or (
            calendar_grew and promised.due_at is None
        )


@lru_cache(maxsize=1024)
def _rules(division_id: int, first: date, last: date, _calendar_grew: bool) -> tuple[WorkingCalendar, int]:
    terms = rulebook.terms_for_division(division_id, first)
    return rulebook.calendar(terms, first, to=last), terms.amber_threshold


def _tick(row: dict[str, Any]) -> ClockTick:
    return ClockTick(
        ClockKind(row["clock"]),
        Tick(row["tick"]),
        datetime.fromisoformat(row["at"]),
        row["number"],
        row["unit"],
        row["rule"],
        _moment(row["due_at"]),
        _moment(row["amber_at"]),
        UUID(row["helper_id"]) if row["helper_id"] else None,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
