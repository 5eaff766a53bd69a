"""`/my/data`: what is kept about whoever has logged in as a citizen, and the request to see, correct or erase it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core import ratelimit
from django import forms
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from haochaping.doors import sign_in
from haochaping.doors.gate import public
from haochaping.doors.origin import network_asked_from
from haochaping.doors.portal.forms import PlainText
from haochaping.doors.portal.mine import own_services
from haochaping.doors.portal.voices import NOT_DRAWN, drawn, receipt_of
from haochaping.doors.private_page import see_other
from haochaping.flows import handle_own_data
from haochaping.identity.terms import RETENTION
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.refused import Refused
from haochaping.ui.sentences import say
from haochaping.voices.terms import MATTER_LABELS, MATTERS_OF, TEXT_LIMIT, VoiceKind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_INVALID, _TOO_MANY = 422, 429


class OwnDataForm(forms.Form):
    """What is asked for, with one tap and in words; nothing is chosen beforehand."""

    receipt = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)
    matter = forms.ChoiceField(
        label=gettext_lazy("What do you ask for?"),
        choices=[(one.value, gettext_lazy(MATTER_LABELS[one])) for one in MATTERS_OF[VoiceKind.OWN_DATA]],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    text = PlainText(
        limit=TEXT_LIMIT,
        rows=4,
        required=True,
        label=gettext_lazy("What exactly, and why if you want to say so"),
        help_text=gettext_lazy(
            "Only the supervisory office reads this. Please do not write names, telephone or certificate numbers."
        ),
    )


# Whoever it is about has logged in: unlike the pages of receipts it is protected against forged forms.
@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What is kept, and the form; whoever has not logged in is led to where one does."""
    known = sign_in.citizen_of(request)
    if not known:
        return see_other(reverse("my"))
    if request.method != "POST":
        return _page(request, known, OwnDataForm(initial={"receipt": drawn()}))
    form = OwnDataForm(request.POST)
    receipt = receipt_of(request.POST.get("receipt", ""))
    if receipt is None:
        form = OwnDataForm(request.POST.dict() | {"receipt": drawn()})
        form.add_error(None, gettext(NOT_DRAWN))
    if receipt is None or not form.is_valid():
        return _page(request, known, form, _INVALID)
    if not ratelimit.consume(request, action="voice_given", key=network_asked_from(request)):
        form.add_error(None, gettext("Too much was sent from here within an hour. Try again later."))
        return _page(request, known, form, _TOO_MANY)
    said = {name: form.cleaned_data[name] for name in ("matter", "text")}
    try:
        receipt = handle_own_data.ask(known, **said, receipt=receipt, by=REVIEWER, now=timezone.now())
    except Refused as refused:
        sentence = say(refused.complaint)
        form.add_error(sentence.field if sentence.field in form.fields else None, sentence.text)
        return _page(request, known, form, _INVALID)
    return see_other(reverse("voice", args=[receipt]))


def _page(request: HttpRequest, known: list[bytes], form: OwnDataForm, status: int = 200) -> HttpResponse:
    services = own_services(known)
    context = {
        "form": form,
        "services": len(services),
        "reviews": sum(service.review is not None for service in services),
        "days": RETENTION.days,
    }
    return render(request, "portal/own_data.html", context, status=status)
