"""`dispatch_via`: where the 12345 hotline dispatches, its operator sends an order, or it goes by itself after a while."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.directory.models import Agency
from haochaping.flows import handle_bad_review
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.rectification import queries
from haochaping.rectification.queries import dispatch as dispatch_queries
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import SupplementRow
from tests import worlds
from tests.flows import truth
from tests.voices.conftest import DISPATCHER

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(desk):
    """The order is due; its place dispatches by the hotline, which has twenty minutes."""
    worlds.follow(worlds.CITY, desk.now, dispatch_via="hotline_12345", dispatch_minutes="20")
    desk.now = desk.row.dispatch_after + timedelta(minutes=1)
    return desk


def waiting(desk) -> list[UUID]:
    return [one.id for one in dispatch_queries.waiting(DISPATCHER, desk.now)]


def send(desk, agency: str = worlds.OTHER_AGENCY, by=DISPATCHER) -> str:
    try:
        handle_bad_review.send(desk.order_id, agency, by=by, now=desk.now)
    except Refused as refused:
        return refused.code
    return ""


def test_the_operator_sends_it_where_it_belongs(ready):
    assert waiting(ready) == [ready.order_id]
    assert handle_bad_review.dispatch_due(by=SYSTEM, now=ready.now) == 0

    assert send(ready) == ""

    row = ready.row
    assert (row.state, row.agency.code, row.dispatched_at) == ("dispatched", worlds.OTHER_AGENCY, ready.now)
    assert row.sign_due_at > ready.now
    event = queries.timeline(ready.order_id)[-1]
    assert (event.move, event.by, event.note) == ("dispatch", "staff:dispatcher", row.agency.name)
    assert (waiting(ready), send(ready)) == ([], "wrong_state")
    truth.assert_counters_exact()


def test_what_nobody_sends_goes_by_itself(ready):
    ready.now += timedelta(minutes=19) - timedelta(seconds=1)
    assert handle_bad_review.dispatch_due(by=SYSTEM, now=ready.now) == 0
    assert waiting(ready) == [ready.order_id]

    ready.now += timedelta(seconds=1)
    assert waiting(ready) == []
    assert handle_bad_review.dispatch_due(by=SYSTEM, now=ready.now) == 1
    assert ready.row.agency.code == worlds.AGENCY


@pytest.mark.parametrize(
    ("agency", "by", "code"),
    [
        ("nowhere", DISPATCHER, "no_such_agency"),
        (worlds.AGENCY, worlds.CLERK, "not_allowed"),
    ],
)
def test_what_is_refused_stays_where_it_is(ready, agency, by, code):
    assert send(ready, agency, by) == code
    assert ready.row.state == "created"


def test_it_is_not_sent_to_an_agency_that_has_ended(ready):
    Agency.objects.filter(code=worlds.OTHER_AGENCY).update(valid_to=local_day(ready.now) - timedelta(days=1))

    assert send(ready) == "agency_ended"


def test_nothing_waits_where_agencies_dispatch(desk):
    desk.now = desk.row.dispatch_after

    assert waiting(desk) == []
    assert send(desk) == "wrong_state"
    assert handle_bad_review.dispatch_due(by=SYSTEM, now=desk.now) == 1


def test_nobody_sends_by_hand_what_is_hidden_until_the_morning(ready):
    reviews.supplement(ready.review_id, SupplementRow(concealed=True), by=REVIEWER, now=ready.now)

    assert (waiting(ready), send(ready)) == ([], "wrong_state")
