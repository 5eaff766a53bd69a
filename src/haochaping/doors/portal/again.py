"""`/again/<token>`: whoever rated a service is asked again; one question, nothing chosen beforehand, no account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from haochaping.cases import queries as cases
from haochaping.doors.gate import public
from haochaping.doors.portal.forms import AgainForm
from haochaping.doors.portal.own_review import shown_case
from haochaping.doors.private_page import private_page, see_other
from haochaping.flows import sample_reviews
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.refused import Refused
from haochaping.notices import rules
from haochaping.notices.terms import ASKED_AT_MOST, NO_CALLS_KEY, QUESTIONS, Template
from haochaping.reviews import queries as reviews
from haochaping.supervision.queries import samples
from haochaping.supervision.rules import OPEN
from haochaping.supervision.terms import SAMPLE_LINK_INVALID, SAMPLE_OVER, SampleState
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from haochaping.supervision.terms import SampleRow

# No call asks more often than this, whatever is sent.
_KEYS_AT_MOST = ASKED_AT_MOST * len(QUESTIONS[Template.SAMPLE_CALL])


@public
@private_page
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, take the answer, or say that it is over; a second answer changes nothing."""
    sample = samples.sample_by_token(token)
    if sample.state not in OPEN:
        return _over(request, sample)
    if request.method != "POST":
        return _question(request, sample, AgainForm())
    if "decline" in request.POST:
        sample_reviews.decline_question(token, by=REVIEWER, now=timezone.now())
        return see_other(reverse("again", args=[token]))
    form = AgainForm(request.POST)
    if form.is_valid():
        try:
            sample_reviews.answer_question(token, **form.cleaned_data, by=REVIEWER, now=timezone.now())
        except Refused as refused:
            sentence = say(refused.complaint)
            if sentence.field not in form.fields:
                raise
            form.add_error(sentence.field, sentence.text)
        else:
            return see_other(reverse("again", args=[token]))
    return _question(request, sample, form, status=422)


@public
@private_page
def keys(request: HttpRequest, token: str) -> HttpResponse:
    """Take the keys of an automatic call from the gateway, or show what it asks, one question a page, as a phone would."""
    sample = samples.sample_by_token(token)
    if sample.state not in OPEN:
        return _over(request, sample)
    pressed = (request.POST.get("keys", "") + request.POST.get("key", ""))[:_KEYS_AT_MOST]
    heard = rules.heard(Template.SAMPLE_CALL, pressed)
    if request.method == "POST" and heard.asks is None:
        sample_reviews.hear_keys(token, pressed, by=REVIEWER, now=timezone.now())
    script = rules.script(Template.SAMPLE_CALL, gettext)
    asked = next((one for one in script.questions if heard.asks and one.name == heard.asks.name), None)
    context = {
        "script": script,
        "asked": asked,
        "again": heard.again,
        "pressed": pressed,
        "first": not pressed,
        "keypad": [*asked.keys, NO_CALLS_KEY] if asked else [],
    }
    return render(request, "portal/again_keys.html", context)


def _question(request: HttpRequest, sample: SampleRow, form: AgainForm, status: int = 200) -> HttpResponse:
    review = reviews.review(sample.review_id)
    binding = cases.binding_of(review.occurrence_id) if review else None
    if binding is None:
        raise Refused(SAMPLE_LINK_INVALID)
    context = {"case": shown_case(binding), "form": form}
    return render(request, "portal/again.html", context, status=status)


def _over(request: HttpRequest, sample: SampleRow) -> HttpResponse:
    if sample.state not in {SampleState.ANSWERED, SampleState.REFUSED}:
        raise Refused(SAMPLE_OVER)
    return render(request, "portal/again_done.html", {"refused": sample.state == SampleState.REFUSED})
