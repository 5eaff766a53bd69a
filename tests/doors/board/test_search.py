"""`/search`: what is found leads to its page, its reviews and to rating it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import OPERATOR
from tests import worlds

PAGE = "/search"


def shown(client, status: int = 200, **query: str) -> str:
    answer = client.get(PAGE, query, headers={"accept-language": "en"})
    assert answer.status_code == status
    return str(answer.content.decode())


def test_an_item_leads_to_its_page_its_reviews_and_to_rating(world, client):
    html = shown(client, q="食品").split('id="found"')[1]

    assert f'href="{reverse("item", args=[worlds.ITEM])}"' in html
    assert f'href="/reviews?item={worlds.ITEM}"' in html
    assert f'href="{reverse("my")}"' in html
    assert "河湾区行政审批局" in html


def test_agencies_halls_and_divisions_are_found_too(world, client):
    html = shown(client, q="河湾").split('id="found"')[1]

    assert f'href="{reverse("agency", args=[worlds.AGENCY])}"' in html
    assert f'href="/reviews?agency={worlds.AGENCY}"' in html
    assert f'href="/reviews?division={worlds.COUNTY}"' in html
    assert "河湾区政务服务中心" in html
    assert [group.kind for group in client.get(PAGE, {"q": "河湾"}).context["groups"]] == [
        Kind.AGENCIES,
        Kind.HALLS,
        Kind.DIVISIONS,
    ]


def test_only_in_the_division_that_is_chosen(world, client):
    assert "户外广告设置许可" in shown(client, q="许可")
    assert "户外广告设置许可" not in shown(client, q="许可", division=worlds.CITY)


@pytest.mark.parametrize("q", ["nothing like it", "%%", "<b>x", "长" * 500, "食许"])
def test_what_finds_nothing_says_so(world, client, q):
    html = shown(client, q=q)

    assert "Nothing here has this in its name" in html
    assert "“<b>" not in html


@pytest.mark.parametrize("q", ["", "  ", "\x00", "a\x07"])
def test_nothing_asked_is_the_empty_form(world, client, q):
    assert "Found for" not in shown(client, q=q)


@pytest.mark.parametrize("query", [{"q": "食"}, {"q": "食品", "division": "000"}])
def test_what_cannot_be_searched_is_said(world, client, query):
    html = shown(client, 422, **query)

    assert "There is a problem" in html
    assert "食品经营许可" not in html


def test_it_says_when_there_is_more(world, client):
    rows = [
        {"code": f"{n:031}", "name": f"测试登记{n}", "item_type": "20", "agency": worlds.AGENCY}
        for n in range(21)
    ]
    assert directory.put(Kind.ITEMS, rows, by=OPERATOR, now=world) == []

    assert "More than these were found" in shown(client, q="测试登记")
    assert "More than these were found" not in shown(client, q="测试登记20")


def test_it_asks_few_questions(world, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(3 + 3):
        client.get(PAGE, {"q": "许可", "division": worlds.CITY})
