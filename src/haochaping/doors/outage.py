"""What passes by itself: the database does not answer, or not in time. Pages and API answer 503 then."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from psycopg.errors import UndefinedColumn, UndefinedTable

# The server is away or starting, a lock or a statement took too long, the disk is full: it passes.
OUTAGE = (OperationalError, InterfaceError)
# What a database says that was not migrated, or not to this version.
NOT_OUR_TABLES = (UndefinedTable, UndefinedColumn)
RETRY_AFTER = "5"
