"""`/wire/<dialect>/<call>`: an evaluator address of a place that nobody here has heard of, by a file alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from haochaping.directory.models import ItemMatch
from haochaping.exchange import actions as exchange
from haochaping.exchange.models import Visit
from haochaping.flows import match_items
from haochaping.identity.models import SealedPerson
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, Actor, ActorKind
from haochaping.reviews.models import Review
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.urls("tests.doors.portal.urls")
_FILE = f"""
[operations.rate]
path = "rate.html"
does = "visit"
method = "GET"
open = ["query"]
signature = "none"
[operations.rate.ask]
source = "from"
[operations.rate.case]
case_no = "no"
item = "item"
agency = {{ constant = "{worlds.AGENCY}" }}
division = {{ constant = "{worlds.COUNTY}" }}
status = {{ constant = "completed" }}
applicant.name = "who"
applicant.agent.phone = "agent"
occurrence.channel = {{ constant = "self_service" }}
[operations.rate.review]
channel = {{ constant = "hall_terminal" }}
"""


@pytest.fixture
def browser(db: None) -> Iterator[Client]:
    worlds.build(timezone.now())
    file = settings.DIALECTS_DIR / "elsewhere.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(_FILE, encoding="utf-8")
    yield Client()
    file.unlink()


def test_a_file_alone_opens_the_page(browser):
    query = f"from={worlds.SOURCE}&no=E-1&item={worlds.ITEM}&who=某人&agent=13900000000"

    opened = browser.get(f"/wire/elsewhere/rate.html?{query}")

    assert opened.status_code == 303
    assert Visit.objects.get().dialect == "elsewhere"
    assert "某人" not in str(Visit.objects.get().fields)
    assert SealedPerson.objects.count() == 2
    assert browser.post(opened["Location"], {"level": "4"}).status_code == 303
    review = Review.objects.get()
    assert (review.level, review.channel, review.provenance) == (4, "hall_terminal", "unverified")


def test_a_code_that_a_person_has_matched_is_known_to_an_address_too(browser):
    now = timezone.now()
    editor = Actor(ActorKind.STAFF, "5", frozenset({"directory.edit"}), EVERYWHERE)
    match_items.take_list(worlds.SOURCE, [("OWN-7", "")], now=now)
    match_items.decide(ItemMatch.objects.get().pk, worlds.ITEM, by=editor, now=now)
    opened = browser.get(f"/wire/elsewhere/rate.html?from={worlds.SOURCE}&no=E-1&item=OWN-7")

    browser.post(opened["Location"], {"level": "4"})

    assert Review.objects.get().occurrence.case.item.code == worlds.ITEM


@pytest.mark.parametrize(
    "path", ["nowhere/rate.html", "elsewhere/other.html", "shandong/case", "maps/x", "..%2f/x"]
)
def test_only_what_a_file_names_is_an_address(browser, path):
    assert browser.get(f"/wire/{path}?from={worlds.SOURCE}&no=E-1").status_code == 404
    assert not Visit.objects.exists()


def test_of_a_file_that_cannot_be_read_nothing_is_told_to_whoever_comes(browser):
    (settings.DIALECTS_DIR / "elsewhere.toml").write_text(_FILE.replace("[", "", 1), encoding="utf-8")

    answer = browser.get(f"/wire/elsewhere/rate.html?from={worlds.SOURCE}&no=E-1")

    assert answer.status_code == 503
    assert not any(word in answer.content.decode() for word in ("TOML", "elsewhere.toml", "line 2"))
    assert not Visit.objects.exists()


def test_it_is_no_call_of_a_source(browser):
    exchange.set_source(
        worlds.SOURCE, dialect="elsewhere", keys={}, unsigned=True, by=OPERATOR, now=timezone.now()
    )

    answer = browser.get(f"/wire/elsewhere/{worlds.SOURCE}/rate.html?from={worlds.SOURCE}&no=E-1")

    assert answer.status_code == 200
    assert answer.json()["code"] == "no_such_call"
    assert not Visit.objects.exists()
