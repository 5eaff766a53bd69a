"""统一身份 of staff: which subject of the identity provider is which account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from haochaping.accounts import rules
from haochaping.accounts.access import check_power
from haochaping.accounts.actions.steps import locked_user, record
from haochaping.accounts.queries import check_reach
from haochaping.accounts.terms import (
    BAD_SUBJECT,
    NOT_BOUND,
    STAFF_PROVIDER,
    SUBJECT_TAKEN,
    Power,
)
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor


@transaction.atomic
def bind_identity(*, user_id: int, subject: str, by: Actor, now: datetime) -> None:
    """Let a subject of the staff identity provider log in as this account. Locks the user's row.

    Raises `Refused` with `BAD_SUBJECT`, or `SUBJECT_TAKEN` when subject or account is bound already.
    """
    check_power(by, Power.ACCOUNT_MANAGE)
    locked_user(user_id)
    check_reach(by, user_id)
    subject = subject.strip()
    if not rules.is_subject(subject):
        raise Refused(BAD_SUBJECT, field="subject")
    bound = SocialAccount.objects.filter(provider=STAFF_PROVIDER)
    if bound.filter(uid=subject).exists() or bound.filter(user_id=user_id).exists():
        raise Refused(SUBJECT_TAKEN, field="subject")
    SocialAccount.objects.create(provider=STAFF_PROVIDER, uid=subject, user_id=user_id, extra_data={})
    record("user", user_id, "identity_bound", by=by, now=now)


@transaction.atomic
def unbind_identity(*, user_id: int, by: Actor, now: datetime) -> None:
    """Let the account's subject log in no longer. Locks the user's row."""
    check_power(by, Power.ACCOUNT_MANAGE)
    locked_user(user_id)
    check_reach(by, user_id)
    if not SocialAccount.objects.filter(provider=STAFF_PROVIDER, user_id=user_id).delete()[0]:
        raise Refused(NOT_BOUND, field="user")
    record("user", user_id, "identity_unbound", by=by, now=now)
