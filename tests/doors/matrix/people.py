"""Everybody who may stand before a page: each role in each place, and those who are nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts.models import User
from haochaping.accounts.terms import Place, Role
from haochaping.kernel.actor import OPERATOR
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Iterator

SCOPES = {
    "own agency": Place(agency_code=worlds.AGENCY),
    "own division": Place(division_code=worlds.COUNTY),
    "other agency": Place(agency_code=worlds.OTHER_AGENCY),
    "other division": Place(division_code=worlds.OTHER_CITY),
    "everywhere": Place(everywhere=True),
}
ANONYMOUS, HALFWAY, ROLELESS, PROGRAM = "anonymous", "password only", "no role", "program"


@dataclass(frozen=True)
class Somebody:
    """One column of the matrix: a role (or what one is without a role) in a place, with the browser."""

    role: str
    scope: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    browser: Client = field(default_factory=Client)
    user_id: int = 0

    def __str__(self) -> str:
        return f"{self.role} of {self.scope}" if self.scope else self.role


def everybody() -> Iterator[Somebody]:
    """Make all of them; each has signed in."""
    yield Somebody(ANONYMOUS)
    yield _signed_in(HALFWAY, factors=1)
    yield _signed_in(ROLELESS)
    for scope in ("own division", "other division"):
        _, key = accounts.create_client(
            name=scope, division_code=SCOPES[scope].division_code, by=OPERATOR, now=timezone.now()
        )
        yield Somebody(PROGRAM, scope, {"Authorization": f"Bearer {key}"})
    for role in Role:
        for scope, place in SCOPES.items():
            # A keeper of identities decides for an office, and for nothing wider.
            if role != Role.IDENTITY_KEEPER or place.agency_code:
                yield _signed_in(role, scope)


def _signed_in(role: str, scope: str = "", *, factors: int = 2) -> Somebody:
    now = timezone.now()
    name = f"{role} {scope}".strip().replace(" ", "-").replace("_", "-")
    password = make_password("a quiet river at dusk")
    user = User.objects.create(username=name[:40], display_name=name, password=password, date_joined=now)
    if scope:
        accounts.grant_role(user_id=user.pk, role=role, place=SCOPES[scope], by=OPERATOR, now=now)
    # As after typing the password once more a moment ago, so that no page asks for it first.
    just = {"at": now.timestamp(), "reauthenticated": True}
    methods: list[dict[str, Any]] = [{"method": "password", **just}]
    if factors > 1:
        data = {"secret": encrypt("A" * 32)}
        Authenticator.objects.create(user=user, type="totp", data=data, created_at=now)
        methods.append({"method": "mfa", "type": "totp", **just})
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = methods
    session["account_authentication_methods_user"] = str(user.pk)
    session["gate.since"] = session["gate.seen"] = (now + timedelta(hours=1)).timestamp()
    session.create()
    browser = Client(raise_request_exception=False)
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return Somebody(role, scope, browser=browser, user_id=user.pk)
