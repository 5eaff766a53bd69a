"""The desk of the supervisory office for reports of reviewers."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts import queries as people
from haochaping.kernel.actor import OPERATOR, REVIEWER
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Review
from haochaping.supervision import actions
from haochaping.supervision.models import ReprisalReport
from tests import worlds

TEXT = "评价之后，同一个窗口不再给我办理。"


@pytest.fixture
def report_id(bad, world):
    actions.report(bad.review_id, text=TEXT, by=REVIEWER, now=world)
    return ReprisalReport.objects.get().id


def address(report_id, step: str = "") -> str:
    return reverse(
        "oversight_report_step" if step else "oversight_report", args=[report_id, *filter(None, [step])]
    )


def test_the_office_reads_notes_and_closes(report_id, browser_of, bad):
    browser = browser_of("supervisor")
    assert address(report_id) in browser.get(reverse("oversight_reports")).content.decode()

    page = browser.get(address(report_id)).content.decode()
    assert TEXT in page
    assert reverse("desk_order", args=[bad.order_id]) in page
    assert f'action="{address(report_id, "close")}"' not in page
    assert Entry.objects.filter(kind=EntryKind.PERSONAL_DATA_READ, subject_kind="reprisal_report").exists()

    assert browser.post(address(report_id, "look-into"), {"text": " "}).status_code == 422
    for step in ("look-into", "note", "close"):
        assert browser.post(address(report_id, step), {"text": f"已{step}"}).status_code == 303
    assert browser.post(address(report_id, "close"), {"text": "x"}).status_code == 422
    assert browser.post(address(report_id, "nonsense"), {"text": "x"}).status_code == 404
    assert "已look-into" in browser.get(address(report_id)).content.decode()
    assert address(report_id) not in browser.get(reverse("oversight_reports")).content.decode()
    assert address(report_id) in browser.get(reverse("oversight_reports") + "?list=done").content.decode()


def test_the_agency_gets_no_page_of_it(report_id, browser_of):
    assert browser_of("clerk").get(address(report_id)).status_code == 403


def test_a_supervisor_who_is_meant_finds_nothing(report_id, browser_of, bad):
    browser = browser_of("supervisor")
    user = people.staff_by_username("supervisor")
    assert user is not None
    member = {"agency_code": worlds.AGENCY, "staff_number": "S1"}
    accounts.bind_staff_member(user_id=user.id, **member, by=OPERATOR, now=timezone.now())
    [staff_id] = people.standing_of_user(user.id).actor.staff_ids
    assert browser.get(address(report_id)).status_code == 200

    Review.objects.filter(id=bad.review_id).update(staff_id=staff_id)
    WorkOrder.objects.filter(id=bad.order_id).update(staff_id=staff_id)

    assert browser.get(address(report_id)).status_code == 404
    assert browser.post(address(report_id, "note"), {"text": "x"}).status_code == 404


def test_the_number_that_a_reviewer_tells_leads_to_the_report(bad, world, browser_of):
    number = actions.report(bad.review_id, text=TEXT, by=REVIEWER, now=world)
    browser, find = browser_of("supervisor"), reverse("oversight_report_find")
    assert f'action="{find}"' in browser.get(reverse("oversight_reports")).content.decode()

    found = browser.post(find, {"number": number})

    assert (found.status_code, found.headers["Location"]) == (303, address(ReprisalReport.objects.get().id))
    assert Entry.objects.filter(kind=EntryKind.REPRISAL_FOUND).exists()
    for wrong in ("", "7ZK3", "0" * 26):
        refused = browser.post(find, {"number": wrong})
        assert refused.status_code == 422
        assert 'href="#id_number"' in refused.content.decode()
    assert browser_of("clerk").post(find, {"number": number}).status_code == 403


def test_whoever_closes_a_report_is_told_that_the_reviewer_reads_it(report_id, browser_of):
    browser = browser_of("supervisor")
    browser.post(address(report_id, "look-into"), {"text": "已核查。"})

    assert browser.get(address(report_id)).content.decode().count("评价人凭编号看到") == 1
