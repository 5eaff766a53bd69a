"""工作清单: in which group of time left an order stands, and how an address says what is looked for and where one is."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.rectification.terms import (
    WORDS_LIMIT,
    AgencyPart,
    Assigned,
    ClockColour,
    FaultCategory,
    ListAsked,
    ListPlace,
    OrderState,
    TimeLeft,
    Urgency,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.rectification.terms import OrderRow


def ends_of(now: datetime) -> tuple[datetime, datetime]:
    """The end of today and of this week, by the calendar of Beijing; a week ends on Sunday."""
    today = local_day(now)
    midnight = datetime.combine(today + timedelta(days=1), time(0), BEIJING)
    return midnight, midnight + timedelta(days=6 - today.weekday())


def time_left(due: datetime | None, now: datetime, *, paused: bool = False) -> TimeLeft:
    """In which group of a list a deadline stands."""
    if due is None:
        return TimeLeft.PAUSED if paused else TimeLeft.UNKNOWN
    if due < now:
        return TimeLeft.OVERDUE
    today, week = ends_of(now)
    if due < today:
        return TimeLeft.TODAY
    return TimeLeft.THIS_WEEK if due < week else TimeLeft.LATER


_CHOICES = {
    "left": frozenset(TimeLeft),
    "state": frozenset(OrderState),
    "colour": frozenset(ClockColour),
    "category": frozenset(FaultCategory),
    "urgency": frozenset(Urgency),
    "assigned": frozenset(Assigned),
    "part": frozenset(AgencyPart),
}
_TYPED = ("agency", "item", "number")


def list_asked(given: Mapping[str, object]) -> ListAsked:
    """What an address or a saved filter asks of the list; what it does not know is no condition."""
    said = {name: str(given.get(name, "")) for name in (*_CHOICES, *_TYPED)}
    asked = {name: said[name] for name, known in _CHOICES.items() if said[name] in known}
    typed = {name: clean(said[name])[:WORDS_LIMIT] for name in _TYPED}
    fit = {name: words for name, words in typed.items() if not has_forbidden_control(words)}
    return ListAsked(done=given.get("list") == "done", **asked, **fit)


def list_unknown(given: Mapping[str, object]) -> list[str]:
    """The conditions of an address that say nothing, because what they ask for is unknown."""
    asked = list_asked(given)
    return [
        name for name in (*_CHOICES, *_TYPED) if clean(str(given.get(name, ""))) and not getattr(asked, name)
    ]


def list_query(asked: ListAsked) -> dict[str, str]:
    """The same as an address has it: conditions only."""
    said = {name: getattr(asked, name) for name in (*_CHOICES, *_TYPED)}
    return ({"list": "done"} if asked.done else {}) | {name: word for name, word in said.items() if word}


_EPOCH = datetime(1970, 1, 1, tzinfo=BEIJING)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST_MOMENT = 17


def place_text(order: OrderRow) -> str:
    """Where an order stands in a list, as an address has it."""
    due = "" if order.due_at is None else str((order.due_at - _EPOCH) // _MICROSECOND)
    return f"{due}.{order.id.hex}"


def place_from(text: str, *, back: bool) -> ListPlace | None:
    """The same read again; None when it is no place."""
    due, _, number = text.partition(".")
    known = numbers_from(number) if len(number) == _UUID_DIGITS else None
    if known is None or not (due == "" or (due.isascii() and due.isdecimal() and len(due) < _LONGEST_MOMENT)):
        return None
    return ListPlace(_EPOCH + int(due) * _MICROSECOND if due else None, known[0], back)


_UUID_DIGITS = 32


def numbers_from(text: str) -> tuple[UUID, UUID] | None:
    """The first and last number that begin so; None when none does."""
    digits = text.replace("-", "").lower()
    if not digits or len(digits) > _UUID_DIGITS or not set(digits) <= set("0123456789abcdef"):
        return None
    return UUID(digits.ljust(_UUID_DIGITS, "0")), UUID(digits.ljust(_UUID_DIGITS, "f"))
