"""The addresses that layouts and allauth's pages point to, without the doors."""

from __future__ import annotations

from django.urls import path
from django.views.generic import View
from django.views.i18n import set_language

NAMES = (
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
)
urlpatterns = [
    path("i18n/", set_language, name="set_language"),
    *(path(f"{name}/", View.as_view(), name=name) for name in NAMES),
]
