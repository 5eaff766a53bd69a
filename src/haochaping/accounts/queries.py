"""账户 reads: who somebody is, what they may do and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q

from haochaping.accounts.access import check_scope
from haochaping.accounts.models import ApiClient, OneTimeLink, RoleGrant, User
from haochaping.accounts.rules import key_hash, powers_of
from haochaping.accounts.terms import (
    CLIENT_POWERS,
    STAFF_PROVIDER,
    ClientRow,
    LinkPurpose,
    LinkRow,
    Role,
    SessionRow,
    StaffRow,
)
from haochaping.directory.rules import path_range
from haochaping.kernel.actor import EVERYWHERE, NOWHERE, Actor, ActorKind, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# Asked with every request of a machine.
_CLIENT_BY_KEY = """
    SELECT c.id, c.name, c.key_prefix, c.active, d.code, d.path
      FROM accounts_api_client c JOIN directory_division d ON d.id = c.division_id
     WHERE c.key_hash = %s AND c.active
"""
_CLIENT = ("id", "name", "key_prefix", "active", "division__code", "division__path")


def actor_of_user(user_id: int) -> Actor:
    """A person as actor with the powers and remit held now; none of either when disabled or unknown."""
    grants = list(
        RoleGrant.objects.filter(user_id=user_id, user__is_active=True, revoked_at=None).values_list(
            "role", "everywhere", "division__path", "agency__path"
        )
    )
    powers = powers_of(Role(role) for role, *_ in grants)
    # All roles of a person hold in one place (rule OTHER_PLACE), so that the first says it for all.
    scope = _scope(*grants[0][1:]) if grants else NOWHERE
    return Actor(ActorKind.STAFF, str(user_id), frozenset(map(str, powers)), scope)


_PLACE = ("everywhere", "division__path", "agency__division__path", "agency__path")


def check_reach(by: Actor, user_id: int) -> None:
    """Refuse `OUT_OF_SCOPE` unless every role the person holds lies within the actor's remit.

    Whoever has no role yet belongs to no place: any administrator may look after them.
    """
    for everywhere, division, of_agency, agency in RoleGrant.objects.filter(
        user_id=user_id, revoked_at=None
    ).values_list(*_PLACE):
        path = "" if everywhere else division or of_agency
        check_scope(by, division_path=path, agency_path=agency or "")


def within_reach(by: Actor, person: str = "pk") -> Q:
    """`check_reach` for many: a filter on the column that holds the person."""
    if by.scope.division_path == "":
        return Q()
    held = RoleGrant.objects.filter(revoked_at=None)
    outside = held.exclude(pk__in=held.filter(_inside(by.scope)).values("pk"))
    return ~Q(**{f"{person}__in": outside.values("user_id")})


def _inside(scope: Scope) -> Q:
    if scope.division_path is not None:
        low, high = path_range(scope.division_path)
        own = Q(division__path__gte=low, division__path__lt=high)
        return own | Q(agency__division__path__gte=low, agency__division__path__lt=high)
    low, high = path_range(scope.agency_path) if scope.agency_path else ("", "")
    return Q(agency__path__gte=low, agency__path__lt=high)


def _scope(everywhere: bool, division_path: str | None, agency_path: str | None) -> Scope:
    return EVERYWHERE if everywhere else Scope(division_path=division_path, agency_path=agency_path)


def display_names(user_ids: Iterable[int]) -> dict[int, str]:
    """Names of people who log in, by id, for pages of their own house."""
    return dict(User.objects.filter(id__in=set(user_ids)).values_list("id", "display_name"))


def client_by_key(key: str) -> ClientRow | None:
    """The active client that holds the key; None when there is none.

    The key is looked up by its hash, so that the time of the answer says nothing about a key.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLIENT_BY_KEY, [key_hash(key)])
        row = cursor.fetchone()
    return ClientRow(*row) if row else None


def actor_of_client(client: ClientRow) -> Actor:
    """A client as actor: what every client may do, within its division."""
    scope = Scope(division_path=client.division_path)
    return Actor(ActorKind.CLIENT, str(client.id), frozenset(map(str, CLIENT_POWERS)), scope)


def clients() -> list[ClientRow]:
    """All clients by name, revoked ones too."""
    return [ClientRow(*row) for row in ApiClient.objects.order_by("name").values_list(*_CLIENT)]


def staff_by_username(username: str) -> StaffRow | None:
    """One person by user name in any case; None when there is none."""
    found = _staff_rows(User.objects.filter(username=username.lower()).values_list(*_STAFF))
    return found[0] if found else None


def staff(*, by: Actor, limit: int = 1000, offset: int = 0, beginning: str = "") -> list[StaffRow]:
    """People of the actor's remit whose user name begins so, by user name, disabled ones too."""
    rows = User.objects.filter(within_reach(by), username__startswith=beginning.lower()).order_by("username")
    return _staff_rows(rows.values_list(*_STAFF)[offset : offset + limit])


_STAFF = ("id", "username", "display_name", "is_active")


def _staff_rows(rows: Iterable[tuple[int, str, str, bool]]) -> list[StaffRow]:
    people = list(rows)
    roles: dict[int, list[Role]] = {}
    grants = RoleGrant.objects.filter(user_id__in=[row[0] for row in people], revoked_at=None).order_by(
        "role"
    )
    for user_id, role in grants.values_list("user_id", "role"):
        roles.setdefault(user_id, []).append(Role(role))
    return [StaffRow(*row, tuple(roles.get(row[0], ()))) for row in people]


def staff_by_id(user_id: int) -> StaffRow | None:
    """One person by id; None when there is none."""
    found = _staff_rows(User.objects.filter(id=user_id).values_list(*_STAFF))
    return found[0] if found else None


def has_second_factor(user_id: int) -> bool:
    """Whether the person has set up a second factor."""
    user = User.objects.filter(id=user_id).first()
    return user is not None and bool(is_mfa_enabled(user))


def is_bound(user_id: int) -> bool:
    """Whether a subject of the staff identity provider logs in as this account."""
    return bool(SocialAccount.objects.filter(provider=STAFF_PROVIDER, user_id=user_id).exists())


def sessions_of(user_id: int, *, now: datetime) -> list[SessionRow]:
    """The sessions of a person that are still open, last seen first."""
    rows = UserSession.objects.filter(user_id=user_id).order_by("-last_seen_at")
    found = [
        SessionRow(*row)
        for row in rows.values_list("id", "session_key", "ip", "user_agent", "created_at", "last_seen_at")
    ]
    alive = set(
        Session.objects.filter(session_key__in=[row.key for row in found], expire_date__gt=now).values_list(
            "session_key", flat=True
        )
    )
    return [row for row in found if row.key in alive]


def link(token: str, *, now: datetime) -> LinkRow | None:
    """The one-time link with this token, if it can be used now."""
    row = (
        OneTimeLink.objects.filter(token_hash=key_hash(token), used_at=None, expires_at__gt=now)
        .values_list("purpose", "role", "user__username")
        .first()
    )
    return LinkRow(LinkPurpose(row[0]), row[1], row[2] or "") if row else None
