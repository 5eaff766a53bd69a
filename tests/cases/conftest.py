from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.cases import actions
from haochaping.cases.terms import (
    CaseKind,
    CaseStatus,
    NewCase,
    NewOccurrence,
    PersonKind,
    ServiceChannel,
    Stage,
)
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.actor import OPERATOR, Actor
from haochaping.kernel.periods import BEIJING
from tests import worlds

if TYPE_CHECKING:
    from haochaping.cases.actions import TakenIn

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=BEIJING)
PERSON = PlainPerson("张小满", "13900000001", "111", "X1")


def occurrence(no: int = 1, **changes: object) -> NewOccurrence:
    told: dict[str, object] = {
        "name": "办结",
        "stage": Stage.DELIVERY,
        "at": NOW,
        "channel": ServiceChannel.WINDOW,
        "hall": "H1",
        "window": "W1",
        "staff": "S1",
    }
    return NewOccurrence(no=no, **(told | changes))


def case(case_no: str = "C1", **changes: object) -> NewCase:
    """A completed case of the small world with one occurrence."""
    told: dict[str, object] = {
        "source": worlds.SOURCE,
        "item": worlds.ITEM,
        "agency": worlds.AGENCY,
        "division": worlds.COUNTY,
        "status": CaseStatus.COMPLETED,
        "kind": CaseKind.COMMITTED,
        "applied_at": NOW - timedelta(days=1),
        "accepted_at": None,
        "completed_at": NOW,
        "promised_limit": "5 working_day",
        "statutory_limit": "",
        "trips": 1,
        "materials": 3,
        "person": PERSON,
        "person_kind": PersonKind.NATURAL_PERSON,
        "agent": None,
        "birth_year": 1960,
        "occurrences": (occurrence(),),
    }
    return NewCase(case_no=case_no, **(told | changes))


def take(*cases: NewCase, verified: bool = True, by: Actor = OPERATOR, now: datetime = NOW) -> TakenIn:
    return actions.take_in(cases, verified=verified, by=by, now=now)


@pytest.fixture
def world(db: None) -> None:
    worlds.build(NOW)
