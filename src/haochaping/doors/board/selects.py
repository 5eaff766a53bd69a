"""The lists to choose from above the public lists of reviews and reasons: what was said, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.directory import queries as directory
from haochaping.doors.board.asked_reviews import BAD
from haochaping.doors.board.terms import FILTER_LABELS
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import CHANNEL_LABELS, LEVEL_LABELS, Level
from haochaping.ui.readings import either

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from haochaping.directory.terms import AgencyRef, DivisionRef, ItemRef
    from haochaping.doors.board.asked_reviews import AskedReviews

    type Ref = DivisionRef | AgencyRef | ItemRef
    type Options = list[tuple[str, str]]

_LISTED = 200


@dataclass(frozen=True, slots=True)
class Select:
    """A list to choose from, in groups where their heading is not ""."""

    name: str
    label: str
    anything: str
    chosen: str
    wrong: bool
    groups: list[tuple[str, Options]]


def of_reviews(asked: AskedReviews, today: date) -> list[Select]:
    """What was said and how: level, reason, channel."""
    channels = [(name.value, gettext(label)) for name, label in CHANNEL_LABELS.items()]
    return [
        _select(asked, "level", gettext("All levels"), ("", _levels())),
        _select(asked, "reason", gettext("All reasons"), *_reasons(today, asked.typed["reason"])),
        _select(asked, "channel", gettext("All ways"), ("", channels)),
    ]


def of_place(asked: AskedReviews, tops: Sequence[DivisionRef]) -> list[Select]:
    """Where: a division; an agency once a division is chosen, an item once an agency is, so that no list is endless."""
    agencies = directory.agencies_of(asked.division.id, limit=_LISTED) if asked.division else []
    items = directory.items_of_agency(asked.agency.id, limit=_LISTED) if asked.agency else []
    agency = [asked.agency] if asked.agency else []
    item = [asked.item] if asked.item else []
    return [
        of_division(asked, tops),
        _select(asked, "agency", gettext("All agencies"), ("", _rows([*agency, *agencies]))),
        _select(asked, "item", gettext("All service items"), ("", _rows([*item, *items]))),
    ]


def of_division(asked: AskedReviews, tops: Sequence[DivisionRef]) -> Select:
    """A division alone."""
    return _select(asked, "division", gettext("Everywhere"), ("", _divisions(asked, tops)))


def _select(asked: AskedReviews, name: str, anything: str, *groups: tuple[str, Options]) -> Select:
    return Select(
        name,
        gettext(FILTER_LABELS[name]),
        anything,
        asked.typed[name],
        any(sentence.field == name for sentence in asked.sentences),
        [group for group in groups if group[1]],
    )


def _rows(refs: Sequence[Ref]) -> Options:
    """Each of them once, as a choice."""
    return list({ref.code: ref.name for ref in refs}.items())


def _levels() -> Options:
    single = [(str(level.value), gettext(label)) for level, label in LEVEL_LABELS.items()]
    return [(BAD, gettext("Bad reviews (levels 2 and 1)")), *single]


def _reasons(today: date, chosen: str) -> list[tuple[str, Options]]:
    """The reasons in force by level, worst first, with a retired one only when it is asked for."""
    offered = [tag for tag in reviews.indicators().values() if tag.is_in_force(today) or tag.code == chosen]
    return [
        (
            gettext(LEVEL_LABELS[level]),
            [(tag.code, either(tag.label, tag.english)) for tag in offered if tag.level == level],
        )
        for level in sorted(Level)
    ]


def _divisions(asked: AskedReviews, tops: Sequence[DivisionRef]) -> Options:
    """The division that is chosen, the one above it and those below; before one is chosen, where the country begins."""
    if asked.division is None:
        inside = directory.children(tops[0].id) if len(tops) == 1 else []
        return _rows([*tops, *inside])
    above = asked.division.path.split(".")[:-2]
    up = [(above[-1], gettext("One level up"))] if above else []
    return [*up, *_rows([asked.division, *directory.children(asked.division.id)])]
