from __future__ import annotations

import pytest
from django.urls import reverse

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.doors.board.terms import PROVENANCE_LABELS
from haochaping.doors.gate import Passage, declared_views
from haochaping.insight import queries as insight
from haochaping.insight.rules import BY_NAME, MEASURES
from haochaping.insight.terms import Place
from haochaping.kernel.actor import OPERATOR
from haochaping.reviews.terms import Provenance
from tests import worlds
from tests.doors.board.conftest import REPLY, WORDS

ENGLISH = {"accept-language": "en"}


def test_front_page_leads_three_ways(told, client):
    html = client.get("/").content.decode()

    main = html.split('<main id="main"')[1]
    assert main.count(f'href="{reverse("my")}"') == 2
    assert f'href="{reverse("division", args=[worlds.PROVINCE])}"' in main
    assert '<input type="search" name="q"' in main


def test_front_page_shows_the_top_divisions_figures(told, client):
    answer = client.get("/")

    link, headlines = answer.context["tops"][0]
    values = {value.name: value for value in insight.measures(Place(division_path=f"{worlds.PROVINCE}."))}
    assert link.text == "云川省"
    assert headlines[0].count == values["bad_reviews"].numerator == 1
    assert headlines[1].ratio.denominator == values["participation_rate"].denominator


def test_divisions_without_figures_are_only_named(told, client):
    directory.put(Kind.DIVISIONS, [{"code": "980000000000", "name": "远山省"}], by=OPERATOR, now=told.at)

    answer = client.get("/")

    assert [link.text for link, _ in answer.context["tops"]] == ["云川省"]
    assert [link.text for link in answer.context["silent"]] == ["远山省"]
    assert answer.context["results"] == reverse("division", args=[worlds.PROVINCE])


def test_search_says_when_there_is_more(told, client):
    rows = [
        {"code": f"{n:031}", "name": f"测试登记{n}", "item_type": "20", "agency": worlds.AGENCY}
        for n in range(21)
    ]
    assert directory.put(Kind.ITEMS, rows, by=OPERATOR, now=told.at) == []

    few, many = (client.get("/", {"q": text}) for text in ("测试登记20", "测试登记"))

    assert len(few.context["items"]) == 1
    assert not few.context["more"]
    assert len(many.context["items"]) == 20
    assert "结果不止这些" in many.content.decode()


def test_front_page_of_an_empty_house_says_so(db, client):
    html = client.get("/", headers=ENGLISH).content.decode()

    assert "No figures yet" in html
    assert "No reviews yet" in html


def test_unreleased_texts_are_not_on_the_front_page(told, client):
    html = client.get("/").content.decode()

    for secret in (WORDS, REPLY, "13912345678", "窗口让我", "张小满"):
        assert secret not in html


@pytest.mark.parametrize("demo", [True, False])
def test_only_a_demo_invites_to_walk_through(told, client, settings, demo):
    settings.DEMO, settings.ROOT_URLCONF = demo, "tests.doors.demo.urls"

    assert ('href="/demo/"' in client.get("/").content.decode()) == demo


def test_search_finds_agencies_and_items_with_their_agency(told, client):
    answer = client.get("/", {"q": "审批"})
    items = client.get("/", {"q": "食品经营"})

    assert [link.text for link in answer.context["agencies"]] == ["河湾区行政审批局", "石港市行政审批局"]
    assert [(link.text, agency) for link, agency in items.context["items"]] == [
        ("食品经营许可", "河湾区行政审批局")
    ]


@pytest.mark.parametrize("q", ["nothing like it", "%", "<b>", "长" * 500])
def test_search_that_finds_nothing_says_so(told, client, q):
    html = client.get("/", {"q": q}, headers=ENGLISH).content.decode()

    assert "No agency and no service item" in html
    assert "<b>&lt;" not in html
    assert "“<b>”" not in html


@pytest.mark.parametrize("q", ["", "  ", "\x00", "a\x07"])
def test_search_for_nothing_is_the_front_page(told, client, q):
    answer = client.get("/", {"q": q})

    assert answer.status_code == 200
    assert "searched" not in answer.context


def test_front_page_asks_few_questions(told, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        client.get("/", {"q": "许可"})


def test_every_measure_is_explained():
    assert all(measure.counts and measure.unit and measure.exclusions for measure in BY_NAME.values())
    assert all(bool(measure.out_of) == bool(measure.denominator) for measure in BY_NAME.values())


def test_every_way_of_coming_has_its_words():
    assert PROVENANCE_LABELS.keys() == set(Provenance)


def test_measures_page_defines_each_measure_once(db, client):
    html = client.get(reverse("measures")).content.decode()

    for measure in MEASURES:
        assert html.count(f'id="{measure.name}"') == 1


def test_the_gallery_needs_no_database(client, django_db_blocker):
    with django_db_blocker.block():
        assert client.get(reverse("gallery")).status_code == 200


@pytest.mark.parametrize("name", ["front", "measures", "about", "gallery"])
def test_pages_are_complete_in_english(db, client, name):
    html = client.get(reverse(name), headers=ENGLISH).content.decode()

    assert '<html lang="en"' in html


def test_every_page_of_the_board_is_public():
    names = {"front", "measures", "about", "gallery", "division", "agency", "item"}
    names |= {"division_file", "agency_file", "item_file"}
    found = {view.name: view.gate for view in declared_views() if view.name in names}

    assert found.keys() == names
    assert {gate.passage for gate in found.values() if gate} == {Passage.PUBLIC}


@pytest.mark.parametrize("address", ["/", "/measures", "/about", "/ui"])
def test_pages_carry_neither_style_nor_script_of_others(db, client, address):
    answer = client.get(address)

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "sessionid" not in answer.cookies
