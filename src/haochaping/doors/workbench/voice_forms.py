"""Forms of complaints, suggestions and questions at the desk; whether what was typed will do is judged by the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy

from haochaping.doors.agencies import AgencyField, place_agencies
from haochaping.doors.careful import CarefulForm
from haochaping.doors.fields import Choice, Words
from haochaping.voices.terms import (
    BADGE_LIMIT,
    GIVEN,
    KIND_LABELS,
    MATTER_LABELS,
    MATTERS_OF,
    NOTE_LIMIT,
    OUTCOME_LABELS,
    OUTCOMES_OF,
    QUOTE_LIMIT,
    TEXT_LIMIT,
    VoiceKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from haochaping.directory.terms import AgencyRef
    from haochaping.kernel.actor import Scope
    from haochaping.voices.terms import VoiceRow


class SignForm(forms.Form):
    """Signing needs no words."""


class TransferForm(CarefulForm):
    """Which agency answers."""

    read_by_others = ("note",)

    agency = forms.ChoiceField(label=gettext_lazy("Agency that answers"))
    note = forms.CharField(
        label=gettext_lazy("Note to the agency"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": str(NOTE_LIMIT)}),
    )

    def __init__(
        self, *args: object, voice: VoiceRow, agencies: Iterable[AgencyRef], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        named = {agency.id: agency for agency in agencies}
        field = self.fields["agency"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", gettext_lazy("Choose an agency"))] if voice.agency_id not in named else []
        field.choices += [(agency.code, agency.name) for agency in named.values()]
        if voice.agency_id in named:
            self.initial["agency"] = named[voice.agency_id].code


class NameForm(forms.Form):
    """Whom it is about, as their badge says."""

    number = forms.CharField(
        label=gettext_lazy("Staff number"),
        help_text=gettext_lazy(
            "As on the badge. Whoever it is does not see this any more, nor do they handle it."
        ),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": str(BADGE_LIMIT), "autocomplete": "off"}),
    )


class HandOnForm(CarefulForm):
    """Which agency goes on with what another one has left, searched within the remit of whoever says so."""

    read_by_others = ("note",)

    agency = AgencyField(label=gettext_lazy("Agency that answers"))
    note = forms.CharField(
        label=gettext_lazy("Note to the agency"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": str(NOTE_LIMIT)}),
    )

    def __init__(self, *args: object, scope: Scope, around: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        place_agencies(self, scope, around)


class AnswerForm(CarefulForm):
    """The answer with its outcome; `earlier` are the last answers of its agency."""

    must_say = ("text",)

    outcome = Choice(label=gettext_lazy("Outcome"))
    text = Words(
        label=gettext_lazy("Answer to the person"),
        help_text=gettext_lazy(
            "Say what was done or decided, and why. The person reads it at once. Name nobody."
        ),
        limit=TEXT_LIMIT,
        rows=6,
    )
    next_item = forms.CharField(
        label=gettext_lazy("The item the person will need next"),
        help_text=gettext_lazy(
            "Its code or its whole name in the directory; the person sees it with its agency."
        ),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": "200"}),
    )

    def __init__(self, *args: object, voice: VoiceRow, earlier: Sequence[str] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.earlier = earlier
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(one.value, gettext_lazy(OUTCOME_LABELS[one])) for one in OUTCOMES_OF[voice.kind]]


class TakeUpForm(forms.Form):
    """Words of a good review that somebody has to answer."""

    kind = Choice(
        label=gettext_lazy("What the words are"),
        choices=[(word.value, gettext_lazy(KIND_LABELS[word])) for word in GIVEN],
    )
    matter = Choice(
        label=gettext_lazy("What the after-sales question is about"),
        choices=[
            (word.value, gettext_lazy(MATTER_LABELS[word])) for word in MATTERS_OF[VoiceKind.AFTER_SALES]
        ],
        required=False,
    )
    quote = Words(
        label=gettext_lazy("The words"),
        help_text=gettext_lazy("Copied from the review as they are."),
        limit=QUOTE_LIMIT,
        rows=3,
    )
    note = Words(
        label=gettext_lazy("Why they need an answer"),
        help_text=gettext_lazy("For the agency and its supervisors; the person does not see it."),
        limit=NOTE_LIMIT,
        rows=3,
    )
