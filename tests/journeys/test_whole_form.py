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

# 工信部《移动互联网应用适老化通用设计规范》: words of 18 dp or more, which can be made 30; lines as far apart as 1.3 times their
# words, paragraphs as 1.3 times the lines; targets of 60 by 60 dp.
_SMALLEST_WORDS, _SMALLEST_TARGET = {"large": 18, "largest": 30}, 60
_LINES = _PARAGRAPHS = 1.3
_WORDS = """() => [...document.querySelectorAll('body *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.offsetParent)
  .filter(e => getComputedStyle(e).clipPath === 'none')
  .map(e => [parseFloat(getComputedStyle(e).fontSize), e.outerHTML.slice(0, 120)])"""
_TARGETS = """() => [...document.querySelectorAll('main button, main summary, main label.check, .switches a, .looks a, '
    + 'main textarea, main input:not([type=hidden], [type=checkbox], [type=radio]), main select, main a.btn, '
    + 'main .alone > a, .field div > label, .brand')]
  .filter(e => e.offsetParent)
  .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 120)])
  .map(([box, html]) => [Math.min(box.width, box.height), html])"""
_LINE_HEIGHTS = _WORDS.replace(
    "parseFloat(getComputedStyle(e).fontSize)",
    "parseFloat(getComputedStyle(e).lineHeight) / parseFloat(getComputedStyle(e).fontSize)",
)
# From the last line of a paragraph to the first of the next, in lines.
_GAPS = """() => [...document.querySelectorAll('main p + p')]
  .filter(e => e.offsetParent && e.previousElementSibling.offsetParent)
  .map(e => [e.getBoundingClientRect().top - e.previousElementSibling.getBoundingClientRect().bottom,
    parseFloat(getComputedStyle(e).lineHeight), e.outerHTML.slice(0, 120)])
  .map(([gap, line, html]) => [(gap + line) / line, html])"""
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
            assert unfit_for_elders(page, size) == [], name

    page.goto(address)
    looked_at("question")
    page.goto(f"{address}/slip")
    looked_at("slip")
    page.goto(address)
    page.click("button[name=level][value='1']")
    looked_at("review")
    page.goto("/my/")
    looked_at("my")
    page.goto("/")
    looked_at("front")


def unfit_for_elders(page: Page, size: str) -> list[list[object]]:
    """What on a page falls short of the numbers of 适老化: which, by how much, and where it stands."""
    least = {
        _WORDS: _SMALLEST_WORDS[size],
        _TARGETS: _SMALLEST_TARGET - 0.5,
        _LINE_HEIGHTS: _LINES - 0.01,
        _GAPS: _PARAGRAPHS - 0.01,
    }
    return [
        one for measured, enough in least.items() for one in page.evaluate(measured) if not one[0] >= enough
    ]


@pytest.mark.parametrize("size", ["large", "largest"])
def test_no_page_of_the_way_falls_back_to_what_is_hard_to_read(pages, house, size):
    """The second pages too: what stands behind the first tap, and where something went wrong."""
    page, unfit = pages(PHONE), {}

    def looked_at(name: str) -> None:
        assert page.get_attribute("html", "data-print") == size, name
        assert page.evaluate(_OVERFLOW) <= 0, name
        _shot(page, f"elder-{name}-{size}")
        unfit[name] = unfit_for_elders(page, size)

    new_invitation(page)
    page.goto(f"{page.url}?print={size}")
    page.click("button[name=level][value='1']")
    page.fill("textarea[name=comment_text]", "材料清单没写的证明也要交。")
    page.click("form[action$='/reasons'] button[type=submit]")
    looked_at("sent")
    receipt = re.search(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{2}", page.inner_text("main"))
    assert receipt
    page.goto(f"/status/{receipt.group()}")
    looked_at("status")

    new_invitation(page)
    page.click("button[name=level][value='2']")
    page.click("form[action$='/withdraw'] button")
    looked_at("withdrawn")

    new_invitation(page)
    address = page.url
    page.click("button[name=level][value='4']")
    house.sql("UPDATE reviews_review SET changeable_until = received_at WHERE level = 4")
    page.goto(f"{address}/follow-up")
    looked_at("follow-up")

    page.goto("/voices/new")
    looked_at("voice")
    page.goto("/voices/new?kind=complaint")
    looked_at("voice-of-a-kind")
    page.goto("/my/")
    # A number gets one code a minute, and one house serves both sizes.
    page.fill("[name=phone]", {"large": "13900000001", "largest": "13900000002"}[size])
    page.fill("[name=end]", "0000")
    page.click("form[action$='/my/code/send'] button")
    page.wait_for_url("**/my/code")
    looked_at("code")
    page.fill("[name=code]", "00")
    page.click("main form button[type=submit]")
    looked_at("wrong-code")
    for address, name in (
        ("/r/nonsense", "no-invitation"),
        ("/status/NONSENSE", "no-review"),
        ("/nowhere", "nowhere"),
    ):
        page.goto(address)
        looked_at(name)

    assert {name: found for name, found in unfit.items() if found} == {}


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
    assert small >= _SMALLEST_WORDS["large"]
    _shot(page, "slip-print")
