"""Pages and files of the rows behind figures of cases, services and reviews: as many as the number says, no words, no names."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from haochaping.insight.rules import BY_NAME, MEASURES, OF_HALLS
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from tests import worlds

if TYPE_CHECKING:
    from typing import Any

    from django.test import Client

FIGURES = "/oversight/figures/"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def said(bad, world) -> None:
    """A bad review with its order, a good one, one that nobody gave and a service without a review."""
    for n, level in enumerate((5, 4, 0)):
        worlds.take_case(f"YC-5000000{n}", world)
        if level:
            claim = "active_onsite_device" if n else "default_system"
            worlds.give(f"YC-5000000{n}", level, world, claimed_provenance=claim)


def shown(browser: Client, query: str) -> Any:
    answer = browser.get(f"{FIGURES}{query}", headers=ENGLISH)
    assert answer.status_code == 200, answer.content.decode()
    return answer


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_every_number_leads_to_as_many_rows(said, one, measure):
    context = shown(one, f"?division={worlds.COUNTY}").context
    titles = [
        line
        for line in (*context["opinion"], *context["asking"], *context["handling"], *context["loop"])
        if f"measure={measure.name}" in line.rows
    ]
    assert titles, "stands in no table"
    [line] = [line for line in titles if line.rows.endswith(f"measure={measure.name}")]

    rows = one.get(line.rows, headers=ENGLISH).context["rows"]

    assert sum(row.above for row in rows) == line.number
    if line.value.denominator is not None:
        assert len(rows) == line.value.denominator


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("bad_reviews", ["Very dissatisfied", "Counts", "/desk/orders/"]),
        ("average_score", ["Satisfied", "<td>4</td>", "<td>1</td>"]),
        ("unverified_reviews", ["Entered by a system: nobody answered"]),
        ("participation_rate", ["…0001", "<b>No</b>", "Result"]),
        ("cases", ["…0002", "completed"]),
    ],
)
def test_a_row_says_what_it_is_and_leads_on(said, one, measure, words):
    html = shown(one, f"rows?measure={measure}").content.decode()

    assert [word for word in words if word not in html] == []
    for secret in ("YC-5000000", "张小满", "13900000001", "第三次跑"):
        assert secret not in html.partition("<main")[2]


@pytest.mark.parametrize("measure", ["average_score", "participation_rate", "cases"])
def test_rows_are_taken_away_with_a_mark_and_that_is_recorded(said, one, measure):
    text = shown(one, f"rows.csv?measure={measure}").content.decode("utf-8-sig")
    mark, heading, *rows = csv.reader(StringIO(text))

    assert "internal, not to be passed on" in mark[0]
    assert heading[1:4] == ["Item", "Agency", "On"]
    assert {row[1] for row in rows} == {"食品经营许可"}
    adds = {row[-1] for row in rows}
    assert (
        adds
        <= {"average_score": set("12345"), "participation_rate": {"Yes", "No"}, "cases": {"Yes"}}[measure]
    )
    entry = Entry.objects.get(kind=EntryKind.EXPORTED, subject_kind="figure")
    assert (entry.subject_id, entry.facts["rows"]) == (measure, str(len(rows)))
    assert "YC-5" not in text


def test_averages_stand_in_the_table_with_both_numbers(said, one):
    [line] = [one for one in shown(one, "").context["opinion"] if one.mean]

    assert (line.mean.total, line.mean.n) == (line.number, line.value.denominator)


def test_all_measures_of_opinion_are_defined_for_everybody(said, one):
    for line in shown(one, "").context["opinion"]:
        assert BY_NAME[line.value.name] in MEASURES


@pytest.mark.parametrize("place", ["hall=H1", f"item={worlds.ITEM}"])
@pytest.mark.parametrize("measure", OF_HALLS, ids=lambda measure: measure.name)
def test_every_number_of_a_hall_or_item_leads_to_as_many_rows(said, one, measure, place):
    context = shown(one, f"?{place}").context
    lines = [*context["opinion"], *context["asking"], *context["loop"]]
    [line] = [line for line in lines if line.rows.endswith(f"measure={measure.name}")]

    rows = one.get(line.rows, headers=ENGLISH).context["rows"]

    assert sum(row.above for row in rows) == line.number
    if line.value.denominator is not None:
        assert len(rows) == line.value.denominator


def test_of_a_hall_nothing_is_told_of_cases_voices_or_supervision(said, one):
    context = shown(one, "?hall=H1").context

    assert context["handling"] == context["rungs"] == context["voices"] == []
    for measure in ("cases", "completed_cases", "supervision_reminder"):
        assert one.get(f"{FIGURES}?hall=H1&measure={measure}").status_code == 404
        assert one.get(f"{FIGURES}rows?hall=H1&measure={measure}").status_code == 404


def test_a_division_is_divided_by_its_halls(said, one):
    context = shown(one, f"?division={worlds.COUNTY}&measure=active_reviews&by=hall").context

    assert [(line.title.text, line.number) for line in context["parts"]] == [("河湾区政务服务中心", 2)]
    assert context["parts"][0].title.href.endswith("&hall=H1")
    assert not any(
        "by=hall" in way.href
        for way in shown(one, f"?division={worlds.COUNTY}&measure=cases").context["ways"]
    )


def test_halls_of_others_are_none_of_ones_own(said, supervisor_of):
    other = supervisor_of("other", worlds.OTHER_CITY)

    assert other.get(f"{FIGURES}?hall=H1").status_code == 403
    assert other.get(f"{FIGURES}rows?hall=H1&measure=active_reviews").status_code == 403
    assert other.get(f"{FIGURES}?hall=nobody").status_code == 404


def test_a_file_of_a_halls_rows_is_put_down_with_the_hall(said, one):
    answer = one.get(f"{FIGURES}rows.csv?hall=H1&measure=active_reviews")

    assert answer.status_code in {200, 302}
    if answer.status_code == 200:
        assert Entry.objects.get(kind=EntryKind.EXPORTED).facts["hall"] == "H1"
