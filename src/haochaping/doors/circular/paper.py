"""A circular as it is read, whatever it is read in: headings, texts, tables, drawings, and the mark of a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext

from haochaping.doors.circular.drawing import trend_svg
from haochaping.doors.circular.numbers import apart, figure, in_cell
from haochaping.doors.circular.words import heading, of_part
from haochaping.doors.quality import why_withheld
from haochaping.kernel.ratios import MINIMUM_N
from haochaping.publicity.circulars.terms import (
    BLOCK_LABELS,
    Block,
    CircularKind,
    CircularState,
)
from haochaping.ui.moments import day, moment
from haochaping.ui.numbers import count
from haochaping.ui.sentences import labelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from haochaping.publicity.circulars.terms import CircularSheet, Figures, Number, Part
    from haochaping.ui.shapes import Figure


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the first column holds names, the others are set to the right where they are `numeric`."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with what it shows in words; its numbers stand in a table beside it. `svg` is "" where none can be drawn."""

    name: str
    caption: str
    figures: tuple[Figure, ...]
    svg: str
    alt: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part with its heading: texts, then drawings, then tables."""

    heading: str
    texts: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document in one language; `mark` stands on each page of what is not signed, "" of what is."""

    title: str
    about: tuple[str, ...]
    mark: str
    sections: tuple[Section, ...]
    closing: tuple[str, ...]
    language: str


def paper_of(sheet: CircularSheet) -> Paper:
    """A circular in the active language."""
    figures = sheet.figures
    return Paper(
        title=title_of(sheet),
        about=tuple(_about(sheet)),
        mark=_mark(sheet.row.state),
        sections=(
            _text(sheet, Block.INTRODUCTION),
            _main(figures),
            *map(_inside, figures.parts),
            _text(sheet, Block.FINDINGS),
            _text(sheet, Block.DEMANDS),
            _not_there(figures),
        ),
        closing=tuple(_closing(sheet)),
        language=get_language() or "en",
    )


def title_of(sheet: CircularSheet) -> str:
    """What a circular is called: after its place, and its month where it is of one."""
    place = sheet.figures.place.name
    if sheet.row.kind is CircularKind.MONTHLY:
        return gettext("Circular on reviews of government services: {place}, {month}").format(
            place=place, month=f"{sheet.figures.first:%Y-%m}"
        )
    return gettext("Special report on reviews of government services: {place}").format(place=place)


def _mark(state: CircularState) -> str:
    if state is CircularState.SIGNED:
        return ""
    # Translators: stands on each page of a document that is not signed, or was discarded.
    return gettext("DISCARDED") if state is CircularState.DISCARDED else gettext("DRAFT")


def _about(sheet: CircularSheet) -> Iterator[str]:
    figures = sheet.figures
    days = gettext("{first} to {last}").format(first=day(figures.first), last=day(figures.last))
    yield labelled(gettext("Period"), days)
    yield labelled(gettext("Figures as of"), moment(figures.as_of))
    yield labelled(gettext("Edition"), count(sheet.row.number))
    if sheet.former:
        said = gettext("Takes the place of edition {number}, signed {at}. What is corrected: {reason}")
        signed_at = sheet.former.signed_at
        yield said.format(
            number=sheet.former.number, at=moment(signed_at) if signed_at else "–", reason=sheet.correction
        )


def _text(sheet: CircularSheet, block: Block) -> Section:
    texts = tuple(line for line in sheet.text(block).splitlines() if line.strip())
    return Section(gettext(BLOCK_LABELS[block]), texts or (gettext("Not written yet."),))


def _main(figures: Figures) -> Section:
    rows = tuple((gettext(one.label), *apart(one)) for one in figures.numbers)
    columns = ("Measure", "Value", "Interval", "Numerator", "Denominator")
    table = Table(gettext("All measures"), tuple(gettext(name) for name in columns), rows)
    drawn = tuple(charts(figures))
    months = Table(
        gettext("By month"),
        (gettext("Month"), *(chart.caption for chart in drawn)),
        tuple(
            (label, *map(in_cell, month.numbers))
            for label, month in zip(_months(figures), figures.months, strict=True)
        ),
    )
    return Section(gettext("Figures"), charts=drawn, tables=(table, months))


def charts(figures: Figures) -> Iterator[Chart]:
    """The measures of the last twelve months, each as a trend."""
    labels = _months(figures)
    for at, first in enumerate(figures.months[-1].numbers):
        numbers = [month.numbers[at] for month in figures.months]
        shown = tuple(figure(one, label=label) for one, label in zip(numbers, labels, strict=True))
        caption = gettext(first.label)
        yield Chart(
            f"by-month-{first.name}", caption, shown, trend_svg(shown), _said(caption, labels, numbers)
        )


def _months(figures: Figures) -> list[str]:
    return [
        gettext("{month} so far").format(month=f"{one.first:%Y-%m}") if one.so_far else f"{one.first:%Y-%m}"
        for one in figures.months
    ]


def _said(caption: str, labels: Sequence[str], numbers: Sequence[Number]) -> str:
    """A drawing in words: where it begins and where it ends; every number stands in the table."""
    ends = [labelled(labels[at], in_cell(numbers[at])) for at in (0, -1)]
    return labelled(caption, gettext("; ").join(ends))


def _inside(part: Part) -> Section:
    texts = tuple(of_part(part))
    if part.more:
        more = gettext("There are more than are listed here: the first {n} are, by their code.")
        texts += (more.format(n=count(len(part.lines))),)
    columns = (gettext("Name"), *(gettext(one.label) for one in part.lines[0].numbers))
    rows = tuple((line.place.name, *map(in_cell, line.numbers)) for line in part.lines)
    return Section(heading(part), texts, tables=(Table(heading(part), columns, rows),))


def _not_there(figures: Figures) -> Section:
    """What enters no rate, what is not published and why, and how good the data are."""
    return Section(
        gettext("What is not counted, and what is not published"),
        tuple(_nothing(figures)),
        tables=tuple(
            table
            for table in (
                Table(
                    gettext("Kept, and counted in no rate"),
                    (gettext("Reason"), gettext("How many")),
                    tuple((gettext(one.reason), count(one.n)) for one in figures.left_out or ()),
                ),
                Table(
                    gettext("Not published for the time being"),
                    (gettext("Place"), gettext("Reason"), gettext("Measures")),
                    tuple(
                        (one.place, why_withheld(one.rule), gettext("; ").join(map(gettext, one.measures)))
                        for one in figures.held
                    ),
                    numeric=False,
                ),
                Table(
                    gettext("Quality of the data of the last month"),
                    (gettext("Data source"), gettext("Points"), gettext("Grade")),
                    tuple(
                        (one.source, "–" if one.score is None else f"{one.score:.2f}", one.grade or "–")
                        for one in figures.grades
                    ),
                ),
            )
            if table.rows
        ),
    )


def _nothing(figures: Figures) -> Iterator[str]:
    if figures.left_out is None:
        yield gettext("Reviews by how they came are not published for the time being.")
    elif not figures.left_out:
        yield gettext("Everything that was kept is counted.")
    if not figures.held:
        yield gettext("Nothing is withheld.")


def _closing(sheet: CircularSheet) -> Iterator[str]:
    few = gettext("Of fewer than {n} the counts are shown and no rate. Intervals are of 95 per cent.")
    yield few.format(n=MINIMUM_N)
    yield gettext("The measures are those of the public pages, and defined there.")
    if sheet.row.signed_at:
        signed = gettext("Signed {at}, by a second person. Checksum (SHA-256) of figures and texts: {digest}")
        yield signed.format(at=moment(sheet.row.signed_at), digest=sheet.digest)
