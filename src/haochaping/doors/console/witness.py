"""Who logged in, who could not, who logged out: one entry each, whichever page or program it happened on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import authentication_step_completed
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.utils import timezone

from haochaping.accounts import actions, queries
from haochaping.doors.origin import network_asked_from
from haochaping.kernel.actor import SYSTEM, Actor, ActorKind
from haochaping.ledger.terms import EntryKind

if TYPE_CHECKING:
    from django.http import HttpRequest

    from haochaping.accounts.models import User


def watch() -> None:
    """Listen to Django and allauth; called once, when the program starts."""
    user_logged_in.connect(_logged_in)
    user_logged_out.connect(_logged_out)
    user_login_failed.connect(_password_failed)
    authentication_failed.connect(_code_failed)
    authentication_step_completed.connect(_confirmed)


def failed(request: HttpRequest, username: str, reason: str) -> None:
    """Record a log-in that failed; of a name that is no account nothing is kept: it may be a mistyped password."""
    person = queries.staff_by_username(username)
    _note(request, EntryKind.SIGN_IN_FAILED, str(person.id) if person else "unknown", SYSTEM, reason=reason)


def _logged_in(*, request: HttpRequest, user: User, **_: Any) -> None:
    by = Actor(ActorKind.STAFF, str(user.pk))
    how = "+".join(str(record.get("method")) for record in get_authentication_records(request, user))
    _note(request, EntryKind.SIGNED_IN, str(user.pk), by, how=how)


def _logged_out(*, request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None and user.pk:
        _note(request, EntryKind.SIGNED_OUT, str(user.pk), Actor(ActorKind.STAFF, str(user.pk)))


def _password_failed(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    if request is not None:
        failed(request, str(credentials.get("username", "")), "password")


def _code_failed(*, request: HttpRequest, user: User, **_: Any) -> None:
    _note(request, EntryKind.SIGN_IN_FAILED, str(user.pk), SYSTEM, reason="code")


def _confirmed(
    *, request: HttpRequest, user: User, method: str, reauthenticated: bool = False, **_: Any
) -> None:
    """A confirmation within a session is a log-in of its own: recorded, and with a new key (ASVS 7.2.4)."""
    if not reauthenticated:
        return
    before = str(request.session.session_key)
    request.session.cycle_key()
    actions.change_session_key(before, str(request.session.session_key))
    by = Actor(ActorKind.STAFF, str(user.pk))
    _note(request, EntryKind.SIGNED_IN, str(user.pk), by, how=f"{method} again")


def _note(request: HttpRequest, kind: EntryKind, subject_id: str, by: Actor, **facts: str) -> None:
    network = network_asked_from(request)
    actions.note(kind, "user", subject_id, by=by, now=timezone.now(), network=network, **facts)
