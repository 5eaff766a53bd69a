"""`haochaping orders`: which rule sends an order where; clocks of orders and voices, computed again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from haochaping.flows import handle_voices
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.rectification import actions
from haochaping.rectification.models import WorkOrder
from haochaping.rectification.terms import ClockKind, ProposedRule
from haochaping.rulebook.models import CalendarDay
from haochaping.voices.models import Voice, VoiceClockEvent
from tests import worlds
from tests.voices.conftest import GIVEN

from .test_commands import run

HERE, THERE = "河湾区行政审批局", "石港市行政审批局"


@pytest.fixture
def order_id(committed_db: str) -> str:
    now = timezone.now()
    worlds.build(now)
    worlds.take_case("YC-1", now)
    worlds.give("YC-1", 1, now)
    return str(WorkOrder.objects.get().id)


def test_the_rule_that_sends_an_order_is_named(order_id):
    now = timezone.now()
    assert f"{HERE}, who served" in run("orders", "route", order_id).output

    rule = ProposedRule(worlds.COUNTY, 10, worlds.OTHER_AGENCY, local_day(now))
    actions.set_dispatch_rule(rule, source="会议纪要", by=SYSTEM, now=now)

    said = run("orders", "route", order_id).output
    assert f"to {THERE}, by rule 10 of 河湾区, version 1 (会议纪要); it is with {HERE} now" in said
    actions.dispatch([WorkOrder.objects.get().id], by=SYSTEM, now=now + timedelta(minutes=1))
    (row,) = json.loads(run("orders", "route", order_id, "--json").output)
    assert (row["agency"], row["is_with"], row["rank"], row["source"]) == (THERE, THERE, 10, "会议纪要")


@pytest.mark.parametrize("command", ["route", "recompute"])
def test_what_is_not_there_is_said(committed_db, command):
    done = run("orders", command, str(uuid7(timezone.now())))

    assert done.exit_code == 1
    assert "There is no work order" in done.stderr


def test_the_clock_of_who_helps_is_explained_with_its_name(order_id):
    now = timezone.now()
    order = WorkOrder.objects.get()
    actions.dispatch([order.id], by=SYSTEM, now=now + timedelta(minutes=1))
    actions.sign_for(order.id, by=SYSTEM, now=now + timedelta(minutes=2))
    actions.join(
        order.id,
        agency_code=worlds.OTHER_AGENCY,
        task="核对",
        by=SYSTEM,
        now=now + timedelta(minutes=3),
    )

    row = json.loads(run("orders", "recompute", order_id, "--json").output)[-1]
    assert (row["clock"], row["helper"], row["event"], row["equal"]) == ("help", THERE, "start", True)
    assert f"Part of a helping agency ({THERE}): starts" in run("orders", "recompute", order_id).output


def test_the_clocks_of_an_order_are_explained(order_id):
    assert "no clock has started" in run("orders", "recompute", order_id).output
    actions.dispatch([WorkOrder.objects.get().id], by=SYSTEM, now=timezone.now())

    rows = json.loads(run("orders", "recompute", order_id, "--json").output)

    assert [(row["clock"], row["event"], row["equal"]) for row in rows] == [
        ("sign", "start", True),
        ("contact", "start", True),
        ("rectify", "start", True),
    ]


def test_the_clock_of_a_complaint_is_explained_by_the_same_command(committed_db):
    now = timezone.now()
    worlds.build(now)
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=now)
    voice = Voice.objects.get()

    (row,) = json.loads(run("orders", "recompute", str(voice.id), "--json").output)
    assert (row["clock"], row["event"], row["limit"], row["rule"], row["equal"]) == (
        "answer",
        "start",
        15,
        "complaint_limit",
        True,
    )
    CalendarDay.objects.filter(day__gt=local_day(now), is_working=True).first().delete()  # type: ignore[union-attr]
    said = run("orders", "recompute", str(voice.id)).output
    assert "Answer the person: starts, 15" in said
    assert "computed today" in said


def test_of_a_complaint_that_is_older_than_its_clock_it_says_so(committed_db):
    now = timezone.now()
    worlds.build(now)
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=now)
    VoiceClockEvent.objects.all().delete()

    said = run("orders", "recompute", str(Voice.objects.get().id)).output

    assert "older than the events of its clock" in said


def test_an_end_that_the_hotline_told_is_shown_with_its_amber(order_id):
    now = timezone.now()
    order = WorkOrder.objects.get()
    actions.dispatch([order.id], by=SYSTEM, now=now)
    ends = {ClockKind.RECTIFY: now + timedelta(days=9)}
    actions.adopt_deadlines(order.id, ends=ends, reason="", by=SYSTEM, now=now + timedelta(minutes=1))

    row = json.loads(run("orders", "recompute", order_id, "--json").output)[-1]
    said = run("orders", "recompute", order_id).output.splitlines()[-1]

    assert row["event"] == "told"
    assert row["amber"]
    assert "ends when the hotline says" in said
    assert "amber" in said


def test_the_day_of_the_supervisory_office_is_explained(order_id):
    now = timezone.now()
    order = WorkOrder.objects.get()
    actions.dispatch([order.id], by=SYSTEM, now=now)
    since = {"state": "replied", "round": 2, "clock": ""}
    moments = dict.fromkeys(("signed_at", "verified_at", "rectified_at", "replied_at"), now)
    WorkOrder.objects.update(**since, **moments)
    actions.take_up_again(order.id, by=SYSTEM, now=now + timedelta(minutes=1))

    rows = json.loads(run("orders", "recompute", order_id, "--json").output)
    (row,) = [one for one in rows if one["clock"] == "decide"]
    assert (row["event"], row["rule"], row["equal"]) == ("start", "supervision_answer_limit", True)
    assert row["promised"]
    assert "Decision of the supervisory office: starts" in run("orders", "recompute", order_id).output
