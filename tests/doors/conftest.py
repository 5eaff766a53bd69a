"""People at the doors: made by the room's own actions, signed in through the real pages."""

from __future__ import annotations

import logging
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts import rules
from haochaping.accounts.terms import Role
from haochaping.config.logs import OneRecord
from haochaping.kernel.actor import OPERATOR
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PASSWORD = "a quiet river at dusk"
RECORDS = "account_authentication_methods"


def wait(browser: Client, minutes: float = 60) -> None:
    """Let time pass since somebody logged in, without idling."""
    session = browser.session
    ago = timedelta(minutes=minutes).total_seconds()
    session[RECORDS] = [record | {"at": record["at"] - ago} for record in session[RECORDS]]
    session.save()


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What the only handler of the house writes, as it writes it."""
    [handler] = [one for one in logging.getLogger().handlers if isinstance(one.formatter, OneRecord)]
    assert isinstance(handler, logging.StreamHandler)
    log = StringIO()
    before = handler.setStream(log)
    yield log
    handler.setStream(before)


class Person:
    """Somebody with an account, a browser, and maybe a second factor."""

    def __init__(self, role: Role, *, enrolled: bool = True, name: str = "") -> None:
        self.username = name or str(role).replace("_", "-")
        place: dict[str, Any] = {"everywhere": True}
        if role == Role.IDENTITY_KEEPER:
            # Who decides for an office has one.
            worlds.build(timezone.now())
            place = {"agency_code": worlds.AGENCY}
        self.id = accounts.create_staff(
            username=self.username,
            display_name="示例人员",
            role=role,
            password=PASSWORD,
            by=OPERATOR,
            now=timezone.now(),
            **place,
        )
        self.enrolment = (
            accounts.enrol_totp(user_id=self.id, by=OPERATOR, now=timezone.now()) if enrolled else None
        )
        self.browser = Client()

    def give_password(self, password: str = PASSWORD, *, address: str = "127.0.0.1"):
        form = {"login": self.username, "password": password}
        return self.browser.post(reverse("account_login"), form, REMOTE_ADDR=address)

    def give_code(self, code: str | None = None):
        assert self.enrolment is not None
        code = code or rules.one_time_code(self.enrolment.secret, timezone.now())
        return self.browser.post(reverse("mfa_authenticate"), {"code": code})


@pytest.fixture
def person(db: None) -> Callable[..., Person]:
    """Make somebody: `person(Role.CLERK, enrolled=False)`."""
    return Person


@pytest.fixture
def signed_in(db: None) -> Callable[..., Person]:
    """Make somebody who has signed in with both factors; a second one of a role has another `name`."""

    def make(role: Role, name: str = "") -> Person:
        made = Person(role, name=name)
        made.give_password()
        answer = made.give_code()
        assert answer.status_code == 302, answer.content.decode()
        return made

    return make
