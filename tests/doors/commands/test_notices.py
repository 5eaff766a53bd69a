"""Messages that have not gone out, or may have, at the shell: what a person is to decide about, and of nobody whom."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.utils import timezone

from haochaping.accounts.models import User
from haochaping.config.entry import Installation
from haochaping.config.environment import read
from haochaping.doors.commands.language import CHINESE, ENGLISH
from haochaping.doors.commands.main import cli
from haochaping.kernel.actor import SYSTEM
from haochaping.notices import actions, queries
from haochaping.notices.models import Delivery, StaffMessage
from haochaping.notices.terms import Channel, DeliveryState, NoticeKind, Side, Template
from tests import worlds

if TYPE_CHECKING:
    from click.testing import Result

LINK = "/r/secret-of-the-reviewer"
REVIEW = UUID("01900000-0000-7000-8000-000000000002")
REMEDY = "See “haochaping notices list”."


def run(*words: str, language: str = ENGLISH) -> Result:
    here = Installation(read(os.environ))
    return CliRunner(env={"LANGUAGE": language}).invoke(cli, [*words], obj=here, catch_exceptions=False)


def queued(state: DeliveryState, error: str = "", *, message: int | None = None) -> UUID:
    """A receipt to somebody, in this state."""
    delivery = actions.queue_sms(
        uuid4(),
        Template.RECEIPT,
        {"link": LINK},
        message_id=message,
        about=None if message else REVIEW,
        by=SYSTEM,
        now=timezone.now(),
    )
    Delivery.objects.filter(id=delivery).update(state=state, attempts=1, last_error=error)
    return delivery


@pytest.fixture
def unclear(committed_db: str) -> str:
    """One that may have gone out, among others with which all is well."""
    worlds.build(timezone.now())
    for state in (DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.GIVEN_UP):
        queued(state)
    return str(queued(DeliveryState.UNCLEAR))


def test_a_message_to_a_reviewer_that_may_have_gone_out_is_listed(unclear):
    [row] = json.loads(run("notices", "list", "--json").output)

    assert (row["id"], row["to"], row["state"]) == (unclear, "reviewer", "unclear")
    assert (row["template"], row["channel"], row["review"]) == ("receipt", "sms", str(REVIEW))


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (ENGLISH, "Interrupted while sending; not sent again. Review"),
        (CHINESE, "发送时中断，结果不明，不再自动发送。 评价"),
    ],
)
def test_people_read_what_became_of_it_and_of_which_review(unclear, language, told):
    [line] = run("notices", "list", language=language).output.splitlines()

    assert line.startswith(f"{unclear} ")
    # Words, not the codes that programs read.
    assert not {"receipt", "sms"} & set(re.findall(r"\w+", line))
    assert f"{told} {REVIEW}" in line


def test_one_that_failed_says_why_and_of_which_order(committed_db):
    worlds.build(timezone.now())
    order, now = str(uuid4()), timezone.now()
    thread = actions.open_thread("order", order, person=uuid4(), by=SYSTEM, now=now)
    message = actions.write(thread, Side.SYSTEM, "您好", by=SYSTEM, now=now)
    failed = str(queued(DeliveryState.FAILED, "gateway says no", message=message))

    [row] = json.loads(run("notices", "list", "--json").output)
    [line] = run("notices", "list").output.splitlines()

    assert (row["id"], row["order"], row["last_error"]) == (failed, order, "gateway says no")
    assert line.endswith(f"Order {order}. gateway says no")


def test_one_to_staff_is_listed_before_those_to_reviewers(unclear):
    message, now = uuid4(), timezone.now()
    StaffMessage.objects.create(
        id=message,
        channel=Channel.EMAIL,
        user=User.objects.create(username="zhao", date_joined=now),
        kind=NoticeKind.ORDER_RED,
        count=2,
        state=DeliveryState.UNCLEAR,
        queued_at=now,
        at=now,
    )

    first, second = json.loads(run("notices", "list", "--json").output)
    line = run("notices", "list").output.splitlines()[0]

    assert [(row["id"], row["to"]) for row in (first, second)] == [
        (str(message), "staff"),
        (unclear, "reviewer"),
    ]
    assert line.startswith(f"{message} to staff: “Work order overdue” (2) by mail, ")
    assert line.endswith("tries: 0. Interrupted while sending; not sent again.")


def test_nothing_of_whom_it_is_to_is_shown(unclear):
    person = str(Delivery.objects.get(id=unclear).person)
    shown = run("notices", "list").output + run("notices", "list", "--json").output

    assert unclear in shown
    assert person not in shown
    assert LINK not in shown


def test_a_person_has_it_sent_once_more(unclear):
    done = run("notices", "retry", unclear)

    assert (done.exit_code, done.output) == (0, "It is sent once more.\n")
    found = queries.delivery(UUID(unclear))
    assert found is not None
    assert found.state == DeliveryState.QUEUED
    assert json.loads(run("notices", "list", "--json").output) == []


def test_what_is_unknown_is_not_sent_again(unclear):
    assert run("notices", "retry", str(uuid4())).exit_code == 1


def test_doctor_says_how_many(unclear):
    queued(DeliveryState.FAILED)

    told = {row["name"]: row for row in json.loads(run("doctor", "--json").output)}["notices"]

    assert told["ok"]
    assert told["text"] == f"2 messages or calls to reviewers failed or may have gone out. {REMEDY}"


def test_doctor_says_when_there_is_none(committed_db):
    worlds.build(timezone.now())

    told = {row["name"]: row for row in json.loads(run("doctor", "--json").output)}["notices"]

    assert (told["ok"], told["text"]) == (True, "no message or call to a reviewer failed or is unclear")
