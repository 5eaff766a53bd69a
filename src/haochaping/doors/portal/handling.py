"""What a reviewer complains of about the handling of their review, on a page beside it; what they wrote is not repeated.

Whoever looks at the page over the reviewer's shoulder, or makes them show it, does not read it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from haochaping.doors.portal.forms import PlainText
from haochaping.doors.portal.voice_forms import WordForm, for_office
from haochaping.doors.portal.voices import shown
from haochaping.kernel.refused import N_, Refused
from haochaping.rectification import queries as orders
from haochaping.ui.moments import moment
from haochaping.ui.sentences import say
from haochaping.voices import queries
from haochaping.voices.rules import may_urge_from, running_due
from haochaping.voices.terms import MATTER_LABELS, MATTERS_OF, NOT_HANDLED, TEXT_LIMIT, VoiceKind, VoiceState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.doors.portal.own_review import Opened
    from haochaping.kernel.refused import Complaint
    from haochaping.rectification.terms import OrderRow
    from haochaping.voices.terms import VoiceRow

_PROMISED = N_("The supervisory office will answer you here by {due}.")
_LATE = N_(
    "The supervisory office should have answered you by {due} and has not done so. This is recorded as overdue."
)


class HandlingForm(forms.Form):
    """What was wrong with the handling, with one tap and in words; nothing is chosen beforehand."""

    matter = forms.ChoiceField(
        label=gettext_lazy("What was wrong?"),
        choices=[(one.value, gettext_lazy(MATTER_LABELS[one])) for one in MATTERS_OF[VoiceKind.HANDLING]],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    text = PlainText(
        limit=TEXT_LIMIT,
        rows=4,
        required=True,
        label=gettext_lazy("What happened?"),
        help_text=gettext_lazy(
            "Only the supervisory office reads this. It is not shown on this page again, nor to the agency."
        ),
    )


@dataclass(frozen=True, slots=True)
class Handling:
    """The complaints of one review: all of them, and the forms that are offered now."""

    told: list[dict[str, object]]
    form: HandlingForm | None
    offered: bool
    word: WordForm | None
    may_urge: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """The forms as they were sent when they could not be taken, and what stands in the way besides."""

    form: HandlingForm | None = None
    word: WordForm | None = None
    complaints: tuple[Complaint, ...] = ()


def line_of(order: OrderRow | None, found: Sequence[VoiceRow]) -> str:
    """How the page of the review leads here, with what was said of it; "" as long as no agency has begun to handle it."""
    if order is None or order.dispatched_at is None:
        return ""
    if not found:
        return gettext("I want to complain about how my review is handled")
    if found[0].state == VoiceState.ANSWERED:
        return gettext("Your complaint about the handling was answered")
    return gettext("Your complaint about the handling")


def page(request: HttpRequest, opened: Opened, typed: Typed | None = None) -> HttpResponse:
    """Its own page, since that of the review is full; with `typed`, status 422 and the reasons first."""
    order, _, _ = orders.order_of_own_review(opened.review.id)
    if order is None or order.dispatched_at is None:
        raise Refused(NOT_HANDLED)
    sent = typed or Typed()
    context = {
        "opened": opened,
        "handling": _handling(
            order.review_id, timezone.now(), sent, again=request.GET.get("complain") == "again"
        ),
        "wrong_form": sent.form or sent.word,
        "sentences": [say(complaint) for complaint in sent.complaints],
    }
    return render(request, "portal/handling.html", context, status=422 if typed else 200)


def _handling(review_id: UUID, now: datetime, typed: Typed, *, again: bool) -> Handling:
    found = queries.about_handling(review_id).answer
    open_one = next((one for one in found if one.state != VoiceState.CLOSED), None)
    since = may_urge_from(open_one) if open_one else None
    answered = open_one is not None and open_one.state == VoiceState.ANSWERED
    asks = open_one is None and (again or not found or typed.form is not None)
    return Handling(
        told=[_told(one, now) for one in found],
        form=(typed.form or HandlingForm(auto_id="handling_%s")) if asks else None,
        offered=open_one is None,
        word=for_office(typed.word or WordForm(auto_id="word_%s")) if answered else None,
        may_urge=since is not None and now >= since,
    )


def _told(voice: VoiceRow, now: datetime) -> dict[str, object]:
    due = running_due(voice)
    sentence = gettext(_LATE if due and now > due else _PROMISED)
    return shown(voice, now) | {"promise": sentence.format(due=moment(due)) if due else ""}
