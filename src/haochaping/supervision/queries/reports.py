"""评价人权益保护 reads: the reports of one's divisions, and what was done with each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.kernel.refused import Refused
from haochaping.reviews.rules import receipt_hash
from haochaping.supervision import access
from haochaping.supervision.models import ReprisalEvent, ReprisalReport
from haochaping.supervision.terms import (
    NO_SUCH_REPORT,
    REPORT_RECEIPT_UNKNOWN,
    ReportAnswer,
    ReportEventRow,
    ReportMove,
    ReportRow,
    ReportState,
)

if TYPE_CHECKING:
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_REPORT = (
    "id",
    "review_id",
    "division__name",
    "review__agency__name",
    "review__item__name",
    "state",
    "text",
    "reported_at",
)
# What stands on the review is called as on the report.
_NAMES = tuple(name.removeprefix("review__").replace("__", "_") for name in _REPORT)


def _row(values: tuple[object, ...]) -> ReportRow:
    columns = dict(zip(_NAMES, values, strict=True))
    columns["state"] = ReportState(str(columns["state"]))
    return ReportRow(**columns)  # type: ignore[arg-type]


def reports(by: Actor, *, done: bool = False, limit: int = 50, offset: int = 0) -> list[ReportRow]:
    """The reports of one's divisions: those that wait, oldest first, or the closed ones, newest first."""
    rows = ReprisalReport.objects.filter(access.reports(by))
    if done:
        rows = rows.filter(state=ReportState.CLOSED).order_by("-reported_at", "-id")
    else:
        rows = rows.exclude(state=ReportState.CLOSED).order_by("reported_at", "id")
    return [_row(values) for values in rows.values_list(*_REPORT)[offset : offset + limit]]


def report(report_id: UUID, *, by: Actor) -> ReportRow:
    """One report; raises `Refused` when it is not there or not the actor's to see."""
    for values in ReprisalReport.objects.filter(access.reports(by), id=report_id).values_list(*_REPORT):
        return _row(values)
    raise Refused(NO_SUCH_REPORT)


def report_of(review_id: UUID) -> UUID:
    """The id of the report about a review that is not closed yet: there is one at most."""
    return (
        ReprisalReport.objects.exclude(state=ReportState.CLOSED)
        .values_list("id", flat=True)
        .get(review_id=review_id)
    )


def report_answer(receipt: str) -> ReportAnswer:
    """What became of the report with this number, for whoever holds it; raises `Refused(REPORT_RECEIPT_UNKNOWN)`.

    Found by the hash of the whole number: how long it takes says nothing about any part of it.
    """
    rows = ReprisalReport.objects.filter(receipt_hash=receipt_hash(receipt))
    found = rows.values_list("id", "division__name", "state", "reported_at").first()
    if found is None:
        raise Refused(REPORT_RECEIPT_UNKNOWN)
    report_id, division_name, state, reported_at = found
    closed = ReprisalEvent.objects.filter(report_id=report_id, move=ReportMove.CLOSE)
    answered_at, answer = closed.values_list("at", "note").first() or (None, "")
    return ReportAnswer(division_name, ReportState(state), reported_at, answered_at, answer)


def is_report(receipt: str) -> bool:
    """Whether a report of a disadvantage has this number."""
    return ReprisalReport.objects.filter(receipt_hash=receipt_hash(receipt)).exists()


def report_events(report_id: UUID) -> list[ReportEventRow]:
    """What was done with a report, oldest first."""
    rows = ReprisalEvent.objects.filter(report_id=report_id).order_by("at", "id")
    return [
        ReportEventRow(ReportMove(move), at, by, note)
        for move, at, by, note in rows.values_list("move", "at", "by", "note")
    ]
