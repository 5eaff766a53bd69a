"""Steps that several writes of the room share: the locked row, the entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from haochaping.accounts.models import User
from haochaping.accounts.terms import UNKNOWN_USER, WEAK_PASSWORD
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor


def locked_user(user_id: int) -> User:
    """The person's row, locked to the end of the transaction; refuses `UNKNOWN_USER`."""
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise Refused(UNKNOWN_USER, field="user")
    return user


def check_password(password: str, user: User) -> None:
    """Refuse `WEAK_PASSWORD` with what is wrong with it."""
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise Refused(WEAK_PASSWORD, field="password", detail=" ".join(problem.messages)) from problem


def record(subject: str, pk: int, change: str, *, by: Actor, now: datetime, **facts: str) -> None:
    """Append the entry of a change; `facts` name no person."""
    entry = NewEntry(EntryKind.ACCOUNT_CHANGED, subject, str(pk), facts={"change": change, **facts})
    ledger.append([entry], by=by, now=now)
