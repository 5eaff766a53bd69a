"""`/account/people/`: accounts and what administrators do for their owners, each with a power of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts import actions, queries
from haochaping.accounts.access import may
from haochaping.accounts.terms import NOT_ALLOWED, ROLE_LABELS, UNKNOWN_USER, Power
from haochaping.doors.console.forms import AccountForm
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.kernel.refused import N_, Complaint, Refused
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor

_ON_PAGE = 50
_ANY = (Power.ACCOUNT_MANAGE, Power.SESSION_END)


@requires(*_ANY)
@require_http_methods(["GET", "HEAD", "POST"])
def everybody(request: HttpRequest) -> HttpResponse:
    """The accounts of one's remit by user name; a POST opens a new one."""
    by, form = actor_of(request), AccountForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if not may(by, Power.ACCOUNT_MANAGE):
            return _refused(request, Complaint(NOT_ALLOWED))
        if form.is_valid():
            try:
                pk = actions.open_account(**form.cleaned_data, by=by, now=timezone.now())
            except Refused as refused:
                form.add_error(refused.complaint.field or None, say(refused.complaint).text)
            else:
                return redirect("account_person", pk)
        status = 422
    number, wanted = page_number(request.GET.get("page", "")), request.GET.get("q", "").strip()[:40]
    rows = queries.staff(by=by, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE, beginning=wanted)
    around = f"q={wanted}&" if wanted else ""
    context = {
        "rows": [(row, [gettext(ROLE_LABELS[role]) for role in row.roles]) for row in rows[:_ON_PAGE]],
        "form": form if may(by, Power.ACCOUNT_MANAGE) else None,
        "wanted": wanted,
        "previous": f"?{around}page={number - 1}" if number > 1 else "",
        "next": f"?{around}page={number + 1}" if len(rows) > _ON_PAGE else "",
    }
    return render(request, "console/people.html", context, status=status)


@requires(*_ANY)
@require_safe
def page(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: its roles, factors and sessions, and the steps open to whoever asks."""
    person = queries.staff_by_id(user_id)
    if person is None:
        raise Http404
    by = actor_of(request)
    try:
        queries.check_reach(by, user_id)
    except Refused as refused:
        return _refused(request, refused.complaint)
    sees_sessions = may(by, Power.SESSION_END)
    context = {
        "person": person,
        "roles": [gettext(ROLE_LABELS[role]) for role in person.roles],
        "has_second_factor": queries.has_second_factor(user_id),
        "is_bound": queries.is_bound(user_id),
        "sees_sessions": sees_sessions,
        "sessions": queries.sessions_of(user_id, now=timezone.now()) if sees_sessions else [],
        "steps": {step for step, (power, _, _) in _STEPS.items() if may(by, power)},
    }
    return render(request, "console/person.html", context)


def _link(request: HttpRequest, user_id: int, by: Actor) -> None:
    token = actions.issue_password_link(user_id=user_id, by=by, now=timezone.now())
    address = settings.SITE_URL + reverse("account_link", args=[token])
    said = gettext("Give this link to its owner; it works once and for one hour: {link}")
    messages.success(request, said.format(link=address))


def _bind(request: HttpRequest, user_id: int, by: Actor) -> None:
    actions.bind_identity(user_id=user_id, subject=request.POST.get("subject", ""), by=by, now=timezone.now())


def _unbind(_request: HttpRequest, user_id: int, by: Actor) -> None:
    actions.unbind_identity(user_id=user_id, by=by, now=timezone.now())


def _reset_factor(_request: HttpRequest, user_id: int, by: Actor) -> None:
    actions.reset_second_factor(user_id=user_id, by=by, now=timezone.now())


def _end_sessions(_request: HttpRequest, user_id: int, by: Actor) -> None:
    actions.end_sessions(user_id=user_id, by=by, now=timezone.now())


type _Step = tuple[Power, Callable[[HttpRequest, int, Actor], None], str]
_STEPS: dict[str, _Step] = {
    "link": (Power.ACCOUNT_MANAGE, _link, ""),
    "bind": (Power.ACCOUNT_MANAGE, _bind, N_("The identity is bound.")),
    "unbind": (Power.ACCOUNT_MANAGE, _unbind, N_("The identity is no longer bound.")),
    "reset-factor": (
        Power.FACTOR_RESET,
        _reset_factor,
        N_("The second factor is gone; its owner sets up a new one at the next log-in."),
    ),
    "end-sessions": (Power.SESSION_END, _end_sessions, N_("All sessions of this account were ended.")),
}


@requires(*_ANY)
@require_POST
def take_step(request: HttpRequest, user_id: int, step: str) -> HttpResponse:
    """Take one step for an account."""
    if step not in _STEPS:
        raise Http404
    _, act, said = _STEPS[step]
    try:
        act(request, user_id, actor_of(request))
    except Refused as refused:
        if refused.code == UNKNOWN_USER.code:
            raise Http404 from None
        return _refused(request, refused.complaint)
    if said:
        messages.success(request, gettext(said))
    return redirect("account_person", user_id)


def _refused(request: HttpRequest, complaint: Complaint) -> HttpResponse:
    status = 403 if complaint.code in {"not_allowed", "out_of_scope"} else 422
    return render(request, "console/refused.html", {"sentence": say(complaint)}, status=status)
