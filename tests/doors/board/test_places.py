from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.directory import queries as directory
from haochaping.flows.receive_reviews import recount, units_of
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.publicity.terms import Decision, Part
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews import actions as reviews
from haochaping.reviews.models import Review
from haochaping.reviews.terms import ReasonClass
from tests import worlds
from tests.doors.board.conftest import REPLY, WORDS, all_figures, withhold

PLACES = [("division", worlds.CITY), ("agency", worlds.AGENCY), ("item", worlds.ITEM)]
pages = pytest.mark.parametrize(("name", "code"), PLACES)


def place_of(name: str, code: str) -> Place:
    match name:
        case "division":
            return Place(division_path=directory.divisions([code])[code].path)
        case "agency":
            return Place(agency_path=directory.agencies([code])[code].path)
    return Place(item_id=directory.items([code])[code].id)


def page(client, name: str, code: str, **query: str) -> str:
    answer = client.get(reverse(name, args=[code]), query, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return str(answer.content.decode())


@pages
def test_figures_are_those_of_the_interface(told, client, name, code):
    shown = all_figures(client, reverse(name, args=[code]))
    values = insight.measures(place_of(name, code))
    assert list(shown) == [value.name for value in values]
    for value in values:
        assert shown[value.name].value == value.made_of


def test_bad_count_and_participation_come_before_the_good_rate(told, client):
    html = page(client, "division", worlds.CITY)

    places = [html.index(f"/measures#{name}") for name in ("bad_reviews", "participation_rate", "good_rate")]
    assert places == sorted(places)


def test_few_reviews_make_no_rate_but_keep_their_counts(told, client):
    html = page(client, "division", worlds.CITY)

    assert "Not enough data" in html
    assert "0 of 1" in html


def test_excluded_reviews_are_told_as_a_count_by_class_and_their_words_are_not(told, client):
    before = page(client, "division", worlds.CITY)
    assert "Excluded after an appeal" not in before
    now, given = timezone.now(), Review.objects.filter(comment_text=WORDS).get()
    before_units = units_of([given.id])
    reviews.exclude(given.id, reason_class=ReasonClass.MISTAKEN, by=SYSTEM, now=now)
    recount(before_units, [given.id])

    for name, code in PLACES:
        html = page(client, name, code)
        assert "Excluded after an appeal: 1 (mistaken 1, on a proven fact 0)" in html
        assert WORDS[:6] not in html
    assert all_figures(client, reverse("division", args=[worlds.CITY]))["excluded_reviews"].count == 1


@pages
def test_how_cases_were_handled_stands_beside_what_people_say(told, world, client, name, code):
    for n in range(30):
        worlds.take_case(f"YC-6000000{n:02}", world, trips=n % 2 + 1)

    html = page(client, name, code)

    section = html.partition('id="handling"')[2].partition("</section>")[0]
    assert "Cases completed within the promised limit" in section
    assert "1.50 (" in section
    assert "45 in all of 30" in section
    assert "Not reported: it is told of none of these cases." in section
    assert "Nobody asked, or no answer was due." in section


def test_where_nothing_was_completed_that_is_said(told, client):
    html = page(client, "division", worlds.OTHER_CITY)

    assert "No case was completed." in html


@pages
def test_unreleased_texts_are_nowhere(told, client, name, code):
    html = page(client, name, code)

    for secret in (WORDS, REPLY, "13912345678", "窗口让我", "已改为", "内部", "张小满", "YC-00000001"):
        assert secret not in html
    assert "Text awaiting release" in html
    assert "the reply awaits release" in html


@pages
def test_released_texts_appear_as_redacted(told, client, name, code):
    for part in Part:
        worlds.decide(told.review_id, part, Decision.RELEASED, by=worlds.PUBLISHER, now=told.at)

    html = page(client, name, code)

    assert "窗口让我第三次跑，电话＊＊＊" in html
    assert "已改为一次办结" in html
    assert "13912345678" not in html


@pages
def test_a_reply_says_that_the_matter_is_open_again(told, client, name, code):
    worlds.decide(told.review_id, Part.REPLY, Decision.RELEASED, by=worlds.PUBLISHER, now=told.at)
    assert "taken up again" not in page(client, name, code)

    order = orders.order_of_review(told.review_id)
    assert order is not None
    rectification.take_up_again(order.id, by=worlds.REVIEWER, now=told.at)

    html = page(client, name, code)
    assert "已改为一次办结" in html
    assert "The matter was taken up again after this reply and is not finished." in html


def test_held_texts_do_not_appear(told, client):
    worlds.decide(
        told.review_id, Part.TEXT, Decision.HELD, reason="写有姓名", by=worlds.PUBLISHER, now=told.at
    )

    html = page(client, "division", worlds.CITY)

    assert "窗口让我" not in html
    assert "写有姓名" not in html


def test_tables_say_the_same_as_the_pages_they_lead_to(told, client):
    answer = client.get(reverse("division", args=[worlds.CITY]))

    table = answer.context["tables"][0]
    assert [str(row[0].text) for row in table.rows] == ["河湾区"]
    below = all_figures(client, table.rows[0][0].href)
    assert table.rows[0][1] == below["bad_reviews"].count == 1


@pages
def test_months_and_steps_say_the_same_as_the_figures(told, client, name, code):
    context = client.get(reverse(name, args=[code])).context

    values = {value.name: value for value in insight.measures(place_of(name, code))}
    for trend in context["trends"]:
        measure = values[trend.href.split("#")[1]]
        assert len(trend.figures) == 12
        told_of = [figure.value for figure in trend.figures]
        counted = [value if isinstance(value, int) else value.numerator for value in told_of]
        assert sum(counted) == measure.numerator
    assert (
        [figure.count for figure in context["steps"]]
        == [
            values["rectification_rate"].denominator,
            values["reopened_rate"].denominator,
            values["second_satisfaction"].denominator,
            values["second_satisfaction"].numerator,
        ]
        == [1, 1, 0, 0]
    )


@pytest.mark.parametrize(("name", "code"), PLACES[1:])
def test_levels_are_told_by_way(told, client, name, code):
    context = client.get(reverse(name, args=[code])).context

    assert [(row.label, row.counts) for row in context["channels"].levels] == [
        ("手机", {5: 0, 4: 0, 3: 0, 2: 0, 1: 1})
    ]


def test_ways_are_those_of_the_period(told, world, client):
    day = local_day(world)
    address = reverse("agency", args=[worlds.AGENCY])

    inside = client.get(address, {"from": str(day), "to": str(day)}).context
    before = client.get(address, {"to": str(day - timedelta(days=1))}).context
    ahead = client.get(address, {"from": "2999-01-01"}).context

    assert inside["channels"].days.start == inside["channels"].days.end == day
    assert (before["channels"], ahead["channels"]) == (None, None)
    long_ago = client.get(address, {"to": "1000-01-01"}).context
    assert (long_ago["trends"], long_ago["channels"]) == ([], None)


@pytest.mark.parametrize("query", [{}, {"from": "2026-01-31"}, {"to": "2024-02-10"}], ids=str)
def test_months_are_whole_and_end_with_that_of_the_last_day(told, world, client, query):
    figures = client.get(reverse("division", args=[worlds.CITY]), query).context["trends"][0].figures

    last = date.fromisoformat(query["to"]) if "to" in query else local_day(timezone.now())
    assert len(figures) == 12
    assert figures[-1].label.startswith(f"{last:%Y-%m}")
    assert sum(figure.count for figure in figures) == ("to" not in query)


def test_what_is_withheld_is_in_no_chart(told, client):
    withhold("DQ-02", worlds.PROVINCE, local_day(told.at), local_day(told.at))

    context = client.get(reverse("agency", args=[worlds.AGENCY])).context

    assert all(figure.withheld for figure in context["trends"][0].figures)
    assert not any(figure.withheld for figure in context["trends"][3].figures)
    assert context["channels"] is None


def test_months_beyond_a_period_are_withheld_by_what_is_withheld_then(told, client):
    today = local_day(timezone.now())
    withhold("DQ-02", worlds.PROVINCE, today - timedelta(days=60), today - timedelta(days=60))

    answer = client.get(reverse("division", args=[worlds.CITY]), {"from": str(today - timedelta(days=20))})

    assert not answer.context["headlines"][0].withheld
    assert all(figure.withheld for figure in answer.context["trends"][0].figures)


def test_headings_of_tables_lead_to_what_a_number_means(told, client):
    html = page(client, "division", worlds.CITY)

    assert '<th scope="col" class="num"><a href="/measures#rectification_rate">' in html


def test_a_division_names_its_halls_and_each_has_a_page(told, client):
    county = client.get(reverse("division", args=[worlds.COUNTY])).context

    (hall,) = county["halls"]
    answer = client.get(hall.href)

    assert (hall.text, answer.context["name"]) == ("河湾区政务服务中心", "河湾区政务服务中心")
    assert [step.text for step in answer.context["trail"][1:]] == [
        "云川省",
        "云城市",
        "河湾区",
        "河湾区政务服务中心",
    ]
    assert client.get(answer.context["trail"][-2].href).context["name"] == "河湾区"


def test_period_chooses_the_days_and_stays_in_the_links(told, world, client):
    day = local_day(world)
    inside = client.get(reverse("division", args=[worlds.CITY]), {"from": str(day), "to": str(day)})
    outside = client.get(reverse("division", args=[worlds.CITY]), {"to": str(day - timedelta(days=1))})

    assert inside.context["headlines"][0].count == 1
    assert outside.context["headlines"][0].count == 0
    assert inside.context["tables"][0].rows[0][0].href.endswith(f"?from={day}&to={day}")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-13-01"}, "from"),
        ({"to": "gestern"}, "to"),
        ({"to": "20260101"}, "to"),
        ({"from": "２０２６-01-01"}, "from"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "from"),
        ({"from": "\x00"}, "from"),
    ],
)
def test_wrong_day_is_said_at_its_field_and_no_number_shown(told, client, query, field):
    answer = client.get(reverse("division", args=[worlds.CITY]), query)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in html
    assert html.count('aria-invalid="true"') == 1
    if "-02-" not in str(query):
        assert {"from": "“起始日期”", "to": "“截止日期”"}[field] in html
    assert 'class="stats"' not in html


def test_ways_of_coming_stand_apart(told, world, client):
    for n, claim in enumerate(("default_system", "bulk_import", "active_onsite_device", "nonsense")):
        worlds.take_case(f"YC-1000000{n}", world)
        worlds.give(f"YC-1000000{n}", 5, world, claimed_provenance=claim)

    answer = client.get(reverse("division", args=[worlds.CITY]))

    assert sum(answer.context["given"].values()) == 2
    assert sum(answer.context["kept_apart"].values()) == 3
    assert [(source.active, source.reviews, source.bad) for source in answer.context["sources"]] == [
        (True, 1, 1),
        (True, 1, 0),
        (False, 1, 0),
        (False, 1, 0),
        (False, 1, 0),
    ]
    assert answer.content.decode().count("review-apart") == 3


def test_reviews_are_paged_within_the_period(told, world, client):
    for n in range(11):
        worlds.take_case(f"YC-2000000{n:02}", world)
        worlds.give(f"YC-2000000{n:02}", 5, world)
    address = reverse("item", args=[worlds.ITEM])

    first = client.get(address, {"from": "2020-01-01"})
    last = client.get(address, {"from": "2020-01-01", "page": "2"})
    beyond = client.get(address, {"page": "99"})

    assert len(first.context["reviews"]) == 10
    assert first.context["next"] == "?from=2020-01-01&page=2#reviews"
    assert len(last.context["reviews"]) == 2
    assert last.context["next"] == ""
    assert beyond.status_code == 200


@pages
def test_trail_leads_up(told, client, name, code):
    trail = client.get(reverse(name, args=[code])).context["trail"]

    assert trail[0].href == "/"
    assert trail[-1].href == ""
    for step in trail[:-1]:
        assert client.get(step.href).status_code == 200


@pytest.mark.parametrize("name", ["division", "agency", "item", "hall"])
@pytest.mark.parametrize("code", ["999999999999", "x", "<script>", "无此编码", "0" * 300, "{code}"])
def test_unknown_code_is_said_in_words(world, client, name, code):
    answer = client.get(reverse(name, args=[code]))

    html = answer.content.decode()
    assert answer.status_code == 404
    assert "<script>" not in html
    assert 'role="search"' in html


@pages
def test_page_asks_at_most_twelve_questions(told, world, client, django_assert_max_num_queries, name, code):
    for n in range(12):
        worlds.take_case(f"YC-3000000{n:02}", world)
        worlds.give(f"YC-3000000{n:02}", 4, world)

    # Two more than on a real page: the savepoint of the test's own transaction.
    with django_assert_max_num_queries(14):
        client.get(reverse(name, args=[code]))


@pages
def test_pages_cannot_be_posted_to(world, client, name, code):
    assert client.post(reverse(name, args=[code])).status_code == 405


def test_figures_are_as_of_now(told, client):
    assert abs(
        client.get(reverse("division", args=[worlds.CITY])).context["as_of"] - timezone.now()
    ) < timedelta(minutes=1)


def test_pages_speak_chinese_first(told, client):
    html = client.get(reverse("division", args=[worlds.CITY])).content.decode()

    assert '<html lang="zh-hans"' in html
    assert "数据不足" in html
    assert "参评率" in html
