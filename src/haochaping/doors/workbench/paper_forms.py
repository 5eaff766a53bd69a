"""Forms of paper slips at the desk: what stands on the paper; whether it will do is judged by flow and room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy

from haochaping.doors.fields import Words
from haochaping.flows.enter_paper import TypedSlip
from haochaping.reviews.paper.terms import NOTE_LIMIT
from haochaping.reviews.terms import COMMENT_LIMIT
from haochaping.ui.levels import LEVELS

if TYPE_CHECKING:
    from haochaping.cases.terms import Binding
    from haochaping.reviews.paper.terms import SlipReading

# How flow and room name what the form calls otherwise.
FIELDS = {"case": "source"}


class SlipForm(forms.Form):
    """One reading of a slip; no rating is chosen beforehand."""

    case_no = forms.CharField(
        label=gettext_lazy("Case number on the slip"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    occurrence_no = forms.IntegerField(
        label=gettext_lazy("Number of the service"),
        help_text=gettext_lazy("Only where the case has several services."),
        min_value=1,
        max_value=99,
        required=False,
    )
    source = forms.CharField(
        label=gettext_lazy("Platform of the case"),
        help_text=gettext_lazy(
            "Only where several platforms have a case of this number: the platform’s code."
        ),
        max_length=40,
        required=False,
    )
    level = forms.TypedChoiceField(
        label=gettext_lazy("Rating on the slip"),
        choices=[(str(level.number), gettext_lazy(level.label)) for level in LEVELS],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    codes = forms.CharField(
        label=gettext_lazy("Ticked reasons"),
        help_text=gettext_lazy("Their numbers, as below: for example 209 213"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    words = Words(
        label=gettext_lazy("The person’s words"),
        help_text=gettext_lazy(
            "As they stand on the slip, mistakes included; nothing left out and nothing put in."
        ),
        limit=COMMENT_LIMIT,
        rows=4,
        required=False,
    )
    given_on = forms.DateField(
        label=gettext_lazy("Day on the slip"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def typed(self) -> TypedSlip:
        """What was typed, once the form is valid."""
        return TypedSlip(**self.cleaned_data)


class SetAsideForm(forms.Form):
    """Why nothing becomes of a slip."""

    note = Words(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Without names: it stays with the slip."),
        limit=NOTE_LIMIT,
        rows=2,
    )


def as_typed(reading: SlipReading, binding: Binding) -> dict[str, object]:
    """What somebody typed, as the form shows it again."""
    return {
        "case_no": binding.case_no,
        "occurrence_no": binding.occurrence_no,
        "source": binding.source,
        "level": str(reading.level),
        "codes": " ".join(reading.codes),
        "words": reading.words,
        "given_on": reading.given_on,
    }
