from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from haochaping.directory import actions as directory
from haochaping.directory.models import Division, Platform
from haochaping.directory.terms import Kind
from haochaping.doors.board.terms import PROVENANCE_LABELS
from haochaping.doors.gate import Passage, declared_views
from haochaping.exchange.quality.models import QualityCard, WithheldFigure
from haochaping.flows.receive_reviews import recount, units_of
from haochaping.insight import actions as counters
from haochaping.insight import queries as insight
from haochaping.insight.rules import BY_NAME, MEASURES
from haochaping.insight.terms import FactKey, FactKind, Place
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.ratios import Ratio
from haochaping.reviews import actions as reviews
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Provenance, ReasonClass
from tests import worlds
from tests.doors.board.conftest import REPLY, WORDS

if TYPE_CHECKING:
    from datetime import date

ENGLISH = {"accept-language": "en"}


def test_front_page_leads_three_ways(told, client):
    html = client.get("/").content.decode()

    main = html.split('<main id="main"')[1]
    assert main.count(f'href="{reverse("my")}"') == 3
    assert f'href="{reverse("division", args=[worlds.PROVINCE])}"' in main
    assert '<input type="search" name="q"' in main


def test_front_page_shows_the_top_divisions_figures(told, client):
    answer = client.get("/")

    link, headlines = answer.context["tops"][0]
    values = {value.name: value for value in insight.measures(Place(division_path=f"{worlds.PROVINCE}."))}
    assert link.text == "云川省"
    assert headlines[0].count == values["bad_reviews"].numerator == 1
    assert [figure.href.split("#")[1] for figure in headlines[:4]] == [
        "bad_reviews",
        "rectification_rate",
        "participation_rate",
        "cases",
    ]
    assert headlines[2].ratio.denominator == values["participation_rate"].denominator


def test_divisions_without_figures_are_only_named(told, client):
    directory.put(Kind.DIVISIONS, [{"code": "980000000000", "name": "远山省"}], by=OPERATOR, now=told.at)

    answer = client.get("/")

    assert [link.text for link, _ in answer.context["tops"]] == ["云川省"]
    assert [link.text for link in answer.context["silent"]] == ["远山省"]
    assert answer.context["results"] == reverse("division", args=[worlds.PROVINCE])


def test_months_are_those_of_the_province(told, client):
    trends = client.get("/").context["trends"]

    assert [trend.href for trend in trends] == [
        f"/measures#{name}" for name in ("bad_reviews", "rectification_rate", "participation_rate", "cases")
    ]
    bad = [figure.count for figure in trends[0].figures]
    assert len(bad) == 12
    assert sum(bad) == 1
    assert trends[0].figures[-1].label.endswith("（至今）")


def test_front_page_leads_into_the_only_province_that_reports(told, client):
    context = client.get("/").context

    assert [[row[0].text for row in table.rows] for table in context["tables"]] == [["云城市", "石港市"]]
    city = context["tables"][0].rows[0]
    assert city[1] == client.get(city[0].href).context["headlines"][0].count == 1


def test_several_provinces_are_a_table_themselves(told, world, client):
    directory.put(Kind.DIVISIONS, [{"code": "980000000000", "name": "远山省"}], by=OPERATOR, now=world)
    far = Division.objects.get(code="980000000000")
    key = FactKey(FactKind.CASE, local_day(world), far.id, 1, 1, "", 0, "reported")
    counters.count({key: 5})

    context = client.get("/").context

    assert [[row[0].text for row in table.rows] for table in context["tables"]] == [["远山省", "云川省"]]
    assert sum(figure.count for figure in context["trends"][3].figures) == 6
    assert "/halls/" not in client.get("/").content.decode()


def test_ways_are_told_with_what_people_gave_themselves(told, world, client):
    worlds.take_case("YC-90000001", world)
    worlds.give("YC-90000001", 1, world, claimed_provenance="default_system")

    channels = client.get("/").context["channels"]

    assert [(figure.label, figure.value) for figure in channels.bad] == [("手机", Ratio(1, 1))]
    assert [(row.label, row.counts[1]) for row in channels.levels] == [("手机", 1)]


def test_what_is_left_out_is_told_with_reasons(told, world, client):
    assert client.get("/").context["left_out"] == []
    worlds.take_case("YC-90000001", world)
    worlds.give("YC-90000001", 5, world, claimed_provenance="default_system")
    given = Review.objects.filter(comment_text=WORDS).get()
    before = units_of([given.id])
    reviews.exclude(given.id, reason_class=ReasonClass.MISTAKEN, by=SYSTEM, now=timezone.now())
    recount(before, [given.id])

    found = {one.reason: one.n for one in client.get("/", headers=ENGLISH).context["left_out"]}

    assert found == {"Entered by a system: nobody answered": 1, "Excluded after an appeal: mistaken": 1}


def test_sources_have_their_newest_grade(told, client):
    today = local_day(timezone.now())
    card("B", today - timedelta(days=3))
    card("A", today - timedelta(days=1))
    card("", today)
    card("D", today - timedelta(days=40))

    answer = client.get("/")

    assert [(one.grade, one.day) for one in answer.context["grades"]] == [("A", today - timedelta(days=1))]
    assert "云城市" in answer.content.decode().split("数据质量")[-1]


def card(grade: str, day: date) -> None:
    platform = Platform.objects.get(code=worlds.SOURCE)
    shares = dict.fromkeys(("validity", "consistency", "timeliness", "uniqueness", "reconciliation"), 10**6)
    QualityCard.objects.create(
        id=uuid7(timezone.now()),
        platform=platform,
        division_id=platform.division_id,
        day=day,
        judged_at=timezone.now(),
        newest=True,
        **dict.fromkeys(("reviews", "cases", "reviews_aside", "cases_aside", "timed"), 1),
        coverage=10**6,
        **shares,
        score=9_650 if grade else None,
        grade=grade,
        wrong_fields={},
    )


def test_withheld_figures_are_named_with_place_and_reason_and_stand_nowhere(told, client):
    province = Division.objects.get(code=worlds.PROVINCE)
    WithheldFigure.objects.create(
        id=uuid7(timezone.now()),
        rule="DQ-02",
        division=province,
        first_day=told.at.date(),
        last_day=told.at.date(),
        below=True,
        raised_at=timezone.now(),
        withheld_at=timezone.now(),
    )

    answer = client.get("/", headers=ENGLISH)

    (held,) = answer.context["withheld"]
    assert held.place.text == "云川省"
    assert "/measures#bad_reviews" in [measure.href for measure in held.measures]
    assert held.reason
    assert all(figure.withheld for figure in answer.context["trends"][0].figures)
    assert all(figure.withheld for figure in answer.context["channels"].bad)
    assert answer.context["channels"].levels == []
    assert {row[1] for table in answer.context["tables"] for row in table.rows} == {"not published"}


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


def test_front_page_asks_few_questions(told, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):  # of these two are the savepoint of the test's own transaction
        client.get("/")


@pytest.mark.parametrize("q", ["审批", "", "\x00", "<b>&x=1", "长" * 500])
def test_the_search_is_one_and_its_old_address_leads_there(told, client, django_assert_max_num_queries, q):
    with django_assert_max_num_queries(3):  # the test's own savepoint, and that the page only reads
        answer = client.get("/", {"q": q})

    assert answer.status_code == 301
    assert QueryDict(answer.headers["Location"].removeprefix("/search?")).dict() == {"q": q}
    html = client.get("/").content.decode()
    assert 'action="/search" role="search"' in html


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
    names = {"front", "measures", "about", "gallery", "division", "agency", "item", "hall"}
    names |= {"division_file", "agency_file", "item_file", "hall_file", "division_halls"}
    names |= {"division_measures", "agency_measures", "item_measures", "hall_measures"}
    found = {view.name: view.gate for view in declared_views() if view.name in names}

    assert found.keys() == names
    assert {gate.passage for gate in found.values() if gate} == {Passage.PUBLIC}


@pytest.mark.parametrize("address", ["/", "/measures", "/about", "/ui"])
def test_pages_carry_neither_style_nor_script_of_others(db, client, address):
    answer = client.get(address)

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "sessionid" not in answer.cookies
