"""先发的后到: a message about an earlier stage that arrives after a later one, without a version that says so."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from msgspec.structs import replace

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.rules import is_late, untold_beginning
from haochaping.cases.states import may_become, precedes
from haochaping.cases.terms import CaseStatus as S
from haochaping.cases.terms import ServiceChannel
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import CLOCK_LEEWAY
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from tests.cases.conftest import NOW, case, occurrence, take

if TYPE_CHECKING:
    from haochaping.cases.terms import NewCase

LATER = NOW + timedelta(hours=1)
EARLIER = NOW - timedelta(hours=20)
SECOND = timedelta(seconds=1)


def accepted(case_no: str = "C1", **changes: object) -> NewCase:
    """The acceptance of a case, with a service of its own; told after `case()`, it comes late."""
    told = case(
        case_no,
        status=S.ACCEPTED,
        accepted_at=EARLIER,
        completed_at=None,
        trips=9,
        occurrences=(occurrence(2, name="受理", at=EARLIER),),
    )
    return replace(told, **changes)


def stored() -> Case:
    return Case.objects.get()


def services() -> dict[int, str]:
    return dict(ServiceOccurrence.objects.values_list("no", "name"))


@pytest.mark.parametrize(("told", "stands"), list(product(S, S)))
def test_of_two_states_one_precedes_the_other_or_both_go_on_or_both_are_ends(told: S, stands: S):
    ends = {S.COMPLETED, S.REJECTED, S.WITHDRAWN}
    if may_become(stands, told):
        assert not precedes(told, stands), "it is taken as it comes"
    else:
        assert precedes(told, stands) is not ({told, stands} <= ends)


@pytest.mark.parametrize(
    ("changes", "late"),
    [
        ({}, True),
        ({"accepted_at": NOW + CLOCK_LEEWAY}, True),
        ({"accepted_at": NOW + CLOCK_LEEWAY + SECOND}, False),
        ({"occurrences": (occurrence(2, at=NOW + CLOCK_LEEWAY + SECOND),)}, False),
        ({"revised_at": NOW + CLOCK_LEEWAY + SECOND}, False),
        ({"status": S.COMPLETED}, False),
        ({"status": S.WITHDRAWN}, False),
    ],
)
def test_what_happened_since_a_stage_was_heard_of_did_not_come_before_it(changes, late):
    assert is_late(accepted(**changes), S.COMPLETED, NOW) is late


def test_of_the_beginning_is_told_what_is_unknown_and_fits():
    stands: dict[str, object] = {"applied_at": None, "accepted_at": None, "completed_at": NOW}
    stands |= {"channel": "", "promised_limit": "1 day", "statutory_limit": ""}
    told = accepted(channel=ServiceChannel.WINDOW, applied_at=EARLIER)

    found = untold_beginning(told, stands)

    assert found == {"applied_at": EARLIER, "accepted_at": EARLIER, "channel": "window"}
    assert untold_beginning(told, stands | found) == {}
    assert untold_beginning(replace(told, accepted_at=LATER), stands) == {"channel": "window"}


@pytest.mark.usefixtures("world")
class TestTakingIn:
    @pytest.mark.parametrize("numbers", [["C1"], ["C1", "C2", "C3"]], ids=["alone", "in a batch"])
    def test_a_late_stage_adds_what_was_unknown_and_changes_nothing_later(self, numbers):
        first = take(*(case(no, person=None) for no in numbers))

        taken = take(*map(accepted, numbers), now=LATER)
        again = take(*map(accepted, numbers), now=LATER + SECOND)

        assert [(o.kind, o.id) for o in taken.outcomes] == [
            (OutcomeKind.UPDATED, o.id) for o in first.outcomes
        ]
        assert {o.kind for o in again.outcomes} == {OutcomeKind.DUPLICATE}
        for row in Case.objects.all():
            assert (row.status, row.completed_at, row.trips) == ("completed", NOW, 1)
            assert (row.accepted_at, row.person_id is not None) == (EARLIER, True)
            assert (row.told_at, row.updated_at) == (NOW, LATER)
            told = ServiceOccurrence.objects.filter(case=row).values_list("no", "name", "at")
            assert sorted(told) == [(1, "办结", NOW), (2, "受理", EARLIER)]
        assert Entry.objects.filter(kind=EntryKind.CASES_TAKEN_IN).count() == 2

    def test_it_costs_no_question_of_its_own(self):
        asked = []
        for numbers in (["A1"], [f"B{n}" for n in range(20)]):
            take(*map(case, numbers))
            with CaptureQueriesContext(
                connection,
            ) as queries:
                take(*map(accepted, numbers), now=LATER)
            asked.append(len(queries))

        assert asked[0] == asked[1]

    def test_both_in_one_batch(self):
        taken = take(case(), accepted())

        assert [o.kind for o in taken.outcomes] == [OutcomeKind.ACCEPTED, OutcomeKind.UPDATED]
        assert (stored().status, services()) == ("completed", {1: "办结", 2: "受理"})

    def test_a_service_that_is_there_stays_as_it_was_told_last(self):
        take(case(accepted_at=EARLIER))

        [outcome] = take(accepted(occurrences=(occurrence(1, name="受理", at=EARLIER),)), now=LATER).outcomes

        assert (outcome.kind, services()) == (OutcomeKind.DUPLICATE, {1: "办结"})

    def test_a_time_that_contradicts_what_stands_is_left_out(self):
        take(case(), now=LATER)

        [outcome] = take(accepted(accepted_at=NOW + timedelta(minutes=30)), now=LATER).outcomes

        assert (outcome.kind, stored().accepted_at) == (OutcomeKind.UPDATED, None)
        assert services() == {1: "办结", 2: "受理"}

    def test_the_day_of_a_case_is_counted_where_it_lies_by_now(self):
        take(case(applied_at=None, completed_at=None, status=S.REJECTED), now=LATER)

        taken = take(accepted(), now=LATER)

        assert [facts.day for facts in taken.before.values()] == [NOW.date()]
        assert [facts.day for facts in taken.after.values()] == [(NOW - timedelta(days=1)).date()]

    def test_it_completes_nothing_a_second_time(self):
        take(case())
        take(case("C2", occurrences=()))

        taken = take(accepted(), accepted("C2"), now=LATER)

        asked = ServiceOccurrence.objects.filter(
            id__in=[one.occurrence_id for one in taken.completed.values()]
        )
        assert list(asked.values_list("case__case_no", "no")) == [("C2", 2)], "it had no service to ask about"

    @pytest.mark.parametrize("end", [S.COMPLETED, S.REJECTED, S.WITHDRAWN])
    @pytest.mark.parametrize("other", [S.COMPLETED, S.REJECTED, S.WITHDRAWN])
    def test_an_end_is_no_earlier_stage_of_another_end(self, end, other):
        take(case(status=end))

        [outcome] = take(case(status=other, trips=5), now=LATER).outcomes

        assert outcome.kind == (OutcomeKind.UPDATED if end == other else OutcomeKind.REFUSED)
        assert stored().status == end

    def test_a_withdrawn_case_learns_of_its_service_and_stays_withdrawn(self):
        take(case(status=S.WITHDRAWN, completed_at=None, occurrences=()))

        [outcome] = take(accepted(), now=LATER).outcomes

        assert (outcome.kind, stored().status, services()) == (OutcomeKind.UPDATED, "withdrawn", {2: "受理"})

    @pytest.mark.parametrize("end", [S.COMPLETED, S.WITHDRAWN])
    def test_a_case_that_begins_again_is_refused(self, end):
        take(case(status=end))

        [outcome] = take(accepted(occurrences=(occurrence(2, at=LATER),)), now=LATER).outcomes

        assert outcome.complaint is not None
        assert (outcome.kind, outcome.complaint.code) == (OutcomeKind.REFUSED, "forbidden_status")
        assert (stored().status, services()) == (end, {1: "办结"})

    @pytest.mark.parametrize(
        ("told", "kind", "accepted_at"),
        [
            # A newer version contradicts what stands; an older one says no more than it said in its turn.
            (NOW - timedelta(minutes=1), OutcomeKind.REFUSED, None),
            (NOW - timedelta(minutes=3), OutcomeKind.UPDATED, None),
            # One of the same day, as some sources write it, says nothing of the order.
            (NOW - timedelta(minutes=2), OutcomeKind.UPDATED, EARLIER),
            (None, OutcomeKind.UPDATED, EARLIER),
        ],
    )
    def test_versions_decide_before_the_stage_does(self, told, kind, accepted_at):
        take(replace(case(), revised_at=NOW - timedelta(minutes=2)))

        [outcome] = take(accepted(revised_at=told), now=LATER).outcomes

        assert (outcome.kind, stored().accepted_at, stored().status) == (kind, accepted_at, "completed")

    def test_what_an_unsigned_address_told_of_the_end_keeps_out_no_platform(self):
        take(case(), verified=False)

        [outcome] = take(accepted(), now=LATER).outcomes

        assert (outcome.kind, stored().status, stored().verified) == (OutcomeKind.UPDATED, "accepted", True)
