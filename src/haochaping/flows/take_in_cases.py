"""收办件: a batch of cases in, one outcome per case out; completion invites, waiting reviews find their case."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from msgspec.structs import replace

from haochaping.cases import actions as cases
from haochaping.cases import queries as case_queries
from haochaping.cases.rules import digest
from haochaping.exchange import actions as exchange
from haochaping.exchange import queries as exchange_queries
from haochaping.exchange.rules import judge_case, raw_digest, storable, without_persons
from haochaping.exchange.terms import UNKNOWN_FIELD, Quarantined, Raw, RecordKind
from haochaping.flows.complete_case import number
from haochaping.flows.complete_step import completed, service_of
from haochaping.flows.retry_quarantine import retry_reviews, sender_of, settle
from haochaping.identity import actions as identity
from haochaping.insight import actions as insight
from haochaping.insight.rules import case_units, changes, invitation_units, review_units
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Complaint, Refused
from haochaping.reviews import actions as reviews
from haochaping.reviews import queries as review_queries
from haochaping.reviews.asking import queries as asking
from haochaping.reviews.asking.rules import first_ask
from haochaping.reviews.asking.terms import InvitedFacts
from haochaping.reviews.terms import Entrance
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import timedelta
    from uuid import UUID

    from haochaping.cases.actions import TakenIn
    from haochaping.cases.terms import CaseFacts, NewCase
    from haochaping.exchange.terms import QuarantineRow
    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import ReviewFacts

_REFUSED = {UNKNOWN_FIELD.code}
_STEPS = 200


@transaction.atomic
def take_in_cases(
    raws: Sequence[Raw],
    *,
    verified: bool = True,
    entrance: str,
    by: Actor,
    now: datetime,
    told_at: datetime | None = None,
) -> list[Outcome]:
    """Take a batch of cases: accepted, updated, duplicate, quarantined or refused, one outcome each, in order.

    Steps and reviews that came before one of them are taken with it. Cases with `told_at` lie in quarantine since then:
    they are not put there again, and write over nothing that was told after them.
    """
    settled, arrived = _take(raws, verified=verified, entrance=entrance, by=by, now=now, told_at=told_at)
    waiting = exchange_queries.waiting_for_cases(arrived)
    _take_steps([row for row in waiting if row.kind == RecordKind.STEP], now)
    retry_reviews([row for row in waiting if row.kind == RecordKind.REVIEW], now=now)
    return settled


@transaction.atomic
def take_early_steps(rows: Sequence[QuarantineRow] | None = None, *, now: datetime) -> int:
    """Take these steps, or those whose case is here by now, with the reviews that waited for them; returns how many."""
    steps = exchange_queries.steps_with_case(limit=_STEPS) if rows is None else rows
    arrived = _take_steps(steps, now)
    waiting = exchange_queries.waiting_for_cases(arrived)
    retry_reviews([row for row in waiting if row.kind == RecordKind.REVIEW], now=now)
    return len(arrived)


def _take_steps(rows: Sequence[QuarantineRow], now: datetime) -> list[tuple[str, str]]:
    """Complete waiting steps by their cases and take them, in the order in which they came; returns whose they are.

    A step that somebody else is retrying at this moment is left to them, and one without a case waits on.
    """
    arrived = []
    for row in exchange_queries.held([row.id for row in rows]):
        fields = completed(row.source, row.case_no, row.fields)
        if fields is None:
            continue
        if service := service_of(fields):
            number(row.source, row.case_no, service)
        sender = sender_of(row)
        [outcome], changed = _take(
            [Raw(fields, row.sealed, row.digest)],
            verified=row.entrance not in {Entrance.UNSIGNED, Entrance.HISTORY},
            entrance=row.entrance,
            by=sender,
            now=now,
            # It has waited for its case: what told that is not newer than it.
            told_at=max(row.received_at, case_queries.first_told(row.source, row.case_no)),
        )
        settle(row, outcome, by=sender, now=now)
        arrived += changed
    return arrived


def _take(
    raws: Sequence[Raw],
    *,
    verified: bool,
    entrance: str,
    by: Actor,
    now: datetime,
    told_at: datetime | None,
) -> tuple[list[Outcome], list[tuple[str, str]]]:
    """The outcomes, and the cases that are new or changed."""
    outcomes: list[Outcome | None] = [None] * len(raws)
    judged: list[tuple[int, NewCase]] = []
    digests: dict[int, bytes] = {}
    for position, raw in enumerate(raws):
        try:
            case = judge_case(raw)
        except Refused as refused:
            kind = OutcomeKind.REFUSED if refused.code in _REFUSED else OutcomeKind.QUARANTINED
            outcomes[position] = Outcome(kind, complaint=refused.complaint)
            digests[position] = raw.digest or raw_digest(raw.fields, settings.CONTENT_KEY)
        else:
            judged.append((position, case))
            digests[position] = raw.digest or digest(case, settings.CONTENT_KEY)
    chosen = [case for _, case in judged]
    said = [digests[position] for position, _ in judged]
    taken = cases.take_in(chosen, digests=said, told_at=told_at, verified=verified, by=by, now=now)
    for (position, _), outcome in zip(judged, taken.outcomes, strict=True):
        outcomes[position] = outcome
    insight.count(changes(case_units(taken.before.values()), case_units(taken.after.values())))
    if taken.before:
        keys = {outcome.id: case.key for case, outcome in zip(chosen, taken.outcomes, strict=True)}
        _move_reviews(taken, keys)
    if entrance != Entrance.HISTORY:
        _invite(taken, by, now)
    settled = [outcome for outcome in outcomes if outcome]
    if told_at is None and any(outcome.kind == OutcomeKind.QUARANTINED for outcome in settled):
        raws = [replace(raw, digest=digests[position]) for position, raw in enumerate(raws)]
        settled = _put_aside(raws, _recognised(raws, settled, by), entrance, by, now)
    changed = {OutcomeKind.ACCEPTED, OutcomeKind.UPDATED}
    arrived = [case.key for position, case in judged if settled[position].kind in changed]
    return settled, arrived


def _invite(taken: TakenIn, by: Actor, now: datetime) -> None:
    """The completion of a case invites to review its last service; each new invitation is counted."""
    if not taken.completed:
        return
    divisions = {case_id: taken.after[case_id].division_id for case_id in taken.completed}
    terms = rulebook.terms_for_divisions(set(divisions.values()), local_day(now))
    valid_for: dict[timedelta, dict[UUID, datetime | None]] = {}
    for case_id, last in taken.completed.items():
        held = terms[divisions[case_id]]
        asked_at = first_ask(last.at, held, now) if last.may_ask else None
        valid_for.setdefault(held.invitation_valid, {})[last.occurrence_id] = asked_at
    new: dict[UUID, UUID] = {}
    for valid, asks in valid_for.items():
        ask_at = {occurrence_id: at for occurrence_id, at in asks.items() if at}
        new |= reviews.invite(asks, valid=valid, ask_at=ask_at, by=by, now=now)
    services = _where(taken.after[case_id] for case_id in taken.completed)
    insight.count(invitation_units(services[service] for service in new))


def _move_reviews(taken: TakenIn, keys: Mapping[UUID | None, tuple[str, str]]) -> None:
    """Reviews and invitations are counted with their service: day, place, whether it was sent by its platform, or is void."""
    stood, stands = _where(taken.before.values()), _where(taken.after.values())
    moved = {service for service, where in stands.items() if stood.get(service, where) != where}
    if not moved:
        return
    cases.move_alone(
        keys[case.id]
        for case in taken.after.values()
        if any(occurrence.id in moved for occurrence in case.occurrences)
    )
    occurrences = review_queries.occurrences_of(moved)
    review_queries.hold(occurrences)
    after = review_queries.facts_of(occurrences)
    before = [_as_it_stood(facts, stood[occurrences[facts.id]]) for facts in after.values()]
    insight.count(changes(review_units(before), review_units(after.values())))
    # Whoever asks somebody holds the invitation and looks where its service is only then.
    invited = asking.counted(asking.hold(of=moved))
    asked_there = [stood[one.occurrence_id]._replace(reach=one.reach) for one in invited]
    insight.count(changes(invitation_units(asked_there), invitation_units(invited)))


def _as_it_stood(facts: ReviewFacts, service: InvitedFacts) -> ReviewFacts:
    return facts._replace(
        occurred_at=datetime.combine(service.day, time(), BEIJING),
        verified_case=service.verified,
        case_withdrawn=service.withdrawn,
        case_place=(service.division_id, service.agency_id, service.item_id),
        service_hall_id=service.hall_id,
        stage=service.stage,
    )


def _where(cases: Iterable[CaseFacts]) -> dict[UUID, InvitedFacts]:
    """What of each service decides where its reviews and its invitation are counted, as of an invitation just issued."""
    return {
        service.id: InvitedFacts(
            *(service.id, service.day, case.division_id, case.agency_id, case.item_id),
            *(service.hall_id, service.stage, case.verified, case.withdrawn),
        )
        for case in cases
        for service in case.occurrences
    }


def _recognised(raws: Sequence[Raw], outcomes: Sequence[Outcome], by: Actor) -> Sequence[Outcome]:
    """The same case sent again while it waits in quarantine is not put there a second time."""
    aside = {
        n: raws[n].digest for n, outcome in enumerate(outcomes) if outcome.kind == OutcomeKind.QUARANTINED
    }
    known = exchange_queries.waiting_with([said for said in aside.values() if said], sender=str(by))
    found = list(outcomes)
    for n, said in aside.items():
        found[n] = replace(outcomes[n], id=known.get(said or b""))
    return found


def _put_aside(
    raws: Sequence[Raw], outcomes: Sequence[Outcome], entrance: str, by: Actor, now: datetime
) -> list[Outcome]:
    waiting: list[tuple[int, Complaint]] = [
        (position, outcome.complaint)
        for position, outcome in enumerate(outcomes)
        if outcome.kind == OutcomeKind.QUARANTINED and outcome.complaint and outcome.id is None
    ]
    if not waiting:
        return list(outcomes)
    parts = [without_persons(raws[position]) for position, _ in waiting]
    ids = iter(identity.seal([person for _, persons in parts for person in persons.values()], now=now))
    records = []
    for (position, complaint), (fields, persons) in zip(waiting, parts, strict=True):
        records.append(
            Quarantined(
                kind=RecordKind.CASE,
                fields={name: storable(value) for name, value in fields.items()},
                sealed=dict(raws[position].sealed) | {role: next(ids) for role in persons},
                digest=raws[position].digest,
                receipt_hash=None,
                entrance=entrance,
                code=complaint.code,
                field=complaint.field,
                params={name: storable(value) for name, value in complaint.params.items()},
                message=complaint.reason.message,
                remedy=complaint.reason.remedy,
            )
        )
    settled = list(outcomes)
    for (position, complaint), record_id in zip(
        waiting, exchange.quarantine(records, by=by, now=now), strict=True
    ):
        settled[position] = Outcome(OutcomeKind.QUARANTINED, record_id, complaint=complaint)
    return settled
