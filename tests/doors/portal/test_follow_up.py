"""`…/follow-up`: asked for on one's own page, given like the first review, found again by its own receipt."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.reviews import queries as reviews
from haochaping.reviews.models import Review
from tests.doors.portal.pages import text_of

if TYPE_CHECKING:
    from haochaping.reviews.terms import ReviewRow
    from tests.doors.portal.pages import Citizen

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.portal.urls")]


@pytest.fixture
def standing(citizen: Citizen) -> Citizen:
    """A good review that can no longer be changed; returns its citizen."""
    citizen.tap(5)
    Review.objects.update(changeable_until=timezone.now() - timedelta(minutes=1))
    return citizen


def _second(citizen: Citizen) -> ReviewRow:
    first = citizen.review()
    assert first is not None
    second = reviews.review_of_occurrence(first.occurrence_id, 2)
    assert second is not None
    return second


def test_not_offered_while_the_first_can_be_changed(citizen):
    citizen.tap(5)

    assert f"{citizen.address}/follow-up" not in text_of(citizen.look())
    assert citizen.look(f"{citizen.address}/follow-up")["Location"] == citizen.address
    assert citizen.send("follow-up", level="1").status_code == 422


def test_given_by_the_invitation_and_followed_by_its_receipt(standing):
    page = text_of(standing.look())
    assert f'href="{standing.address}/follow-up"' in page
    question = text_of(standing.look(f"{standing.address}/follow-up"))
    assert re.findall(r'name="level" value="(\d)"', question) == ["5", "4", "3", "2", "1"]
    assert "aria-current" not in question.split("<main", 1)[1]

    response = standing.send("follow-up", level="1")

    assert response.status_code == 303
    assert response["Location"].startswith("/status/")
    assert _second(standing).level == 1
    own = text_of(standing.look(response["Location"]))
    assert 'name="indicator_codes"' in own
    assert "receipt-number" in own


def test_its_pages_lie_below_the_invitation_too(standing):
    standing.send("follow-up", level="1")
    below = f"{standing.address}/follow-up"

    assert f'action="{below}/reasons"' in text_of(standing.look(below))
    assert standing.look(f"{below}/reasons")["Location"] == below
    done = standing.send("follow-up/reasons", comment_text="证件打错了", indicator_codes=["113"])

    assert (done.status_code, done["Location"]) == (303, below)
    assert _second(standing).comment_text == "证件打错了"
    assert "证件打错了" in text_of(standing.look())
    assert standing.send("follow-up/withdraw").status_code == 303
    assert standing.review().status == "effective"


def test_a_second_tap_changes_it(standing):
    standing.send("follow-up", level="1")

    response = standing.send("follow-up", level="4")

    assert response["Location"] == f"{standing.address}/follow-up"
    assert _second(standing).level == 4


def test_given_by_the_receipt(citizen):
    citizen.tap(5)
    status = f"/status/{citizen.receipt().replace('-', '')}"
    Review.objects.update(changeable_until=timezone.now() - timedelta(minutes=1))
    assert f'href="{status}/follow-up"' in text_of(citizen.look(status))

    response = citizen.browser.post(f"{status}/follow-up", {"level": "2"})

    assert response["Location"] not in {status, f"{status}/follow-up"}
    assert f'action="{status}/follow-up/reasons"' in text_of(citizen.look(f"{status}/follow-up"))
    assert citizen.browser.post(f"{status}/follow-up/reasons", {"comment_text": "x"}).status_code == 303


@pytest.mark.parametrize("level", ["0", "6", ""])
def test_a_level_that_is_none_is_said(standing, level):
    response = standing.send("follow-up", level=level)

    assert response.status_code == 422
    assert 'href="#id_level"' in text_of(response)
    assert Review.objects.get().assess_no == 1


def test_forms_of_a_follow_up_that_is_not_there_are_refused(standing):
    assert standing.send("follow-up/reasons", comment_text="x").status_code == 422
    assert standing.send("follow-up/nothing").status_code == 404
