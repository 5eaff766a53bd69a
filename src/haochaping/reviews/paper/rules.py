"""纸质评价 rules: whether a reading will do, in what two of them differ, when a slip counts as given."""

from __future__ import annotations

import unicodedata
from datetime import datetime, time
from typing import TYPE_CHECKING

from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Complaint
from haochaping.kernel.text import has_forbidden_control
from haochaping.reviews.paper.terms import SLIP_BEFORE_SERVICE, SLIP_IN_FUTURE, SlipField
from haochaping.reviews.rules import code_complaint
from haochaping.reviews.terms import (
    COMMENT_LIMIT,
    COMMENT_TOO_LONG,
    FORBIDDEN_CHARACTERS,
    LEVEL_OUT_OF_RANGE,
    NATIONAL_SET,
    Level,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from haochaping.reviews.paper.terms import SlipReading
    from haochaping.reviews.terms import Indicator


def reading_complaint(
    reading: SlipReading, *, served_at: datetime, known: Mapping[str, Indicator], now: datetime
) -> Complaint | None:
    """What keeps one reading of a slip from being kept."""
    if reading.level not in set(Level):
        return Complaint(LEVEL_OUT_OF_RANGE, "level", {"value": reading.level})
    if has_forbidden_control(reading.words):
        return Complaint(FORBIDDEN_CHARACTERS, "words")
    if len(reading.words) > COMMENT_LIMIT:
        found = {"length": len(reading.words), "limit": COMMENT_LIMIT}
        return Complaint(COMMENT_TOO_LONG, "words", found)
    if reading.given_on > local_day(now):
        return Complaint(SLIP_IN_FUTURE, "given_on", {"day": reading.given_on})
    if reading.given_on < local_day(served_at):
        served = {"day": reading.given_on, "served": local_day(served_at)}
        return Complaint(SLIP_BEFORE_SERVICE, "given_on", served)
    wrong = code_complaint(reading.level, reading.codes, NATIONAL_SET, known)
    return Complaint(wrong.reason, "codes", wrong.params) if wrong else None


def differing(first: SlipReading, second: SlipReading) -> tuple[SlipField, ...]:
    """In what two readings of one slip differ; nothing when they agree.

    Of the words it is the letters that count: two people put blanks and commas of one handwriting in two ways.
    """
    pairs = {
        SlipField.CASE: (first.occurrence_id, second.occurrence_id),
        SlipField.LEVEL: (first.level, second.level),
        SlipField.REASONS: (set(first.codes), set(second.codes)),
        SlipField.WORDS: (_letters(first.words), _letters(second.words)),
        SlipField.DAY: (first.given_on, second.given_on),
    }
    return tuple(field for field, (one, other) in pairs.items() if one != other)


def _letters(words: str) -> str:
    plain = unicodedata.normalize("NFKC", words).casefold()
    return "".join(c for c in plain if unicodedata.category(c)[0] not in {"P", "Z", "C"})


def given_at(given_on: date, served_at: datetime) -> datetime:
    """The moment by which a slip is counted: the beginning of its day, or the service itself on the same day."""
    return max(datetime.combine(given_on, time(0), BEIJING), served_at)


def shares_a_person(members: frozenset[int], others: frozenset[int]) -> bool:
    """Whether two accounts are of one person, as far as the directory's staff members tell."""
    return bool(members & others)
