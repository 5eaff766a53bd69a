"""The desk of invitations by phone: whom to call, a call through the relay, what it brought; no name and no number."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.doors.workbench import calls
from haochaping.flows import call_back
from haochaping.flows.send_invitations import send_due_invitations
from haochaping.identity import keys, relay
from haochaping.kernel.actor import SYSTEM
from haochaping.notices.models import Delivery
from haochaping.reviews.models import AskingAttempt, AskingCall, Review
from tests import worlds
from tests.doors.workbench.conftest import questions

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

NOWHERE = UUID(int=0)


@pytest.fixture
def day(world: datetime, monkeypatch) -> datetime:
    """Ten in the morning of the day after the small world was built: an hour at which people are called."""
    morning = timezone.localtime(world + timedelta(days=1)).replace(hour=10)
    monkeypatch.setattr(calls, "timezone", SimpleNamespace(now=lambda: morning))
    return morning


@pytest.fixture
def to_call(world: datetime, day: datetime, settings, tmp_path) -> UUID:
    """Somebody who is to be called because no rule asks them by text message."""
    settings.SMS_GATEWAY, settings.KEYS_DIR = "demo", tmp_path
    keys.ensure(tmp_path)
    worlds.follow(worlds.CITY, world, invitation_channel="phone")
    worlds.take_case("YC-1", day)
    send_due_invitations(by=SYSTEM, now=day)
    return AskingCall.objects.get().id


@pytest.fixture
def operator(browser_of) -> Client:
    browser: Client = browser_of("operator")
    return browser


def address(call_id: UUID, step: str = "") -> str:
    return reverse("desk_call_step" if step else "desk_call", args=[call_id, *filter(None, [step])])


def connect(settings) -> None:
    call = Delivery.objects.get(channel="call")
    relay_keys = relay.load_keys(settings.KEYS_DIR)
    call_back.connect_call(call.id, relay_keys=relay_keys, by=SYSTEM, now=call.queued_at)


def test_list_and_page_tell_the_service_and_nobody(to_call, operator):
    for page in (reverse("desk_calls"), address(to_call)):
        shown = operator.get(page).content.decode()

        assert "食品经营许可" in shown
        assert not [word for word in ("张小满", "13900000001", "139****", "YC-1") if word in shown]


def test_nobody_else_is_led_there(to_call, operator, browser_of):
    assert reverse("desk_calls") in operator.get(reverse("desk")).content.decode()
    for who in ("clerk", "supervisor"):
        assert browser_of(who).get(reverse("desk_calls")).status_code == 403


def test_a_call_is_connected_and_the_rating_is_taken_down_by_the_desk_and_made_by_the_worker(
    to_call, operator, settings
):
    assert operator.post(address(to_call, "ring"), {"line": "8001"}).status_code == 303
    rated = {"result": "rated", "level": "4", "words": "窗口很耐心。"}
    early = operator.post(address(to_call, "result"), rated)
    connect(settings)

    done = operator.post(address(to_call, "result"), rated)

    assert early.status_code == 422
    assert "没有" in early.content.decode()
    assert done.status_code == 303
    assert (AskingCall.objects.get().state, Review.objects.count()) == ("heard", 0)
    page = operator.get(address(to_call)).content.decode()
    assert "窗口很耐心" not in page
    assert '<form class="card"' not in page
    job = ProcrastinateJob.objects.get(task_name="invitations.heard")
    assert job.args == {"call_id": str(to_call)}


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("ring", {"line": "x"}),
        ("ring", {"line": ""}),
        ("result", {"result": ""}),
        ("result", {"result": "rated", "level": ""}),
        ("result", {"result": "rated", "level": "1", "words": ""}),
        ("result", {"result": "rated", "level": "4", "words": "长" * 501}),
    ],
)
def test_what_is_lacking_is_said_at_its_field(to_call, operator, step, typed):
    answer = operator.post(address(to_call, step), typed)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not AskingAttempt.objects.exists()


def test_who_has_reviewed_meanwhile_is_not_called(to_call, day, operator):
    worlds.give("YC-1", 4, day)

    assert operator.post(address(to_call, "ring"), {"line": "8001"}).status_code == 409
    assert not Delivery.objects.exists()
    assert "食品经营许可" not in operator.get(reverse("desk_calls")).content.decode()


def test_at_night_the_page_says_until_when(to_call, day, operator, monkeypatch):
    monkeypatch.setattr(calls, "timezone", SimpleNamespace(now=lambda: day.replace(hour=22)))

    answer = operator.post(address(to_call, "ring"), {"line": "8001"})

    assert answer.status_code == 422
    assert "08:00" in answer.content.decode()


def test_an_unknown_step_and_an_unknown_person_are_not_there(to_call, operator):
    assert operator.post(address(to_call, "x")).status_code == 404
    assert operator.get(address(NOWHERE)).status_code == 404
    assert operator.post(address(NOWHERE, "ring"), {"line": "8001"}).status_code == 404


def test_the_pages_ask_little_of_the_database(to_call, operator):
    assert len(questions(operator, reverse("desk_calls"))) <= 12
    assert len(questions(operator, address(to_call))) <= 12
