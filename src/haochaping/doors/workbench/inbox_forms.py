"""Forms of the inbox: what is asked of the list, and the name under which that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from haochaping.rectification.states import OPEN
from haochaping.rectification.terms import (
    AGENCY_PART_LABELS,
    ASSIGNED_LABELS,
    CATEGORY_LABELS,
    COLOUR_LABELS,
    FILTER_NAME_LIMIT,
    STATE_LABELS,
    URGENCY_LABELS,
    WORDS_LIMIT,
    OrderState,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django_stubs_ext import StrOrPromise


def _typed(label: StrOrPromise, help_text: StrOrPromise = "") -> forms.CharField:
    attrs = {"maxlength": str(WORDS_LIMIT), "autocomplete": "off"}
    return forms.CharField(
        label=label, help_text=help_text, required=False, widget=forms.TextInput(attrs=attrs)
    )


class FilterForm(forms.Form):
    """Which orders are shown; the address of the page holds it."""

    number = _typed(
        gettext_lazy("Number of the order"), gettext_lazy("As its address has it, or how it begins.")
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    colour = forms.ChoiceField(label=gettext_lazy("Clock"), required=False)
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Category of fault"), required=False)
    assigned = forms.ChoiceField(label=gettext_lazy("Assigned"), required=False)
    part = forms.ChoiceField(label=gettext_lazy("Part of your agency"), required=False)
    item = _typed(gettext_lazy("Item"), gettext_lazy("Words of its name, or its code."))
    agency = _typed(
        gettext_lazy("Agency"), gettext_lazy("Words of its name, or its code; with those below it.")
    )

    def __init__(self, data: Mapping[str, str], *, done: bool, **options: Any) -> None:
        super().__init__(data, **options)
        # What was never dispatched is on nobody's list.
        listed = [state for state in OrderState if state != OrderState.CREATED and (done or state in OPEN)]
        offered: dict[str, Iterable[tuple[str, str]]] = {
            "state": ((state, STATE_LABELS[state]) for state in listed),
            "colour": COLOUR_LABELS.items(),
            "urgency": URGENCY_LABELS.items(),
            "category": CATEGORY_LABELS.items(),
            "assigned": ASSIGNED_LABELS.items(),
            "part": AGENCY_PART_LABELS.items(),
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            words = [(str(value), gettext(label)) for value, label in choices]
            field.choices = [("", gettext("Everything")), *words]


class NameForm(forms.Form):
    """The name of a filter; whether it will do the room says."""

    name = forms.CharField(
        label=gettext_lazy("Name of this filter"),
        widget=forms.TextInput(attrs={"maxlength": str(FILTER_NAME_LIMIT), "autocomplete": "off"}),
    )
