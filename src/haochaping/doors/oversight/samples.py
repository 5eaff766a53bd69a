"""The sampling desk: whom to call, a call through the relay, and what it brought. No name, no number, no rating."""

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
from haochaping.doors.desk import INVALID, desk_page, refusable, told_here
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.paging import page_number
from haochaping.doors.private_page import see_other
from haochaping.flows import sample_reviews
from haochaping.kernel.refused import N_, Refused
from haochaping.supervision.queries import samples
from haochaping.supervision.terms import (
    DID_RATE_LABELS,
    SAMPLE_CALL_LABELS,
    SAMPLE_WORDS_LIMIT,
    SampleState,
)
from haochaping.ui.levels import LEVELS
from haochaping.ui.shapes import Event

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_ON_PAGE = 50


class CallForm(forms.Form):
    """Asking the relay for a call; both numbers stay between the relay and its lines."""

    line = forms.CharField(
        label=gettext_lazy("Your desk phone"),
        help_text=gettext_lazy(
            "The relay rings it first, then the reviewer. Neither side sees the other’s number."
        ),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "maxlength": "30"}),
    )


class ResultForm(forms.Form):
    """What the call brought; nothing is chosen beforehand."""

    result = forms.ChoiceField(
        label=gettext_lazy("Result of the call"),
        choices=[(word.value, gettext_lazy(label)) for word, label in SAMPLE_CALL_LABELS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    did_rate = forms.ChoiceField(
        required=False,
        label=gettext_lazy("“Did you give this rating yourself?”"),
        choices=[(word.value, gettext_lazy(label)) for word, label in DID_RATE_LABELS.items()],
        widget=forms.RadioSelect,
    )
    level = forms.ChoiceField(
        required=False,
        label=gettext_lazy("“How satisfied are you today with this service?”"),
        choices=[(str(level.number), gettext_lazy(level.label)) for level in LEVELS],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        required=False,
        strip=False,
        label=gettext_lazy("In their own words"),
        help_text=gettext_lazy("At most 500 characters. Name nobody; never published."),
        widget=forms.Textarea(attrs={"rows": "3", "maxlength": str(SAMPLE_WORDS_LIMIT)}),
    )


FORMS: dict[str, type[forms.Form]] = {"call": CallForm, "result": ResultForm}
_DONE = {
    "call": N_("The relay rings your desk phone in a moment. Record the result when the call is over."),
    "result": N_("The result is recorded."),
}


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """Whom the desk is to call, those with the fewest attempts first."""
    number = page_number(request.GET.get("page", ""))
    rows = samples.to_call(actor_of(request), limit=_ON_PAGE + 1, offset=(number - 1) * _ON_PAGE)
    context = {
        "rows": rows[:_ON_PAGE],
        "page": number,
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if len(rows) > _ON_PAGE else "",
    }
    return desk_page(request, "oversight/samples.html", context, here="oversight_samples")


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def one(request: HttpRequest, sample_id: UUID) -> HttpResponse:
    """One of them: the service it was about, the calls so far, the two forms."""
    return _page(request, sample_id)


@requires(Power.ORDER_SUPERVISE)
@require_POST
@refusable
def step(request: HttpRequest, sample_id: UUID, step: str) -> HttpResponse:
    """Have the relay call, or record what a call brought; what was refused is shown again with what was typed."""
    if step not in FORMS:
        raise Http404
    form = FORMS[step](request.POST, auto_id=f"{step}_%s")
    if not form.is_valid():
        return _page(request, sample_id, tried=step, form=form, status=INVALID)
    perform = sample_reviews.request_sample_call if step == "call" else sample_reviews.record_sample_call
    try:
        perform(sample_id, **form.cleaned_data, by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _page(request, sample_id, tried=step, form=form, status=told_here(form, refused))
    messages.success(request, gettext(_DONE[step]))
    return see_other(reverse("oversight_sample", args=[sample_id]))


def _page(
    request: HttpRequest,
    sample_id: UUID,
    *,
    tried: str = "",
    form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    row = samples.desk_row(sample_id, by=actor_of(request))
    calls = [Event(gettext(SAMPLE_CALL_LABELS[call.result]), call.at) for call in samples.attempts(sample_id)]
    context = {
        "row": row,
        "to_call": row.state == SampleState.TO_CALL,
        "calls": calls,
        "wrong": form,
        **{
            f"{name}_form": form if form is not None and name == tried else kind(auto_id=f"{name}_%s")
            for name, kind in FORMS.items()
        },
    }
    return desk_page(request, "oversight/sample.html", context, here="oversight_samples", status=status)
