"""An agency of the directory in a form: chosen from the near ones, or searched by a part of its name, without scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, gettext_lazy

from haochaping.directory import queries as directory
from haochaping.kernel.actor import NOWHERE
from haochaping.kernel.periods import local_day

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from haochaping.directory.terms import AgencyRef
    from haochaping.kernel.actor import Scope

_SUGGESTED = 200
_FOUND = 20
_LONGEST = 200
# No code and no name: the way from a list that does not hold the one that was meant back to the line of text.
_NONE_OF_THESE = "?"
# As a suggestion writes it: the name, then the code.
_CODE = re.compile(r"[（(]([^（）()]{1,60})[）)]\s*$")


def near(division_path: str) -> str:
    """The path of the city in which a division lies: its agencies are those that one most often means."""
    return ".".join(division_path.rstrip(".").split(".")[:2]) + "." if division_path else ""


def _shown(agency: AgencyRef) -> str:
    return f"{agency.name}（{agency.code}）"


class _Suggesting(forms.TextInput):
    """A line of text with the near agencies as suggestions, asked for only when the form is shown."""

    around: str | None = None

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> Any:
        known = []
        if self.around is not None:
            known = directory.agencies_under(self.around, local_day(timezone.now()), limit=_SUGGESTED)
        said = "" if value == _NONE_OF_THESE else value or ""
        if found := next((agency for agency in known if agency.code == value), None):
            said = _shown(found)
        list_id = f"{(attrs or {}).get('id', name)}_list"
        line = super().render(name, said, (attrs or {}) | {"list": list_id}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((_shown(one),) for one in known))
        return format_html('{}<datalist id="{}">{}</datalist>', line, list_id, options)


def _known_to_nobody(text: str) -> str:
    """A code, for the room to refuse; what can only be meant as a name is not called a code."""
    if text.isascii():
        return text
    said = gettext("No agency within your reach has “{text}” in its name.")
    raise forms.ValidationError(said.format(text=text))


class AgencyField(forms.CharField):
    """The code of the agency that was meant: a suggestion, a code, a whole name, or a part of one.

    Where a part fits several, the form comes back with those to choose from, and a way back to another search. One that
    has ended is neither suggested nor offered; where it can only be meant, the room says that it is no more.
    `divisions` lets the digits of a division pass as well; whether the agency lies where it may is the room's decision.
    """

    scope: Scope = NOWHERE

    def __init__(
        self,
        *,
        label: StrOrPromise,
        required: bool = True,
        divisions: bool = False,
        help_text: StrOrPromise = "",
    ) -> None:
        said = help_text or gettext_lazy("Choose one, or type its code or a part of its name.")
        widget = _Suggesting(attrs={"autocomplete": "off", "maxlength": str(_LONGEST)})
        super().__init__(label=label, required=required, help_text=said, widget=widget)
        self.divisions = divisions

    def clean(self, value: object) -> str:
        """The agency's code; a code that nobody knows is handed on as it is, for the room to refuse."""
        text: str = super().clean(value)
        if text == _NONE_OF_THESE:
            raise forms.ValidationError(gettext("Type its code, or another part of its name."))
        if not text:
            return ""
        written = _CODE.search(text)
        for code in (text, written.group(1).strip() if written else ""):
            if code and directory.agencies([code]):
                return code
        if self.divisions and directory.division(text):
            return text
        return self._named(text)

    def _named(self, text: str) -> str:
        """The code of the one agency that is called like this; the form comes back where several are, or none."""
        day = local_day(timezone.now())
        found = directory.agencies_named(text, scope=self.scope, day=day, limit=_FOUND)
        if not found and (ended := directory.agencies_named(text, scope=self.scope, limit=1)):
            return ended[0].code
        whole = [agency for agency in found if agency.name == text]
        if len(whole) == 1:
            return whole[0].code
        if not found:
            return _known_to_nobody(text)
        choices = [
            ("", gettext("Choose an agency")),
            *((agency.code, _shown(agency)) for agency in found),
            (_NONE_OF_THESE, gettext("None of these: search again")),
        ]
        self.widget = forms.Select(choices=choices)
        raise forms.ValidationError(
            gettext("Several agencies are called like this. Choose the one you mean.")
        )


def place_agencies(form: forms.Form, scope: Scope, around: str | None) -> None:
    """Say where the agency fields of a form search, and whose agencies they suggest."""
    for field in form.fields.values():
        if isinstance(field, AgencyField):
            field.scope = scope
            if isinstance(field.widget, _Suggesting):
                field.widget.around = around
