"""`/desk/figures/`: figures of one's sources that do not add up; whoever looks after a source says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.desk import INVALID, desk_page, refusable, see_other, told
from haochaping.doors.fields import Words
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.names import names_of
from haochaping.doors.quality import message_of, remedy_of
from haochaping.exchange.quality import actions, queries
from haochaping.exchange.quality.rules import RULES
from haochaping.exchange.reconciliation.terms import EXPLANATION_LIMIT
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


class ExplanationForm(forms.Form):
    """Why figures of a source do not add up."""

    explanation = Words(
        label=gettext_lazy("Why they do not add up"),
        help_text=gettext_lazy(
            "It stays visible here and goes into the ledger; the public reads that the source has explained."
            " The figures come back when the data add up."
        ),
        limit=EXPLANATION_LIMIT,
    )


@requires(Power.QUARANTINE_MANAGE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """What is to be explained, what is due first on top."""
    return _page(request)


@requires(Power.QUARANTINE_MANAGE)
@require_POST
@refusable
def explain(request: HttpRequest, figure_id: UUID) -> HttpResponse:
    """Say why the figures do not add up."""
    form = _form(figure_id, request)
    if not form.is_valid():
        return _page(request, figure_id, form, INVALID)
    try:
        actions.explain(figure_id, form.cleaned_data["explanation"], by=actor_of(request), now=timezone.now())
    except Refused as refused:
        return _page(request, figure_id, form, told(form, refused))
    messages.success(request, gettext("The explanation is kept."))
    return see_other(reverse("desk_figures"))


def _form(figure_id: UUID, request: HttpRequest | None = None) -> ExplanationForm:
    return ExplanationForm(request.POST if request else None, auto_id=f"id_{figure_id}_%s")


def _page(
    request: HttpRequest,
    figure_id: UUID | None = None,
    form: ExplanationForm | None = None,
    status: int = 200,
) -> HttpResponse:
    by = actor_of(request)
    found = queries.figures_to_explain(by)
    names = names_of({one.explained_by for one in found if one.explained_by}, by)
    rows = [
        {
            "figure": one,
            "message": message_of(RULES[one.rule]),
            "remedy": remedy_of(RULES[one.rule]),
            "explained_by": names.get(one.explained_by, ""),
            "form": None if one.explained_at else form if one.id == figure_id else _form(one.id),
        }
        for one in found
    ]
    context = {"rows": rows, "now": timezone.now(), "form": form}
    return desk_page(request, "workbench/figures.html", context, here="desk_figures", status=status)
