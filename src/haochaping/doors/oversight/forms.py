"""Forms of the oversight pages: they read what was typed and keep it; whether it will do is judged by the rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from haochaping.doors.agencies import AgencyField, place_agencies
from haochaping.doors.careful import CarefulForm
from haochaping.doors.fields import Choice, Words
from haochaping.exchange.reconciliation.terms import EXPLANATION_LIMIT
from haochaping.kernel.identifiers import uuid7
from haochaping.supervision.terms import PERSONAL, PROPOSED, RUNG_LABELS, SUPERVISION_TEXT_LIMIT

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Scope


class _About(CarefulForm):
    """A form about an order or signal, or else about an agency that is typed."""

    typed = ""

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place_agencies(self, scope, scope.division_path)
        known = any(self[name].value() for name in ("signal", "order") if name in self.fields)
        self.fields[self.typed].required = not known


class LetterForm(_About):
    """Drafting a supervision letter. `key` tells the same form sent twice from another letter."""

    typed = "agency"
    key = forms.UUIDField(widget=forms.HiddenInput)
    signal = forms.UUIDField(widget=forms.HiddenInput, required=False)
    order = forms.UUIDField(widget=forms.HiddenInput, required=False)
    agency = AgencyField(label=gettext_lazy("Agency"), required=False)
    text = Words(
        label=gettext_lazy("What is asked of the agency"),
        help_text=gettext_lazy("The agency reads it once you send the letter. Name no reviewer."),
        limit=SUPERVISION_TEXT_LIMIT,
        rows=6,
    )


class UrgingForm(_About):
    """Urging an agency, or the office of a division below."""

    typed = "to"
    key = forms.UUIDField(widget=forms.HiddenInput)
    order = forms.UUIDField(widget=forms.HiddenInput, required=False)
    to = AgencyField(
        label=gettext_lazy("Whom you urge"),
        help_text=gettext_lazy(
            "Choose an agency, type its code or a part of its name, or the twelve digits of a division below yours."
        ),
        required=False,
        divisions=True,
    )
    text = Words(
        label=gettext_lazy("What is to be done"),
        help_text=gettext_lazy(
            "They have so many working days to answer as the rules give. Name no reviewer."
        ),
        limit=SUPERVISION_TEXT_LIMIT,
    )


class HelpForm(CarefulForm):
    """Asking the level above for help."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    order = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = Words(
        label=gettext_lazy("What your office cannot solve, and what you ask for"),
        help_text=gettext_lazy("The level above reads it and answers here. Name no reviewer."),
        limit=SUPERVISION_TEXT_LIMIT,
        rows=6,
    )


class NoteForm(CarefulForm):
    """A finding, a reason or an answer in words."""

    text = Words(label=gettext_lazy("In words"), limit=SUPERVISION_TEXT_LIMIT)


class InterviewForm(CarefulForm):
    """What an interview of an agency was."""

    text = Words(
        label=gettext_lazy("When, with whom, and what came of it"),
        help_text=gettext_lazy("The agency reads it. Name no reviewer."),
        limit=SUPERVISION_TEXT_LIMIT,
        rows=6,
    )


class ReviewerAnswerForm(CarefulForm):
    """What the office answers whoever reported a disadvantage."""

    text = Words(
        label=gettext_lazy("Your answer to the reviewer"),
        help_text=gettext_lazy("Whoever holds the number of the report reads it. Name nobody."),
        limit=SUPERVISION_TEXT_LIMIT,
    )


class ReportNumberForm(forms.Form):
    """The number of a report as somebody reads it out."""

    number = forms.CharField(
        label=gettext_lazy("Number of the report"),
        help_text=gettext_lazy("26 letters and digits; upper or lower case, with or without dashes"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ExplanationForm(forms.Form):
    """Why two sides differ and may do so."""

    explanation = Words(
        label=gettext_lazy("Why they may differ"),
        help_text=gettext_lazy(
            "It stays visible and goes into the ledger. If records are only missing, have them sent."
        ),
        limit=EXPLANATION_LIMIT,
    )


class NoForm(forms.Form):
    """A step that needs no words."""


class ProposalForm(forms.Form):
    """Proposing a measure."""

    rung = Choice(
        label=gettext_lazy("Measure proposed"),
        choices=[(rung.value, gettext_lazy(RUNG_LABELS[rung])) for rung in PROPOSED],
    )
    reason = Words(
        label=gettext_lazy("Why it is proposed"),
        help_text=gettext_lazy("Read only by those who may decide about it."),
        limit=SUPERVISION_TEXT_LIMIT,
    )


class MeasureForm(forms.Form):
    """Proposing a measure about a member of staff."""

    rung = Choice(
        label=gettext_lazy("Measure proposed"),
        choices=[(rung.value, gettext_lazy(RUNG_LABELS[rung])) for rung in PERSONAL],
    )
    staff_code = forms.CharField(
        label=gettext_lazy("Staff number"), help_text=gettext_lazy("The number on the badge."), max_length=40
    )
    reason = Words(
        label=gettext_lazy("Why it is proposed"),
        help_text=gettext_lazy("Read only by those who may decide about it."),
        limit=SUPERVISION_TEXT_LIMIT,
    )


class DecisionForm(forms.Form):
    """Deciding about a proposal."""

    reason = Words(
        label=gettext_lazy("Reason for the decision"),
        help_text=gettext_lazy("An agency that a measure is about reads it. Name nobody."),
        limit=SUPERVISION_TEXT_LIMIT,
        rows=3,
    )


def new_key(now: datetime) -> UUID:
    """What tells one form that was shown from another."""
    return uuid7(now)
