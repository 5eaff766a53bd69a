"""并单: orders of one reviewer about one matter are answered together, as long as the one they go with can answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.flows import handle_bad_review, tell_reviewers
from haochaping.flows.conceal import is_concealed
from haochaping.flows.handle_bad_review import counted, recounted, tell_dispatched
from haochaping.flows.rest_order import rest_while_appealed
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.notices.terms import Template
from haochaping.outbox import actions as outbox
from haochaping.postgres.together import together
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import appeals
from haochaping.rectification.states import ANSWERED, WORKED_ON
from haochaping.rectification.terms import NOT_BOTH_CONCEALED, NOT_THE_SAME_MATTER, NOT_THE_SAME_REVIEWER
from haochaping.reviews import actions as review_actions
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import ReviewStatus, SupplementRow

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.postgres.together import Asked
    from haochaping.rectification.terms import OrderRow
    from haochaping.reviews.terms import Reached

_BATCH = 200


@transaction.atomic
def merge(order_id: UUID, into: UUID, *, by: Actor, now: datetime) -> None:
    """Answer an order with another one of the same reviewer about the same matter.

    Raises:
        Refused: as `rectification.actions.merge`; NOT_THE_SAME_REVIEWER when it is somebody else's, NOT_THE_SAME_MATTER
            when it is neither of the same case nor of the same item and agency, NOT_BOTH_CONCEALED.
    """
    both = orders.orders_each([order_id, into], by=by)
    order, lead = both[order_id], both[into]
    given = [order.review_id, lead.review_id]
    reached, wished = reviews.reached(given), reviews.concealed_among(given)
    together(reached, wished)
    one, other = (reached.answer[review_id] for review_id in given)
    same = reviews.are_of_one_person(*given)
    # It goes with the question for the rules.
    same.wait()
    concealed = {
        is_concealed(each, SupplementRow(concealed=each.review_id in wished.answer)) for each in both.values()
    }
    if not _same_reviewer(one, other, same):
        raise Refused(NOT_THE_SAME_REVIEWER, field="into", value=str(into))
    # One answer can hold for both: of one case, or of one item that one agency handles.
    same_service = (order.item_id, order.agency_id) == (lead.item_id, lead.agency_id)
    if not (same_service or _same_case(one, other)):
        raise Refused(NOT_THE_SAME_MATTER, field="into", value=str(into))
    if len(concealed) > 1:
        raise Refused(NOT_BOTH_CONCEALED, field="into", value=str(into))
    counted(order_id, lambda: rectification.merge(order_id, into=into, by=by, now=now))
    tell_reviewers.tell_reviewers(Template.ORDER_MERGED, [order.review_id], now=now)


@transaction.atomic
def give_back(review_id: UUID, *, now: datetime) -> None:
    """Where the order of this review gives no answer, what was to be answered with it goes out on its own again.

    To be called with the move that ends it; the agencies hear of it, and the reviewer, who gets a promise of its own.
    """
    waiting = orders.answered_with(review_id).answer
    if not waiting:
        return
    orders.hold([review_id])
    lead = orders.order_of_review(review_id)
    if lead is None or lead.state in WORKED_ON | ANSWERED:
        return
    given_back = recounted(
        [order.review_id for order in waiting],
        lambda: rectification.separate(review_id, by=SYSTEM, now=now),
    )
    for one in given_back:
        if appeal := appeals.appeal_of_review(one).answer:
            # It may have been taken up while there was no clock to rest.
            rest_while_appealed(appeal, by=SYSTEM, now=now)
    tell_dispatched(given_back, by=SYSTEM, now=now)


@transaction.atomic
def give_back_everywhere(review_id: UUID, *, now: datetime) -> None:
    """The same where staff end it, whose reach may be less than where those orders are: the program looks once more."""
    give_back(review_id, now=now)
    outbox.defer("orders.give_back", review_id=str(review_id))


def give_back_left(*, now: datetime) -> int:
    """The same of every order that gives no answer, each in a transaction of its own; returns of how many.

    None is left behind by what ends an order now; the version that let them wait there for ever left some.
    """
    left = orders.leads_without_answer(limit=_BATCH)
    for review_id in left:
        give_back(review_id, now=now)
    return len(left)


@transaction.atomic
def answer_solution(review_id: UUID, *, solved: str, text: str, by: Actor, now: datetime) -> None:
    """The reviewer says, at whichever of their reviews, whether the matter is solved that is answered with one order.

    Raises as `rectification.actions.answer_solution`.
    """
    answering = answering_review(review_id)
    handle_bad_review.answer_solution(answering, solved=solved, text=text, by=by, now=now)


@transaction.atomic
def wish_concealed(review_id: UUID, *, concealed: bool, by: Actor, now: datetime) -> None:
    """全隐 of the case behind a review, or its end: of all that is answered with it, or one would tell of the others.

    A withdrawn one among the others stays as it is. Raises as `reviews.actions.supplement`.
    """
    lead = answering_review(review_id)
    joined = {lead, *(order.review_id for order in orders.answered_with(lead).answer)} - {review_id}
    known = reviews.reviews(joined)
    others = [one for one in sorted(joined) if known[one].status != ReviewStatus.WITHDRAWN]
    for one in (review_id, *others):
        said = replace(reviews.supplement_of(one), concealed=concealed)
        review_actions.supplement(one, said, by=by, now=now)
        tell_changed(one, now=now)


def tell_changed(review_id: UUID, *, now: datetime) -> None:
    """The hotline that has the order of a review hears, after this transaction, that its reviewer has changed it."""
    order = orders.order_of_review(review_id)
    if order is not None and order.dispatched_at is not None:
        outbox.defer("hotline.review_changed", change_id=str(uuid7(now)), review_id=str(review_id))


def answering_review(review_id: UUID) -> UUID:
    """The review with whose order this one is answered: itself, or the one it was merged with, given by the same person."""
    order = orders.order_of_review(review_id)
    lead = lead_of(order) if order else None
    return lead.review_id if lead else review_id


def lead_of(order: OrderRow) -> OrderRow | None:
    """The order with which this one is answered; None when there is none, or it is not known to be the same reviewer's."""
    if order.merged_into_id is None:
        return None
    [lead] = orders.rows([order.merged_into_id])
    one, other = _reached(order, lead)
    same = reviews.are_of_one_person(order.review_id, lead.review_id)
    return lead if _same_reviewer(one, other, same) else None


def token_of_lead(order: OrderRow, lead: OrderRow) -> str:
    """The invitation of the review with which an order is answered; "" when there is none, or nobody knows whose it is.

    Whoever holds it may change that review: that the case is the same is not enough here.
    """
    one, other = _reached(order, lead)
    is_known = one.person is not None and other.person is not None
    same = reviews.are_of_one_person(order.review_id, lead.review_id)
    return other.token if is_known and (one.person == other.person or same.answer) else ""


def _reached(order: OrderRow, lead: OrderRow) -> tuple[Reached, Reached]:
    found = reviews.reached([order.review_id, lead.review_id]).answer
    return found[order.review_id], found[lead.review_id]


def _same_reviewer(one: Reached, other: Reached, same: Asked[bool]) -> bool:
    """Whether two reviews are one person's: known by what is sealed, or of one case of which nobody is known.

    Whoever is sealed anew with every case is the `same` by the blind index.
    """
    if one.person is None and other.person is None:
        return _same_case(one, other)
    return one.person == other.person or same.answer


def _same_case(one: Reached, other: Reached) -> bool:
    return one.case_id is not None and one.case_id == other.case_id
