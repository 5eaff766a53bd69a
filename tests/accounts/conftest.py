"""A small fictional place with one agency, and the people who act in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from haochaping.kernel.refused import Reason

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
DIVISION, OTHER_DIVISION, AGENCY = "990100000000", "990200000000", "9901-A01"
PASSWORD = "a quiet river at dusk"


@pytest.fixture
def town(db: None) -> None:
    """Two divisions and an agency of the first."""
    divisions: Sequence[dict[str, str]] = [
        {"code": "990000000000", "name": "云川省"},
        {"code": DIVISION, "name": "青禾市"},
        {"code": OTHER_DIVISION, "name": "白塔市"},
    ]
    assert directory.put(Kind.DIVISIONS, divisions, by=OPERATOR, now=NOW) == []
    agency = {"code": AGENCY, "name": "青禾市示例局", "division": DIVISION}
    assert directory.put(Kind.AGENCIES, [agency], by=OPERATOR, now=NOW) == []


def reason_of[**P](action: Callable[P, object], *args: P.args, **facts: P.kwargs) -> Reason:
    """Why the action refuses these facts; a refusal leaves no entry."""
    before = Entry.objects.count()
    with pytest.raises(Refused) as refused, transaction.atomic():
        action(*args, **facts)
    assert Entry.objects.count() == before
    return refused.value.complaint.reason
