"""The whole form of a citizen as people with little sight, no scripts or only a keyboard meet it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from tests.journeys.conftest import DESK, PHONE
from tests.journeys.test_citizen import new_invitation
from tests.photographs import HTML, photograph

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.journey

# 工信部《移动互联网应用适老化通用设计规范》: words of 18 dp or more, targets of 60 dp.
_SMALLEST_WORDS, _SMALLEST_TARGET = 18, 60
_WORDS = """() => [...document.querySelectorAll('body *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.offsetParent)
  .filter(e => getComputedStyle(e).clipPath === 'none')
  .map(e => [parseFloat(getComputedStyle(e).fontSize), e.outerHTML.slice(0, 120)])"""
_TARGETS = """() => [...document.querySelectorAll('main button, main summary, main label.check, .switches a, .looks a, '
    + 'main textarea, main input[type=file], main a.btn, .field div > label')]
  .filter(e => e.offsetParent)
  .map(e => [e.getBoundingClientRect().height, e.outerHTML.slice(0, 120)])"""
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHOTS = os.environ.get("SHOTS", "")


def _shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def _photo(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_photographs_consent_and_a_wrong_file(pages, axe, javascript):
    page = pages(PHONE, javascript=javascript)
    new_invitation(page)
    page.click("button[name=level][value='1']")
    page.fill("textarea[name=comment_text]", "材料清单没写的证明也要交。")
    page.check("input[name=may_call_back]")
    page.check("input[name=helped_by][value=family]")
    page.set_input_files("input[name=photos]", [_photo("page.jpg", HTML)])
    page.click("form[action$='/reasons'] button[type=submit]")

    assert "page.jpg" in page.inner_text("[role=alert]")
    assert page.input_value("textarea[name=comment_text]") == "材料清单没写的证明也要交。"
    assert page.is_checked("input[name=may_call_back]")
    if javascript:
        assert axe(page) == []
        _shot(page, "wrong-file")
    page.set_input_files(
        "input[name=photos]",
        [
            _photo("a.jpg", photograph(size=(1200, 900), colour="#7a8f5a")),
            _photo("b.jpg", photograph(size=(900, 1200), colour="#c9a36b")),
        ],
    )
    page.click("form[action$='/reasons'] button[type=submit]")

    assert page.locator(".photos img").count() == 2
    if javascript:
        page.locator(".photos img").last.scroll_into_view_if_needed()
        page.wait_for_function(
            "[...document.querySelectorAll('.photos img')].every(i => i.complete && i.naturalWidth)"
        )
        assert axe(page) == []
        _shot(page, "photos")
    page.click(".photos form button >> nth=0")
    assert page.locator(".photos img").count() == 1


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
@pytest.mark.parametrize("size", ["normal", "large", "largest"])
def test_every_page_in_every_size_and_look(pages, axe, look, size):
    page = pages(PHONE)
    new_invitation(page)
    address = page.url
    page.goto(f"{address}?print={size}&look={look}")

    def looked_at(name: str) -> None:
        assert page.get_attribute("html", "data-look") == look
        assert axe(page) == [], name
        assert page.evaluate(_OVERFLOW) <= 0, name
        _shot(page, f"{name}-{look}-{size}")
        if size != "normal":
            assert [w for w in page.evaluate(_WORDS) if w[0] < _SMALLEST_WORDS] == [], name
            assert [t for t in page.evaluate(_TARGETS) if t[0] < _SMALLEST_TARGET - 0.5] == [], name

    page.goto(address)
    looked_at("question")
    page.click("button[name=level][value='1']")
    looked_at("review")
    page.goto(f"{address}/slip")
    looked_at("slip")
    page.goto("/my/")
    looked_at("my")
    page.goto("/")
    looked_at("front")


def test_the_desk_in_other_colours(pages, axe, log_in):
    phone = pages(PHONE)
    new_invitation(phone)
    phone.click("button[name=level][value='1']")
    phone.set_input_files("input[name=photos]", [_photo("a.jpg", photograph(size=(1200, 900)))])
    phone.check("input[name=may_call_back]")
    phone.click("form[action$='/reasons'] button[type=submit]")
    page = pages(DESK)
    log_in(page, "clerk", timezone.now())

    for look in ("dark", "contrast"):
        page.goto(f"/desk/?look={look}")
        assert axe(page) == []
        _shot(page, f"desk-{look}")
        page.click(".orders th a >> nth=0")
        page.wait_for_selector(".order-head")
        assert page.get_attribute("html", "data-look") == look
        assert axe(page) == []
        _shot(page, f"order-{look}")


def test_the_keyboard_alone_rates_and_sends(pages):
    page = pages(PHONE)
    new_invitation(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "2"
    page.keyboard.press("Enter")
    page.wait_for_selector("form[action$='/reasons']")
    # The skip link has left its target in the address, and the browser goes there again.
    assert page.evaluate("document.activeElement.tagName") == "MAIN"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "comment_text":
            break
    page.keyboard.type("窗口排队太久")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate(
            "document.activeElement.closest('form')?.action.endsWith('/reasons') && document.activeElement.type === 'submit'"
        ):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#photos, .timeline, h2")
    assert "窗口排队太久" in page.inner_text("main")


def test_a_narrow_and_a_zoomed_window_hold_everything(pages):
    for width in (320, 640):
        page = pages({"width": width, "height": 600})
        new_invitation(page)
        for size in ("normal", "largest"):
            page.goto(re.sub(r"\?.*", "", page.url) + f"?print={size}")
            assert page.evaluate(_OVERFLOW) <= 0, (width, size)


def test_the_slip_prints_dark_on_white_with_a_code_that_phones_read(pages):
    page = pages({"width": 794, "height": 1123})
    new_invitation(page)
    page.goto(f"{page.url}/slip?look=dark")
    page.emulate_media(media="print")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(26, 35, 48)"
    assert page.locator(".head-row").is_hidden()
    assert page.locator(".sample").is_visible()
    assert page.evaluate("document.querySelector('.qr-code svg').getBoundingClientRect().width") >= 220
    small = page.evaluate("parseFloat(getComputedStyle(document.querySelector('dt')).fontSize)")
    assert small >= _SMALLEST_WORDS
    _shot(page, "slip-print")
