"""Forms of circulars: they read what was typed; whether it will do is judged by the room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from haochaping.doors.fields import Words
from haochaping.publicity.circulars.terms import REASON_LIMIT, TEXT_LIMIT

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

_LONGEST_CODE = 40
_DAY, _MONTH = "%Y-%m-%d", "%Y-%m"
_WRONG_DAY = {"invalid": gettext_lazy("Write it as 2026-11-24.")}


def _day(label: StrPromise) -> forms.DateField:
    return forms.DateField(
        label=label,
        input_formats=[_DAY],
        error_messages=_WRONG_DAY,
        widget=forms.DateInput(format=_DAY, attrs={"type": "date"}),
    )


def _code(label: StrPromise, help_text: StrPromise) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=_LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class MonthlyForm(forms.Form):
    """月度通报: a division, and a month that is over."""

    code = _code(gettext_lazy("Code of the division"), gettext_lazy("Twelve digits; yours, or one below it."))
    month = forms.DateField(
        label=gettext_lazy("Month"),
        input_formats=[_MONTH],
        error_messages={"invalid": gettext_lazy("Write it as 2026-11.")},
        widget=forms.DateInput(format=_MONTH, attrs={"type": "month"}),
    )


class SpecialForm(forms.Form):
    """专报: a division, agency or item, and any days."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What the report is about"),
        choices=[
            ("division", gettext_lazy("Division")),
            ("agency", gettext_lazy("Agency")),
            ("item", gettext_lazy("Service item")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose one."),
            "invalid_choice": gettext_lazy("Choose one."),
        },
    )
    code = _code(gettext_lazy("Its code"), gettext_lazy("As the directory has it."))
    first = _day(gettext_lazy("First day"))
    last = _day(gettext_lazy("Last day"))


class TextForm(forms.Form):
    """One text of a circular; `seen` is the version that it was written over."""

    text = Words(label="", limit=TEXT_LIMIT, rows=8, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, title: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = title


class WhyForm(forms.Form):
    """A reason."""

    reason = Words(label=gettext_lazy("Why"), limit=REASON_LIMIT, rows=2)
