"""Who is erased and who is kept: nobody who is needed, everybody who is not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case
from haochaping.exchange import actions as exchange
from haochaping.exchange.terms import Raw
from haochaping.flows import handle_bad_review
from haochaping.flows.erase_persons import erase_persons
from haochaping.flows.open_identity import request_opening
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.identity import actions as identity
from haochaping.identity import queries as identities
from haochaping.identity.models import BlindIndex, SealedBatch, SealedPerson
from haochaping.identity.terms import ErasureCause, PlainPerson
from haochaping.kernel.actor import SYSTEM
from haochaping.ledger import queries as ledger
from haochaping.notices import actions as notices
from haochaping.notices.models import Delivery
from haochaping.notices.terms import Template
from haochaping.rectification import actions as rectification
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.flows.conftest import order_of
from tests.flows.truth import findings
from tests.identity.conftest import SUPERVISOR

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.usefixtures("world")
DAY = timedelta(days=1)
MONTH, HALF_YEAR = 31 * DAY, 181 * DAY


def stranger(now) -> UUID:
    """Somebody sealed whom nothing refers to."""
    return identity.seal([PlainPerson("李样本", "13900000009", "111", "X9")], now=now)[0]


def applicant() -> UUID:
    person = Case.objects.get(case_no="YC-1").person_id
    assert person is not None
    return person


def erased(now) -> dict[ErasureCause, int]:
    return {cause: n for cause, n in erase_persons(by=SYSTEM, now=now).items() if n}


def test_whoever_was_never_attached_is_erased_after_a_month(now):
    person = stranger(now)

    assert erased(now + 29 * DAY) == {}
    assert erased(now + MONTH) == {ErasureCause.UNUSED: 1}

    assert not identities.is_sealed(person)
    assert not BlindIndex.objects.filter(person=person).exists()
    assert identities.is_sealed(applicant())
    assert SealedBatch.objects.count() == 1
    [entry] = ledger.entries_of("identity", "unused")
    assert entry.facts == {"persons": "1"}


def test_a_batch_key_stays_as_long_as_somebody_of_the_batch(now):
    first, second = identity.seal([PlainPerson(phone="13900000008"), PlainPerson("赵一")], now=now)
    notices.open_thread("order", "7", person=second, by=SYSTEM, now=now)

    assert erased(now + MONTH) == {ErasureCause.UNUSED: 1}
    assert not identities.is_sealed(first)
    assert SealedPerson.objects.filter(id=second, batch__isnull=False).exists()


def waits_in_quarantine(now) -> None:
    raw = Raw(worlds.review("NO-CASE", 1, now, reviewer={"phone": "13900000009"}))
    receive_reviews([raw], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now)


def is_visiting(now) -> None:
    lasts = timedelta(days=60)
    exchange.begin_visit(
        "T", dialect="anhui", fields={}, sealed={"applicant": stranger(now)}, lasts=lasts, now=now
    )


def talks(now) -> None:
    notices.open_thread("order", "7", person=stranger(now), by=SYSTEM, now=now)


def is_to_be_told(now) -> None:
    notices.queue_sms(stranger(now), Template.RECEIPT, {"link": "x"}, by=SYSTEM, now=now)


def reviewed(now) -> None:
    worlds.give("YC-1", 5, now, reviewer={"phone": "13900000009"})


def acted_for_somebody(now) -> None:
    worlds.take_case("YC-2", now, applicant={"agent": {"name": "李代办", "phone": "13900000009"}})


@pytest.mark.parametrize(
    "needed", [waits_in_quarantine, is_visiting, talks, is_to_be_told, reviewed, acted_for_somebody]
)
def test_whoever_is_needed_is_kept(now, needed):
    needed(now)
    count = SealedPerson.objects.count()

    assert count == 2
    assert erased(now + MONTH) == {}
    assert SealedPerson.objects.count() == count


@pytest.mark.parametrize("state", ["sent", "no_phone", "unclear", "replaced", "given_up"])
def test_a_notice_that_is_never_sent_again_keeps_nobody(now, state):
    is_to_be_told(now)
    Delivery.objects.update(state=state, params={})

    assert erased(now + MONTH) == {ErasureCause.UNUSED: 1}


def test_half_a_year_after_closing_a_case_keeps_no_person(now):
    person = applicant()
    worlds.give("YC-1", 5, now)

    assert erased(now + 179 * DAY) == {}
    assert erased(now + HALF_YEAR) == {ErasureCause.RETENTION: 1}

    assert not identities.is_sealed(person)
    assert identities.person_by_phone_index("13900000001") == []
    assert erased(now + HALF_YEAR) == {}
    assert findings(now + HALF_YEAR) == []


def test_a_case_that_is_still_open_keeps_its_person(now):
    Case.objects.update(status="in_process", completed_at=None)

    assert erased(now + 2 * HALF_YEAR) == {}


def test_a_review_given_lately_keeps_the_persons_of_its_case(now):
    worlds.give("YC-1", 5, now + 100 * DAY, reviewer={"phone": "13900000009"})

    assert erased(now + HALF_YEAR) == {}
    assert erased(now + 100 * DAY + HALF_YEAR) == {ErasureCause.RETENTION: 2}


def test_a_work_order_keeps_its_persons_until_half_a_year_after_it_closed(now):
    outcome = worlds.give("YC-1", 1, now, reviewer={"phone": "13900000009"})
    assert outcome.id is not None
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    assert erased(now + 2 * HALF_YEAR) == {}
    order = order_of(outcome.id).id
    rectification.sign_for(order, by=worlds.CLERK, now=now)
    replied = now + HALF_YEAR
    WorkOrder.objects.filter(id=order).update(
        state="closed",
        verified_at=replied,
        rectified_at=replied,
        replied_at=replied,
        closed_at=replied,
    )

    assert erased(replied + 179 * DAY) == {}
    assert erased(replied + HALF_YEAR) == {ErasureCause.RETENTION: 2}


def test_a_request_to_open_keeps_its_person(now):
    request_opening(
        "YC-1",
        purpose="retaliation",
        legal_basis="《优化营商环境条例》",
        document="",
        told_forbidden=False,
        by=SUPERVISOR,
        now=now,
    )

    assert erased(now + HALF_YEAR) == {}
    identity.expire_openings(by=SYSTEM, now=now + HALF_YEAR)
    assert erased(now + HALF_YEAR) == {ErasureCause.RETENTION: 1}
