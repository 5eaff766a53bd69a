"""通报 on paper: DOCX and PDF say what the measures say, in the words of the pages; what is not signed says so on each page."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import pytest
from django.utils import translation
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from haochaping.doors.circular.as_docx import docx_of
from haochaping.doors.circular.as_pdf import pdf_of, png_of
from haochaping.doors.circular.drawing import trend_svg
from haochaping.doors.circular.numbers import apart, figure, in_cell, said
from haochaping.doors.circular.paper import paper_of
from haochaping.doors.circular.words import HEADLINES, first_texts
from haochaping.flows.make_circular import DRAWN, OF_LINES, number_of
from haochaping.insight.rules import BY_NAME, MEASURES, figures_of
from haochaping.kernel.ratios import Mean, Ratio
from haochaping.publicity.circulars.terms import (
    TEXT_LIMIT,
    Block,
    CircularKind,
    CircularRow,
    CircularSheet,
    CircularState,
    Figures,
    Graded,
    Held,
    LeftOut,
    Line,
    Month,
    Named,
    Number,
    Part,
    TextVersion,
)
from haochaping.ui.numbers import average, between, count, percent
from tests.publicity.circulars.town import COUNTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from haochaping.insight.terms import Measure

AT = datetime(2026, 6, 1, 2, tzinfo=UTC)
TALLIES = list(COUNTED.values())
WITHHELD = {"good_rate": "DQ-03"}
PLACE = Named("990102000000", "河湾区")


def numbers(of: Sequence[Measure], tally: Mapping[tuple[str, int, str], int]) -> tuple[Number, ...]:
    return tuple(number_of(value) for value in figures_of(tally, WITHHELD, of))


def figures(tally: Mapping[tuple[str, int, str], int] = TALLIES[0]) -> Figures:
    names = ("河湾区行政审批局", "河湾区人力资源局", "河湾区档案局")
    lines = tuple(
        Line(Named(f"A{at}", name), numbers(OF_LINES, one))
        for at, (name, one) in enumerate(zip(names, TALLIES, strict=True))
    )
    months = tuple(
        Month(
            date(2025 + (month > 6), (month + 5) % 12 + 1, 1), month == 12, numbers(DRAWN, TALLIES[month % 3])
        )
        for month in range(1, 13)
    )
    return Figures(
        kind="division",
        place=PLACE,
        division=PLACE,
        first=date(2026, 5, 1),
        last=date(2026, 5, 31),
        as_of=AT,
        numbers=numbers(MEASURES, tally),
        months=months,
        parts=(Part("agency", lines, more=True, above=("A0",), below=("A1",), within=0, few=1),),
        left_out=(LeftOut("Imported from a file", 1_234),),
        held=(Held("河湾区", "DQ-03", ("Good reviews",)),),
        grades=(Graded("云城市政务大厅", 91.5, "B"), Graded("另一平台", None, None)),
    )


def sheet(state: CircularState = CircularState.DRAFT, **texts: str) -> CircularSheet:
    found = figures()
    first = first_texts(found) | {Block(block): text for block, text in texts.items()}
    row = CircularRow(
        UUID(int=1),
        CircularKind.MONTHLY,
        "河湾区",
        "河湾区",
        found.first,
        found.last,
        1,
        state,
        "staff:1",
        AT,
        AT if state is CircularState.SIGNED else None,
    )
    versions = {block: [TextVersion(block, 1, text, "staff:1", AT)] for block, text in first.items()}
    digest = "ab" * 32 if state is CircularState.SIGNED else ""
    return CircularSheet(row, found, versions, [], "", frozenset(), digest, "", None, None)


def docx(content: bytes) -> tuple[str, list[list[list[str]]]]:
    """All words of a file outside of its tables, and its tables."""
    found = Document(BytesIO(content))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in found.tables]
    return "\n".join(one.text for one in found.paragraphs), tables


def pages(content: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
@pytest.mark.parametrize("tally", TALLIES, ids=list(COUNTED))
def test_a_kept_number_is_said_by_the_formatter_of_the_pages(measure, tally):
    (value,) = figures_of(tally, {}, (measure,))
    number = number_of(value)

    assert figure(number).value == value.made_of
    with translation.override("en"):
        match value.made_of:
            case int(n):
                assert said(number) == count(n)
                assert apart(number) == [count(n), "–", "–", "–"]
            case Ratio() as ratio:
                shown = percent(ratio)
                assert said(number) == f"{shown} ({count(ratio.numerator)}/{count(ratio.denominator)})"
                assert apart(number)[:2] == [shown, between(ratio.interval) or "–"]
                assert (ratio.denominator >= 30) == (shown != "Not enough data")
            case Mean() as mean:
                assert said(number) == average(mean)


def test_what_is_withheld_says_why_and_shows_no_number():
    (value,) = figures_of(TALLIES[0], WITHHELD, (BY_NAME["good_rate"],))
    number = number_of(value)

    assert (number.numerator, number.denominator) == (None, None)
    assert said(number) == figure(number).withheld != ""
    assert in_cell(number) == "暂不公布"
    assert "200" not in said(number)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_document_holds_every_figure_of_the_measures(language):
    with translation.override(language):
        whole = sheet()
        text, tables = docx(docx_of(paper_of(whole), at=AT))
        expected = [[translation.gettext(one.label), *apart(one)] for one in whole.figures.numbers]
        lines = whole.figures.parts[0].lines
        agencies = [[line.place.name, *map(in_cell, line.numbers)] for line in lines]
        introduction = first_texts(whole.figures)[Block.INTRODUCTION]

    main, months, places, left_out, held, grades = tables
    assert main[1:] == expected
    assert len(main) == len(MEASURES) + 1
    assert len(months) == 13
    assert places[1:] == agencies
    assert left_out[1][1] == "1,234"
    assert held[1][0] == "河湾区"
    assert grades[1:] == [["云城市政务大厅", "91.50", "B"], ["另一平台", "–", "–"]]
    assert introduction in text
    assert "河湾区行政审批局" in text


def test_the_pdf_says_the_same_and_is_tagged_with_its_font_inside():
    with translation.override("zh-hans"):
        paper = paper_of(sheet(CircularState.SIGNED, demands="限期整改"))
        content = pdf_of(paper, at=AT)

    read = PdfReader(BytesIO(content))
    text = "".join(pages(content))
    for table in (table for section in paper.sections for table in section.tables):
        for row in table.rows:
            for cell in row:
                assert "".join(cell.split()) in text
    assert "限期整改" in text
    assert "ab" * 32 in text
    assert read.metadata is not None
    assert read.metadata.title == paper.title
    assert read.root_object["/MarkInfo"]["/Marked"]  # type: ignore[index]
    fonts = {font for page in read.pages for font in page["/Resources"]["/Font"].get_object().values()}  # type: ignore[index]
    assert all("NotoSansCJK" in str(font.get_object()["/BaseFont"]) for font in fonts)
    assert content == pdf_of(paper, at=AT)


@pytest.mark.parametrize(
    ("state", "mark"),
    [
        (CircularState.DRAFT, "草稿"),
        (CircularState.SUBMITTED, "草稿"),
        (CircularState.DISCARDED, "作废"),
        (CircularState.SIGNED, ""),
    ],
)
def test_what_is_not_signed_says_so_on_each_page(state: CircularState, mark: str):
    with translation.override("zh-hans"):
        paper = paper_of(sheet(state))
        each = pages(pdf_of(paper, at=AT))
        head = Document(BytesIO(docx_of(paper, at=AT))).sections[0].header

    assert len(each) > 1
    assert [one.count("草稿") + one.count("作废") > 0 for one in each] == [bool(mark)] * len(each)
    assert [mark in one for one in each] == [True] * len(each)
    assert "".join(one.text for one in head.paragraphs) == mark


def test_drawings_stand_in_both_with_what_they_show_in_words():
    with translation.override("zh-hans"):
        paper = paper_of(sheet())
        content = docx_of(paper, at=AT)
        charts = [chart for section in paper.sections for chart in section.charts]

    with zipfile.ZipFile(BytesIO(content)) as parts:
        pictures = [name for name in parts.namelist() if name.startswith("word/media/")]
        words = parts.read("word/document.xml").decode()
    assert len(charts) == len(DRAWN)
    assert len(pictures) == len(DRAWN)
    assert all(f'descr="{chart.alt}"' in words for chart in charts)
    assert png_of(charts[0].svg).startswith(b"\x89PNG")


def test_nothing_is_drawn_of_what_is_withheld():
    hidden = Number("bad_reviews", "Bad reviews", None, withheld="DQ-03")

    assert trend_svg([figure(hidden, label="2026-05")]) == ""


def test_who_stands_apart_is_named_with_both_numbers_and_the_rest_counted():
    with translation.override("zh-hans"):
        text = first_texts(figures())[Block.FINDINGS]

    assert "河湾区行政审批局" in text
    assert "16.7%（40/240）" in text
    assert "0.7%（2/300）" in text
    assert "档案局" not in text


def test_few_are_not_held_against_each_other():
    few = figures()
    (part,) = few.parts
    few = msgspec.structs.replace(few, parts=(msgspec.structs.replace(part, above=(), below=(), within=1),))

    text = first_texts(few)[Block.FINDINGS]

    assert "审批局" not in text


def test_the_first_text_tells_the_headlines_in_their_order():
    with translation.override("en"):
        text = first_texts(figures())[Block.INTRODUCTION]

    labels = [text.index(f"{BY_NAME[name].label}: ") for name in HEADLINES]
    assert labels == sorted(labels)


def test_a_correction_says_whose_place_it_takes_on_its_first_page():
    former = replace(sheet(CircularState.SIGNED).row, number=1)
    other = sheet(CircularState.SIGNED)
    other = replace(other, row=replace(other.row, number=2), former=former, correction="漏报一个大厅")
    with translation.override("zh-hans"):
        first = pages(pdf_of(paper_of(other), at=AT))[0]

    assert "漏报一个大厅" in first


# As the room lets texts in: no control characters, ten thousand characters at most; any script, any sign of Typst or XML.
_TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t#$*_@<>&[]{}\\`=-+/~\"'￾￿"),
    max_size=200,
)


@settings(max_examples=15)
@given(text=_TEXTS)
def test_no_text_breaks_a_file_or_is_taken_for_markup(text: str):
    whole = sheet(findings=text, demands="#panic(1) *x* <b>&amp;</b>")

    paper = paper_of(whole)
    words, _ = docx(docx_of(paper, at=AT))
    content = pdf_of(paper, at=AT)

    assert "#panic(1) *x* <b>&amp;</b>" in words
    assert "#panic(1)*x*<b>&amp;</b>" in "".join(pages(content))


@pytest.mark.parametrize("text", ["表情😀", "སྤྱི་ཚོགས།", "خىزمەت", "\U00020000", "\ufffe\uffff"])
def test_what_the_font_does_not_have_is_no_pdf_a_and_stands_there(text: str):
    paper = paper_of(sheet(findings=f"前{text}后"))

    content = pdf_of(paper, at=AT)

    assert "前" in "".join(pages(content))
    assert Document(BytesIO(docx_of(paper, at=AT))).paragraphs


def test_the_longest_texts_are_set():
    long = "长" * TEXT_LIMIT
    paper = paper_of(sheet(introduction=long, findings=long, demands="无空格" + "x" * 5_000))

    words, _ = docx(docx_of(paper, at=AT))

    assert words.count("长") >= 2 * TEXT_LIMIT
    assert len(pages(pdf_of(paper, at=AT))) > 10
