"""内部备注 on the page of an order: written by those who deal with it, read by them, and by nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from haochaping.flows import change_review
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import Move, OrderState
from tests import worlds
from tests.doors.workbench.test_order import bring_to
from tests.voices.conftest import DISPATCHER

ENGLISH = {"accept-language": "en"}
WORDS = "档案室说卷宗周三送到"


def form_of(browser: Client, address: str) -> bool:
    """Whether the page of an order offers to leave a note."""
    return f'action="{address}/note"' in browser.get(address).content.decode()


@pytest.mark.parametrize("who", ["clerk", "supervisor"])
def test_a_note_is_left_once_and_read_at_the_desk_alone(bad, browser_of, who):
    desk = browser_of(who)
    page = desk.get(bad.address()).content.decode()
    form = {"text": WORDS, "mark": re.findall(r'name="mark" value="([^"]+)"', page)[-1]}

    for _ in range(2):
        answer = desk.post(bad.address("note"), form)
        assert answer.headers["Location"] == f"{bad.address()}#history"

    assert desk.get(bad.address()).content.decode().count(WORDS) == 1
    assert [event.move for event in orders.history(bad.order_id).events].count(Move.NOTE) == 1
    of_reviewer = Client().get(f"/status/{bad.receipt}", headers=ENGLISH).content.decode()
    assert WORDS not in of_reviewer
    assert "Internal note" not in of_reviewer


def test_what_is_wrong_with_a_note_is_said_at_its_form(bad, clerk):
    answer = clerk.post(bad.address("note"), {"text": " "}, headers=ENGLISH)

    assert answer.status_code == 422
    assert 'href="#note_text"' in answer.content.decode()


def test_who_only_helps_reads_notes_and_leaves_none(bad, browser_of, world):
    bring_to(bad, OrderState.SIGNED, world)
    at = world + timedelta(minutes=20)
    rectification.join(bad.order_id, agency_code=worlds.OTHER_AGENCY, task="核对", by=DISPATCHER, now=at)
    rectification.write_note(bad.order_id, text=WORDS, by=worlds.CLERK, now=at)
    helper = browser_of("other_clerk")

    assert WORDS in helper.get(bad.address()).content.decode()
    assert not form_of(helper, bad.address())
    assert helper.post(bad.address("note"), {"text": WORDS}).status_code == 403


def test_of_an_order_that_is_over_no_note_is_left(bad, clerk, world):
    change_review.withdraw_review(bad.review_id, by=worlds.REVIEWER, now=world + timedelta(minutes=2))

    assert not form_of(clerk, bad.address())
    assert clerk.post(bad.address("note"), {"text": WORDS}).status_code == 409
