"""办件 writes: one way in, set-wise, idempotent by (platform, case number)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, LiteralString

from django.conf import settings
from django.db import IntegrityError, transaction
from msgspec import Struct
from msgspec.structs import replace

from haochaping.cases import queries
from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.rules import (
    code_doubt,
    digest,
    is_aged_60,
    is_overtaken,
    person_doubt,
    place_complaint,
    time_complaint,
)
from haochaping.cases.states import may_become
from haochaping.cases.terms import (
    FORBIDDEN_STATUS,
    OUT_OF_SCOPE,
    UNKNOWN_AGENCY,
    UNKNOWN_DIVISION,
    UNKNOWN_ITEM,
    UNKNOWN_SOURCE,
    CaseFacts,
    CaseStatus,
    Completed,
    OccurrenceFacts,
    PersonKind,
)
from haochaping.directory import match_queries as matches
from haochaping.directory import queries as directory
from haochaping.identity import actions as identity
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.identifiers import uuid7, uuids7
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Complaint
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.postgres.rows import copy_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.terms import NewCase, NewOccurrence
    from haochaping.directory.terms import AgencyRef, DivisionRef, ItemRef, PlacedRef
    from haochaping.kernel.actor import Actor


type _Told = tuple[NewCase, bytes]


@dataclass(slots=True)
class TakenIn:
    """What a batch came to: one outcome per case in order, and the counted facts before and after.

    `completed` are the last services of those that are completed: what an invitation asks about.
    """

    outcomes: list[Outcome]
    before: dict[UUID, CaseFacts] = field(default_factory=dict)
    after: dict[UUID, CaseFacts] = field(default_factory=dict)
    completed: dict[UUID, Completed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Places:
    platforms: dict[str, PlacedRef]
    divisions: dict[str, DivisionRef]
    agencies: dict[str, AgencyRef]
    items: dict[tuple[str, str], ItemRef]
    halls: dict[str, PlacedRef]


class _Bound(Struct, frozen=True):
    position: int
    case: NewCase
    platform_id: int
    division_id: int
    agency_id: int
    item_id: int
    digest: bytes
    halls: dict[str, PlacedRef]
    # Told of the case as it was before what is stored: only what nothing else told is taken of it.
    overtaken: bool = False


@transaction.atomic(savepoint=False)
def take_in(
    cases: Sequence[NewCase],
    *,
    digests: Sequence[bytes] | None = None,
    verified: bool = True,
    by: Actor,
    now: datetime,
) -> TakenIn:
    """Insert or update cases with their occurrences; each gets its outcome, one bad case harms no other.

    `digests` are the fingerprints of what was said on first arrival, where cases come out of quarantine.
    """
    said = digests or [digest(case, settings.CONTENT_KEY) for case in cases]
    told = list(zip(cases, said, strict=True))
    taken = TakenIn([Outcome(OutcomeKind.REFUSED)] * len(cases))
    wave: dict[tuple[str, str], int] = {}
    for position, case in enumerate(cases):
        if case.key in wave:
            # The same case twice in one batch: what came before is settled first.
            _take_in_wave(taken, told, list(wave.values()), verified=verified, by=by, now=now)
            wave = {}
        wave[case.key] = position
    _take_in_wave(taken, told, list(wave.values()), verified=verified, by=by, now=now)
    return taken


def _take_in_wave(
    taken: TakenIn,
    told: Sequence[_Told],
    positions: list[int],
    *,
    verified: bool,
    by: Actor,
    now: datetime,
) -> None:
    bound = _bind(taken, told, positions, by, now)
    if not bound:
        return
    try:
        with transaction.atomic():
            _upsert(taken, bound, verified=verified, by=by, now=now)
    except IntegrityError:
        # Somebody stored one of these cases since we looked: now it is there to be compared and locked.
        _upsert(taken, bound, verified=verified, by=by, now=now)


def _upsert(taken: TakenIn, bound: list[_Bound], *, verified: bool, by: Actor, now: datetime) -> None:
    stored = {
        (row.platform_id, row.case_no): row
        for row in Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("division", "agency")
        .filter(id__in=queries.ids_of((row.platform_id, row.case.case_no) for row in bound))
        .order_by("id")
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
    changed = _without_overtaken(taken, changed, verified=verified)
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
    if not _is_overtaken(row, known, verified) and not may_become(CaseStatus(known.status), row.case.status):
        said = {"before": known.status, "after": row.case.status}
        return Outcome(OutcomeKind.REFUSED, known.pk, complaint=Complaint(FORBIDDEN_STATUS, "status", said))
    return None


def _is_overtaken(row: _Bound, known: Case, verified: bool) -> bool:
    """A version from an unsigned address keeps out nothing that a platform sends."""
    return known.verified >= verified and is_overtaken(known.revised_at, row.case.revised_at)


def _without_overtaken(
    taken: TakenIn, changed: list[tuple[_Bound, Case]], *, verified: bool
) -> list[tuple[_Bound, Case]]:
    """Of a message that was overtaken stay the services and persons that nothing else told; without any it is a duplicate.

    So the same messages come to the same case, in whatever order they arrive.
    """
    late = [known.pk for row, known in changed if _is_overtaken(row, known, verified)]
    if not late:
        return changed
    stored = set(ServiceOccurrence.objects.filter(case_id__in=late).values_list("case_id", "no"))
    found = []
    for row, known in changed:
        if not _is_overtaken(row, known, verified):
            found.append((row, known))
            continue
        rest = _untold(row.case, known, {no for case_id, no in stored if case_id == known.pk})
        if rest.occurrences or rest.person or rest.agent:
            found.append((replace(row, case=rest, overtaken=True), known))
        else:
            taken.outcomes[row.position] = Outcome(OutcomeKind.DUPLICATE, known.pk)
    return found


def _untold(case: NewCase, known: Case, numbers: set[int]) -> NewCase:
    """What an overtaken message tells that nothing else has told: services, who applied and who acted for them."""
    said_kind = known.person_id is not None or known.person_kind != PersonKind.NATURAL_PERSON
    return replace(
        case,
        occurrences=tuple(one for one in case.occurrences if one.no not in numbers),
        person=case.person if known.person_id is None else None,
        agent=case.agent if known.agent_id is None else None,
        person_kind=PersonKind(known.person_kind) if said_kind else case.person_kind,
        birth_year=case.birth_year if known.aged_60 is None else None,
    )


def _bind(
    taken: TakenIn, told: Sequence[_Told], positions: list[int], by: Actor, now: datetime
) -> list[_Bound]:
    chosen = [told[position][0] for position in positions]
    places = _Places(
        directory.platforms(case.source for case in chosen),
        directory.divisions(case.division for case in chosen),
        directory.agencies(case.agency for case in chosen),
        matches.items_meant((case.source, case.item) for case in chosen),
        directory.halls(occurrence.hall for case in chosen for occurrence in case.occurrences),
    )
    bound = []
    for position, case in zip(positions, chosen, strict=True):
        complaint = _complaint(case, places, by) or time_complaint(case, now)
        if complaint is not None:
            refused = complaint.code == OUT_OF_SCOPE.code
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
                places.items[case.source, case.item].id,
                told[position][1],
                places.halls,
            )
        )
    return bound


def _complaint(case: NewCase, places: _Places, by: Actor) -> Complaint | None:
    known = {
        "source": (case.source in places.platforms, UNKNOWN_SOURCE, case.source),
        "division": (case.division in places.divisions, UNKNOWN_DIVISION, case.division),
        "agency": (case.agency in places.agencies, UNKNOWN_AGENCY, case.agency),
        "item": ((case.source, case.item) in places.items, UNKNOWN_ITEM, case.item),
    }
    for column, (is_known, reason, value) in known.items():
        if not is_known:
            return Complaint(reason, column, {"value": value})
    division, agency = places.divisions[case.division], places.agencies[case.agency]
    if not by.scope.covers(division_path=division.path, agency_path=agency.path):
        return Complaint(OUT_OF_SCOPE, "division", {"division": division.code, "agency": agency.code})
    named: list[tuple[str, AgencyRef | PlacedRef]] = [
        ("agency", agency),
        ("source", places.platforms[case.source]),
        *(
            (f"occurrences[{n}].hall", places.halls[occurrence.hall])
            for n, occurrence in enumerate(case.occurrences)
            if occurrence.hall in places.halls
        ),
    ]
    complaints = (place_complaint(column, one, by.scope) for column, one in named)
    return next(filter(None, complaints), None)


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
    places = _Served([row for row in rows if row.case.occurrences])
    fresh = _insert(list(zip(new, sealed, strict=False)), places, verified=verified, now=now)
    if changed:
        _update(taken, changed, sealed[len(new) :], places, verified=verified, now=now)
    for row, facts, (applicant, _) in zip(new, fresh, sealed, strict=False):
        taken.after[facts.id] = facts
        if facts.occurrences and row.case.status == CaseStatus.COMPLETED:
            may_ask = verified and applicant is not None
            taken.completed[facts.id] = _last(row.case.occurrences, facts, may_ask=may_ask)
        taken.outcomes[row.position] = Outcome(OutcomeKind.ACCEPTED, facts.id)
    for row, case in changed:
        taken.outcomes[row.position] = Outcome(OutcomeKind.UPDATED, case.pk)
    _record(rows[0].case.source, new=len(new), changed=len(changed), by=by, now=now)


def _record(source: str, *, new: int, changed: int, by: Actor, now: datetime) -> None:
    count = {"new": str(new), "changed": str(changed)}
    ledger.append([NewEntry(EntryKind.CASES_TAKEN_IN, "cases", source, facts=count)], by=by, now=now)


def _last(told: Sequence[NewOccurrence], facts: CaseFacts, *, may_ask: bool) -> Completed:
    """The service with the highest number."""
    last, stored = max(zip(told, facts.occurrences, strict=True), key=lambda pair: pair[0].no)
    return Completed(stored.id, last.at, may_ask)


type _Persons = tuple[UUID | None, UUID | None]


def _insert(
    new: Sequence[tuple[_Bound, _Persons]], places: _Served, *, verified: bool, now: datetime
) -> list[CaseFacts]:
    """Store cases that are not there yet, in the order of their keys; returns what is counted of each, as given."""
    ids = uuids7(now, len(new))
    in_order = sorted(range(len(new)), key=lambda n: (new[n][0].platform_id, new[n][0].case.case_no))
    copy_rows("cases_case", _CASE, (_case(ids[n], *new[n], verified=verified, now=now) for n in in_order))
    occurrence_ids = iter(uuids7(now, sum(len(row.case.occurrences) for row, _ in new)))
    told = [[(next(occurrence_ids), occurrence) for occurrence in row.case.occurrences] for row, _ in new]
    copy_rows(
        "cases_service_occurrence",
        _OCCURRENCE,
        (
            (occurrence_id, case_id, o.no, o.name, o.stage.value, o.at, o.channel.value, *places.of(row, o))
            for case_id, (row, _), occurrences in zip(ids, new, told, strict=True)
            for occurrence_id, o in occurrences
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
            tuple(OccurrenceFacts(occurrence_id, local_day(o.at)) for occurrence_id, o in occurrences),
        )
        for case_id, (row, _), occurrences in zip(ids, new, told, strict=True)
    ]


def _case(
    case_id: UUID, bound: _Bound, persons: _Persons, *, verified: bool, now: datetime
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


def _update(
    taken: TakenIn,
    changed: list[tuple[_Bound, Case]],
    sealed: Sequence[_Persons],
    places: _Served,
    *,
    verified: bool,
    now: datetime,
) -> None:
    """Write over cases that are there and locked, with their services."""
    for case_id, facts in queries.facts_of(case.pk for _, case in changed).items():
        # The first state of this transaction is the one to take back from the counters.
        if case_id not in taken.after:
            taken.before[case_id] = facts
    rows = [
        _filled(case, row, persons, verified=verified, now=now)
        for (row, case), persons in zip(changed, sealed, strict=True)
    ]
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
    taken.completed |= queries.completed(case.pk for case in rows)


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
]


def _filled(
    row: Case, bound: _Bound, persons: tuple[UUID | None, UUID | None], *, verified: bool, now: datetime
) -> Case:
    case = bound.case
    row.updated_at = now
    if bound.overtaken:
        _name_persons(row, case, persons, now)
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
    row.verified = verified
    row.digest = bound.digest
    _name_persons(row, case, persons, now)
    return row


def _name_persons(row: Case, case: NewCase, persons: _Persons, now: datetime) -> None:
    """A message that does not name them takes nobody away."""
    row.person_id, row.agent_id = persons[0] or row.person_id, persons[1] or row.agent_id
    if persons[0] or case.person_kind != PersonKind.NATURAL_PERSON:
        row.person_kind = case.person_kind
    # A sealed person comes out of quarantine or is the one that stands: what was seen of it stays.
    if isinstance(case.person, PlainPerson):
        row.person_doubt = person_doubt(case)
    row.by_agent = row.agent_id is not None
    if case.birth_year is not None:
        row.aged_60 = is_aged_60(case.birth_year, now)


@transaction.atomic
def know_applicants(known: Mapping[UUID, tuple[bool, bool | None]], *, by: Actor, now: datetime) -> None:
    """Keep of cases whose applicant is sealed elsewhere what is counted of them: (acted for by an agent, 60 or over).

    In the transaction in which they were taken in, whose entry in the ledger speaks of them. A case that was known as
    it is, but for this, is spoken of by an entry of its own.
    """
    rows = Case.objects.filter(id__in=list(known), person_id=None, agent_id=None).select_related("platform")
    changed, known_before = [], []
    for row in rows.select_for_update(of=("self",)).order_by("id"):
        if (row.by_agent, row.aged_60) != known[row.id]:
            row.by_agent, row.aged_60 = known[row.id]
            changed.append(row)
            if row.updated_at != now:
                row.updated_at = now
                known_before.append(row)
    Case.objects.bulk_update(changed, ["by_agent", "aged_60", "updated_at"])
    if known_before:
        _record(known_before[0].platform.code, new=0, changed=len(known_before), by=by, now=now)


def _seal_persons(cases: list[NewCase], now: datetime) -> list[tuple[UUID | None, UUID | None]]:
    """Seal the plain persons of a batch together; ids that are already sealed pass through."""
    plain = [
        person for case in cases for person in (case.person, case.agent) if isinstance(person, PlainPerson)
    ]
    ids = iter(identity.seal(plain, now=now) if plain else [])

    def sealed(person: PlainPerson | UUID | None) -> UUID | None:
        return next(ids) if isinstance(person, PlainPerson) else person

    return [(sealed(case.person), sealed(case.agent)) for case in cases]


class _Served:
    """Where the services of a batch took place, looked up together: codes of the sender to rows of the directory."""

    def __init__(self, rows: Sequence[_Bound]) -> None:
        told = [(row, occurrence) for row in rows for occurrence in row.case.occurrences]
        # Those of a wave were looked up together.
        self._halls = rows[0].halls if rows else {}
        self._windows = directory.windows((o.hall, o.window) for _, o in told if o.window)
        self._staff = directory.staff((row.agency_id, o.staff) for row, o in told if o.staff)

    def of(self, row: _Bound, told: NewOccurrence) -> tuple[int | None, int | None, int | None]:
        """Hall, window and staff of a service; what the directory does not know stays open."""
        hall = self._halls.get(told.hall)
        window = self._windows.get((told.hall, told.window))
        staff = self._staff.get((row.agency_id, told.staff))
        return hall.id if hall else None, window.id if window else None, staff.id if staff else None
