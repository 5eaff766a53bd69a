"""Risk points, blind spots and comparisons before their supervisors: in words that accuse nobody, with their rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.flows import compare_units, watch_units
from haochaping.supervision.models import Signal
from tests import months, worlds
from tests.doors.workbench.conftest import questions

MOST_QUERIES = 12
STEADY = dict.fromkeys(range(1, 25), (1, 100))


@pytest.fixture
def watched(world):
    """An item that stood out last month and its agency, and of another item nothing but services."""
    months.reviewed(worlds.ITEM, STEADY | {1: (12, 100)}, world)
    months.reviewed(worlds.OTHER_ITEM, STEADY, world)
    assert watch_units.watch_risks(world) == 2
    return world


@pytest.fixture
def silent(world):
    months.served(worlds.ITEM, {1: (0, 200)}, world)
    months.served(worlds.OTHER_ITEM, {1: (40, 200)}, world)
    months.reviewed(worlds.OTHER_ITEM, {1: (0, 40)}, world)
    assert watch_units.watch_silence(world) == 4
    return world


def page(browser, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, answer.content.decode()
    return str(answer.content.decode())


def of_item(kind: str, **more: str) -> Signal:
    return Signal.objects.get(kind=kind, facts__unit="item", **more)


def test_risk_points_are_listed_and_lead_to_their_months(watched, one):
    signal = of_item("risk_point")

    listed = page(one, "/oversight/risks/")

    assert "食品经营许可" in listed
    assert f"/oversight/risks/{signal.pk}" in listed
    assert "疑似异常" in listed
    assert "100 条评价中差评 12 条" in listed
    assert "没有风险点" in page(one, "/oversight/risks/?list=taken")


def test_a_risk_point_shows_both_charts_and_its_rows(watched, one):
    shown = page(one, f"/oversight/risks/{of_item('risk_point').pk}")

    last = f"{months.months_ago(watched, 1):%Y-%m}"
    row = shown.partition(f'<th scope="row">{last}</th>')[2].partition("</tr>")[0]
    assert "超出上限" in row
    assert "累积和达到警戒线" in row
    assert "12.0%" in row
    assert f"/oversight/figures/rows?item={worlds.ITEM}&amp;from={last}-01" in row
    assert shown.count('<th scope="row">20') == 24
    assert "误报" in shown
    # What is said of chance: of two units 0.0 in this month.
    assert "2 个同类单位" in shown
    rows = row.partition("/oversight/figures/rows")[2].partition('"')[0].replace("&amp;", "&")
    assert "measure=bad_rate" in rows
    assert one.get(f"/oversight/figures/rows{rows}").context["caption"] == "评价，新的在前"


def test_of_an_agency_too(watched, one):
    signal = Signal.objects.get(kind="risk_point", facts__unit="agency")

    assert f"agency={worlds.AGENCY}" in page(one, f"/oversight/risks/{signal.pk}")


def test_the_signal_itself_says_it_and_a_letter_can_be_written(watched, one):
    signal = of_item("risk_point")

    listed = page(one, "/oversight/signals/")

    assert f"/oversight/risks/{signal.pk}" in listed
    assert "食品经营许可：" in listed
    assert "食品经营许可：" in page(one, f"/oversight/supervision/new?signal={signal.pk}")


def test_others_see_none_of_it(silent, watched, supervisor_of):
    other = supervisor_of("other", worlds.OTHER_CITY)

    assert "食品经营许可" not in page(other, "/oversight/risks/")
    page(other, f"/oversight/risks/{of_item('risk_point').pk}", 404)
    assert "食品经营许可" not in page(other, "/oversight/blind-spots/")
    page(other, f"/oversight/comparison/?division={worlds.CITY}", 403)


def test_a_signal_of_another_kind_is_no_risk_point(silent, one):
    signal = of_item("blind_spot", facts__missing="no_reviews")

    page(one, f"/oversight/risks/{signal.pk}", 404)
    page(one, f"/oversight/blind-spots/{signal.pk}")


def test_blind_spots_are_listed_with_what_was_counted(silent, one):
    signal = of_item("blind_spot", facts__missing="no_reviews")

    listed = page(one, "/oversight/blind-spots/")
    shown = page(one, f"/oversight/blind-spots/{signal.pk}")

    assert "没有一条本人评价" in listed
    assert "没有邀请过任何人评价" in listed
    assert "需要关注" in shown
    assert ">0 / 200<" in shown
    assert f"/items/{worlds.ITEM}?from=" in shown
    assert (
        one.get(f"/items/{worlds.ITEM}?from={signal.facts['from']}&to={signal.facts['to']}").status_code
        == 200
    )


def test_of_a_silent_agency_its_items_are_shown(silent, one):
    signal = Signal.objects.get(kind="blind_spot", facts__unit="agency", facts__missing="no_reviews")

    shown = page(one, f"/oversight/blind-spots/{signal.pk}")

    assert "食品经营许可" in shown
    assert shown.count(">0 / 200<") == 2


def test_what_was_taken_up_is_dealt_with(watched, one):
    signal = of_item("risk_point")
    form = {
        "key": "01900000-0000-7000-8000-000000000001",
        "signal": str(signal.pk),
        "text": "请说明上月情况。",
    }
    assert one.post("/oversight/supervision/new", form).status_code == 303

    assert str(signal.pk) not in page(one, "/oversight/risks/")
    assert str(signal.pk) in page(one, "/oversight/risks/?list=taken")


def test_comparisons_of_ones_own_divisions(world, one, supervisor_of):
    months.reviewed(worlds.ITEM, {1: (3, 400)}, world)
    while compare_units.compare_due(world):
        pass

    assert "还没有比较结果" not in page(one, "/oversight/comparison/")
    county = page(one, f"/oversight/comparison/?division={worlds.COUNTY}")
    assert "河湾区行政审批局" in county
    assert "高于平均的概率" in county
    page(one, "/oversight/comparison/?group=nobody", 404)
    everywhere = supervisor_of("top", worlds.PROVINCE)
    assert worlds.CITY in page(everywhere, "/oversight/comparison/")


def test_figures_of_the_chart_are_those_of_now(watched, one):
    """Late data move the chart; the signal keeps what was seen when it was raised."""
    months.reviewed(worlds.ITEM, {1: (0, 300)}, watched)

    shown = page(one, f"/oversight/risks/{of_item('risk_point').pk}")

    last = f"{months.months_ago(watched, 1):%Y-%m}"
    row = shown.partition(f'<th scope="row">{last}</th>')[2].partition("</tr>")[0]
    assert ">400<" in row
    assert "100 条评价中差评 12 条" in shown
    assert watch_units.watch_risks(watched + timedelta(hours=1)) == 0


@pytest.fixture
def hall_stood_out(world):
    """The hall of the county stood out last month; its other items did not."""
    months.reviewed(worlds.ITEM, STEADY | {1: (12, 100)}, world, hall="H1")
    months.reviewed(worlds.OTHER_ITEM, STEADY, world)
    watch_units.watch_risks(world)
    return Signal.objects.get(kind="risk_point", facts__unit="hall")


def test_a_hall_that_stood_out_is_named_and_leads_to_its_months_and_rows(hall_stood_out, one):
    listed = page(one, "/oversight/risks/")
    shown = page(one, f"/oversight/risks/{hall_stood_out.pk}")

    assert "河湾区政务服务中心" in listed
    assert "河湾区政务服务中心：" in page(one, "/oversight/signals/")
    assert "超出上限" in shown
    rows = shown.partition("/oversight/figures/rows?hall=H1")[2].partition('"')[0].replace("&amp;", "&")
    assert one.get(f"/oversight/figures/rows?hall=H1{rows}").status_code == 200
    page(one, f"/oversight/supervision/new?signal={hall_stood_out.pk}")
    assert len(questions(one, f"/oversight/risks/{hall_stood_out.pk}")) <= MOST_QUERIES


def test_a_silent_hall_shows_what_was_counted(world, one):
    months.served(worlds.ITEM, {1: (0, 200)}, world, hall="H1")
    months.served(worlds.OTHER_ITEM, {1: (40, 200)}, world)
    watch_units.watch_silence(world)
    signal = Signal.objects.get(subject__startswith="no_invitations:hall:")

    shown = page(one, f"/oversight/blind-spots/{signal.pk}")

    assert "河湾区政务服务中心" in shown
    assert ">0 / 200<" in shown
    assert "/halls/H1?from=" in shown


@pytest.mark.parametrize("listed", ["/oversight/risks/", "/oversight/blind-spots/", "/oversight/comparison/"])
def test_lists_ask_few_questions(silent, watched, one, listed):
    assert len(questions(one, listed)) <= MOST_QUERIES


def test_pages_of_units_ask_few_questions(silent, watched, one):
    for signal in Signal.objects.all():
        kind = "risks" if signal.kind == "risk_point" else "blind-spots"
        assert len(questions(one, f"/oversight/{kind}/{signal.pk}")) <= MOST_QUERIES
