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
    from uuid import UUID

    from haochaping.cases.actions import TakenIn

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=BEIJING)
PERSON = PlainPerson("张小满", "13900000001", "111", "X1")


def occurrence(
    no: int = 1,
    *,
    name: str = "办结",
    at: datetime = NOW,
    channel: ServiceChannel = ServiceChannel.WINDOW,
    hall: str = "H1",
    window: str = "W1",
    staff: str = "S1",
) -> NewOccurrence:
    return NewOccurrence(no, name, Stage.DELIVERY, at, channel, hall, window, staff)


def case(
    case_no: str = "C1",
    *,
    source: str = worlds.SOURCE,
    item: str = worlds.ITEM,
    agency: str = worlds.AGENCY,
    division: str = worlds.COUNTY,
    status: CaseStatus = CaseStatus.COMPLETED,
    applied_at: datetime | None = NOW - timedelta(days=1),
    accepted_at: datetime | None = None,
    completed_at: datetime | None = NOW,
    trips: int = 1,
    person: PlainPerson | UUID | None = PERSON,
    agent: PlainPerson | None = None,
    occurrences: tuple[NewOccurrence, ...] = (occurrence(),),
) -> NewCase:
    """A completed case of the small world with one occurrence."""
    return NewCase(
        source=source,
        case_no=case_no,
        item=item,
        agency=agency,
        division=division,
        status=status,
        kind=CaseKind.COMMITTED,
        applied_at=applied_at,
        accepted_at=accepted_at,
        completed_at=completed_at,
        promised_limit="5 working_day",
        statutory_limit="",
        trips=trips,
        materials=3,
        person=person,
        person_kind=PersonKind.NATURAL_PERSON,
        agent=agent,
        birth_year=1960,
        occurrences=occurrences,
    )


def take(*cases: NewCase, verified: bool = True, by: Actor = OPERATOR, now: datetime = NOW) -> TakenIn:
    return actions.take_in(cases, verified=verified, by=by, now=now)


@pytest.fixture
def world(db: None) -> None:
    worlds.build(NOW)
