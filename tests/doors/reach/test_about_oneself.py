"""Whom a review names finds nothing of it in the database, however far they reach: plain SQL as the role of staff."""

from __future__ import annotations

import pytest
from django.utils import timezone

from haochaping.directory import queries as directory
from haochaping.doors.reach import within
from haochaping.kernel.actor import EVERYWHERE, Scope
from haochaping.notices.models import StaffNotice
from haochaping.publicity.models import Undecided
from haochaping.rectification.models import Reform, WorkOrder
from haochaping.reviews.models import AskingCall, PaperSlip, Review
from haochaping.voices.models import Voice
from tests import worlds
from tests.two_places import HERE

from .conftest import ask, ids, mark_of, reaches

pytestmark = pytest.mark.django_db
REACHES = {**HERE, "the province": Scope(division_path=f"{worlds.PROVINCE}."), "everywhere": EVERYWHERE}
# The service itself names its clerk in the case; a project is about a cause.
# A day of a source is about what was sent, and names nobody.
OPEN_TO_THEM = {
    "cases_case",
    "cases_service_occurrence",
    "reviews_invitation",
    "rectification_project",
    "rectification_project_task",
    "exchange_reconciliation",
    "exchange_differing_record",
    # About what a platform sends on a day, not about the review.
    "exchange_quality_card",
    "exchange_quality_finding",
    "exchange_stated_batch",
    "levels_peer",
    "levels_outgoing_batch",
    "levels_incoming_batch",
    "levels_returned_case",
    "levels_told_day",
    # About an agency, in numbers.
    "publicity_circular",
    "publicity_circular_text",
    "publicity_circular_step",
}


@pytest.fixture
def meant(stories) -> int:
    """The staff member whom the review here names, as if their number had come with it."""
    agency = directory.agencies([worlds.AGENCY])[worlds.AGENCY]
    member_id = directory.staff([(agency.id, "S1")])[agency.id, "S1"].id
    here, _ = stories
    Review.objects.filter(id=here.review_id).update(staff_id=member_id)
    PaperSlip.objects.filter(occurrence__case__case_no=here.case_no).update(staff_id=member_id)
    AskingCall.objects.filter(invitation__occurrence__case__case_no=here.case_no).update(staff_id=member_id)
    WorkOrder.objects.filter(id=here.order_id).update(staff_id=member_id)
    StaffNotice.objects.filter(subject_id=str(here.order_id)).update(staff_id=member_id)
    Reform.objects.filter(order_id=here.order_id).update(staff_id=member_id)
    Voice.objects.filter(review_id=here.review_id).update(staff_id=member_id)
    Undecided.objects.filter(review_id=here.review_id).update(staff_id=member_id)
    return member_id


@pytest.fixture
def at_home(meant, rows) -> dict[str, set[object]]:
    """Where the rows of the story here lie, once it names somebody."""
    return {table: found["here"] for table, found in rows.items()}


@pytest.mark.parametrize("scope", REACHES.values(), ids=REACHES)
def test_whom_a_review_names_finds_nothing_of_it(meant, at_home, scope):
    for staff_ids, there in (((), True), ((meant + 1,), True), ((meant, meant + 1), False)):
        with within(scope, staff_ids):
            seen = {
                table: at_home[table] & {*ids(f"SELECT {mark_of(table)} FROM {table}")} for table in at_home
            }
        expected = {
            table: at_home[table] if reaches(scope, table) and (there or table in OPEN_TO_THEM) else set()
            for table in at_home
        }
        assert seen == expected, staff_ids


@pytest.mark.usefixtures("at_home")
def test_whom_a_review_names_changes_nothing_of_it(meant):
    with within(EVERYWHERE, (meant,)):
        assert ask("UPDATE rectification_work_order SET reply_text = 'x' WHERE staff_id IS NOT NULL") == [
            (0,)
        ]
        assert ask("UPDATE reviews_review SET status = 'withdrawn' WHERE staff_id IS NOT NULL") == [(0,)]
    with within(EVERYWHERE):
        assert ask("UPDATE rectification_work_order SET reply_text = 'x' WHERE staff_id IS NOT NULL") == [
            (1,)
        ]


def test_praise_is_not_traced_to_its_reviewer_either(db):
    now = timezone.now()
    worlds.build(now)
    worlds.take_case("YC-5", now)
    worlds.give("YC-5", 5, now, staff="S1")
    [member_id] = ids("SELECT staff_id FROM reviews_review")

    with within(EVERYWHERE, (member_id,)):
        assert ids("SELECT id FROM reviews_review") == []
