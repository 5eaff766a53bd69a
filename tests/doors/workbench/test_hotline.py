"""`/desk/hotline/`: what did not pass is seen by dispatchers, and each decision is one click with an entry."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts.terms import Role
from haochaping.flows import handle_bad_review, hotline_in, hotline_out
from haochaping.hotline import actions, queries
from haochaping.hotline.models import OutgoingMessage
from haochaping.hotline.terms import ProposedLink
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from tests import worlds
from tests.flows.conftest import order_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.test import Client

    from haochaping.rectification.terms import OrderRow

pytestmark = pytest.mark.django_db
ORIGIN = "https://hotline.example"


@pytest.fixture
def order():
    before = timezone.now() - timedelta(hours=1)
    worlds.build(before)
    worlds.take_case("YC-1", before)
    proposed = ProposedLink(worlds.CITY, ORIGIN + "/12345", "ours", local_day(before))
    actions.set_link(proposed, allowed={ORIGIN}, by=OPERATOR, now=before)
    review_id = worlds.give("YC-1", 1, before).id
    handle_bad_review.dispatch_due(by=SYSTEM, now=before + timedelta(minutes=20))
    hotline_out.queue_steps(now=before + timedelta(minutes=20))
    return order_of(review_id)


@pytest.fixture
def refused(order):
    message = queries.outgoing(OutgoingMessage.objects.get().id)
    actions.refuse(message, "422: 区划不对", by=SYSTEM, now=timezone.now())
    return message.id


def say(order: OrderRow, seq: int, kind: str = "replied", **facts: object) -> None:
    [link] = queries.links()
    body = {"message": f"m{seq}", "seq": seq, "kind": kind, "order": str(order.id), "facts": facts}
    hotline_in.receive(link, body | {"at": timezone.now().isoformat()}, now=timezone.now())


def do(browser: Client, step: str, subject_id: UUID, **said: str) -> Any:
    return browser.post(reverse("desk_hotline_step", args=[step, subject_id]), said)


def test_a_refused_message_is_seen_sent_again_and_given_up(signed_in, refused):
    browser = signed_in(Role.DISPATCHER).browser
    assert "422: 区划不对" in browser.get(reverse("desk_hotline")).content.decode()

    assert do(browser, "give-up", refused).status_code == 422
    assert do(browser, "resend", refused).status_code == 303
    assert OutgoingMessage.objects.get().state == "queued"
    assert do(browser, "give-up", refused, why="改用电话").status_code == 404
    actions.refuse(queries.outgoing(refused), "422: 区划不对", by=SYSTEM, now=timezone.now())
    assert do(browser, "give-up", refused, why="改用电话").status_code == 303
    assert OutgoingMessage.objects.get().state == "given_up"


def test_a_kept_message_is_seen_with_its_reason_tried_again_and_set_aside(signed_in, order):
    say(order, 1, text="已改")
    [kept] = queries.kept(SYSTEM)
    browser = signed_in(Role.DISPATCHER).browser
    assert reverse("desk_order", args=[order.id]) in browser.get(reverse("desk_hotline")).content.decode()

    assert do(browser, "retry", kept.id).status_code == 303
    assert [row.id for row in queries.kept(SYSTEM)] == [kept.id]
    assert do(browser, "set-aside", kept.id, why="重复").status_code == 303
    assert queries.kept(SYSTEM) == []


def test_a_gap_is_seen_and_closed(signed_in, order):
    say(order, 3, "signed")
    browser = signed_in(Role.DISPATCHER).browser
    [gap] = queries.gaps(SYSTEM)
    assert (
        reverse("desk_hotline_step", args=["close-gap", gap.linked_id])
        in browser.get(reverse("desk_hotline")).content.decode()
    )

    assert do(browser, "close-gap", gap.linked_id).status_code == 303

    assert order_of(order.review_id).state == "signed"


def test_clerks_have_no_business_here(signed_in, order):
    browser = signed_in(Role.CLERK).browser

    assert browser.get(reverse("desk_hotline")).status_code == 403


def test_a_refused_change_of_the_reviewer_is_named(signed_in, order):
    hotline_out.queue_change(uuid7(timezone.now()), order.review_id, now=timezone.now())
    message = queries.outgoing(OutgoingMessage.objects.get(about="review_changed").id)
    actions.refuse(message, "422: 不收", by=SYSTEM, now=timezone.now())

    page = signed_in(Role.DISPATCHER).browser.get(reverse("desk_hotline")).content.decode()

    assert "评价人更改了评价" in page
