"""The figures of an installation that is older than a kind of fact, or whose counters went wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.flows import handle_bad_review, handle_voices, supervise, watch_voices
from haochaping.flows.recount_figures import recount_figures
from haochaping.insight import actions as insight
from haochaping.insight.models import Fact, FactDelta
from haochaping.insight.rules import ORDER_KINDS, VOICE_KINDS
from haochaping.insight.terms import FactKind
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.rectification import actions as rectification
from tests import worlds
from tests.flows.conftest import heard, order_of
from tests.flows.truth import assert_counters_exact
from tests.voices.conftest import GIVEN

if TYPE_CHECKING:
    from datetime import datetime

DAY = timedelta(days=1)


@pytest.fixture
def handled(world: None, now: datetime) -> None:
    """An order that was answered, and one that is overdue and warned of."""
    first = worlds.give("YC-1", 1, now)
    assert first.id is not None
    worlds.take_case("YC-2", now - 40 * DAY)
    worlds.give("YC-2", 1, now - 40 * DAY)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now - 39 * DAY)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now + DAY)
    order, later = order_of(first.id), now + DAY
    rectification.sign_for(order.id, by=worlds.CLERK, now=later)
    heard(
        order.id, result="answered", is_true=True, is_reasonable=True, note="属实", by=worlds.CLERK, now=later
    )
    rectification.rectify(order.id, outcome="immediate_rectified", text="已改正", by=worlds.CLERK, now=later)
    handle_bad_review.reply(order.id, "已改", by=worlds.CLERK, now=later)
    handle_bad_review.answer_solution(first.id, solved="yes", text="", by=REVIEWER, now=later)
    supervise.count_late(later)
    supervise.watch(later)
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=now - 40 * DAY)
    watch_voices.tell_alarms(later)


def test_what_is_right_is_left_alone(handled):
    assert_counters_exact()
    before = FactDelta.objects.count()

    assert recount_figures() == 0
    assert FactDelta.objects.count() == before


@pytest.mark.parametrize("folded", [False, True])
def test_what_was_never_counted_is_counted(handled, folded):
    FactDelta.objects.filter(kind__in=[*ORDER_KINDS, *VOICE_KINDS, FactKind.SUPERVISED]).delete()
    if folded:
        insight.fold()

    assert recount_figures() > 0

    assert_counters_exact()
    assert recount_figures() == 0


def test_what_is_too_much_is_taken_off(handled):
    for row in list(FactDelta.objects.filter(kind__in=ORDER_KINDS | VOICE_KINDS)):
        row.pk = None
        row.n += 2
        row.save()
    insight.fold()
    assert Fact.objects.exists()

    assert recount_figures() > 0

    assert_counters_exact()
