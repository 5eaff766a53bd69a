"""What passes by itself: the database does not answer, or not in time. Pages and API answer 503 then."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

# The server is away or starting, a lock or a statement took too long, the disk is full: it passes.
OUTAGE = (OperationalError, InterfaceError)
RETRY_AFTER = "5"
