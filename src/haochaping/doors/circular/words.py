"""The first texts of a circular, made of its figures: whoever writes goes on from them, and nothing in them is a judgement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.doors.circular.numbers import in_cell, named, said
from haochaping.publicity.circulars.terms import Block
from haochaping.ui.moments import day, moment
from haochaping.ui.numbers import count
from haochaping.ui.sentences import labelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from haochaping.publicity.circulars.terms import Figures, Line, Part

# Bad reviews and what became of them before praise, as on every page.
HEADLINES = ("bad_reviews", "bad_rate", "rectification_rate", "participation_rate", "cases", "good_rate")
_NAMED = 10
_LEAST = 2


def first_texts(figures: Figures) -> dict[Block, str]:
    """What is known before anybody writes: the headlines, and who stands apart. What is to be done nobody says but people."""
    return {
        Block.INTRODUCTION: _introduction(figures),
        Block.FINDINGS: "\n".join(_findings(figures)),
        Block.DEMANDS: "",
    }


def _introduction(figures: Figures) -> str:
    begin = gettext("{place}, {first} to {last}, as of {at}").format(
        place=figures.place.name,
        first=day(figures.first),
        last=day(figures.last),
        at=moment(figures.as_of),
    )
    told = [labelled(gettext(one.label), said(one)) for one in named(figures.numbers, HEADLINES)]
    # Translators: a sentence that names a place and days, and then figures one after another.
    return gettext("{begin}: {figures}.").format(begin=begin, figures=gettext("; ").join(told))


def _findings(figures: Figures) -> Iterator[str]:
    last = figures.months[-2:]
    bad = [
        labelled(f"{month.first:%Y-%m}", in_cell(one))
        for month in last
        for one in named(month.numbers, ("bad_reviews",))
    ]
    if bad:
        yield gettext("Bad reviews by month: {figures}.").format(figures=gettext("; ").join(bad))
    for part in figures.parts:
        yield from of_part(part)


def of_part(part: Part) -> Iterator[str]:
    """Who of a kind of places stands apart, as the public boards say it; that nobody can be told apart where it is so."""
    if part.compared < _LEAST:
        yield gettext("{places}: too few have 100 reviews or more to be held against each other.").format(
            places=heading(part)
        )
        return
    by_code = {line.place.code: line for line in part.lines}
    for codes, words in (
        (part.above, gettext("{places} with clearly more bad reviews than all together: {names}.")),
        (part.below, gettext("{places} with clearly fewer bad reviews than all together: {names}.")),
    ):
        if codes:
            yield words.format(places=heading(part), names=_names([by_code[code] for code in codes]))
    rest = gettext("{places}: {n} cannot be told apart from all together; {few} have fewer than 100 reviews.")
    yield rest.format(places=heading(part), n=count(part.within), few=count(part.few))


def heading(part: Part) -> str:
    """What the places of a part are called."""
    return {
        "division": gettext("Divisions below"),
        "agency": gettext("Agencies of this division"),
        "item": gettext("Service items"),
    }[part.kind]


def _names(lines: Sequence[Line]) -> str:
    """Places with their share of bad reviews, ten at most; how many more there are."""
    told = [
        labelled(line.place.name, said(number))
        for line in lines[:_NAMED]
        for number in named(line.numbers, ("bad_rate",))
    ]
    if (more := len(lines) - _NAMED) > 0:
        told.append(gettext("{n} more").format(n=count(more)))
    return gettext("; ").join(told)
