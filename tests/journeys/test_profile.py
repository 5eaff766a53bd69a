"""From the page of an agency to its profile and on, by the keyboard alone and on a phone."""

from __future__ import annotations

import pytest

from haochaping.doors.demo import names
from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.journey

_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_a_profile_is_read_by_keyboard_on_a_phone(pages, axe):
    page = pages(PHONE)
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"/agencies/{names.CLERK_AGENCY}")

    page.locator("main a[href$='/profile']").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert "立体画像" in page.locator("h1").inner_text()
    drawn = page.locator("figure.strip")
    assert drawn.count() >= 1
    for figure in drawn.all():
        assert figure.locator("svg").is_visible()
        assert figure.locator("tbody tr").first.is_visible()
        figure.locator(".table-wrap").focus()
        assert figure.locator(".table-wrap").evaluate("box => box === document.activeElement")
    assert page.evaluate(_OVERFLOW) <= 0
    assert axe(page) == []

    page.locator("main a[href*='?from=']").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("h1").inner_text()
    assert "from=" in page.url
