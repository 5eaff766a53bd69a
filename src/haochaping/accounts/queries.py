"""账户 reads: who somebody is, what they may do and where."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from haochaping.accounts.access import check_scope
from haochaping.accounts.models import ApiClient, FormerPassword, OneTimeLink, RoleGrant, StaffBinding, User
from haochaping.accounts.rules import key_hash, powers_of, roles_with, told_apart
from haochaping.accounts.terms import (
    CLIENT_POWERS,
    PASSWORD_LIFETIME,
    STAFF_PROVIDER,
    ClientRow,
    GrantRow,
    HolderRow,
    LinkPurpose,
    LinkRow,
    MemberRow,
    PersonRow,
    Role,
    SessionRow,
    StaffRow,
)
from haochaping.directory import queries as directory
from haochaping.directory.rules import path_range
from haochaping.kernel.actor import EVERYWHERE, NOWHERE, Actor, ActorKind, Scope
from haochaping.postgres.together import Asked, together

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from haochaping.accounts.terms import Power

# Asked with every page of staff: a person, and a row for each role held now.
_STANDING = """
    SELECT EXISTS (SELECT FROM mfa_authenticator f WHERE f.user_id = u.id),
           EXISTS (SELECT FROM socialaccount_socialaccount s WHERE s.user_id = u.id AND s.provider = %s),
           g.role,
           ARRAY(SELECT staff_member_id FROM accounts_staff_binding WHERE user_id = u.id AND unbound_at IS NULL),
           g.everywhere, d.path, a.path
      FROM accounts_user u
      LEFT JOIN accounts_role_grant g ON g.user_id = u.id AND g.revoked_at IS NULL AND u.is_active
      LEFT JOIN directory_division d ON d.id = g.division_id
      LEFT JOIN directory_agency a ON a.id = g.agency_id
     WHERE u.id = %s
"""
# Asked with every request of a machine.
_CLIENT_BY_KEY = """
    SELECT c.id, c.name, c.key_prefix, c.active, d.code, d.path
      FROM accounts_api_client c JOIN directory_division d ON d.id = c.division_id
     WHERE c.key_hash = %s AND c.active
"""
_CLIENT_TRUSTED_SECONDS = 1.0
# By the hash of the key: when the client was asked for, and what was found. There are as many as there are clients.
_known_clients: dict[str, tuple[float, ClientRow]] = {}
_USER = [field.attname for field in User._meta.concrete_fields]  # noqa: SLF001 - documented by Django
_CLIENT = ("id", "name", "key_prefix", "active", "division__code", "division__path")


@dataclass(frozen=True, slots=True)
class Standing:
    """Who somebody is, and what they can show for it: a second factor, an identity of the provider of staff."""

    actor: Actor
    has_factor: bool
    is_bound: bool


def standing_of_user(user_id: int) -> Standing:
    """A person as actor with the powers and remit held now, and what they can show for it.

    None of either when disabled or unknown.
    """
    return _standing(user_id).answer


def _standing(user_id: int) -> Asked[Standing]:
    def read(found: Iterable[tuple[Any, ...]]) -> Standing:
        rows = list(found)
        has_factor, is_bound = rows[0][:2] if rows else (False, False)
        return Standing(_actor(user_id, [row[2:] for row in rows if row[2]]), has_factor, is_bound)

    return Asked(_STANDING, read, [STAFF_PROVIDER, user_id])


def user_with_standing(user_id: int) -> User | None:
    """The account of a person with its standing, asked together; None when there is no such account."""
    found, standing = Asked(User.objects.filter(id=user_id).values_list(*_USER), list), _standing(user_id)
    together(found, standing)
    for row in found.answer:
        user = User.from_db(connection.alias, _USER, row)
        user.standing = standing.answer
        return user
    return None


def _actor(user_id: int, grants: Sequence[tuple[Any, ...]]) -> Actor:
    powers = powers_of(Role(role) for role, *_ in grants)
    # All roles of a person hold in one place (rule OTHER_PLACE), so that the first says it for all.
    scope, bound = (_scope(*grants[0][2:]), grants[0][1]) if grants else (NOWHERE, ())
    return Actor(ActorKind.STAFF, str(user_id), frozenset(map(str, powers)), scope, frozenset(bound))


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


def password_is_old(user_id: int, *, now: datetime) -> bool:
    """Whether a password has been in use for longer than the profile dengbao3 allows, or nobody knows for how long."""
    newest = FormerPassword.objects.filter(user_id=user_id).order_by("-pk").first()
    return newest is None or now - newest.set_at > PASSWORD_LIFETIME


def display_names(user_ids: Iterable[int]) -> dict[int, str]:
    """Names of people who log in, by id, for pages of their own house; those called alike are told apart."""
    rows = User.objects.filter(id__in=set(user_ids)).values_list("id", "display_name", "username")
    return told_apart({user_id: (name, username) for user_id, name, username in rows})


def full_names(user_ids: Iterable[int]) -> dict[int, str]:
    """Names of people with the user names by which administrators know them, by id."""
    rows = User.objects.filter(id__in=set(user_ids)).values_list("id", "display_name", "username")
    return {user_id: f"{name} ({username})" for user_id, name, username in rows}


def client_names(client_ids: Iterable[int]) -> dict[int, str]:
    """Names of clients by id."""
    return dict(ApiClient.objects.filter(id__in=set(client_ids)).values_list("id", "name"))


def client_by_key(key: str) -> ClientRow | None:
    """The client that holds the key and was active within the last second; None when there is none.

    The key is looked up by its hash, so that the time of the answer says nothing about a key. A client that sends a
    hundred answers a second is asked for once.
    """
    hashed, now = key_hash(key), monotonic()
    asked_at, known = _known_clients.get(hashed, (0.0, None))
    if known and now - asked_at < _CLIENT_TRUSTED_SECONDS:
        return known
    with connection.cursor() as cursor:
        cursor.execute(_CLIENT_BY_KEY, [hashed])
        row = cursor.fetchone()
    if row is None:
        _known_clients.pop(hashed, None)
        return None
    found = ClientRow(*row)
    _known_clients[hashed] = now, found
    return found


def forget_clients() -> None:
    """Have every client asked for anew: to be called when one is changed."""
    _known_clients.clear()


def actor_of_client(client: ClientRow) -> Actor:
    """A client as actor: what every client may do, within its division."""
    scope = Scope(division_path=client.division_path)
    return Actor(ActorKind.CLIENT, str(client.id), frozenset(map(str, CLIENT_POWERS)), scope)


def clients() -> list[ClientRow]:
    """All clients by name, revoked ones too."""
    return [ClientRow(*row) for row in ApiClient.objects.order_by("name").values_list(*_CLIENT)]


def clients_of(by: Actor, *, words: str = "", limit: int, offset: int = 0) -> list[ClientRow]:
    """Clients of the actor's remit by name, revoked ones too; those whose name, or division's code or name, holds the words."""
    if by.scope.division_path is None:
        return []
    rows = ApiClient.objects.all()
    if by.scope.division_path:
        low, high = path_range(by.scope.division_path)
        rows = rows.filter(division__path__gte=low, division__path__lt=high)
    if words:
        of_place = Q(division__code__startswith=words) | Q(division__name__icontains=words)
        rows = rows.filter(Q(name__icontains=words) | of_place)
    return [ClientRow(*row) for row in rows.order_by("name").values_list(*_CLIENT)[offset : offset + limit]]


def client(client_id: int) -> ClientRow | None:
    """One client by id; None when there is none."""
    row = ApiClient.objects.filter(id=client_id).values_list(*_CLIENT).first()
    return ClientRow(*row) if row else None


def staff_by_username(username: str) -> StaffRow | None:
    """One person by user name in any case; None when there is none."""
    found = _staff_rows(User.objects.filter(username=username.lower()).values_list(*_STAFF))
    return found[0] if found else None


def staff(
    *,
    by: Actor,
    limit: int = 1000,
    offset: int = 0,
    words: str = "",
    role: str = "",
    place: str = "",
    active: bool | None = None,
) -> list[StaffRow]:
    """People of the actor's remit by user name, disabled ones too.

    Where asked for, those whose user name or name holds the words; who hold the role, at a place (the code of a division or
    an agency) or below it; who are active, or are not.
    """
    rows = User.objects.filter(within_reach(by))
    if words:
        rows = rows.filter(Q(username__icontains=words) | Q(display_name__icontains=words))
    if active is not None:
        rows = rows.filter(is_active=active)
    if role or place:
        held = RoleGrant.objects.filter(revoked_at=None, user_id=OuterRef("pk"))
        held = held.filter(role=role) if role else held
        rows = rows.filter(Exists(held.filter(_at(place)) if place else held))
    return _staff_rows(rows.order_by("username").values_list(*_STAFF)[offset : offset + limit])


def _at(code: str) -> Q:
    """A filter on grants: those that hold at a division or an agency, or below it; none where there is neither."""
    if division := directory.division(code):
        return _inside(Scope(division_path=division.path))
    agency = directory.agencies([code]).get(code)
    return _inside(Scope(agency_path=agency.path)) if agency else Q(pk__in=[])


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


def person(user_id: int) -> PersonRow | None:
    """One person by id with their roles, factors and binding; None when there is none."""
    bound = SocialAccount.objects.filter(provider=STAFF_PROVIDER, user_id=OuterRef("id"))
    factors = Authenticator.objects.filter(user_id=OuterRef("id"))
    row = (
        User.objects.filter(id=user_id)
        .annotate(factor=Exists(factors), bound=Exists(bound))
        .values_list("id", "username", "display_name", "is_active", "factor", "bound")
    ).first()
    return PersonRow(*row, tuple(_grants_of(user_id)), tuple(_members_of(user_id))) if row else None


def _members_of(user_id: int) -> list[MemberRow]:
    """The staff members of the directory that a person is or was."""
    rows = StaffBinding.objects.filter(user_id=user_id, unbound_at=None).order_by("bound_at", "id")
    columns = ("agency__code", "agency__name", "code")
    return [
        MemberRow(*row)
        for row in rows.values_list("staff_member_id", *(f"staff_member__{name}" for name in columns))
    ]


def _grants_of(user_id: int) -> list[GrantRow]:
    """The roles a person holds now, and where."""
    rows = RoleGrant.objects.filter(user_id=user_id, revoked_at=None).order_by("role")
    places = ("division__code", "agency__code", "division__name", "agency__name")
    return [
        GrantRow(Role(role), division or agency or "", of_division or of_agency or "", at)
        for role, at, division, agency, of_division, of_agency in rows.values_list(
            "role", "granted_at", *places
        )
    ]


def sessions_of(user_id: int, *, now: datetime) -> list[SessionRow]:
    """The sessions of a person that are still open, last seen first."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    rows = UserSession.objects.filter(Exists(alive), user_id=user_id).order_by("-last_seen_at")
    columns = ("id", "session_key", "ip", "user_agent", "created_at", "last_seen_at")
    return [SessionRow(*row) for row in rows.values_list(*columns)]


def link(token: str, *, now: datetime) -> LinkRow | None:
    """The one-time link with this token, if it can be used now."""
    row = (
        OneTimeLink.objects.filter(token_hash=key_hash(token), used_at=None, expires_at__gt=now)
        .values_list("purpose", "role", "user__username")
        .first()
    )
    return LinkRow(LinkPurpose(row[0]), row[1], row[2] or "") if row else None


def holders(powers: Collection[Power], places: Iterable[tuple[str, str]] | None = None) -> list[HolderRow]:
    """Everybody with an active account who holds all of the powers, where given in any of the places.

    A place is a division's and an agency's path; who holds the powers above it holds them there.
    """
    rows = RoleGrant.objects.filter(revoked_at=None, user__is_active=True)
    if places is not None:
        found = list(places)
        divisions = {above for division, _ in found for above in _above(division)}
        agencies = {above for _, agency in found for above in _above(agency)}
        rows = rows.filter(
            Q(everywhere=True) | Q(division__path__in=divisions) | Q(agency__path__in=agencies)
        )
    # All roles of a person hold in one place (rule OTHER_PLACE).
    roles: dict[int, set[Role]] = {}
    spots: dict[int, tuple[Scope, str]] = {}
    columns = ("user_id", "role", "everywhere", "division__path", "agency__path", "agency__division__path")
    for user_id, role, everywhere, division, agency, of_agency in rows.order_by("user_id").values_list(
        *columns
    ):
        roles.setdefault(user_id, set()).add(Role(role))
        spots[user_id] = _scope(everywhere, division, agency), division or of_agency or ""
    held_by = [user_id for user_id, held in roles.items() if set(powers) <= powers_of(held)]
    members: dict[int, set[int]] = {}
    bound = StaffBinding.objects.filter(user_id__in=held_by, unbound_at=None)
    for user_id, member_id in bound.values_list("user_id", "staff_member_id"):
        members.setdefault(user_id, set()).add(member_id)
    return [HolderRow(pk, *spots[pk], frozenset(members.get(pk, ()))) for pk in held_by]


def colleagues(by: Actor, power: Power, *, limit: int) -> Asked[list[tuple[int, str]]]:
    """Everybody with an active account who holds a power at an agency within the actor's reach, or above it, by name.

    Those called alike are told apart.
    """
    rows = RoleGrant.objects.filter(
        revoked_at=None, user__is_active=True, agency__isnull=False, role__in=roles_with(power)
    )
    if by.scope.division_path is None:
        rows = rows.filter(_inside(by.scope) | Q(agency__path__in=_above(by.scope.agency_path or "")))
    elif by.scope.division_path:
        low, high = path_range(by.scope.division_path)
        rows = rows.filter(agency__division__path__gte=low, agency__division__path__lt=high)
    people = rows.order_by("user__display_name", "user_id").values_list(
        "user_id", "user__display_name", "user__username"
    )
    return Asked(
        people.distinct()[:limit],
        lambda found: list(told_apart({pk: (name, username) for pk, name, username in found}).items()),
    )


def _above(path: str) -> list[str]:
    """A path and those of everything it lies in."""
    codes = path.split(".")[:-1]
    return [".".join(codes[: n + 1]) + "." for n in range(len(codes))]
