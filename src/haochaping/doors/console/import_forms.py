"""The form that takes a file for the directory or the working calendar."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from haochaping.directory.terms import KIND_LABELS
from haochaping.kernel.refused import N_

CALENDAR = "calendar"
CALENDAR_LABEL = N_("Notice on the holidays of a year")


class ImportForm(forms.Form):
    """What the file holds, and the file."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What it holds"),
        choices=[
            ("", "–"),
            *((kind.value, gettext_lazy(label)) for kind, label in KIND_LABELS.items()),
            (CALENDAR, gettext_lazy(CALENDAR_LABEL)),
        ],
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year"),
        help_text=gettext_lazy("Only for a notice on holidays"),
        min_value=2020,
        max_value=2100,
        required=False,
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            ".csv, .xlsx or .jsonl (text in UTF-8 or GB18030), the columns named in the first row; at most 10 MB"
        ),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.jsonl"}),
    )

    def clean_year(self) -> int | None:
        """The year, which a notice on holidays needs."""
        year: int | None = self.cleaned_data["year"]
        if year is None and self.cleaned_data.get("kind") == CALENDAR:
            raise forms.ValidationError(gettext_lazy("Say for which year the notice is."))
        return year
