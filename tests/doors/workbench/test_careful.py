"""What others will read is looked at before it is sent: set phrases, what was said before, personal data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.flows import close_order, handle_voices
from haochaping.kernel.actor import REVIEWER
from haochaping.rectification import actions as rectification
from haochaping.rectification.models import OrderEvent
from haochaping.rectification.rules import says_nothing
from haochaping.rectification.terms import Move, OrderState
from haochaping.voices.models import Voice
from haochaping.voices.terms import VoiceMove
from tests import worlds
from tests.doors.workbench.test_answer_page import moves
from tests.doors.workbench.test_order import bring_to
from tests.voices.conftest import DISPATCHER, GIVEN, RECEIPT, Told

if TYPE_CHECKING:
    from django.test import Client

    from tests.doors.workbench.conftest import Bad

NOTHING = "感谢您的反馈，我们将进一步改进工作。"
SOMETHING = "您反映的多次跑动属实，两个窗口已并为一个，当场办结。"
NUMBER = "请拨打13900000009联系。"


@pytest.mark.parametrize(
    "text", [NOTHING, "已整改", "已整改到位。", "Thank you for your feedback, we will improve."]
)
def test_set_phrases_say_nothing(text):
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text", ["", SOMETHING, "已改。", "已并窗办理", "感谢您的反馈，打印机已换新。", "We opened a window."]
)
def test_a_word_of_ones_own_says_something(text):
    assert not says_nothing(text)


def tick_in(page: str) -> bool:
    return bool(re.search(r'<input type="checkbox" name="confirm"', page))


def post(browser: Client, bad: Bad, step: str, **typed: str) -> tuple[int, str]:
    answer = browser.post(bad.address(step), typed, headers={"accept-language": "en"})
    return answer.status_code, answer.content.decode()


def test_the_first_reply_of_set_phrases_is_looked_at_again(clerk, bad):
    bring_to(bad, OrderState.RECTIFIED, timezone.now())

    status, page = post(clerk, bad, "reply", text=NOTHING)

    assert status == 422
    assert "says nothing but set phrases" in page
    assert re.search(r'name="confirm"[^>]* autofocus', page)
    assert post(clerk, bad, "reply", text=NOTHING, doubts="empty", confirm="on")[0] == 303
    assert OrderEvent.objects.get(order_id=bad.order_id, move=Move.REPLY).warned == "empty"


def test_the_reply_that_was_sent_back_is_not_sent_again_without_a_word(clerk, bad):
    now = timezone.now()
    bring_to(bad, OrderState.RECTIFIED, now)
    assert post(clerk, bad, "reply", text=SOMETHING)[0] == 303
    close_order.redo(bad.order_id, "措施不具体", by=DISPATCHER, now=now)
    rectification.rectify(
        bad.order_id, outcome="immediate_rectified", text="已并窗办理", by=worlds.CLERK, now=now
    )

    status, page = post(clerk, bad, "reply", text=SOMETHING)

    assert status == 422
    assert "to 100 % like the reply" in page


def test_that_it_is_put_right_is_no_word_of_what_was(clerk, bad):
    bring_to(bad, OrderState.VERIFIED, timezone.now())
    typed = {"outcome": "immediate_rectified", "text": "已整改"}

    status, page = post(clerk, bad, "rectification", **typed)

    assert status == 422
    assert tick_in(page)
    assert post(clerk, bad, "rectification", **typed, confirm="on")[0] == 303


@pytest.mark.parametrize(
    ("step", "typed"), [("message", {"text": NUMBER}), ("more-time", {"days": "2", "reason": NUMBER})]
)
def test_a_number_for_others_is_shown_before_it_goes(clerk, bad, step, typed):
    bring_to(bad, OrderState.VERIFIED, timezone.now())

    status, page = post(clerk, bad, step, **typed)

    assert status == 422
    assert tick_in(page)
    assert "This may be personal data: 13900000009." in page
    assert "There is a problem" not in page
    assert post(clerk, bad, step, **typed, confirm="on")[0] == 303


def test_a_name_for_others_is_shown_before_it_goes(clerk, bad):
    bring_to(bad, OrderState.VERIFIED, timezone.now())

    status, page = post(clerk, bad, "message", text="请找王芳或李科长，他们知道。")

    assert status == 422
    assert "This may be personal data: 王芳, 李." in page


def test_what_is_not_read_by_others_is_not_asked_about(clerk, bad):
    bring_to(bad, OrderState.SIGNED, timezone.now())

    assert post(clerk, bad, "note", text=NUMBER)[0] == 303


def test_an_urging_and_an_appeal_are_looked_at_too(browser_of, bad):
    supervisor, lead = browser_of("supervisor"), browser_of("lead")

    urging = supervisor.post(
        reverse("oversight_urging_new"), {"key": bad.order_id, "order": bad.order_id, "text": NUMBER}
    )
    appeal = lead.post(
        reverse("desk_appeal_new", args=[bad.order_id]), {"ground": "mistaken", "text": NUMBER}
    )

    for answer in (urging, appeal):
        assert answer.status_code == 422
        assert re.search(r'name="confirm"[^>]* autofocus', answer.content.decode())
    assert not moves(bad, Move.PAUSE)


def test_the_answer_to_a_complaint_is_looked_at_as_a_reply_is(world, clerk):
    for n, wanted in enumerate((303, 422)):
        now = timezone.now()
        handle_voices.give_voice(**GIVEN | {"receipt": f"{RECEIPT[:-1]}{n}"}, by=REVIEWER, now=now)
        told = Told(Voice.objects.latest("received_at").id, now)
        for move in (VoiceMove.TRANSFER, VoiceMove.SIGN_FOR):
            told.step(move)
        address = f"/desk/voices/{told.id}/answer"

        empty = clerk.post(address, {"outcome": "settled", "text": NOTHING})
        number = clerk.post(address, {"outcome": "settled", "text": SOMETHING + NUMBER})
        again = clerk.post(address, {"outcome": "settled", "text": SOMETHING})

        assert (empty.status_code, number.status_code, again.status_code) == (422, 422, wanted)
    assert clerk.post(address, {"outcome": "settled", "text": SOMETHING, "confirm": "on"}).status_code == 303
