"""收办件: a batch of cases in, one outcome per case out; completion invites, waiting reviews find their case."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.cases import actions as cases
from haochaping.exchange import actions as exchange
from haochaping.exchange import queries as exchange_queries
from haochaping.exchange.rules import judge_case, storable, without_persons
from haochaping.exchange.terms import UNKNOWN_FIELD, Quarantined, Raw, RecordKind
from haochaping.flows.retry_quarantine import retry_reviews
from haochaping.identity import actions as identity
from haochaping.insight import actions as insight
from haochaping.insight.rules import case_units, changes, review_units
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Complaint, Refused
from haochaping.reviews import actions as reviews
from haochaping.reviews import queries as review_queries
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from haochaping.cases.actions import TakenIn
    from haochaping.cases.terms import NewCase
    from haochaping.kernel.actor import Actor

_REFUSED = {UNKNOWN_FIELD.code}


@transaction.atomic
def take_in_cases(
    raws: Sequence[Raw],
    *,
    verified: bool = True,
    entrance: str,
    by: Actor,
    now: datetime,
    retried: bool = False,
) -> list[Outcome]:
    """Take a batch of cases: accepted, updated, duplicate, quarantined or refused, one outcome each, in order."""
    outcomes: list[Outcome | None] = [None] * len(raws)
    judged: list[tuple[int, NewCase]] = []
    for position, raw in enumerate(raws):
        try:
            judged.append((position, judge_case(raw)))
        except Refused as refused:
            kind = OutcomeKind.REFUSED if refused.code in _REFUSED else OutcomeKind.QUARANTINED
            outcomes[position] = Outcome(kind, complaint=refused.complaint)
    taken = cases.take_in([case for _, case in judged], verified=verified, by=by, now=now)
    for (position, _), outcome in zip(judged, taken.outcomes, strict=True):
        outcomes[position] = outcome
    insight.count(changes(case_units(taken.before.values()), case_units(taken.after.values())))
    _move_reviews(taken)
    _invite(taken, by, now)
    settled = [outcome for outcome in outcomes if outcome]
    if not retried:
        settled = _put_aside(raws, settled, entrance, by, now)
    changed = {OutcomeKind.ACCEPTED, OutcomeKind.UPDATED}
    arrived = [case.key for position, case in judged if settled[position].kind in changed]
    retry_reviews(exchange_queries.waiting_reviews(arrived), now=now)
    return settled


def _invite(taken: TakenIn, by: Actor, now: datetime) -> None:
    """The completion of a case invites to review its last service."""
    day = local_day(now)
    by_division: dict[int, list[UUID]] = {}
    for case_id, occurrence_id in taken.completed.items():
        by_division.setdefault(taken.after[case_id].division_id, []).append(occurrence_id)
    for division_id, occurrences in by_division.items():
        valid = rulebook.terms_for_division(division_id, day).invitation_valid
        reviews.invite(occurrences, valid=valid, by=by, now=now)


def _move_reviews(taken: TakenIn) -> None:
    """A service whose day was corrected, or whose case its platform has sent at last, takes its reviews along."""
    stood = {
        occurrence.id: (occurrence.day, case.verified)
        for case in taken.before.values()
        for occurrence in case.occurrences
    }
    moved = [
        occurrence.id
        for case in taken.after.values()
        for occurrence in case.occurrences
        if stood.get(occurrence.id, (occurrence.day, case.verified)) != (occurrence.day, case.verified)
    ]
    if not moved:
        return
    occurrences = review_queries.occurrences_of(moved)
    review_queries.hold(occurrences)
    after = review_queries.facts_of(occurrences)
    before = []
    for facts in after.values():
        day, verified = stood[occurrences[facts.id]]
        at = datetime.combine(day, time(), BEIJING)
        before.append(facts._replace(occurred_at=at, verified_case=verified))
    insight.count(changes(review_units(before), review_units(after.values())))


def _put_aside(
    raws: Sequence[Raw], outcomes: Sequence[Outcome], entrance: str, by: Actor, now: datetime
) -> list[Outcome]:
    waiting: list[tuple[int, Complaint]] = [
        (position, outcome.complaint)
        for position, outcome in enumerate(outcomes)
        if outcome.kind == OutcomeKind.QUARANTINED and outcome.complaint
    ]
    if not waiting:
        return list(outcomes)
    parts = [without_persons(raws[position]) for position, _ in waiting]
    ids = iter(identity.seal([person for _, persons in parts for person in persons.values()], now=now))
    records = []
    for (_, complaint), (fields, persons), raw in zip(
        waiting, parts, (raws[p] for p, _ in waiting), strict=True
    ):
        records.append(
            Quarantined(
                kind=RecordKind.CASE,
                fields={name: storable(value) for name, value in fields.items()},
                sealed=dict(raw.sealed) | {role: next(ids) for role in persons},
                digest=None,
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
