"""Forms of complaints, suggestions and after-sales questions: whether what was typed will do is judged by the room."""

from __future__ import annotations

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from haochaping.doors.portal.forms import PlainText
from haochaping.doors.uploads import Photographs
from haochaping.files.terms import PHOTO_MEGABYTES, PHOTOS_ALLOWED
from haochaping.rectification.terms import SOLUTION_TEXT_LIMIT, SOLVED_LABELS
from haochaping.voices.terms import BADGE_LIMIT, MATTER_LABELS, MATTERS_OF, TEXT_LIMIT, VoiceKind

_CHOOSE = {"required": gettext_lazy("Choose one.")}


class VoiceForm(forms.Form):
    """What somebody has to say; `receipt` was drawn with the page, so that sending twice says it once."""

    kind = forms.CharField(widget=forms.HiddenInput)
    agency = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)
    item = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)
    receipt = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)
    matter = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=[
            (word.value, gettext_lazy(MATTER_LABELS[word])) for word in MATTERS_OF[VoiceKind.AFTER_SALES]
        ],
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    text = PlainText(
        limit=TEXT_LIMIT,
        rows=6,
        required=True,
        label=gettext_lazy("What you want to say"),
        help_text=gettext_lazy(
            "At most 2,000 characters. Please do not write names, telephone or certificate numbers."
        ),
    )
    badge = forms.CharField(
        required=False,
        max_length=BADGE_LIMIT,
        label=gettext_lazy("Staff number, if it is about somebody"),
        help_text=gettext_lazy(
            "As on their badge or at the window. Whoever it is can then neither see this nor answer it."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    photos = Photographs(
        label=gettext_lazy("Photographs"),
        help_text=format_lazy(
            gettext_lazy(
                "Up to {photos}, {megabytes} MB each. Place and camera are taken out of them; they are never published."
            ),
            photos=PHOTOS_ALLOWED,
            megabytes=PHOTO_MEGABYTES,
        ),
    )
    phone = forms.CharField(
        required=False,
        max_length=40,
        label=gettext_lazy("Telephone number"),
        help_text=gettext_lazy(
            "You get a text message when the answer is there. The number is sealed; nobody who handles this sees it."
        ),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, *args: object, kind: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if kind != VoiceKind.AFTER_SALES:
            del self.fields["matter"]
        if kind != VoiceKind.COMPLAINT:
            del self.fields["badge"]


def for_office(form: WordForm) -> WordForm:
    """The same, where no agency reads it."""
    form.fields["text"].help_text = gettext_lazy(
        "At most 500 characters. Only the supervisory office reads it."
    )
    return form


class WordForm(forms.Form):
    """Whether the answer has solved it; nothing is chosen beforehand."""

    solved = forms.ChoiceField(
        label=gettext_lazy("Is the matter solved?"),
        choices=[(word.value, gettext_lazy(label)) for word, label in SOLVED_LABELS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the three answers.")},
    )
    text = PlainText(
        limit=SOLUTION_TEXT_LIMIT,
        rows=3,
        label=gettext_lazy("What is still missing, or what has helped"),
        help_text=gettext_lazy("At most 500 characters. It is read by the agency and its supervisors."),
    )
