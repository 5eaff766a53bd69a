"""From a bad rating on a phone to the published reply: citizen, clerk, publishers and public, each in a real browser."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from tests.journeys.conftest import DESK, IMAGES, PHONE
from tests.journeys.test_citizen import new_invitation
from tests.photographs import photograph

pytestmark = pytest.mark.journey

WORDS = "材料清单没写的证明也要交，跑了三趟，电话13912345678。"
REPLY = "您反映的问题属实，清单已改正，抱歉让您多跑了路。"


def test_bad_rating_to_published_reply(pages, house, axe, log_in):
    phone = pages(PHONE)
    new_invitation(phone)
    invitation = phone.url
    phone.click("button[name=level][value='2']")
    phone.locator("input[name=indicator_codes]").first.check()
    phone.fill("textarea[name=comment_text]", WORDS)
    phone.click("form[action$='/reasons'] button[type=submit]")
    ((order, review),) = house.sql(
        "SELECT id::text, review_id::text FROM rectification_work_order ORDER BY created_at DESC LIMIT 1"
    )

    desk = pages(DESK)
    log_in(desk, "clerk", timezone.now())
    assert axe(desk) == []
    desk.screenshot(path=IMAGES / "desk.png")
    desk.goto(f"/desk/orders/{order}")
    desk.click("form[action$='/sign-for'] .btn:not([name=insert])")
    desk.fill("form[action$='/message'] textarea", "您好，请问是哪一份证明？")
    desk.click("form[action$='/message'] .btn:not([name=insert])")
    assert axe(desk) == []
    assert "13912345678" not in desk.content()

    phone.goto(invitation)
    assert "请问是哪一份证明" in phone.inner_text("main")
    phone.fill("form[action$='/message'] textarea", "居住证明。")
    phone.click("form[action$='/message'] button")
    assert axe(phone) == []
    phone.click("form[action$='/call-back'] button[value=yes]")

    desk.reload()
    assert "居住证明。" in desk.inner_text("#thread")
    desk.check("input[name=purpose][value=verify]")
    desk.fill("input[name=line]", "8001")
    assert axe(desk) == []
    desk.click("form[action$='/call'] button")
    called = desk.locator("#calls").get_by_text("已通过中间号接通")
    for _ in range(40):
        # The worker has the relay connect it within seconds.
        if called.count():
            break
        desk.wait_for_timeout(500)
        desk.reload()
    assert called.count() == 1
    desk.check("input[name=result][value=answered]")
    desk.check("input[name=is_true][value=yes]")
    desk.check("input[name=is_reasonable][value=yes]")
    desk.fill("form[action$='/call-back'] textarea", "情况属实。")
    desk.click("form[action$='/call-back'] .btn:not([name=insert])")
    desk.check("input[name=outcome][value=immediate_rectified]")
    desk.fill("form[action$='/rectification'] textarea", "已从清单和窗口要求中删除居住证明。")
    desk.screenshot(path=IMAGES / "order.png")
    desk.click("form[action$='/rectification'] .btn:not([name=insert])")
    picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
    desk.set_input_files("form[action$='/evidence'] input[name=photos]", picture)
    desk.fill("form[action$='/evidence'] input[name=caption]", "改正后的清单")
    desk.check("form[action$='/evidence'] input[name=shown]")
    desk.click("form[action$='/evidence'] .btn:not([name=insert])")
    desk.fill("form[action$='/reply'] textarea", f"{REPLY}请拨13912345678。")
    desk.click("form[action$='/reply'] .btn:not([name=insert])")
    assert "13912345678" in desk.inner_text("form[action$='/reply'] .doubts")
    assert axe(desk) == []
    desk.set_viewport_size({"width": 375, "height": 800})
    assert desk.evaluate("document.documentElement.scrollWidth") <= 375
    assert axe(desk) == []
    # Without the number there is nothing left to look at.
    desk.fill("form[action$='/reply'] textarea", REPLY)
    desk.click("form[action$='/reply'] .btn:not([name=insert])")
    assert axe(desk) == []

    phone.goto(invitation)
    assert REPLY in phone.inner_text("main")
    picture = phone.locator("img[alt^='改正后的清单']")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 80
    assert axe(phone) == []
    phone.screenshot(path=IMAGES / "reply.png", full_page=True)

    board = pages(DESK)
    board.goto("/divisions/990102000000")
    assert REPLY not in board.content()
    assert "跑了三趟" not in board.content()

    # The reviewer's ten minutes pass.
    house.sql(
        "UPDATE reviews_review SET changeable_until = changeable_until - interval '1 hour' WHERE id = %s::uuid",
        review,
    )
    # So do the working days until the words of its week are offered.
    house.sql(
        "UPDATE publicity_undecided SET offered_at = now(), due_at = now() + interval '5 days' WHERE review_id = %s::uuid",
        review,
    )
    press = pages(DESK)
    log_in(press, "publisher", timezone.now())
    press.goto("/desk/releases/")
    assert axe(press) == []
    press.screenshot(path=IMAGES / "releases.png")
    for part in ("text", "reply"):
        press.click(f"form[action$='/{review}/{part}'] button[value=released]")
    board.goto("/divisions/990102000000")
    assert REPLY not in board.inner_text("main")
    second = pages(DESK)
    log_in(second, "publisher2", timezone.now())
    second.goto("/desk/releases/")
    assert axe(second) == []
    second.click("form#confirm button")
    assert REPLY not in second.inner_text("main")

    board.goto("/divisions/990102000000")
    shown = board.inner_text("main")
    assert REPLY in shown
    assert "跑了三趟，电话＊＊＊" in shown
    assert "13912345678" not in board.content()
    assert axe(board) == []
    board.screenshot(path=IMAGES / "board.png")


def test_message_of_the_agency_reaches_the_phone_without_showing_its_number(house, pages):
    page = pages(PHONE)
    page.goto("/demo/phone/")

    messages = page.locator("main article").all_inner_texts()
    assert any("中间号" in message for message in messages)
    for message in messages:
        assert re.match(r"(来电 )?1\d\d\*{4}\d{4}\b", message)
        assert not re.search(r"(?<!\d)1\d{10}(?!\d)", message)
        # A code leads nowhere: whoever asked for it has its page open. Who is asked once more has a link of their own.
        assert (
            re.search(rf"{re.escape(house.url)}/(?:r|again)/", message)
            or "中间号" in message
            or "验证码" in message
        )
