"""One clock: the citizen's page and the clerk's page show the same promise, of an order and of a complaint, all the way."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from haochaping.flows import handle_voices
from haochaping.kernel.actor import REVIEWER
from haochaping.rectification import actions as orders
from haochaping.rulebook.models import CalendarDay
from haochaping.voices import actions as voices
from haochaping.voices.models import Voice
from haochaping.voices.terms import VoiceMove
from tests import worlds
from tests.voices.conftest import ANSWERED, DISPATCHER, GIVEN, RECEIPT, Told

ENGLISH = {"accept-language": "en"}
_MOMENT = r"\d{1,2} \w{3} \d{4}, \d{2}:\d{2}"
HEARD: dict[str, Any] = {"result": "answered", "is_true": True, "is_reasonable": True, "note": "属实"}
PLAN = "{day} 增设窗口"


def text_of(browser: Client, address: str) -> str:
    answer = browser.get(address, headers=ENGLISH)
    assert answer.status_code == 200
    return str(answer.content.decode())


def of_citizen(address: str) -> str | None:
    """The moment that the citizen's page promises, or says has passed; None where it names none."""
    page = text_of(Client(), address)
    found = re.search(rf"(?:by|until) ({_MOMENT})(?:\.| and has not)", page)
    return found[1] if found else None


def of_clerk(browser: Client, address: str, mark: str) -> str | None:
    """The moment at which, as the clerk's page says, the clock that runs is due."""
    page = (
        text_of(browser, address).partition(mark)[2].partition("</p>" if mark == "order-head" else "</li>")[0]
    )
    found = re.search(rf"due ({_MOMENT})", page)
    return found[1] if found else None


def test_of_an_order_both_pages_promise_the_same_moment_all_the_way(bad, clerk):
    seen = []

    def same() -> None:
        citizen = of_citizen(f"/status/{bad.receipt}")
        assert citizen is not None
        assert citizen == of_clerk(clerk, bad.address(), 'class="running"')
        seen.append(citizen)

    now = timezone.now()
    same()
    orders.sign_for(bad.order_id, by=worlds.CLERK, now=now)
    same()
    worlds.hear(bad.order_id, **HEARD, by=worlds.CLERK, now=now)
    same()
    orders.ask_extension(bad.order_id, days=2, reason="等设备到货", by=worlds.CLERK, now=now)
    same()
    orders.grant_extension(bad.order_id, note="同意", by=DISPATCHER, now=now)
    same()
    orders.rectify(bad.order_id, outcome="immediate_rectified", text="已并窗", by=worlds.CLERK, now=now)
    same()
    # Signing, first contact, the answer, and the answer with more time: four moments, each before the next.
    assert len(dict.fromkeys(seen)) == 4


def test_of_an_overdue_order_both_pages_name_the_moment_that_has_passed(bad_review, clerk):
    bad = bad_review(at=timezone.now() - timedelta(days=30))

    citizen = of_citizen(f"/status/{bad.receipt}")

    assert citizen is not None
    assert citizen == of_clerk(clerk, bad.address(), 'class="running"')
    assert "overdue</b>" in text_of(clerk, bad.address())


def test_of_an_order_without_a_day_neither_page_names_one(bad_review, clerk):
    CalendarDay.objects.all().delete()
    bad = bad_review()

    assert of_citizen(f"/status/{bad.receipt}") is None
    assert of_clerk(clerk, bad.address(), 'class="running"') is None
    assert "still to be set" in text_of(Client(), f"/status/{bad.receipt}")
    assert "No deadline" in text_of(clerk, bad.address())


@pytest.fixture
def given(world) -> Told:
    now = timezone.now() - timedelta(hours=1)
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=now)
    return Told(Voice.objects.get().id, now)


def test_of_a_complaint_both_pages_promise_the_same_moment_all_the_way(given, clerk, browser_of):
    def same(browser: Client = clerk, address: str = f"/desk/voices/{given.id}") -> str:
        citizen = of_citizen(f"/voices/{RECEIPT}")
        assert citizen is not None
        assert citizen == of_clerk(browser, address, "order-head")
        return citizen

    first = same()
    given.step(VoiceMove.TRANSFER)
    given.step(VoiceMove.SIGN_FOR)
    assert same() == first
    handle_voices.answer(given.id, **ANSWERED, by=worlds.CLERK, now=given.later())
    assert of_clerk(clerk, f"/desk/voices/{given.id}", "order-head") is None
    given.now += timedelta(days=3)
    given.say("no")
    assert same() != first
    Voice.objects.update(due_at=timezone.now() - timedelta(days=2))
    same()


def test_of_a_complaint_without_a_day_neither_page_names_one(given, clerk):
    given.upto(VoiceMove.ANSWER)
    CalendarDay.objects.all().delete()
    voices.say_word(given.id, solved="no", text="", by=REVIEWER, now=given.later())

    assert of_citizen(f"/voices/{RECEIPT}") is None
    assert of_clerk(clerk, f"/desk/voices/{given.id}", "order-head") is None
    assert "No deadline" in text_of(clerk, f"/desk/voices/{given.id}")
    assert "still to be set" in text_of(Client(), f"/voices/{RECEIPT}")
