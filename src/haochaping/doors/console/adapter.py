"""How log-in behaves here: closed to sign-up, slow for guessers, second-factor secrets encrypted at rest."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from haochaping.accounts.terms import STAFF_PROVIDER
from haochaping.doors import sign_in
from haochaping.doors.console import witness
from haochaping.kernel.identifiers import random_bytes

if TYPE_CHECKING:
    from django.http import HttpRequest

_NONCE_BYTES = 12
_PURPOSE = b"haochaping.mfa"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Accounts are made by administrators only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": gettext_lazy(
            "Too many attempts to log in failed. Try again in a quarter of an hour, or ask for a new password."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Nobody signs up."""
        return False

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Accounts need no mail address, so that nothing is sent."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Stop guessers; that somebody was stopped is recorded."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            witness.failed(request, str(credentials.get("username", "")), "locked")
            raise

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Whoever came by the identity provider is logged out there too."""
        records = get_authentication_records(request, request.user)
        came_by_provider = any(record.get("provider") == STAFF_PROVIDER for record in records)
        here = str(super().get_logout_redirect_url(request))
        return sign_in.logout_address(request, STAFF_PROVIDER, here) if came_by_provider else here

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # By person and address: a hall shares one address, and a stranger must not lock out a colleague.
        login = str(credentials.get("username", "")).lower()
        return f"{self.get_client_ip(request)}:{login}"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Keeps second factors encrypted under the installation's key, and keeps people from removing them."""

    error_messages = DefaultMFAAdapter.error_messages | {
        # A code that was used is as wrong as any other to the library: each is good for one log-in.
        "incorrect_code": gettext_lazy(
            "This code is not valid: it was mistyped, is out of date or has been used. Each code works once: wait for "
            "the next one of your app and enter that."
        ),
    }

    def can_delete_authenticator(self, authenticator: object) -> bool:  # noqa: ARG002 - allauth's signature
        """An administrator resets a lost factor; nobody goes without one."""
        return False

    def encrypt(self, text: str) -> str:
        """Seal with AES-256-GCM: nonce and ciphertext in base 64."""
        nonce = random_bytes(_NONCE_BYTES)
        return b64encode(nonce + AESGCM(_key()).encrypt(nonce, text.encode(), _PURPOSE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed; raises InvalidTag when it was changed or the key is another."""
        sealed = b64decode(encrypted_text)
        return AESGCM(_key()).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _PURPOSE).decode()


def _key() -> bytes:
    return hashlib.blake2b(
        str(settings.SECRET_KEY).encode(), digest_size=32, person=b"hcp second step"
    ).digest()
