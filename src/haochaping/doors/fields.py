"""Fields that forms of several doors are made of: words and choices whose meaning the rooms judge."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.utils.translation import gettext, gettext_lazy

from haochaping.kernel.refused import Complaint
from haochaping.kernel.text import has_forbidden_control
from haochaping.rectification.terms import TEXT_LIMIT
from haochaping.reviews.terms import FORBIDDEN_CHARACTERS
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_stubs_ext import StrOrPromise


class Words(forms.CharField):
    """A text of several lines; emptiness and length are the rooms' decision, who say it with the remedy."""

    def __init__(
        self,
        *,
        label: StrOrPromise,
        help_text: StrOrPromise = "",
        limit: int = TEXT_LIMIT,
        rows: int = 4,
        required: bool = True,
    ) -> None:
        attrs = {"rows": str(rows), "maxlength": str(limit), "data-left": gettext_lazy("{n} characters left")}
        super().__init__(
            strip=False,
            label=label,
            help_text=help_text,
            required=required,
            widget=forms.Textarea(attrs=attrs),
        )

    def clean(self, value: object) -> str:
        """The text as typed, or a complaint about characters that nobody can see."""
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        if has_forbidden_control(text):
            raise forms.ValidationError(say(Complaint(FORBIDDEN_CHARACTERS)).text)
        return text


class Choice(forms.ChoiceField):
    """One of a few words as radio buttons, none chosen beforehand; the rooms know which words there are."""

    widget = forms.RadioSelect
    default_error_messages = {"required": gettext_lazy("Choose one.")}

    def valid_value(self, _value: object) -> bool:
        """Leave it to the room."""
        return True


def left_out(names: Iterable[StrOrPromise]) -> str:
    """The sentence about conditions that an address asks for and nobody knows; "" when there are none."""
    said = gettext(", ").join(map(str, names))
    words = gettext("These conditions of the address are not known and were left out: {names}.")
    return words.format(names=said) if said else ""


def uuid_of(text: str) -> UUID | None:
    """The number of a record, or None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
