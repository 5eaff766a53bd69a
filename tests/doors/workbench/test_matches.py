"""Codes of other systems at the administrator's desk: proposals accepted many at once, one decided by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.cases.models import Case
from haochaping.directory import actions as directory
from haochaping.directory.models import ItemMatch
from haochaping.directory.terms import Kind
from haochaping.exchange.terms import Raw
from haochaping.flows import match_items
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from django.test import Client

LIST = "/desk/matches/"


@pytest.fixture
def waiting(world) -> None:
    """Two codes of the source: one that is named like an item, for which a case waits, and one that is like nothing."""
    now = timezone.now()
    raw = Raw(worlds.case("YC-7", now, item="GG-1"))
    take_in_cases([raw], entrance=Entrance.CLIENT, by=OPERATOR, now=now)
    told = [("GG-1", "户外广告设置的许可（试行）"), ("X-1", "从未见过")]
    assert match_items.take_list(worlds.SOURCE, told, now=now) == 2


@pytest.fixture
def admin(browser_of) -> Client:
    found: Client = browser_of("sysadmin")
    return found


def of(code: str) -> ItemMatch:
    return ItemMatch.objects.get(code=code)


def test_ticked_proposals_are_accepted_and_what_waited_is_taken(waiting, admin):
    assert "GG-1" in admin.get(LIST).content.decode()
    ids = [str(of("GG-1").pk), str(of("X-1").pk), "x"]

    assert admin.post(f"{LIST}accept", {"match": ids}).status_code == 303

    assert (of("GG-1").state, of("X-1").state) == ("matched", "waiting")
    assert Case.objects.filter(case_no="YC-7").exists()
    assert "GG-1" in admin.get(f"{LIST}?state=matched").content.decode()
    assert admin.post(f"{LIST}accept", {"match": ids}).status_code == 303


def test_one_code_is_decided_by_hand(waiting, admin):
    address = f"{LIST}{of('X-1').pk}"
    assert "从未见过" in admin.get(address).content.decode()

    assert admin.post(address, {"item": " "}).status_code == 422
    assert admin.post(address, {"item": "nothing"}).status_code == 422
    assert admin.post(address, {"item": worlds.ITEM}).status_code == 303
    assert of("X-1").state == "matched"
    assert admin.post(address, {"none": "on"}).status_code == 303
    assert of("X-1").state == "no_item"
    assert admin.get(f"{LIST}0").status_code == 404


def test_of_several_items_alike_one_is_chosen(world, admin):
    rows = [
        {"code": "9" * 31, "name": "户外广告设置许可", "item_type": "01", "agency": worlds.AGENCY},
        {"code": "8" * 31, "name": "户外广告设置许可", "item_type": "01", "agency": worlds.OTHER_AGENCY},
    ]
    now = timezone.now()
    assert directory.put(Kind.ITEMS, rows, by=OPERATOR, now=now) == []
    match_items.take_list(worlds.SOURCE, [("GG-1", "户外广告设置许可")], now=now)

    # The source is one of the first agency's city; the second one's items come by their code.
    shown = ["9" * 31, "8" * 31, worlds.OTHER_ITEM]
    address = f"{LIST}{of('GG-1').pk}"
    for page in (LIST, address):
        text = admin.get(page).content.decode()
        assert sorted(shown, key=text.index) == shown
        assert "没有找到相似的" not in text
    assert [code in admin.get(address).content.decode() for code in shown] == [True] * 3
    assert admin.post(address, {"item": shown[0]}).status_code == 303
    decided = ItemMatch.objects.values_list("state", "item__code", "alike").get(code="GG-1")
    assert decided == ("matched", shown[0], [])


def test_the_whole_house_is_not_one_divisions_business(waiting, browser_of):
    local = browser_of("local_admin")

    assert local.get(LIST).status_code == 403
    assert local.post(f"{LIST}accept", {"match": [str(of("GG-1").pk)]}).status_code == 403
    assert of("GG-1").state == "waiting"


@pytest.mark.parametrize(("language", "label"), [("zh-hans", "待确认"), ("en", "To be decided")])
def test_the_ways_to_the_other_states_say_their_names(waiting, admin, language, label):
    page = admin.get(LIST, headers={"accept-language": language}).content.decode()

    counts = page.partition('class="counts"')[2]
    assert [name.strip() for name in re.findall(r'aria-current="page">\s*([^<\d]*)', counts)] == [label]
