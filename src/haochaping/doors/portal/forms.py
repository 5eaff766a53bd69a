"""Forms of the citizen's pages: what is typed comes back with the complaint, never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from haochaping.doors.uploads import Photographs
from haochaping.files.terms import PHOTO_MEGABYTES, PHOTOS_ALLOWED
from haochaping.kernel.refused import N_, Complaint
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.notices.terms import TEXT_LIMIT
from haochaping.rectification.terms import AGREES_LABELS, SOLUTION_TEXT_LIMIT, SOLVED_LABELS, Solved
from haochaping.rectification.terms import TEXT_LIMIT as ANSWER_LIMIT
from haochaping.reviews.terms import (
    COMMENT_LIMIT,
    FORBIDDEN_CHARACTERS,
    HELPED_LABELS,
    HelpedBy,
    SupplementRow,
)
from haochaping.supervision.terms import DID_RATE_LABELS, SAMPLE_WORDS_LIMIT, SUPERVISION_TEXT_LIMIT
from haochaping.ui.levels import LEVELS
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import _StrPromise as StrPromise

_YES, _NO = "yes", "no"


class PlainText(forms.CharField):
    """A text without control characters, cleaned as the rooms keep it; lengths are the rooms' decision."""

    def __init__(
        self, *, limit: int, rows: int, label: StrPromise, help_text: StrPromise, required: bool = False
    ) -> None:
        attrs = {"rows": str(rows), "maxlength": str(limit), "data-left": gettext_lazy("{n} characters left")}
        widget = forms.Textarea(attrs=attrs)
        super().__init__(required=required, strip=False, label=label, help_text=help_text, widget=widget)
        # The rooms say it in their own words, with the remedy.
        self.validators = []

    def clean(self, value: object) -> str:
        """The text, or a complaint about characters that nobody can see."""
        text = str(super().clean(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        if has_forbidden_control(text):
            raise forms.ValidationError(say(Complaint(FORBIDDEN_CHARACTERS)).text)
        return clean(text)


class ReasonsForm(forms.Form):
    """The second page: tags are drawn by the tag picker, the rest are fields."""

    comment_text = PlainText(
        limit=COMMENT_LIMIT,
        rows=4,
        label=gettext_lazy("In your own words"),
        help_text=gettext_lazy(
            "At most 500 characters. Please do not write names, telephone or certificate numbers."
        ),
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
    may_call_back = forms.BooleanField(
        required=False,
        label=gettext_lazy("You may call me about this"),
        help_text=gettext_lazy(
            "Only through a relay: whoever calls does not see your number. You can take this back at any time."
        ),
    )
    concealed = forms.BooleanField(
        required=False,
        label=gettext_lazy("Hide my case from the agency"),
        help_text=gettext_lazy(
            "The agency then sees neither your case, nor day, window and photographs; whoever supervises it calls you instead."
            " It holds for all your reviews that are answered together. You can change this at any time."
        ),
    )
    helped_by = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Did somebody help you with this form?"),
        choices=[(word.value, gettext_lazy(label)) for word, label in HELPED_LABELS.items()],
        widget=forms.RadioSelect,
    )

    def said(self) -> SupplementRow:
        """What was said beside reasons and words, once the form is valid."""
        helped_by = self.cleaned_data["helped_by"]
        return SupplementRow(
            self.cleaned_data["may_call_back"],
            HelpedBy(helped_by) if helped_by else None,
            self.cleaned_data["concealed"],
        )


class ReportForm(forms.Form):
    """What the reviewer suffered."""

    text = PlainText(
        limit=SUPERVISION_TEXT_LIMIT,
        rows=4,
        label=gettext_lazy("What happened?"),
        help_text=gettext_lazy(
            "Only the supervisory office reads this; the agency does not learn that you wrote."
        ),
    )


class MessageForm(forms.Form):
    """An answer to the agency."""

    text = PlainText(
        limit=TEXT_LIMIT,
        rows=3,
        required=True,
        label=gettext_lazy("Your answer"),
        help_text=gettext_lazy("It is read by the agency's staff who handle your review."),
    )


class SolutionForm(forms.Form):
    """Whether the matter is solved; nothing is chosen beforehand."""

    solved = forms.ChoiceField(
        label=gettext_lazy("Is the matter solved?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the answers.")},
    )
    text = PlainText(
        limit=SOLUTION_TEXT_LIMIT,
        rows=3,
        label=gettext_lazy("What is still missing, or what has helped"),
        help_text=gettext_lazy("At most 500 characters. It is read by the agency and its supervisors."),
    )

    def __init__(self, *args: object, answers: Iterable[Solved] = Solved, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["solved"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        # Whoever says that not all is solved reads beforehand that it ends all the same.
        words = SOLVED_LABELS | {Solved.PARTLY: N_("Partly, and it may be closed")}
        field.choices = [(word.value, gettext_lazy(words[word])) for word in answers]


class AgainForm(forms.Form):
    """What somebody says who is asked again; nothing is chosen beforehand."""

    did_rate = forms.ChoiceField(
        label=gettext_lazy("Did you give this rating yourself?"),
        choices=[(word.value, gettext_lazy(label)) for word, label in DID_RATE_LABELS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the three answers.")},
    )
    level = forms.ChoiceField(
        required=False,
        label=gettext_lazy("How satisfied are you today with this service?"),
        choices=[(str(level.number), gettext_lazy(level.label)) for level in LEVELS],
        widget=forms.RadioSelect,
    )
    words = PlainText(
        limit=SAMPLE_WORDS_LIMIT,
        rows=3,
        label=gettext_lazy("In your own words"),
        help_text=gettext_lazy("At most 500 characters. Never published."),
    )


class ReceiptForm(forms.Form):
    """A receipt number as people type it."""

    receipt = forms.CharField(
        label=gettext_lazy("Receipt number"),
        help_text=gettext_lazy("26 letters and digits; upper or lower case, with or without dashes"),
        max_length=200,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )


class LinkForm(forms.Form):
    """The link of an invitation as people paste it."""

    link = forms.CharField(
        label=gettext_lazy("Review link"),
        help_text=gettext_lazy("The whole link from the text message or the slip"),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )


class PhoneForm(forms.Form):
    """The number of a case and the end of the certificate it was handled with."""

    phone = forms.CharField(
        label=gettext_lazy("Telephone number"),
        help_text=gettext_lazy("The number you gave when you handled your matter"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    end = forms.CharField(
        label=gettext_lazy("Last four characters of your certificate number"),
        help_text=gettext_lazy("Numbers change hands; this shows that it is still yours."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class CodeForm(forms.Form):
    """The code as it came by text message."""

    code = forms.CharField(
        label=gettext_lazy("Code from the text message"),
        help_text=gettext_lazy("Six digits"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_code(self) -> str:
        """The digits, however they were spaced."""
        return "".join(str(self.cleaned_data["code"]).split())


class AnswerForm(forms.Form):
    """What the reviewer says to an appeal of the agency."""

    agrees = forms.TypedChoiceField(
        label=gettext_lazy("Is it as the agency says?"),
        choices=[(word, gettext_lazy(AGREES_LABELS[word == _YES])) for word in (_YES, _NO)],
        coerce=lambda word: word == _YES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the answers.")},
    )
    text = PlainText(
        limit=ANSWER_LIMIT,
        rows=4,
        label=gettext_lazy("What you want to say"),
        help_text=gettext_lazy("Read by those who decide, not by the agency. You need not write anything."),
    )


class ObjectionForm(forms.Form):
    """Why the reviewer does not agree with a decision."""

    text = PlainText(
        limit=ANSWER_LIMIT,
        rows=4,
        label=gettext_lazy("Your objection"),
        help_text=gettext_lazy("Once. Two other persons of the level above look at everything again."),
    )
