"""专人: who deals with an order opens the full number of its case, each look is recorded; everybody else sees its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import queries as accounts
from haochaping.flows import handle_bad_review
from haochaping.kernel.actor import REVIEWER
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions as rectification
from haochaping.rectification.models import WorkOrder
from haochaping.rectification.terms import OrderState
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import SupplementRow
from tests import worlds
from tests.doors.workbench.test_named import bind
from tests.doors.workbench.test_order import bring_to

NUMBER = "YC-00000001"


def opening(bad) -> str:
    return reverse("desk_order_case_number", args=[bad.order_id])


def offered(browser, bad) -> bool:
    page = browser.get(bad.address()).content.decode()
    assert NUMBER not in page
    return f'action="{opening(bad)}"' in page


def opened() -> list[tuple[str, str]]:
    """Who has read which order's case number, by the ledger."""
    rows = Entry.objects.filter(kind=EntryKind.CASE_NUMBER_READ).order_by("id")
    return list(rows.values_list("actor", "subject_id"))


def actor_of(who: str) -> str:
    found = accounts.staff_by_username(who)
    assert found is not None
    return f"staff:{found.id}"


def assign(bad, who: str) -> None:
    pk = int(actor_of(who).partition(":")[2])
    rectification.assign(bad.order_id, assignee=pk, by=worlds.CLERK, now=timezone.now())


@pytest.fixture
def lead(browser_of):
    """Another handler of the agency."""
    return browser_of("lead")


def test_whoever_it_was_given_to_opens_the_number_and_each_look_is_recorded(bad, clerk, lead):
    assign(bad, "clerk")
    assert offered(clerk, bad)
    assert not offered(lead, bad)

    for _ in range(2):
        answer = clerk.post(opening(bad))
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        assert NUMBER in answer.content.decode()

    assert opened() == [(actor_of("clerk"), str(bad.order_id))] * 2
    assert offered(clerk, bad)


def test_nobody_else_of_the_agency_opens_it(bad, clerk, lead):
    assign(bad, "clerk")

    answer = lead.post(opening(bad), headers={"accept-language": "en"})

    assert answer.status_code == 403
    assert NUMBER not in answer.content.decode()
    assert "Only whoever deals with this order" in answer.content.decode()
    assert opened() == []
    denied = Entry.objects.filter(kind=EntryKind.ACCESS_DENIED, subject_id="desk_order_case_number")
    assert [entry.actor for entry in denied] == [actor_of("lead")]


def test_until_it_is_given_to_somebody_who_signed_for_it_deals_with_it(bad, clerk, lead):
    assert not offered(clerk, bad)
    clerk.post(bad.address("sign-for"))

    assert offered(clerk, bad)
    assert not offered(lead, bad)
    assert NUMBER in clerk.post(opening(bad)).content.decode()

    assign(bad, "lead")
    assert not offered(clerk, bad)
    assert clerk.post(opening(bad)).status_code == 403
    assert NUMBER in lead.post(opening(bad)).content.decode()


def test_who_signed_for_it_before_it_went_out_again_deals_with_it_no_longer(bad, clerk):
    clerk.post(bad.address("sign-for"))
    WorkOrder.objects.filter(id=bad.order_id).update(dispatched_at=timezone.now() + timedelta(minutes=1))

    assert not offered(clerk, bad)
    assert clerk.post(opening(bad)).status_code == 403


@pytest.mark.parametrize("who", ["supervisor", "other_clerk", "publisher", "auditor"])
def test_nobody_elsewhere_opens_it(bad, clerk, browser_of, who):
    clerk.post(bad.address("sign-for"))

    answer = browser_of(who).post(opening(bad))

    assert answer.status_code in {403, 404}
    assert NUMBER not in answer.content.decode()
    assert opened() == []


def test_whom_the_review_names_opens_nothing_although_they_signed_for_it(bad_review, browser_of, world):
    service = worlds.occurrence(1, world) | {"staff": "S1"}
    named, clerk = bad_review(NUMBER, occurrences=[service]), browser_of("clerk")
    clerk.post(named.address("sign-for"))
    bind("clerk")

    answer = clerk.post(opening(named))

    assert answer.status_code == 404
    assert NUMBER not in answer.content.decode()
    assert opened() == []


@pytest.mark.parametrize("how", ["by wish", "by the rules"])
def test_where_the_reviewer_is_concealed_nobody_of_the_agency_does(bad, clerk, world, how):
    if how == "by the rules":
        worlds.follow(worlds.COUNTY, world, concealment="full")
    else:
        reviews.supplement(bad.review_id, SupplementRow(concealed=True), by=REVIEWER, now=world)
    clerk.post(bad.address("sign-for"))

    assert not offered(clerk, bad)
    answer = clerk.post(opening(bad))
    assert answer.status_code == 403
    assert NUMBER not in answer.content.decode()
    assert opened() == []


def test_once_the_answer_is_given_the_number_is_shut(bad, clerk, world):
    bring_to(bad, OrderState.RECTIFIED, world)
    assign(bad, "clerk")
    assert offered(clerk, bad)
    handle_bad_review.reply(bad.order_id, "已改为一次办结。", by=worlds.CLERK, now=timezone.now())

    assert not offered(clerk, bad)
    assert clerk.post(opening(bad)).status_code == 409
    assert opened() == []
