"""Charts as people meet them: drawn by the server for everybody, by ECharts on wide screens, and within the CSP."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from django.contrib.staticfiles import finders

from haochaping.doors.demo import names
from tests.journeys.conftest import DESK, PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.journey

ADDRESSES = ["/", f"/divisions/{names.CITY[0]}", f"/agencies/{names.CLERK_AGENCY}"]
SHOTS = os.environ.get("SHOTS", "")
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
has_echarts = pytest.mark.skipif(
    not finders.find("vendor/echarts.js"), reason="set-up could not fetch ECharts"
)


def listened(page: Page) -> list[str]:
    """What the browser complains of, such as a style or script that the CSP forbids."""
    said: list[str] = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
def test_without_scripts_every_chart_is_drawn_and_has_its_numbers(pages, axe, address, look):
    page = pages(PHONE)
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{address}?look={look}")

    charts = page.locator("figure.chart")
    assert charts.count() == 4
    for chart in charts.all():
        assert chart.locator("svg.chart-drawing").is_visible() or "数据不足" in chart.inner_text()
        chart.locator("summary").click()
        assert chart.locator("tbody tr").count() == 12
    assert page.evaluate(_OVERFLOW) <= 0
    assert axe(page) == []
    shot(page, f"phone-{look}-{ADDRESSES.index(address)}")


@has_echarts
@pytest.mark.parametrize("address", ADDRESSES)
def test_on_a_wide_screen_charts_answer_to_the_pointer_within_the_csp(pages, axe, address):
    page = pages(DESK)
    said = listened(page)
    page.goto(address)

    chart = page.locator("figure[data-chart='count']").first
    chart.scroll_into_view_if_needed()
    chart.locator(".chart-live canvas").wait_for()
    assert not chart.locator("svg.chart-drawing").is_visible()
    assert (
        chart.get_by_role("img").get_attribute("aria-labelledby")
        == "by-month-bad_reviews-name by-month-bad_reviews-said"
    )
    empty = chart.locator("canvas").screenshot()
    box = chart.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.5)
    page.wait_for_function(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
    )
    assert chart.locator("canvas").screenshot() != empty
    assert said == []
    assert axe(page) == []
    shot(page, f"desk-{ADDRESSES.index(address)}")


@has_echarts
def test_a_phone_loads_no_library_and_paper_shows_the_drawing(pages):
    phone, desk = pages(PHONE), pages(DESK)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))

    phone.goto("/", wait_until="networkidle")
    desk.goto("/")
    chart = desk.locator("figure[data-chart='count']").first
    chart.scroll_into_view_if_needed()
    chart.locator(".chart-live canvas").wait_for()
    desk.emulate_media(media="print")

    assert any(url.endswith("/charts.js") for url in asked)
    assert not any("echarts" in url for url in asked)
    assert chart.locator("svg.chart-drawing").is_visible()
    assert not chart.locator(".chart-live").is_visible()
