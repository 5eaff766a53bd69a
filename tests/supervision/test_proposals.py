"""建议: proposed by one, decided by another, seen by nobody else."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.supervision import actions, queries
from haochaping.supervision.models import Proposal
from haochaping.supervision.terms import PROPOSED, SupervisionState
from tests import worlds

from .conftest import ELSEWHERE, ONE, OTHER, state_of

pytestmark = pytest.mark.django_db
ENDS = {
    "circular": "circulated",
    "interview": "called",
    "award_exclusion": "accountability",
    "accountability": "accountability",
    "referral": "accountability",
}


def refused(call) -> str:
    with pytest.raises(Refused) as no:
        call()
    return no.value.code


@pytest.fixture
def checked(watched):
    return watched.upto(SupervisionState.CHECKED)


@pytest.fixture
def proposed(watched, checked):
    return actions.propose(checked, rung="interview", reason="两次未答复", by=ONE, now=watched.now)


def entries(pk) -> list[EntryKind]:
    return [entry.kind for entry in ledger.entries_of("proposal", str(pk))]


@pytest.mark.parametrize("rung", PROPOSED)
def test_what_is_adopted_moves_the_supervision_order_to_its_end(watched, checked, rung):
    pk = actions.propose(checked, rung=rung, reason="两次未答复", by=ONE, now=watched.now)
    assert state_of(checked) == "checked"

    actions.decide(pk, adopt=True, reason="同意", by=OTHER, now=watched.now)

    assert state_of(checked) == ENDS[rung]
    assert entries(pk) == [EntryKind.MEASURE_PROPOSED, EntryKind.MEASURE_DECIDED]
    row = queries.proposal(pk, by=ONE)
    assert (row.state, row.decision, row.decided_by) == ("adopted", "同意", str(OTHER))


def test_an_interview_that_is_adopted_is_not_held_until_somebody_says_what_it_was(watched, checked, proposed):
    hold = partial(actions.hold_interview, checked, by=ONE, now=watched.now)
    assert refused(partial(hold, text="已谈")) == "wrong_supervision_state"
    actions.decide(proposed, adopt=True, reason="同意", by=OTHER, now=watched.now)
    assert [row.id for row in queries.supervisions(ONE)] == [checked]
    assert refused(partial(hold, text=" ")) == "text_missing"
    assert refused(partial(hold, text="已谈", by=worlds.CLERK)) == "not_allowed"
    assert refused(partial(hold, text="已谈", by=ELSEWHERE)) == "out_of_scope"
    assert state_of(checked) == "called"

    hold(text="6月8日与分管领导面谈，三日内整改。", now=watched.now + timedelta(minutes=1))

    assert state_of(checked) == "interviewed"
    assert queries.supervisions(ONE) == []
    last = queries.timeline(checked)[-1]
    assert (last.move, last.note) == ("hold_interview", "6月8日与分管领导面谈，三日内整改。")
    entry = ledger.entries_of("supervision", str(checked))[-1]
    assert (entry.kind, entry.facts["move"], entry.facts["state"]) == (
        EntryKind.SUPERVISION_MOVED,
        "hold_interview",
        "interviewed",
    )
    assert refused(partial(hold, text="再谈")) == "wrong_supervision_state"


def test_what_is_not_adopted_leaves_the_supervision_order_as_it_was(watched, checked, proposed):
    actions.decide(proposed, adopt=False, reason="先看整改", by=OTHER, now=watched.now)

    assert state_of(checked) == "checked"
    assert queries.proposal(proposed, by=ONE).state == "rejected"
    # And another may be proposed.
    actions.propose(checked, rung="circular", reason="仍未改", by=OTHER, now=watched.now)


@pytest.mark.parametrize("adopt", [True, False])
def test_nobody_decides_what_they_proposed(watched, checked, proposed, adopt):
    assert refused(lambda: actions.decide(proposed, adopt=adopt, reason="同意", by=ONE, now=watched.now)) == (
        "proposer_decides"
    )
    assert state_of(checked) == "checked"


def test_the_table_itself_keeps_the_two_apart(proposed, watched):
    with pytest.raises(IntegrityError, match="proposal_two_persons"), transaction.atomic():
        Proposal.objects.update(state="adopted", decided_by=str(ONE), decided_at=watched.now)


@pytest.mark.parametrize(
    ("by", "reason", "code"),
    [
        (worlds.CLERK, "同意", "not_allowed"),
        (ELSEWHERE, "同意", "out_of_scope"),
        (OTHER, " ", "text_missing"),
    ],
)
def test_a_decision_needs_the_power_and_a_reason(watched, proposed, by, reason, code):
    assert (
        refused(partial(actions.decide, proposed, adopt=True, reason=reason, by=by, now=watched.now)) == code
    )
    assert queries.proposal(proposed, by=ONE).state == "waiting"


def test_a_proposal_is_decided_once(watched, proposed):
    decide = partial(actions.decide, proposed, reason="同意", by=OTHER, now=watched.now)
    decide(adopt=True)

    assert refused(partial(decide, adopt=False)) == "proposal_decided"
    assert refused(
        partial(actions.decide, uuid7(watched.now), adopt=True, reason="同意", by=OTHER, now=watched.now)
    ) == ("no_such_proposal")


@pytest.mark.parametrize(
    ("rung", "reason", "by", "code"),
    [
        ("letter", "理由", ONE, "unknown_rung"),
        ("warning", "理由", ONE, "unknown_rung"),
        ("interview", "", ONE, "text_missing"),
        ("interview", "理由", worlds.CLERK, "not_allowed"),
        ("interview", "理由", ELSEWHERE, "out_of_scope"),
    ],
)
def test_a_proposal_is_a_measure_with_a_reason(watched, checked, rung, reason, by, code):
    assert (
        refused(partial(actions.propose, checked, rung=rung, reason=reason, by=by, now=watched.now)) == code
    )
    assert not Proposal.objects.exists()


def test_nothing_is_proposed_before_it_was_checked(watched):
    pk = watched.upto(SupervisionState.RESPONDED)

    assert refused(
        partial(actions.propose, pk, rung="interview", reason="理由", by=ONE, now=watched.now)
    ) == ("wrong_supervision_state")


def test_one_proposal_waits_at_a_time_and_nothing_is_lifted_meanwhile(watched, checked, proposed):
    again = partial(actions.propose, checked, rung="circular", reason="理由", by=OTHER, now=watched.now)

    assert refused(again) == "proposal_waits"
    assert refused(partial(actions.lift, checked, text="到位", by=OTHER, now=watched.now)) == "proposal_waits"
    assert state_of(checked) == "checked"


def test_who_may_not_decide_is_not_told_that_there_is_one(checked, proposed):
    assert [row.id for row in queries.proposals(OTHER)] == [proposed]
    assert [row.id for row in queries.proposals(OTHER, supervision_id=checked)] == [proposed]
    for by in (worlds.CLERK, ELSEWHERE):
        assert queries.proposals(by) == queries.proposals(by, supervision_id=checked) == []
    assert refused(partial(queries.proposal, proposed, by=worlds.CLERK)) == "not_allowed"
    assert refused(partial(queries.proposal, proposed, by=ELSEWHERE)) == "no_such_proposal"
    # The timeline, which the agency reads, is silent.
    assert [event.move for event in queries.timeline(checked)] == ["open", "notify", "respond", "check"]


def test_a_decided_proposal_stands_among_the_others(watched, proposed):
    actions.decide(proposed, adopt=False, reason="先看整改", by=OTHER, now=watched.now)

    assert queries.proposals(ONE) == []
    assert [row.id for row in queries.proposals(ONE, done=True)] == [proposed]
