from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from haochaping.kernel.actor import Actor, ActorKind
from haochaping.notices import actions

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
CLERK = Actor(ActorKind.STAFF, "7")
REVIEWER = Actor(ActorKind.REVIEWER, "r-1")
PERSON = UUID("01900000-0000-7000-8000-000000000001")


@pytest.fixture
def thread_id(db) -> UUID:
    return actions.open_thread("work_order", "42", person=PERSON, by=CLERK, now=NOW)
