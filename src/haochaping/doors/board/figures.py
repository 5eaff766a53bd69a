"""Published numbers in the shapes of the page components: the same measures that the API answers with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import get_language, gettext

from haochaping.doors.board.terms import PROVENANCE_LABELS
from haochaping.doors.quality import why_withheld
from haochaping.insight.rules import BY_NAME, OF_HANDLING, figures_of
from haochaping.insight.rules.left_out import left_out as why_left_out
from haochaping.insight.rules.totals import BY_COMPLETION
from haochaping.insight.terms import FactKind
from haochaping.kernel.ratios import Mean
from haochaping.reviews.rules import is_active, is_bad
from haochaping.ui.numbers import average, between, count, percent
from haochaping.ui.shapes import Column, Figure, Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from haochaping.insight.terms import Measure, MeasureValue, Tally
    from haochaping.reviews.terms import Provenance

# What is seen first, and in which order: how many were dissatisfied, what became of it and how many spoke, before praise.
HEADLINES = ("bad_reviews", "rectification_rate", "participation_rate", "cases", "good_rate")
OF_ROWS = tuple(
    BY_NAME[name]
    for name in ("bad_reviews", "rectification_rate", "participation_rate", "active_reviews", "cases")
)
OF_HALL_ROWS = (*OF_ROWS[:-1], BY_NAME["occurrences"])


@dataclass(frozen=True, slots=True)
class Source:
    """How many reviews came in one way; `active` when a person gave them."""

    label: str
    active: bool
    reviews: int
    bad: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many of something enter no rate, and why."""

    reason: str
    n: int


def figure(value: MeasureValue, *, explained: bool = False, label: str = "") -> Figure:
    """A measure as a figure that leads to its definition; `explained` adds what is not counted, `label` is another name."""
    named, note = _words(value.label, value.exclusions, get_language() or "")
    return Figure(
        label or named,
        value.made_of,
        note if explained else "",
        defined_at(value.name),
        withheld=why_withheld(value.withheld),
    )


@cache
def _words(label: str, exclusions: tuple[str, ...], _language: str) -> tuple[str, str]:
    """A measure's name and what it does not count: a page has a hundred figures, and always the same words."""
    return gettext(label), gettext("; ").join(map(gettext, exclusions))


@cache
def defined_at(name: str) -> str:
    """Where a measure is defined: asked for a hundred times a page, and always the same."""
    return f"{reverse('measures')}#{name}"


def headlines(values: Iterable[MeasureValue]) -> list[Figure]:
    """The figures on top of a page."""
    by_name = {value.name: value for value in values}
    # No case stands at a hall: how much took place there is what services say.
    return [figure(by_name[name] if name in by_name else by_name["occurrences"]) for name in HEADLINES]


def handling(values: Iterable[MeasureValue]) -> list[tuple[Figure, str]]:
    """How cases were handled, beside what people say; in words where nothing of the kind is reported."""
    by_name = {value.name: value for value in values}
    completed = by_name["completed_cases"].numerator
    return [
        (figure(value), _not_reported(value, completed))
        for value in (by_name[measure.name] for measure in OF_HANDLING)
    ]


def _not_reported(value: MeasureValue, completed: int) -> str:
    """Why there is nothing to show of a figure; "" where there is."""
    if value.withheld or value.denominator != 0:
        return ""
    if BY_NAME[value.name].day != BY_COMPLETION:
        return gettext("Nobody asked, or no answer was due.")
    if not completed:
        return gettext("No case was completed.")
    return gettext("Not reported: it is told of none of these cases.")


def columns(first: str, of: Sequence[Measure] = OF_ROWS) -> list[Column]:
    """The headings of a table with one row for each of several places."""
    return [
        Column(first),
        *(Column(gettext(measure.label), numeric=True, href=defined_at(measure.name)) for measure in of),
    ]


def row(
    place: Link, tally: Tally, withheld: Mapping[str, str], of: Sequence[Measure] = OF_ROWS
) -> list[str | int | Link]:
    """One place of such a table."""
    return [place, *map(cell, figures_of(tally, withheld, of))]


def cell(value: MeasureValue) -> str | int:
    """A figure in one cell: a rate with both its numbers and its interval, an average with of how many."""
    if value.withheld:
        return gettext("not published")
    made_of = value.made_of
    if isinstance(made_of, int):
        return made_of
    if isinstance(made_of, Mean):
        return gettext("{value}, of {n}").format(value=average(made_of), n=count(made_of.n))
    said = gettext("{share} ({numerator}/{denominator})").format(
        share=percent(made_of), numerator=count(made_of.numerator), denominator=count(made_of.denominator)
    )
    within = between(made_of.interval)
    return gettext("{value}, interval {within}").format(value=said, within=within) if within else said


def levels(tally: Tally, *, active: bool) -> dict[int, int]:
    """Effective reviews by level: those that people gave themselves, or those kept apart."""
    counts = dict.fromkeys((5, 4, 3, 2, 1), 0)
    for (kind, level, provenance), n in tally.items():
        if kind == FactKind.REVIEW and is_active(provenance) == active:
            counts[level] += n
    return counts


def excluded(tally: Tally) -> dict[str, int]:
    """How many reviews were excluded after an appeal, by the class of the reason."""
    counts = {kind.value: 0 for kind in (FactKind.MISTAKEN, FactKind.MALICIOUS)}
    for (kind, _, _), n in tally.items():
        if kind in counts:
            counts[kind] += n
    return counts | {"all": sum(counts.values())}


def left_out(tally: Tally) -> list[LeftOut]:
    """What is kept and enters no rate, by the reason for it; reasons that nothing has are left out."""
    return [LeftOut(gettext(reason), n) for reason, n in why_left_out(tally)]


def sources(tally: Tally) -> list[Source]:
    """Where the reviews of a place come from: the ones that count first, empty ways left out."""
    found: dict[str, list[int]] = {}
    for (kind, level, provenance), n in tally.items():
        if kind == FactKind.REVIEW and n:
            counts = found.setdefault(provenance, [0, 0])
            counts[0] += n
            counts[1] += n if is_bad(level) else 0
    return [
        Source(gettext(label), is_active(provenance), *found[provenance])
        for provenance, label in _labels().items()
        if provenance in found
    ]


def _labels() -> Mapping[Provenance, str]:
    return dict(sorted(PROVENANCE_LABELS.items(), key=lambda entry: not is_active(entry[0])))
