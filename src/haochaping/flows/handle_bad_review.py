"""差评处置: from dispatch to the reply the reviewer reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.flows import tell_reviewers, tell_staff
from haochaping.flows.conceal import is_concealed
from haochaping.insight import actions as insight
from haochaping.insight.rules import changes, order_units
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.notices import actions as notices
from haochaping.notices.queries import last_words
from haochaping.notices.terms import NoticeKind, Side, Template
from haochaping.postgres.together import together
from haochaping.postgres.writes import at_once
from haochaping.publicity.rules import hidden_in
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.rules import most_alike, says_nothing
from haochaping.rectification.terms import NO_THREAD, NOT_WRITTEN_TO, REPLY_DOUBTED, Doubts, Solved
from haochaping.reviews import queries as reviews
from haochaping.rulebook.queries import asked_once
from haochaping.supervision import actions as supervision
from haochaping.supervision.terms import NewSignal, SignalKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.postgres.together import Asked
    from haochaping.rectification.terms import BulkOutcome, Doubt, OrderFacts, OrderRow
    from haochaping.reviews.terms import Reached, ReviewRow

_BATCH = 200


def dispatch_all_due(*, by: Actor, now: datetime) -> int:
    """Dispatch what is due batch by batch, each in a transaction of its own, until none is left; returns how many."""
    sent = batch = dispatch_due(by=by, now=now)
    while batch == _BATCH:
        batch = dispatch_due(by=by, now=now)
        sent += batch
    return sent


@transaction.atomic
def dispatch_due(*, of: Collection[int] | None = None, by: Actor, now: datetime) -> int:
    """Dispatch every order whose reviewer has finished or whose change window has passed; returns how many.

    `of` names the agencies, all without it.
    """
    due = orders.due_for_dispatch(now, limit=_BATCH, of=of)
    if not due:
        return 0
    before = orders.facts_of(order.review_id for order in orders.rows(due))
    dispatched = rectification.dispatch(due, by=by, now=now)
    _recount(before)
    tell_dispatched(dispatched, by=by, now=now)
    return len(dispatched)


@transaction.atomic
def send(order_id: UUID, agency_code: str, *, by: Actor, now: datetime) -> None:
    """The operator of the hotline sends an order that waits for them; raises as `rectification.actions.send`."""
    review_id = counted(
        order_id, lambda: rectification.send(order_id, agency_code=agency_code, by=by, now=now)
    )
    tell_dispatched([review_id], by=by, now=now)


def tell_dispatched(review_ids: Sequence[UUID], *, by: Actor, now: datetime) -> None:
    """The agencies and the reviewers hear that orders have gone out; supervisors see those that nobody is there to take."""
    found = orders.orders_of_reviews(review_ids).values()
    supervision.raise_signals(
        [_left_alone(order, ended) for order in found if (ended := order.ended_before(local_day(now)))],
        by=by,
        now=now,
    )
    tell_staff.tell(NoticeKind.ORDER_DISPATCHED, tell_staff.about_orders(found), by=by, now=now)
    tell_reviewers.tell_reviewers(Template.ORDER_DISPATCHED, review_ids, now=now)


def _left_alone(order: OrderRow, ended_on: date) -> NewSignal:
    return NewSignal(
        SignalKind.AGENCY_ENDED, order.division_id, order.agency_id, str(order.id), ended_on, order.id
    )


@transaction.atomic
def write_to_reviewer(order_id: UUID, text: str, *, by: Actor, now: datetime) -> None:
    """The clerk writes in the order's thread; the reviewer reads it on the status page and hears of it by SMS.

    Raises:
        Refused: NOT_WRITTEN_TO where the reviewer is concealed: they were promised that the agency does not contact them.
    """
    order = orders.order_to_handle(order_id, by=by)
    reached, said = reviews.reached([order.review_id]), reviews.asked_supplement(order.review_id)
    together(reached, said)
    if is_concealed(order, said.answer):
        raise Refused(NOT_WRITTEN_TO)
    thread_id = order.thread_id
    if thread_id is None:
        person = reached.answer[order.review_id].person
        thread_id = notices.open_thread("order", str(order.id), person=person, by=by, now=now)
        rectification.link_thread(order.id, thread_id)
    notices.write(thread_id, Side.AGENCY, text, by=by, now=now)
    tell_reached(order.review_id, reached, Template.AGENCY_WROTE, by=by, now=now)


@transaction.atomic
def read_messages(order_id: UUID, *, by: Actor, now: datetime) -> int:
    """The clerk has read what the reviewer wrote; returns how many messages were new."""
    thread_id = orders.order_to_handle(order_id, by=by).thread_id
    return notices.mark_read(thread_id, Side.AGENCY, by=by, now=now) if thread_id else 0


@transaction.atomic
def answer_agency(review_id: UUID, text: str, *, by: Actor, now: datetime) -> None:
    """The reviewer writes back in the thread of their order; the same words twice running, a double click, are said once.

    Raises:
        Refused: NO_THREAD when the agency has not written.
    """
    orders.hold([review_id])
    order = orders.order_of_review(review_id)
    if order is None or order.thread_id is None:
        raise Refused(NO_THREAD)
    if last_words(order.thread_id) == (Side.REVIEWER, clean(text)):
        return
    notices.write(order.thread_id, Side.REVIEWER, text, by=by, now=now)
    tell_staff.tell(NoticeKind.REVIEWER_MESSAGE, tell_staff.about_orders([order]), by=by, now=now)


@transaction.atomic
def answer_solution(review_id: UUID, *, solved: str, text: str, by: Actor, now: datetime) -> None:
    """The reviewer says whether the matter is solved, which is counted; a no is told.

    Raises as `rectification.actions.answer_solution`.
    """
    orders.hold([review_id])
    before = orders.facts_of([review_id])
    rectification.answer_solution(review_id, solved=solved, text=text, by=by, now=now)
    _recount(before)
    order = orders.order_of_review(review_id)
    if order is not None and solved == Solved.NO:
        tell_staff.tell(NoticeKind.NOT_SOLVED, tell_staff.about_orders([order]), by=by, now=now)


@transaction.atomic
def reply(order_id: UUID, text: str, *, warned: Collection[Doubt] = (), by: Actor, now: datetime) -> None:
    """The agency's answer: on the status page at once, counted, announced by SMS."""
    review_id = counted(
        order_id, lambda: rectification.reply(order_id, text=text, warned=warned, by=by, now=now)
    )
    tell(review_id, Template.ORDER_REPLIED, by=by, now=now)


@transaction.atomic
def reply_with_care(order_id: UUID, text: str, *, confirmed: str, by: Actor, now: datetime) -> None:
    """The same, once whoever sends it has seen what it gives cause to look at: `confirmed` names those doubts.

    Raises:
        Refused: REPLY_DOUBTED with the `doubts` that were not confirmed, and as `rectification.actions.reply`, whose
            refusals come first.
    """
    doubts = doubts_about(order_id, text, by=by)
    reply(order_id, text, warned=doubts.kinds, by=by, now=now)
    if not set(doubts.kinds) <= set(confirmed.split()):
        raise Refused(REPLY_DOUBTED, field="confirm", doubts=doubts)


def doubts_about(order_id: UUID, text: str, *, by: Actor) -> Doubts:
    """Whether a reply is like an earlier one of its agency that the actor may see, says nothing, or looks personal."""
    earlier = orders.earlier_replies(order_id, by=by)
    found = most_alike(text, [one.text for one in earlier])
    place, share = found or (0, 0.0)
    return Doubts(earlier[place] if found else None, share, tuple(hidden_in(text)), says_nothing(text))


@transaction.atomic
@at_once()
def sign_for(order_id: UUID, *, by: Actor, now: datetime) -> None:
    """The agency takes the order, and the reviewer hears of it."""
    review_id = rectification.sign_for(order_id, by=by, now=now)
    tell_reviewers.tell_reviewers(Template.ORDER_SIGNED, [review_id], now=now)


@asked_once()
def sign_for_each(order_ids: Sequence[UUID], *, by: Actor, now: datetime) -> list[BulkOutcome]:
    """The agency takes several orders, and each reviewer hears of it; raises as `rectification.actions.sign_for_each`."""
    return rectification.sign_for_each(order_ids, sign_one=sign_for, by=by, now=now)


@transaction.atomic
def enter_in_ledger(order_id: UUID, reason: str, plan: str, *, by: Actor, now: datetime) -> None:
    """The matter takes longer, by a plan; the reviewer is told until when."""
    review_id = rectification.enter_in_ledger(order_id, reason=reason, plan=plan, by=by, now=now)
    tell_reviewers.tell_reviewers(Template.ORDER_LEDGERED, [review_id], now=now)


@transaction.atomic
def ask_extension(order_id: UUID, days: int, reason: str, *, by: Actor, now: datetime) -> None:
    """The agency asks for more time; whoever decides hears of it."""
    rectification.ask_extension(order_id, days=days, reason=reason, by=by, now=now)
    _tell_staff(NoticeKind.EXTENSION_ASKED, order_id, by=by, now=now)


@transaction.atomic
def grant_extension(order_id: UUID, note: str, *, by: Actor, now: datetime) -> None:
    """The agency gets more time, and the reviewer is told until when and why."""
    review_id = rectification.grant_extension(order_id, note=note, by=by, now=now)
    _tell_staff(NoticeKind.EXTENSION_GRANTED, order_id, by=by, now=now)
    tell_reviewers.tell_reviewers(Template.ORDER_EXTENDED, [review_id], now=now)


@transaction.atomic
def refuse_extension(order_id: UUID, note: str, *, by: Actor, now: datetime) -> None:
    """The deadline stays, and the agency hears of it."""
    rectification.refuse_extension(order_id, note=note, by=by, now=now)
    _tell_staff(NoticeKind.EXTENSION_REFUSED, order_id, by=by, now=now)


def counted[T](order_id: UUID, move: Callable[[], T]) -> T:
    """Make a move with an order and bring the counters to what it comes to then; returns what the move returned."""
    before = orders.held_facts(order_id)
    before.wait()
    return _recounted(before, move)


def recounted[T](review_ids: Sequence[UUID], move: Callable[[], T]) -> T:
    """The same for the orders of many reviews."""
    orders.hold(review_ids)
    before = orders.asked_facts(review_ids)
    before.wait()
    return _recounted(before, move)


def _recounted[T](before: Asked[dict[UUID, OrderFacts]], move: Callable[[], T]) -> T:
    moved = move()
    _recount(before.answer)
    return moved


def tell(review_id: UUID, template: Template, *, by: Actor, now: datetime) -> None:
    """Send the reviewer a text message with the link of their review, where there is somebody to send it to."""
    tell_reached(review_id, reviews.reached([review_id]), template, by=by, now=now)


def tell_reached(
    review_id: UUID, reached: Asked[dict[UUID, Reached]], template: Template, *, by: Actor, now: datetime
) -> None:
    """The same where it was asked with other reads whom to reach."""
    found = reached.answer[review_id]
    if found.person is not None:
        link = {"link": tell_reviewers.link_to(found)}
        notices.queue_sms(found.person, template, link, about=review_id, by=by, now=now)


def _tell_staff(kind: NoticeKind, order_id: UUID, *, by: Actor, now: datetime) -> None:
    tell_staff.tell(kind, tell_staff.about_orders(orders.rows([order_id])), by=by, now=now)


def person_of(review_id: UUID) -> UUID | None:
    """The sealed person to reach about a review: who reviewed, else who applied."""
    return reviews.reached([review_id]).answer[review_id].person


def _recount(before: Mapping[UUID, OrderFacts]) -> None:
    """Bring the counters from what these orders, locked by the caller, were to what they are, by their reviews."""
    if before:
        after = orders.facts_of(before)
        insight.count(changes(order_units(before.values()), order_units(after.values())))


def person_behind(review: ReviewRow) -> UUID | None:
    """The sealed person to reach: who reviewed, else who applied."""
    return review.person_id or cases.persons_of([review.occurrence_id]).get(review.occurrence_id)
