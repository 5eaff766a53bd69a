"""Forms of the rulebook: what a value is, who follows what, which days are worked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_lazy

from haochaping.rulebook.terms import CHOICES, NOT_READ, RULES, UNIT_LABELS, VERIFIED_LABELS, Key, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise


_CHOSEN = {Unit.CHOICE, Unit.YES_NO}
_BETWEEN = re.compile(r"[,，、]")


def _day(label: StrOrPromise, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget)


def _division() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Division"),
        help_text=gettext_lazy("Code of the division, 6, 9 or 12 digits"),
        max_length=12,
    )


def _source() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Source"),
        help_text=gettext_lazy("Name, number and clause of the text that says so"),
        max_length=400,
    )


def rule_name(key: Key) -> str:
    """What a rule is called; of one that nothing reads so far, that it is so."""
    label = gettext(RULES[key].label)
    return gettext("{rule} (kept, nothing acts by it yet)").format(rule=label) if key in NOT_READ else label


def written(value: str, unit: str) -> str:
    """A value with its unit as people read it."""
    if unit in _CHOSEN:
        named = [CHOICES[one].label if one in CHOICES else one for one in value.split(",")]
        return gettext(", ").join(map(gettext, named))
    if unit in {Unit.CODE, Unit.CLOCK, Unit.COUNT}:
        return value
    return f"{value} {gettext(UNIT_LABELS[Unit(unit)])}"


def _as_kept(typed: str) -> str:
    """Choices typed as people read them, or by their codes, as a row holds them."""
    codes = {gettext(choice.label).casefold(): code for code, choice in CHOICES.items()}
    parts = [part.strip() for part in _BETWEEN.split(typed)]
    return ",".join(codes.get(part.casefold(), part) for part in parts)


_lazy_name = lazy(rule_name, str)


class ValueForm(forms.Form):
    """A value of a profile from a day on."""

    key = forms.ChoiceField(
        label=gettext_lazy("Rule"),
        choices=[("", "–"), *((key.value, _lazy_name(key)) for key in RULES)],
    )
    value = forms.CharField(
        label=gettext_lazy("Value"),
        help_text=gettext_lazy(
            "As the table above writes it, without the unit; several choices with commas between"
        ),
        max_length=200,
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        choices=[("", "–"), *((unit.value, gettext_lazy(label)) for unit, label in UNIT_LABELS.items())],
    )
    source = _source()
    verified = forms.ChoiceField(
        label=gettext_lazy("How sure"),
        choices=[("", "–"), *((sure.value, gettext_lazy(label)) for sure, label in VERIFIED_LABELS.items())],
    )
    effective_from = _day(gettext_lazy("From"))
    effective_to = _day(gettext_lazy("To"), required=False)

    def clean(self) -> dict[str, Any]:
        """What was typed; of a choice what is kept of it."""
        typed = self.cleaned_data
        if typed.get("unit") in _CHOSEN and "value" in typed:
            typed["value"] = _as_kept(typed["value"])
        return typed


class AssignForm(forms.Form):
    """A division follows a profile from a day on."""

    division = _division()
    profile = forms.ChoiceField(label=gettext_lazy("Profile"))
    effective_from = _day(gettext_lazy("From"))

    def __init__(self, data: Any = None, *, profiles: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["profile"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", "–"), *profiles]


class OwnProfileForm(forms.Form):
    """A division makes a profile of its own."""

    division = _division()
    code = forms.CharField(
        label=gettext_lazy("Code of the profile"),
        help_text=gettext_lazy("“own-” and small letters, digits, hyphens: own-qingtai"),
        max_length=60,
    )
    name = forms.CharField(label=gettext_lazy("Name of the profile"), max_length=200)
    parent = forms.ChoiceField(
        label=gettext_lazy("Profile it follows"),
        help_text=gettext_lazy("What the new profile does not say, this one says."),
    )
    source = _source()
    effective_from = _day(gettext_lazy("From"))

    def __init__(self, data: Any = None, *, profiles: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["parent"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", "–"), *profiles]


class PlaceForm(forms.Form):
    """Where and when: the question which rules hold."""

    division = _division()
    day = _day(gettext_lazy("Day"))


class DayForm(forms.Form):
    """A division works on a day, or does not, or takes back what it said."""

    division = _division()
    day = _day(gettext_lazy("Day"))
    says = forms.ChoiceField(
        label=gettext_lazy("What holds"),
        widget=forms.RadioSelect,
        choices=[
            ("working", gettext_lazy("The day is worked")),
            ("off", gettext_lazy("The day is free")),
            ("withdrawn", gettext_lazy("As above again")),
        ],
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
