"""The gate: nobody passes a page that does not say who may.

Every view function declares itself with `@public`, `@requires(…)` or `@machine`; views of third parties stand
in the table below. A view that says nothing answers 403, and a test fails. A declared view that is asked with
GET or HEAD runs in a read-only transaction, so that looking changes nothing; `writes=True` lifts that.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, cast, overload
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django.utils.translation import gettext

from haochaping.accounts import actions as account_actions
from haochaping.accounts import queries as accounts
from haochaping.accounts.access import may_any, may_reach
from haochaping.accounts.terms import NOT_ALLOWED, STAFF_PROVIDER, Power
from haochaping.doors import confirmation
from haochaping.doors.confirmation import Fresh
from haochaping.doors.origin import network_asked_from
from haochaping.doors.reach import kept_within, within
from haochaping.doors.session_user import standing_of
from haochaping.doors.way_back import page_above, page_to_return_to
from haochaping.kernel.actor import NOWHERE
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http.response import HttpResponseBase
    from django.urls import ResolverMatch

    from haochaping.accounts.queries import Standing
    from haochaping.kernel.actor import Actor, Scope

log = logging.getLogger("haochaping.gate")

# 等保 登录连接超时, ASVS 7.3: a forgotten desk closes by itself; nobody stays in beyond a working day.
IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
# The session is written at most this often, so that reading pages stays reading.
_NOTED_EVERY = timedelta(minutes=1)
# What a page of ours can be asked with; doors for programs say it themselves.
_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
_CHANGE = "account_change_password"
_SINCE, _SEEN = "gate.since", "gate.seen"


class Passage(StrEnum):
    """Who a view is for."""

    PUBLIC = "public"
    MACHINE = "machine"
    PASSWORD = "password"  # noqa: S105 - signed in with the first factor only
    STAFF = "staff"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Gate:
    """What a view declares; for staff, any one of `powers` opens it, and none named means any staff.

    `whole` is about the whole installation (quarantine, jobs, audit): for whoever reaches everywhere it runs as the
    application, for anybody else under their reach like every page.
    """

    passage: Passage
    powers: frozenset[Power] = frozenset()
    fresh: Fresh = Fresh.NEVER
    whole: bool = False


_PUBLIC = Gate(Passage.PUBLIC)
_PASSWORD = Gate(Passage.PASSWORD)
_STAFF = Gate(Passage.STAFF)
_CLOSED = Gate(Passage.CLOSED)

# Views of third parties by URL name. Administrators make the accounts, which need no e-mail.
THIRD_PARTY = {
    "set_language": _PUBLIC,
    "account_login": _PUBLIC,
    "account_logout": _PUBLIC,
    "account_inactive": _PUBLIC,
    "mfa_authenticate": _PUBLIC,
    "account_reauthenticate": _PASSWORD,
    "mfa_reauthenticate": _PASSWORD,
    "mfa_activate_totp": _PASSWORD,
    "mfa_index": _STAFF,
    "mfa_view_recovery_codes": _STAFF,
    "mfa_generate_recovery_codes": _STAFF,
    "mfa_download_recovery_codes": _STAFF,
    "account_change_password": _STAFF,
    "mfa_deactivate_totp": _CLOSED,
    "account_signup": _CLOSED,
    "account_email": _CLOSED,
    "account_email_verification_sent": _CLOSED,
    "account_confirm_email": _CLOSED,
    "account_confirm_login_code": _CLOSED,
    "account_set_password": _CLOSED,
    "account_reset_password": _CLOSED,
    "account_reset_password_done": _CLOSED,
    "account_reset_password_from_key": _CLOSED,
    "account_reset_password_from_key_done": _CLOSED,
}


@overload
def public[V: Callable[..., HttpResponseBase]](view: V, /) -> V: ...
@overload
def public[V: Callable[..., HttpResponseBase]](
    *, writes: bool = False, database: bool = True
) -> Callable[[V], V]: ...
def public[V: Callable[..., HttpResponseBase]](
    view: V | None = None, /, *, writes: bool = False, database: bool = True
) -> V | Callable[[V], V]:
    """Declare a view for everybody.

    Args:
        view: The view function, when used without brackets.
        writes: A GET may write (opening an invitation, say).
        database: False for a view that must answer without the database.
    """

    def declare(view: V) -> V:
        return _declared(view, _PUBLIC, reads_only=database and not writes)

    return declare if view is None else declare(view)


def requires[V: Callable[..., HttpResponseBase]](
    *powers: Power, writes: bool = False, fresh: Fresh = Fresh.NEVER, whole: bool = False
) -> Callable[[V], V]:
    """Declare a view for staff with a second factor and any one of the powers; none named means any staff.

    `fresh` says when whoever asks must have shown not long ago that it is them (ASVS 7.5.3): for what publishes,
    takes data away, or changes roles, keys and accounts. `whole`: see `Gate`.
    """

    def declare(view: V) -> V:
        return _declared(view, Gate(Passage.STAFF, frozenset(powers), fresh, whole), reads_only=not writes)

    return declare


@overload
def machine[V: Callable[..., HttpResponseBase]](view: V, /) -> V: ...
@overload
def machine[V: Callable[..., HttpResponseBase]](*, writes: bool = False) -> Callable[[V], V]: ...
def machine[V: Callable[..., HttpResponseBase]](
    view: V | None = None, /, *, writes: bool = False
) -> V | Callable[[V], V]:
    """Declare a view for programs: it checks the key itself; no cookie counts, so that CSRF has no hold."""

    def declare(view: V) -> V:
        declared = _declared(view, Gate(Passage.MACHINE), reads_only=not writes)
        declared.csrf_exempt = True  # type: ignore[attr-defined]
        return declared

    return declare if view is None else declare(view)


def _declared[V: Callable[..., HttpResponseBase]](view: V, gate: Gate, *, reads_only: bool) -> V:
    @wraps(view)
    def gated(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if reads_only and request.method in {"GET", "HEAD"}:
            with reading():
                return view(request, *args, **kwargs)
        return view(request, *args, **kwargs)

    gated.gate = gate  # type: ignore[attr-defined]
    return cast("V", gated)


@contextmanager
def reading() -> Iterator[None]:
    """Open a transaction in which the database refuses every write."""
    connection.ensure_connection()
    driver = connection.connection
    if connection.in_atomic_block:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            yield
        return
    # The driver says so with the beginning of the transaction: no statement of its own for every page.
    driver.read_only = True
    try:
        with transaction.atomic():
            yield
    finally:
        if not driver.closed:
            driver.read_only = None


class _Acting(Protocol):
    actor: Actor


def actor_of(request: HttpRequest) -> Actor:
    """Who asks: behind `@requires`, or `@machine` after `set_actor`; elsewhere raises AttributeError."""
    return cast("_Acting", request).actor


def set_actor(request: HttpRequest, actor: Actor) -> None:
    """Say which program asks, once that is proven; what it reads lies within its reach, what it sends is intake's."""
    cast("_Acting", request).actor = actor
    if request.method in {"GET", "HEAD"}:
        _enter(request, actor.scope)


def _enter(request: HttpRequest, scope: Scope, staff_ids: frozenset[int] = frozenset()) -> None:
    """Let the rest of the request reach what lies within the scope, and nothing else: nor what is about the asker."""
    stack: ExitStack = request.__dict__["reach"]
    stack.enter_context(within(scope, staff_ids))
    request.__dict__["within"] = scope, staff_ids


type _Note = tuple[EntryKind, str, str, dict[str, str]]


def leave_note(
    request: HttpRequest, kind: EntryKind, subject_kind: str, subject_id: str, **facts: str
) -> None:
    """Have it recorded that the asker read personal data or took data away, once the answer is known to be given."""
    notes: list[_Note] = request.__dict__.setdefault("notes", [])
    notes.append((kind, subject_kind, subject_id, facts))


def after_answer(request: HttpRequest, write: Callable[[], object]) -> None:
    """Have something written about a look, once the answer is known to be given; the page itself only reads."""
    request.__dict__.setdefault("afterwards", []).append(write)


def _write_afterwards(request: HttpRequest, status: int) -> None:
    writes: list[Callable[[], object]] = request.__dict__.get("afterwards", [])
    if status < HTTPStatus.BAD_REQUEST:
        for write in writes:
            write()


def _write_notes(request: HttpRequest, status: int) -> None:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return
    match = request.resolver_match
    # A form that comes back (409, 422) stands on a page that shows what it is about, as any other look does.
    is_shown = status < HTTPStatus.INTERNAL_SERVER_ERROR
    notes: list[_Note] = request.__dict__.get("notes", []) if is_shown else []
    page = (match and match.view_name) or ""
    if status == HTTPStatus.FORBIDDEN:
        notes = [(EntryKind.ACCESS_DENIED, "page", page, {})]
    elif status == HTTPStatus.NOT_FOUND:
        # What lies outside somebody's reach is to them as if it were not there; the auditor sees who tried.
        denied: _Note = (EntryKind.ACCESS_DENIED, "page", page, {"answer": str(status)})
        notes = [denied] if match and match.kwargs else []
    if not notes:
        return
    network = network_asked_from(request)
    entries = [
        NewEntry(kind, subject_kind, subject_id, facts={"network": network, **facts})
        for kind, subject_kind, subject_id, facts in notes
    ]
    account_actions.note_all(entries, by=actor, now=timezone.now())


class GateMiddleware:
    """Lets a request through to a view only as far as the view declares; stands last in MIDDLEWARE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on; the decision is taken when the view is known. What is noted is written before the answer leaves."""
        with ExitStack() as reach:
            request.__dict__["reach"] = reach
            response = self.get_response(request)
        entered: tuple[Scope, frozenset[int]] | None = request.__dict__.get("within")
        if entered is not None and isinstance(response, StreamingHttpResponse):
            response.streaming_content = kept_within(
                *entered, cast("Iterator[bytes]", response.streaming_content)
            )
        _write_notes(request, response.status_code)
        _write_afterwards(request, response.status_code)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and _looks_for_a_page(request):
            response = HttpResponseRedirect(page_above(request.path_info))
            response.status_code = HTTPStatus.SEE_OTHER
        if hasattr(request, "actor") and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        _args: tuple[object, ...],
        _kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        """Answer in place of the view (redirect, 403, 404), or None to let it answer."""
        match = request.resolver_match
        name = match.view_name if match else ""
        gate = gate_of(view, name or "")
        if gate is None:
            log.error("undeclared view %s refused", name or view)
            raise PermissionDenied
        if gate.passage == Passage.CLOSED:
            raise Http404
        if request.method not in _METHODS and not _is_for_programs(gate, match):
            return HttpResponseNotAllowed(_METHODS)
        if gate.passage in {Passage.PUBLIC, Passage.MACHINE}:
            return None
        if not request.user.is_authenticated or _is_over(request):
            return redirect_to_login(page_to_return_to(request))
        if gate.passage == Passage.PASSWORD:
            _enter(request, NOWHERE)
            return None
        return _staff_answer(request, gate, name)


def _is_for_programs(gate: Gate, match: ResolverMatch | None) -> bool:
    """Whether a program is told in its own way what it may not do: the API's description is open to everybody."""
    return gate.passage == Passage.MACHINE or (match is not None and match.route.startswith("api/"))


def _looks_for_a_page(request: HttpRequest) -> bool:
    """Whether a person asks to see what is only sent to: after a log-in, in another language, by typing it."""
    match = request.resolver_match
    gate = gate_of(match.func, match.view_name or "") if match else None
    return request.method in {"GET", "HEAD"} and gate is not None and gate.passage != Passage.MACHINE


def gate_of(view: Callable[..., HttpResponseBase], name: str) -> Gate | None:
    """What a view declares, by itself or in the table; None when nothing."""
    own: Gate | None = getattr(view, "gate", None)
    return own or THIRD_PARTY.get(name)


def _is_over(request: HttpRequest) -> bool:
    """Whether the session has lasted or idled too long, and end it then; else note that it is alive."""
    now = timezone.now().timestamp()
    since, seen = request.session.get(_SINCE, now), request.session.get(_SEEN, now)
    if now - since > LONGEST.total_seconds() or now - seen > IDLE.total_seconds():
        logout(request)
        return True
    if _SEEN not in request.session or now - seen > _NOTED_EVERY.total_seconds():
        request.session[_SINCE], request.session[_SEEN] = since, now
        account_actions.note_seen(str(request.session.session_key), now=timezone.now())
    return False


def _staff_answer(request: HttpRequest, gate: Gate, name: str) -> HttpResponseBase | None:
    standing = standing_of(request)
    if not _has_second_factor(request, standing):
        step = "mfa_reauthenticate" if standing.has_factor else "mfa_activate_totp"
        return HttpResponseRedirect(f"{reverse(step)}?{urlencode({'next': page_to_return_to(request)})}")
    if settings.PASSWORDS_AGE and name != _CHANGE and _password_is_old(request):
        return HttpResponseRedirect(reverse(_CHANGE))
    actor = standing.actor
    cast("_Acting", request).actor = actor
    if gate.powers and not may_any(actor, gate.powers):
        log.warning("denied %s at %s, which needs %s", actor, name, " or ".join(sorted(gate.powers)))
        raise PermissionDenied(f"{gettext(NOT_ALLOWED.message)} {gettext(NOT_ALLOWED.remedy)}")
    if confirmation.is_due(request, gate.fresh):
        return confirmation.answer(request)
    if not (gate.whole and may_reach(actor, division_path="")):
        _enter(request, actor.scope, actor.staff_ids)
    return None


def _password_is_old(request: HttpRequest) -> bool:
    user = cast("AbstractBaseUser", request.user)
    return user.has_usable_password() and accounts.password_is_old(user.pk, now=timezone.now())


def _has_second_factor(request: HttpRequest, standing: Standing) -> bool:
    # Whoever loses factor or binding elsewhere has one factor from then on, whatever this session remembers.
    records = get_authentication_records(request, request.user)
    if any(record.get("method") == "mfa" for record in records):
        return standing.has_factor
    # The province's identity is as good as password and code (trust.md A1).
    came_by_provider = any(record.get("provider") == STAFF_PROVIDER for record in records)
    return came_by_provider and standing.is_bound


@dataclass(frozen=True, slots=True)
class DeclaredView:
    """One address of the house: route as written, URL name with namespace, and what its view declares."""

    route: str
    name: str
    gate: Gate | None


def declared_views(resolver: URLResolver | None = None) -> list[DeclaredView]:
    """All addresses below a resolver, by default the whole house, with what each declares."""
    return list(_walk(resolver or get_resolver(), "", []))


def _walk(resolver: URLResolver, route: str, spaces: list[str]) -> Iterator[DeclaredView]:
    for pattern in resolver.url_patterns:
        below = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = ":".join([*spaces, pattern.name or ""])
            yield DeclaredView(below, name, gate_of(pattern.callback, name))
        else:
            yield from _walk(pattern, below, [*spaces, *filter(None, [pattern.namespace])])
