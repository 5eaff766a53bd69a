"""Pages that exist only to stand before the gate, beside the real ones of log-in and console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session
from django.db import connection
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.urls import include, path
from django.utils import timezone

from haochaping.accounts.terms import Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.gate import actor_of, machine, public, requires, set_actor
from haochaping.doors.tables import SETTINGS
from haochaping.kernel.actor import Actor, ActorKind, Scope

if TYPE_CHECKING:
    from django.http import HttpRequest


@public
def street(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


@machine
def hatch(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.method)


@requires()
def lobby(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(actor_of(request)))


@requires(Power.ORDER_HANDLE, Power.ORDER_DISPATCH)
def desk(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(actor_of(request)))


@requires(fresh=Fresh.ALWAYS)
def vault(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("taken away")


@requires(fresh=Fresh.TO_CHANGE)
def seal(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("sealed")


@public
def broken(_request: HttpRequest) -> HttpResponse:
    raise ValueError("13900001111\x1b[2J\n2026-01-01 ERROR forged")


def _whoami() -> str:
    names = ", ".join(f"current_setting('{name}', true)" for name in SETTINGS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT concat_ws('|', current_user, {names})")
        return str(cursor.fetchone()[0])


@requires()
def mirror(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_whoami())


@requires(whole=True)
def tower(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_whoami())


@requires()
def river(_request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_whoami() for _ in range(2))


@requires()
def pit(_request: HttpRequest) -> HttpResponse:
    if _request.method == "POST":
        raise RuntimeError(_whoami())
    raise Http404


@machine
def counter(request: HttpRequest) -> HttpResponse:
    set_actor(request, Actor(ActorKind.CLIENT, "7", scope=Scope(division_path="99.")))
    return HttpResponse(_whoami())


def forgotten(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("nobody said who may see this")


def _write(_request: HttpRequest) -> HttpResponse:
    Session.objects.create(session_key="written", session_data="", expire_date=timezone.now())
    return HttpResponse("written")


handler500 = "haochaping.doors.fault.page"
urlpatterns = [
    path("street", street, name="street"),
    path("hatch", hatch, name="hatch"),
    path("lobby", lobby, name="lobby"),
    path("desk", desk, name="desk"),
    path("vault", vault, name="vault"),
    path("seal", seal, name="seal"),
    path("broken", broken, name="broken"),
    path("mirror", mirror, name="mirror"),
    path("tower", tower, name="tower"),
    path("river", river, name="river"),
    path("pit", pit, name="pit"),
    path("counter", counter, name="counter"),
    path("forgotten", forgotten, name="forgotten"),
    path("careless", public(_write), name="careless"),
    path("careful", public(writes=True)(_write), name="careful"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("admin/", include("haochaping.doors.console.urls")),
]
