"""What agencies, reviewers and publishers of the fictional province do about its reviews, by the house's own flows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.doors.demo import texts
from haochaping.doors.demo.places import SLOW
from haochaping.flows import call_back, close_order, handle_bad_review, offer_texts, supervise
from haochaping.flows.follow_up_review import follow_up_review
from haochaping.kernel.actor import EVERYWHERE, REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.publicity import actions as publicity
from haochaping.publicity import queries as candidates
from haochaping.publicity.terms import Decision, Ground, Wanted
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.rules import was_heard
from haochaping.rectification.terms import CallResult, OrderState
from haochaping.reviews import actions as review_actions
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import ReviewChannel, SupplementRow

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.directory.terms import AgencyRef
    from haochaping.identity.keys import PrivateKey
    from haochaping.publicity.terms import Candidate
    from haochaping.rectification.terms import OrderRow

_DISPATCHER = Actor(
    ActorKind.STAFF, "云城市派单员", powers=frozenset({"order.view", "order.dispatch"}), scope=EVERYWHERE
)
_PUBLISHER, _SECOND_PUBLISHER = (
    Actor(ActorKind.STAFF, name, powers=frozenset({"publication.release"}), scope=EVERYWHERE)
    for name in ("政务服务管理局发布员", "政务服务管理局第二发布员")
)
# How likely an open order takes a step on a working day, by a slow agency and by the others.
_STEP, _SLOW_STEP = 0.5, 0.03
# The newest orders are not far yet.
_LATE_STEP = 0.12
_ASKS, _NOT_REACHED, _EXPLAINED = 0.3, 0.12, 0.1
# How many of the reviewers let themselves be called.
_AGREES = 0.9
_SAYS_WHETHER_SOLVED, _FOLLOWS_UP = 0.6, 0.2
# For a first publisher, and for a second one.
_WAITING_TEXTS, _WAITING_PROPOSALS = 12, 2
# How likely a reply is looked at on a working day, and sent back then.
_CHECKS, _SENT_BACK = 0.6, 0.06
# Who is not reached is tried on other days, as often as the national base says.
_ATTEMPTS = 3
_OPEN = 500


@dataclass(slots=True)
class Handler:
    """Works on the orders of some agencies; calls go through the relay, which opens numbers with `relay_keys`."""

    dice: random.Random
    agencies: Mapping[int, AgencyRef]
    relay_keys: Mapping[str, PrivateKey]
    _answered: list[UUID] = field(default_factory=list)

    def work(self, evening: datetime, *, lately: bool) -> None:
        """One working day: open orders take a step or do not, the answered answer back."""
        for review_id in self._answered:
            self._react(review_id, evening)
        self._answered.clear()
        for order in orders.inbox(_DISPATCHER, limit=_OPEN):
            agency = self.agencies.get(order.agency_id)
            if agency is None:
                continue
            likely = _SLOW_STEP if agency.code in SLOW else _LATE_STEP if lately else _STEP
            if order.state == OrderState.REPLIED:
                self._check(order, evening)
            elif self.dice.random() < likely:
                self._step(order, evening)

    def dispatch(self, now: datetime) -> None:
        """What is due goes out to the agencies."""
        # Each lane dispatches and settles its own: the other's evening may be another day.
        handle_bad_review.dispatch_due(of=self.agencies.keys(), by=SYSTEM, now=now)
        close_order.settle(of=self.agencies.keys(), by=SYSTEM, now=now)
        supervise.count_late(now, of=self.agencies.keys())

    def _step(self, order: OrderRow, now: datetime) -> None:
        clerk = Actor(
            ActorKind.STAFF,
            f"{order.agency_name}经办人",
            powers=frozenset({"order.view", "order.handle"}),
            scope=Scope(agency_path=self.agencies[order.agency_id].path),
        )
        match order.state:
            case OrderState.DISPATCHED:
                rectification.sign_for(order.id, by=clerk, now=now)
                if self.dice.random() < _ASKS:
                    text = self.dice.choice(texts.WRITTEN)
                    handle_bad_review.write_to_reviewer(order.id, text, by=clerk, now=now)
            case OrderState.SIGNED:
                self._call(order, clerk, now)
            case OrderState.VERIFIED:
                heard, _ = was_heard(orders.calls_of(order.id, order.round).answer, _ATTEMPTS)
                if heard:
                    self._mend(order, clerk, now)
                else:
                    self._call(order, clerk, now)
            case _:
                text = self.dice.choice(self._theme(order).replied)
                handle_bad_review.reply(order.id, text, by=clerk, now=now)
                self._answered.append(order.review_id)

    def _check(self, order: OrderRow, now: datetime) -> None:
        if self.dice.random() < _CHECKS:
            if self.dice.random() < _SENT_BACK:
                close_order.redo(order.id, texts.SENT_BACK, by=_DISPATCHER, now=now)
            else:
                rectification.pass_check(order.id, by=_DISPATCHER, now=now)

    def _call(self, order: OrderRow, clerk: Actor, now: datetime) -> None:
        is_true: bool | None = True
        is_reasonable: bool | None = self.dice.random() >= _EXPLAINED
        result, note = CallResult.ANSWERED, self.dice.choice(self._theme(order).found)
        if not self._agrees(order, now):
            result, note = CallResult.NOT_POSSIBLE, texts.NOT_CALLED
        elif self.dice.random() < _NOT_REACHED:
            result, is_true, is_reasonable = CallResult.NOT_REACHED, None, None
            note = self.dice.choice(texts.NOT_REACHED)
        if result != CallResult.NOT_POSSIBLE:
            call = call_back.request_call(order.id, purpose="verify", line=texts.DESK_LINE, by=clerk, now=now)
            call_back.connect_call(call, relay_keys=self.relay_keys, by=SYSTEM, now=now)
        call_back.record(
            order.id,
            result=result,
            is_true=is_true,
            is_reasonable=is_reasonable,
            note=note,
            by=clerk,
            now=now,
        )

    def _agrees(self, order: OrderRow, now: datetime) -> bool:
        """Whether the reviewer lets themselves be called: they say so, once, when the agency has taken the order up."""
        if reviews.supplement_of(order.review_id).may_call_back:
            return True
        first_time = not orders.calls_of(order.id, order.round).answer
        agrees = (
            first_time
            and handle_bad_review.person_of(order.review_id) is not None
            and self.dice.random() < _AGREES
        )
        if agrees:
            review_actions.supplement(
                order.review_id, SupplementRow(may_call_back=True), by=REVIEWER, now=now
            )
        return agrees

    def _mend(self, order: OrderRow, clerk: Actor, now: datetime) -> None:
        explained = not orders.was_found_true_and_reasonable(order.id, order.round)
        rectification.rectify(
            order.id,
            outcome="explained" if explained else "immediate_rectified",
            text=texts.EXPLAINED if explained else self.dice.choice(self._theme(order).mended),
            by=clerk,
            now=now,
        )

    def _theme(self, order: OrderRow) -> texts.Theme:
        """What the reviewer complained of, so that the answer fits."""
        given = reviews.reviews([order.review_id])[order.review_id]
        name = next((texts.THEME_OF[c] for c in given.indicator_codes if c in texts.THEME_OF), "manner")
        return texts.THEMES[name]

    def _react(self, review_id: UUID, now: datetime) -> None:
        """The reviewer says whether it is solved, or rates once more."""
        if self.dice.random() < _SAYS_WHETHER_SOLVED:
            solved = self.dice.choices(("yes", "partly", "no"), (7, 2, 1))[0]
            (order,) = orders.orders_of_reviews([review_id]).values()
            said = partial(
                rectification.answer_solution, review_id, solved=solved, text="", by=REVIEWER, now=now
            )
            with transaction.atomic():
                handle_bad_review.counted(order.id, said)
        review = reviews.reviews([review_id])[review_id]
        # There is one follow-up, also where the agency had to reply twice.
        is_only = len(reviews.reviews_of_occurrence(review.occurrence_id)) == 1
        if is_only and self.dice.random() < _FOLLOWS_UP:
            level = self.dice.choice(("4", "3", "3", "2"))
            follow_up_review(review_id, level, by_token=True, channel=ReviewChannel.SMS, by=REVIEWER, now=now)


def publish(now: datetime) -> None:
    """The publishers have worked off everything but the newest texts; what names somebody is held back.

    Of those, some wait for the second of them.
    """
    offer_texts.offer_due(by=SYSTEM, now=now)
    found = candidates.candidates(_PUBLISHER, now=now, limit=None)[:-_WAITING_TEXTS]
    proposed = publicity.propose([_wanted(text) for text in found], by=_PUBLISHER, now=now)
    if looked_at := proposed[:-_WAITING_PROPOSALS]:
        publicity.confirm(looked_at, by=_SECOND_PUBLISHER, now=now)


def _wanted(text: Candidate) -> Wanted:
    if text.original == texts.NAMED:
        return Wanted(text.review_id, text.part, Decision.HELD, texts.HOLD_REASON, Ground.THIRD_PARTY)
    return Wanted(text.review_id, text.part, Decision.RELEASED)
