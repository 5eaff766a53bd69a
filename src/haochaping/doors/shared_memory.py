"""What all processes remember together, in a table: failed log-ins and codes that were used."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache

_USED_CODE = "allauth.mfa.totp.used"
_CODE_SECONDS = 30


class SharedMemory(DatabaseCache):
    """Django's database cache, which remembers a used one-time code as long as that code would be taken.

    allauth remembers it for 30 seconds, but with a tolerance of one step each way a code is good for 90
    (RFC 6238 §5.2: it must not be taken twice).
    """

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Store unless there is something already; says whether it stored."""
        if key.startswith(_USED_CODE):
            timeout = _CODE_SECONDS * (2 * settings.MFA_TOTP_TOLERANCE + 1)
        return super().add(key, value, timeout, version)
