"""`haochaping orders route`: which rule sends an order where."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.rectification import actions
from haochaping.rectification.models import WorkOrder
from haochaping.rectification.terms import ProposedRule
from tests import worlds

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


def test_an_order_that_is_not_there_is_said(order_id):
    done = run("orders", "route", str(uuid7(timezone.now())))

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
