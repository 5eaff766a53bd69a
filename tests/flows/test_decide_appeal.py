"""申诉复核 from end to end: every exit with its ledger entry, two persons elsewhere, the reviewer heard, counts exact."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from haochaping.accounts import actions as accounts
from haochaping.accounts.queries import standing_of_user
from haochaping.accounts.terms import Place as AccountPlace
from haochaping.accounts.terms import Role
from haochaping.cases.models import Case
from haochaping.directory import actions as directory
from haochaping.directory import queries as directory_queries
from haochaping.directory.terms import Kind
from haochaping.files import actions as files
from haochaping.files.documents import recognised
from haochaping.flows import change_review, decide_appeal
from haochaping.flows.follow_up_review import follow_up_review
from haochaping.flows.verify_ledger import verify_ledger
from haochaping.insight import queries as insight
from haochaping.insight.terms import Place
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.ratios import Ratio
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.notices.models import Delivery
from haochaping.publicity import queries as publicity
from haochaping.rectification import actions
from haochaping.rectification import queries as orders
from haochaping.rectification.models import Appeal, AppealDecision, WorkOrder
from haochaping.rectification.queries import appeals as appeal_queries
from haochaping.rectification.terms import AppealState, ProvenFact
from haochaping.reviews import queries as reviews
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance, Level, ReasonClass, ReviewChannel
from haochaping.rulebook.models import CalendarDay
from haochaping.supervision.models import Signal
from tests import worlds
from tests.flows.appeal_house import (
    ABROAD,
    ANNE,
    BEA,
    CITY_ONE,
    CITY_TWO,
    COLLEAGUE,
    INSIDER,
    LEAD,
    PROVINCE_ONE,
    PROVINCE_TWO,
    SHELL,
    Matter,
    matter,
    moment,
)
from tests.flows.conftest import at_once, order_of
from tests.insight.test_exact import counted, true

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@pytest.fixture
def bad(world: None, now: datetime) -> Matter:
    return matter(now)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught, transaction.atomic():
        call()
    return caught.value.code


def told(template: str) -> int:
    return Delivery.objects.filter(template=template).count()


def test_mistaken_review_stays_and_is_counted_as_excluded(bad: Matter):
    bad.file().heard()
    assert told("appeal_asked") == 1

    bad.decided("mistaken")

    assert (bad.row.state, bad.status) == ("decided", "excluded")
    assert reviews.excluded_as(bad.review_id) == ReasonClass.MISTAKEN
    tally = insight.tally(Place())
    assert [
        tally.get((kind, 1, "active_onsite_device"), 0) for kind in ("review", "mistaken", "malicious")
    ] == [0, 1, 0]
    assert sum(n for (kind, _, _), n in tally.items() if kind == "reviewed") == 0
    assert told("appeal_decided") == 1
    assert bad.entries_of_review()[-1] == EntryKind.REVIEW_EXCLUDED
    assert counted() == true()


def test_every_step_leaves_its_entry(bad: Matter):
    bad.file().heard().decided("rejected")

    assert bad.entries() == [
        (EntryKind.APPEAL_FILED, {"state": "filed", "ground": "mis_tap"}),
        (EntryKind.APPEAL_TAKEN_UP, {"state": "accepted"}),
        (EntryKind.APPEAL_HEARD, {"state": "heard"}),
        (EntryKind.APPEAL_PROPOSED, {"state": "proposed", "verdict": "rejected", "instance": "1"}),
        (EntryKind.APPEAL_DECIDED, {"state": "decided", "verdict": "rejected", "instance": "1"}),
    ]
    assert [event.move for event in appeal_queries.appeal_timeline(bad.row.id)] == [
        "file",
        "accept",
        "answer",
        "propose",
        "confirm",
    ]


@pytest.mark.parametrize("verdict", ["rejected", "partly"])
def test_review_that_is_not_excluded_counts_on(bad: Matter, verdict: str):
    bad.file().heard().decided(verdict)

    assert bad.status == "effective"
    assert EntryKind.REVIEW_EXCLUDED not in bad.entries_of_review()
    assert counted() == true()


class TestExits:
    def test_not_accepted(self, bad: Matter):
        bad.file()
        actions.refuse_appeal(bad.row.id, refusal="no_ground", by=ANNE, now=bad.later())

        assert (bad.row.state, bad.row.refusal, bad.status) == ("refused", "no_ground", "effective")
        assert bad.entries()[-1] == (EntryKind.APPEAL_TAKEN_UP, {"state": "refused", "refusal": "no_ground"})
        assert told("appeal_asked") == 0

    def test_what_came_in_time_nobody_refuses_as_late(self, bad: Matter):
        bad.file()
        late = partial(actions.refuse_appeal, bad.row.id, refusal="late", by=ANNE, now=bad.later())

        assert refused(late) == "appeal_came_in_time"
        assert (bad.row.state, bad.row.refusal) == ("filed", "")
        assert bad.entries()[-1][0] == EntryKind.APPEAL_FILED

    def test_nor_what_came_before_the_calendar_could_tell(self, bad: Matter):
        bad.file()
        WorkOrder.objects.filter(id=bad.order_id).update(appeal_until=None)
        late = partial(actions.refuse_appeal, bad.row.id, refusal="late", by=ANNE, now=bad.later())

        assert refused(late) == "appeal_came_in_time"

    def test_what_came_late_is_refused_as_late(self, bad: Matter):
        bad.file()
        WorkOrder.objects.filter(id=bad.order_id).update(appeal_until=bad.row.filed_at - timedelta(minutes=1))
        actions.refuse_appeal(bad.row.id, refusal="late", by=ANNE, now=bad.later())

        assert (bad.row.state, bad.row.refusal) == ("refused", "late")
        assert bad.entries()[-1] == (EntryKind.APPEAL_TAKEN_UP, {"state": "refused", "refusal": "late"})

    def test_withdrawn_by_the_agency(self, bad: Matter):
        bad.file().heard()
        decide_appeal.withdraw(bad.row.id, by=LEAD, now=bad.later())

        assert (bad.row.state, bad.status) == ("withdrawn", "effective")
        assert bad.entries()[-1] == (EntryKind.APPEAL_ENDED, {"state": "withdrawn"})

    def test_not_withdrawn_once_a_decision_is_proposed(self, bad: Matter):
        bad.file().heard().propose("rejected")

        assert (
            refused(lambda: decide_appeal.withdraw(bad.row.id, by=LEAD, now=bad.later()))
            == "wrong_appeal_state"
        )

    def test_without_object_when_the_reviewer_withdraws(self, world: None, now: datetime):
        bad = matter_of_reviewer(now)
        bad.file().accept()
        # Filed and accepted within the ten minutes in which a review can be changed.
        change_review.withdraw_review(bad.review_id, by=worlds.REVIEWER, now=bad.later())

        assert (bad.row.state, bad.status) == ("moot", "withdrawn")
        assert bad.entries()[-1] == (EntryKind.APPEAL_ENDED, {"state": "moot"})
        assert refused(lambda: bad.propose("mistaken")) == "wrong_appeal_state"
        assert counted() == true()

    def test_without_object_when_the_reviewer_chooses_a_better_level(self, world: None, now: datetime):
        bad = matter_of_reviewer(now)
        bad.file().accept()
        change_review.change_level(bad.review_id, Level.SATISFIED, by=worlds.REVIEWER, now=bad.later())

        assert (bad.row.state, bad.status) == ("moot", "effective")
        order = order_of(bad.review_id)
        # What the agency has begun it finishes: its clock does not stand for an appeal that nobody decides any more.
        assert (order.state, order.paused_at, order.due_at) == ("signed", None, order.contact_due_at)
        assert counted() == true()

    def test_final_once_nobody_asks_for_the_second_review(self, bad: Matter):
        bad.file().heard().decided("mistaken")
        assert bad.lapse(days=3) == 0

        assert bad.lapse(days=10) == 1

        assert (bad.row.state, bad.row.due_at, bad.status) == ("final", None, "excluded")
        assert bad.entries()[-1] == (EntryKind.APPEAL_ENDED, {"state": "final"})

    def test_sent_back_and_proposed_again(self, bad: Matter):
        bad.file().heard().propose("mistaken")
        actions.send_back(bad.row.id, text="录像没有显示。", by=BEA, now=bad.later())
        assert bad.row.state == "heard"
        assert bad.entries()[-1] == (EntryKind.APPEAL_PROPOSED, {"state": "heard", "instance": "1"})

        bad.propose("rejected", by=BEA).confirm(by=ANNE)

        assert (bad.row.state, bad.status) == ("decided", "effective")
        assert [row.verdict for row in appeal_queries.decisions(bad.row.id)] == ["mistaken", "rejected"]

    def test_second_review_makes_an_excluded_review_count_again(self, bad: Matter):
        bad.file().heard().decided("mistaken")
        decide_appeal.object_to(bad.review_id, "我确实不满意。", by=worlds.REVIEWER, now=bad.later())
        assert bad.row.state == "contested"

        bad.propose("rejected", by=PROVINCE_ONE).confirm(by=PROVINCE_TWO)

        assert (bad.row.state, bad.status) == ("final", "effective")
        assert reviews.excluded_as(bad.review_id) is None
        assert bad.entries()[-1] == (
            EntryKind.APPEAL_DECIDED,
            {"state": "final", "verdict": "rejected", "instance": "2"},
        )
        assert bad.entries_of_review()[-2:] == [EntryKind.REVIEW_EXCLUDED, EntryKind.REVIEW_SUPERSEDED]
        assert counted() == true()
        ledger.chain(now=bad.later())
        assert list(verify_ledger(now=bad.later())) == []

    def test_second_review_asked_by_the_agency_excludes(self, bad: Matter):
        bad.file().heard().decided("rejected")
        decide_appeal.contest(bad.row.id, "另有叫号记录。", by=LEAD, now=bad.later())

        bad.propose("mistaken", by=PROVINCE_ONE).confirm(by=PROVINCE_TWO)

        assert (bad.row.state, bad.status) == ("final", "excluded")
        assert counted() == true()

    def test_second_decision_is_sent_back_to_the_second_review(self, bad: Matter):
        bad.file().heard().decided("rejected")
        decide_appeal.contest(bad.row.id, "另有叫号记录。", by=LEAD, now=bad.later())
        bad.propose("mistaken", by=PROVINCE_ONE)

        actions.send_back(bad.row.id, text="再查。", by=PROVINCE_TWO, now=bad.later())

        assert bad.row.state == "contested"


def decider(name: str, now: datetime) -> int:
    """The account of a supervisor of the county."""
    user_id = accounts.open_account(username=name, display_name=name, by=OPERATOR, now=now)
    county = AccountPlace(division_code=worlds.COUNTY)
    accounts.grant_role(user_id=user_id, role=Role.SUPERVISOR, place=county, by=OPERATOR, now=now)
    return user_id


def actor(user_id: int) -> Actor:
    return standing_of_user(user_id).actor


def employ(user_id: int, agency: str, now: datetime) -> None:
    """The directory knows the owner of an account as staff of an agency."""
    directory.put(
        Kind.STAFF, [{"code": f"S{user_id}", "name": "示例", "agency": agency}], by=OPERATOR, now=now
    )
    member = {"agency_code": agency, "staff_number": f"S{user_id}"}
    accounts.bind_staff_member(user_id=user_id, **member, by=OPERATOR, now=now)


def matter_of_reviewer(now: datetime) -> Matter:
    """A bad review given by invitation, which its reviewer may still take back."""
    return matter(now, entrance=Entrance.TOKEN, channel="mobile")


class TestWho:
    @pytest.mark.parametrize(
        ("by", "code"),
        [
            (INSIDER, "own_appeal"),
            (ABROAD, "out_of_scope"),
            (LEAD, "not_allowed"),
            (worlds.CLERK, "not_allowed"),
            (SHELL, "not_allowed"),
            (SYSTEM, "not_allowed"),
            (worlds.REVIEWER, "not_allowed"),
        ],
        ids=lambda value: getattr(value, "id", value),
    )
    def test_nobody_else_decides(self, bad: Matter, by, code):
        bad.file()
        assert refused(lambda: bad.accept(by)) == code
        assert refused(lambda: actions.refuse_appeal(bad.row.id, refusal="late", by=by, now=bad.now)) == code
        bad.heard()
        assert refused(lambda: bad.propose("mistaken", by)) == code
        bad.propose("mistaken")
        assert refused(lambda: bad.confirm(by)) == code
        assert refused(lambda: actions.send_back(bad.row.id, text="不", by=by, now=bad.now)) == code
        assert (bad.row.state, bad.status) == ("proposed", "effective")

    def test_who_filed_does_not_decide_with_another_role(self, bad: Matter):
        both = type(ANNE)(ANNE.kind, "both", powers=ANNE.powers | LEAD.powers, scope=ANNE.scope)
        bad.file(by=both)

        assert refused(lambda: bad.accept(both)) == "own_appeal"

    def test_who_proposed_does_not_confirm(self, bad: Matter):
        bad.file().heard().propose("mistaken")

        assert refused(lambda: bad.confirm(by=ANNE)) == "same_person"
        assert bad.status == "effective"

    def test_two_of_one_organisation_do_not_exclude(self, bad: Matter):
        bad.file().heard().propose("mistaken")

        assert refused(lambda: bad.confirm(by=COLLEAGUE)) == "one_organisation"
        assert (bad.row.state, bad.status) == ("proposed", "effective")
        # The level above is another organisation.
        assert bad.confirm(by=CITY_ONE).status == "excluded"

    @pytest.mark.parametrize("verdict", ["rejected", "partly"])
    def test_two_of_one_organisation_have_a_review_count(self, bad: Matter, verdict):
        bad.file().heard().propose(verdict).confirm(by=COLLEAGUE)

        assert (bad.row.state, bad.status) == ("decided", "effective")

    def test_two_of_one_organisation_do_not_exclude_in_the_second_review(self, bad: Matter):
        bad.file().heard().propose("rejected").confirm(by=COLLEAGUE)
        decide_appeal.contest(bad.row.id, "另有叫号记录。", by=LEAD, now=bad.later())
        bad.propose("mistaken", by=CITY_ONE)

        assert refused(lambda: bad.confirm(by=CITY_TWO)) == "one_organisation"
        assert bad.confirm(by=PROVINCE_ONE).status == "excluded"

    def test_at_the_top_of_the_tree_two_persons_have_to_do(self, bad: Matter):
        bad.file().heard().propose("mistaken", by=PROVINCE_ONE)

        assert bad.confirm(by=PROVINCE_TWO).status == "excluded"

    def test_two_organisations_of_one_place_exclude(self, bad: Matter):
        bureau, inspection = decider("bureau", bad.now), decider("inspection", bad.now)
        employ(bureau, worlds.OTHER_AGENCY, bad.now)
        bad.file().heard().propose("mistaken", by=actor(bureau))
        # Of one of the two nobody knows of what organisation they are.
        assert refused(lambda: bad.confirm(by=actor(inspection))) == "one_organisation"
        employ(inspection, worlds.OTHER_AGENCY, bad.now)
        assert refused(lambda: bad.confirm(by=actor(inspection))) == "one_organisation"
        third = decider("third", bad.now)
        inspection_of = {"code": "990102000000_CCC", "name": "河湾区监察委", "division": worlds.COUNTY}
        directory.put(Kind.AGENCIES, [inspection_of | {"parent": "", "uscc": ""}], by=OPERATOR, now=bad.now)
        employ(third, "990102000000_CCC", bad.now)

        assert bad.confirm(by=actor(third)).status == "excluded"

    def test_staff_of_the_agency_decide_nothing_whatever_their_office(self, bad: Matter):
        own = decider("own", bad.now)
        employ(own, worlds.AGENCY, bad.now)
        bad.file()

        assert refused(lambda: bad.accept(actor(own))) == "own_appeal"
        bad.heard().propose("mistaken")
        assert refused(lambda: bad.confirm(by=actor(own))) == "own_appeal"

    def test_the_table_itself_wants_two_persons(self, bad: Matter):
        bad.file().heard().propose("mistaken")

        with pytest.raises(IntegrityError, match="appeal_two_persons"), transaction.atomic():
            AppealDecision.objects.update(confirmed_by=str(ANNE), confirmed_at=bad.now)

    def test_the_table_itself_wants_a_proven_fact(self, bad: Matter):
        bad.file().heard().propose("mistaken")

        with pytest.raises(IntegrityError, match="appeal_malicious_is_proved"), transaction.atomic():
            AppealDecision.objects.update(verdict="malicious")

    def test_the_second_review_lies_above(self, bad: Matter):
        bad.file().heard().propose("mistaken").confirm(by=CITY_ONE)
        decide_appeal.object_to(bad.review_id, "不同意。", by=worlds.REVIEWER, now=bad.later())
        other = type(ANNE)(ANNE.kind, "third", powers=ANNE.powers, scope=ANNE.scope)

        assert refused(lambda: bad.propose("rejected", by=ANNE)) == "decided_before"
        assert refused(lambda: bad.propose("rejected", by=CITY_ONE)) == "decided_before"
        assert refused(lambda: bad.propose("rejected", by=other)) == "higher_level"
        # One of the two who decided first was the city's: the city is not above itself.
        assert refused(lambda: bad.propose("rejected", by=CITY_TWO)) == "higher_level"

    @pytest.mark.parametrize(("by", "code"), [(worlds.CLERK, "not_allowed"), (ANNE, "not_allowed")])
    def test_only_the_lead_files(self, bad: Matter, by, code):
        assert refused(lambda: bad.file(by=by)) == code

    def test_the_lead_of_another_agency_does_not_file(self, bad: Matter):
        other = type(LEAD)(LEAD.kind, "x", powers=LEAD.powers, scope=ABROAD.scope)

        assert refused(lambda: bad.file(by=other)) == "out_of_scope"


class TestFiling:
    def test_once(self, bad: Matter):
        bad.file()
        assert refused(bad.file) == "already_appealed"

    def test_after_signing(self, world: None, now: datetime):
        outcome = worlds.give("YC-1", 1, now)
        order = appeal_order(outcome.id)
        assert appeal_queries.may_appeal_until(order, now=now).answer == (False, None)
        assert outcome.id is not None

        assert refused(Matter(outcome.id, order, now).file) == "not_signed"

    @pytest.mark.parametrize(
        ("told", "code"),
        [
            ({"ground": "criticism"}, "unknown_choice"),
            ({"ground": "malicious"}, "fact_needed"),
            ({"ground": "malicious", "fact": "rude"}, "fact_needed"),
            ({"text": "  "}, "text_missing"),
            ({"text": "长" * 2001}, "text_too_long"),
            ({"reference": "a\x07b"}, "forbidden_characters"),
        ],
    )
    def test_on_a_ground_of_the_list(self, bad: Matter, told, code):
        assert refused(lambda: bad.file(**told)) == code
        assert not Appeal.objects.exists()

    def test_until_the_end_of_a_window_across_a_holiday_and_a_worked_saturday(self, db: None):
        """Signed on Monday 28 September: 29, 30, then after the National Day 8, 9 and Saturday 10, which is worked."""
        signed = moment(9, 28)
        worlds.build(signed)
        worlds.take_case("YC-1", signed)
        bad = matter(signed)
        assert appeal_queries.may_appeal_until(bad.order_id, now=signed).answer[1] == moment(
            10, 10, 17
        ) + timedelta(minutes=30)

        bad.now = moment(10, 10, 17) + timedelta(minutes=29)
        assert refused(bad.file) == "appeal_window_over"
        bad.now = moment(10, 10, 17) + timedelta(minutes=28)
        assert bad.file().row.state == "filed"

    def test_in_days_of_the_calendar_where_the_place_says_so(self, world: None, now: datetime):
        worlds.follow(worlds.COUNTY, now, appeal_window="2")
        bad = matter(now)
        bad.later(days=3)

        assert refused(bad.file) == "appeal_window_over"

    def test_what_was_promised_at_signing_holds_when_the_rule_changes(self, bad: Matter):
        promised = appeal_queries.may_appeal_until(bad.order_id, now=bad.now).answer
        worlds.follow(worlds.COUNTY, bad.now, appeal_window="2")

        assert appeal_queries.may_appeal_until(bad.order_id, now=bad.now).answer == promised
        bad.later(days=3)
        assert bad.file().row.state == "filed"

    def test_beyond_the_calendar_nobody_is_shut_out_and_time_is_told_later(self, world: None, now: datetime):
        days = list(CalendarDay.objects.filter(day__gt=now.date()))
        CalendarDay.objects.filter(day__gt=now.date()).delete()
        bad = matter(now)
        bad.later(days=60)
        assert bad.file().row.due_at is None
        assert bad.lapse() == 0

        CalendarDay.objects.bulk_create(days)
        bad.lapse()

        assert bad.row.due_at is not None

    def test_a_review_that_does_not_count_is_not_appealed(self, world: None, now: datetime):
        bad = matter_of_reviewer(now)
        change_review.withdraw_review(bad.review_id, by=worlds.REVIEWER, now=now)

        assert refused(bad.file) == "not_appealable"


def appeal_order(review_id: UUID | None) -> UUID:
    assert review_id is not None
    order = orders.order_of_review(review_id)
    assert order is not None
    return order.id


class TestHearing:
    def test_silence_is_no_consent_and_only_ends_the_waiting(self, bad: Matter):
        bad.file().accept()
        assert refused(lambda: bad.propose("mistaken")) == "wrong_appeal_state"
        # Monday: five working days end on the Monday after, at half past five.
        assert bad.row.due_at == moment(6, 8, 17) + timedelta(minutes=30)
        assert bad.lapse(days=6) == 0

        assert bad.lapse(days=2) == 1

        assert (bad.row.state, bad.row.answer, bad.status) == ("heard", "", "effective")
        assert bad.entries()[-1] == (EntryKind.APPEAL_HEARD, {"state": "heard"})
        assert bad.lapse(days=30) == 0

    def test_one_answers_once(self, bad: Matter):
        bad.file().heard("第一次")

        again = partial(
            decide_appeal.answer, bad.review_id, "第二次", agrees=False, by=worlds.REVIEWER, now=bad.now
        )
        assert refused(again) == "wrong_appeal_state"
        assert bad.row.answer == "第一次"

    def test_nobody_answers_what_nobody_asked(self, bad: Matter):
        answer = partial(
            decide_appeal.answer, bad.review_id, "好", agrees=True, by=worlds.REVIEWER, now=bad.now
        )
        assert refused(answer) == "no_such_appeal"

    @pytest.mark.parametrize(("verdict", "who"), [("rejected", "reviewer"), ("mistaken", "agency")])
    def test_who_won_does_not_ask_for_the_second_review(self, bad: Matter, verdict, who):
        bad.file().heard().decided(verdict)
        calls = {
            "reviewer": partial(
                decide_appeal.object_to, bad.review_id, "不", by=worlds.REVIEWER, now=bad.now
            ),
            "agency": partial(decide_appeal.contest, bad.row.id, "不", by=LEAD, now=bad.now),
        }

        assert refused(calls[who]) == "not_against_you"

    def test_an_objection_after_the_time_is_too_late(self, bad: Matter):
        bad.file().heard().decided("mistaken")
        bad.lapse(days=14)

        late = partial(decide_appeal.object_to, bad.review_id, "不", by=worlds.REVIEWER, now=bad.now)
        assert refused(late) == "wrong_appeal_state"


class TestEvidence:
    """No review is excluded without evidence, unless whoever gave it says that it was a mistake (trust.md §4.3)."""

    def test_a_mistake_that_nobody_has_shown_or_said_is_none(self, bad: Matter):
        bad.file(ground="duplicate").heard("不是重复。", agrees=False)

        assert refused(lambda: bad.propose("mistaken")) == "evidence_needed"
        assert (bad.row.state, bad.status) == ("heard", "effective")

    def test_silence_shows_nothing(self, bad: Matter):
        bad.file().accept().lapse(days=8)

        assert bad.row.agrees is None
        assert refused(lambda: bad.propose("mistaken")) == "evidence_needed"

    def test_a_mistake_that_is_shown_excludes_what_its_reviewer_has_not_confirmed(self, bad: Matter):
        bad.file(ground="duplicate", reference="办件 7").heard("不是重复。", agrees=False)

        assert refused(lambda: bad.propose("mistaken", evidence=["办件 8"])) == "evidence_unknown"
        bad.decided("mistaken", evidence=["办件 7"])

        assert bad.status == "excluded"

    def test_what_somebody_meant_to_choose_they_alone_know(self, bad: Matter):
        bad.file(reference="录像 7").heard("没有点错。", agrees=False)

        assert refused(lambda: bad.propose("mistaken", evidence=["录像 7"])) == "mistake_denied"
        assert bad.decided("rejected").status == "effective"

    def test_who_says_that_they_made_a_mistake_proves_it(self, bad: Matter):
        assert bad.file().heard().row.agrees is True

        assert bad.decided("mistaken").status == "excluded"

    def test_agreeing_to_a_doubt_of_malice_is_no_mistake(self, bad: Matter):
        bad.file(ground="malicious", fact="competitor").heard()

        assert refused(lambda: bad.propose("mistaken")) == "evidence_needed"

    @pytest.mark.parametrize("verdict", ["rejected", "partly"])
    def test_what_leaves_the_review_counting_needs_none(self, bad: Matter, verdict):
        bad.file().heard(agrees=False).decided(verdict)

        assert bad.status == "effective"


class TestMalicious:
    @pytest.mark.parametrize(
        ("told", "code"),
        [
            ({}, "fact_needed"),
            ({"fact": "criticism"}, "fact_needed"),
            ({"fact": "competitor"}, "evidence_needed"),
            ({"fact": "competitor", "evidence": ["公安立案 1"]}, "evidence_unknown"),
            ({"fact": "threats", "evidence": ["公安立案 2026-7"]}, ""),
            ({"fact": "no_case", "evidence": ["公安立案 2026-7"]}, "fact_not_shown"),
        ],
    )
    def test_only_a_proven_fact_makes_it_so(self, bad: Matter, told, code):
        bad.file(ground="malicious", fact="threats", reference="公安立案 2026-7").heard()

        if code:
            assert refused(lambda: bad.propose("malicious", **told)) == code
            assert bad.row.state == "heard"
            return
        bad.decided("malicious", **told)
        assert (bad.status, reviews.excluded_as(bad.review_id)) == ("excluded", ReasonClass.MALICIOUS)
        assert counted() == true()
        assert insight.tally(Place())["malicious", 1, "active_onsite_device"] == 1

    def test_a_recording_that_was_filed_is_evidence(self, bad: Matter):
        bad.file(ground="malicious", fact="competitor").heard()
        (kept,) = files.keep_documents(
            "appeal", str(bad.row.id), [recognised(b"OggS\0", name="x")], by=worlds.CLERK, now=bad.now
        )

        bad.decided("malicious", fact="competitor", evidence=[str(kept)])

        assert bad.status == "excluded"

    def test_threats_need_the_number_of_the_record(self, bad: Matter):
        bad.file(ground="malicious", fact="threats").heard()

        assert refused(lambda: bad.propose("malicious", fact="threats", evidence=["x"])) == "evidence_unknown"

    def test_where_the_place_says_so_it_counts_all_the_same(self, bad: Matter):
        worlds.follow(worlds.COUNTY, bad.now, malicious_is_invalid="no")
        bad.file(ground="malicious", fact="threats", reference="R1").heard()
        bad.decided("malicious", fact="threats", evidence=["R1"])

        assert (bad.row.state, bad.status) == ("decided", "effective")

    @pytest.mark.parametrize(
        ("number", "hours", "code"), [(4, 1, ""), (3, 1, "fact_not_shown"), (4, 9, "fact_not_shown")]
    )
    def test_a_flood_is_more_than_three_cases_in_a_day(self, bad: Matter, number, hours, code):
        others = []
        for n in range(2, number + 1):
            at = bad.now + timedelta(hours=hours * (n - 1))
            worlds.take_case(f"YC-{n}", bad.now)
            others.append(str(matter(at, f"YC-{n}").order_id))
        bad.file(ground="malicious", fact="flood").heard()
        propose = partial(bad.propose, "malicious", fact="flood", evidence=[str(bad.order_id), *others])

        if code:
            assert refused(propose) == code
        else:
            assert propose().row.state == "proposed"

    def test_a_flood_of_unknown_orders_is_none(self, bad: Matter):
        bad.file(ground="malicious", fact="flood").heard()
        nowhere = str(uuid7(bad.now))

        assert (
            refused(lambda: bad.propose("malicious", fact="flood", evidence=[nowhere])) == "evidence_unknown"
        )

    def test_every_fact_is_one_that_a_decision_can_name(self):
        assert set(ProvenFact) == {"flood", "no_case", "threats", "competitor"}


class TestNotServedHere:
    GROUND = "not_a_customer"

    @pytest.mark.parametrize("silent", [False, True])
    def test_a_case_that_lies_here_stands_against_it_unless_its_reviewer_says_so(self, bad: Matter, silent):
        bad.file(ground=self.GROUND, reference="叫号记录 7").accept()
        if silent:
            bad.lapse(days=60)
        else:
            decide_appeal.answer(
                bad.review_id, "我就在这里办的。", agrees=False, by=worlds.REVIEWER, now=bad.later()
            )

        assert refused(lambda: bad.propose("mistaken", evidence=["叫号记录 7"])) == "served_here"
        assert (bad.row.state, bad.status) == ("heard", "effective")
        bad.decided("partly")
        assert bad.status == "effective"

    def test_its_reviewer_may_say_so(self, bad: Matter):
        bad.file(ground=self.GROUND).heard().decided("mistaken")

        assert bad.status == "excluded"

    @pytest.mark.parametrize("why", ["not reported", "of another agency"])
    def test_where_no_case_lies_here_evidence_decides(self, bad: Matter, why):
        if why == "not reported":
            Case.objects.update(verified=False)
        else:
            other = directory_queries.agencies([worlds.OTHER_AGENCY])[worlds.OTHER_AGENCY]
            Case.objects.update(agency_id=other.id)
        bad.file(ground=self.GROUND, reference="叫号记录 7").heard(agrees=False)

        bad.propose("mistaken", evidence=["叫号记录 7"])

        assert bad.row.state == "proposed"


class TestExcludedReview:
    def test_its_reviewer_cannot_slip_it_back(self, world: None, now: datetime):
        bad = matter_of_reviewer(now)
        bad.now -= timedelta(minutes=1)
        bad.file = partial(bad.file)  # type: ignore[method-assign]
        early = now + timedelta(minutes=1)
        bad.appeal_id = decide_appeal.file_appeal(
            bad.order_id, ground="mis_tap", fact="", text="错", reference="", by=LEAD, now=early
        )
        decide_appeal.accept(bad.appeal_id, by=ANNE, now=early)
        decide_appeal.answer(bad.review_id, "对，点错了。", agrees=True, by=worlds.REVIEWER, now=early)
        decide_appeal.propose(bad.appeal_id, verdict="mistaken", text="属实", by=ANNE, now=early)
        decide_appeal.confirm(bad.appeal_id, by=BEA, now=early)
        assert bad.status == "excluded"

        for change in (
            partial(change_review.change_level, bad.review_id, Level.SATISFIED),
            partial(change_review.withdraw_review, bad.review_id),
            partial(change_review.finish_review, bad.review_id, [], "改"),
        ):
            assert refused(partial(change, by=worlds.REVIEWER, now=early)) == "review_excluded"
        assert counted() == true()

    def test_its_words_are_not_shown_to_the_public(self, bad: Matter):
        assert len(publicity.published(Place())) == 1

        bad.file().heard().decided("mistaken")

        assert publicity.published(Place()) == []

    def test_no_follow_up_takes_its_place(self, bad: Matter):
        bad.file().heard().decided("mistaken")
        give = partial(
            follow_up_review,
            bad.review_id,
            "5",
            by_token=True,
            channel=ReviewChannel.MOBILE,
            by=worlds.REVIEWER,
            now=bad.now,
        )

        assert refused(give) == "review_excluded"

    def test_a_first_review_whose_follow_up_counts_gives_way_again_when_restored(self, bad: Matter):
        worlds.give("YC-1", 5, bad.later(), assess_no=2)
        change_review.align_first(reviews.review_of_occurrence(occurrence(bad), 2).id, by=SYSTEM, now=bad.now)  # type: ignore[union-attr]
        assert bad.status == "superseded"
        bad.file().heard().decided("mistaken")
        assert bad.status == "excluded"
        decide_appeal.object_to(bad.review_id, "不", by=worlds.REVIEWER, now=bad.later())

        bad.propose("rejected", by=PROVINCE_ONE).confirm(by=PROVINCE_TWO)

        assert bad.status == "superseded"
        assert counted() == true()

    def test_the_ledger_finds_an_exclusion_past_the_two(self, bad: Matter):
        Review.objects.filter(id=bad.review_id).update(status="excluded")

        assert reviews.states_out_of_step() == [(str(bad.review_id), "excluded")]

    def test_the_ledger_agrees_with_an_exclusion_that_was_decided(self, bad: Matter):
        bad.file().heard().decided("mistaken")

        assert reviews.states_out_of_step() == []


def occurrence(bad: Matter):
    return reviews.reviews([bad.review_id])[bad.review_id].occurrence_id


@pytest.mark.parametrize("seed", range(3))
def test_excluded_and_counted_are_all(seed: int, now: datetime, db: None):
    """After any walk: each review is counted, excluded, replaced or withdrawn, and the counters say exactly that."""
    dice = Random(seed)  # noqa: S311 - a seeded walk, nothing secret
    worlds.build(now)
    matters = []
    for n in range(1, 6):
        worlds.take_case(f"YC-{n}", now)
        matters.append(matter(now, f"YC-{n}"))
    for _ in range(50):
        one = dice.choice(matters)
        one.now = max(m.now for m in matters)
        steps: list[Callable[[], object]] = [
            one.file, one.accept, one.heard, partial(one.propose, dice.choice(["mistaken", "rejected", "partly"])),
            one.confirm, partial(one.confirm, CITY_TWO),
            partial(one.propose, dice.choice(["mistaken", "rejected"]), CITY_ONE),
            partial(one.propose, dice.choice(["mistaken", "rejected"]), PROVINCE_ONE),
            partial(one.confirm, PROVINCE_TWO),
            partial(decide_appeal.object_to, one.review_id, "不", by=worlds.REVIEWER, now=one.now),
            partial(decide_appeal.contest, one.appeal_id or one.order_id, "不", by=LEAD, now=one.now),
            partial(one.lapse, hours=dice.randint(1, 40)),
        ]  # fmt: skip
        step = dice.choice(steps)
        try:
            with transaction.atomic():
                step()
        except (Refused, AssertionError):
            continue

        assert counted() == true()
    tally = insight.tally(Place())
    by_kind = Counter[str]()
    for (kind, _, _), n in tally.items():
        by_kind[kind] += n
    assert by_kind["review"] + by_kind["mistaken"] + by_kind["malicious"] == Review.objects.count()
    assert by_kind["mistaken"] == Review.objects.filter(status="excluded").count()


def test_figures_of_each_agency_and_month(bad: Matter, now: datetime):
    worlds.take_case("YC-2", now)
    worlds.take_case("YC-3", now)
    second, third = matter(now, "YC-2"), matter(now, "YC-3")
    bad.file().heard().decided("mistaken")
    second.file().heard().decided("rejected")
    third.file()

    (row,) = appeal_queries.appeal_counts(ANNE, now=now)

    assert (row.agency_name, row.month, row.filed, row.accepted, row.decided) == (
        "河湾区行政审批局",
        moment(6, 1).date(),
        3,
        2,
        Ratio(1, 2),
    )
    assert appeal_queries.appeal_counts(ABROAD, now=now) == []
    assert appeal_queries.upheld_of(bad.row.agency_id) == Ratio(1, 2)


def test_many_upheld_of_ten_are_a_signal(world: None, now: datetime):
    for n in range(2, 12):
        worlds.take_case(f"YC-{n}", now)
        matter(now, f"YC-{n}").file().heard().decided("mistaken" if n % 2 or n > 9 else "rejected")
        assert Signal.objects.filter(kind="appeal_anomaly").exists() is (n == 11)

    assert Signal.objects.get(kind="appeal_anomaly").facts == {"upheld": "6", "decided": "10"}


@pytest.mark.usefixtures("committed_world")
class TestAtOnce:
    def test_two_confirm_at_once(self, now: datetime):
        bad = matter(now).file().heard().propose("mistaken")
        appeal_id = bad.row.id
        answers = at_once([
            partial(decide_appeal.confirm, appeal_id, by=by, now=bad.later()) for by in (BEA, CITY_ONE)
        ])  # fmt: skip

        assert sorted(getattr(answer, "code", "done") for answer in answers) == ["done", "wrong_appeal_state"]
        assert counted() == true()
        assert bad.status == "excluded"

    def test_two_file_at_once(self, now: datetime):
        bad = matter(now)
        told: dict[str, Any] = {
            "ground": "mis_tap",
            "fact": "",
            "text": "错",
            "reference": "",
            "by": LEAD,
            "now": bad.later(),
        }
        answers = at_once([partial(decide_appeal.file_appeal, bad.order_id, **told)] * 2)

        assert sorted(getattr(answer, "code", "done") for answer in answers) == ["already_appealed", "done"]
        assert Appeal.objects.count() == 1
        assert bad.status == "effective"
        assert Appeal.objects.get().state == AppealState.FILED
