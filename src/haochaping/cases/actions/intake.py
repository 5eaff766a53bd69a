"""收办件: one way in, set-wise, idempotent by (platform, case number)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from msgspec.structs import replace

from haochaping.cases import queries
from haochaping.cases.actions.binding import Served, bind
from haochaping.cases.actions.entries import record
from haochaping.cases.actions.persons import seal_persons
from haochaping.cases.actions.rows import insert, update
from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.rules import digest, is_late, is_overtaken, untold_beginning
from haochaping.cases.states import may_become
from haochaping.cases.terms import (
    FORBIDDEN_STATUS,
    OUT_OF_SCOPE,
    CaseFacts,
    CaseStatus,
    Completed,
    PersonKind,
)
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.refused import Complaint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.actions.binding import Bound, Told
    from haochaping.cases.terms import NewCase, NewOccurrence
    from haochaping.kernel.actor import Actor


@dataclass(slots=True)
class TakenIn:
    """What a batch came to: one outcome per case in order, and the counted facts before and after.

    `completed` are the last services of those that are completed: what an invitation asks about.
    """

    outcomes: list[Outcome]
    before: dict[UUID, CaseFacts] = field(default_factory=dict)
    after: dict[UUID, CaseFacts] = field(default_factory=dict)
    completed: dict[UUID, Completed] = field(default_factory=dict)


@transaction.atomic(savepoint=False)
def take_in(
    cases: Sequence[NewCase],
    *,
    digests: Sequence[bytes] | None = None,
    told_at: datetime | None = None,
    verified: bool = True,
    by: Actor,
    now: datetime,
) -> TakenIn:
    """Insert or update cases with their occurrences; each gets its outcome, one bad case harms no other.

    `digests` are the fingerprints of what was said on first arrival and `told_at` when that was, where cases come out
    of quarantine: they write over nothing that was told since.
    """
    said = digests or [digest(case, settings.CONTENT_KEY) for case in cases]
    told = [(case, mark, told_at) for case, mark in zip(cases, said, strict=True)]
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
    told: Sequence[Told],
    positions: list[int],
    *,
    verified: bool,
    by: Actor,
    now: datetime,
) -> None:
    bound = bind(taken, told, positions, by, now)
    if not bound:
        return
    try:
        with transaction.atomic():
            _upsert(taken, bound, verified=verified, by=by, now=now)
    except IntegrityError:
        # Somebody stored one of these cases since we looked: now it is there to be compared and locked.
        _upsert(taken, bound, verified=verified, by=by, now=now)


def _upsert(taken: TakenIn, bound: list[Bound], *, verified: bool, by: Actor, now: datetime) -> None:
    stored = {
        (row.platform_id, row.case_no): row
        for row in Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("division", "agency")
        .filter(id__in=queries.ids_of((row.platform_id, row.case.case_no) for row in bound))
        .order_by("id")
    }
    new: list[Bound] = []
    changed: list[tuple[Bound, Case]] = []
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


def _settled(row: Bound, known: Case, *, verified: bool, by: Actor) -> Outcome | None:
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
    if not _may_follow(row, known, verified):
        said = {"before": CaseStatus(known.status), "after": row.case.status}
        return Outcome(OutcomeKind.REFUSED, known.pk, complaint=Complaint(FORBIDDEN_STATUS, "status", said))
    return None


def _may_follow(row: Bound, known: Case, verified: bool) -> bool:
    """Whether what a message says of the state can be: after what stands, or before it, told late.

    What an unsigned address told keeps out nothing that a platform sends.
    """
    return (
        known.verified < verified
        or may_become(CaseStatus(known.status), row.case.status)
        or _is_overtaken(row, known, verified)
    )


def _is_overtaken(row: Bound, known: Case, verified: bool) -> bool:
    """By its version; where none decides by when it was told, if it has waited since, or by the stage it tells of.

    By what an unsigned address told nothing is overtaken that a platform sends.
    """
    if known.verified < verified:
        return False
    if _versions_decide(row, known):
        return is_overtaken(known.revised_at, row.case.revised_at)
    return is_overtaken(known.told_at or known.updated_at, row.told_at) or _is_late(row, known)


def _versions_decide(row: Bound, known: Case) -> bool:
    stands, told = known.revised_at, row.case.revised_at
    return stands is not None and told is not None and stands != told


def _is_late(row: Bound, known: Case) -> bool:
    return is_late(row.case, CaseStatus(known.status), known.told_at or known.updated_at)


def _without_overtaken(
    taken: TakenIn, changed: list[tuple[Bound, Case]], *, verified: bool
) -> list[tuple[Bound, Case]]:
    """Of a message that was overtaken stay the services and persons that nothing else told; without any it is a duplicate.

    So the same messages come to the same case, in whatever order they arrive.
    """
    overtaken = {known.pk for row, known in changed if _is_overtaken(row, known, verified)}
    if not overtaken:
        return changed
    numbers: dict[UUID, set[int]] = defaultdict(set)
    for case_id, no in ServiceOccurrence.objects.filter(case_id__in=overtaken).values_list("case_id", "no"):
        numbers[case_id].add(no)
    found = []
    for row, known in changed:
        if known.pk not in overtaken:
            found.append((row, known))
            continue
        rest, beginning = _untold(row.case, known, numbers[known.pk]), _untold_beginning(row, known)
        if rest.occurrences or rest.person or rest.agent or beginning:
            found.append((replace(row, case=rest, overtaken=True, beginning=beginning), known))
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


def _untold_beginning(row: Bound, known: Case) -> dict[str, object]:
    """Nothing where a version decides: the newer one has said all that its source knew."""
    if _versions_decide(row, known) or not _is_late(row, known):
        return {}
    return untold_beginning(row.case, vars(known))


def _write(
    taken: TakenIn,
    new: list[Bound],
    changed: list[tuple[Bound, Case]],
    *,
    verified: bool,
    by: Actor,
    now: datetime,
) -> None:
    rows = [*new, *(row for row, _ in changed)]
    if not rows:
        return
    sealed = seal_persons([row.case for row in rows], now)
    places = Served([row for row in rows if row.case.occurrences])
    fresh = insert(list(zip(new, sealed, strict=False)), places, verified=verified, now=now)
    if changed:
        update(taken, changed, sealed[len(new) :], places, verified=verified, now=now)
    for row, facts, (applicant, _) in zip(new, fresh, sealed, strict=False):
        taken.after[facts.id] = facts
        if facts.occurrences and row.case.status == CaseStatus.COMPLETED:
            may_ask = verified and applicant is not None
            taken.completed[facts.id] = _last(row.case.occurrences, facts, may_ask=may_ask)
        taken.outcomes[row.position] = Outcome(OutcomeKind.ACCEPTED, facts.id)
    for row, case in changed:
        taken.outcomes[row.position] = Outcome(OutcomeKind.UPDATED, case.pk)
    record(rows[0].case.source, new=len(new), changed=len(changed), by=by, now=now)


def _last(told: Sequence[NewOccurrence], facts: CaseFacts, *, may_ask: bool) -> Completed:
    """The service with the highest number."""
    last, stored = max(zip(told, facts.occurrences, strict=True), key=lambda pair: pair[0].no)
    return Completed(stored.id, last.at, may_ask)
