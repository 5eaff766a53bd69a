from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.cases import queries as cases
from haochaping.flows.open_own_service import open_own_service
from haochaping.identity import queries as identity
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.actor import REVIEWER
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import TOKEN_INVALID
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.usefixtures("world")
OWNER = {"name": "张小满", "phone": "13900000001", "certificate_type": "414", "certificate_no": "E12345678"}
MINE = PlainPerson(certificate_type="414", certificate_no="E12345678")
NOT_MINE = PlainPerson(phone="13900000001", certificate_type="414", certificate_no="E87654321")


def service(now: datetime) -> UUID:
    worlds.take_case("YC-77", now, applicant=OWNER, status="in_process")
    return cases.bindings_of_case(worlds.SOURCE, "YC-77")[0].occurrence_id


def opened(occurrence_id: UUID, person: PlainPerson, now: datetime) -> str:
    return open_own_service(occurrence_id, fingerprints=identity.fingerprints(person), by=REVIEWER, now=now)


def test_one_opens_ones_own_service_always_by_the_same_invitation(now):
    occurrence_id, before = service(now), ledger.count(EntryKind.INVITATION_ISSUED)

    token = opened(occurrence_id, MINE, now)

    assert opened(occurrence_id, MINE, now + timedelta(days=1)) == token
    assert reviews.invitation_by_token(token).occurrence_id == occurrence_id
    assert ledger.count(EntryKind.INVITATION_ISSUED) == before + 1


@pytest.mark.parametrize("person", [NOT_MINE, PlainPerson()])
def test_somebody_elses_service_and_none_at_all_read_the_same(now, person):
    occurrence_id = service(now)
    before = ledger.count(EntryKind.INVITATION_ISSUED)

    for wanted in (occurrence_id, uuid7(now)):
        with pytest.raises(Refused) as refused:
            opened(wanted, person, now)
        assert refused.value.complaint.reason is TOKEN_INVALID
    assert ledger.count(EntryKind.INVITATION_ISSUED) == before


AGENT = PlainPerson("李代办", "13900000009", "414", "E99999999")


def handled(now: datetime) -> UUID:
    agent = {
        "name": "李代办",
        "phone": "13900000009",
        "certificate_type": "414",
        "certificate_no": "E99999999",
    }
    worlds.take_case("YC-78", now, applicant=OWNER | {"agent": agent})
    return cases.bindings_of_case(worlds.SOURCE, "YC-78")[0].occurrence_id


def test_whoever_handled_it_for_somebody_else_may_rate_it_too(now):
    occurrence_id = handled(now)

    assert opened(occurrence_id, AGENT, now) == opened(occurrence_id, MINE, now)


def test_a_review_that_stands_is_not_opened_by_the_agent(now):
    """It may be the applicant's."""
    occurrence_id = handled(now)
    worlds.give("YC-78", 2, now)

    with pytest.raises(Refused) as refused:
        opened(occurrence_id, AGENT, now)
    assert refused.value.complaint.reason is TOKEN_INVALID
    assert opened(occurrence_id, MINE, now)
