"""Ways in besides the password: the staff identity provider, and one-time links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from haochaping.accounts import actions, queries
from haochaping.accounts.terms import LINK_INVALID, ROLE_LABELS, STAFF_PROVIDER, LinkPurpose, Role
from haochaping.doors import sign_in
from haochaping.doors.console.forms import FirstAdminForm, PasswordForm
from haochaping.doors.gate import public
from haochaping.doors.private_page import private_page
from haochaping.kernel.refused import Complaint, Refused
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from django.http import HttpRequest

    from haochaping.accounts.terms import LinkRow

_GONE, _INVALID = 410, 422


@public
@require_POST
def go(request: HttpRequest) -> HttpResponse:
    """To the staff identity provider."""
    return sign_in.go(request, STAFF_PROVIDER)


@public(writes=True)
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """From the staff identity provider."""
    return sign_in.back(request, STAFF_PROVIDER)


@public
@private_page
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Begin as the first administrator, or set a password; the address is the secret."""
    now = timezone.now()
    found = queries.link(token, now=now)
    if found is None:
        return _page(request, {"sentence": say(Complaint(LINK_INVALID))}, _GONE)
    form = _form(found, request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "username": found.username,
        "role": gettext(ROLE_LABELS[Role(found.role)]) if found.role else "",
    }
    if request.method != "POST" or not form.is_valid():
        return _page(request, context, _INVALID if form.is_bound else HttpResponse.status_code)
    try:
        _use(found, token, form.cleaned_data)
    except Refused as refused:
        field = refused.complaint.field
        form.add_error(field if field in form.fields else None, say(refused.complaint).text)
        return _page(request, context, _INVALID)
    messages.success(request, gettext("Done. Log in with your user name and the new password."))
    return redirect("account_login")


def _form(found: LinkRow, posted: Any) -> FirstAdminForm | PasswordForm:
    return FirstAdminForm(posted) if found.purpose == LinkPurpose.FIRST_ADMIN else PasswordForm(posted)


def _use(found: LinkRow, token: str, typed: dict[str, str]) -> None:
    now = timezone.now()
    if found.purpose == LinkPurpose.FIRST_ADMIN:
        actions.begin_as_administrator(
            token=token,
            username=typed["username"],
            display_name=typed["display_name"],
            password=typed["password"],
            now=now,
        )
    else:
        actions.set_password(token=token, password=typed["password"], now=now)


def _page(request: HttpRequest, context: dict[str, object], status: int) -> HttpResponse:
    return render(request, "console/link.html", context, status=status)
