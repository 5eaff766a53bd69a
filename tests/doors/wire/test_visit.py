"""`/wire/visit/<token>` as a call that nobody signed hands it out: which service it asks about, and how one came."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from haochaping.cases.models import Case
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.exchange import actions as exchange
from haochaping.kernel.actor import OPERATOR
from haochaping.reviews import queries
from haochaping.reviews.models import Invitation, Review
from tests import worlds

pytestmark = pytest.mark.urls("tests.doors.portal.urls")
_NO = "37YC-7"
_NAME = "金丝雀"


@pytest.fixture
def caller(db: None) -> Client:
    """Whoever reaches the calls of a hall that may come unsigned, with a case of two services."""
    now = timezone.now()
    worlds.build(now)
    row = {"code": "hall", "name": "云城市大厅", "division": worlds.CITY}
    assert directory.put(Kind.PLATFORMS, [row], by=OPERATOR, now=now) == []
    exchange.set_source("hall", dialect="shandong", keys={}, unsigned=True, by=OPERATOR, now=now)
    at = (now - timedelta(hours=1)).isoformat()
    told = [
        {"no": no, "name": name, "stage": "other", "at": at, "channel": "window"}
        for no, name in ((1, "收件"), (2, "取证"))
    ]
    worlds.take_case(_NO, now, source="hall", occurrences=told, applicant={"name": _NAME})
    return Client(enforce_csrf_checks=True)


def _page(caller: Client, number: int) -> str:
    answer = caller.get(f"/wire/shandong/hall/sign?projectNo={_NO}&serviceNumber={number}").json()
    found = re.fullmatch(r"https?://[^/]+(/.+)", answer["C-Response-Body"]["url"])
    assert found, answer
    return found[1]


def test_an_unsigned_call_is_told_a_visit_and_never_the_invitation(caller):
    page = _page(caller, 2)

    assert re.fullmatch(r"/wire/visit/[0-9A-HJKMNP-TV-Z]{26}", page)
    said = caller.get(page).content.decode()
    assert re.findall(r'name="level" value="(\d)"', said) == ["5", "4", "3", "2", "1"]
    assert "食品经营许可" in said
    assert _NO not in said
    assert _NAME not in said
    # Its completion has invited the applicant; that stays theirs.
    assert Invitation.objects.count() == 1


def test_the_page_asks_about_its_own_service(caller):
    caller.post(_page(caller, 1), {"level": "4"})

    page = _page(caller, 2)
    assert 'name="level"' in caller.get(page).content.decode(), "the other service has no review yet"
    caller.post(page, {"level": "2"}, headers={"user-agent": "X (Linux; Android 14) Mobile"})

    reviews = Review.objects.order_by("occurrence__no").values_list("level", "channel", "provenance")
    assert list(reviews) == [(4, "pc", "unverified"), (2, "mobile", "unverified")]
    assert 'name="level"' not in caller.get(_page(caller, 2)).content.decode()


def test_a_service_whose_case_was_withdrawn_is_not_asked_about(caller):
    page = _page(caller, 1)
    Case.objects.update(status="withdrawn")

    looked, tapped = caller.get(page), caller.post(page, {"level": "4"})

    assert (looked.status_code, tapped.status_code) == (410, 410)
    assert 'name="level"' not in looked.content.decode()
    assert not Review.objects.exists()


def test_whoever_holds_the_invitation_still_has_the_word(caller):
    page = _page(caller, 2)
    caller.post(page, {"level": "1"})
    invitation = Invitation.objects.get()
    token = queries.tokens_of([invitation.occurrence_id])[invitation.occurrence_id]

    assert caller.post(f"/r/{token}", {"level": "5"}).status_code == 303

    assert [(review.level, review.provenance) for review in Review.objects.all()] == [(5, "active_self")]
