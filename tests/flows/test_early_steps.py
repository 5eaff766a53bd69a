"""Steps of a case that came before it: kept, taken with it in their order, and the reviews of their services with them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.exchange import actions as exchange
from haochaping.exchange.models import QuarantinedRecord
from haochaping.exchange.terms import EARLY_STEP, Quarantined, RecordKind
from haochaping.flows.retry_records import retry_records
from haochaping.flows.take_in_cases import take_early_steps
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.reviews.models import Review
from tests import worlds
from tests.flows.truth import assert_counters_exact, findings

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.usefixtures("world")
LATER = timedelta(minutes=5)


@pytest.fixture
def world(db: None, now: datetime) -> None:
    """The directory alone: no case has come yet."""
    worlds.build(now)


def park(now, **told: object) -> QuarantinedRecord:
    """A step of YC-1 as a dialect puts it aside."""
    record = Quarantined(
        kind=RecordKind.STEP,
        fields={"source": worlds.SOURCE, "case_no": "YC-1"} | told,
        sealed={},
        digest=str(told).encode()[:32],
        receipt_hash=None,
        entrance="client",
        code=EARLY_STEP.code,
        field="case_no",
        params={"source": worlds.SOURCE, "case_no": "YC-1"},
        message=EARLY_STEP.message,
        remedy=EARLY_STEP.remedy,
    )
    [record_id] = exchange.quarantine([record], by=worlds.CLIENT, now=now)
    return QuarantinedRecord.objects.get(id=record_id)


def service(now, **changes: object) -> dict[str, object]:
    return {
        "name": "取证",
        "stage": "delivery",
        "at": (now - timedelta(minutes=30)).isoformat(),
        "channel": "window",
    } | changes


def test_a_step_is_taken_with_its_case_and_its_service_reviewed(now):
    step = park(now, occurrences=[service(now)])
    orphan = worlds.give("YC-1", 2, now, occurrence_no=2)
    assert orphan.kind == OutcomeKind.QUARANTINED

    worlds.take_case("YC-1", now + LATER)

    assert list(ServiceOccurrence.objects.order_by("no").values_list("no", "name")) == [
        (1, "办结"),
        (2, "取证"),
    ]
    assert Review.objects.get().level == 2, "it waited for the service that the step has brought"
    step.refresh_from_db()
    assert (step.state, step.result_id) == ("taken", Case.objects.get().pk)
    assert [entry.kind for entry in ledger.entries_of("quarantine", str(step.id))] == [
        EntryKind.QUARANTINE_TAKEN_IN,
        EntryKind.QUARANTINE_RETRIED,
    ]
    assert_counters_exact()
    assert findings(now + LATER) == []


def test_a_step_that_cannot_follow_takes_no_case_back(now):
    step = park(now, status="accepted")

    worlds.take_case("YC-1", now + LATER)
    step.refresh_from_db()

    assert step.state == "taken"
    assert Case.objects.get().status == "completed"


def test_a_step_that_came_while_its_case_was_being_written_is_taken_by_the_worker(now):
    worlds.take_case("YC-1", now)
    park(now, occurrences=[service(now)])

    assert take_early_steps(now=now + LATER) == 1
    assert take_early_steps(now=now + LATER) == 0
    assert ServiceOccurrence.objects.count() == 2


def test_a_step_without_a_case_is_left_waiting_by_a_person_who_retries_it(now):
    step = park(now, status="rejected")
    assert retry_records([str(step.id)], by=OPERATOR, now=now) == (0, 1)
    worlds.take_case("YC-1", now, status="accepted", completed_at=None)
    step = park(now + LATER, status="rejected", trips=2)

    assert retry_records([str(step.id)], by=OPERATOR, now=now + LATER) == (1, 0)
    assert Case.objects.get().status == "rejected"


def test_steps_of_other_cases_wait_on(now):
    park(now, status="rejected")

    worlds.take_case("YC-2", now)

    assert QuarantinedRecord.objects.get().state == "waiting"
