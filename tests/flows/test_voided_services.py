"""服务作废: of a withdrawn case nobody reviews a service any more; what somebody had said of one stays and counts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.cases import queries as cases
from haochaping.exchange import queries as quarantine
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review
from haochaping.flows.answer_invitation import answer_invitation
from haochaping.flows.invite import invite_case
from haochaping.flows.open_visit import answer_visit, open_service_visit
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.insight import actions as insight
from haochaping.insight import queries as figures
from haochaping.insight.terms import Place
from haochaping.kernel.actor import OPERATOR, REVIEWER
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import Period, local_day
from haochaping.kernel.refused import Refused
from haochaping.reviews.models import Invitation, Review
from haochaping.reviews.terms import Entrance, ReviewChannel
from tests import worlds
from tests.flows.conftest import order_of, services
from tests.flows.truth import assert_counters_exact, measured

if TYPE_CHECKING:
    from datetime import date, datetime

    from haochaping.kernel.outcomes import Outcome

pytestmark = pytest.mark.usefixtures("world")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def tell(status: str, told_at: datetime, *, served: int = 2, **changes: object) -> Outcome:
    """Its platform says how the case YC-2 of so many services stands."""
    changes = {"occurrences": services(told_at, served)} | changes
    told = worlds.case("YC-2", told_at, status=status, completed_at=None, **changes)
    return take_in_cases([Raw(told)], entrance=Entrance.CLIENT, by=OPERATOR, now=told_at)[0]


def link(now: datetime) -> str:
    return invite_case(worlds.SOURCE, "YC-2", by=OPERATOR, now=now)[-1].rpartition("/")[2]


def tap(token: str, level: str, now: datetime) -> None:
    answer_invitation(token, level, channel=ReviewChannel.MOBILE, by=REVIEWER, now=now)


def participation(day: date) -> tuple[int, int | None]:
    """Reviewed services and services that could be reviewed, of one day."""
    of_day = {m.name: m for m in figures.measures(Place(), Period(day, day))}
    rate = of_day["participation_rate"]
    assert of_day["occurrences"].numerator == rate.denominator
    return rate.numerator, rate.denominator


@pytest.mark.parametrize("folded", [False, True])
def test_services_of_a_withdrawn_case_could_not_be_reviewed(now, folded):
    tell("in_process", now)
    if folded:
        insight.fold()
    assert participation(local_day(now)) == (0, 3)

    assert tell("withdrawn", now + DAY, occurrences=[]).kind == OutcomeKind.UPDATED

    assert participation(local_day(now)) == (0, 1), "taken off the day of the service, not that of the news"
    assert participation(local_day(now + DAY)) == (0, 0)
    assert measured()["cases"] == (2, None)
    assert_counters_exact()


def test_a_case_that_comes_withdrawn_has_none_to_review(now):
    assert tell("withdrawn", now).kind == OutcomeKind.ACCEPTED

    assert participation(local_day(now)) == (0, 1)
    assert_counters_exact()


def test_what_was_reviewed_before_stays_counts_and_is_acted_on(now):
    tell("in_process", now)
    given = worlds.give("YC-2", 1, now)
    assert given.id

    tell("withdrawn", now + HOUR, occurrences=[])

    assert participation(local_day(now)) == (1, 2)
    assert measured()["bad_reviews"] == (1, None)
    assert order_of(given.id).state == "created"
    assert worlds.give("YC-2", 5, now + 2 * HOUR, assess_no=2).kind == OutcomeKind.ACCEPTED
    assert_counters_exact()


def test_an_imported_review_of_a_withdrawn_case_leaves_no_more_reviews_than_services(now):
    tell("in_process", now, served=1)
    worlds.give("YC-2", 5, now, entrance=Entrance.FILE)

    tell("withdrawn", now + HOUR, occurrences=[])

    assert participation(local_day(now)) == (0, 2)
    assert_counters_exact()


def test_a_service_whose_review_is_taken_back_is_void_and_reviewed_when_one_rates_again(now):
    tell("in_process", now, served=1)
    token = link(now)
    tap(token, "4", now)
    review_id = Review.objects.get().id
    tell("withdrawn", now + MINUTE, occurrences=[])

    change_review.withdraw_review(review_id, by=REVIEWER, now=now + 2 * MINUTE)
    assert participation(local_day(now)) == (0, 1)
    assert_counters_exact()

    tap(token, "2", now + 3 * MINUTE)
    assert participation(local_day(now)) == (1, 2)
    assert_counters_exact()


def test_a_review_of_a_void_service_is_kept_aside_with_the_reason(now):
    tell("in_process", now)
    tell("withdrawn", now + HOUR, occurrences=[])

    outcome = worlds.give("YC-2", 1, now + 2 * HOUR)

    assert (outcome.kind, outcome.complaint and outcome.complaint.code) == (
        OutcomeKind.QUARANTINED,
        "service_voided",
    )
    assert outcome.complaint
    assert outcome.complaint.params == {"at": now + HOUR}
    assert Review.objects.count() == 0
    assert [row.id for row in quarantine.waiting()] == [outcome.id]
    assert_counters_exact()


@pytest.mark.parametrize("said", [True, False])
def test_what_was_given_before_and_sent_late_is_taken(now, said):
    """By the clock of the source where it says when; else by when it was heard of."""
    withdrawn_at = now + HOUR
    tell("in_process", now)
    told_at = now + 5 * HOUR if said else withdrawn_at
    version = {"revised_at": withdrawn_at.isoformat()} if said else {}
    tell("withdrawn", told_at, occurrences=[], **version)

    late = worlds.give("YC-2", 2, now + DAY, assessed_at=(withdrawn_at - MINUTE).isoformat())
    after = worlds.give("YC-2", 2, now + DAY, assessed_at=withdrawn_at.isoformat(), occurrence_no=2)

    assert (late.kind, after.kind) == (OutcomeKind.ACCEPTED, OutcomeKind.QUARANTINED)
    assert participation(local_day(now)) == (1, 2)
    assert_counters_exact()


def test_an_earlier_stage_that_arrives_late_moves_no_withdrawal(now):
    tell("in_process", now, served=1)
    tell("withdrawn", now + HOUR, occurrences=[])
    late = tell("accepted", now + 2 * HOUR, occurrences=services(now, 2))

    before = worlds.give("YC-2", 2, now + DAY, assessed_at=(now + HOUR - MINUTE).isoformat(), occurrence_no=2)
    after = worlds.give("YC-2", 2, now + DAY, assessed_at=(now + HOUR + MINUTE).isoformat())

    assert late.kind == OutcomeKind.UPDATED
    assert (before.kind, after.kind) == (OutcomeKind.ACCEPTED, OutcomeKind.QUARANTINED)
    assert participation(local_day(now)) == (1, 2)
    assert_counters_exact()


def test_a_link_is_refused_before_anything_is_stored(now):
    tell("in_process", now)
    token = link(now)
    tell("withdrawn", now + HOUR, occurrences=[])

    with pytest.raises(Refused) as refused:
        tap(token, "1", now + 2 * HOUR)

    assert refused.value.code == "service_voided"
    assert refused.value.complaint.params == {"at": now + HOUR}
    assert list(quarantine.waiting()) == []


def test_an_unverified_review_is_not_claimed_any_more(now):
    tell("in_process", now, served=1)
    token = link(now)
    worlds.give("YC-2", 5, now, entrance=Entrance.UNSIGNED)
    tell("withdrawn", now + HOUR, occurrences=[])

    with pytest.raises(Refused, match="service_voided"):
        tap(token, "1", now + 2 * HOUR)

    assert Review.objects.get().provenance == "unverified"


def test_no_invitation_is_made_any_more(now):
    tell("in_process", now)
    tell("withdrawn", now + HOUR, occurrences=[])
    before = Invitation.objects.count()

    with pytest.raises(Refused, match="service_voided"):
        link(now + 2 * HOUR)

    assert Invitation.objects.count() == before


def test_a_visit_that_began_before_is_refused_and_leaves_nothing_waiting(now):
    tell("in_process", now)
    visit = open_service_visit(cases.bindings_of_case(worlds.SOURCE, "YC-2")[0], dialect="own", now=now)
    tell("withdrawn", now + MINUTE, occurrences=[])

    with pytest.raises(Refused, match="service_voided"):
        answer_visit(visit, "3", channel=ReviewChannel.MOBILE, by=REVIEWER, now=now + 2 * MINUTE)

    assert list(quarantine.waiting()) == []


def test_what_another_installation_reports_has_been_judged_there(now):
    tell("in_process", now)
    tell("withdrawn", now + HOUR, occurrences=[])

    outcome = worlds.give("YC-2", 4, now + 2 * HOUR, entrance=Entrance.REPORTED)

    assert outcome.kind == OutcomeKind.ACCEPTED
    assert participation(local_day(now)) == (1, 2)
    assert_counters_exact()
