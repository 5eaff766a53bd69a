from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction

from haochaping.cases.models import Case
from haochaping.exchange import queries as quarantine
from haochaping.exchange.terms import Raw
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.identity.models import SealedPerson
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import Period, local_day
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.reviews.models import Invitation, Review
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.flows.conftest import services
from tests.flows.test_receive_reviews import ALL_TABLES, CANARY, failing, find_everywhere
from tests.flows.truth import assert_counters_exact, findings, rows_of

pytestmark = pytest.mark.usefixtures("world")
LATER = timedelta(minutes=5)


def send(*cases: Any, by=worlds.CLIENT, now, **how: Any):
    return take_in_cases([Raw(case) for case in cases], entrance=Entrance.CLIENT, by=by, now=now, **how)


def test_a_mixed_batch_gets_one_outcome_per_case_in_order(now):
    other = {"division": worlds.OTHER_CITY, "agency": worlds.OTHER_AGENCY, "item": worlds.OTHER_ITEM}
    known = worlds.case("YC-1", now)
    batch = [
        (worlds.case("YC-2", now), "accepted", None),
        (worlds.case("YC-2", now), "duplicate", None),
        (worlds.case("YC-2", now, trips=1), "updated", None),
        (known, "duplicate", None),
        (known | {"status": "submitted"}, "duplicate", None),
        (known | {"status": "withdrawn"}, "refused", "forbidden_status"),
        (worlds.case("YC-3", now, colour="red"), "refused", "unknown_field"),
        (worlds.case("YC-3", now, **other), "refused", "out_of_scope"),
        (worlds.case("YC-3", now, item="0"), "quarantined", "unknown_item"),
        (worlds.case("YC-3", now, status="lost"), "quarantined", "not_a_choice"),
        (worlds.case("", now), "quarantined", "missing"),
        (worlds.case("YC-3", now, completed_at="2026-06-01T10:11:00"), "quarantined", "dated_in_future"),
        (worlds.case("YC-3", now, accepted_at="2026-05-31"), "quarantined", "wrong_sequence"),
        (worlds.case("YC-4", now), "accepted", None),
    ]

    outcomes = send(*(case for case, *_ in batch), now=now)

    found = [(str(o.kind), o.complaint and o.complaint.code) for o in outcomes]
    assert found == [(kind, code) for _, kind, code in batch]
    waiting = {row.id for row in quarantine.waiting()}
    assert waiting == {o.id for o in outcomes if o.kind == OutcomeKind.QUARANTINED}
    assert_counters_exact()


def test_completion_invites_to_review_the_last_service_once(now):
    before = ledger.count(EntryKind.INVITATION_ISSUED)
    both = services(now, 2)

    send(worlds.case("YC-2", now, occurrences=both, status="in_process"), now=now)
    assert Invitation.objects.count() == 1

    send(worlds.case("YC-2", now, occurrences=both), now=now + LATER)
    send(worlds.case("YC-2", now, occurrences=both, trips=2), now=now + 2 * LATER)

    assert Invitation.objects.count() == 2
    assert Invitation.objects.latest("issued_at").occurrence.no == 2
    assert ledger.count(EntryKind.INVITATION_ISSUED) == before + 1


def test_a_case_without_services_invites_nobody(now):
    [outcome] = send(worlds.case("YC-2", now, occurrences=[]), now=now)

    assert outcome.kind == OutcomeKind.ACCEPTED
    assert Invitation.objects.count() == 1
    assert_counters_exact()


def test_persons_of_cases_that_wait_are_sealed(now):
    before = SealedPerson.objects.count()
    agent = CANARY | {"name": "探针代理人"}

    send(
        worlds.case("YC-2", now, applicant=CANARY | {"agent": agent, "birth_year": 1950}),
        worlds.case("YC-3", now, item="0", applicant=CANARY | {"agent": agent, "kind": "natural_person"}),
        worlds.case("YC-4", now, status="lost", applicant=CANARY | {"birth_year": "long ago"}),
        worlds.case("YC-5", now, status="lost", applicant={}),
        now=now,
    )

    assert SealedPerson.objects.count() == before + 5
    assert find_everywhere("甲探针乙", "探针代理人", "13911112222", "99010219900101CANARY") == []


@pytest.mark.parametrize("folded", [False, True])
def test_a_corrected_service_day_takes_its_review_along(now, folded):
    from haochaping.insight import actions

    worlds.give("YC-1", 4, now)
    worlds.give("YC-1", 5, now, assess_no=2)
    if folded:
        actions.fold()
    yesterday = now - timedelta(days=1)

    [outcome] = send(worlds.case("YC-1", yesterday, trips=1), now=now + LATER)

    assert outcome.kind == OutcomeKind.UPDATED
    assert_counters_exact()
    day = local_day(yesterday)
    rates = {m.name: m for m in insight.measures(Place(), Period(day, day))}
    share = rates["participation_rate"]
    assert (share.numerator, share.denominator) == (1, 1)


@pytest.mark.parametrize("folded", [False, True])
def test_a_case_that_moves_takes_its_participation_along_and_leaves_its_review(now, folded):
    from haochaping.insight import actions

    worlds.give("YC-1", 1, now)
    if folded:
        actions.fold()
    other = {"division": worlds.OTHER_CITY, "agency": worlds.OTHER_AGENCY, "item": worlds.OTHER_ITEM}

    [outcome] = send(worlds.case("YC-1", now, **other), by=OPERATOR, now=now + LATER)

    assert outcome.kind == OutcomeKind.UPDATED
    assert_counters_exact()
    assert _figures(worlds.CITY) == {"cases": 0, "bad_reviews": 1, "participation_rate": (0, 0)}
    assert _figures(worlds.OTHER_CITY) == {"cases": 1, "bad_reviews": 0, "participation_rate": (1, 1)}
    assert findings(now + LATER) == []


def _figures(division: str) -> dict[str, Any]:
    found = {m.name: m for m in insight.measures(Place(division_path=f"{worlds.PROVINCE}.{division}."))}
    share = found["participation_rate"]
    return {name: found[name].value for name in ("cases", "bad_reviews")} | {
        "participation_rate": (share.numerator, share.denominator)
    }


def test_a_case_without_reviews_changes_its_day_alone(now):
    send(worlds.case("YC-1", now - timedelta(days=1)), now=now + LATER)

    assert_counters_exact()


def test_a_case_its_platform_confirms_takes_its_review_along(now):
    unsigned = worlds.case("YC-2", now, applicant={})
    send(unsigned, now=now, verified=False)
    worlds.give("YC-2", 4, now)
    assert insight.measures(Place())[0].value == 1

    send(worlds.case("YC-2", now), now=now + LATER)

    figures = {m.name: m for m in insight.measures(Place())}
    assert figures["cases"].value == 2
    assert (figures["participation_rate"].numerator, figures["participation_rate"].denominator) == (1, 2)
    assert_counters_exact()


@pytest.mark.parametrize(
    "table", ["cases_case", "insight_fact_delta", "reviews_invitation", "exchange_quarantined_record"]
)
def test_a_table_that_cannot_be_written_takes_the_whole_batch_back(now, table):
    tables = (*ALL_TABLES, "cases_case", "cases_service_occurrence", "reviews_invitation")
    before = rows_of(*tables)

    with pytest.raises(OperationalError, match="disk full"), failing(table), transaction.atomic():
        send(worlds.case("YC-2", now), worlds.case("YC-3", now, item="0"), now=now)

    assert rows_of(*tables) == before


def test_a_batch_of_nothing_does_nothing(now):
    before = rows_of(*ALL_TABLES)

    assert send(now=now) == []
    assert rows_of(*ALL_TABLES) == before


def test_kind_agent_and_age_band_stand_beside_the_sealed_person_and_stay(now):
    """Never with it: no name, no year of birth. A later message that does not name the applicant takes nothing away."""
    agent = {"name": "李代办", "phone": "13900000002"}
    applicant = {
        "name": "老赵",
        "phone": "13900000001",
        "kind": "enterprise",
        "agent": agent,
        "birth_year": 1950,
    }
    worlds.take_case("YC-7", now, applicant=applicant)
    known = {"person_kind": "enterprise", "by_agent": True, "aged_60": True}
    assert Case.objects.filter(case_no="YC-7").values(*known).get() == known

    silent = worlds.case("YC-7", now, trips=2)
    del silent["applicant"]
    take_in_cases([Raw(silent)], entrance="client", by=OPERATOR, now=now)

    assert Case.objects.filter(case_no="YC-7", trips=2).values(*known).get() == known
    # The name of the field: four digits may stand in any ciphertext by chance.
    assert find_everywhere("老赵") == find_everywhere("birth_year") == []


def test_an_earlier_stage_that_arrives_late_brings_its_service_and_the_review_that_waited(now):
    at = (now - timedelta(hours=1)).isoformat()
    early = worlds.occurrence(2, now) | {"name": "受理", "stage": "intake"}
    late = worlds.case("YC-1", now, status="accepted", accepted_at=at, completed_at=None, occurrences=[early])
    assert worlds.give("YC-1", 2, now, occurrence_no=2).kind == OutcomeKind.QUARANTINED

    [outcome] = send(late, now=now + LATER)

    assert outcome.kind == OutcomeKind.UPDATED
    case = Case.objects.get()
    assert (case.status, case.accepted_at) == ("completed", now - timedelta(hours=1))
    assert Review.objects.get().level == 2
    assert Invitation.objects.count() == 1, "the completion has invited, and nothing was completed now"
    assert_counters_exact()
    assert findings(now + LATER) == []
