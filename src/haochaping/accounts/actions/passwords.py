"""Rules for passwords that Django asks whenever one is set, whichever way: each a validator of its settings."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from haochaping.accounts.models import FormerPassword
from haochaping.accounts.rules import kinds_of_characters, parts_of
from haochaping.accounts.terms import PASSWORDS_KEPT
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from haochaping.accounts.models import User

_FEWEST_PARTS = 4
_KINDS = 3
# Words of this house that somebody outside would try first (ASVS 5.0 V6.2.11).
_OF_THE_HOUSE = (
    "haochaping", "haoping", "chaping", "pingjia", "manyi", "zhengwu", "fuwu", "zhongxin", "dating", "banshi",
    "shenpi", "xingzheng", "guanli", "mima", "woaini", "haochaping", "review", "government", "service", "政务服务",
    "好差评", "满意", "差评", "admin", "root", "pass", "login", "user", "test", "demo", "2024", "2025", "2026", "2027",
)  # fmt: skip
_TOO_EASY = N_("This password is put together from common words, runs or repetitions.")
_NOT_MIXED = N_("This password needs three of: small letters, capital letters, digits, other characters.")
_USED_BEFORE = N_("This password is one of the last {n} of this account.")


@cache
def _words() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords) | frozenset(_OF_THE_HOUSE)


class Guessable:
    """Refuses a password of fewer than four parts.

    Lists of common passwords end where ours begin: of Django's 20,000 not 200 have twelve characters. What people
    make of the short ones to get there (password1234, Qwerty123456!) follows a few rules, and so does this.
    """

    def validate(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 - Django's signature
        """Raise ValidationError for a password that would be guessed."""
        if parts_of(password, _words()) < _FEWEST_PARTS:
            raise ValidationError(gettext(_TOO_EASY), code="password_too_easy")

    def get_help_text(self) -> str:
        """What Django's forms say beforehand."""
        return gettext(_TOO_EASY)


class Mixed:
    """Refuses a password of fewer than three kinds of characters."""

    def validate(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 - Django's signature
        """Raise ValidationError for a password of one or two kinds."""
        if kinds_of_characters(password) < _KINDS:
            raise ValidationError(gettext(_NOT_MIXED), code="password_not_mixed")

    def get_help_text(self) -> str:
        """What Django's forms say beforehand."""
        return gettext(_NOT_MIXED)


class NotAgain:
    """Refuses the last five passwords of an account, and remembers each new one as it is set."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for a password the account had."""
        former = FormerPassword.objects.filter(user_id=user.pk) if user is not None and user.pk else ()
        if any(check_password(password, one.password) for one in former):
            raise ValidationError(gettext(_USED_BEFORE).format(n=PASSWORDS_KEPT), code="password_used_before")

    def password_changed(self, password: str, user: User) -> None:  # noqa: ARG002 - Django's signature
        """Keep the new password's hash, forget all but the last five. Django calls this when a user is saved."""
        FormerPassword.objects.create(user_id=user.pk, password=user.password)
        kept = FormerPassword.objects.filter(user_id=user.pk).order_by("-pk").values("pk")[:PASSWORDS_KEPT]
        FormerPassword.objects.filter(user_id=user.pk).exclude(pk__in=kept).delete()

    def get_help_text(self) -> str:
        """What Django's forms say beforehand."""
        return gettext(_USED_BEFORE).format(n=PASSWORDS_KEPT)
