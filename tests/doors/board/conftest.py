"""Reviews of the small world as the public would see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from haochaping.directory.models import Division
from haochaping.exchange.quality.models import WithheldFigure
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, handle_bad_review
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.identifiers import uuid7
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

WORDS = "窗口让我第三次跑，电话13912345678"
REPLY = "已改为一次办结，谢谢您的电话13912345678。"


@dataclass(frozen=True)
class Told:
    """A bad review with its words and the agency's reply, neither of them released."""

    review_id: UUID
    at: datetime


@pytest.fixture
def world(db: None) -> datetime:
    """The small world, built two days ago; returns the moment."""
    moment = timezone.now() - timedelta(days=2)
    worlds.build(moment)
    return moment


@pytest.fixture
def told(world: datetime) -> Told:
    at = world
    worlds.take_case("YC-00000001", at)
    raw = Raw(worlds.review("YC-00000001", 1, at, channel="mobile"))
    outcome = receive_reviews([raw], entrance=Entrance.TOKEN, by=worlds.REVIEWER, now=at)[0]
    assert outcome.id is not None
    at += timedelta(minutes=1)
    change_review.finish_review(outcome.id, ["113"], WORDS, by=worlds.REVIEWER, now=at)
    order = orders.order_of_review(outcome.id)
    assert order is not None
    rectification.sign_for(order.id, by=worlds.CLERK, now=at + timedelta(minutes=1))
    worlds.hear(
        order.id,
        result="answered",
        is_true=True,
        is_reasonable=True,
        note="内部核实记录",
        by=worlds.CLERK,
        now=at + timedelta(minutes=2),
    )
    rectification.rectify(
        order.id,
        outcome="immediate_rectified",
        text="内部整改记录",
        by=worlds.CLERK,
        now=at + timedelta(minutes=3),
    )
    handle_bad_review.reply(order.id, REPLY, by=worlds.CLERK, now=at + timedelta(minutes=4))
    return Told(outcome.id, at + timedelta(hours=1))


def withhold(rule: str, code: str, first: date = date(2020, 1, 1), last: date = date(2099, 1, 1)) -> None:
    """A rule keeps back the figures of a division and of all below it."""
    now = timezone.now()
    WithheldFigure.objects.create(
        id=uuid7(now),
        rule=rule,
        division=Division.objects.get(code=code),
        first_day=first,
        last_day=last,
        below=True,
        raised_at=now,
        withheld_at=now,
    )


def all_figures(client: Client, page: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
    """All figures (`ui.shapes.Figure`) of a place by the names of their measures, from the page that its own page leads to."""
    path, mark, asked = page.partition("?")
    answer = client.get(f"{path}/measures{mark}{asked}", query, headers={"accept-language": "en"})
    return {figure.href.split("#")[1]: figure for figure in answer.context["measures"]}
