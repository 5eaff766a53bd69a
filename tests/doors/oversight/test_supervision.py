"""A supervision letter between a supervisor and an agency, with proposals that only supervisors see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import gettext, override

from haochaping.directory.models import Agency
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.rectification import queries as orders
from haochaping.supervision import actions
from haochaping.supervision.models import Proposal, SupervisionOrder
from haochaping.supervision.terms import RUNG_LABELS, SIGNAL_LABELS, NewSignal, Rung, SignalKind
from tests import worlds
from tests.doors.workbench.conftest import questions

from .conftest import fresh_key

NEW = "/oversight/supervision/new"
# As long as the catalogue has no Chinese for it, it is the same in English.
with override("zh-hans"):
    MEASURE = gettext(RUNG_LABELS[Rung.INTERVIEW])


def state() -> str:
    return str(SupervisionOrder.objects.get().state)


def steps(page: Any) -> set[str]:
    text = page.content.decode()
    return {step for step in ("notify", "check", "lift", "propose") if f'/{step}" novalidate' in text}


def test_only_the_steps_of_the_state_are_offered(letter, one, clerk):
    assert steps(one.get(letter.address)) == {"notify"}
    one.post(f"{letter.address}/notify")
    # Until the agency's time is over there is nothing to check.
    assert steps(one.get(letter.address)) == set()
    clerk.post(f"{letter.at_desk}/respond", {"text": "已整改。"})
    assert steps(one.get(letter.address)) == {"check"}
    one.post(f"{letter.address}/check", {"text": "属实。"})
    assert steps(one.get(letter.address)) == {"lift", "propose"}
    one.post(f"{letter.address}/lift", {"text": "到位。"})
    assert steps(one.get(letter.address)) == set()
    assert state() == "lifted"
    assert letter.address in one.get("/oversight/supervision/?list=done").content.decode()


def test_the_agency_reads_a_letter_once_it_is_sent_and_answers(letter, one, clerk):
    assert clerk.get(letter.at_desk).status_code == 404
    assert letter.at_desk not in clerk.get("/desk/supervision/").content.decode()

    one.post(f"{letter.address}/notify")

    assert letter.at_desk in clerk.get("/desk/supervision/").content.decode()
    shown = clerk.get(letter.at_desk).content.decode()
    assert "请说明为何三次未能办成。" in shown
    assert f"{letter.at_desk}/respond" in shown
    assert clerk.post(f"{letter.at_desk}/respond", {"text": "已整改。"}).status_code == 303
    assert f"{letter.at_desk}/respond" not in clerk.get(letter.at_desk).content.decode()
    assert "已整改。" in one.get(letter.address).content.decode()


def test_a_button_pressed_twice_is_told_so_and_changes_nothing(letter, one, clerk):
    assert one.post(f"{letter.address}/notify").status_code == 303
    assert one.post(f"{letter.address}/notify").status_code == 409
    assert clerk.post(f"{letter.at_desk}/respond", {"text": "已整改。"}).status_code == 303

    late = clerk.post(f"{letter.at_desk}/respond", {"text": "另一种说法。"})

    assert late.status_code == 409
    assert SupervisionOrder.objects.get().response == "已整改。"


def test_a_letter_form_sent_twice_drafts_one(bad, one):
    form = {"key": fresh_key(), "order": str(bad.order_id), "text": "请说明"}

    first, second = (one.post(NEW, form) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert SupervisionOrder.objects.count() == 1


def test_two_supervisors_do_not_write_about_one_order(letter, bad, supervisor_of):
    form = {"key": fresh_key(), "order": str(bad.order_id), "text": "请说明"}

    answer = supervisor_of("two").post(NEW, form)

    assert answer.status_code == 409
    assert "请说明" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"agency": "nobody"}, "agency"),
        ({"agency": worlds.AGENCY, "text": " "}, "text"),
        ({"agency": worlds.AGENCY, "text": "a\x00"}, "text"),
        ({"agency": worlds.AGENCY, "key": "x"}, "key"),
        ({"agency": worlds.AGENCY, "signal": "x"}, "signal"),
    ],
)
def test_what_is_lacking_is_said_at_its_field(bad, one, changes, field):
    answer = one.post(NEW, {"key": fresh_key(), "text": "请说明"} | changes)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not SupervisionOrder.objects.exists()


def test_a_letter_to_an_agency_needs_no_order(world, one):
    answer = one.post(NEW, {"key": fresh_key(), "agency": worlds.AGENCY, "text": "请说明"})

    assert answer.status_code == 303


@pytest.mark.parametrize("step", ["lift", "propose"])
def test_a_step_without_words_is_shown_again(checked, one, step):
    answer = one.post(f"{checked.address}/{step}", {"text": "", "reason": ""})

    assert answer.status_code == 422
    assert answer.context["wrong"].errors


def test_a_step_that_is_none_is_not_there(letter, one):
    assert one.post(f"{letter.address}/circulate").status_code == 404
    assert one.post("/oversight/supervision/00000000-0000-7000-8000-000000000000/notify").status_code == 404


def test_another_division_does_not_find_it(letter, supervisor_of):
    other = supervisor_of("other", worlds.OTHER_CITY)

    assert other.get(letter.address).status_code == 404
    assert other.post(f"{letter.address}/notify").status_code == 404


@pytest.fixture
def proposal(checked, one) -> str:
    """The address of a proposal that was just made."""
    answer = one.post(f"{checked.address}/propose", {"rung": "interview", "reason": "两次未答复"})
    assert answer.status_code == 303, answer.content.decode()
    return f"/oversight/proposals/{Proposal.objects.get().id}"


def test_a_proposal_is_adopted_by_somebody_else(proposal, checked, one, supervisor_of, clerk):
    decide = f"{proposal}/decision"
    assert decide not in one.get(proposal).content.decode()
    assert one.post(decide, {"decision": "adopt", "reason": "同意"}).status_code == 403
    two = supervisor_of("two")
    assert proposal in two.get("/oversight/proposals/").content.decode()
    assert decide in two.get(proposal).content.decode()

    assert two.post(decide, {"decision": "adopt", "reason": "同意约谈"}).status_code == 303

    assert state() == "called"
    assert "同意约谈" in one.get(checked.address).content.decode()
    assert two.post(decide, {"decision": "reject", "reason": "算了"}).status_code == 409
    assert proposal in one.get("/oversight/proposals/?list=done").content.decode()
    told = clerk.get(checked.at_desk).content.decode()
    assert MEASURE in told
    # Why is told, not who proposed it or how it came about.
    assert "同意约谈" in told
    assert "两次未答复" not in told
    assert "将约谈" in told
    assert "已约谈" not in told


def test_what_has_ended_with_a_measure_leads_to_the_next_one(
    proposal, checked, bad, one, supervisor_of, clerk
):
    further = f"/oversight/supervision/new?order={bad.order_id}"
    assert further not in one.get(checked.address).content.decode()

    supervisor_of("two").post(f"{proposal}/decision", {"decision": "adopt", "reason": "同意约谈"})

    # Adopted is not held.
    assert further not in one.get(checked.address).content.decode()
    said = {"text": "6月8日与分管领导面谈，三日内整改。"}
    assert one.post(f"{checked.address}/interview", {"text": ""}).status_code == 422
    assert one.post(f"{checked.address}/interview", said).status_code == 303
    assert state() == "interviewed"
    assert said["text"] in clerk.get(checked.at_desk).content.decode()
    assert further in one.get(checked.address).content.decode()
    assert str(bad.order_id) in one.get(further).content.decode()


def test_what_was_lifted_leads_nowhere(checked, one):
    one.post(f"{checked.address}/lift", {"text": "已整改"})

    assert state() == "lifted"
    assert "/oversight/supervision/new?order=" not in one.get(checked.address).content.decode()


def test_a_proposal_that_is_not_adopted_leaves_no_trace_at_the_agency(
    proposal, checked, supervisor_of, clerk
):
    before = clerk.get(checked.at_desk).content.decode()
    two = supervisor_of("two")
    two.post(f"{proposal}/decision", {"decision": "reject", "reason": "先看整改"})

    assert state() == "checked"
    after = clerk.get(checked.at_desk).content.decode()
    assert not any(word in page for page in (before, after) for word in (MEASURE, "两次未答复", "先看整改"))
    assert clerk.get(proposal).status_code == 403


def test_while_a_proposal_waits_nothing_else_is_offered(proposal, checked, one):
    page = one.get(checked.address)

    assert steps(page) == set()
    assert proposal in page.content.decode()
    assert one.post(f"{checked.address}/lift", {"text": "到位"}).status_code == 409


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"decision": "adopt", "reason": " "}, 422),
        ({"decision": "adopt", "reason": "a\x00"}, 422),
        ({"decision": "", "reason": "同意"}, 404),
        ({"reason": "同意"}, 404),
    ],
)
def test_a_decision_says_what_and_why(proposal, supervisor_of, sent, status):
    assert supervisor_of("two").post(f"{proposal}/decision", sent).status_code == status
    assert state() == "checked"


def test_a_proposal_of_another_division_is_not_there(proposal, supervisor_of):
    other = supervisor_of("other", worlds.OTHER_CITY)

    assert other.get(proposal).status_code == 404
    assert other.post(f"{proposal}/decision", {"decision": "adopt", "reason": "同意"}).status_code == 404


def test_a_measure_that_is_none_is_not_proposed(checked, one):
    answer = one.post(f"{checked.address}/propose", {"rung": "dismissal", "reason": "理由"})

    assert answer.status_code == 422
    assert not Proposal.objects.exists()


def test_about_a_signal_of_an_agency_that_has_ended_it_is_asked_who_goes_on(world, supervisor_of):
    province, today = supervisor_of("two", worlds.PROVINCE), local_day(timezone.now())
    agency = Agency.objects.get(code=worlds.AGENCY)
    raised = NewSignal(SignalKind.REPEAT_OFFENDER, agency.division_id, agency.id, "item", today)
    (signal,) = actions.raise_signals([raised], by=SYSTEM, now=timezone.now())
    Agency.objects.filter(id=agency.id).update(valid_to=today - timedelta(days=1))
    form = {"key": fresh_key(), "signal": str(signal), "agency": "", "text": "请说明"}

    asked = province.post(NEW, form)

    assert asked.status_code == 422
    assert "已撤销。请选择承接其职责的机构。" in asked.content.decode()
    assert '<input type="text" name="agency"' in asked.content.decode()
    assert province.post(NEW, form | {"agency": worlds.OTHER_AGENCY}).status_code == 303
    assert SupervisionOrder.objects.get().agency.code == worlds.OTHER_AGENCY


def test_what_a_supervision_order_is_about_stands_in_both_lists_and_on_both_pages(letter, bad, one, clerk):
    [order] = orders.rows([bad.order_id])
    one.post(f"{letter.address}/notify")

    listed = one.get("/oversight/supervision/").content.decode()
    assert f'<a href="/desk/orders/{order.id}">{order.item_name}</a>' in listed
    for browser, address in (
        (one, letter.address),
        (clerk, "/desk/supervision/"),
        (clerk, letter.at_desk),
    ):
        assert order.item_name in browser.get(address).content.decode()


def test_a_letter_names_whom_it_goes_to_and_what_it_is_about_before_it_is_written(bad, one, world):
    [order] = orders.rows([bad.order_id])
    raised = NewSignal(
        SignalKind.REOPENED, order.division_id, order.agency_id, str(order.id), local_day(world), order.id
    )
    (signal,) = actions.raise_signals([raised], by=SYSTEM, now=world)

    for asked in (f"signal={signal}", f"order={order.id}"):
        page = one.get(f"{NEW}?{asked}", headers={"accept-language": "en"}).content.decode()
        assert order.agency_name in page
        assert f'<a href="/desk/orders/{order.id}">{order.item_name}</a>' in page
        assert (SIGNAL_LABELS[SignalKind.REOPENED] in page) is asked.startswith("signal")
    assert len(questions(one, f"{NEW}?signal={signal}")) <= 12
    assert len(questions(one, "/oversight/supervision/")) <= 12
