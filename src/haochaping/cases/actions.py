"""办件 writes: one way in, set-wise, idempotent by (platform, case number)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from haochaping.cases import queries
from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.rules import digest, is_aged_60
from haochaping.cases.states import may_become
from haochaping.cases.terms import (
    FORBIDDEN_STATUS,
    OUT_OF_SCOPE,
    UNKNOWN_AGENCY,
    UNKNOWN_DIVISION,
    UNKNOWN_ITEM,
    UNKNOWN_SOURCE,
    CaseStatus,
)
from haochaping.directory import queries as directory
from haochaping.identity import actions as identity
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.refused import Complaint
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.terms import CaseFacts, NewCase, NewOccurrence
    from haochaping.directory.terms import AgencyRef, DivisionRef, ItemRef, Ref
    from haochaping.kernel.actor import Actor

_LOCK_NAMESPACE = 0x6361  # "ca": one writer at a time per platform, so that an upsert sees what it replaces


@dataclass(slots=True)
class TakenIn:
    """What a batch came to: one outcome per case in order, and the counted facts before and after."""

    outcomes: list[Outcome]
    before: dict[UUID, CaseFacts] = field(default_factory=dict)
    after: dict[UUID, CaseFacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Places:
    platforms: dict[str, Ref]
    divisions: dict[str, DivisionRef]
    agencies: dict[str, AgencyRef]
    items: dict[str, ItemRef]


@dataclass(frozen=True, slots=True)
class _Bound:
    position: int
    case: NewCase
    platform_id: int
    division_id: int
    agency_id: int
    item_id: int
    digest: bytes


@transaction.atomic
def take_in(cases: Sequence[NewCase], *, verified: bool = True, by: Actor, now: datetime) -> TakenIn:
    """Insert or update cases with their occurrences; each gets its outcome, one bad case harms no other."""
    taken = TakenIn([Outcome(OutcomeKind.REFUSED)] * len(cases))
    wave: dict[tuple[str, str], int] = {}
    for position, case in enumerate(cases):
        if case.key in wave:
            # The same case twice in one batch: what came before is settled first.
            _take_in_wave(taken, cases, list(wave.values()), verified=verified, by=by, now=now)
            wave = {}
        wave[case.key] = position
    _take_in_wave(taken, cases, list(wave.values()), verified=verified, by=by, now=now)
    return taken


def _take_in_wave(
    taken: TakenIn,
    cases: Sequence[NewCase],
    positions: list[int],
    *,
    verified: bool,
    by: Actor,
    now: datetime,
) -> None:
    bound = _bind(taken, cases, positions, by)
    _lock_platforms({row.platform_id for row in bound})
    stored = {
        (row.platform_id, row.case_no): row
        for row in Case.objects.select_related("division", "agency").filter(
            platform_id__in={row.platform_id for row in bound},
            case_no__in={row.case.case_no for row in bound},
        )
    }
    new: list[_Bound] = []
    changed: list[tuple[_Bound, Case]] = []
    for row in bound:
        known = stored.get((row.platform_id, row.case.case_no))
        if known is None:
            new.append(row)
            continue
        outcome = _settled(row, known, verified=verified, by=by)
        if outcome is None:
            changed.append((row, known))
        else:
            taken.outcomes[row.position] = outcome
    _write(taken, new, changed, verified=verified, by=by, now=now)


def _settled(row: _Bound, known: Case, *, verified: bool, by: Actor) -> Outcome | None:
    """What a message about a known case comes to when it changes nothing; None when it is news."""
    place = {"division": known.division.code, "agency": known.agency.code}
    if not by.scope.covers(division_path=known.division.path, agency_path=known.agency.path):
        # Naming one's own division does not make another's case one's own.
        return Outcome(OutcomeKind.REFUSED, complaint=Complaint(OUT_OF_SCOPE, "case_no", place))
    if bytes(known.digest) == row.digest and known.verified >= verified:
        return Outcome(OutcomeKind.DUPLICATE, known.pk)
    if known.verified and not verified:
        # Nobody unsigned writes over what a platform has sent.
        return Outcome(OutcomeKind.REFUSED, known.pk, complaint=Complaint(OUT_OF_SCOPE, "case_no", place))
    if not may_become(CaseStatus(known.status), row.case.status):
        said = {"before": known.status, "after": row.case.status}
        return Outcome(OutcomeKind.REFUSED, known.pk, complaint=Complaint(FORBIDDEN_STATUS, "status", said))
    return None


def _bind(taken: TakenIn, cases: Sequence[NewCase], positions: list[int], by: Actor) -> list[_Bound]:
    chosen = [cases[position] for position in positions]
    places = _Places(
        directory.platforms(case.source for case in chosen),
        directory.divisions(case.division for case in chosen),
        directory.agencies(case.agency for case in chosen),
        directory.items(case.item for case in chosen),
    )
    bound = []
    for position, case in zip(positions, chosen, strict=True):
        complaint = _complaint(case, places, by)
        if complaint is not None:
            refused = complaint.reason is OUT_OF_SCOPE
            kind = OutcomeKind.REFUSED if refused else OutcomeKind.QUARANTINED
            taken.outcomes[position] = Outcome(kind, complaint=complaint)
            continue
        bound.append(
            _Bound(
                position,
                case,
                places.platforms[case.source].id,
                places.divisions[case.division].id,
                places.agencies[case.agency].id,
                places.items[case.item].id,
                digest(case, settings.CONTENT_KEY),
            )
        )
    return bound


def _complaint(case: NewCase, places: _Places, by: Actor) -> Complaint | None:
    known = {
        "source": (case.source in places.platforms, UNKNOWN_SOURCE, case.source),
        "division": (case.division in places.divisions, UNKNOWN_DIVISION, case.division),
        "agency": (case.agency in places.agencies, UNKNOWN_AGENCY, case.agency),
        "item": (case.item in places.items, UNKNOWN_ITEM, case.item),
    }
    for column, (is_known, reason, value) in known.items():
        if not is_known:
            return Complaint(reason, column, {"value": value})
    division, agency = places.divisions[case.division], places.agencies[case.agency]
    if not by.scope.covers(division_path=division.path, agency_path=agency.path):
        return Complaint(OUT_OF_SCOPE, "division", {"division": division.code, "agency": agency.code})
    return None


def _lock_platforms(platform_ids: set[int]) -> None:
    with connection.cursor() as cursor:
        for platform_id in sorted(platform_ids):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_NAMESPACE, platform_id])


def _write(
    taken: TakenIn,
    new: list[_Bound],
    changed: list[tuple[_Bound, Case]],
    *,
    verified: bool,
    by: Actor,
    now: datetime,
) -> None:
    rows = [*new, *(row for row, _ in changed)]
    if not rows:
        return
    sealed = _seal_persons([row.case for row in rows], now)
    fresh = [
        _filled(Case(id=uuid7(now), received_at=now), row, persons, verified=verified, now=now)
        for row, persons in zip(new, sealed, strict=False)
    ]
    known = [
        _filled(case, row, persons, verified=verified, now=now)
        for (row, case), persons in zip(changed, sealed[len(new) :], strict=True)
    ]
    for case_id, facts in queries.facts_of(case.pk for case in known).items():
        # The first state of this transaction is the one to take back from the counters.
        if case_id not in taken.after:
            taken.before[case_id] = facts
    Case.objects.bulk_create(
        [*fresh, *known],
        update_conflicts=True,
        unique_fields=["platform", "case_no"],
        update_fields=_CHANGEABLE,
    )
    _put_occurrences([(row, case) for row, case in zip(rows, [*fresh, *known], strict=True)], now)
    taken.after |= queries.facts_of(case.pk for case in [*fresh, *known])
    for row, case in zip(new, fresh, strict=True):
        taken.outcomes[row.position] = Outcome(OutcomeKind.ACCEPTED, case.pk)
    for (row, _), case in zip(changed, known, strict=True):
        taken.outcomes[row.position] = Outcome(OutcomeKind.UPDATED, case.pk)
    count = {"new": str(len(fresh)), "changed": str(len(known))}
    ledger.append(
        [NewEntry(EntryKind.CASES_TAKEN_IN, "cases", rows[0].case.source, facts=count)], by=by, now=now
    )


_CHANGEABLE = [
    "item",
    "agency",
    "division",
    "status",
    "kind",
    "applied_at",
    "accepted_at",
    "completed_at",
    "promised_limit",
    "statutory_limit",
    "trips",
    "materials",
    "person_id",
    "person_kind",
    "by_agent",
    "agent_id",
    "aged_60",
    "verified",
    "digest",
    "updated_at",
]


def _filled(
    row: Case, bound: _Bound, persons: tuple[UUID | None, UUID | None], *, verified: bool, now: datetime
) -> Case:
    case = bound.case
    row.platform_id = bound.platform_id
    row.case_no = case.case_no
    row.item_id, row.agency_id, row.division_id = bound.item_id, bound.agency_id, bound.division_id
    row.status, row.kind = case.status, case.kind
    row.applied_at, row.accepted_at, row.completed_at = case.applied_at, case.accepted_at, case.completed_at
    row.promised_limit, row.statutory_limit = case.promised_limit, case.statutory_limit
    row.trips, row.materials = case.trips, case.materials
    # A later message that does not name them takes nobody away.
    row.person_id, row.agent_id = persons[0] or row.person_id, persons[1] or row.agent_id
    row.person_kind = case.person_kind
    row.by_agent = row.agent_id is not None
    row.aged_60 = is_aged_60(case.birth_year, now)
    row.verified = verified
    row.digest = bound.digest
    row.updated_at = now
    return row


def _seal_persons(cases: list[NewCase], now: datetime) -> list[tuple[UUID | None, UUID | None]]:
    """Seal the plain persons of a batch together; ids that are already sealed pass through."""
    plain = [
        person for case in cases for person in (case.person, case.agent) if isinstance(person, PlainPerson)
    ]
    ids = iter(identity.seal(plain, now=now) if plain else [])

    def sealed(person: PlainPerson | UUID | None) -> UUID | None:
        return next(ids) if isinstance(person, PlainPerson) else person

    return [(sealed(case.person), sealed(case.agent)) for case in cases]


def _put_occurrences(rows: list[tuple[_Bound, Case]], now: datetime) -> None:
    halls = directory.halls(o.hall for row, _ in rows for o in row.case.occurrences if o.hall)
    windows = directory.windows(
        (o.hall, o.window) for row, _ in rows for o in row.case.occurrences if o.window
    )
    staff = directory.staff(
        (row.agency_id, o.staff) for row, _ in rows for o in row.case.occurrences if o.staff
    )

    def place(found: Ref | None) -> int | None:
        return found.id if found else None

    def occurrence(row: _Bound, case: Case, told: NewOccurrence) -> ServiceOccurrence:
        return ServiceOccurrence(
            id=uuid7(now),
            case=case,
            no=told.no,
            name=told.name,
            stage=told.stage,
            at=told.at,
            channel=told.channel,
            hall_id=place(halls.get(told.hall)),
            window_id=place(windows.get((told.hall, told.window))),
            staff_id=place(staff.get((row.agency_id, told.staff))),
        )

    ServiceOccurrence.objects.bulk_create(
        [occurrence(row, case, told) for row, case in rows for told in row.case.occurrences],
        update_conflicts=True,
        unique_fields=["case", "no"],
        update_fields=["name", "stage", "at", "channel", "hall", "window", "staff"],
    )
