"""What the front page says of everything: figures, months, ways, the places inside, what is left out, how good the data are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext

from haochaping.directory import queries as directory
from haochaping.doors.board import figures, parts
from haochaping.doors.board.channels import channels
from haochaping.doors.board.trends import months_to, trends
from haochaping.doors.quality import why_withheld
from haochaping.exchange.quality import queries as quality
from haochaping.exchange.quality.rules import RULES, withheld_at
from haochaping.insight import queries as insight
from haochaping.insight.rules import BY_NAME, figures_of
from haochaping.insight.terms import Place
from haochaping.kernel.periods import Period
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from haochaping.directory.terms import DivisionRef
    from haochaping.exchange.quality.terms import HeldPlace
    from haochaping.insight.terms import Tally
    from haochaping.ui.shapes import Figure

_GRADED_WITHIN = timedelta(days=30)
_SOURCES = 100


@dataclass(frozen=True, slots=True)
class Withheld:
    """暂不公布: figures of a place and why they are not published; `place` has no address where it is everywhere."""

    place: Link
    measures: list[Link]
    reason: str


@dataclass(frozen=True, slots=True)
class Tops:
    """The divisions that have none above them and have told something, with what is counted of each; the others by name."""

    told: list[DivisionRef]
    silent: list[DivisionRef]
    tallies: dict[int, Tally] = field(default_factory=dict)

    @property
    def only(self) -> DivisionRef | None:
        """The one that has told something, where it is one alone."""
        return self.told[0] if len(self.told) == 1 else None


def tops() -> Tops:
    """The top divisions. A list of the whole country may be there while only some of it reports."""
    found = directory.top_divisions()
    tallies = insight.tally_of_each({"division": [top.id for top in found]})["division"]
    told = [top for top in found if any(tallies[top.id].values())]
    return Tops(told, [top for top in found if top not in told], tallies)


def headlines(found: Tops, held: Sequence[HeldPlace]) -> list[tuple[Link, list[Figure]]]:
    """The first figures of each top division."""
    return [
        (
            link_to(top),
            figures.headlines(figures_of(found.tallies[top.id], withheld_at(held, top.path))),
        )
        for top in found.told
    ]


def everything(found: Tops, held: Sequence[HeldPlace], today: date) -> dict[str, object]:
    """All that follows the first figures, of all top divisions together; nothing where none has told anything."""
    if not found.told:
        return {}
    only = found.only
    place = Place(division_path=only.path) if only else Place()
    withheld = {name: rule for top in found.told for name, rule in withheld_at(held, top.path).items()}
    return {
        "trends": trends(place, months_to(Period(), today), today, withheld),
        "channels": channels(place, Period(), today, withheld),
        "left_out": figures.left_out(_together(found)),
        "grades": quality.grades(today - _GRADED_WITHIN, limit=_SOURCES),
        "withheld": _withheld(held),
        **_inside(found, held),
    }


def link_to(top: DivisionRef) -> Link:
    """A top division and its page."""
    return Link(top.name, reverse("division", args=[top.code]))


def _inside(found: Tops, held: Sequence[HeldPlace]) -> dict[str, object]:
    """What one goes on to: what lies in the only top division, or all of them."""
    if found.only is None:
        listed = parts.Part("division", gettext("Divisions at the top"), gettext("Division"), found.told)
        return {"tables": parts.tables([listed], {"division": found.tallies}, "", held)}
    inside = directory.inside(found.only.id, limit=parts.LISTED)
    listed_parts = parts.of_division(inside)
    asked = {part.kind: [ref.id for ref in part.refs] for part in listed_parts}
    tallies = insight.tally_of_each(asked, of=parts.COUNTED)
    return {
        "tables": parts.tables(listed_parts, tallies, found.only.path, held),
        "halls": parts.halls(inside),
    }


def _together(found: Tops) -> Tally:
    total: Counter[tuple[str, int, str]] = Counter()
    for top in found.told:
        total.update(found.tallies[top.id])
    return total


def _withheld(held: Sequence[HeldPlace]) -> list[Withheld]:
    """Every place of which something is not published, by name; of many days only once."""
    codes = {one.path: one.path.rstrip(".").split(".")[-1] for one in held}
    places = directory.divisions(codes.values()) if codes else {}
    definitions = reverse("measures")
    return [
        Withheld(
            link_to(places[codes[one.path]]),
            [
                Link(gettext(BY_NAME[name].label), f"{definitions}#{name}")
                for name in RULES[one.rule].withholds
                if name in BY_NAME
            ],
            why_withheld(one.rule),
        )
        for one in held
        if codes[one.path] in places
    ]
