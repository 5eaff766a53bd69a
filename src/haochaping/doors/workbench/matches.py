"""`/desk/matches/`: which item the codes of other systems mean, decided by a person, many at once.

It belongs to the whole installation: what waits for a code comes from anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haochaping.accounts.access import check_scope
from haochaping.accounts.terms import Power
from haochaping.directory import match_queries as queries
from haochaping.directory.terms import MATCH_STATE_LABELS, MATCH_WAY_LABELS, MatchState
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.names import names_of
from haochaping.doors.paging import page_number
from haochaping.doors.workbench.forms import MatchForm
from haochaping.flows import match_items
from haochaping.kernel.refused import Refused
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import MatchRow

_ON_PAGE = 50
_HERE = "desk_matches"
# As large as a number of a row can be.
_LONGEST = 18


@requires(Power.DIRECTORY_EDIT, whole=True)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The codes in one state, those for which most records wait first."""
    check_scope(actor_of(request), division_path="")
    asked = request.GET.get("state", "")
    state = MatchState(asked) if asked in set(MatchState) else MatchState.WAITING
    number = page_number(request.GET.get("page", ""))
    found = queries.matches(state, limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    counts = queries.match_counts()
    context = {
        "rows": [_shown(row) for row in found[:_ON_PAGE]],
        "waits": state == MatchState.WAITING,
        "states": [
            (Link(gettext(label), "" if one == state else f"?state={one}"), counts[one])
            for one, label in MATCH_STATE_LABELS.items()
        ],
        "page": number,
        "previous": f"?state={state}&page={number - 1}" if number > 1 else "",
        "next": f"?state={state}&page={number + 1}" if len(found) > _ON_PAGE else "",
    }
    return desk_page(request, "workbench/matches.html", context, here=_HERE)


def _shown(row: MatchRow) -> dict[str, object]:
    return {
        "row": row,
        "way": gettext(MATCH_WAY_LABELS[row.way]),
        "state": gettext(MATCH_STATE_LABELS[row.state]),
    }


@requires(Power.DIRECTORY_EDIT, whole=True)
@require_POST
@refusable
def accept(request: HttpRequest) -> HttpResponse:
    """Accept the proposals that are ticked."""
    by = actor_of(request)
    check_scope(by, division_path="")
    ticked = [
        int(one)
        for one in request.POST.getlist("match")
        if one.isascii() and one.isdecimal() and len(one) <= _LONGEST
    ]
    try:
        codes, taken, left = match_items.accept(ticked, by=by, now=timezone.now())
    except Refused as refused:
        if refused.complaint.reason.code != "nothing_chosen":
            raise
        messages.warning(request, gettext("Tick codes that have a proposed item."))
        return see_other(reverse(_HERE))
    said = ngettext("{n} code is matched.", "{n} codes are matched.", codes).format(n=codes)
    messages.success(request, said)
    _tell_retry(request, taken, left)
    return see_other(reverse(_HERE))


@requires(Power.DIRECTORY_EDIT, whole=True, writes=True)
@require_http_methods(["GET", "HEAD", "POST"])
@refusable
def one(request: HttpRequest, match_id: int) -> HttpResponse:
    """One code: what is known of it, and the form that says which item it means."""
    by = actor_of(request)
    check_scope(by, division_path="")
    row = queries.match(match_id)
    if request.method != "POST":
        return _form(request, row, MatchForm(initial={"item": row.item.code if row.item else ""}))
    form = MatchForm(request.POST)
    if not form.is_valid():
        return _form(request, row, form, INVALID)
    item = "" if form.cleaned_data["none"] else form.cleaned_data["item"].strip()
    try:
        taken, left = match_items.decide(match_id, item, by=by, now=timezone.now())
    except Refused as refused:
        return _form(request, row, form, told(form, refused))
    messages.success(request, gettext("It is decided, and holds for what this source sends from now on."))
    _tell_retry(request, taken, left)
    return see_other(reverse(_HERE))


def _form(request: HttpRequest, row: MatchRow, form: MatchForm, status: int = 200) -> HttpResponse:
    who = names_of([row.decided_by], actor_of(request)).get(row.decided_by, "") if row.decided_by else ""
    context = _shown(row) | {"form": form, "decided_by": who}
    return desk_page(request, "workbench/match.html", context, here=_HERE, status=status)


def _tell_retry(request: HttpRequest, taken: int, left: int) -> None:
    if taken:
        said = ngettext("{n} record waits no longer.", "{n} records wait no longer.", taken).format(n=taken)
        messages.success(request, said)
    if left:
        said = ngettext("{n} record still waits.", "{n} records still wait.", left).format(n=left)
        messages.warning(request, said)
