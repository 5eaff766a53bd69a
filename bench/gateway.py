"""A gateway for measurements: it notes when it was given what, and sends nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.notices.terms import Script

# When each message was handed over, by the reference it came with.
HANDED: dict[str, float] = {}


class Noting:
    """Notes the moment of each message."""

    def send(self, phone: str, text: str, *, reference: str, now: datetime) -> str:  # noqa: ARG002 - the port's shape
        """Note it."""
        HANDED.setdefault(reference, time.time())
        return reference

    def connect(self, line: str, phone: str, *, reference: str, now: datetime) -> str:  # noqa: ARG002 - the port's shape
        """Note it."""
        HANDED.setdefault(reference, time.time())
        return reference

    def ask(self, phone: str, script: Script, *, answers_to: str, reference: str, now: datetime) -> str:  # noqa: ARG002 - the port's shape
        """Note it."""
        HANDED.setdefault(reference, time.time())
        return reference
