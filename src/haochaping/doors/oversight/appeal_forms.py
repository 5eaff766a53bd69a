"""Forms of those who decide about appeals; whether what is typed will do is judged by the room."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from haochaping.doors.fields import Choice, Words
from haochaping.rectification.terms import FACT_LABELS, REFUSAL_LABELS, VERDICT_LABELS


class RefuseForm(forms.Form):
    """Not accepting an appeal."""

    refusal = Choice(
        label=gettext_lazy("Why it is not accepted"),
        choices=[(word, gettext_lazy(label)) for word, label in REFUSAL_LABELS.items()],
    )


class DecisionForm(forms.Form):
    """Proposing how an appeal is to be decided."""

    depends = frozenset({"fact", "evidence"})
    verdict = Choice(
        label=gettext_lazy("Decision"),
        choices=[(word, gettext_lazy(label)) for word, label in VERDICT_LABELS.items()],
    )
    fact = Choice(
        label=gettext_lazy("Proven fact"),
        help_text=gettext_lazy("Only where a proven fact of the list is the reason; criticism never is."),
        choices=[(word, gettext_lazy(label)) for word, label in FACT_LABELS.items()],
        required=False,
    )
    evidence = Words(
        label=gettext_lazy("Numbers of the evidence"),
        help_text=gettext_lazy(
            "One a line: of photographs, files or the record; of many reviews within a day, their work orders. "
            "No review is excluded without, unless its reviewer has said that it was a mistake."
        ),
        rows=3,
        required=False,
    )
    text = Words(
        label=gettext_lazy("Reasons"),
        help_text=gettext_lazy("The agency and the reviewer read them. Name nobody, and accuse nobody."),
        rows=6,
    )


class SendBackForm(forms.Form):
    """Sending a proposal back."""

    text = Words(label=gettext_lazy("What has to be looked at again"))
