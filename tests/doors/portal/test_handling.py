"""“I want to complain about how my review is handled”, on the page of one's review."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from haochaping.flows import handle_bad_review, handle_voices
from haochaping.kernel.actor import SYSTEM, Actor, ActorKind, Scope
from haochaping.voices import actions
from haochaping.voices.models import Voice
from tests import worlds
from tests.doors.portal.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.portal.urls")]
TEXT = "窗口的人打电话要我改评价。"
OFFICE = Actor(
    ActorKind.STAFF,
    "office",
    powers=frozenset({"order.supervise"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}."),
)
ASKED = "?complain=1"


@pytest.fixture
def handled(citizen):
    """A citizen whose bad review is with the agency."""
    citizen.tap(1)
    citizen.send("reasons", comment_text="三次未办成")
    handle_bad_review.dispatch_due(by=SYSTEM, now=timezone.now())
    return citizen


def test_it_is_offered_once_an_agency_has_the_review(citizen):
    citizen.tap(1)
    assert f"{citizen.address}{ASKED}" not in text_of(citizen.look())

    citizen.send("reasons", comment_text="三次未办成")
    handle_bad_review.dispatch_due(by=SYSTEM, now=timezone.now())

    assert f"{citizen.address}{ASKED}" in text_of(citizen.look())
    page = text_of(citizen.look(citizen.address + ASKED))
    assert f'action="{citizen.address}/handling"' in page
    assert 'value="pressed"' in page
    assert "checked" not in page


def test_state_promise_answer_and_word_stand_on_the_page_and_the_words_do_not(handled):
    assert handled.send("handling", matter="pressed", text=TEXT).status_code == 303
    voice = Voice.objects.get()
    page = text_of(handled.look(handled.address + ASKED))
    assert "监督机构" in page
    assert "有人要求我修改或撤回评价" in page
    assert TEXT not in page
    assert f'action="{handled.address}/handling"' not in page
    assert TEXT not in text_of(handled.look())

    actions.sign_for(voice.id, by=OFFICE, now=timezone.now())
    handle_voices.answer(voice.id, outcome="settled", text="已责成改正", by=OFFICE, now=timezone.now())
    assert "已答复" in text_of(handled.look())
    page = text_of(handled.look(handled.address + ASKED))
    assert "已责成改正" in page
    assert "监督机构已受理" in page
    assert "机构已签收" not in page
    assert f'action="{handled.address}/handling-word"' in page

    assert handled.send("handling-word").status_code == 422
    assert handled.send("handling-word", solved="no", text="仍未解决").status_code == 303
    assert Voice.objects.get().state == "transferred"
    page = text_of(handled.look(handled.address + ASKED))
    assert "已责成改正" in page
    assert "仍未解决" not in page


def test_it_stands_on_the_status_page_and_when_the_review_was_taken_back(handled):
    receipt = handled.receipt()
    handled.send("withdraw")

    answer = Client().post(
        f"/status/{receipt.replace('-', '')}/handling", {"matter": "pressed", "text": TEXT}
    )

    assert answer.status_code == 303
    assert "有人要求我修改或撤回评价" in text_of(handled.look(f"/status/{receipt.replace('-', '')}{ASKED}"))


def test_waiting_can_be_said_after_three_days(handled):
    handled.send("handling", matter="rude_call", text=TEXT)
    assert handled.send("handling-urge").status_code == 422

    Voice.objects.update(received_at=timezone.now() - timedelta(days=4))
    assert f'action="{handled.address}/handling-urge"' in text_of(handled.look(handled.address + ASKED))
    assert handled.send("handling-urge").status_code == 303
    assert Voice.objects.get().urged == 1


def test_a_late_answer_is_called_late(handled):
    handled.send("handling", matter="other", text=TEXT)
    Voice.objects.update(due_at=timezone.now() - timedelta(days=1))

    assert "已记为逾期" in text_of(handled.look(handled.address + ASKED))


@pytest.mark.parametrize("typed", [{}, {"matter": "pressed"}, {"matter": "nonsense", "text": TEXT}])
def test_half_a_form_comes_back_with_what_was_typed(handled, typed):
    answer = handled.send("handling", **typed)

    assert answer.status_code == 422
    assert typed.get("text", "") in text_of(answer)
    assert not Voice.objects.exists()


def test_a_second_one_is_told_that_the_first_one_waits(handled):
    handled.send("handling", matter="other", text=TEXT)

    assert handled.send("handling", matter="pressed", text=TEXT).status_code == 422
    assert Voice.objects.count() == 1


def test_a_few_a_day_for_one_review(handled, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"handling_given": "1/d/key"}
    handled.send("handling", matter="other", text=TEXT)

    answer = handled.send("handling", matter="other", text=TEXT)

    assert answer.status_code == 422
    assert "明天" in text_of(answer)


@pytest.mark.parametrize("form", ["handling-word", "handling-urge"])
def test_without_a_complaint_there_is_nothing_to_say_about_one(handled, form):
    assert handled.send(form, solved="yes").status_code == 422


def test_before_an_agency_has_it_the_page_says_so(citizen):
    citizen.tap(1)

    assert citizen.look(citizen.address + ASKED).status_code == 422
    assert citizen.send("handling", matter="other", text=TEXT).status_code == 422


def test_once_closed_it_can_be_complained_of_again(handled):
    handled.send("handling", matter="other", text=TEXT)
    voice = Voice.objects.get()
    actions.sign_for(voice.id, by=OFFICE, now=timezone.now())
    handle_voices.answer(voice.id, outcome="settled", text="已改", by=OFFICE, now=timezone.now())
    handled.send("handling-word", solved="yes")

    page = text_of(handled.look(handled.address + ASKED))
    assert f"{handled.address}?complain=again" in page
    assert f'action="{handled.address}/handling"' not in page
    again = handled.look(f"{handled.address}?complain=again")
    assert f'action="{handled.address}/handling"' in text_of(again)
    assert len(again.content) < 15_000
