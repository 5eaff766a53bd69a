"""The clerk's list in a real browser: by keys with the order beside it, several at once, on a phone, without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from tests.journeys.conftest import DESK, PHONE
from tests.journeys.test_citizen import new_invitation

pytestmark = pytest.mark.journey


@pytest.fixture
def orders(house, pages) -> list[str]:
    """Two orders that have just come to the clerk's agency."""
    phone = pages(PHONE)
    for _ in range(2):
        new_invitation(phone)
        phone.click("button[name=level][value='1']")
        phone.locator("input[name=indicator_codes]").first.check()
        phone.click("form[action$='/reasons'] button[type=submit]")
    rows = house.sql(
        "SELECT id::text FROM rectification_work_order WHERE state = 'dispatched' ORDER BY created_at DESC LIMIT 2"
    )
    assert len(rows) == 2
    return [str(number) for (number,) in rows]


def test_the_list_by_keys_several_at_once_and_taken_away(orders, pages, axe, log_in):
    desk = pages(DESK)
    wrong: list[str] = []
    desk.on("pageerror", lambda error: wrong.append(str(error)))
    desk.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    log_in(desk, "clerk", timezone.now())
    desk.goto("/desk/?state=dispatched")
    rows = desk.locator("a[data-order]")
    first, second = (str(rows.nth(n).get_attribute("href")) for n in (0, 1))

    desk.keyboard.press("j")
    assert desk.evaluate("document.activeElement.getAttribute('href')") == first
    desk.keyboard.press("j")
    desk.keyboard.press("k")
    desk.keyboard.press("x")
    assert desk.locator("input[name=order]").first.is_checked()
    desk.keyboard.press("x")  # it may be another one than those of this test
    assert not desk.locator("input[name=order]").first.is_checked()
    desk.keyboard.press("Enter")
    desk.locator(".pane h1").wait_for()
    assert desk.url.endswith(f"/desk/?state=dispatched#order-{first.rpartition('/')[2]}")
    desk.reload()
    desk.locator(".pane h1").wait_for()
    assert desk.url.endswith(f"#order-{first.rpartition('/')[2]}")
    assert axe(desk) == []
    box, listed = desk.locator(".pane").bounding_box(), desk.locator(".listed").bounding_box()
    assert box is not None
    assert listed is not None
    assert box["x"] >= listed["x"] + listed["width"]
    desk.keyboard.press("j")
    assert desk.evaluate("document.activeElement.getAttribute('href')") == second
    desk.keyboard.press("?")
    assert desk.locator("[data-keys]").get_attribute("open") is not None
    desk.locator("[data-keys] button").click()
    desk.keyboard.press("/")
    assert desk.evaluate("document.activeElement.id") != "filter_number"
    desk.locator("[data-keys] button").click()
    desk.keyboard.press("/")
    assert desk.evaluate("document.activeElement.id") == "filter_number"
    desk.keyboard.type("jx")
    assert desk.input_value("#filter_number") == "jx"

    for number in orders:
        desk.check(f"input[name=order][value='{number}']")
    desk.click("#bulk button[formnovalidate]")
    assert "2" in desk.inner_text("[role=status]")
    assert axe(desk) == []
    desk.click(".back a")
    desk.goto("/desk/?state=signed")
    desk.check(f"input[name=order][value='{orders[0]}']")
    desk.select_option("#assignee", index=1)
    desk.click("#bulk button[formaction]")
    assert axe(desk) == []

    desk.goto("/desk/?state=signed")
    desk.locator("details.narrow summary").nth(1).click()
    desk.fill("#keep_name", "已签收")
    desk.click("form[action='/desk/list/filters'] button")
    assert desk.locator(".counts a[aria-current=page]").inner_text().startswith("已签收")
    assert axe(desk) == []
    with desk.expect_download() as download:
        desk.click("form[action='/desk/list/export'] button[value=csv]")
    assert download.value.suggested_filename.startswith("orders-")
    assert orders[0] in Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert wrong == []


def test_an_order_that_left_the_list_is_opened_on_its_page(orders, pages, log_in):
    desk = pages(DESK)
    log_in(desk, "clerk", timezone.now())

    desk.goto(f"/desk/?list=done#order-{orders[0]}")

    desk.wait_for_url(f"**/desk/orders/{orders[0]}")


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_a_row_is_a_card_that_leads_to_its_page(orders, pages, axe, log_in, scripts):
    desk = pages(DESK)
    log_in(desk, "clerk", timezone.now())
    phone = pages(PHONE, javascript=scripts)
    phone.context.add_cookies(desk.context.cookies())
    phone.goto("/desk/")

    if scripts:
        assert axe(phone) == []
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.locator(f"a[data-order][href*='{orders[0]}']").click()
    phone.wait_for_url(f"**/desk/orders/{orders[0]}")


def test_what_was_being_written_when_the_log_in_ended_is_there_again(orders, pages, log_in):
    desk = pages(DESK)
    log_in(desk, "clerk", timezone.now())
    kept = desk.context.cookies()
    words, area = "请补充说明是哪一个窗口。", f"form[action='/desk/orders/{orders[0]}/message'] textarea"
    desk.goto(f"/desk/orders/{orders[0]}")
    desk.fill(area, words)
    desk.context.clear_cookies(name=next(one["name"] for one in kept if "session" in one["name"]))

    desk.click("form.write > button:last-of-type")
    desk.wait_for_url("**/accounts/login/**")
    assert desk.url.endswith(f"?next=/desk/orders/{orders[0]}")
    desk.context.add_cookies(kept)
    desk.goto(f"/desk/orders/{orders[0]}")

    assert desk.input_value(area) == words
    desk.click("form.write > button:last-of-type")
    assert words in desk.inner_text("#thread .ours")
    assert desk.input_value(area) == ""
    assert desk.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('draft'))") == []
