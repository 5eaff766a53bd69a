"""Forms of accounts: log-in without a way to reset a password by e-mail, one-time links, the auditor's question."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from allauth.mfa.base import forms as second_step
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import gettext_lazy

from haochaping.accounts.terms import ROLE_LABELS, STAFF_PROVIDER
from haochaping.doors import sign_in
from haochaping.ledger.terms import KIND_LABELS


class LoginForm(allauth.LoginForm):  # type: ignore[misc]  # allauth carries no types
    """User name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.identity_open = sign_in.is_open(STAFF_PROVIDER)


class PasswordAgainForm(allauth.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class _CodeForm(forms.Form):
    """A form of allauth's that asks for a one-time code, with our word for it and none inside the field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = gettext_lazy("One-time code")
        self.fields["code"].widget.attrs.pop("placeholder", None)


class AuthenticateForm(_CodeForm, second_step.AuthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """The second step of the log-in."""


class ReauthenticateForm(_CodeForm, second_step.ReauthenticateForm):  # type: ignore[misc]
    """Showing once more that it is you."""


class ActivateForm(_CodeForm, totp.ActivateTOTPForm):  # type: ignore[misc]
    """Setting up an authenticator app."""


class PasswordForm(forms.Form):
    """A new password, typed twice."""

    password = forms.CharField(
        label=gettext_lazy("New password"),
        help_text=gettext_lazy("At least 12 characters; several words are easier to remember."),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("New password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """The same twice, or a complaint."""
        again = str(self.cleaned_data["again"])
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError(gettext_lazy("The two passwords differ. Type the same one twice."))
        return again


class AccountForm(forms.Form):
    """A new account."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        help_text=gettext_lazy("3 to 40 lower-case letters, digits, dots, hyphens or underscores"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    display_name = forms.CharField(label=gettext_lazy("Name of the person"), max_length=200)


class PeopleForm(forms.Form):
    """Which accounts to list; every field may be left empty."""

    q = forms.CharField(label=gettext_lazy("User name or name holds"), max_length=40, required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[
            ("", gettext_lazy("Any")),
            *((role.value, gettext_lazy(label)) for role, label in ROLE_LABELS.items()),
        ],
        required=False,
    )
    place = forms.CharField(
        label=gettext_lazy("Where roles hold"),
        help_text=gettext_lazy("Code of a division or agency: there and below."),
        max_length=40,
        required=False,
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[
            ("", gettext_lazy("Any")),
            ("active", gettext_lazy("Active")),
            ("disabled", gettext_lazy("Disabled")),
        ],
        required=False,
    )


class NameForm(forms.Form):
    """The name of an account's owner."""

    display_name = forms.CharField(label=gettext_lazy("Name of the person"), max_length=200)


class MemberForm(forms.Form):
    """The staff member of the directory that an account's owner is or was."""

    agency = forms.CharField(
        label=gettext_lazy("Agency"),
        help_text=gettext_lazy("Code of the agency where the person serves or has served."),
        max_length=40,
    )
    number = forms.CharField(label=gettext_lazy("Staff number"), max_length=40)


class GrantForm(forms.Form):
    """A role and the one place where it holds."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[("", "–"), *((role.value, gettext_lazy(label)) for role, label in ROLE_LABELS.items())],
    )
    division = forms.CharField(
        label=gettext_lazy("Division"),
        help_text=gettext_lazy("Code of the division: the role holds there and below."),
        max_length=12,
        required=False,
    )
    agency = forms.CharField(
        label=gettext_lazy("Agency"),
        help_text=gettext_lazy("Code of the agency: the role holds there and below. Only one of the two."),
        max_length=40,
        required=False,
    )
    everywhere = forms.BooleanField(label=gettext_lazy("Everywhere"), required=False)


class ClientForm(forms.Form):
    """A program and the division it speaks for."""

    name = forms.CharField(label=gettext_lazy("Name of the program"), max_length=200)
    division = forms.CharField(
        label=gettext_lazy("Division"),
        help_text=gettext_lazy("Code of the division: the program may write for it and below."),
        max_length=12,
    )


class FirstAdminForm(PasswordForm, AccountForm):
    """The first administrator of a kind."""

    field_order = ("username", "display_name", "password", "again")


class AuditForm(forms.Form):
    """Who, what and when; every field may be left empty."""

    person = forms.CharField(label=gettext_lazy("User name"), max_length=40, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("What happened"), required=False)
    subject = forms.CharField(
        label=gettext_lazy("To what"),
        help_text=gettext_lazy("As the list shows it: “Account 7”, or the number alone"),
        max_length=140,
        required=False,
    )
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = [(str(kind.value), gettext_lazy(label)) for kind, label in KIND_LABELS.items()]
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - for the type checker
        kind.choices = [("", gettext_lazy("Everything")), *labels]
