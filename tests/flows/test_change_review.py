from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Self

import pytest

from haochaping.flows import change_review, handle_bad_review
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance, Level
from tests import worlds
from tests.flows.conftest import order_of, stored
from tests.flows.truth import assert_counters_exact, findings, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.rectification.terms import OrderRow

pytestmark = pytest.mark.usefixtures("world")


class Reviewer:
    """One person at their phone; every step takes a minute."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.over = now + timedelta(minutes=11)
        self.given: UUID | None = None

    def later(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def tap(self, level: int) -> Self:
        if self.given is None:
            outcome = worlds.give("YC-1", level, self.now, entrance=Entrance.TOKEN)
            assert outcome.kind == OutcomeKind.ACCEPTED
            self.given = outcome.id
        else:
            change_review.change_level(self.given, Level(level), by=REVIEWER, now=self.later())
        return self.check()

    def finish(self, codes: Sequence[str] = (), text: str = "") -> Self:
        change_review.finish_review(self.review_id, codes, text, by=REVIEWER, now=self.later())
        return self.check()

    def withdraw(self) -> Self:
        change_review.withdraw_review(self.review_id, by=REVIEWER, now=self.later())
        return self.check()

    def window_passes(self) -> int:
        self.now = max(self.over, self.later())
        sent = handle_bad_review.dispatch_due(by=SYSTEM, now=self.now)
        self.check()
        return sent

    def check(self) -> Self:
        assert_counters_exact()
        return self

    @property
    def review_id(self) -> UUID:
        assert self.given is not None
        return self.given

    @property
    def order(self) -> OrderRow:
        return order_of(self.review_id)

    @property
    def told(self) -> list[str]:
        """What the ledger says of the order."""
        return [entry.kind.name for entry in ledger.entries_of("order", str(self.order.id))]


@pytest.fixture
def person(now):
    return Reviewer(now)


def test_a_mistap_changed_back_dispatches_nothing(person):
    person.tap(1).tap(5)

    assert person.window_passes() == 0
    assert person.order.state == "cancelled"
    assert person.order.dispatched_at is None
    assert person.told == ["ORDER_OPENED", "ORDER_CANCELLED"]
    assert findings(person.now) == []


def test_a_good_review_made_bad_opens_its_order_then(person):
    person.tap(5)
    assert not WorkOrder.objects.exists()

    person.tap(2)

    assert (person.order.state, person.told) == ("created", ["ORDER_OPENED"])
    assert person.window_passes() == 1
    assert person.order.state == "dispatched"


def test_bad_good_bad_keeps_one_order_and_opens_it_again(person):
    person.tap(1)
    first = person.order.id
    person.tap(4).tap(2)

    assert person.order.id == first
    assert WorkOrder.objects.count() == 1
    assert person.told == ["ORDER_OPENED", "ORDER_CANCELLED", "ORDER_OPENED"]
    assert person.window_passes() == 1
    assert findings(person.now) == []


def test_another_bad_level_keeps_the_order_and_its_time(person):
    person.tap(1).tap(2)

    assert person.told == ["ORDER_OPENED"]
    row = stored(person.review_id)
    assert WorkOrder.objects.get().dispatch_after == row.changeable_until


def test_the_same_tap_again_changes_nothing(person):
    person.tap(1)
    before = rows_of("ledger_entry", "reviews_review_change", "insight_fact_delta")

    person.tap(1)

    assert rows_of("ledger_entry", "reviews_review_change", "insight_fact_delta") == before
    assert person.window_passes() == 1


def test_finishing_a_bad_review_dispatches_at_once(person):
    person.tap(1).finish(["101"], "等了三次")

    assert person.order.state == "dispatched"
    assert person.order.dispatched_at == person.now
    assert person.order.rectify_due_at is not None
    assert person.told == ["ORDER_OPENED", "ORDER_DISPATCHED"]
    assert person.window_passes() == 0


def test_finishing_twice_dispatches_once(person):
    person.tap(1).finish(["101"]).finish(["102"], "慢")

    assert person.told == ["ORDER_OPENED", "ORDER_DISPATCHED"]


def test_finishing_a_good_review_opens_nothing(person):
    person.tap(5).finish(["501"], "很好")

    assert not WorkOrder.objects.exists()
    assert stored(person.review_id).finished_at == person.now


def test_a_bad_review_without_reason_is_dispatched_all_the_same(person):
    person.tap(1).finish()

    assert stored(person.review_id).reason_missing
    assert person.order.state == "dispatched"


@pytest.mark.parametrize("level", [5, 1])
def test_withdrawing_counts_nowhere_and_cancels_what_nobody_has_begun(person, level):
    person.tap(level).withdraw()

    assert stored(person.review_id).status == "withdrawn"
    assert person.window_passes() == 0
    assert list(WorkOrder.objects.values_list("state", flat=True)) == ["cancelled"] * (level == 1)
    assert findings(person.now) == []


def test_withdrawn_and_rated_again_counts_again(person):
    person.tap(1).withdraw().tap(1)

    assert stored(person.review_id).status == "effective"
    assert person.told == ["ORDER_OPENED", "ORDER_CANCELLED", "ORDER_OPENED"]
    assert person.window_passes() == 1
    assert findings(person.now) == []


def test_a_withdrawn_review_cannot_be_finished_and_its_order_stays_closed(person):
    person.tap(1).withdraw()

    with pytest.raises(Refused) as refused:
        person.finish(["101"], "慢")

    assert refused.value.code == "not_reviewed"
    assert person.order.state == "cancelled"
    person.check()
    assert findings(person.now) == []


def test_a_dispatched_order_nobody_signed_for_is_called_back_with_a_trace(person):
    person.tap(1).finish(["101"]).tap(5)

    assert person.order.state == "cancelled"
    assert person.told == ["ORDER_OPENED", "ORDER_DISPATCHED", "ORDER_CANCELLED"]
    moves = [event.move for event in orders.timeline(person.order.id)]
    assert moves == ["open", "dispatch", "cancel"]


def test_called_back_and_bad_again_waits_for_the_window_anew(person):
    person.tap(1).finish(["101"]).tap(5).tap(2)

    assert (person.order.state, person.order.dispatched_at) == ("created", None)
    assert person.window_passes() == 1


@pytest.mark.parametrize("change", ["tap", "withdraw"])
def test_an_order_signed_for_stays_whatever_the_reviewer_changes(person, change):
    person.tap(1).finish(["101"])
    rectification.sign_for(person.order.id, by=worlds.CLERK, now=person.later())

    person.tap(5) if change == "tap" else person.withdraw()

    assert person.order.state == "signed"
    person.tap(2)
    assert person.order.state == "signed"
    assert person.told == ["ORDER_OPENED", "ORDER_DISPATCHED", "ORDER_SIGNED_FOR"]


CHANGES = {
    "change_level": partial(change_review.change_level, level=Level.VERY_SATISFIED),
    "finish_review": partial(change_review.finish_review, codes=["101"], comment_text="慢"),
    "withdraw_review": change_review.withdraw_review,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_after_the_window_nothing_changes(person, change):
    person.tap(1)
    person.window_passes()
    tables = ("ledger_entry", "reviews_review_change", "insight_fact_delta", "rectification_order_event")
    before = rows_of(*tables), Review.objects.values().get(), WorkOrder.objects.values().get()

    with pytest.raises(Refused) as refused:
        change(person.review_id, by=REVIEWER, now=person.over)

    assert refused.value.code == "change_window_over"
    assert (rows_of(*tables), Review.objects.values().get(), WorkOrder.objects.values().get()) == before


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_does_not_exist_is_not_changed(now, change):
    with pytest.raises(Refused) as refused:
        change(uuid7(now), by=REVIEWER, now=now)

    assert refused.value.code == "not_reviewed"


def test_reasons_that_are_refused_dispatch_nothing(person):
    person.tap(1)

    with pytest.raises(Refused):
        person.finish(["501"])

    assert person.order.state == "created"
    person.check()


def test_every_change_is_in_the_ledger(person):
    person.tap(1).tap(2).finish(["201"], "慢").withdraw().tap(2)

    kinds = [entry.kind for entry in ledger.entries_of("review", str(person.review_id))]
    assert kinds == [
        EntryKind.REVIEW_ACCEPTED,
        EntryKind.REVIEW_SUPERSEDED,
        EntryKind.REVIEW_SUPERSEDED,
        EntryKind.REVIEW_WITHDRAWN,
        EntryKind.REVIEW_SUPERSEDED,
    ]
    assert findings(person.now) == []
