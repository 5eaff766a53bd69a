"""`/account/people/`: accounts and what administrators do for their owners, each with a power of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts import actions, queries
from haochaping.accounts.access import check_power, may
from haochaping.accounts.terms import ROLE_LABELS, Place, Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.console.forms import AccountForm, GrantForm, MemberForm, NameForm, PeopleForm
from haochaping.doors.console.who import deeds, trail
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, sent, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.kernel.refused import N_, Refused
from haochaping.ledger.terms import EntryKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from haochaping.accounts.terms import PersonRow, StaffRow
    from haochaping.kernel.actor import Actor

_ON_PAGE = 50
_TRAIL = 50
_HERE = "account_people"
_ANY = (Power.ACCOUNT_MANAGE, Power.ROLE_GRANT, Power.SESSION_END)


@requires(*_ANY, fresh=Fresh.TO_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def everybody(request: HttpRequest) -> HttpResponse:
    """The accounts of one's remit by user name; a POST opens a new one."""
    by, form = actor_of(request), AccountForm(sent(request))
    status = 200
    if request.method == "POST":
        check_power(by, Power.ACCOUNT_MANAGE)
        status = INVALID
        if form.is_valid():
            try:
                pk = actions.open_account(**form.cleaned_data, by=by, now=timezone.now())
            except Refused as refused:
                status = told(form, refused)
            else:
                return see_other(reverse("account_person", args=[pk]))
    search, number = PeopleForm(request.GET, auto_id="search_%s"), page_number(request.GET.get("page", ""))
    rows: list[StaffRow] = []
    if search.is_valid():
        wanted = search.cleaned_data
        rows = queries.staff(
            by=by,
            limit=_ON_PAGE + 1,
            offset=(number - 1) * _ON_PAGE,
            words=wanted["q"],
            role=wanted["role"],
            place=wanted["place"],
            active={"active": True, "disabled": False}.get(wanted["state"]),
        )
    else:
        status = INVALID
    kept = {name: value for name, value in request.GET.items() if name in search.fields and value}
    context = {
        "rows": [(row, [gettext(ROLE_LABELS[role]) for role in row.roles]) for row in rows[:_ON_PAGE]],
        "form": form if may(by, Power.ACCOUNT_MANAGE) else None,
        "search": search,
        "previous": f"?{urlencode(kept | {'page': number - 1})}" if number > 1 else "",
        "next": f"?{urlencode(kept | {'page': number + 1})}" if len(rows) > _ON_PAGE else "",
    }
    return desk_page(request, "console/people.html", context, here=_HERE, status=status)


@requires(*_ANY)
@require_safe
@refusable
def page(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: its roles, factors and sessions, the steps open to whoever asks, and who changed it."""
    return _page(request, _person(user_id))


def _person(user_id: int) -> PersonRow:
    person = queries.person(user_id)
    if person is None:
        raise Http404
    return person


def _page(
    request: HttpRequest, person: PersonRow, typed: Mapping[str, Form] | None = None, *, status: int = 200
) -> HttpResponse:
    by = actor_of(request)
    queries.check_reach(by, person.id)
    sees_sessions = may(by, Power.SESSION_END)
    entries = deeds(subject=("user", str(person.id)), kind=EntryKind.ACCOUNT_CHANGED, limit=_TRAIL)
    context = {
        "person": person,
        "grants": [(gettext(ROLE_LABELS[row.role]), row) for row in person.grants],
        "sees_sessions": sees_sessions,
        "sessions": queries.sessions_of(person.id, now=timezone.now()) if sees_sessions else [],
        "steps": {step for step, (power, _, _) in _STEPS.items() if may(by, power)},
        "grant_form": GrantForm(),
        "name_form": NameForm(initial={"display_name": person.display_name}),
        "member_form": MemberForm(),
        "trail": trail(entries),
        **(typed or {}),
    }
    return desk_page(request, "console/person.html", context, here=_HERE, status=status)


def _link(request: HttpRequest, user_id: int, by: Actor) -> None:
    token = actions.issue_password_link(user_id=user_id, by=by, now=timezone.now())
    address = settings.DESK_URL + reverse("account_link", args=[token])
    said = gettext("Give this link to its owner; it works once and for one hour: {link}")
    messages.success(request, said.format(link=address))


def _bind(request: HttpRequest, user_id: int, by: Actor) -> None:
    actions.bind_identity(user_id=user_id, subject=request.POST.get("subject", ""), by=by, now=timezone.now())


def _unbind(_request: HttpRequest, user_id: int, by: Actor) -> None:
    actions.unbind_identity(user_id=user_id, by=by, now=timezone.now())


def _bind_member(request: HttpRequest, user_id: int, by: Actor) -> None:
    form = MemberForm(request.POST)
    if not form.is_valid():
        raise _Mistyped("member_form", form)
    typed = form.cleaned_data
    try:
        actions.bind_staff_member(
            user_id=user_id,
            agency_code=typed["agency"],
            staff_number=typed["number"],
            by=by,
            now=timezone.now(),
        )
    except Refused as refused:
        told(form, refused)
        raise _Mistyped("member_form", form) from None


def _unbind_member(request: HttpRequest, user_id: int, by: Actor) -> None:
    said = request.POST
    actions.unbind_staff_member(
        user_id=user_id,
        agency_code=said.get("agency", ""),
        staff_number=said.get("number", ""),
        by=by,
        now=timezone.now(),
    )


def _disable(_request: HttpRequest, user_id: int, by: Actor) -> None:
    actions.disable(user_id=user_id, by=by, now=timezone.now())


def _enable(_request: HttpRequest, user_id: int, by: Actor) -> None:
    actions.enable(user_id=user_id, by=by, now=timezone.now())


def _revoke(request: HttpRequest, user_id: int, by: Actor) -> None:
    actions.revoke_role(user_id=user_id, role=request.POST.get("role", ""), by=by, now=timezone.now())


def _reset_factor(_request: HttpRequest, user_id: int, by: Actor) -> None:
    actions.reset_second_factor(user_id=user_id, by=by, now=timezone.now())


def _end_sessions(_request: HttpRequest, user_id: int, by: Actor) -> None:
    actions.end_sessions(user_id=user_id, by=by, now=timezone.now())


class _Mistyped(Exception):  # noqa: N818 - an answer, not an error
    """A form of the page was filled in wrongly: show it again with what is wrong."""

    def __init__(self, name: str, form: Form) -> None:
        super().__init__(name)
        self.forms = {name: form}


def _rename(request: HttpRequest, user_id: int, by: Actor) -> None:
    form = NameForm(request.POST)
    if not form.is_valid():
        raise _Mistyped("name_form", form)
    try:
        actions.rename(user_id=user_id, **form.cleaned_data, by=by, now=timezone.now())
    except Refused as refused:
        told(form, refused)
        raise _Mistyped("name_form", form) from None


def _grant(request: HttpRequest, user_id: int, by: Actor) -> None:
    form = GrantForm(request.POST)
    if not form.is_valid():
        raise _Mistyped("grant_form", form)
    typed = form.cleaned_data
    place = Place(typed["division"], typed["agency"], typed["everywhere"])
    try:
        actions.grant_role(user_id=user_id, role=typed["role"], place=place, by=by, now=timezone.now())
    except Refused as refused:
        told(form, refused)
        raise _Mistyped("grant_form", form) from None


type _Step = tuple[Power, Callable[[HttpRequest, int, Actor], None], str]
_STEPS: dict[str, _Step] = {
    "link": (Power.ACCOUNT_MANAGE, _link, ""),
    "rename": (Power.ACCOUNT_MANAGE, _rename, N_("The name is changed.")),
    "disable": (Power.ACCOUNT_MANAGE, _disable, N_("The account is disabled; its sessions end.")),
    "enable": (
        Power.ACCOUNT_MANAGE,
        _enable,
        N_(
            "The account is open again, without roles and password: issue a link for a new one; the security administrator "
            "gives the roles."
        ),
    ),
    "bind": (Power.ACCOUNT_MANAGE, _bind, N_("The identity is bound.")),
    "unbind": (Power.ACCOUNT_MANAGE, _unbind, N_("The identity is no longer bound.")),
    "bind-member": (
        Power.ACCOUNT_MANAGE,
        _bind_member,
        N_("The account is bound; its owner no longer sees reviews that name them."),
    ),
    "unbind-member": (
        Power.ACCOUNT_MANAGE,
        _unbind_member,
        N_("The account is no longer bound to this number."),
    ),
    "grant": (Power.ROLE_GRANT, _grant, N_("The role is given; it holds from the next page on.")),
    "revoke": (
        Power.ROLE_GRANT,
        _revoke,
        N_("The role is taken away; it no longer holds from the next page on."),
    ),
    "reset-factor": (
        Power.FACTOR_RESET,
        _reset_factor,
        N_("The second factor is gone; its owner sets up a new one at the next log-in."),
    ),
    "end-sessions": (Power.SESSION_END, _end_sessions, N_("All sessions of this account were ended.")),
}


@requires(*_ANY, fresh=Fresh.TO_CHANGE)
@require_POST
@refusable
def take_step(request: HttpRequest, user_id: int, step: str) -> HttpResponse:
    """Take one step for an account."""
    if step not in _STEPS:
        raise Http404
    person = _person(user_id)
    power, act, said = _STEPS[step]
    by = actor_of(request)
    check_power(by, power)
    try:
        act(request, user_id, by)
    except _Mistyped as mistyped:
        return _page(request, person, mistyped.forms, status=INVALID)
    if said:
        messages.success(request, gettext(said))
    return see_other(reverse("account_person", args=[user_id]))
