"""Sessions of people who are logged in: seen, and ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef

from haochaping.accounts.access import check_power
from haochaping.accounts.actions.steps import locked_user, record
from haochaping.accounts.queries import check_reach
from haochaping.accounts.terms import UNKNOWN_SESSION, Power
from haochaping.kernel.actor import Actor, ActorKind
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from datetime import datetime


_JUST_NOW = timedelta(minutes=10)


def note_seen(session_key: str, *, now: datetime) -> None:
    """Note that a session is in use; the gate calls this once a minute at most."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=now)


def change_session_key(before: str, after: str) -> None:
    """Keep a session in the list of its owner when its key changes; the log-in is noted by whoever changes it."""
    UserSession.objects.filter(session_key=before).update(session_key=after)


@transaction.atomic
def forget_sessions(*, now: datetime) -> int:
    """Erase sessions whose time is over, with address and browser of whoever they were; returns how many.

    When people logged in and out the ledger says.
    """
    ended = Session.objects.filter(expire_date__lt=now).delete()[0]
    known = Session.objects.filter(session_key=OuterRef("session_key"))
    # One that has just begun is stored with the answer to its request.
    UserSession.objects.filter(~Exists(known), last_seen_at__lt=now - _JUST_NOW).delete()
    return ended


@transaction.atomic
def end_sessions(*, user_id: int, session_id: int | None = None, by: Actor, now: datetime) -> int:
    """End one session of a person, or all; returns how many ended. Locks the user's row.

    One's own sessions anybody may end; those of others take the power `session.end`. Raises `Refused` with
    `UNKNOWN_SESSION` when there is none.
    """
    locked_user(user_id)
    if not (by.kind == ActorKind.STAFF and by.id == str(user_id)):
        check_power(by, Power.SESSION_END)
        check_reach(by, user_id)
    found = UserSession.objects.filter(user_id=user_id)
    if session_id is not None:
        found = found.filter(pk=session_id)
    keys = list(found.values_list("session_key", flat=True))
    if not keys:
        raise Refused(UNKNOWN_SESSION)
    Session.objects.filter(session_key__in=keys).delete()
    found.delete()
    record("user", user_id, "sessions_ended", count=str(len(keys)), by=by, now=now)
    return len(keys)
