"""指标 of a place as programs and spreadsheets get them: the figures of the page, one row each with all it is made of."""

from __future__ import annotations

from dataclasses import dataclass

# msgspec reads the annotations at run time.
from datetime import date, datetime  # noqa: TC003 - msgspec reads it at run time
from typing import TYPE_CHECKING, Annotated, Literal

from django.utils.translation import gettext
from msgspec import Meta, Struct, field

from haochaping.directory import queries as directory
from haochaping.doors.quality import why_withheld
from haochaping.exchange.quality import queries as quality
from haochaping.exchange.quality.terms import Grade  # noqa: TC001 - msgspec reads it at run time
from haochaping.insight import queries as insight
from haochaping.insight.rules import BY_NAME, measures_of
from haochaping.insight.terms import Place
from haochaping.kernel.periods import BEIJING, Period, local_day
from haochaping.kernel.refused import N_
from haochaping.ui.moments import iso
from haochaping.ui.numbers import too_few

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from haochaping.exchange.quality.terms import MonthRow
    from haochaping.insight.terms import MeasureValue

type Kind = Literal["division", "agency", "item", "hall"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of the directory that has figures, and the division whose withheld figures are its own."""

    kind: Kind
    code: str
    name: str
    place: Place
    division_path: str
    id: int


class Measure(Struct):
    """指标: one published figure."""

    name: Annotated[str, Meta(description=N_("Stable name of the measure."))]
    label: Annotated[str, Meta(description=N_("Its name in words."))]
    value: Annotated[
        float | None,
        Meta(
            description=N_(
                "A count, a share from 0 to 1, or an average; null for a share or average of fewer than `at_least`, or while "
                "withheld."
            )
        ),
    ]
    numerator: Annotated[
        int | None,
        Meta(description=N_("What was counted, or added up for an average; null while withheld.")),
    ]
    denominator: Annotated[
        int | None, Meta(description=N_("Out of how many; null for a count, or while withheld."))
    ]
    exclusions: Annotated[list[str], Meta(description=N_("What was left out, in words."))]
    interval: Annotated[
        Annotated[list[float], Meta(min_length=2, max_length=2)] | None,
        Meta(
            description=N_(
                "Between what the share or average may well lie at 95 %: of a share Wilson’s interval, the exact one where "
                "either side counts five at most; of an average that of the normal law; null with `value`, for a count, and "
                "for an average of what is all alike."
            )
        ),
    ]
    unit: Annotated[str, Meta(description=N_("What is counted, in words."))]
    day: Annotated[str, Meta(description=N_("By which day it counts, in words."))]
    at_least: Annotated[
        int | None,
        Meta(
            description=N_("Of how many a share or an average has to be made to be told; null for a count.")
        ),
    ]
    source: Annotated[str, Meta(description=N_("Which regulation or paper it comes from."))]
    withheld: Annotated[
        str, Meta(description=N_("Why the figure is not published for the time being; empty when it is."))
    ] = ""
    no_value: Annotated[
        str, Meta(description=N_("Why there is no value: withheld, or too few; empty where there is one."))
    ] = ""


class SourceGrade(Struct):
    """How good what a source of the division sent in the month before is."""

    source: Annotated[str, Meta(description=N_("Code of the platform."))]
    name: Annotated[str, Meta(description=N_("Its name in words."))]
    month: Annotated[str, Meta(description=N_("The month, as 2026-06."))]
    score: Annotated[
        float | None,
        Meta(description=N_("Points from 0 to 100; null where nothing was sent and nothing is missing.")),
    ]
    grade: Annotated[
        Grade | None,
        Meta(
            description=N_(
                "A from 95 points, B from 85, C from 70, D below; not reconciled, at best B; null without points."
            )
        ),
    ]


class Measures(Struct):
    """All figures of a place and period."""

    as_of: Annotated[datetime, Meta(description=N_("The moment for which the figures hold."))]
    kind: Annotated[Kind, Meta(description=N_("What the place is: division, agency, item or hall."))]
    code: Annotated[str, Meta(description=N_("Code of the place."))]
    place: Annotated[str, Meta(description=N_("Name of the place."))]
    measures: Annotated[
        list[Measure], Meta(description=N_("Bad reviews and participation before the good rate."))
    ]
    quality: Annotated[
        list[SourceGrade],
        Meta(
            description=N_(
                "Of a division, its own sources last month, the worst first; of other places none."
            )
        ),
    ]
    start: Annotated[date | None, Meta(description=N_("First day, included; null for the beginning."))] = (
        field(default=None, name="from")
    )
    end: Annotated[date | None, Meta(description=N_("Last day, included; null for today."))] = field(
        default=None, name="to"
    )


def spot_of(kind: Kind, code: str) -> Spot | None:
    """A division, an agency, an item or a hall by its code; None where the directory has none."""
    return _FOUND[kind](code)


def _division(code: str) -> Spot | None:
    found = directory.division(code)
    if found is None:
        return None
    place = Place(division_path=found.path)
    return Spot("division", found.code, found.name, place, found.path, found.id)


def _agency(code: str) -> Spot | None:
    found = directory.agencies([code]).get(code)
    if found is None:
        return None
    place, path = Place(agency_path=found.path), directory.division_by_id(found.division_id).path
    return Spot("agency", found.code, found.name, place, path, found.id)


def _item(code: str) -> Spot | None:
    found = directory.items([code]).get(code)
    if found is None:
        return None
    path = directory.division_by_id(directory.agency_by_id(found.agency_id).division_id).path
    return Spot("item", found.code, found.name, Place(item_id=found.id), path, found.id)


def _hall(code: str) -> Spot | None:
    found = directory.halls([code]).get(code)
    if found is None:
        return None
    return Spot("hall", found.code, found.name, Place(hall_id=found.id), found.division_path, found.id)


_FOUND: dict[Kind, Callable[[str], Spot | None]] = {
    "division": _division,
    "agency": _agency,
    "item": _item,
    "hall": _hall,
}


def told(spot: Spot, period: Period, now: datetime) -> Measures:
    """The figures of a place as they are published at this moment."""
    values = insight.figures(spot.place, spot.division_path, period, of=measures_of(spot.place))
    return Measures(
        as_of=now.astimezone(BEIJING),
        kind=spot.kind,
        code=spot.code,
        place=spot.name,
        measures=[measure_of(value) for value in values],
        quality=grades_of(spot.id, now) if spot.kind == "division" else [],
        start=period.start,
        end=period.end,
    )


def grades_of(division_id: int, now: datetime) -> list[SourceGrade]:
    """The grades of a division's own sources for the month before this one."""
    return as_grades(quality.last_month_of(division_id, before=local_day(now)).answer)


def as_grades(found: Iterable[MonthRow]) -> list[SourceGrade]:
    """The same of what was asked together with others."""
    return [
        SourceGrade(one.source, one.source_name, f"{one.month:%Y-%m}", one.score, one.grade) for one in found
    ]


def measure_of(value: MeasureValue, *, inside: bool = False) -> Measure:
    """A measure that was worked out, with all its words; `inside` the authority the numbers of what is withheld stay."""
    defined = BY_NAME[value.name]
    withheld = why_withheld(value.withheld)
    hidden = bool(withheld) and not inside
    return Measure(
        name=value.name,
        label=gettext(value.label),
        value=value.value,
        numerator=None if hidden else value.numerator,
        denominator=None if hidden else value.denominator,
        exclusions=[gettext(exclusion) for exclusion in value.exclusions],
        interval=list(value.interval) if value.interval else None,
        unit=gettext(defined.unit),
        day=gettext(defined.day),
        at_least=defined.at_least,
        source=defined.source,
        withheld=withheld,
        no_value=withheld or (too_few() if value.value is None else ""),
    )


COLUMNS = (
    N_("Code"),
    N_("Place"),
    N_("Name in the interface"),
    N_("Measure"),
    N_("Value"),
    N_("Lower end"),
    N_("Upper end"),
    N_("Numerator"),
    N_("Denominator"),
    N_("Unit"),
    N_("Told from"),
    N_("Why there is no value"),
    N_("By which day"),
    N_("Not counted"),
    N_("Source"),
    N_("From"),
    N_("To"),
    N_("As of"),
)


def lines(found: Measures) -> list[list[str]]:
    """The same as rows of a file, under `COLUMNS`; what is not told is empty."""
    return lines_of(found.code, found.place, found.measures, Period(found.start, found.end), found.as_of)


def lines_of(
    code: str, place: str, measures: Sequence[Measure], period: Period, as_of: datetime
) -> list[list[str]]:
    """Rows of a file for one place, which may also be a part of another or a month; what is not told is empty."""
    between = [_cell(period.start), _cell(period.end), iso(as_of)]
    return [
        [
            code,
            place,
            one.name,
            one.label,
            *map(_cell, (one.value, *(one.interval or (None, None)), one.numerator, one.denominator)),
            one.unit,
            _cell(one.at_least),
            one.no_value,
            one.day,
            gettext("; ").join(one.exclusions),
            one.source,
            *between,
        ]
        for one in measures
    ]


def _cell(told: float | date | None) -> str:
    return "" if told is None else str(told)
