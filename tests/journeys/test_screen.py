"""The big screen in a browser: all on one wall, as new as the site without being loaded again, plain about a lost line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from haochaping.doors.demo import names
from tests.journeys.conftest import IMAGES, PHONE
from tests.journeys.test_charts import listened
from tests.journeys.test_citizen import new_invitation

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

pytestmark = pytest.mark.journey

WALL: ViewportSize = {"width": 1920, "height": 1080}
WALLS: list[ViewportSize] = [WALL, {"width": 3840, "height": 2160}, {"width": 1366, "height": 768}]
SHOTS = os.environ.get("SHOTS", "")
CITY = f"/divisions/{names.CITY[0]}/screen"
ADDRESSES = ["/screen", CITY, f"/divisions/{next(iter(names.COUNTIES))}/screen"]
OVER = """() => {
    const page = document.documentElement;
    return [page.scrollWidth - page.clientWidth, page.scrollHeight - page.clientHeight];
}"""
# Parts that have more in them than they show.
CUT = """() => [...document.querySelectorAll("main, main .screen-figures, main section, main .table-wrap, main .stat")]
    .filter(one => one.scrollHeight > one.clientHeight + 2 || one.scrollWidth > one.clientWidth + 2)
    .filter(one => !one.closest(".screen-replies, details:not([open])"))
    .map(one => `${one.className} ${one.scrollWidth}x${one.scrollHeight} in ${one.clientWidth}x${one.clientHeight}`)"""
# Words among the figures that are smaller than can be read from afar.
SMALL = """() => [...document.querySelectorAll("main *")]
    .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
    .filter(one => one.checkVisibility() && !one.closest(".sr, desc") && parseFloat(getComputedStyle(one).fontSize) < 23.9)
    .map(one => one.textContent.trim().slice(0, 40))"""
BAD = "main .stat:first-child .stat-value"


def count(page: Page) -> int:
    return int(page.inner_text(BAD).replace(",", ""))


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: str(wall["width"]))
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_all_is_on_one_wall(pages, axe, wall, locale, look):
    page = pages(wall, locale=locale)
    said = listened(page)
    for address in ADDRESSES:
        page.goto(f"{address}?look={look}")
        page.wait_for_selector("[data-connection=live]")

        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{wall['width']}-{locale}-{look}-{ADDRESSES.index(address)}.png")
        assert page.evaluate(OVER) == [0, 0]
        assert page.evaluate(CUT) == []
        if wall == WALL:
            assert page.evaluate(SMALL) == []
        assert axe(page) == []
    assert said == []
    if (wall, locale, look) == (WALL, "zh-CN", "dark"):
        page.screenshot(path=IMAGES / "screen.png")


def test_a_review_is_on_the_screen_without_its_being_loaded_again(pages):
    screen, phone = pages(WALL), pages(PHONE)
    screen.goto("/screen")
    screen.wait_for_selector("[data-connection=live]")
    screen.evaluate("window.kept = true")
    screen.locator("main summary").first.click()
    screen.locator("main .table tbody a").first.focus()
    before, focused = count(screen), screen.evaluate("document.activeElement.textContent")

    new_invitation(phone)
    with phone.expect_navigation():
        phone.click("button[name=level][value='1']")

    screen.wait_for_function(
        f"before => Number(document.querySelector('{BAD}').textContent.replace(',', '')) > before", arg=before
    )
    assert screen.evaluate("window.kept")
    assert count(screen) == before + 1
    # Who reads stays where they were, with what they had unfolded.
    assert screen.evaluate("document.activeElement.textContent") == focused
    assert screen.locator("main details[open]").count() == 1
    phone.goto("/")
    assert int(phone.inner_text("main .stat .stat-value").replace(",", "")) == before + 1


def test_a_lost_line_is_said_with_the_moment_of_the_figures_and_mends_itself(pages, axe):
    page = pages(WALL, locale="en-GB")
    page.goto(CITY)
    page.wait_for_selector("[data-connection=live]")
    as_of = page.inner_text("[data-as-of]")

    page.context.set_offline(True)
    page.wait_for_selector("[data-connection=lost]", timeout=30_000)

    assert page.inner_text("[role=status]") == f"Connection lost, figures {as_of}"
    assert page.locator(BAD).is_visible()
    assert page.evaluate(OVER) == [0, 0]
    assert axe(page) == []

    page.context.set_offline(False)
    page.wait_for_selector("[data-connection=live]", timeout=30_000)
    assert page.inner_text("[role=status]") == "Live: a change is shown within seconds"


def test_a_site_that_answers_with_an_error_for_a_while_is_asked_again(pages):
    page = pages(WALL)
    failing = True
    page.route("**/screen/events*", lambda route: route.fulfill(status=503) if failing else route.continue_())
    page.goto("/screen")
    page.wait_for_selector("[data-connection=lost]", timeout=30_000)

    failing = False

    page.wait_for_selector("[data-connection=live]", timeout=30_000)


def test_without_scripts_the_screen_has_its_figures_and_a_way_to_newer_ones(pages, axe):
    page = pages(WALL, javascript=False)
    page.goto(CITY)

    assert page.locator("main .stat").count() == 5
    assert page.inner_text("[role=status]") == ""
    page.click("footer a:has-text('重新加载')")
    assert page.url.endswith(CITY)


def test_on_a_phone_and_in_large_print_it_is_a_page_like_others(pages, axe):
    page = pages(PHONE)
    for address in (CITY, f"{CITY}?print=largest"):
        page.goto(address)

        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert page.evaluate("document.documentElement.scrollHeight") > PHONE["height"]
        assert axe(page) == []
