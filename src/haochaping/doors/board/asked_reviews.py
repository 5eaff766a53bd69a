"""Which reviews an address asks for: `level`, `reason`, `channel`, `division`, `agency`, `item`, `from`, `to`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import gettext

from haochaping.directory import queries as directory
from haochaping.doors import period
from haochaping.doors.board.terms import BAD_FILTER, FILTER_LABELS
from haochaping.insight.row_queries import moments
from haochaping.insight.terms import Place
from haochaping.kernel.periods import Period, whole_weeks
from haochaping.kernel.refused import Complaint
from haochaping.kernel.text import has_forbidden_control
from haochaping.publicity.stream.terms import LEVELS, Sought
from haochaping.reviews import queries as reviews
from haochaping.reviews.rules import is_bad
from haochaping.reviews.terms import ReviewChannel
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from django.http import QueryDict

    from haochaping.directory.terms import AgencyRef, DivisionRef, ItemRef
    from haochaping.doors.period import Asked
    from haochaping.ui.sentences import Sentence

BAD = "bad"
_TYPED = 60


@dataclass(frozen=True, slots=True)
class AskedReviews:
    """What the form holds as typed, what it means, and what is wrong with it; `sought` is None when anything is.

    `weeks` are the whole weeks in which the days asked for lie: the list tells of no review on which day it was given.
    """

    typed: Mapping[str, str]
    division: DivisionRef | None
    agency: AgencyRef | None
    item: ItemRef | None
    period: Asked
    weeks: Period
    sought: Sought | None
    sentences: tuple[Sentence, ...]

    def address(self, **changed: str) -> str:
        """What is asked for as a query, with some of it changed; what is "" is left out."""
        days = {"from": self.period.start, "to": self.period.end}
        given = {name: value for name, value in {**self.typed, **days, **changed}.items() if value}
        return f"?{urlencode(given)}" if given else "?"


def asked(query: QueryDict, today: date) -> AskedReviews:
    """Read the fields of the form; an empty one asks for nothing."""
    typed = {name: query.get(name, "").strip()[:_TYPED] for name in FILTER_LABELS}
    known = {name: "" if has_forbidden_control(text) else text for name, text in typed.items()}
    division = directory.division(known["division"]) if known["division"] else None
    agency = directory.agencies([known["agency"]]).get(known["agency"]) if known["agency"] else None
    item = directory.items([known["item"]]).get(known["item"]) if known["item"] else None
    levels, reason = _levels(known["level"]), reviews.indicators().get(known["reason"])
    meant = {
        "level": levels,
        "reason": reason,
        "channel": known["channel"] in set(ReviewChannel),
        "division": division,
        "agency": agency,
        "item": item,
    }
    wrong = [
        Complaint(BAD_FILTER, name, {"value": text, "label": gettext(FILTER_LABELS[name])})
        for name, text in typed.items()
        if text and not meant[name]
    ]
    days = period.asked(query, today)
    weeks = whole_weeks(days.period or Period())
    begin, end = moments(weeks)
    sought = Sought(
        place=Place(
            division.path if division else "", agency.path if agency else None, item.id if item else None
        ),
        levels=(levels or LEVELS) & ({int(reason.level)} if reason else LEVELS),
        reason=reason.code if reason else "",
        channel=known["channel"],
        begin=begin,
        end=end,
    )
    sentences = (*map(say, wrong), *days.sentences)
    return AskedReviews(typed, division, agency, item, days, weeks, None if sentences else sought, sentences)


def _levels(text: str) -> frozenset[int]:
    """The levels that are meant, none by anything else than a level or “bad”."""
    if text == BAD:
        return frozenset(filter(is_bad, LEVELS))
    return frozenset(level for level in LEVELS if str(level) == text)
