"""The live map, the rows behind its numbers, signals and figures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from haochaping.doors.jobs.beats import BEATS
from haochaping.flows import supervise, verify_facts
from haochaping.insight.models import FactDelta
from haochaping.rectification import queries as orders
from haochaping.supervision.models import Signal, SupervisionOrder
from tests import worlds


@pytest.fixture
def late(bad_review):
    """A work order that is long overdue."""
    return bad_review("YC-00000009", at=timezone.now() - timedelta(days=30))


def page(browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def test_the_map_counts_and_leads_to_the_rows(bad, late, one):
    shown = page(one, "/oversight/")

    agency = orders.rows([bad.order_id])[0].agency_id
    assert "河湾区行政审批局" in shown
    address = f"/oversight/orders?agency={agency}&amp;state=dispatched"
    assert f'<a href="{address}">2</a>' in shown
    rows = page(one, address.replace("&amp;", "&"))
    assert all(f"/desk/orders/{each.order_id}" in rows for each in (bad, late))
    assert page(one, "/oversight/orders?agency=0").count("/desk/orders/") == 0


def test_what_is_overdue_stands_in_a_list(bad, late, one):
    rows = page(one, "/oversight/orders")

    assert f"/desk/orders/{late.order_id}" in rows
    assert f"/oversight/supervision/new?order={late.order_id}" in rows
    assert f"/oversight/urgings/new?order={late.order_id}" in rows


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("agency=x&state=y", "left out: Agency, State."),
        ("agency=99999999999999999999", "left out: Agency."),
        ("agency=１", "left out: Agency."),
        ("page=0&list=zzz", ""),
    ],
)
def test_an_address_typed_by_hand_is_no_error_and_what_is_unknown_is_named(late, one, query, named):
    shown = one.get(f"/oversight/orders?{query}", headers={"accept-language": "en"}).content.decode()

    assert named in shown
    assert ("left out" in shown) == bool(named)


def test_another_division_sees_nothing_of_it(late, supervisor_of):
    other = supervisor_of("other", worlds.OTHER_CITY)

    supervise.watch(timezone.now())

    for address in ("/oversight/", "/oversight/orders", "/oversight/signals/", "/oversight/supervision/"):
        assert "河湾区行政审批局" not in page(other, address)


def test_the_watch_fills_signals_and_supervision_orders(late, one, clerk):
    supervise.watch(timezone.now())

    signal = Signal.objects.get()
    assert f"/oversight/supervision/new?signal={signal.id}" in page(one, "/oversight/signals/")
    warning = SupervisionOrder.objects.get()
    assert f"/oversight/supervision/{warning.id}" in page(one, "/oversight/supervision/")
    assert f"/desk/supervision/{warning.id}" in page(clerk, "/desk/supervision/")
    assert "预警" in page(clerk, f"/desk/supervision/{warning.id}") or page(
        clerk, f"/desk/supervision/{warning.id}"
    )
    rows = page(one, "/oversight/figures/rows?measure=supervision_warning")
    assert f"/oversight/supervision/{warning.id}" in rows


def test_a_signal_of_figures_that_differ_says_what_an_administrator_does(bad_review, one, world):
    bad_review("YC-00000001", at=world)
    FactDelta.objects.filter(kind="review").update(n=5)

    assert verify_facts.watch(timezone.now()) == 1

    assert "1 个指标底数与记录不符：请系统管理员运行 haochaping facts verify" in page(
        one, "/oversight/signals/"
    )


def test_a_signal_of_many_bad_reviews_names_the_item(bad_review, one, world):
    for number in range(3):
        bad_review(f"YC-0000001{number}", at=world)

    supervise.watch_repeats(timezone.now())

    assert "食品经营许可" in page(one, "/oversight/signals/")


def test_a_signal_that_was_taken_up_leads_to_its_letter(late, one):
    supervise.watch(timezone.now())
    signal = Signal.objects.get()
    form = page(one, f"/oversight/supervision/new?signal={signal.id}")
    assert str(signal.id) in form

    key = "00000000-0000-7000-8000-000000000001"
    sent = {"key": key, "signal": str(signal.id), "text": "请说明"}
    answer = one.post("/oversight/supervision/new", sent)

    assert answer.status_code == 303
    assert answer.headers["Location"] in page(one, "/oversight/signals/?list=taken")
    again = one.post("/oversight/supervision/new", sent | {"key": key[:-1] + "2"})
    assert again.status_code == 409


def test_the_watch_runs_again_and_again():
    beats = {beat.call: beat.seconds for beat in BEATS}

    assert beats[supervise.watch] <= 60
    assert supervise.watch_repeats in beats


def test_agencies_have_no_door_to_oversight(bad, clerk):
    assert "/oversight/" not in page(clerk, "/desk/")
    for address in ("/oversight/", "/oversight/signals/", "/oversight/proposals/"):
        assert clerk.get(address).status_code == 403


def test_supervisors_are_led_to_oversight_and_agencies_to_theirs(bad, one, clerk):
    assert 'href="/oversight/"' in page(one, "/desk/")
    assert 'href="/desk/supervision/"' in page(clerk, "/desk/")


def test_the_map_says_of_when_it_is_and_is_drawn_anew_from_where_one_stands(late, one):
    """No page reloads itself: it would keep the session of an empty chair alive."""
    shown = one.get("/oversight/", headers={"accept-language": "en"}).content.decode()

    assert "as of" in shown
    assert '<a href="/oversight/">Refresh the numbers</a>' in shown
