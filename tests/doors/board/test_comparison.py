"""`/divisions/<code>/comparison`: the raw rate first, the numbers of the pages behind it, nothing of what is withheld."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from haochaping.directory.models import Agency, ServiceItem
from haochaping.flows import compare_units
from haochaping.insight.models import ComparedUnit, Comparison
from tests import months, worlds
from tests.doors.board.conftest import all_figures, withhold

ADDRESS = f"/divisions/{worlds.PROVINCE}/comparison"
STEM = "012345678901"
MOST_QUERIES = 12


@pytest.fixture
def compared(world):
    """Two cities, and an item of both."""
    for n, agency in ((1, worlds.AGENCY), (2, worlds.OTHER_AGENCY)):
        code = f"119900000000000{n}ZZZ{STEM}"
        ServiceItem.objects.create(
            code=code, name="不动产登记", item_type="07", agency=Agency.objects.get(code=agency)
        )
        months.reviewed(code, {1: (3 * n, 300), 2: (0, 1000)}, world)
    while compare_units.compare_due(world):
        pass
    return world


def shown(client, query: str = "") -> str:
    answer = client.get(ADDRESS + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_raw_rates_come_first_and_what_leans_on_others_beside_them(compared, client):
    html = shown(client)

    heads = html.partition("<thead>")[2].partition("</thead>")[0]
    order = [
        heads.index(word)
        for word in ("差评数", "评价数", "差评率", "区间", "收缩估计", "与平均水平相比", "名次区间")
    ]
    assert order == sorted(order)
    row = html.partition("石港市")[2].partition("</tr>")[0]
    for cell in ("6", "1,300", "0.5%"):
        assert f">{cell}</td>" in row
    assert "与平均无明显差别" in html
    assert f"{worlds.PROVINCE}/division/" in html
    assert "漏斗图数据" in html


def test_the_pages_behind_say_the_same(compared, client):
    html = shown(client)
    address = f"/divisions/{worlds.OTHER_CITY}?from="
    link = address + html.partition(address)[2].partition('"')[0].replace("&amp;", "&")

    good = all_figures(client, link)["good_rate"].ratio
    assert (good.denominator - good.numerator, good.denominator) == (6, 1300)


def test_the_page_of_the_division_leads_here(compared, client):
    assert f'href="{ADDRESS}"' in client.get(f"/divisions/{worlds.PROVINCE}").content.decode()


def test_an_item_in_several_places(compared, client):
    assert f"?group={STEM}" in shown(client)

    html = shown(client, f"?group={STEM}")

    assert "河湾区行政审批局" in html
    assert "石港市行政审批局" in html


@pytest.mark.parametrize(
    "address", ["/divisions/000/comparison", f"{ADDRESS}?group=nobody", f"{ADDRESS}?group=%00"]
)
def test_what_is_not_there(compared, client, address):
    assert client.get(address).status_code == 404


def test_before_anything_is_compared_it_is_said(world, client):
    assert "还没有比较结果" in shown(client)


def test_what_is_withheld_is_not_shown(compared, client):
    withhold("DQ-02", worlds.OTHER_CITY)

    html = shown(client)

    assert "暂不公布" in html.partition("石港市")[2].partition("</tr>")[0]
    assert "1,300" not in html.partition("石港市")[2].partition("</tr>")[0]
    # Nor in the funnel.
    assert html.count("石港市") == 1


def test_where_participation_is_withheld_the_bounds_are(compared, client):
    withhold("DQ-01", worlds.OTHER_CITY)

    row = shown(client).partition("石港市")[2].partition("</tr>")[0]

    assert "1,300" in row
    assert row.count("暂不公布") == 1


def test_few_reviews_stay_uncompared(compared, client):
    ComparedUnit.objects.update(extent="nothing", target=None)

    html = shown(client)

    assert "评价不足 10 条" in html
    assert "1,300" not in html
    assert "漏斗图数据" not in html


def test_a_long_list_has_pages(compared, client):
    made = Comparison.objects.get(division__code=worlds.PROVINCE, kind="division")
    like = ComparedUnit.objects.filter(comparison=made)[0]
    for n in range(60):
        like.pk, like.unit_id = None, 10_000_000 + n
        like.save(force_insert=True)

    assert "page=2" in shown(client)
    assert 'rel="prev"' in shown(client, "?page=2")


def test_the_page_costs_the_same_for_everybody(compared, client):
    for query in ("", f"?group={STEM}"):
        with CaptureQueriesContext(
            connection,
        ) as found:
            shown(client, query)
        assert len(found) <= MOST_QUERIES


def test_it_is_complete_in_english(compared, client):
    html = client.get(
        reverse("division_comparison", args=[worlds.PROVINCE]), headers={"accept-language": "en"}
    ).content.decode()

    assert "Leaning on all" in html
    assert "Not distinguishable from the average" in html
