"""Reading a review at the desk leaves an entry; being refused it leaves another."""

from __future__ import annotations

import pytest
from django.urls import reverse

from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rectification.terms import OrderState
from tests import worlds
from tests.doors.workbench.conftest import WORDS
from tests.doors.workbench.test_order import bring_to


def subjects(kind: EntryKind) -> list[tuple[str, str]]:
    return list(Entry.objects.filter(kind=kind).values_list("subject_kind", "subject_id"))


def test_reading_an_order_is_noted_once(bad, clerk):
    assert clerk.get(bad.address()).status_code == 200

    assert subjects(EntryKind.PERSONAL_DATA_READ) == [("order", str(bad.order_id))]


@pytest.mark.parametrize(("who", "status", "facts"), [("other_clerk", 404, "404"), ("auditor", 403, None)])
def test_what_was_not_shown_was_not_read_and_that_it_was_asked_for_is_noted(
    bad, browser_of, who, status, facts
):
    assert browser_of(who).get(bad.address()).status_code == status

    assert subjects(EntryKind.PERSONAL_DATA_READ) == []
    assert subjects(EntryKind.ACCESS_DENIED) == [("page", "desk_order")]
    assert Entry.objects.get(kind=EntryKind.ACCESS_DENIED).facts.get("answer") == facts


def test_an_address_that_names_nothing_is_not_noted(clerk):
    assert clerk.get("/desk/nowhere").status_code == 404

    assert subjects(EntryKind.ACCESS_DENIED) == []


def test_the_list_of_orders_shows_redacted_beginnings_and_is_not_noted(bad, clerk):
    assert clerk.get("/desk/").status_code == 200

    assert subjects(EntryKind.PERSONAL_DATA_READ) == []


def test_texts_to_release_are_noted_review_by_review(bad_review, browser_of):
    given = [bad_review("YC-00000001"), bad_review("YC-00000002")]

    assert browser_of("publisher").get(reverse("desk_releases")).status_code == 200

    assert sorted(subjects(EntryKind.PERSONAL_DATA_READ)) == sorted(
        ("review", str(one.review_id)) for one in given
    )


def test_a_review_whose_text_and_reply_both_wait_is_noted_once(bad, browser_of, world):
    bring_to(bad, OrderState.REPLIED, world)
    worlds.offer(world)

    page = browser_of("publisher").get(reverse("desk_releases")).content.decode()

    assert page.count('class="card release"') == 2
    assert subjects(EntryKind.PERSONAL_DATA_READ) == [("review", str(bad.review_id))]


def test_an_empty_list_of_texts_to_release_is_not_noted(bad, browser_of):
    assert browser_of("other_publisher").get(reverse("desk_releases")).status_code == 200

    assert subjects(EntryKind.PERSONAL_DATA_READ) == []


@pytest.mark.parametrize("who", ["clerk", "publisher"])
def test_a_form_that_comes_back_shows_the_review_and_is_noted(bad, browser_of, who):
    address, about = {
        "clerk": (bad.address("message"), ("order", str(bad.order_id))),
        "publisher": (reverse("desk_release", args=[bad.review_id, "text"]), ("review", str(bad.review_id))),
    }[who]

    answer = browser_of(who).post(address, {"decision": "held", "text": ""})

    assert WORDS[:10] in answer.content.decode()
    assert answer.status_code in {409, 422}
    assert subjects(EntryKind.PERSONAL_DATA_READ) == [about]
