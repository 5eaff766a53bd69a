"""The form of an address that is told of notices."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class EndpointForm(forms.Form):
    """A division and the URL of its program."""

    division = forms.CharField(
        label=gettext_lazy("Division"),
        help_text=gettext_lazy(
            "Code of the division whose notices, and those of places below, are sent there."
        ),
        max_length=12,
    )
    url = forms.CharField(
        label=gettext_lazy("Address of the program"),
        max_length=300,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
