from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from haochaping.doors.workbench.forms import MergeForm
from haochaping.flows import change_review, close_order, handle_bad_review
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.text import visible
from haochaping.ledger.models import Entry
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.models import WorkOrder
from haochaping.rectification.terms import OrderState, Solved
from haochaping.ui.moments import moment
from tests import worlds
from tests.doors.workbench.conftest import WORDS
from tests.voices.conftest import DISPATCHER

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.doors.workbench.conftest import Bad

CALL = {"result": "answered", "is_true": "yes", "is_reasonable": "unknown", "note": "已核实"}
ENGLISH = {"accept-language": "en"}
DONE = {"outcome": "immediate_rectified", "text": "已并窗办理"}


def state(bad: Bad) -> OrderState:
    order = orders.order_of_review(bad.review_id)
    assert order is not None
    return order.state


def bring_to(bad: Bad, wanted: OrderState, at: datetime) -> None:
    steps: dict[OrderState, Callable[[datetime], object]] = {
        OrderState.SIGNED: lambda now: rectification.sign_for(bad.order_id, by=worlds.CLERK, now=now),
        OrderState.VERIFIED: lambda now: worlds.hear(
            bad.order_id,
            result="answered",
            is_true=True,
            is_reasonable=None,
            note="已核实",
            by=worlds.CLERK,
            now=now,
        ),
        OrderState.RECTIFIED: lambda now: rectification.rectify(
            bad.order_id, outcome="immediate_rectified", text="已并窗办理", by=worlds.CLERK, now=now
        ),
        OrderState.REPLIED: lambda now: handle_bad_review.reply(
            bad.order_id, "已改为一次办结。", by=worlds.CLERK, now=now
        ),
    }
    for reached, step in steps.items():
        if state(bad) == wanted:
            return
        at += timedelta(minutes=3)
        step(at)
        assert state(bad) == reached


def test_page_shows_the_review_and_never_who_gave_it(bad, clerk):
    page = clerk.get(bad.address()).content.decode()

    assert WORDS.replace("13912345678", "＊＊＊") in page
    assert "13912345678" not in page
    assert "非常不满意" in page
    assert "…0001" in page
    for secret in ("YC-00000001", "张小满", "13900000001", bad.receipt):
        assert secret not in page


def test_page_is_not_kept(bad, clerk):
    assert clerk.get(bad.address()).headers["Cache-Control"] == "no-store"


def test_one_clock_runs(bad, clerk, world):
    bring_to(bad, OrderState.SIGNED, world)

    page = clerk.get(bad.address(), headers={"accept-language": "en"}).content.decode()

    assert page.count('aria-current="step"') == 1
    assert "First contact" in page.split('aria-current="step"')[1][:200]


def test_without_a_calendar_no_deadline_is_guessed(bad, clerk):
    WorkOrder.objects.update(deadline_known=False, sign_due_at=None, contact_due_at=None, rectify_due_at=None)

    page = clerk.get(bad.address()).content.decode()
    assert page.count("无时限：工作日历尚未覆盖。") == 3
    assert 'class="deadline' not in page.partition('class="clocks')[2].partition("</ol>")[0]


def test_what_the_calendar_reaches_is_shown_beside_what_it_does_not(bad, clerk):
    WorkOrder.objects.update(deadline_known=False, rectify_due_at=None)

    clocks = clerk.get(bad.address()).content.decode().partition('class="clocks')[2].partition("</ol>")[0]

    assert clocks.count("无时限：工作日历尚未覆盖。") == 1
    assert clocks.count('class="deadline') == 1


@pytest.mark.parametrize(
    ("reached", "forms"),
    [
        (OrderState.DISPATCHED, ["sign-for"]),
        (OrderState.SIGNED, ["call-back"]),
        (OrderState.VERIFIED, ["rectification", "call-back"]),
        (OrderState.RECTIFIED, ["reply"]),
        (OrderState.REPLIED, []),
    ],
)
def test_only_the_moves_of_the_state_are_offered(bad, clerk, world, reached, forms):
    bring_to(bad, reached, world)

    page = clerk.get(bad.address()).content.decode()

    assert [
        name
        for name in ("sign-for", "rectification", "call-back", "reply")
        if f'action="{bad.address(name)}"' in page
    ] == forms
    assert f'action="{bad.address("message")}"' in page


def test_whoever_only_supervises_is_offered_nothing_but_a_note(bad, browser_of):
    page = browser_of("supervisor").get(bad.address()).content.decode()

    assert set(re.findall(rf'action="{bad.address()}/([a-z-]+)', page)) == {"note"}


@pytest.mark.parametrize(
    ("before", "step", "form", "after"),
    [
        (OrderState.DISPATCHED, "sign-for", {}, OrderState.SIGNED),
        (OrderState.SIGNED, "call-back", CALL, OrderState.VERIFIED),
        (OrderState.VERIFIED, "call-back", CALL | {"result": "not_reached"}, OrderState.VERIFIED),
        (OrderState.VERIFIED, "rectification", DONE, OrderState.RECTIFIED),
        (OrderState.RECTIFIED, "reply", {"text": "已改。"}, OrderState.REPLIED),
    ],
)
def test_step_is_taken_and_said(bad, clerk, world, before, step, form, after):
    bring_to(bad, before, world)
    worlds.rang(bad.order_id, timezone.now())
    entries = Entry.objects.count()

    answer = clerk.post(bad.address(step), form)

    assert (answer.status_code, answer.headers["Location"]) == (303, bad.address())
    assert state(bad) == after
    assert Entry.objects.count() > entries
    assert 'role="status"' in clerk.get(bad.address()).content.decode()


def test_call_back_says_only_what_was_found_out(bad, clerk, world):
    bring_to(bad, OrderState.SIGNED, world)
    worlds.rang(bad.order_id, timezone.now())

    clerk.post(bad.address("call-back"), CALL)

    said = orders.history(bad.order_id).events[-1]
    assert said.callback
    found = said.callback.result, said.callback.is_true, said.callback.is_reasonable
    assert (*found, said.note) == ("answered", True, None, "已核实")


@pytest.mark.parametrize(
    ("before", "step", "form", "status", "field"),
    [
        (OrderState.SIGNED, "sign-for", {}, 409, ""),
        (OrderState.DISPATCHED, "reply", {"text": "太早的答复"}, 409, ""),
        (OrderState.REPLIED, "rectification", DONE | {"text": "太晚的整改"}, 409, ""),
        (OrderState.SIGNED, "call-back", {"note": "没有选"}, 422, "result"),
        (OrderState.SIGNED, "call-back", CALL | {"note": " "}, 422, "note"),
        (OrderState.SIGNED, "call-back", CALL | {"note": "长" * 2001}, 422, "note"),
        (OrderState.SIGNED, "call-back", CALL | {"result": "invented"}, 422, "result"),
        (OrderState.VERIFIED, "rectification", DONE | {"outcome": "invented"}, 422, "outcome"),
        (OrderState.VERIFIED, "rectification", DONE | {"text": ""}, 422, "text"),
        (OrderState.RECTIFIED, "reply", {"text": "\n"}, 422, "text"),
        (OrderState.RECTIFIED, "reply", {"text": "长" * 2001}, 422, "text"),
        (OrderState.RECTIFIED, "reply", {"text": "有\x00零"}, 422, "text"),
        (OrderState.DISPATCHED, "message", {"text": ""}, 422, "text"),
        (OrderState.DISPATCHED, "message", {"text": "长" * 2001}, 422, "text"),
        (OrderState.DISPATCHED, "message", {"text": "有\x07铃"}, 422, "text"),
    ],
)
def test_refused_step_says_why_and_keeps_what_was_typed(bad, clerk, world, before, step, form, status, field):
    bring_to(bad, before, world)

    answer = clerk.post(bad.address(step), form)

    page = answer.content.decode()
    assert answer.status_code == status
    assert state(bad) == before
    assert 'role="alert"' in page
    if field:
        assert f'id="{step}_{field}_error"' in page
    typed = form.get("note") or form.get("text") or ""
    if typed.strip() and status == 422:
        assert visible(typed[:20]) in page


def test_step_that_does_not_exist_is_not_found(bad, clerk):
    assert clerk.post(bad.address("close")).status_code == 404


def test_order_that_does_not_exist_is_said_in_words(bad, clerk):
    answer = clerk.get(reverse("desk_order", args=[bad.review_id]))

    assert answer.status_code == 404
    assert "notice-bad" in answer.content.decode()


def test_what_the_reviewer_may_still_change_is_not_shown(bad_review, clerk):
    bad = bad_review(finished=False)

    assert clerk.get(bad.address()).status_code == 404
    assert clerk.post(bad.address("sign-for")).status_code == 404


def test_withdrawn_words_are_gone(bad, clerk, world):
    change_review.withdraw_review(bad.review_id, by=worlds.REVIEWER, now=world + timedelta(minutes=2))

    page = clerk.get(bad.address()).content.decode()

    assert WORDS not in page
    assert f'action="{bad.address("message")}"' not in page


def test_thread_goes_both_ways_and_is_marked_by_hand(bad, clerk, world):
    clerk.post(bad.address("message"), {"text": "请问哪一天？"})
    handle_bad_review.answer_agency(bad.review_id, "上周三", by=worlds.REVIEWER, now=timezone.now())

    before = clerk.get(bad.address()).content.decode()
    clerk.get(bad.address())
    still = clerk.get(bad.address()).content.decode()
    answer = clerk.post(bad.address("read"))
    after = clerk.get(bad.address()).content.decode()

    assert "请问哪一天？" in before
    assert "上周三" in before
    assert bad.address("read") in before
    assert bad.address("read") in still
    assert answer.status_code == 303
    assert bad.address("read") not in after
    assert "上周三" in after


def test_timeline_calls_people_by_name_and_the_reviewer_only_reviewer(bad, clerk, world):
    bring_to(bad, OrderState.SIGNED, world)
    worlds.rang(bad.order_id, timezone.now())
    clerk.post(bad.address("call-back"), CALL)

    page = clerk.get(bad.address()).content.decode()

    assert "staff:" not in page
    assert "reviewer:" not in page


@pytest.mark.parametrize(
    ("language", "reads", "not_said"),
    [
        ("zh-hans", "多头跑窗口和部门", "Sent from window to window"),
        ("en", "Sent from window to window", "多头跑窗口和部门"),
    ],
)
def test_reasons_are_read_in_the_language_of_the_page(bad, clerk, language, reads, not_said):
    for address in (bad.address(), reverse("desk")):
        page = clerk.get(address, headers={"Accept-Language": language}).content.decode()

        assert reads in page
        assert not_said not in page


@pytest.mark.parametrize(("solved", "checked"), [(Solved.YES, True), (Solved.NO, True), (Solved.NO, False)])
def test_an_order_that_the_reviewers_word_decides_says_until_when_it_may_change(
    bad, clerk, world, solved, checked
):
    bring_to(bad, OrderState.REPLIED, world)
    at = timezone.now()
    if checked:
        close_order.pass_check(bad.order_id, by=DISPATCHER, now=at)
    before = clerk.get(bad.address(), headers=ENGLISH).content.decode()
    handle_bad_review.answer_solution(bad.review_id, solved=solved, text="", by=REVIEWER, now=at)

    page = clerk.get(bad.address(), headers=ENGLISH).content.decode()
    finished = clerk.get(reverse("desk") + "?list=done", headers=ENGLISH).content.decode()

    said = orders.solutions_of([bad.order_id]).answer[bad.order_id]
    with override("en"):
        told = f"Answered by the reviewer, who may change the answer until {moment(said.changeable_until)}"
    assert (told in before, told in page, told in finished) == (False, True, True)


def test_a_word_about_an_earlier_reply_decides_nothing(bad, clerk, world):
    bring_to(bad, OrderState.REPLIED, world)
    handle_bad_review.answer_solution(
        bad.review_id, solved=Solved.NO, text="", by=REVIEWER, now=timezone.now()
    )
    WorkOrder.objects.update(replied_at=timezone.now() + timedelta(minutes=1))

    assert "Replied, to be checked" in clerk.get(bad.address(), headers=ENGLISH).content.decode()


def test_another_order_is_named_by_its_number_or_by_the_address_of_its_page(bad):
    for typed in (str(bad.order_id), f" http://testserver{bad.address()}#thread "):
        form = MergeForm({"into": typed})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["into"] == bad.order_id
    assert not MergeForm({"into": "DIP-1"}).is_valid()


def test_the_number_of_an_order_stands_on_its_page(clerk, bad):
    assert f"<code>{bad.order_id}</code>" in clerk.get(bad.address()).content.decode()


def test_whoever_comes_second_is_not_told_that_they_typed_wrongly(clerk, bad):
    assert clerk.post(bad.address("sign-for")).status_code == 303

    late = clerk.post(bad.address("sign-for"), headers=ENGLISH)
    empty = clerk.post(bad.address("call-back"), headers=ENGLISH)

    assert late.status_code == 409
    assert "It has changed meanwhile" in late.content.decode()
    assert "There is a problem" not in late.content.decode()
    assert "There is a problem" in empty.content.decode()
