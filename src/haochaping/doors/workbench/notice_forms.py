"""The form in which somebody says how they want to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from haochaping.notices.terms import (
    BY_SMS,
    MAIL_LABELS,
    NOTICE_LABELS,
    ChoiceRow,
    ContactRow,
    MailChoice,
    NoticeKind,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.forms.boundfield import BoundField

_MAIL = [(choice.value, gettext_lazy(label)) for choice, label in MAIL_LABELS.items()]


class SettingsForm(forms.Form):
    """Where, and for each kind which way; the room says what will not do."""

    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        help_text=gettext_lazy("Only for orders that are overdue, and only if you ask for it below."),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(
        self,
        data: Any,
        *,
        kinds: Sequence[NoticeKind],
        contact: ContactRow | None,
        chosen: Mapping[NoticeKind, ChoiceRow],
    ) -> None:
        where = contact or ContactRow()
        super().__init__(data, initial={"email": where.email, "phone": where.phone})
        self.kinds = kinds
        for kind in kinds:
            now, what = chosen.get(kind, ChoiceRow()), gettext(NOTICE_LABELS[kind])
            self.fields[f"mail_{kind}"] = forms.ChoiceField(
                label=gettext("{what}: by mail").format(what=what), choices=_MAIL, initial=now.mail.value
            )
            if kind in BY_SMS:
                self.fields[f"sms_{kind}"] = forms.BooleanField(
                    label=gettext("{what}: also by SMS").format(what=what), required=False, initial=now.sms
                )

    def rows(self) -> list[BoundField]:
        """The fields of the kinds."""
        return [self[name] for name in self.fields if name not in {"email", "phone"}]

    def contact(self) -> ContactRow:
        """Where, as typed."""
        return ContactRow(self.cleaned_data["email"], self.cleaned_data["phone"])

    def choices(self) -> dict[NoticeKind, ChoiceRow]:
        """Which way, by kind."""
        typed = self.cleaned_data
        return {
            kind: ChoiceRow(MailChoice(typed[f"mail_{kind}"]), bool(typed.get(f"sms_{kind}")))
            for kind in self.kinds
        }
