"""`/my/code`: into one's own services by a one-time code, without any account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core import ratelimit
from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from haochaping.doors import sign_in
from haochaping.doors.gate import public
from haochaping.doors.portal.forms import CodeForm, PhoneForm
from haochaping.flows.send_sign_in_code import send_sign_in_code
from haochaping.identity import queries as identity
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.refused import Refused
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_SESSION = "my.code"
_SECONDS = 600
_INVALID, _TOO_MANY = 422, 429


def is_open() -> bool:
    """Whether there is a way to send a code."""
    return bool(settings.SMS_GATEWAY)


@public
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Send a code to the number typed, if a case has it; the answer is the same whether or not one has."""
    if not is_open():
        raise Http404
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _phone_page(request, form, _INVALID)
    now, phone = timezone.now(), form.cleaned_data["phone"]
    # The limit remembers the number by its keyed fingerprint only.
    known = identity.fingerprints(PlainPerson(phone=phone))
    if known and not ratelimit.consume(request, action="my_code_sent", key=known[0].hex()):
        form.add_error(None, gettext("Too many codes were asked for. Try again later."))
        return _phone_page(request, form, _TOO_MANY)
    try:
        code, fingerprints = send_sign_in_code(phone, form.cleaned_data["end"], now=now)
    except Refused as refused:
        form.add_error(refused.complaint.field, say(refused.complaint).text)
        return _phone_page(request, form, _INVALID)
    request.session.flush()
    request.session[_SESSION] = {
        "code": _hidden(code),
        "fingerprints": [value.hex() for value in fingerprints],
        "until": now.timestamp() + _SECONDS,
    }
    request.session.set_expiry(_SECONDS)
    return redirect("my_code")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Take the code; after five wrong ones it is worth nothing."""
    sent = request.session.get(_SESSION)
    if sent is None:
        return redirect("my")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _code_page(request, form, _INVALID if form.is_bound else 200)
    tried = ratelimit.consume(request, action="my_code_tried", key=str(request.session.session_key))
    is_it = constant_time_compare(_hidden(form.cleaned_data["code"]), sent["code"])
    if not tried or timezone.now().timestamp() > sent["until"] or not is_it:
        form.add_error("code", gettext("This code is wrong, too old, or was tried too often."))
        return _code_page(request, form, _INVALID)
    sign_in.welcome_citizen(request, [bytes.fromhex(value) for value in sent["fingerprints"]])
    return redirect("my")


def _hidden(code: str) -> str:
    return salted_hmac("haochaping.my.code", code, algorithm="sha256").hexdigest()


def _phone_page(request: HttpRequest, form: PhoneForm, status: int) -> HttpResponse:
    return render(request, "portal/code.html", {"form": form, "asks_phone": True}, status=status)


def _code_page(request: HttpRequest, form: CodeForm, status: int) -> HttpResponse:
    return render(request, "portal/code.html", {"form": form}, status=status)
