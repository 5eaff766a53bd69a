"""办结: a reply is checked, the reviewer's word or their silence closes the order, and what is unsolved goes on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.flows.handle_bad_review import counted, person_of, tell
from haochaping.kernel.refused import Refused
from haochaping.notices.terms import Template
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.rules import of_this_round
from haochaping.rectification.terms import NOT_THE_SAME_MATTER, Solved
from haochaping.reviews import queries as reviews

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import OrderRow, SolutionRow

_BATCH = 200


@transaction.atomic
def redo(order_id: UUID, reason: str, *, by: Actor, now: datetime) -> None:
    """The quality check sends a reply back; the reviewer is told that the agency works on it again."""
    review_id = counted(order_id, lambda: rectification.redo(order_id, reason=reason, by=by, now=now))
    tell(review_id, Template.ORDER_AGAIN, by=by, now=now)


@transaction.atomic
def send_to_another(order_id: UUID, agency_code: str, reason: str, *, by: Actor, now: datetime) -> None:
    """The order goes to another agency, whose figures it counts in from then on."""
    counted(
        order_id,
        lambda: rectification.redispatch(order_id, agency_code=agency_code, reason=reason, by=by, now=now),
    )


@transaction.atomic
def grant_return(order_id: UUID, agency_code: str, reason: str, *, by: Actor, now: datetime) -> None:
    """The order was returned with reason and goes to another agency."""
    counted(
        order_id,
        lambda: rectification.grant_return(order_id, agency_code=agency_code, reason=reason, by=by, now=now),
    )


@transaction.atomic
def merge(order_id: UUID, into: UUID, *, by: Actor, now: datetime) -> None:
    """Answer an order with another one of the same reviewer: the same sealed person, or the same case.

    Raises:
        Refused: as `rectification.actions.merge`; NOT_THE_SAME_MATTER when it is somebody else's.
    """
    order, lead = orders.order(order_id, by=by), orders.order(into, by=by)
    if not _same_reviewer(order.review_id, lead.review_id):
        raise Refused(NOT_THE_SAME_MATTER, field="into", value=str(into))
    counted(order_id, lambda: rectification.merge(order_id, into=into, by=by, now=now))


def _same_reviewer(one: UUID, other: UUID) -> bool:
    given = reviews.reviews([one, other])
    bindings = [cases.binding_of(given[pk].occurrence_id) for pk in (one, other)]
    if all(bindings) and len({binding.case_id for binding in bindings if binding}) == 1:
        return True
    persons = [person_of(pk) for pk in (one, other)]
    return persons[0] is not None and persons[0] == persons[1]


@transaction.atomic
def settle(*, by: Actor, now: datetime) -> int:
    """Close what the reviewer called solved, or said nothing about for long enough; take up again what is not.

    A reply that waits for its quality check waits on, unless the reviewer says that it solves nothing. Returns how many
    orders were decided.
    """
    review_ids = orders.to_settle(now, limit=_BATCH)
    found = orders.orders_of_reviews(review_ids)
    said = orders.solutions_of([order.id for order in found.values()])
    for order in found.values():
        word = of_this_round(said.get(order.id), order.replied_at)
        counted(order.id, partial(_decide, order, word, by=by, now=now))
    return len(found)


def _decide(order: OrderRow, word: SolutionRow | None, *, by: Actor, now: datetime) -> None:
    if word is None or word.solved != Solved.NO:
        rectification.close(order.id, rated=word.solved if word else "", by=by, now=now)
        return
    rectification.take_up_again(order.id, by=by, now=now)
    tell(order.review_id, Template.ORDER_AGAIN, by=by, now=now)
