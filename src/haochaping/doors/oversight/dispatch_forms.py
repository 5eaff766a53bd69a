"""Forms of dispatch rules; whether what was typed will do is judged by the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy

from haochaping.cases.terms import STAGE_LABELS
from haochaping.rectification.terms import DISPATCH_SOURCE_LIMIT, LOWEST_RANK, ProposedRule
from haochaping.reviews import queries as reviews
from haochaping.reviews.rules import is_bad
from haochaping.ui.readings import either

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_ANY = ("", gettext_lazy("Any"))


def _tags() -> list[tuple[str, StrOrPromise]]:
    # Those our own pages no longer offer still arrive from other systems.
    bad = [tag for tag in reviews.indicators().values() if is_bad(tag.level)]
    return [_ANY, *((tag.code, f"{tag.code} {either(tag.label, tag.english)}") for tag in bad)]


class TrialForm(forms.Form):
    """A rule to be tried: of which orders, and where they go. What is left empty, every order fits."""

    division = forms.CharField(
        label=gettext_lazy("Division"),
        help_text=gettext_lazy(
            "Code of the division, 6, 9 or 12 digits. The rule holds there and below, until a nearer division has its own."
        ),
        max_length=12,
    )
    rank = forms.IntegerField(
        label=gettext_lazy("Rank"),
        help_text=gettext_lazy(
            "The lower rank of a division is asked first. A rule of the same rank ends when this one begins."
        ),
        min_value=1,
        max_value=LOWEST_RANK,
    )
    item = forms.CharField(
        label=gettext_lazy("Item"),
        help_text=gettext_lazy("The code of the item; empty, it is every item."),
        max_length=40,
        required=False,
    )
    served_by = forms.CharField(
        label=gettext_lazy("Agency that served"),
        help_text=gettext_lazy("The code of the agency; empty, it is every agency."),
        max_length=40,
        required=False,
    )
    stage = forms.ChoiceField(
        label=gettext_lazy("Step of the case"),
        choices=[_ANY, *((stage.value, gettext_lazy(label)) for stage, label in STAGE_LABELS.items())],
        required=False,
    )
    indicator = forms.ChoiceField(label=gettext_lazy("Reason the reviewer gave"), required=False)
    agency = forms.CharField(
        label=gettext_lazy("Goes to"),
        help_text=gettext_lazy("The code of the agency that gets these orders."),
        max_length=40,
    )
    effective_from = forms.DateField(
        label=gettext_lazy("First day on which it holds"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["indicator"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = _tags()

    def proposed(self) -> ProposedRule:
        """The rule as it was typed."""
        return ProposedRule(**{name: self.cleaned_data[name] for name in TrialForm.base_fields})


class RuleForm(TrialForm):
    """A rule to be set, with what says so."""

    source = forms.CharField(
        label=gettext_lazy("Source"),
        help_text=gettext_lazy(
            "The decision, document or reason behind the rule. Everybody at a desk may read it."
        ),
        max_length=DISPATCH_SOURCE_LIMIT,
    )


class SendForm(forms.Form):
    """To which agency an order goes that waits for the operator of the hotline."""

    agency = forms.CharField(
        label=gettext_lazy("Code of the agency"),
        help_text=gettext_lazy("As it stands in the directory."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": "60"}),
    )


class WithdrawForm(forms.Form):
    """Why a rule is taken back."""

    source = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Everybody at a desk may read it."),
        max_length=DISPATCH_SOURCE_LIMIT,
    )
