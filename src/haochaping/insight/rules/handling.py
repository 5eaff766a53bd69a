"""过程性评价: how cases were handled, beside what people say of it: units and 指标 of time, trips, materials, questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.insight.rules.totals import BY_COMPLETION, BY_VOICE, of_kind, total, weighed
from haochaping.insight.rules.words import UNSIGNED_CASES
from haochaping.insight.terms import FactKey, FactKind, Measure, Said
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from haochaping.cases.terms import Handled

_CASES = N_("cases")
_DAYS = N_("working days")
_SOURCE = "国办发〔2019〕51号"


def handling_units(handled: Handled, case: FactKey) -> Iterator[FactKey]:
    """A completed case counts on that day, once more with the number in `level` for each thing that is told of it."""
    completed = case._replace(kind=FactKind.HANDLED, day=handled.day, provenance=_verdict(handled.kept))
    told: dict[FactKind, int | None] = {
        # What was taken is told beside what was promised, of the same cases.
        FactKind.TOOK: None if handled.promised is None else handled.took,
        FactKind.PROMISED: handled.promised,
        FactKind.TRIPS: handled.trips,
        FactKind.MATERIALS: handled.materials,
    }
    yield completed
    for kind, number in told.items():
        if number is not None:
            yield completed._replace(kind=kind, level=number, provenance="")


def _verdict(kept: bool | None) -> str:
    if kept is None:
        return ""
    return Said.KEPT if kept else Said.LATE


def _average(
    name: str, label: str, kind: FactKind, *, counts: str, out_of: str, unit: str, missing: str
) -> Measure:
    return Measure(
        name,
        label,
        weighed(kind),
        of_kind(kind),
        (_NOT_COMPLETED, UNSIGNED_CASES, missing),
        _SOURCE,
        unit,
        counts=counts,
        day=BY_COMPLETION,
        out_of=out_of,
        squares=weighed(kind, power=2),
    )


_NOT_COMPLETED = N_("cases that are not completed, or of which nobody has told when")
_NO_PROMISE = N_(
    "cases of which no promised limit or no beginning is told, and those beyond the working calendar"
)
_NOT_IN_WORKING_DAYS = N_("cases whose promise is not in working days, or beyond the working calendar")
_PAPERS = N_(
    "nothing is taken off for papers that were waited for or for special procedures, which is not told"
)
_OF_PROMISES = N_("Completed cases that had promised a number of working days.")

OF_HANDLING = (
    Measure(
        "completed_cases",
        N_("Cases completed"),
        of_kind(FactKind.HANDLED),
        None,
        (_NOT_COMPLETED, UNSIGNED_CASES),
        _SOURCE,
        _CASES,
        counts=N_("Cases that were completed, on the day that was told."),
        day=BY_COMPLETION,
    ),
    Measure(
        "on_time_completion_rate",
        N_("Cases completed within the promised limit"),
        of_kind(FactKind.HANDLED, Said.KEPT),
        of_kind(FactKind.HANDLED, Said.KEPT, Said.LATE),
        (_NOT_COMPLETED, UNSIGNED_CASES, _NO_PROMISE, _PAPERS),
        _SOURCE,
        _CASES,
        counts=N_("Of these, cases completed within their limit, the day of acceptance not counted."),
        day=BY_COMPLETION,
        out_of=N_("Completed cases with a promised limit."),
    ),
    _average(
        "average_days_promised",
        N_("Working days promised, on average"),
        FactKind.PROMISED,
        counts=N_("The working days promised for these cases added up."),
        out_of=_OF_PROMISES,
        unit=_DAYS,
        missing=_NOT_IN_WORKING_DAYS,
    ),
    _average(
        "average_days_taken",
        N_("Working days taken, on average"),
        FactKind.TOOK,
        counts=N_(
            "The working days from the one after acceptance to completion added up, by the calendar of the division."
        ),
        out_of=_OF_PROMISES,
        unit=_DAYS,
        missing=_NOT_IN_WORKING_DAYS,
    ),
    _average(
        "average_trips",
        N_("Trips, on average"),
        FactKind.TRIPS,
        counts=N_("How often the applicants of these cases had to come, added up."),
        out_of=N_("Completed cases of which the number of trips is told."),
        unit=N_("trips"),
        missing=N_("cases of which the number of trips is not told"),
    ),
    Measure(
        "one_trip_rate",
        N_("Cases done in one trip at most"),
        total(FactKind.TRIPS, lambda part: part[1] <= 1),
        of_kind(FactKind.TRIPS),
        (_NOT_COMPLETED, UNSIGNED_CASES, N_("cases of which the number of trips is not told")),
        _SOURCE,
        _CASES,
        counts=N_("Of these, cases whose applicant came once or not at all."),
        day=BY_COMPLETION,
        out_of=N_("Completed cases of which the number of trips is told."),
    ),
    _average(
        "average_materials",
        N_("Materials handed in, on average"),
        FactKind.MATERIALS,
        counts=N_("The materials handed in for these cases added up."),
        out_of=N_("Completed cases of which the number of materials is told."),
        unit=N_("materials"),
        missing=N_("cases of which the number of materials is not told"),
    ),
    Measure(
        "question_on_time_rate",
        N_("Questions answered on time"),
        of_kind(FactKind.QUESTION, Said.KEPT),
        of_kind(FactKind.QUESTION, Said.KEPT, Said.LATE),
        (N_("those taken over from an older system"), N_("those that are not answered and not due yet")),
        _SOURCE,
        N_("questions"),
        counts=N_("Those that were answered by the promised moment in every round."),
        day=BY_VOICE,
        out_of=N_("After-sales questions that were answered, or are overdue."),
    ),
)
