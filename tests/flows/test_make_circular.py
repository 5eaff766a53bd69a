"""通报的数据: the very figures of the page, as of one moment and for good; withheld and small ones as everywhere."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import queries as directory
from haochaping.flows import make_circular
from haochaping.flows.make_circular import DRAWN, OF_LINES
from haochaping.insight import queries as insight
from haochaping.insight.rules import MEASURES
from haochaping.insight.terms import FactKind, Place
from haochaping.kernel.periods import Period
from haochaping.kernel.refused import Refused
from haochaping.publicity.circulars import queries
from tests import worlds
from tests.publicity.circulars import town

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from haochaping.insight.terms import MeasureValue
    from haochaping.publicity.circulars.terms import Figures, Number

K = FactKind
_PERIOD = Period(date(2026, 5, 1), date(2026, 5, 31))


@pytest.fixture
def _town(now: datetime) -> None:
    town.build(now)


def kept(now: datetime) -> Figures:
    return queries.sheet(town.made(now), by=town.WRITER).figures


def same(numbers: Iterable[Number], values: Iterable[MeasureValue]) -> bool:
    """Whether kept numbers are these figures to the last unit, and nothing of what is withheld."""
    return [(n.name, n.label, n.numerator, n.denominator, n.squares, n.withheld) for n in numbers] == [
        (
            v.name,
            v.label,
            *((None, None, None) if v.withheld else (v.numerator, v.denominator, v.squares)),
            v.withheld,
        )
        for v in values
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("_town")
def test_the_numbers_are_those_of_the_page_and_its_files(now: datetime):
    figures = kept(now)
    county = directory.division(worlds.COUNTY)
    assert county is not None

    assert same(figures.numbers, insight.figures(Place(division_path=county.path), county.path, _PERIOD))
    assert [one.name for one in figures.numbers] == [measure.name for measure in MEASURES]
    assert {one.name: one.numerator for one in figures.numbers}["bad_reviews"] == 43
    assert (figures.place.name, figures.division.code, figures.as_of) == ("河湾区", worlds.COUNTY, now)


@pytest.mark.django_db
@pytest.mark.usefixtures("_town")
def test_the_parts_and_the_months_are_those_of_their_pages(now: datetime):
    figures = kept(now)
    (part,) = figures.parts
    agencies = directory.agencies(town.COUNTED)
    found = insight.measures_of_each("agency", [one.id for one in agencies.values()], _PERIOD, of=OF_LINES)

    assert [line.place.code for line in part.lines] == sorted(town.COUNTED)
    for line in part.lines:
        assert same(line.numbers, found[agencies[line.place.code].id])
    assert (part.above, part.below, part.within, part.few) == ((worlds.AGENCY,), (town.GOOD_AGENCY,), 0, 1)
    assert len(figures.months) == 12
    assert (figures.months[-1].first, figures.months[-1].so_far) == (town.MAY, False)
    county = Place(division_path=directory.division_by_id(agencies[worlds.AGENCY].division_id).path)
    months = insight.measures_of_months(county, {town.MAY: _PERIOD}, of=DRAWN)
    assert same(figures.months[-1].numbers, months[town.MAY])


@pytest.mark.django_db
@pytest.mark.usefixtures("_town")
def test_what_comes_later_changes_nothing_of_it(now: datetime):
    made = town.made(now)
    before = queries.sheet(made, by=town.WRITER).figures

    town.count(worlds.AGENCY, {(K.REVIEW, 1, "active_self"): 60})

    assert queries.sheet(made, by=town.WRITER).figures == before
    again = make_circular.make_special(
        "division",
        worlds.COUNTY,
        *(date(2026, 5, 1), date(2026, 5, 31)),
        words=town.words,
        by=town.WRITER,
        now=now,
    )
    numbers = {one.name: one.numerator for one in queries.sheet(again, by=town.WRITER).figures.numbers}
    assert numbers["bad_reviews"] == 103


@pytest.mark.django_db
@pytest.mark.usefixtures("_town")
def test_what_cannot_be_is_withheld_with_its_reason_and_no_number(now: datetime):
    town.count(worlds.AGENCY, {(K.REVIEWED, 0, ""): 50_000})

    figures = kept(now)

    withheld = {one.name: one for one in figures.numbers if one.withheld}
    assert set(withheld) == {"participation_rate", "not_reviewed_rate"}
    assert {(one.numerator, one.denominator) for one in withheld.values()} == {(None, None)}
    assert [(one.place, one.rule) for one in figures.held] == [("河湾区", "DQ-01")]
    assert set(figures.held[0].measures) == {one.label for one in withheld.values()}


@pytest.mark.django_db
@pytest.mark.usefixtures("_town")
@pytest.mark.parametrize(
    ("kind", "code", "inside"),
    [("agency", worlds.AGENCY, "item"), ("item", worlds.ITEM, None), ("division", worlds.CITY, "division")],
)
def test_special_reports_are_about_any_place(now: datetime, kind: str, code: str, inside: str | None):
    made = make_circular.make_special(
        kind,  # type: ignore[arg-type]
        code,
        date(2026, 5, 3),
        date(2026, 6, 1),
        words=town.words,
        by=town.WRITER,
        now=now,
    )

    figures = queries.sheet(made, by=town.WRITER).figures
    assert (figures.kind, figures.place.code) == (kind, code)
    assert [part.kind for part in figures.parts] == ([inside] if inside else [])
    assert {one.name: one.numerator for one in figures.numbers}["bad_reviews"] == (
        43 if kind == "division" else 40
    )
    assert figures.months[-1].so_far


@pytest.mark.django_db
@pytest.mark.usefixtures("_town")
def test_what_nobody_can_report_about_is_refused(now: datetime):
    monthly = partial(make_circular.make_monthly, words=town.words, by=town.WRITER, now=now)
    special = partial(make_circular.make_special, words=town.words, by=town.WRITER, now=now)
    day = date(2026, 5, 1)

    attempts: tuple[tuple[str, Callable[[], object]], ...] = (
        ("month_not_over", lambda: monthly(worlds.COUNTY, date(2026, 6, 9))),
        ("unknown_division", lambda: monthly("999", town.MAY)),
        ("unknown_agency", lambda: special("agency", "x", day, day)),
        ("unknown_item", lambda: special("item", "x", day, day)),
        (
            "circular_days_wrong",
            lambda: special("division", worlds.COUNTY, day, day - timedelta(days=1)),
        ),
        (
            "circular_days_wrong",
            lambda: special("division", worlds.COUNTY, day, date(2026, 6, 2)),
        ),
    )
    for code, attempt in attempts:
        with pytest.raises(Refused, match=code):
            attempt()
