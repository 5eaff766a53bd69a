"""A bad review with its order in the small world, and people of the desk who have signed in with both factors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, TypedDict

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts import rules
from haochaping.accounts.terms import Role
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import OPERATOR
from haochaping.rectification import queries as orders
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.doors.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

WORDS = "窗口让我第三次跑，电话13912345678，这是一段足够长的文字，用来看看列表里是不是只显示前面四十个字。"


class Where(TypedDict, total=False):
    """Where a role holds: one of the three."""

    division_code: str
    agency_code: str
    everywhere: bool


PLACES: dict[str, tuple[Role, Where]] = {
    "clerk": (Role.CLERK, {"agency_code": worlds.AGENCY}),
    "other_clerk": (Role.CLERK, {"agency_code": worlds.OTHER_AGENCY}),
    "lead": (Role.AGENCY_LEAD, {"agency_code": worlds.AGENCY}),
    "supervisor": (Role.SUPERVISOR, {"division_code": worlds.CITY}),
    "publisher": (Role.PUBLISHER, {"division_code": worlds.CITY}),
    "second_publisher": (Role.PUBLISHER, {"division_code": worlds.CITY}),
    "other_publisher": (Role.PUBLISHER, {"division_code": worlds.OTHER_CITY}),
    "operator": (Role.HOTLINE_OPERATOR, {"division_code": worlds.CITY}),
    "auditor": (Role.AUDITOR, {"everywhere": True}),
    "sysadmin": (Role.SYSTEM_ADMIN, {"everywhere": True}),
    "local_admin": (Role.SYSTEM_ADMIN, {"division_code": worlds.CITY}),
}


def questions(browser: Client, address: str) -> list[str]:
    """What a page asks of the database that is shown a second time.

    Not the beginning and end of transactions, which outside a test go with the statements, nor the rows of the audit,
    which are copied when the page has been given.
    """
    browser.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == HTTPStatus.OK
    others = r"SAVEPOINT|RELEASE|SET TRANS|Composed"
    return [str(one["sql"])[:160] for one in asked if not re.match(others, str(one["sql"]))]


@dataclass(frozen=True)
class Bad:
    """A bad review that was dispatched."""

    review_id: UUID
    order_id: UUID
    receipt: str

    def address(self, step: str = "") -> str:
        if step == "read":
            return reverse("desk_order_read", args=[self.order_id])
        return reverse(
            "desk_order_step" if step else "desk_order", args=[self.order_id, *filter(None, [step])]
        )


@pytest.fixture
def world(db: None) -> datetime:
    """The small world, built a day ago; returns the moment."""
    moment = timezone.now() - timedelta(days=1)
    worlds.build(moment)
    return moment


@pytest.fixture
def bad_review(world: datetime) -> Callable[..., Bad]:
    """Give a bad review: `bad_review("YC-1", level=1, text="…", codes=["113"], at=…)`."""

    def give(
        case_no: str = "YC-00000001",
        *,
        level: int = 1,
        text: str = WORDS,
        codes: tuple[str, ...] = ("113",),
        at: datetime = world,
        finished: bool = True,
        **changes: object,
    ) -> Bad:
        worlds.take_case(case_no, at, **changes)
        raw = Raw(worlds.review(case_no, level, at, channel="mobile"))
        outcome = receive_reviews([raw], entrance=Entrance.TOKEN, by=worlds.REVIEWER, now=at)[0]
        assert outcome.id is not None
        assert outcome.receipt is not None
        if finished:
            later = at + timedelta(minutes=1)
            change_review.finish_review(outcome.id, list(codes), text, by=worlds.REVIEWER, now=later)
            worlds.offer(later)
        order = orders.order_of_review(outcome.id)
        assert order is not None
        return Bad(outcome.id, order.id, outcome.receipt)

    return give


@pytest.fixture
def bad(bad_review: Callable[..., Bad]) -> Bad:
    return bad_review()


@pytest.fixture
def browser_of(world: datetime) -> Callable[[str], Client]:
    """The signed-in browser of somebody in `PLACES`; `"anonymous"` has not signed in."""

    def make(who: str) -> Client:
        browser = Client()
        if who == "anonymous":
            return browser
        role, place = PLACES[who]
        username = who.replace("_", "-")
        user_id = accounts.create_staff(
            username=username,
            display_name=f"示例{username}",
            role=role,
            password=PASSWORD,
            by=OPERATOR,
            now=world,
            **place,
        )
        enrolment = accounts.enrol_totp(user_id=user_id, by=OPERATOR, now=world)
        browser.post(reverse("account_login"), {"login": username, "password": PASSWORD})
        code = rules.one_time_code(enrolment.secret, timezone.now())
        assert browser.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
        return browser

    return make


@pytest.fixture
def clerk(browser_of: Callable[[str], Client]) -> Client:
    return browser_of("clerk")
