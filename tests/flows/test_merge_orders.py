"""并单: answered together as long as the one that leads can answer; none of them goes away with it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.flows import (
    change_review,
    close_order,
    decide_appeal,
    follow_up_review,
    handle_bad_review,
    merge_orders,
)
from haochaping.flows.conceal import is_concealed
from haochaping.flows.erase_persons import erase_persons
from haochaping.identity.models import SealedPerson
from haochaping.kernel.actor import REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.notices.models import StaffNotice
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.models import WorkOrder
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import Entrance, Level, SupplementRow
from tests import worlds
from tests.flows import truth
from tests.flows.appeal_house import PROVINCE_ONE, PROVINCE_TWO, Matter
from tests.flows.conftest import heard, order_of, services, stored

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.usefixtures("world")

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
DISPATCHER = Actor(
    ActorKind.STAFF,
    "dispatcher",
    powers=frozenset({"order.view", "order.dispatch"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}."),
)
FOUND: dict[str, Any] = {"result": "answered", "is_true": True, "is_reasonable": True, "note": "属实"}
ME = {"phone": "13900000009"}
APPLICANT = {"name": "张小满", "phone": "13900000001", "certificate_type": "111", "certificate_no": "X1"}


@pytest.fixture(autouse=True)
def _gateway(settings):
    settings.SMS_GATEWAY = "demo"


def bad(case_no: str, now: datetime, *, person: dict[str, str] | None = None, **changes: Any) -> UUID:
    """A bad review whose order has gone out."""
    review_id = worlds.give(case_no, 1, now, **{"reviewer": person or ME} | changes).id
    assert review_id is not None
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    return review_id


def two(now: datetime) -> tuple[UUID, UUID]:
    """Two bad reviews of one case by its applicant, who has said why: they are out, and can still be changed."""
    worlds.take_case("YC-2", now, occurrences=services(now, 2))
    found = []
    for no in (1, 2):
        review_id = worlds.give("YC-2", 1, now, entrance=Entrance.TOKEN, occurrence_no=no).id
        assert review_id is not None
        change_review.finish_review(review_id, ["113"], "跑了两次", by=REVIEWER, now=now)
        found.append(review_id)
    return found[0], found[1]


@pytest.fixture
def pair(world: None, now: datetime) -> tuple[UUID, UUID]:
    """The same, the second answered with the first."""
    lead, other = two(now)
    merge(other, lead, now)
    return lead, other


def merge(review_id: UUID, into: UUID, now: datetime) -> None:
    merge_orders.merge(order_of(review_id).id, order_of(into).id, by=DISPATCHER, now=now)


def refusal(review_id: UUID, into: UUID, now: datetime) -> str:
    with pytest.raises(Refused) as refused:
        merge(review_id, into, now)
    return refused.value.code


def upto_reply(order_id: UUID, now: datetime) -> None:
    rectification.sign_for(order_id, by=worlds.CLERK, now=now)
    heard(order_id, **FOUND, by=worlds.CLERK, now=now)
    rectification.rectify(order_id, outcome="immediate_rectified", text="已改", by=worlds.CLERK, now=now)
    handle_bad_review.reply(order_id, "两件事一并答复", by=worlds.CLERK, now=now)


class TestMerge:
    def open(self, case_no: str, now: datetime, person: dict[str, str], **case: Any) -> UUID:
        worlds.take_case(case_no, now, **case)
        return bad(case_no, now, person=person)

    def test_of_two_reviewers_is_refused(self, now):
        lead = bad("YC-1", now)
        other = self.open("YC-2", now, {"phone": "13900000008"})

        assert refusal(other, lead, now) == "not_the_same_reviewer"

    def test_of_two_persons_about_one_case_is_refused(self, now):
        """Whoever acted for the other would never read the answer."""
        worlds.take_case("YC-2", now, occurrences=services(now, 2))
        lead, other = bad("YC-2", now), bad("YC-2", now, person={"phone": "13900000008"}, occurrence_no=2)

        assert refusal(other, lead, now) == "not_the_same_reviewer"

    def test_of_one_case_of_which_nobody_is_known_is_one_reviewers(self, now):
        worlds.take_case("YC-2", now, applicant=None, occurrences=services(now, 2))
        lead, other = (bad("YC-2", now, reviewer=None, occurrence_no=no) for no in (1, 2))

        merge(other, lead, now)

        assert order_of(other).merged_into_id == order_of(lead).id

    def test_of_two_cases_of_which_nobody_is_known_is_refused(self, now):
        for no in (2, 3):
            worlds.take_case(f"YC-{no}", now, applicant=None)
        lead, other = (bad(f"YC-{no}", now, reviewer=None) for no in (2, 3))

        assert refusal(other, lead, now) == "not_the_same_reviewer"

    def test_of_one_certificate_they_are_one_persons_whatever_the_phone(self, now):
        certificate = {"certificate_type": "111", "certificate_no": "990101199001011234"}
        first, other = (
            self.open(f"YC-{n}", now, {"name": "甲", "phone": f"1390000000{n}"} | certificate) for n in (2, 3)
        )

        merge(other, first, now + MINUTE)

        merged = order_of(other)
        assert (merged.state, merged.merged_into_id) == ("merged", order_of(first).id)

    def test_about_another_item_is_refused(self, now):
        lead = bad("YC-1", now)
        other = self.open("YC-2", now, ME, item=worlds.OTHER_ITEM)

        assert refusal(other, lead, now) == "not_the_same_matter"

    def test_at_another_agency_is_refused(self, now):
        lead, other = bad("YC-1", now), self.open("YC-2", now, ME)
        close_order.send_to_another(
            order_of(other).id, worlds.OTHER_AGENCY, "不归原机构", by=DISPATCHER, now=now
        )

        assert refusal(other, lead, now) == "not_the_same_matter"

    @pytest.mark.parametrize("concealed", ["lead", "other"])
    def test_of_one_that_is_concealed_and_one_that_is_not_is_refused(self, now, concealed):
        lead, other = bad("YC-1", now), self.open("YC-2", now, ME)
        hidden = lead if concealed == "lead" else other
        reviews.supplement(hidden, SupplementRow(concealed=True), by=REVIEWER, now=now)

        assert refusal(other, lead, now) == "not_both_concealed"

    def test_with_itself_is_refused(self, now):
        one = bad("YC-1", now)

        assert refusal(one, one, now) == "merged_into_ended"

    def test_with_one_that_no_agency_has_yet_is_refused(self, now):
        other = self.open("YC-2", now, ME)
        lead = worlds.give("YC-1", 1, now, reviewer=ME).id
        assert lead is not None

        assert order_of(lead).state == "created"
        assert refusal(other, lead, now) == "merged_into_ended"

    def test_with_one_that_has_been_answered_is_refused(self, now):
        lead, other = bad("YC-1", now), self.open("YC-2", now, ME)
        upto_reply(order_of(lead).id, now)

        assert refusal(other, lead, now) == "merged_into_ended"

    def test_with_one_whose_appeal_is_pending_is_refused(self, now):
        lead, other = bad("YC-1", now), self.open("YC-2", now, ME)
        rectification.sign_for(order_of(lead).id, by=worlds.CLERK, now=now)
        Matter(lead, order_of(lead).id, now).file().accept()

        assert refusal(other, lead, now) == "clock_paused"

    def test_of_one_that_answers_for_others_is_refused(self, pair, now):
        lead, _ = pair
        third = self.open("YC-3", now, APPLICANT)

        assert refusal(lead, third, now) == "answers_for_others"
        merge(third, lead, now)
        assert {row.review_id for row in orders.answered_with(lead).answer} == {pair[1], third}


def given_back(other: UUID, lead: UUID) -> None:
    """The review that was merged has an open order of its own again, and everything says so."""
    row = order_of(other)
    assert (row.state, row.merged_into_id, row.outcome, row.closed_at) == ("dispatched", None, "", None)
    assert (row.clock, row.due_at) == ("sign", row.sign_due_at)
    assert all(promised == anew for promised, anew in orders.clock_retold(row.id) or [])
    assert orders.timeline(row.id)[-1].move == "separate"
    entry = ledger.entries_of("order", str(row.id))[-1]
    assert (entry.kind, entry.facts) == (
        EntryKind.ORDER_MOVED,
        {"move": "separate", "state": "dispatched", "lead": str(order_of(lead).id)},
    )
    assert StaffNotice.objects.filter(kind="order_dispatched", subject_id=str(row.id)).exists()
    told = [job.args for job in ProcrastinateJob.objects.filter(task_name="notices.tell_reviewers")]
    assert (told[-1]["template"], told[-1]["review_ids"]) == ("order_dispatched", [str(other)])
    truth.assert_counters_exact()


@pytest.fixture
def quiet(pair: tuple[UUID, UUID]) -> tuple[UUID, UUID]:
    """The same, and of what came before nothing is left to be told."""
    StaffNotice.objects.all().delete()
    ProcrastinateJob.objects.all().delete()
    return pair


class TestGivenBack:
    @pytest.mark.parametrize("return_asked", [False, True])
    def test_when_the_reviewer_changes_the_other_one_for_the_better(self, quiet, now, return_asked):
        lead, other = quiet
        if return_asked:
            close_order.ask_return(order_of(lead).id, "不归我局", by=worlds.CLERK, now=now)

        change_review.change_level(lead, Level(5), by=REVIEWER, now=now + MINUTE)

        assert order_of(lead).state == "cancelled"
        given_back(other, lead)

    def test_when_the_reviewer_takes_the_other_one_back(self, quiet, now):
        lead, other = quiet

        change_review.withdraw_review(lead, by=REVIEWER, now=now + MINUTE)

        assert order_of(lead).state == "cancelled"
        given_back(other, lead)

    @pytest.mark.parametrize("until", ["signed", "replied", "closed"])
    def test_when_the_other_one_is_excluded_after_an_appeal(self, quiet, now, until):
        lead, other = quiet
        order = order_of(lead).id
        if until == "signed":
            rectification.sign_for(order, by=worlds.CLERK, now=now)
        else:
            upto_reply(order, now)
        matter = Matter(lead, order, now).file()
        if until == "closed":
            close_order.pass_check(order, by=DISPATCHER, now=now)
            assert close_order.settle(by=SYSTEM, now=now + 8 * DAY) == 1
        matter.now = now + 8 * DAY if until == "closed" else now
        StaffNotice.objects.all().delete()

        matter.heard().decided("mistaken")

        assert order_of(lead).state == "excluded"
        given_back(other, lead)

    def test_and_stays_on_its_own_when_the_second_review_turns_the_exclusion(self, quiet, now):
        lead, other = quiet
        rectification.sign_for(order_of(lead).id, by=worlds.CLERK, now=now)
        matter = Matter(lead, order_of(lead).id, now).file().heard().decided("mistaken")
        decide_appeal.object_to(lead, "我没有点错", by=REVIEWER, now=matter.later())

        matter.propose("rejected", by=PROVINCE_ONE).confirm(by=PROVINCE_TWO)

        assert [order_of(pk).state for pk in (lead, other)] == ["dispatched", "dispatched"]
        truth.assert_counters_exact()

    def test_with_what_was_done_before_the_merger_it_begins_anew(self, now):
        lead, other = two(now)
        order = order_of(other).id
        rectification.sign_for(order, by=worlds.CLERK, now=now)
        heard(order, **FOUND, by=worlds.CLERK, now=now)
        merge(other, lead, now)

        change_review.withdraw_review(lead, by=REVIEWER, now=now + MINUTE)

        given_back(other, lead)
        upto_reply(order, now + DAY)
        assert order_of(other).reply_text
        truth.assert_counters_exact()

    @pytest.mark.parametrize("rests", [True, False])
    def test_while_an_appeal_that_was_taken_up_meanwhile_pends_its_clock_rests(self, now, rests):
        lead, other = two(now)
        rectification.sign_for(order_of(other).id, by=worlds.CLERK, now=now)
        appealed = Matter(other, order_of(other).id, now).file()
        merge(other, lead, now + 3 * MINUTE)
        appealed.now = now + 4 * MINUTE
        if rests:
            appealed.heard()

        change_review.withdraw_review(lead, by=REVIEWER, now=now + 9 * MINUTE)

        order = order_of(other)
        assert (order.state, order.due_at is None, order.paused_at is not None) == (
            "dispatched",
            rests,
            rests,
        )
        if rests:
            appealed.decided("rejected")
            assert order_of(other).due_at is not None


class TestLeftBehind:
    """What the version left that let orders wait for an answer which nobody gives."""

    @pytest.mark.parametrize("state", ["cancelled", "excluded"])
    def test_by_a_lead_that_ended_goes_out_again(self, quiet, now, state):
        lead, other = quiet
        ended = {"state": state, "clock": "", "due_at": None, "amber_at": None}
        lead_order = WorkOrder.objects.filter(review_id=lead)
        handle_bad_review.counted(order_of(lead).id, lambda: lead_order.update(**ended))

        assert [merge_orders.give_back_left(now=now + DAY) for _ in range(2)] == [1, 0]

        given_back(other, lead)

    def test_by_a_lead_that_is_merged_itself_goes_out_again(self, now):
        worlds.take_case("YC-2", now, occurrences=services(now, 3))
        lead, middle, other = (bad("YC-2", now, person=APPLICANT, occurrence_no=no) for no in (1, 2, 3))
        merge(middle, lead, now)
        merge(other, lead, now)
        WorkOrder.objects.filter(review_id=other).update(merged_into=order_of(middle).id)

        assert [merge_orders.give_back_left(now=now + DAY) for _ in range(2)] == [1, 0]

        given_back(other, middle)
        assert order_of(middle).merged_into_id == order_of(lead).id

    def test_is_nothing_where_the_lead_answers_or_has_answered(self, pair, now):
        lead, other = pair
        assert merge_orders.give_back_left(now=now) == 0
        upto_reply(order_of(lead).id, now)

        assert merge_orders.give_back_left(now=now) == 0
        assert order_of(other).state == "merged"


class TestMergedOnesOwnReview:
    @pytest.mark.parametrize("begun", [False, True])
    def test_that_is_changed_for_the_better_ends_its_order_and_opens_it_when_changed_again(self, now, begun):
        lead, other = two(now)
        if begun:
            rectification.sign_for(order_of(other).id, by=worlds.CLERK, now=now)
            heard(order_of(other).id, **FOUND, by=worlds.CLERK, now=now)
        merge(other, lead, now)

        change_review.change_level(other, Level(4), by=REVIEWER, now=now + MINUTE)
        row = order_of(other)
        assert (row.state, row.merged_into_id, row.outcome, row.closed_at) == ("cancelled", None, "", None)
        change_review.withdraw_review(lead, by=REVIEWER, now=now + MINUTE)
        assert order_of(other).state == "cancelled"

        change_review.change_level(other, Level(1), by=REVIEWER, now=now + 2 * MINUTE)
        handle_bad_review.dispatch_due(by=SYSTEM, now=now + DAY)
        assert order_of(other).state == "dispatched"
        truth.assert_counters_exact()

    def test_that_is_excluded_stays_so_when_the_other_one_is_excluded_too(self, now):
        lead, other = two(now)
        for review_id in (lead, other):
            rectification.sign_for(order_of(review_id).id, by=worlds.CLERK, now=now)
        mine = Matter(other, order_of(other).id, now).file()
        merge(other, lead, now)

        mine.heard().decided("mistaken")
        row = order_of(other)
        assert (row.state, row.merged_into_id, row.outcome) == ("excluded", None, "mistaken_excluded")
        Matter(lead, order_of(lead).id, mine.now).file().heard().decided("mistaken")

        assert [order_of(pk).state for pk in (lead, other)] == ["excluded", "excluded"]
        truth.assert_counters_exact()


class TestAnsweredTogether:
    def test_the_word_about_either_review_decides_about_the_one_answer(self, pair, now):
        lead, other = pair
        upto_reply(order_of(lead).id, now)

        merge_orders.answer_solution(other, solved="no", text="还是要跑两次", by=REVIEWER, now=now + MINUTE)
        assert close_order.settle(by=SYSTEM, now=now + 12 * MINUTE) == 1

        assert (order_of(lead).state, order_of(lead).round) == ("dispatched", 2)
        assert order_of(other).state == "merged"
        truth.assert_counters_exact()

    def test_each_can_be_followed_up_once_it_is_answered(self, pair, now):
        _, other = pair
        assert follow_up_review.follow_up_period(stored(other), now=now) is None

        upto_reply(order_of(pair[0]).id, now + DAY)

        period = follow_up_review.follow_up_period(stored(other), now=now)
        assert period is not None
        assert period[0] == now + DAY

    def test_the_reviewer_is_known_as_long_as_the_answer_is_owed(self, now):
        worlds.take_case("YC-2", now)
        lead, other = bad("YC-1", now), bad("YC-2", now)
        merge(other, lead, now)
        kept = stored(other).person_id
        assert kept is not None

        erase_persons(by=SYSTEM, now=now + 300 * DAY)

        assert SealedPerson.objects.filter(id=kept).exists()


@pytest.mark.parametrize("which", ["lead", "other"])
@pytest.mark.parametrize("how", ["button", "reasons"])
def test_whoever_hides_one_case_hides_all_that_is_answered_with_it(pair, now, which, how):
    mine = dict(zip(("lead", "other"), pair, strict=True))[which]

    if how == "button":
        merge_orders.wish_concealed(mine, concealed=True, by=REVIEWER, now=now)
    else:
        said = SupplementRow(concealed=True)
        change_review.finish_review(mine, ["113"], "跑了两次", said=said, by=REVIEWER, now=now)

    assert [is_concealed(order_of(one)) for one in pair] == [True, True]
    for one in pair:
        kinds = [entry.kind for entry in ledger.entries_of("review", str(one))]
        assert kinds.count(EntryKind.REVIEW_SUPPLEMENTED) == 1

    merge_orders.wish_concealed(mine, concealed=False, by=REVIEWER, now=now)
    assert [is_concealed(order_of(one)) for one in pair] == [False, False]


def test_another_that_was_taken_back_keeps_its_wish(pair, now):
    lead, other = pair
    change_review.withdraw_review(other, by=REVIEWER, now=now)

    merge_orders.wish_concealed(lead, concealed=True, by=REVIEWER, now=now)

    assert is_concealed(order_of(lead))
