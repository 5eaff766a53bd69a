"""`/desk/calls/`: people who are asked by phone to rate a service. No name and no number; the relay connects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told_here
from haochaping.doors.fields import Words
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.names import names_of
from haochaping.doors.paging import page_number
from haochaping.flows import call_invited
from haochaping.kernel.refused import N_, Refused
from haochaping.reviews.asking import queries
from haochaping.reviews.asking.terms import (
    CALL_RESULT_LABELS,
    CALL_STATE_LABELS,
    CALLED_FOR_LABELS,
    AskingCallState,
)
from haochaping.reviews.terms import COMMENT_LIMIT, CONFLICT
from haochaping.ui.levels import LEVELS
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.actor import Actor

_ON_PAGE = 50
_NOT_TAKEN = {CONFLICT.code: N_("The service was reviewed in another way before.")}
_WAITS = N_("The rules of this place did not take it at once; it waits in quarantine.")


class CallForm(forms.Form):
    """Asking the relay for a call; both numbers stay between the relay and its lines."""

    line = forms.CharField(
        label=gettext_lazy("Your desk phone"),
        help_text=gettext_lazy(
            "The relay rings it first, then the other person. Neither side sees the other’s number."
        ),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "maxlength": "30"}),
    )


class HeardForm(forms.Form):
    """What the call brought; nothing is chosen beforehand, and a rating is the person's."""

    result = forms.ChoiceField(
        label=gettext_lazy("Result of the call"),
        choices=[(word.value, gettext_lazy(label)) for word, label in CALL_RESULT_LABELS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    level = forms.ChoiceField(
        required=False,
        label=gettext_lazy("“How satisfied are you with this service?”"),
        choices=[(str(level.number), gettext_lazy(level.label)) for level in LEVELS],
        widget=forms.RadioSelect,
    )
    words = Words(
        required=False,
        label=gettext_lazy("In the person’s own words"),
        help_text=gettext_lazy(
            "As they said it, nothing left out and nothing put in. A bad rating needs them. The person reads what you write."
        ),
        limit=COMMENT_LIMIT,
        rows=3,
    )


FORMS: dict[str, type[forms.Form]] = {"ring": CallForm, "result": HeardForm}
_DONE = {
    "ring": N_("The relay rings your desk phone in a moment. Record the result when the call is over."),
    "result": N_("The result is recorded."),
}


@requires(Power.INVITATION_CALL)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """Whom to call, those with the fewest attempts first."""
    number = page_number(request.GET.get("page", ""))
    found = queries.to_call(
        actor_of(request), now=timezone.now(), limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE
    )
    context = {
        "rows": [{"row": row, "why": gettext(CALLED_FOR_LABELS[row.why])} for row in found[:_ON_PAGE]],
        "page": number,
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if len(found) > _ON_PAGE else "",
    }
    return desk_page(request, "workbench/calls.html", context, here="desk_calls")


@requires(Power.INVITATION_CALL)
@require_safe
@refusable
def one(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """One of them: the service it is about, the calls so far, the two forms."""
    return _page(request, call_id)


@requires(Power.INVITATION_CALL)
@require_POST
@refusable
def step(request: HttpRequest, call_id: UUID, step: str) -> HttpResponse:
    """Have the relay call, or record what a call brought; what was refused is shown again with what was typed."""
    if step not in FORMS:
        raise Http404
    form = FORMS[step](request.POST, auto_id=f"{step}_%s")
    if not form.is_valid():
        return _page(request, call_id, tried=step, form=form, status=INVALID)
    perform = call_invited.request_call if step == "ring" else call_invited.record_call
    try:
        perform(call_id, **form.cleaned_data, by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _page(request, call_id, tried=step, form=form, status=told_here(form, refused))
    messages.success(request, gettext(_DONE[step]))
    return see_other(reverse("desk_call", args=[call_id]))


def _page(
    request: HttpRequest,
    call_id: UUID,
    *,
    tried: str = "",
    form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    by = actor_of(request)
    row = queries.call_of(call_id, by=by)
    context = {
        "row": row,
        "why": gettext(CALLED_FOR_LABELS[row.why]),
        "state": gettext(CALL_STATE_LABELS[row.state]),
        "to_call": row.state == AskingCallState.TO_CALL,
        "not_taken": gettext(_NOT_TAKEN.get(row.refusal, _WAITS)) if row.refusal else "",
        "calls": _calls(call_id, by),
        "wrong": form,
        **{
            f"{name}_form": form if form is not None and name == tried else kind(auto_id=f"{name}_%s")
            for name, kind in FORMS.items()
        },
    }
    return desk_page(request, "workbench/call.html", context, here="desk_calls", status=status)


def _calls(call_id: UUID, by: Actor) -> list[Event]:
    found = queries.attempts(call_id)
    names = names_of([one.by for one in found], by)
    return [Event(gettext(CALL_RESULT_LABELS[one.result]), one.called_at, names[one.by]) for one in found]
