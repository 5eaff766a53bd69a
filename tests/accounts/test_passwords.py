"""Passwords: what a guesser would try is refused, and what GB/T 22239 asks for is done where it is switched on."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as configured
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from haochaping.accounts import actions, queries, rules
from haochaping.accounts.actions import passwords
from haochaping.accounts.models import FormerPassword, User
from haochaping.accounts.terms import WEAK_PASSWORD, Role
from haochaping.kernel.actor import OPERATOR
from tests.accounts.conftest import PASSWORD, reason_of

if TYPE_CHECKING:
    from pathlib import Path

WORDS = frozenset({"dragon", "monkey", "password", "haochaping"})
HARD = "tZ8!vqXw4_mn"


@pytest.mark.parametrize(
    ("password", "parts"),
    [
        ("", 0),
        ("dragonmonkey", 2),
        ("DragonMonkey1", 3),
        ("p@55w0rd2026", 2),
        ("haochaping123456", 2),
        ("qwertyuiopasdf", 2),
        ("1qaz2wsx3edc", 1),
        ("aaaaaaaaaaaa", 1),
        ("abcabcabcabc", 1),
        ("987654321098", 2),
        ("dragon dragon dragon ", 1),
        ("tzvqxwmnjfkr", 12),
    ],
)
def test_parts_are_counted_as_a_guesser_puts_them_together(password, parts):
    assert rules.parts_of(password, WORDS) == parts


@given(st.text(max_size=60))
def test_no_password_has_more_parts_than_characters(password):
    assert 0 <= rules.parts_of(password, WORDS) <= len(password.lower())


def test_long_repetitions_are_counted_in_no_time():
    assert rules.parts_of("ab" * 100, WORDS) == 1


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Passw0rd2026!",
        "qwerty123456",
        "Qwerty123456!",
        "haochaping2026",
        "zhengwufuwu123",
        "1234567890ab",
        "iloveyou1234",
        "112233445566",
        "adminadmin123",
        "dragonmonkey12",
        "好差评好差评好差评好差评",
    ],
)
def test_what_would_be_guessed_is_refused(password):
    with pytest.raises(ValidationError):
        passwords.Guessable().validate(password)


@pytest.mark.parametrize(
    "password", [PASSWORD, "correct horse battery staple", HARD, "河边的老槐树开花又下雨了"]
)
def test_what_would_not_be_guessed_is_taken(password):
    passwords.Guessable().validate(password)


def validators(profile: str, tmp_path: Path) -> list[str]:
    """What the settings say in a process of their own."""
    program = (
        "from haochaping.config import settings as s; print(*(v['NAME'] for v in s.AUTH_PASSWORD_VALIDATORS))"
    )
    told = {"HAOCHAPING_PASSWORDS": profile, "HAOCHAPING_DATA": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | told, capture_output=True, text=True, check=True
    )
    return [name.rpartition(".")[2] for name in run.stdout.split()]


def test_profiles_differ_by_mixture_age_and_history(tmp_path):
    asvs, dengbao = (validators(profile, tmp_path) for profile in ("asvs", "dengbao3"))

    assert asvs == [
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "Guessable",
        "UserAttributeSimilarityValidator",
    ]
    assert dengbao == [*asvs, "Mixed", "NotAgain"]


@pytest.fixture
def _dengbao(settings) -> None:
    own = ["Mixed", "NotAgain"]
    settings.PASSWORDS_AGE = True
    settings.AUTH_PASSWORD_VALIDATORS = [
        *configured.AUTH_PASSWORD_VALIDATORS,
        *({"NAME": f"haochaping.accounts.actions.passwords.{name}"} for name in own),
    ]


dengbao = pytest.mark.usefixtures("_dengbao", "town")


def make(password: str) -> int:
    return actions.create_staff(
        username="li.wei",
        display_name="示例人员",
        role=Role.CLERK,
        password=password,
        everywhere=True,
        by=OPERATOR,
        now=timezone.now(),
    )


@dengbao
@pytest.mark.parametrize(("password", "is_taken"), [(PASSWORD, False), (HARD, True), ("tz8vqxw4mnjk", False)])
def test_three_kinds_of_characters_are_asked_for(password, is_taken):
    if is_taken:
        assert make(password)
    else:
        with pytest.raises(Exception, match=WEAK_PASSWORD.code):
            make(password)


@dengbao
def test_last_five_passwords_are_not_taken_again_and_older_ones_are_forgotten():
    user = User.objects.get(pk=make(f"{HARD}0"))
    for n in range(1, 6):
        user.set_password(f"{HARD}{n}")
        user.save(update_fields=["password"])

    again = passwords.NotAgain()
    for n in range(1, 6):
        with pytest.raises(ValidationError):
            again.validate(f"{HARD}{n}", user)
    again.validate(f"{HARD}0", user)
    assert FormerPassword.objects.filter(user_id=user.pk).count() == 5


@dengbao
@pytest.mark.parametrize(("days", "is_old"), [(0, False), (89, False), (91, True)])
def test_password_grows_old(days, is_old):
    user_id = make(HARD)

    assert queries.password_is_old(user_id, now=timezone.now() + timedelta(days=days)) is is_old


@pytest.mark.usefixtures("town")
def test_password_of_unknown_age_is_old_and_nothing_is_kept_without_the_profile():
    user_id = make(PASSWORD)

    assert queries.password_is_old(user_id, now=timezone.now())
    assert not FormerPassword.objects.exists()


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("password", ["elevenchars", "password1234"])
def test_refusals_are_the_rooms(password):
    now = timezone.now()
    reason = reason_of(
        actions.create_staff,
        username="li.wei",
        display_name="示例人员",
        role=Role.CLERK,
        password=password,
        everywhere=True,
        by=OPERATOR,
        now=now,
    )

    assert reason == WEAK_PASSWORD
