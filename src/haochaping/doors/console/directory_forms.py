"""Forms of the directory: columns as people write them; whether they will do is judged by the room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from haochaping.directory.terms import COLUMN_LABELS, OPTIONAL_COLUMNS, VALUE_LABELS, Standing
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haochaping.directory.terms import Record

_HINTS = {
    "division": N_("Code of the division, 6, 9 or 12 digits"),
    "agency": N_("Code of the agency"),
    "hall": N_("Code of the hall"),
    "window": N_("Code of a window of this hall; empty when the device stands elsewhere in it"),
    "parent": N_("Code of the one above; empty when there is none. Another code moves it with all below it."),
    "valid_from": N_("First day, for example 2026-06-01"),
    "valid_to": N_("Last day, for example 2026-06-01"),
}
_LONGEST = 300


class SearchForm(forms.Form):
    """What to look for; every field may be left empty."""

    q = forms.CharField(label=gettext_lazy("Code or name"), max_length=100, required=False)
    division = forms.CharField(
        label=gettext_lazy("Only within the division"),
        help_text=gettext_lazy("Code of the division, 6, 9 or 12 digits"),
        max_length=12,
        required=False,
    )
    standing = forms.ChoiceField(
        label=gettext_lazy("In force"),
        choices=[
            ("", gettext_lazy("All, ended ones too")),
            (Standing.HELD, gettext_lazy("Not ended")),
            (Standing.ENDED, gettext_lazy("Ended")),
        ],
        required=False,
    )


class RowForm(forms.Form):
    """The columns of one row; with `record`, as it stands, and the revision that was seen."""

    def __init__(
        self, data: Any = None, *, columns: Iterable[str], record: Record | None = None, **kwargs: Any
    ) -> None:
        known = {**record.row, "revision": record.revision} if record else {}
        super().__init__(data, initial=known, **kwargs)
        self.columns = list(columns)
        self.fields.update({column: _field(column) for column in self.columns})
        if record:
            self.fields["revision"] = forms.IntegerField(widget=forms.HiddenInput)

    def row(self) -> dict[str, str]:
        """The columns as typed."""
        return {column: self.cleaned_data[column] for column in self.columns}


def _field(column: str) -> forms.Field:
    label = gettext_lazy(COLUMN_LABELS[column])
    needed = column not in OPTIONAL_COLUMNS
    if column in VALUE_LABELS:
        words = [(value, gettext_lazy(text)) for value, text in VALUE_LABELS[column].items()]
        return forms.ChoiceField(label=label, choices=[("", "–"), *words], required=needed)
    hint = gettext_lazy(_HINTS[column]) if column in _HINTS else ""
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        label=label, help_text=hint, max_length=_LONGEST, required=needed, strip=True, widget=widget
    )


class CloseForm(forms.Form):
    """The last day of a row."""

    last_day = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, record: Record) -> None:
        super().__init__(data, initial={"revision": record.revision}, prefix="close")
