"""Whoever tries names at the log-in learns nothing of which there are: neither from the answer nor from its time."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions
from haochaping.accounts.terms import Role
from haochaping.kernel.actor import OPERATOR

TRIES = 200
# trust.md A5.
DIFFERENCE = 0.005
KNOWN, UNKNOWN = "clerk", "nobody"


class Counting(MD5PasswordHasher):
    """Counts what is worked out: of the real one each costs as much time as all the rest together."""

    worked_out = 0

    def encode(self, password: str, salt: str) -> str:
        Counting.worked_out += 1
        return super().encode(password, salt)


def try_with(name: str) -> Any:
    """A log-in that fails, as the first one of its kind: nobody is locked out."""
    cache.clear()
    return Client().post(reverse("account_login"), {"login": name, "password": "wrong horse, wrong battery"})


def timed(name: str) -> float:
    cache.clear()
    browser, form = Client(), {"login": name, "password": "wrong horse, wrong battery"}
    begun = perf_counter()
    browser.post(reverse("account_login"), form)
    return perf_counter() - begun


@pytest.fixture
def names(person, settings) -> dict[str, str]:
    """Somebody known, somebody without a password, somebody disabled, and nobody."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    person(Role.CLERK)
    actions.open_account(username="opened", display_name="新开账户", by=OPERATOR, now=timezone.now())
    closed = person(Role.AUDITOR)
    actions.disable(user_id=closed.id, by=OPERATOR, now=timezone.now())
    return {"known": KNOWN, "no password": "opened", "disabled": closed.username, "unknown": UNKNOWN}


def test_a_password_is_worked_out_as_often_whether_there_is_such_a_name_or_not(names):
    worked_out = {}
    for circumstance, name in names.items():
        Counting.worked_out = 0
        assert try_with(name).status_code == 200
        worked_out[circumstance] = Counting.worked_out

    assert worked_out == dict.fromkeys(names, 1)


def test_the_answer_is_the_same_whether_there_is_such_a_name_or_not(names):
    said = {tuple(try_with(name).context["form"].non_field_errors()) for name in names.values()}

    assert len(said) == 1
    assert said != {()}


def test_the_rest_takes_the_same_time_whether_there_is_such_a_name_or_not(names):
    """Medians of differences of pairs: what slows the machine down for a while slows down both of a pair."""
    timed(KNOWN)
    differences = [timed(KNOWN) - timed(UNKNOWN) for _ in range(TRIES)]

    assert abs(median(differences)) < DIFFERENCE


def test_all_accounts_share_one_hasher_so_that_nobody_costs_as_much_as_somebody():
    from haochaping.config import settings as written  # the suite puts a quicker one in its place

    assert len(written.PASSWORD_HASHERS) == 1
