"""`/halls/<code>` and `/divisions/<code>/halls`: what took place in a hall, the same on its page, in its row and in its files."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from haochaping.directory import actions as directory_actions
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.flows import compare_units
from haochaping.insight import queries as insight
from haochaping.insight.rules import OF_HALLS
from haochaping.insight.terms import Place
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import local_day
from haochaping.publicity.terms import Decision, Part
from tests import months, worlds
from tests.doors.board.conftest import WORDS, all_figures, withhold

MOST_QUERIES = 12
LISTED = f"/divisions/{worlds.COUNTY}/halls"


@pytest.fixture
def halls(world):
    """A second hall of the county, one of its city, each with reviews."""
    rows = [
        {"code": code, "name": f"大厅{code}", "division": division}
        for code, division in (("H2", worlds.COUNTY), ("H3", worlds.CITY))
    ]
    assert directory_actions.put(Kind.HALLS, rows, by=OPERATOR, now=world) == []
    for code, bad in (("H1", 3), ("H2", 60), ("H3", 1)):
        months.reviewed(worlds.ITEM, {1: (bad, 300)}, world, hall=code)
        months.served(worlds.ITEM, {1: (300, 900)}, world, hall=code)
    return world


def shown(client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == status
    return str(answer.content.decode())


def test_figures_of_a_hall_are_those_of_its_measures(halls, client):
    context = client.get("/halls/H2").context

    place = Place(hall_id=directory.halls(["H2"])["H2"].id)
    values = insight.measures(place, of=OF_HALLS)
    told = all_figures(client, "/halls/H2")
    assert [(name, figure.value) for name, figure in told.items()] == [
        (value.name, value.made_of) for value in values
    ]
    assert [figure.href.split("#")[1] for figure in context["headlines"]] == [
        "bad_reviews",
        "rectification_rate",
        "participation_rate",
        "occurrences",
        "good_rate",
    ]
    assert [trend.name for trend in context["trends"]][-1] == "by-month-occurrences"
    assert sum(figure.count for figure in context["trends"][0].figures) == 60


def test_cases_and_how_they_were_handled_are_not_told_of_a_hall(halls, client):
    html = shown(client, "/halls/H1")

    assert "a case may go through several halls" in html
    assert "How cases were handled" not in html
    assert "/measures#cases" not in html
    html = shown(client, "/halls/H1/measures")
    assert "/measures#cases" not in html
    assert 'href="/halls/H1/measures.csv"' in html
    assert 'href="/oversight/figures/?hall=H1"' in html


def test_no_words_stand_beside_a_hall(told, client):
    """They are weighed for their item and agency: beside a hall they would point at fewer people."""
    worlds.decide(told.review_id, Part.TEXT, Decision.RELEASED, by=worlds.PUBLISHER, now=told.at)

    html = shown(client, "/halls/H1")

    assert WORDS[:6] not in html
    assert 'id="reviews"' not in html
    assert client.get("/halls/H1").context["headlines"][0].count == 1


def test_the_period_chooses_the_days(told, world, client):
    day = local_day(world)
    inside = client.get("/halls/H1", {"from": str(day), "to": str(day)}).context
    before = client.get("/halls/H1", {"to": str(day - timedelta(days=1))}).context

    assert (inside["headlines"][0].count, before["headlines"][0].count) == (1, 0)


def test_a_table_of_halls_says_what_their_pages_say(halls, client):
    (table,) = client.get(LISTED).context["tables"]

    assert [row[0].text for row in table.rows] == ["河湾区政务服务中心", "大厅H2"]
    for row in table.rows:
        behind = all_figures(client, row[0].href)
        assert row[1] == behind["bad_reviews"].count
        assert row[4] == behind["active_reviews"].count == 300
        assert row[5] == behind["occurrences"].count == 900
    # Twenty in a hundred against ten of all: on a board, with its interval.
    assert [figure.label for figure in table.board.above] == ["大厅H2"]


def test_halls_next_below_stand_beside_ones_own(halls, client):
    (table,) = client.get(f"/divisions/{worlds.CITY}/halls").context["tables"]

    assert [row[0].text for row in table.rows] == ["大厅H3", "河湾区政务服务中心", "大厅H2"]
    assert client.get(f"/divisions/{worlds.PROVINCE}/halls").context["tables"][0].rows[0][0].text == "大厅H3"


def test_links_keep_the_period(halls, client):
    (table,) = client.get(f"{LISTED}?from=2020-01-01").context["tables"]

    assert table.rows[0][0].href == "/halls/H1?from=2020-01-01"
    assert f'href="{LISTED}?from=2020-01-01"' in shown(client, f"/divisions/{worlds.COUNTY}?from=2020-01-01")


def test_a_wrong_day_is_said_and_no_number_shown(halls, client):
    html = shown(client, f"{LISTED}?from=gestern", 422)

    assert 'aria-invalid="true"' in html
    assert "<table" not in html


def test_where_there_is_none_that_is_said(world, client):
    assert "No service halls here" in shown(client, f"/divisions/{worlds.OTHER_CITY}/halls")
    assert client.get("/divisions/000/halls").status_code == 404


def test_many_halls_have_pages(world, client):
    rows = [{"code": f"M{n:03}", "name": f"大厅{n}", "division": worlds.OTHER_CITY} for n in range(101)]
    assert directory_actions.put(Kind.HALLS, rows, by=OPERATOR, now=world) == []
    address = f"/divisions/{worlds.OTHER_CITY}/halls"

    first, second = (client.get(address, {"page": number}).context for number in ("1", "2"))

    assert [len(one["tables"][0].rows) for one in (first, second)] == [100, 1]
    assert (first["next"], second["previous"], second["next"]) == ("?page=2", "?page=1", "")


def test_what_is_withheld_of_the_division_is_withheld_of_its_halls(halls, client):
    withhold("DQ-02", worlds.COUNTY)

    (table,) = client.get(f"/divisions/{worlds.CITY}/halls").context["tables"]

    assert [row[1] for row in table.rows] == [1, "暂不公布", "暂不公布"]
    assert client.get("/halls/H1").context["headlines"][0].withheld


@pytest.mark.parametrize("address", [LISTED, "/halls/H1", "/halls/H1?from=2026-01-31", f"{LISTED}?page=2"])
def test_pages_of_halls_ask_few_questions(halls, client, address):
    with CaptureQueriesContext(connection) as found:
        shown(client, address)

    # Two more than on a real page: the savepoint of the test's own transaction.
    assert len(found) <= MOST_QUERIES + 2


def test_halls_are_compared_on_the_page_of_their_division(halls, client):
    while compare_units.compare_due(halls):
        pass

    html = client.get(reverse("division_comparison", args=[worlds.COUNTY])).content.decode()

    assert "本级及下一级政务大厅比较" in html
    row = html.partition("大厅H2")[2].partition("</tr>")[0]
    assert ">60</td>" in row
    assert "/halls/H2?from=" in html
    assert f'href="/divisions/{worlds.COUNTY}/comparison"' in client.get("/halls/H1").content.decode()
