"""Supervisors and an agency before their pages, with a work order between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts import rules
from haochaping.accounts.terms import Role
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.identifiers import uuid7
from tests import worlds
from tests.doors.conftest import PASSWORD
from tests.doors.workbench.conftest import bad, bad_review, browser_of, clerk, world

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["bad", "bad_review", "browser_of", "clerk", "world"]


@pytest.fixture
def supervisor_of(world) -> Callable[..., Client]:
    """The signed-in browser of a supervisor: `supervisor_of("one")`, `supervisor_of("county", worlds.COUNTY)`."""

    def make(name: str, division: str = worlds.CITY) -> Client:
        browser = Client()
        user_id = accounts.create_staff(
            username=f"supervisor-{name}",
            display_name=f"督办员{name}",
            role=Role.SUPERVISOR,
            division_code=division,
            password=PASSWORD,
            by=OPERATOR,
            now=world,
        )
        enrolment = accounts.enrol_totp(user_id=user_id, by=OPERATOR, now=world)
        browser.post(reverse("account_login"), {"login": f"supervisor-{name}", "password": PASSWORD})
        code = rules.one_time_code(enrolment.secret, timezone.now())
        assert browser.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
        return browser

    return make


@pytest.fixture
def one(supervisor_of: Callable[..., Client]) -> Client:
    return supervisor_of("one")


@dataclass(frozen=True)
class Letter:
    """A supervision letter about the work order."""

    id: UUID

    @property
    def address(self) -> str:
        return f"/oversight/supervision/{self.id}"

    @property
    def at_desk(self) -> str:
        return f"/desk/supervision/{self.id}"


def fresh_key() -> str:
    return str(uuid7(timezone.now()))


@pytest.fixture
def letter(bad, one) -> Letter:
    """A letter that was just drafted."""
    form = {"key": fresh_key(), "order": str(bad.order_id), "text": "请说明为何三次未能办成。"}
    answer = one.post("/oversight/supervision/new", form)
    assert answer.status_code == 303, answer.content.decode()
    return Letter(UUID(answer.headers["Location"].rpartition("/")[2]))


@pytest.fixture
def checked(letter: Letter, one: Client, clerk: Client) -> Letter:
    """A letter that was sent, answered and checked."""
    assert one.post(f"{letter.address}/notify").status_code == 303
    assert clerk.post(f"{letter.at_desk}/respond", {"text": "已整改。"}).status_code == 303
    assert one.post(f"{letter.address}/check", {"text": "与答复不符。"}).status_code == 303
    return letter
