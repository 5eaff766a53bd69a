"""A person rates a service on a phone, with and without JavaScript, and finds the review again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import IMAGES, PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.journey


def new_invitation(page: Page) -> None:
    """Let one more case of the fictional province be finished, and land on its invitation."""
    page.goto("/demo/")
    page.click("form[action$='/demo/case/'] button")
    page.wait_for_url("**/r/**")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_bad_rating_to_receipt_and_status(pages, axe, javascript):
    page = pages(PHONE, javascript=javascript)
    new_invitation(page)
    assert page.locator("button[name=level]").evaluate_all("all => all.map(b => b.value)") == [
        "5",
        "4",
        "3",
        "2",
        "1",
    ]
    boxes = page.locator("button[name=level]").evaluate_all(
        "all => all.map(b => b.offsetWidth + 'x' + b.offsetHeight)"
    )
    assert len(set(boxes)) == 1
    if javascript:
        assert axe(page) == []
        page.screenshot(path=IMAGES / "question.png")

    page.click("button[name=level][value='2']")

    receipt = re.search(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{2}", page.inner_text("main"))
    assert receipt
    page.locator("input[name=indicator_codes]").first.check()
    page.fill("textarea[name=comment_text]", "等了很久，材料交了两遍。")
    if javascript:
        assert axe(page) == []
        page.screenshot(path=IMAGES / "review.png", full_page=True)
    page.click("form[action$='/reasons'] button[type=submit]")
    if javascript:
        assert axe(page) == []

    page.goto(f"/status/{receipt.group()}")
    assert "等了很久" in page.inner_text("main")
    if javascript:
        assert axe(page) == []
        page.screenshot(path=IMAGES / "status.png", full_page=True)


def test_mis_tap_is_undone_and_rated_again(pages, house):
    page = pages(PHONE)
    new_invitation(page)
    page.click("button[name=level][value='1']")

    page.click("form[action$='/withdraw'] button")
    with page.expect_navigation():
        page.click("button[name=level][value='5']")

    assert page.locator("input[name=indicator_codes]").count() == 8
    reviews = house.sql("SELECT level, status FROM reviews_review ORDER BY received_at DESC LIMIT 1")
    assert reviews == [(5, "effective")]
    states = house.sql("SELECT state FROM rectification_work_order ORDER BY created_at DESC LIMIT 1")
    assert states == [("cancelled",)]


def test_large_print_lasts_and_english_is_complete(pages, axe):
    page = pages(PHONE, locale="en-GB")
    new_invitation(page)
    assert "How satisfied" in page.inner_text("main")
    page.goto(page.url + "?print=large")
    page.goto(page.url.split("?")[0])

    assert page.locator("[data-print=large]").count() == 1
    assert axe(page) == []
    assert not re.search(r"[一-鿿]", page.inner_text("main form"))


def test_wrong_and_broken_addresses_are_explained(pages, axe):
    page = pages(PHONE)
    for address in ("/r/nonsense", "/status/NONSENSE", "/status/00000000000000000000000000"):
        answer = page.goto(address)
        assert answer
        assert answer.status == 404
        assert axe(page) == []
