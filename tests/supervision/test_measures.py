"""处理措施: about one person, proposed by one and decided by another, heard before being held accountable, carried out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from haochaping.directory.models import StaffMember
from haochaping.flows import class_fault
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rectification import actions as rectification
from haochaping.supervision import actions, queries
from haochaping.supervision.models import Proposal, Signal
from haochaping.supervision.terms import PERSONAL, PROPOSED, SupervisionState
from tests import worlds

from .conftest import COUNTY_OFFICE, ELSEWHERE, ONE, OTHER

pytestmark = pytest.mark.django_db
FOUND: dict[str, Any] = {"result": "answered", "is_true": True, "is_reasonable": True, "note": "属实"}


def refused(action, *args, **kwargs) -> str:
    with pytest.raises(Refused) as no:
        action(*args, **kwargs)
    return no.value.code


@pytest.fixture
def verified(watched):
    """The review was found true; a member of staff of the agency has the number 0088."""
    rectification.sign_for(watched.order_id, by=worlds.CLERK, now=watched.now)
    worlds.hear(watched.order_id, **FOUND, by=worlds.CLERK, now=watched.now)
    StaffMember.objects.create(code="0088", name="", agency_id=watched.order.agency_id)
    return watched


@pytest.fixture
def at_fault(verified):
    class_fault.class_fault(
        verified.order_id,
        responsibilities=["service"],
        note="没有讲清楚。",
        agency="",
        proposal="",
        by=worlds.CLERK,
        now=verified.now,
    )
    return verified


def propose(watched, rung: str = "education", by=ONE, code: str = "0088"):
    return actions.propose_measure(
        watched.order_id, rung=rung, staff_code=code, reason="两次。", by=by, now=watched.now
    )


def kinds(pk) -> list[EntryKind]:
    return [entry.kind for entry in ledger.entries_of("proposal", str(pk))]


@pytest.mark.parametrize("rung", PERSONAL)
def test_a_measure_is_heard_decided_by_another_and_carried_out(at_fault, rung):
    (signal,) = queries.signals(ONE)
    assert (signal.kind, signal.work_order_id) == ("service_fault", at_fault.order_id)
    pk = propose(at_fault, rung)
    assert queries.signals(ONE) == []
    actions.hear_person(pk, text="当时系统停了。", by=ONE, now=at_fault.now)

    actions.decide(pk, adopt=True, reason="同意", by=OTHER, now=at_fault.now)

    assert [row.state for row in queries.proposals(ONE)] == ["adopted"]
    assert not queries.was_talked_to(at_fault.order_id)
    actions.carry_out_measure(pk, text="已谈话。", by=ONE, now=at_fault.now)
    (row,) = queries.proposals(ONE, done=True)
    assert (row.state, row.staff_code, row.outcome) == ("done", "0088", "已谈话。")
    assert [one.text for one in row.hearings] == ["当时系统停了。"]
    assert queries.was_talked_to(at_fault.order_id)
    assert kinds(pk) == [
        EntryKind.MEASURE_PROPOSED,
        EntryKind.PERSON_HEARD,
        EntryKind.MEASURE_DECIDED,
        EntryKind.MEASURE_CARRIED_OUT,
    ]
    assert all("0088" not in str(entry.facts) for entry in ledger.entries_of("proposal", str(pk)))


def test_nobody_is_held_accountable_unheard_nor_by_who_proposed_it(at_fault):
    pk = propose(at_fault, "accountability")
    said: dict[str, Any] = {"adopt": True, "reason": "同意"}

    assert refused(actions.decide, pk, **said, by=ONE, now=at_fault.now) == "proposer_decides"
    assert refused(actions.decide, pk, **said, by=OTHER, now=at_fault.now) == "person_not_heard"
    changed = {
        "state": "adopted",
        "decision": "同意",
        "decided_by": "staff:other",
        "decided_at": at_fault.now,
    }
    with pytest.raises(IntegrityError, match="proposal_heard"), transaction.atomic():
        Proposal.objects.filter(id=pk).update(**changed)
    actions.decide(pk, adopt=False, reason="不必", by=OTHER, now=at_fault.now)
    assert queries.proposal(pk, by=ONE).state == "rejected"


def test_everything_that_the_person_says_stays_with_who_wrote_it_down(at_fault):
    pk, first = propose(at_fault), at_fault.now
    later = first + timedelta(hours=1)
    actions.hear_person(pk, text="当时系统停了。", by=ONE, now=first)

    for _ in range(2):
        actions.hear_person(pk, text="另附当日记录。", by=OTHER, now=later)

    row = queries.proposal(pk, by=ONE)
    assert [(one.text, one.by, one.at) for one in row.hearings] == [
        ("当时系统停了。", str(ONE), first),
        ("另附当日记录。", str(OTHER), later),
    ]
    assert row.heard_at == later
    assert kinds(pk) == [EntryKind.MEASURE_PROPOSED, *[EntryKind.PERSON_HEARD] * 2]


def test_without_a_fault_of_the_service_nothing_is_proposed(verified):
    assert refused(propose, verified) == "no_service_fault"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rung": "referral"}, "unknown_rung"),
        ({"code": "0099"}, "no_such_staff"),
        ({"by": ELSEWHERE}, "out_of_scope"),
        ({"by": worlds.CLERK}, "not_allowed"),
    ],
)
def test_what_is_refused_leaves_nothing(at_fault, changes, code):
    assert refused(propose, at_fault, **changes) == code
    assert not Proposal.objects.exists()


def test_one_measure_about_a_person_and_order_at_a_time(at_fault):
    propose(at_fault)

    assert refused(propose, at_fault, by=OTHER) == "measure_waits"
    assert Proposal.objects.count() == 1


def test_whom_it_is_about_never_learns_of_it(at_fault):
    pk = propose(at_fault)
    member = StaffMember.objects.get(code="0088")
    oneself = replace(OTHER, staff_ids=frozenset({member.id}))

    assert queries.proposals(oneself) == []
    assert refused(queries.proposal, pk, by=oneself) == "no_such_proposal"
    assert refused(actions.hear_person, pk, text="我", by=oneself, now=at_fault.now) == "no_such_proposal"
    said: dict[str, Any] = {"adopt": False, "reason": "不"}
    assert refused(actions.decide, pk, **said, by=oneself, now=at_fault.now) == "no_such_proposal"


def test_nobody_without_the_power_is_told_that_there_is_one(at_fault):
    propose(at_fault)

    assert queries.measures(at_fault.order_id, by=worlds.CLERK).answer == []
    assert queries.measures(at_fault.order_id, by=ELSEWHERE).answer == []
    assert len(queries.measures(at_fault.order_id, by=COUNTY_OFFICE).answer) == 1


def test_steps_out_of_turn(at_fault):
    pk = propose(at_fault)
    assert refused(actions.carry_out_measure, pk, text="已谈", by=ONE, now=at_fault.now) == (
        "proposal_not_adopted"
    )
    actions.decide(pk, adopt=True, reason="同意", by=OTHER, now=at_fault.now)
    assert refused(actions.hear_person, pk, text="迟了", by=ONE, now=at_fault.now) == "proposal_decided"
    actions.carry_out_measure(pk, text="已谈话", by=ONE, now=at_fault.now)
    assert refused(actions.carry_out_measure, pk, text="再谈", by=ONE, now=at_fault.now) == (
        "proposal_not_adopted"
    )


def test_a_proposal_about_an_agency_hears_no_person(watched):
    letter = watched.upto(SupervisionState.CHECKED)
    pk = actions.propose(letter, rung=PROPOSED[0], reason="两次", by=ONE, now=watched.now)

    assert refused(actions.hear_person, pk, text="我", by=ONE, now=watched.now) == "not_about_a_person"


def test_what_a_measure_was_proposed_about_takes_no_letter(at_fault):
    signal = Signal.objects.get()
    propose(at_fault)
    form: dict[str, Any] = {"agency_code": "", "work_order_id": None, "text": "请说明。"}

    code = refused(actions.open_letter, **form, signal_id=signal.id, key=signal.id, by=ONE, now=at_fault.now)

    assert code == "signal_taken"
