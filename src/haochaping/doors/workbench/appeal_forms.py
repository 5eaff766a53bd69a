"""Forms of the agency's side of an appeal; whether what is typed will do is judged by the room."""

from __future__ import annotations

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from haochaping.doors.careful import CarefulForm
from haochaping.doors.fields import Choice, Words
from haochaping.doors.uploads import Documents, Photographs
from haochaping.files.terms import DOCUMENT_MEGABYTES, DOCUMENTS_ALLOWED, PHOTO_MEGABYTES, PHOTOS_ALLOWED
from haochaping.rectification.terms import FACT_LABELS, GROUND_LABELS, REFERENCE_LIMIT, Ground


class AppealForm(CarefulForm):
    """Filing an appeal."""

    depends = frozenset({"fact"})
    ground = Choice(
        label=gettext_lazy("Ground of the appeal"),
        help_text=gettext_lazy("That a review criticises is no ground."),
        choices=[(word, gettext_lazy(label)) for word, label in GROUND_LABELS.items()],
    )
    fact = Choice(
        label=gettext_lazy("Proven fact"),
        help_text=gettext_lazy("Only for the last ground."),
        choices=[
            ("", gettext_lazy("None")),
            *((word, gettext_lazy(label)) for word, label in FACT_LABELS.items()),
        ],
        required=False,
    )
    text = Words(
        label=gettext_lazy("What happened, and what shows it"),
        help_text=gettext_lazy("Say what is known, not what you think of the reviewer. Name nobody."),
        rows=6,
    )
    reference = forms.CharField(
        label=gettext_lazy("Number of a record or document"),
        help_text=gettext_lazy(
            "Of police, court, recording or queue log; deciders ask for it by this number. "
            "Without any evidence a review is excluded only if its reviewer says that it was a mistake."
        ),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": str(REFERENCE_LIMIT)}),
    )
    photos = Photographs(
        label=gettext_lazy("Photographs or screenshots as evidence"),
        help_text=format_lazy(
            gettext_lazy("Up to {photos}, {megabytes} MB each; seen by your agency and the deciders."),
            photos=PHOTOS_ALLOWED,
            megabytes=PHOTO_MEGABYTES,
        ),
    )
    documents = Documents(
        label=gettext_lazy("Recordings, logs or documents as evidence"),
        help_text=format_lazy(
            gettext_lazy(
                "Up to {files}, {megabytes} MB each: WAV, MP3, M4A, OGG, PDF or plain text; only the deciders open them."
            ),
            files=DOCUMENTS_ALLOWED,
            megabytes=DOCUMENT_MEGABYTES,
        ),
    )

    def clean(self) -> None:
        """A fact that does not belong to the ground is not dropped in silence."""
        super().clean()
        typed = self.cleaned_data
        if typed.get("fact") and typed.get("ground") not in {"", None, Ground.MALICIOUS}:
            said = gettext("A proven fact belongs to the last ground only: choose that one, or “None” here.")
            self.add_error("fact", said)


class ContestForm(CarefulForm):
    """Asking for the second review."""

    text = Words(
        label=gettext_lazy("Why the decision should be looked at again"),
        help_text=gettext_lazy("Once; the level above decides, and its decision is final."),
    )
