"""What somebody typed stands on the answer of a stale page: in its form, or beside it to be copied."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from haochaping.kernel.periods import local_day
from haochaping.rectification.terms import OrderState
from tests.doors.workbench.test_order import bring_to

WORDS = "已安排专人值守 <b>每日</b>核对"


def plan(text: str) -> dict[str, str]:
    return {"reason": text, "plan": f"{local_day(timezone.now())} 并窗"}


@pytest.mark.parametrize(
    ("state", "step", "typed"),
    [
        (OrderState.REPLIED, "reply", {"text": WORDS}),
        (OrderState.REPLIED, "ledger", plan(WORDS)),
        (OrderState.SIGNED, "return", {"reason": WORDS}),
        (OrderState.RECTIFIED, "rectification", {"outcome": "immediate_rectified", "text": WORDS}),
    ],
)
def test_what_came_too_late_stands_beside_the_order_to_be_copied(bad, clerk, world, state, step, typed):
    bring_to(bad, state, world)

    answer = clerk.post(bad.address(step), typed)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "您写的内容" in page
    assert escape(WORDS) in page
    assert "请刷新" not in page


def test_what_is_refused_in_a_form_that_is_still_there_stands_in_it_once(bad, clerk, world):
    bring_to(bad, OrderState.SIGNED, world)

    answer = clerk.post(bad.address("more-time"), {"days": "99", "reason": WORDS})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(escape(WORDS)) == 1
    assert "您写的内容" not in page


def test_what_was_written_about_something_that_is_away_is_given_back_too(bad, clerk, browser_of, world):
    bring_to(bad, OrderState.SIGNED, world)

    answer = browser_of("other_clerk").post(bad.address("reply"), {"text": WORDS})

    assert answer.status_code == 404
    assert escape(WORDS) in answer.content.decode()


def test_a_form_of_oversight_gives_it_back_as_well(bad, browser_of):
    gone = reverse("oversight_appeal_step", args=[bad.order_id, "propose"])

    answer = browser_of("supervisor").post(gone, {"text": WORDS})

    assert answer.status_code in {404, 409, 422}
    assert escape(WORDS) in answer.content.decode()


def test_nothing_is_given_back_of_a_page_that_is_only_looked_at(bad, clerk):
    assert "您写的内容" not in clerk.get(bad.address() + "?text=" + WORDS).content.decode()
