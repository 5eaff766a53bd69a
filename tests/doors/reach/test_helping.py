"""What the database lets an agency see that was asked to help: the order, its review and the service, and no more."""

from __future__ import annotations

import pytest
from django.utils import timezone

from haochaping.directory import queries as directory
from haochaping.doors.reach import within
from haochaping.kernel.actor import Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.rectification import queries as orders
from haochaping.rectification.models import CoHandler, WorkOrder
from haochaping.rectification.queries import worklist
from haochaping.rectification.terms import ListAsked
from haochaping.supervision.models import SupervisionOrder
from tests import worlds
from tests.rectification.test_helping import HELPER
from tests.voices.conftest import DISPATCHER

from .conftest import ids

pytestmark = pytest.mark.django_db
THERE = Scope(agency_path=f"{worlds.OTHER_AGENCY}.")
ORDER = "SELECT count(*) FROM rectification_work_order WHERE id = %s"
# What hangs on an order without belonging to it.
SHUT = (
    "SELECT count(*) FROM rectification_appeal WHERE order_id = %s",
    "SELECT count(*) FROM supervision_signal WHERE work_order_id = %s",
    "SELECT count(*) FROM supervision_order WHERE work_order_id = %s",
    "SELECT count(*) FROM supervision_urging WHERE work_order_id = %s",
)


@pytest.fixture
def helped(stories):
    """The order of the story here, with which the agency there is asked to help."""
    here, _ = stories
    agency = directory.agencies([worlds.OTHER_AGENCY])[worlds.OTHER_AGENCY]
    CoHandler.objects.create(
        id=here.review_id,
        order_id=here.order_id,
        agency_id=agency.id,
        task="助",
        asked_by="staff:1",
        asked_at=timezone.now(),
    )
    return here


@pytest.mark.parametrize("over", ["", "done_at", "ended_at"])
def test_the_order_its_review_and_its_case_are_there_and_stay_to_be_seen(helped, over):
    if over:
        CoHandler.objects.update(**{over: timezone.now()})

    with within(THERE):
        assert ids(ORDER, str(helped.order_id)) == [1]
        assert ids("SELECT count(*) FROM reviews_review WHERE id = %s", str(helped.review_id)) == [1]
        assert ids("SELECT count(*) FROM cases_case WHERE case_no = %s", helped.case_no) == [1]
        for statement in SHUT:
            assert ids(statement, str(helped.order_id)) == [0]


def test_what_agency_and_reviewer_write_each_other_is_not_there(helped):
    thread = "SELECT count(*) FROM notices_thread WHERE subject_id = %s"
    message = f"SELECT count(*) FROM notices_message WHERE thread_id IN ({thread.replace('count(*)', 'id')})"

    for scope, seen in ((THERE, 0), (worlds.CLERK.scope, 1), (DISPATCHER.scope, 1)):
        with within(scope):
            assert [ids(each, str(helped.order_id)) for each in (thread, message)] == [[seen], [seen]], scope


def test_what_it_is_reminded_of_is_its_own(helped):
    part = CoHandler.objects.get()
    row = SupervisionOrder.objects.create(
        id=uuid7(timezone.now()),
        key=uuid7(timezone.now()),
        rung="reminder",
        state="notified",
        division_id=WorkOrder.objects.get(id=helped.order_id).division_id,
        agency_id=part.agency_id,
        work_order_id=helped.order_id,
        part=part,
        opened_at=timezone.now(),
        opened_by="system",
    )
    statement = "SELECT count(*) FROM supervision_order WHERE id = %s"

    for scope, seen in ((THERE, 1), (Scope(agency_path=f"{worlds.AGENCY}."), 0)):
        with within(scope):
            assert ids(statement, str(row.id)) == [seen]


def test_the_list_of_its_desk_is_found_under_its_reach(helped):
    now = timezone.now()

    with within(THERE):
        rows = worklist.work_list(HELPER, ListAsked(), now=now, limit=50)
        counts = worklist.counts(HELPER, ListAsked(), now=now)

    assert [row.order.id for row in rows if row.helps] == [helped.order_id]
    assert counts.helped == 1


def test_whoever_was_not_asked_sees_nothing_of_it(stories):
    here, _ = stories

    with within(THERE):
        assert ids(ORDER, str(here.order_id)) == [0]


def test_whom_the_review_names_sees_nothing_of_it_at_the_helping_agency_either(helped):
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    member = directory.staff([(agency.id, "S1")])[agency.id, "S1"].id
    WorkOrder.objects.filter(id=helped.order_id).update(staff_id=member)

    with within(THERE, frozenset({member})):
        assert ids(ORDER, str(helped.order_id)) == [0]
        assert orders.rows([helped.order_id]) == []
