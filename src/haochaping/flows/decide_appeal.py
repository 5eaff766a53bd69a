"""申诉复核: the agency appeals, the reviewer is heard, two persons elsewhere decide; one second review, one level up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from haochaping.files import actions as files
from haochaping.files import queries as shown
from haochaping.flows import handle_bad_review, merge_orders, tell_reviewers, tell_staff
from haochaping.flows.change_review import align_first
from haochaping.flows.receive_reviews import recount, units_of
from haochaping.flows.rest_order import rest_while_appealed
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.notices.terms import About, NoticeKind, Template
from haochaping.postgres.writes import at_once
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import appeals
from haochaping.rectification.queries import help as help_queries
from haochaping.rectification.rules import EXCLUDING, excludes, is_anomalous, second_level
from haochaping.rectification.states import OPEN, after
from haochaping.rectification.terms import (
    EVIDENCE_NEEDED,
    EVIDENCE_UNKNOWN,
    FACT_NOT_SHOWN,
    FLOOD_MORE_THAN,
    NO_SUCH_APPEAL,
    NOT_APPEALABLE,
    SERVED_HERE,
    AppealState,
    Ground,
    Move,
    ProvenFact,
    Verdict,
)
from haochaping.reviews import actions as review_actions
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import ReasonClass, ReviewStatus
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.queries import asked_once
from haochaping.supervision import actions as supervision
from haochaping.supervision.terms import NewSignal, SignalKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.files.terms import Document, Picture
    from haochaping.kernel.actor import Actor
    from haochaping.postgres.together import Asked
    from haochaping.rectification.terms import AppealRow
    from haochaping.rulebook.terms import Terms

_BATCH = 200
_A_DAY = timedelta(days=1)
_COUNTS = frozenset({ReviewStatus.EFFECTIVE, ReviewStatus.SUPERSEDED})


@transaction.atomic
@at_once()
@asked_once()
def file_appeal(
    order_id: UUID,
    *,
    ground: str,
    fact: str,
    text: str,
    reference: str,
    pictures: Sequence[Picture] = (),
    documents: Sequence[Document] = (),
    by: Actor,
    now: datetime,
) -> UUID:
    """The handling agency says, with its evidence, that the review should not count; returns the appeal's id.

    Raises:
        Refused: NOT_APPEALABLE, TOO_MANY_PHOTOS, TOO_MANY_DOCUMENTS, and as `rectification.actions.file_appeal`.
    """
    review_id = orders.order(order_id, by=by).review_id
    if reviews.reviews([review_id])[review_id].status not in _COUNTS:
        raise Refused(NOT_APPEALABLE)

    def file() -> Asked[AppealRow]:
        appeal_id = rectification.file_appeal(
            order_id, ground=ground, fact=fact, text=text, reference=reference, by=by, now=now
        )
        filed = appeals.asked_row(appeal_id)
        # There is time for it until the order is counted.
        filed.wait()
        return filed

    row = handle_bad_review.counted(order_id, file).answer
    appeal_id = row.id
    files.keep("appeal", str(appeal_id), pictures, by=by, now=now)
    files.keep_documents("appeal", str(appeal_id), documents, by=by, now=now)
    _tell(NoticeKind.APPEAL, row, by=by, now=now)
    return appeal_id


@transaction.atomic
def withdraw(appeal_id: UUID, *, by: Actor, now: datetime) -> None:
    """The agency takes its appeal back: the order goes on."""
    before = appeals.appeal_row(appeal_id)
    rectification.withdraw_appeal(appeal_id, by=by, now=now)
    if before.state != AppealState.FILED:
        rectification.resume(before.order_id, by=by, now=now)


@transaction.atomic
def accept(appeal_id: UUID, *, by: Actor, now: datetime) -> None:
    """A ground is shown: the reviewer is asked, and the order's time rests where the rules of the place say so."""
    rectification.accept_appeal(appeal_id, by=by, now=now)
    row = appeals.appeal_row(appeal_id)
    rest_while_appealed(row, by=by, now=now)
    handle_bad_review.tell(row.review_id, Template.APPEAL_ASKED, by=by, now=now)
    _tell(NoticeKind.APPEAL_ACCEPTED, row, by=by, now=now)


@transaction.atomic
def refuse(appeal_id: UUID, *, refusal: str, by: Actor, now: datetime) -> None:
    """It is late or shows no ground, and the agency hears of it; raises as `rectification.actions.refuse_appeal`."""
    rectification.refuse_appeal(appeal_id, refusal=refusal, by=by, now=now)
    _tell(NoticeKind.APPEAL_REFUSED, appeals.appeal_row(appeal_id), by=by, now=now)


@transaction.atomic
def answer(review_id: UUID, text: str, *, agrees: bool, by: Actor, now: datetime) -> None:
    """The reviewer says whether it is as the agency says, and what they have to say; raises NO_SUCH_APPEAL where nobody asked."""
    rectification.answer_appeal(_of_review(review_id).id, agrees=agrees, text=text, by=by, now=now)


@transaction.atomic
def lapse_due(*, by: Actor, now: datetime) -> int:
    """End the waiting where somebody's time to speak is over; returns how many appeals went on.

    Who was silent has agreed to nothing: the appeal is decided all the same, or a decision becomes final.
    """
    rectification.time_appeals()
    due = appeals.lapsing(now, limit=_BATCH)
    for appeal_id in due:
        rectification.lapse_appeal(appeal_id, by=by, now=now)
    return len(due)


@transaction.atomic
def propose(
    appeal_id: UUID,
    *,
    verdict: str,
    fact: str = "",
    evidence: Sequence[str] = (),
    text: str,
    by: Actor,
    now: datetime,
) -> None:
    """The first person proposes; what a review is to be excluded for is checked against what is known here.

    Raises:
        Refused: EVIDENCE_UNKNOWN, FACT_NOT_SHOWN, SERVED_HERE, and as `rectification.actions.propose_decision`.
    """
    row = appeals.appeal_row(appeal_id)
    if verdict in EXCLUDING:
        _check_evidence(row, fact if verdict == Verdict.MALICIOUS else "", evidence)
    if verdict == Verdict.MISTAKEN and row.ground == Ground.NOT_A_CUSTOMER and not row.agrees:
        _check_not_served(row)
    rectification.propose_decision(
        appeal_id, verdict=verdict, fact=fact, evidence=evidence, text=text, by=by, now=now
    )
    _tell(NoticeKind.APPEAL_PROPOSED, row, by=by, now=now)


@transaction.atomic
def send_back(appeal_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """The second person does not agree: there is something to decide again. Raises as `rectification.actions.send_back`."""
    rectification.send_back(appeal_id, text=text, by=by, now=now)
    _tell(NoticeKind.APPEAL, appeals.appeal_row(appeal_id), by=by, now=now)


@transaction.atomic
def confirm(appeal_id: UUID, *, by: Actor, now: datetime) -> None:
    """The second person confirms: review, counters and order follow in the same transaction, and both sides are told."""
    row = appeals.appeal_row(appeal_id)
    before = units_of([row.review_id])
    decided = rectification.confirm_decision(appeal_id, by=by, now=now)
    excluded = excludes(decided.verdict, malicious_is_invalid=_terms(row, now).malicious_is_invalid)
    if excluded:
        cause = ReasonClass(decided.verdict)
        changed = review_actions.exclude(row.review_id, reason_class=cause, by=by, now=now)
        if changed:
            _exclude_order(row, outcome=f"{cause}_excluded", by=by, now=now)
    else:
        changed = review_actions.restore(row.review_id, by=by, now=now)
        if changed:
            _restore_order(row, by=by, now=now)
        elif decided.instance == 1:
            rectification.resume(row.order_id, by=by, now=now)
    recount(before, [row.review_id])
    if changed:
        _align(row.review_id, by=by, now=now)
    handle_bad_review.tell(row.review_id, Template.APPEAL_DECIDED, by=by, now=now)
    _tell(NoticeKind.APPEAL_DECIDED, row, by=by, now=now)
    _watch(row, by=by, now=now)


@transaction.atomic
def object_to(review_id: UUID, text: str, *, by: Actor, now: datetime) -> None:
    """The reviewer does not agree with the decision: the level above looks at it again, and the agency hears of it."""
    row = _of_review(review_id)
    rectification.contest_appeal(row.id, text=text, reviewer=True, by=by, now=now)
    _tell(NoticeKind.APPEAL_OBJECTED, row, by=by, now=now)
    _tell_second(row, by=by, now=now)


@transaction.atomic
def contest(appeal_id: UUID, text: str, *, by: Actor, now: datetime) -> None:
    """The agency does not agree with the decision: the level above looks at it again. The order goes on meanwhile."""
    rectification.contest_appeal(appeal_id, text=text, reviewer=False, by=by, now=now)
    row = appeals.appeal_row(appeal_id)
    tell_reviewers.tell_reviewers(Template.APPEAL_CONTESTED, [row.review_id], now=now)
    _tell_second(row, by=by, now=now)


def _tell(kind: NoticeKind, row: AppealRow, *, by: Actor, now: datetime) -> None:
    """Staff of the place hear of an appeal, never whom its review names; what is to be decided no agency hears."""
    about = _about(row)
    to_decide = kind in {NoticeKind.APPEAL, NoticeKind.APPEAL_PROPOSED}
    tell_staff.tell(kind, [replace(about, agency_id=None) if to_decide else about], by=by, now=now)


def _tell_second(row: AppealRow, *, by: Actor, now: datetime) -> None:
    """Whoever may decide in the second review hears of it: from the level above the first decision on."""
    before = appeals.decided(row.id)
    remits = (before.proposed_path, before.confirmed_path) if before else (row.division_path,)
    above = tell_staff.division_at(second_level(remits), row.division_path)
    about = replace(_about(row), division_id=above, agency_id=None)
    tell_staff.tell(NoticeKind.APPEAL_CONTESTED, [about], by=by, now=now)


def _about(row: AppealRow) -> About:
    facts = {"item": row.item_name, "agency": row.agency_name}
    return About("appeal", str(row.id), row.division_id, row.agency_id, facts, staff_id=row.staff_id)


def _exclude_order(row: AppealRow, *, outcome: str, by: Actor, now: datetime) -> None:
    """The order ends: its review does not count, and what was to be answered with it is answered on its own.

    Whoever had something to do with it hears that there is nothing left to do, who helps too.
    """
    if not _allows(row.order_id, Move.EXCLUDE):
        return
    stopped = tell_staff.about_orders(one for one in orders.rows([row.order_id]) if one.state in OPEN)
    helped = help_queries.parts(part for part, _ in help_queries.open_parts(row.order_id))
    rectification.exclude(row.order_id, outcome=outcome, by=by, now=now)
    tell_staff.tell(NoticeKind.ORDER_EXCLUDED, [*stopped, *tell_staff.about_parts(helped)], by=by, now=now)
    merge_orders.give_back_everywhere(row.review_id, now=now)


def _restore_order(row: AppealRow, *, by: Actor, now: datetime) -> None:
    """The order that had ended goes out again: the second review found that its review counts."""
    if _allows(row.order_id, Move.RESTORE):
        rectification.restore(row.order_id, by=by, now=now)
        handle_bad_review.tell_dispatched([row.review_id], by=by, now=now)


def _allows(order_id: UUID, move: Move) -> bool:
    return any(after(row.state, move) for row in orders.rows([order_id]))


def _of_review(review_id: UUID) -> AppealRow:
    row = appeals.appeal_of_review(review_id).answer
    if row is None:
        raise Refused(NO_SUCH_APPEAL)
    return row


def _terms(row: AppealRow, now: datetime) -> Terms:
    return rulebook.terms_for(row.division_path, local_day(now))


def _align(review_id: UUID, *, by: Actor, now: datetime) -> None:
    """A first review and its follow-up: the latest that stands counts."""
    row = reviews.reviews([review_id])[review_id]
    given = reviews.reviews_of_occurrence(row.occurrence_id)
    align_first(given.get(2, row).id, by=by, now=now)


def _check_evidence(row: AppealRow, fact: str, evidence: Sequence[str]) -> None:
    """Evidence is a photograph, file or document of this appeal; of a flood, the orders of the reviews that make it."""
    photos = {str(one.id) for one in shown.photos_of("appeal", str(row.id))}
    documents = {str(one.id) for one in shown.documents_of("appeal", str(row.id))}
    known = photos | documents | {row.reference} - {""}
    if fact == ProvenFact.FLOOD:
        _check_flood(row, evidence)
        return
    if unknown := next((one for one in evidence if one not in known), ""):
        raise Refused(EVIDENCE_UNKNOWN, field="evidence", value=unknown[:40])
    if fact == ProvenFact.THREATS and not row.reference:
        raise Refused(EVIDENCE_NEEDED, field="evidence")
    if fact == ProvenFact.NO_CASE and reviews.facts_of([row.review_id])[row.review_id].verified_case:
        # Its platform has reported the case: that there is none is not so.
        raise Refused(FACT_NOT_SHOWN, field="fact")


def _check_not_served(row: AppealRow) -> None:
    """Against a case that its platform reported as this agency's only the reviewer's own word counts; silence is none."""
    facts = reviews.facts_of([row.review_id])[row.review_id]
    _, agency_id, _ = facts.case_place
    if facts.verified_case and agency_id in {facts.agency_id, row.agency_id}:
        raise Refused(SERVED_HERE, field="verdict")


def _check_flood(row: AppealRow, evidence: Sequence[str]) -> None:
    ids = {one: _uuid(one) for one in evidence}
    found = {order.id: order.review_id for order in orders.rows(filter(None, ids.values()))}
    if unknown := next((one for one, order in ids.items() if order not in found), ""):
        raise Refused(EVIDENCE_UNKNOWN, field="evidence", value=unknown[:40])
    given = reviews.facts_of({*found.values(), row.review_id})
    cases = set(reviews.cases_of(given).values())
    moments = sorted(one.assessed_at for one in given.values())
    if len(cases) <= FLOOD_MORE_THAN or moments[-1] - moments[0] > _A_DAY:
        raise Refused(FACT_NOT_SHOWN, field="fact")


def _watch(row: AppealRow, *, by: Actor, now: datetime) -> None:
    decided = appeals.upheld_of(row.agency_id)
    if is_anomalous(decided):
        signal = NewSignal(
            SignalKind.APPEAL_ANOMALY,
            row.division_id,
            row.agency_id,
            f"agency:{row.agency_id}",
            local_day(now),
            facts={"upheld": str(decided.numerator), "decided": str(decided.denominator)},
        )
        supervision.raise_signals([signal], by=by, now=now)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
