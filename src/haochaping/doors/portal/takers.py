"""The forms of one's own review: what takes each, whether the page was opened with the invitation or the receipt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from allauth.core import ratelimit
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext

from haochaping.doors import uploads
from haochaping.doors.portal import handling
from haochaping.doors.portal.forms import (
    AnswerForm,
    MessageForm,
    ObjectionForm,
    ReasonsForm,
    ReportForm,
    SolutionForm,
)
from haochaping.doors.portal.handling import HandlingForm, Typed
from haochaping.doors.portal.own_review import Opened, Wrong, page
from haochaping.doors.portal.voice_forms import WordForm
from haochaping.doors.private_page import see_other
from haochaping.flows import (
    change_review,
    decide_appeal,
    handle_bad_review,
    handle_voices,
    merge_orders,
    supervise,
)
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.refused import Refused
from haochaping.reviews import actions as review_actions
from haochaping.reviews import queries as reviews
from haochaping.ui.sentences import say
from haochaping.voices import queries as told
from haochaping.voices.terms import NO_SUCH_VOICE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from haochaping.kernel.refused import Complaint


def reasons(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take the second page: tags and text."""
    try:
        uploads.bound(request)
    except Refused as refused:
        return page(request, opened, Wrong((refused.complaint,)))
    form, codes = ReasonsForm(request.POST, request.FILES), request.POST.getlist("indicator_codes")
    if not form.is_valid():
        return page(request, opened, Wrong(reasons=form, codes=codes))
    text = form.cleaned_data["comment_text"]
    try:
        pictures = uploads.pictures(form.cleaned_data["photos"])
        change_review.finish_review(
            opened.review.id,
            codes,
            text,
            said=form.said(),
            pictures=pictures,
            by=REVIEWER,
            now=timezone.now(),
        )
    except Refused as refused:
        return page(request, opened, _wrong_reasons(form, codes, refused.complaint))
    return see_other(opened.base)


def call_back(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take a consent to be called, or its end: possible at any time."""
    agreed = request.POST.get("may_call_back") == "yes"
    said = replace(reviews.supplement_of(opened.review.id), may_call_back=agreed)
    try:
        review_actions.supplement(opened.review.id, said, by=REVIEWER, now=timezone.now())
    except Refused as refused:
        return page(request, opened, Wrong((refused.complaint,)))
    return see_other(opened.base)


def conceal(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take the wish that the agency does not learn of the case, or its end: possible at any time."""
    wished = request.POST.get("concealed") == "yes"
    try:
        merge_orders.wish_concealed(opened.review.id, concealed=wished, by=REVIEWER, now=timezone.now())
    except Refused as refused:
        return page(request, opened, Wrong((refused.complaint,)))
    return see_other(opened.base)


def withdraw(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take the review back."""
    try:
        change_review.withdraw_review(opened.review.id, by=REVIEWER, now=timezone.now())
    except Refused as refused:
        return page(request, opened, Wrong((refused.complaint,)))
    return see_other(opened.base)


def solution(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take the answer whether the matter is solved."""
    form = SolutionForm(request.POST, auto_id="solution_%s")
    if not form.is_valid():
        return page(request, opened, Wrong(solution=form))
    said = form.cleaned_data
    try:
        merge_orders.answer_solution(
            opened.review.id, solved=said["solved"], text=said["text"], by=REVIEWER, now=timezone.now()
        )
    except Refused as refused:
        if refused.complaint.field not in form.fields:
            return page(request, opened, Wrong((refused.complaint,)))
        form.add_error(refused.complaint.field, say(refused.complaint).text)
        return page(request, opened, Wrong(solution=form))
    return see_other(f"{opened.base}#solution")


def message(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take an answer to the agency."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return page(request, opened, Wrong(message=form))
    try:
        handle_bad_review.answer_agency(
            opened.review.id, form.cleaned_data["text"], by=REVIEWER, now=timezone.now()
        )
    except Refused as refused:
        if refused.complaint.field != "text":
            return page(request, opened, Wrong((refused.complaint,), message=form))
        form.add_error("text", say(refused.complaint).text)
        return page(request, opened, Wrong(message=form))
    return see_other(f"{opened.base}#thread")


def appeal_answer(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take what the reviewer says to an appeal."""
    return _spoken(request, opened, AnswerForm(request.POST, auto_id="appeal_%s"), decide_appeal.answer)


def objection(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take the reviewer's objection to a decision: the level above looks at it again."""
    return _spoken(request, opened, ObjectionForm(request.POST, auto_id="appeal_%s"), decide_appeal.object_to)


def _spoken(request: HttpRequest, opened: Opened, form: Form, take: Callable[..., None]) -> HttpResponse:
    if not form.is_valid():
        return page(request, opened, Wrong(appeal=form))
    try:
        take(opened.review.id, **form.cleaned_data, by=REVIEWER, now=timezone.now())
    except Refused as refused:
        if refused.complaint.field not in form.fields:
            return page(request, opened, Wrong((refused.complaint,)))
        form.add_error(refused.complaint.field, say(refused.complaint).text)
        return page(request, opened, Wrong(appeal=form))
    return see_other(f"{opened.base}#appeal")


def report(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take a report that the reviewer was disadvantaged; its number is shown once, and nothing stays on the page.

    Somebody who looks over the reviewer's shoulder later does not learn that there is one.
    """
    form = ReportForm(request.POST, auto_id="report_%s")
    if not form.is_valid():
        return page(request, opened, Wrong(report=form))
    text, now = form.cleaned_data["text"], timezone.now()
    try:
        receipt = supervise.take_report(opened.review.id, text=text, by=REVIEWER, now=now)
    except Refused as refused:
        if refused.complaint.field not in form.fields:
            return page(request, opened, Wrong((refused.complaint,), report=form))
        form.add_error(refused.complaint.field, say(refused.complaint).text)
        return page(request, opened, Wrong(report=form))
    return render(request, "portal/reported.html", {"receipt": receipt, "opened": opened})


def complain(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take a complaint about the handling; a few a day for one review."""
    form = HandlingForm(request.POST, auto_id="handling_%s")
    if not form.is_valid():
        return handling.page(request, opened, Typed(form=form))
    if not ratelimit.consume(request, action="handling_given", key=str(opened.review.id)):
        form.add_error(None, gettext("Too much was sent about this review today. Try again tomorrow."))
        return handling.page(request, opened, Typed(form=form))
    try:
        handle_voices.complain_of_handling(
            opened.review.id, **form.cleaned_data, by=REVIEWER, now=timezone.now()
        )
    except Refused as refused:
        if refused.complaint.field not in form.fields:
            return handling.page(request, opened, Typed(complaints=(refused.complaint,)))
        form.add_error(refused.complaint.field, say(refused.complaint).text)
        return handling.page(request, opened, Typed(form=form))
    return _to_handling(opened)


def urge(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Say that one waits for the answer of the supervisory office."""
    try:
        handle_voices.urge(_open_complaint(opened), by=REVIEWER, now=timezone.now())
    except Refused as refused:
        return handling.page(request, opened, Typed(complaints=(refused.complaint,)))
    return _to_handling(opened)


def word(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Take the word whether the answer of the supervisory office has solved it."""
    form = WordForm(request.POST, auto_id="word_%s")
    if not form.is_valid():
        return handling.page(request, opened, Typed(word=form))
    try:
        handle_voices.say_word(_open_complaint(opened), **form.cleaned_data, by=REVIEWER, now=timezone.now())
    except Refused as refused:
        if refused.complaint.field not in form.fields:
            return handling.page(request, opened, Typed(complaints=(refused.complaint,)))
        form.add_error(refused.complaint.field, say(refused.complaint).text)
        return handling.page(request, opened, Typed(word=form))
    return _to_handling(opened)


def _open_complaint(opened: Opened) -> UUID:
    found = told.about_handling(opened.review.id).answer
    if not found:
        raise Refused(NO_SUCH_VOICE)
    return found[0].id


def _to_handling(opened: Opened) -> HttpResponse:
    return see_other(f"{opened.base}?complain=1")


_TAKERS: dict[str, Callable[[HttpRequest, Opened], HttpResponse]] = {
    "reasons": reasons,
    "call-back": call_back,
    "conceal": conceal,
    "withdraw": withdraw,
    "message": message,
    "solution": solution,
    "appeal-answer": appeal_answer,
    "objection": objection,
    "report": report,
    "handling": complain,
    "handling-urge": urge,
    "handling-word": word,
}


def taker(form: str) -> Callable[[HttpRequest, Opened], HttpResponse]:
    """What takes the form of this address; raises Http404 for an address without a form."""
    if form not in _TAKERS:
        raise Http404
    return _TAKERS[form]


def _wrong_reasons(form: Form, codes: Collection[str], complaint: Complaint) -> Wrong:
    if complaint.field in form.fields:
        form.add_error(complaint.field, say(complaint).text)
        return Wrong(reasons=form, codes=codes)
    return Wrong((complaint,), reasons=form, codes=codes)
