"""The form of a linked hotline."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from haochaping.hotline.terms import MASTER_LABELS
from haochaping.kernel.periods import local_day


class HotlineForm(forms.Form):
    """A place, the address of its 12345 system, and who leads."""

    division = forms.CharField(
        label=gettext_lazy("Division"),
        help_text=gettext_lazy("Code of the division whose orders, and those of places below, go there."),
        max_length=12,
    )
    agency = forms.CharField(
        label=gettext_lazy("Agency"),
        help_text=gettext_lazy("Code, where the hotline reaches one agency only; else empty."),
        max_length=40,
        required=False,
    )
    url = forms.CharField(
        label=gettext_lazy("Address of the hotline"),
        help_text=gettext_lazy("Messages are sent to this address with /events behind it."),
        max_length=300,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    master = forms.ChoiceField(
        label=gettext_lazy("Who leads"),
        choices=[
            ("", "–"),
            *((master.value, gettext_lazy(label)) for master, label in MASTER_LABELS.items()),
        ],
    )
    enabled_from = forms.DateField(
        label=gettext_lazy("From this day on"),
        initial=lambda: local_day(timezone.now()),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    client = forms.CharField(
        label=gettext_lazy("API client"),
        help_text=gettext_lazy("Name of the client that may ask for these orders; empty when none may."),
        max_length=100,
        required=False,
    )
