"""Rows of cases and services: copied in where they are new, written over where they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from haochaping.cases import queries
from haochaping.cases.actions.persons import name_persons
from haochaping.cases.actions.worked import days_worked
from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.rules import begun_and_completed, code_doubt, handled, is_aged_60, person_doubt
from haochaping.cases.terms import CaseFacts, CaseStatus, OccurrenceFacts
from haochaping.kernel.identifiers import uuid7, uuids7
from haochaping.kernel.periods import local_day
from haochaping.postgres.rows import copy_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.cases.actions.binding import Bound, Served
    from haochaping.cases.actions.intake import TakenIn
    from haochaping.cases.actions.persons import Persons
    from haochaping.cases.terms import NewCase


def insert(
    new: Sequence[tuple[Bound, Persons]], places: Served, *, verified: bool, now: datetime
) -> list[CaseFacts]:
    """Store cases that are not there yet, in the order of their keys; returns what is counted of each, as given."""
    ids = uuids7(now, len(new))
    in_order = sorted(range(len(new)), key=lambda n: (new[n][0].platform_id, new[n][0].case.case_no))
    worked = days_worked([(row.division_id, _span(row.case)) for row, _ in new])
    copy_rows(
        "cases_case",
        _CASE,
        (_case(ids[n], *new[n], worked[n], verified=verified, now=now) for n in in_order),
    )
    occurrence_ids = iter(uuids7(now, sum(len(row.case.occurrences) for row, _ in new)))
    told = [
        [
            (next(occurrence_ids), occurrence, places.of(row, occurrence))
            for occurrence in row.case.occurrences
        ]
        for row, _ in new
    ]
    copy_rows(
        "cases_service_occurrence",
        _OCCURRENCE,
        (
            (occurrence_id, case_id, o.no, o.name, o.stage.value, o.at, o.channel.value, *where)
            for case_id, occurrences in zip(ids, told, strict=True)
            for occurrence_id, o, where in occurrences
        ),
    )
    return [
        CaseFacts(
            case_id,
            local_day(row.case.applied_at or row.case.accepted_at or now),
            row.division_id,
            row.agency_id,
            row.item_id,
            verified,
            row.case.status == CaseStatus.WITHDRAWN,
            tuple(
                OccurrenceFacts(occurrence_id, local_day(o.at), hall_id or 0, o.stage.value)
                for occurrence_id, o, (hall_id, _, _) in occurrences
            ),
            handled(
                row.case.status,
                row.case.applied_at,
                row.case.accepted_at,
                row.case.completed_at,
                promised_limit=row.case.promised_limit,
                worked=days,
                trips=row.case.trips,
                materials=row.case.materials,
            ),
        )
        for case_id, (row, _), occurrences, days in zip(ids, new, told, worked, strict=True)
    ]


def _span(case: NewCase | Case) -> tuple[date, date] | None:
    return begun_and_completed(case.status, case.applied_at, case.accepted_at, case.completed_at)


def _case(
    case_id: UUID, bound: Bound, persons: Persons, worked: int | None, *, verified: bool, now: datetime
) -> tuple[object, ...]:
    """A case's row in the order of `_CASE`."""
    case = bound.case
    return (
        case_id,
        bound.platform_id,
        case.case_no,
        bound.item_id,
        bound.agency_id,
        bound.division_id,
        case.status.value,
        case.kind.value,
        case.channel.value if case.channel else "",
        case.applied_at,
        case.accepted_at,
        case.completed_at,
        case.promised_limit,
        case.statutory_limit,
        case.trips,
        case.materials,
        worked,
        persons[0],
        case.person_kind.value,
        person_doubt(case).value,
        code_doubt(case).value,
        persons[1] is not None,
        persons[1],
        is_aged_60(case.birth_year, now),
        verified,
        case.revised_at,
        bound.digest,
        now,
        now,
        bound.told_at,
    )


_CASE: dict[LiteralString, LiteralString] = {
    "id": "uuid",
    "platform_id": "int8",
    "case_no": "varchar",
    "item_id": "int8",
    "agency_id": "int8",
    "division_id": "int8",
    "status": "varchar",
    "kind": "varchar",
    "channel": "varchar",
    "applied_at": "timestamptz",
    "accepted_at": "timestamptz",
    "completed_at": "timestamptz",
    "promised_limit": "varchar",
    "statutory_limit": "varchar",
    "trips": "int2",
    "materials": "int2",
    "worked_days": "int2",
    "person_id": "uuid",
    "person_kind": "varchar",
    "person_doubt": "varchar",
    "code_doubt": "varchar",
    "by_agent": "bool",
    "agent_id": "uuid",
    "aged_60": "bool",
    "verified": "bool",
    "revised_at": "timestamptz",
    "digest": "bytea",
    "received_at": "timestamptz",
    "updated_at": "timestamptz",
    "told_at": "timestamptz",
}
_OCCURRENCE: dict[LiteralString, LiteralString] = {
    "id": "uuid",
    "case_id": "uuid",
    "no": "int2",
    "name": "varchar",
    "stage": "varchar",
    "at": "timestamptz",
    "channel": "varchar",
    "hall_id": "int8",
    "window_id": "int8",
    "staff_id": "int8",
}


def update(
    taken: TakenIn,
    changed: list[tuple[Bound, Case]],
    sealed: Sequence[Persons],
    places: Served,
    *,
    verified: bool,
    now: datetime,
) -> None:
    """Write over cases that are there and locked, with their services."""
    before = queries.facts_of(case.pk for _, case in changed)
    for case_id, facts in before.items():
        # The first state of this transaction is the one to take back from the counters.
        if case_id not in taken.after:
            taken.before[case_id] = facts
    rows = [
        _filled(case, row, persons, verified=verified, now=now)
        for (row, case), persons in zip(changed, sealed, strict=True)
    ]
    for case, days in zip(rows, days_worked([(row.division_id, _span(row)) for row in rows]), strict=True):
        case.worked_days = days
    Case.objects.bulk_update(rows, _CHANGEABLE)
    ServiceOccurrence.objects.bulk_create(
        [
            ServiceOccurrence(
                id=uuid7(now),
                case=case,
                no=o.no,
                name=o.name,
                stage=o.stage,
                at=o.at,
                channel=o.channel,
                **dict(zip(("hall_id", "window_id", "staff_id"), places.of(row, o), strict=True)),
            )
            for row, case in changed
            for o in row.case.occurrences
        ],
        update_conflicts=True,
        unique_fields=["case", "no"],
        update_fields=["name", "stage", "at", "channel", "hall", "window", "staff"],
    )
    taken.after |= queries.facts_of(case.pk for case in rows)
    # What was told late completes nothing: the last service was asked about when the completion was told.
    told_now = [case.pk for row, case in changed if not (row.overtaken and before[case.pk].occurrences)]
    taken.completed |= queries.completed(told_now)


_CHANGEABLE = [
    "item",
    "agency",
    "division",
    "status",
    "kind",
    "channel",
    "applied_at",
    "accepted_at",
    "completed_at",
    "promised_limit",
    "statutory_limit",
    "trips",
    "materials",
    "worked_days",
    "person_id",
    "person_kind",
    "person_doubt",
    "code_doubt",
    "by_agent",
    "agent_id",
    "aged_60",
    "verified",
    "revised_at",
    "digest",
    "updated_at",
    "told_at",
]


def _filled(
    row: Case, bound: Bound, persons: tuple[UUID | None, UUID | None], *, verified: bool, now: datetime
) -> Case:
    case = bound.case
    stood_since = row.told_at or row.updated_at
    row.updated_at = now
    if bound.overtaken:
        row.told_at = stood_since
        for name, said in bound.beginning.items():
            setattr(row, name, said)
        name_persons(row, case, persons, now)
        return row
    # A step of a case names no codes: what was seen of them stays as long as what they led to.
    if case.said is not None or (row.item_id, row.division_id) != (bound.item_id, bound.division_id):
        row.code_doubt = code_doubt(case)
    row.platform_id = bound.platform_id
    row.case_no = case.case_no
    row.item_id, row.agency_id, row.division_id = bound.item_id, bound.agency_id, bound.division_id
    row.status, row.kind = case.status, case.kind
    row.applied_at, row.accepted_at, row.completed_at = case.applied_at, case.accepted_at, case.completed_at
    row.promised_limit, row.statutory_limit = case.promised_limit, case.statutory_limit
    row.trips, row.materials = case.trips, case.materials
    row.channel = case.channel or row.channel
    # Who says no version takes none away; one from an unsigned address ends with what a platform says.
    row.revised_at = case.revised_at or (row.revised_at if row.verified >= verified else None)
    # One that waited may be the newer version all the same: what was told in between stays told.
    row.told_at = bound.told_at
    if bound.told_at and row.verified >= verified:
        row.told_at = max(bound.told_at, stood_since)
    row.verified = verified
    row.digest = bound.digest
    name_persons(row, case, persons, now)
    return row
