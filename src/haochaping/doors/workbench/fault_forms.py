"""Forms about faults and proposals of reforms; whether what was typed will do is judged by the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy

from haochaping.doors.fields import Words
from haochaping.rectification.terms import PART_LABELS, RESPONSIBILITY_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haochaping.directory.terms import AgencyRef


class _Several(forms.MultipleChoiceField):
    """Some of a few words as boxes to tick; the room knows which words there are, and that one is needed."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: object) -> None:
        """Leave it to the room."""


class FaultForm(forms.Form):
    """What a fault lies in, and what the deciding agency is asked to change."""

    depends = frozenset({"agency", "proposal"})
    responsibilities = _Several(
        label=gettext_lazy("What does the fault lie in?"),
        choices=[(one.value, gettext_lazy(text)) for one, text in RESPONSIBILITY_LABELS.items()],
    )
    note = Words(
        label=gettext_lazy("What was found"),
        help_text=gettext_lazy("Name nobody: neither the reviewer nor who served."),
    )
    agency = forms.ChoiceField(
        label=gettext_lazy("Who decides about the item"),
        help_text=gettext_lazy("For a business fault: the agency that is asked to change it."),
        required=False,
    )
    proposal = Words(
        label=gettext_lazy("What should be changed"),
        help_text=gettext_lazy("For a business fault: the guide, a material, a step, a time limit."),
        required=False,
    )

    def __init__(self, *args: object, agencies: Iterable[AgencyRef], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["agency"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", "—"), *((agency.code, agency.name) for agency in agencies)]


class NoForm(forms.Form):
    """A step that needs no words."""


class ReformNoteForm(forms.Form):
    """A reason, a finding or an answer in words."""

    text = Words(label=gettext_lazy("In words"))


class ReformChangeForm(forms.Form):
    """What was changed."""

    parts = _Several(
        label=gettext_lazy("What was changed"),
        choices=[(part.value, gettext_lazy(text)) for part, text in PART_LABELS.items()],
    )
    text = Words(
        label=gettext_lazy("In words"),
        help_text=gettext_lazy("Say exactly what is different now, and since when."),
    )
