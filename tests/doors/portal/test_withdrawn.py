"""Withdrawing a review ends no promise: what the agency has begun stays on the page of whoever it is done for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.flows import close_order, handle_bad_review
from haochaping.kernel.actor import SYSTEM
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import SupplementRow
from tests import worlds
from tests.doors.portal.pages import Citizen, text_of
from tests.voices.conftest import DISPATCHER

if TYPE_CHECKING:
    from haochaping.rectification.terms import OrderRow

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.portal.urls")]


@pytest.fixture
def begun(citizen: Citizen) -> Citizen:
    """Whoever agreed to be called, and withdrew after the agency had signed for the order and written."""
    citizen.tap(1)
    citizen.send("reasons", indicator_codes=["113"], comment_text="跑了三次", may_call_back="on")
    rectification.sign_for(_order(citizen).id, by=worlds.CLERK, now=timezone.now())
    handle_bad_review.write_to_reviewer(
        _order(citizen).id, "请问是哪一天？", by=worlds.CLERK, now=timezone.now()
    )
    assert citizen.send("withdraw").status_code == 303
    return citizen


def _order(citizen: Citizen) -> OrderRow:
    review = citizen.review()
    order = orders.order_of_review(review.id) if review else None
    assert order
    return order


def _said(citizen: Citizen) -> SupplementRow:
    review = citizen.review()
    assert review
    return reviews.supplement_of(review.id)


def test_the_page_keeps_progress_messages_and_words(begun):
    page = text_of(begun.look())

    assert "评价已撤销" in page
    assert "继续办完" in page
    assert "请问是哪一天？" in page
    assert begun.send("message", text="上周三").status_code == 303
    assert "上周三" in text_of(begun.look())
    assert "跑了三次" not in text_of(begun.look())


def test_consent_to_be_called_is_taken_back_and_not_given_again(begun):
    assert 'name="may_call_back" value="no"' in text_of(begun.look())

    assert begun.send("call-back", may_call_back="no").status_code == 303

    assert not _said(begun).may_call_back
    assert 'name="may_call_back"' not in text_of(begun.look())
    assert begun.send("call-back", may_call_back="yes").status_code == 422
    assert begun.send("conceal", concealed="yes").status_code == 422
    assert _said(begun) == SupplementRow()


def test_the_reply_is_read_and_answered(begun):
    order_id, now = _order(begun).id, timezone.now()
    heard = {"result": "answered", "is_true": True, "is_reasonable": True, "note": "属实"}
    worlds.hear(order_id, **heard, by=worlds.CLERK, now=now)
    rectification.rectify(order_id, outcome="immediate_rectified", text="已并窗", by=worlds.CLERK, now=now)
    handle_bad_review.reply(order_id, "已改为一次办结，谢谢您。", by=worlds.CLERK, now=now)
    close_order.pass_check(order_id, by=DISPATCHER, now=now)

    page = text_of(begun.look())
    assert "已改为一次办结" in page
    assert f'action="{begun.address}/solution"' in page

    assert begun.send("solution", solved="yes", text="谢谢").status_code == 303
    assert "您的回答" in text_of(begun.look())
    close_order.settle(by=SYSTEM, now=now + timedelta(days=8))
    assert _order(begun).state == "closed"


def test_a_better_level_keeps_the_button_against_calls(citizen):
    citizen.tap(1)
    citizen.send("reasons", indicator_codes=["113"], comment_text="跑了三次", may_call_back="on")
    rectification.sign_for(_order(citizen).id, by=worlds.CLERK, now=timezone.now())

    citizen.tap(4)

    assert 'name="may_call_back" value="no"' in text_of(citizen.look())
    assert citizen.send("call-back", may_call_back="no").status_code == 303
    assert not _said(citizen).may_call_back


def test_a_withdrawn_review_that_nobody_has_begun_has_no_progress(citizen):
    citizen.tap(1)
    citizen.send("reasons", indicator_codes=["113"], comment_text="跑了三次", may_call_back="on")
    citizen.send("withdraw")

    page = text_of(citizen.look())

    assert "<h2>处理进度</h2>" not in page
    assert 'name="may_call_back"' not in page
