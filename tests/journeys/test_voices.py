"""A person says something besides rating, with a photograph; a reviewer complains of the handling to the office above."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.doors.demo import names
from tests.journeys.conftest import DESK, IMAGES, PHONE
from tests.journeys.test_citizen import new_invitation
from tests.photographs import photograph

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload

pytestmark = pytest.mark.journey

WORDS = "窗口前没有座位，老人站了一个小时。"
PRESSED = "窗口的人打电话要我改评价。"


def test_a_complaint_with_a_photograph_is_found_from_the_front_page(pages, axe):
    page = pages(PHONE, javascript=False)
    page.goto("/")
    page.click("main a[href='/voices/new']")
    page.click("a[href='?kind=complaint']")
    page.goto(f"/voices/new?kind=complaint&agency={names.CLERK_AGENCY}")
    page.fill("[name=text]", WORDS)
    picture: FilePayload = {
        "name": "hall.jpg",
        "mimeType": "image/jpeg",
        "buffer": photograph(size=(640, 480)),
    }
    page.set_input_files("[name=photos]", picture)
    page.screenshot(path=IMAGES / "voice_new.png", full_page=True)
    page.click("main form[method=post] button[type=submit]")

    said = page.inner_text("main")
    assert WORDS in said
    assert "您的投诉" in said
    assert "评价" not in said
    assert page.locator("#photos img").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.screenshot(path=IMAGES / "voice.png", full_page=True)


def test_a_complaint_about_the_handling_goes_to_the_office_and_not_to_the_agency(pages, house, axe, log_in):
    phone = pages(PHONE)
    new_invitation(phone)
    invitation = phone.url
    phone.click("button[name=level][value='1']")
    phone.fill("textarea[name=comment_text]", "跑了三趟。")
    phone.click("form[action$='/reasons'] button[type=submit]")
    link = phone.locator("a[href$='?complain=1']")
    for _ in range(40):
        # The worker dispatches it within seconds.
        if link.count():
            break
        phone.wait_for_timeout(500)
        phone.goto(invitation)
    link.click()
    phone.check("input[name=matter][value=pressed]")
    phone.fill("textarea[name=text]", PRESSED)
    assert axe(phone) == []
    phone.screenshot(path=IMAGES / "handling.png", full_page=True)
    phone.click("form[action$='/handling'] button[type=submit]")
    assert axe(phone) == []
    assert PRESSED not in phone.content()

    ((complaint,),) = house.sql(
        "SELECT id::text FROM voices_voice WHERE kind = 'handling' ORDER BY received_at DESC LIMIT 1"
    )
    desk = pages(DESK)
    log_in(desk, "supervisor", timezone.now())
    desk.goto(f"/oversight/voices/{complaint}")
    assert PRESSED in desk.inner_text("main")
    assert axe(desk) == []
    clerk = pages(DESK)
    log_in(clerk, "clerk", timezone.now())
    assert (answer := clerk.goto(f"/desk/voices/{complaint}"))
    assert answer.status == 404
