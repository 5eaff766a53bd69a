"""The life of one review under every order of hands: whatever people do, the same things stay true."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from haochaping.flows import change_review, handle_bad_review
from haochaping.insight import actions as insight
from haochaping.insight.models import FactDelta
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions as rectification
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance, Level
from tests import worlds
from tests.flows.conftest import heard
from tests.flows.truth import assert_counters_exact, findings

START = datetime(2026, 6, 1, 10, tzinfo=BEIJING)
# Bad ones come more often, because more follows from them.
LEVELS = st.sampled_from([Level.VERY_DISSATISFIED, Level.DISSATISFIED, Level.VERY_DISSATISFIED, *Level])
WAITS = st.integers(1, 120)
CALL = {"result": "answered", "is_true": True, "is_reasonable": True, "note": "属实"}
STEPS: dict[str, tuple[Any, dict[str, Any]]] = {
    "dispatched": (rectification.sign_for, {}),
    "signed": (heard, CALL),
    "verified": (rectification.rectify, {"outcome": "immediate_rectified", "text": "已改"}),
    "rectified": (handle_bad_review.reply, {"text": "谢谢"}),
}
# What the agency has begun is finished, whatever the reviewer does.
BEGUN = ("signed", "verified", "rectified", "replied")
DONE: Counter[str] = Counter()


def minds(life: Life) -> bool:
    """Whether the reviewer still tries: twice after the window, but not for ever, which would be the whole test."""
    return life.came_late < 2


class Life(RuleBasedStateMachine):
    """One reviewer, one clerk and the sweep; every step takes one second to two minutes."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = START
        self.review_id: Any = None
        self.seen_dispatched = 0
        self.came_late = self.written = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(level=LEVELS)
    def tap(self, level):
        worlds.build(START)
        worlds.take_case("YC-1", START)
        outcome = worlds.give("YC-1", level.value, START, entrance=Entrance.TOKEN)
        assert outcome.kind == OutcomeKind.ACCEPTED
        self.review_id = outcome.id

    def act(self, wait, call, *args: Any, codes=(), **how: Any):
        """Do something after a while; only the refusals that belong there are allowed."""
        self.now += timedelta(seconds=wait)
        code = None
        try:
            call(*args, now=self.now, **how)
        except Refused as refused:
            code = refused.code
        assert code in {None, *codes}
        DONE[f"{call.__name__}: {code}"] += 1
        return code

    def change_of_mind(self, wait, call, *args: Any, codes=()):
        """The reviewer's own doing: taken while the window is open, refused when it is over."""
        codes = ("change_window_over", *codes)
        begun = WorkOrder.objects.filter(state__in=BEGUN).exists()
        code = self.act(wait, call, self.review_id, *args, by=REVIEWER, codes=codes)
        over = self.now > Review.objects.get().changeable_until
        assert (code == "change_window_over") == over
        self.came_late += over
        DONE[f"change of mind, order {'begun' if begun else 'not begun'}: {code}"] += 1
        assert WorkOrder.objects.filter(state__in=BEGUN).exists() == begun
        return code

    # the reviewer

    @precondition(minds)
    @rule(level=LEVELS, wait=WAITS)
    def change(self, level, wait):
        self.change_of_mind(wait, change_review.change_level, level)

    @precondition(minds)
    @rule(text=st.sampled_from(["慢", "很慢"]), wait=WAITS)
    def finish(self, text, wait):
        tags = [f"{Review.objects.get().level}01"]
        code = self.change_of_mind(wait, change_review.finish_review, tags, text, codes=("not_reviewed",))
        DONE[f"reasons: {code}"] += 1

    @precondition(minds)
    @rule(tagged=st.booleans(), wait=WAITS)
    def finish_with_nothing_or_reasons_of_another_level(self, tagged, wait):
        tags = [f"{Review.objects.get().level % 5 + 1}01"] if tagged else []
        codes = ("not_reviewed", "indicator_of_other_level") if tagged else ("not_reviewed",)
        self.change_of_mind(wait, change_review.finish_review, tags, "", codes=codes)

    @precondition(minds)
    @rule(wait=WAITS)
    def withdraw(self, wait):
        self.change_of_mind(wait, change_review.withdraw_review)

    @rule(level=LEVELS)
    def send_again(self, level):
        before = Review.objects.values().get()
        outcome = worlds.give("YC-1", level.value, self.now)
        assert outcome.kind in {OutcomeKind.REFUSED, OutcomeKind.DUPLICATE}
        assert Review.objects.values().get() == before

    # the program

    @precondition(lambda _: WorkOrder.objects.filter(state="created").exists())
    @rule(wait=st.one_of(WAITS, st.just(601)))
    def sweep(self, wait):
        self.act(wait, handle_bad_review.dispatch_due, by=SYSTEM)

    @precondition(lambda _: FactDelta.objects.exists())
    @rule()
    def fold(self):
        insight.fold()

    # the clerk

    @precondition(lambda _: WorkOrder.objects.filter(state__in=STEPS).exists())
    @rule(wait=WAITS)
    def clerk_goes_on(self, wait):
        order = WorkOrder.objects.get()
        action, said = STEPS[order.state]
        self.act(wait, action, order.id, by=worlds.CLERK, **said)

    @precondition(lambda _: WorkOrder.objects.exists())
    @rule(step=st.sampled_from(sorted(STEPS)), wait=WAITS)
    def clerk_in_any_turn(self, step, wait):
        action, said = STEPS[step]
        self.act(wait, action, WorkOrder.objects.get().id, by=worlds.CLERK, codes=("wrong_state",), **said)

    @precondition(lambda life: life.written < 2 and WorkOrder.objects.exists())
    @rule(wait=WAITS)
    def clerk_writes(self, wait):
        self.written += 1
        order_id = WorkOrder.objects.get().id
        self.act(wait, handle_bad_review.write_to_reviewer, order_id, "您好", by=worlds.CLERK)

    # what is always true

    @invariant()
    def counters_are_exact(self):
        assert_counters_exact()

    @invariant()
    def one_review_with_one_acceptance(self):
        assert Review.objects.count() == ledger.count(EntryKind.REVIEW_ACCEPTED) == 1

    @invariant()
    def a_bad_review_has_its_order_and_nobody_has_two(self):
        assert WorkOrder.objects.count() <= 1
        for review in Review.objects.filter(status="effective", level__lte=2):
            assert WorkOrder.objects.exclude(state="cancelled").filter(review_id=review.id).exists()

    @invariant()
    def an_order_that_nobody_needs_is_closed_unless_begun(self):
        for order in WorkOrder.objects.filter(state__in=["created", "dispatched"]):
            review = Review.objects.get(id=order.review_id)
            assert (review.status, review.level <= 2) == ("effective", True)

    @invariant()
    def a_dispatched_order_never_disappears_silently(self):
        dispatched = ledger.count(EntryKind.ORDER_DISPATCHED)
        assert dispatched >= self.seen_dispatched
        self.seen_dispatched = dispatched
        opened = ledger.count(EntryKind.ORDER_OPENED)
        cancelled = ledger.count(EntryKind.ORDER_CANCELLED)
        assert opened - cancelled == WorkOrder.objects.exclude(state="cancelled").count()

    @invariant()
    def every_dispatch_stands_in_the_ledger(self):
        for order in WorkOrder.objects.exclude(dispatched_at=None):
            told = ledger.entries_of("order", str(order.id))
            moments = {entry.recorded_at for entry in told if entry.kind == EntryKind.ORDER_DISPATCHED}
            assert order.dispatched_at in moments

    @invariant()
    def the_ledger_agrees(self):
        assert findings(self.now) == []


@pytest.mark.django_db
def test_whatever_people_do_the_same_things_stay_true():
    DONE.clear()

    run_state_machine_as_test(Life, settings=settings(max_examples=20, stateful_step_count=24))

    done = {step for step in DONE if step.endswith(": None")}
    assert len(done) == 12, f"the steps that were taken: {DONE}"
