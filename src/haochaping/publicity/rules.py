"""公开 rules: what of a text is hidden before anybody else reads it, and at which words a publisher looks twice."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from haochaping.kernel.periods import BEIJING
from haochaping.publicity.redaction.accounts import accounts_in
from haochaping.publicity.redaction.addresses import addresses_in
from haochaping.publicity.redaction.names import names_in
from haochaping.publicity.redaction.numbers import numbers_in
from haochaping.publicity.redaction.other_names import other_names_in
from haochaping.publicity.redaction.spans import HIDDEN, Hiding, Span
from haochaping.publicity.terms import PersonalKind, WaitingCount
from haochaping.rectification.terms import Alarm
from haochaping.rulebook.rules import due_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from haochaping.rulebook.rules import WorkingCalendar
    from haochaping.rulebook.terms import Terms

__all__ = [
    "HIDDEN",
    "alarm_of",
    "for_handlers",
    "found_in",
    "hidden_in",
    "in_all",
    "offered_from",
    "quarter_of",
    "redacted",
]

_SUNDAY = timedelta(days=6)
_MONTHS = 3


def offered_from(week: date, terms: Terms, calendar: WorkingCalendar) -> datetime | None:
    """From when on the words of a week, named by its Monday, are offered: all of them once, the limit after its last day.

    So that the moment at which words are offered says of none when it was written (trust.md §3.4). None beyond the
    calendar.
    """
    ended = datetime.combine(week + _SUNDAY, time(12), BEIJING)
    return due_after(ended, terms.text_release_after, terms.text_release_after_unit, calendar)


def alarm_of(amber_at: datetime | None, due_at: datetime | None, now: datetime) -> Alarm:
    """How the time to decide stands: amber when most of it is used, red when it is over."""
    if due_at is not None and due_at < now:
        return Alarm.RED
    return Alarm.AMBER if amber_at is not None and amber_at <= now else Alarm.NONE


def quarter_of(day: date) -> date:
    """The first day of the quarter of a day."""
    return day.replace(month=(day.month - 1) // _MONTHS * _MONTHS + 1, day=1)


def in_all(counts: Iterable[WaitingCount]) -> WaitingCount:
    """What waits in several places together."""
    found = list(counts)
    return WaitingCount(
        sum(one.offered for one in found),
        sum(one.overdue for one in found),
        sum(one.coming for one in found),
        min((one.oldest_due_at for one in found if one.oldest_due_at), default=None),
        min((one.counted_at for one in found if one.counted_at), default=None),
    )


# What is hidden may bring together what stands to its sides. In none of the texts that we have does a second pass find more.
_PASSES = 3


def redacted(text: str) -> str:
    """The text with names, numbers, plates, addresses and accounts hidden. Redacting it again changes nothing."""
    return _hiding(text).text


def for_handlers(text: str) -> str:
    """The text as those read it who verify it and put it right: whom it names with their office stands in it.

    Nobody can look into what somebody at a desk did without knowing who it was; who wrote it stays hidden.
    """
    return _hiding(text, of_office=False).text


def found_in(text: str) -> list[Span]:
    """What `redacted` hides, by kind and place, in the order of the text."""
    return _hiding(text).spans


def hidden_in(text: str) -> list[str]:
    """What `redacted` hides, each as it is written."""
    return [text[span.start : span.end].strip() for span in found_in(text)]


def _hiding(text: str, *, of_office: bool = True) -> Hiding:
    """Hide until nothing more is found, with or without whom the text names with their office, there or somewhere else.

    A text in which every pass brings up something new was made to do so: all of it is hidden.
    """
    hiding = Hiding(text)
    for _ in range(_PASSES):
        found = list(_personal(hiding.text))
        if not of_office:
            left = {hiding.text[one.start : one.end] for one in found if one.kind is PersonalKind.OFFICIAL}
            found = [one for one in found if hiding.text[one.start : one.end] not in left]
        if not found:
            return hiding
        hiding.hide(found)
    whole = Hiding(text)
    whole.hide([Span(0, len(text), PersonalKind.NUMBER)])
    return whole


def _personal(text: str) -> Iterator[Span]:
    yield from numbers_in(text)
    yield from accounts_in(text)
    yield from addresses_in(text)
    yield from names_in(text)
    yield from other_names_in(text)
