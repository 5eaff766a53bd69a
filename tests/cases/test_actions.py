"""收办件: one outcome per case in order; what is counted before and after; nothing half written."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from django.db import DataError, transaction

from haochaping.cases import queries
from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.terms import CaseStatus, NewCase, ServiceChannel
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.identity.models import SealedPerson
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.actor import OPERATOR, Actor, ActorKind, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from tests import worlds
from tests.cases.conftest import NOW, PERSON, case, occurrence, take

pytestmark = pytest.mark.usefixtures("world")
LATER = NOW + timedelta(hours=1)
COUNTY_CLIENT = Actor(
    ActorKind.CLIENT, "2", scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}.")
)
OTHER_CLIENT = Actor(
    ActorKind.CLIENT, "3", scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}.")
)


def elsewhere(case_no: str = "C1") -> NewCase:
    """A case of the other city."""
    return case(case_no, division=worlds.OTHER_CITY, agency=worlds.OTHER_AGENCY, item=worlds.OTHER_ITEM)


def entries() -> int:
    return Entry.objects.filter(kind=EntryKind.CASES_TAKEN_IN).count()


def stored(case_no: str = "C1") -> Case:
    return Case.objects.get(case_no=case_no)


def test_a_new_case_is_accepted_with_its_services():
    taken = take(case(occurrences=(occurrence(1), occurrence(2, name="受理"))))

    [outcome] = taken.outcomes
    row = stored()
    assert (outcome.kind, outcome.id) == (OutcomeKind.ACCEPTED, row.id)
    assert (row.status, row.verified, row.received_at, row.updated_at) == ("completed", True, NOW, NOW)
    assert (row.aged_60, row.by_agent, row.promised_limit) == (True, False, "5 working_day")
    services = ServiceOccurrence.objects.filter(case=row).order_by("no")
    assert [(s.no, s.name, s.hall_id is None, s.window_id is None, s.staff_id is None) for s in services] == [
        (1, "办结", False, False, False),
        (2, "受理", False, False, False),
    ]


def test_a_new_case_is_recorded_once_for_the_batch():
    take(case("C1"), case("C2"))

    entry = Entry.objects.get(kind=EntryKind.CASES_TAKEN_IN)
    assert (entry.subject_kind, entry.subject_id) == ("cases", worlds.SOURCE)


def test_persons_are_sealed_and_only_their_ids_kept():
    take(case("C1", agent=PlainPerson("李四", "13900000002", "", "")), case("C2", person=None))

    row = stored()
    assert row.by_agent
    assert SealedPerson.objects.filter(id__in=[row.person_id, row.agent_id]).count() == 2
    assert (stored("C2").person_id, stored("C2").agent_id) == (None, None)
    assert PERSON.name not in str(list(Case.objects.values_list()))


def test_a_person_sealed_before_passes_through():
    person_id = uuid7(NOW)

    take(case(person=person_id))

    assert stored().person_id == person_id
    assert not SealedPerson.objects.exists()


def test_unknown_places_of_service_are_left_open():
    take(
        case(
            occurrences=(
                occurrence(1, hall="", window="", staff=""),
                occurrence(2, hall="?", window="?", staff="?"),
            )
        )
    )

    assert {(s.hall_id, s.window_id, s.staff_id) for s in ServiceOccurrence.objects.all()} == {
        (None, None, None)
    }


def test_the_same_again_is_a_duplicate_and_changes_nothing():
    first = take(case())
    before = entries()

    again = take(case(), now=LATER)

    assert [(o.kind, o.id) for o in again.outcomes] == [(OutcomeKind.DUPLICATE, first.outcomes[0].id)]
    assert (again.before, again.after) == ({}, {})
    assert stored().updated_at == NOW
    assert entries() == before


def test_news_about_a_case_updates_it_and_keeps_its_ids():
    first = take(case(status=CaseStatus.ACCEPTED, occurrences=(occurrence(1),)))
    service = ServiceOccurrence.objects.get()
    news = case(trips=4, occurrences=(occurrence(1, channel=ServiceChannel.WEB), occurrence(2)))

    taken = take(news, now=LATER)

    row = stored()
    assert [(o.kind, o.id) for o in taken.outcomes] == [(OutcomeKind.UPDATED, row.id)]
    assert row.id == first.outcomes[0].id
    assert (row.status, row.trips, row.received_at, row.updated_at) == ("completed", 4, NOW, LATER)
    assert list(ServiceOccurrence.objects.order_by("no").values_list("no", "channel")) == [
        (1, "web"),
        (2, "window"),
    ]
    assert ServiceOccurrence.objects.filter(id=service.id).exists()
    assert entries() == 2


def test_a_service_that_is_no_longer_mentioned_stays():
    take(case(occurrences=(occurrence(1), occurrence(2))))

    taken = take(case(trips=9, occurrences=(occurrence(2),)), now=LATER)

    [facts] = taken.after.values()
    assert len(facts.occurrences) == 2


def test_a_case_without_services_is_a_case():
    taken = take(case(occurrences=()))

    assert [facts.occurrences for facts in taken.after.values()] == [()]


def test_what_is_over_does_not_begin_again():
    take(case())

    [outcome] = take(
        case(status=CaseStatus.IN_PROCESS, occurrences=(occurrence(2, at=LATER),)), now=LATER
    ).outcomes

    assert (outcome.kind, outcome.id) == (OutcomeKind.REFUSED, stored().id)
    assert outcome.complaint is not None
    assert (outcome.complaint.code, outcome.complaint.field) == ("forbidden_status", "status")
    assert outcome.complaint.params == {"before": "completed", "after": "in_process"}
    assert stored().status == "completed"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (case(source="nowhere"), "source"),
        (case(division="nowhere"), "division"),
        (case(agency="nowhere"), "agency"),
        (case(item="nowhere"), "item"),
    ],
    ids=["source", "division", "agency", "item"],
)
def test_a_code_nobody_knows_puts_the_case_aside(sent: NewCase, field: str):
    [outcome] = take(sent).outcomes

    assert outcome.kind == OutcomeKind.QUARANTINED
    assert outcome.complaint is not None
    assert (outcome.complaint.code, outcome.complaint.field) == (f"unknown_{field}", field)
    assert outcome.complaint.params == {"value": "nowhere"}
    assert not Case.objects.exists()
    assert entries() == 0


def test_another_divisions_case_is_refused():
    [outcome] = take(case(), by=OTHER_CLIENT).outcomes

    assert outcome.kind == OutcomeKind.REFUSED
    assert outcome.complaint is not None
    assert outcome.complaint.code == "out_of_scope"
    assert not Case.objects.exists()


def test_an_agencys_own_scope_suffices():
    by = Actor(ActorKind.CLIENT, "4", scope=Scope(agency_path=f"{worlds.AGENCY}."))

    assert take(case(), by=by).outcomes[0].kind == OutcomeKind.ACCEPTED
    assert take(elsewhere("C2"), by=by).outcomes[0].kind == OutcomeKind.REFUSED


def test_nobody_takes_over_a_case_by_claiming_it_for_their_own_division():
    shared = [{"code": "province", "name": "云川省平台", "division": worlds.PROVINCE}]
    assert directory.put(Kind.PLATFORMS, shared, by=OPERATOR, now=NOW) == []
    take(case(source="province"))

    claimed = msgspec.structs.replace(elsewhere(), source="province", occurrences=())
    taken = take(claimed, by=OTHER_CLIENT, now=LATER)

    [outcome] = taken.outcomes
    assert outcome.kind == OutcomeKind.REFUSED
    assert outcome.complaint is not None
    assert (outcome.complaint.code, outcome.complaint.field) == ("out_of_scope", "case_no")
    assert outcome.id is None
    assert stored().agency.code == worlds.AGENCY
    assert (taken.before, taken.after) == ({}, {})


def test_nobody_learns_by_sending_it_whether_another_divisions_case_says_the_same():
    take(case())

    [outcome] = take(case(), by=OTHER_CLIENT, now=LATER).outcomes

    assert outcome.kind == OutcomeKind.REFUSED


def test_a_case_moves_within_the_senders_scope():
    take(case(), by=worlds.CLIENT)

    taken = take(case(division=worlds.CITY), by=worlds.CLIENT, now=LATER)

    assert [o.kind for o in taken.outcomes] == [OutcomeKind.UPDATED]
    assert stored().division.code == worlds.CITY


def test_an_unsigned_message_makes_an_unverified_case():
    taken = take(case(), verified=False)

    assert taken.outcomes[0].kind == OutcomeKind.ACCEPTED
    assert [facts.verified for facts in taken.after.values()] == [False]


def test_an_unsigned_message_never_writes_over_what_a_platform_sent():
    take(case())
    before = list(Case.objects.values())

    taken = take(case(trips=9, item=worlds.OTHER_ITEM), verified=False, now=LATER)

    [outcome] = taken.outcomes
    assert (outcome.kind, outcome.id) == (OutcomeKind.REFUSED, stored().id)
    assert outcome.complaint is not None
    assert (outcome.complaint.code, outcome.complaint.field) == ("out_of_scope", "case_no")
    assert list(Case.objects.values()) == before
    assert taken.after == {}


def test_an_unsigned_repetition_of_what_a_platform_sent_is_a_duplicate():
    take(case())

    assert [o.kind for o in take(case(), verified=False, now=LATER).outcomes] == [OutcomeKind.DUPLICATE]
    assert stored().verified


@pytest.mark.parametrize("trips", [1, 2], ids=["the same words", "other words"])
def test_a_case_becomes_verified_when_its_platform_sends_it(trips: int):
    take(case(), verified=False)

    taken = take(case(trips=trips), now=LATER)

    assert [o.kind for o in taken.outcomes] == [OutcomeKind.UPDATED]
    assert stored().verified
    assert [facts.verified for facts in taken.before.values()] == [False]
    assert [facts.verified for facts in taken.after.values()] == [True]


def test_an_unsigned_message_may_say_more_about_an_unsigned_case():
    take(case(), verified=False)

    taken = take(case(trips=2), verified=False, now=LATER)

    assert [o.kind for o in taken.outcomes] == [OutcomeKind.UPDATED]
    assert not stored().verified


def test_one_bad_case_harms_no_other_and_outcomes_keep_their_order():
    take(case("C0"))

    taken = take(
        case("C1"),
        case("C2", item="?"),
        case("C0"),
        case("C0", status=CaseStatus.WITHDRAWN),
        elsewhere("C3"),
        case("C1", trips=8),
        by=worlds.CLIENT,
        now=LATER,
    )

    assert [outcome.kind.value for outcome in taken.outcomes] == [
        "accepted",
        "quarantined",
        "duplicate",
        "refused",
        "refused",
        "updated",
    ]


def test_the_same_case_three_times_in_one_batch_counts_once():
    taken = take(case(trips=1), case(trips=1), case(trips=2, applied_at=NOW))

    assert [o.kind.value for o in taken.outcomes] == ["accepted", "duplicate", "updated"]
    assert taken.before == {}
    assert [facts.day for facts in taken.after.values()] == [local_day(NOW)]
    assert Case.objects.count() == 1


def test_before_is_what_stood_when_the_batch_began():
    take(case(applied_at=NOW - timedelta(days=3)))

    taken = take(
        case(applied_at=NOW - timedelta(days=2)), case(applied_at=NOW - timedelta(days=1)), now=LATER
    )

    assert [facts.day for facts in taken.before.values()] == [local_day(NOW - timedelta(days=3))]
    assert [facts.day for facts in taken.after.values()] == [local_day(NOW - timedelta(days=1))]


def test_the_last_service_of_each_completed_case_is_named():
    """What a batch says of cases that are new and of those it changes is what the database says of them."""
    take(case("C1", status=CaseStatus.IN_PROCESS), case("C2", status=CaseStatus.IN_PROCESS))

    taken = take(
        case("C1", occurrences=(occurrence(3), occurrence(2))),
        case("C2", status=CaseStatus.WITHDRAWN),
        case("C3", occurrences=(occurrence(9), occurrence(2))),
        case("C4", occurrences=()),
        case("C5", status=CaseStatus.IN_PROCESS),
        case("C6"),
        case("C6", occurrences=(occurrence(4),)),
    )

    numbers = ServiceOccurrence.objects.filter(id__in=[one.occurrence_id for one in taken.completed.values()])
    assert sorted(numbers.values_list("case__case_no", "no")) == [("C1", 3), ("C3", 9), ("C6", 4)]
    assert taken.completed == queries.completed(taken.after)


def test_an_empty_batch_is_nothing():
    taken = take()

    assert (taken.outcomes, taken.before, taken.after) == ([], {}, {})
    assert entries() == 0


def test_a_failure_leaves_nothing_behind():
    """A database that gives up half way: a service whose name is longer than its column."""
    with pytest.raises(DataError), transaction.atomic():
        take(case("C1"), case("C2", occurrences=(occurrence(name="长" * 101),)))

    assert not Case.objects.exists()
    assert entries() == 0
    assert not SealedPerson.objects.exists()


def test_a_hundred_cases_cost_as_many_queries_as_two(django_assert_max_num_queries):
    with django_assert_max_num_queries(27):
        take(case("A1"), case("A2"))
    with django_assert_max_num_queries(27):
        take(*(case(f"B{n}", occurrences=(occurrence(1), occurrence(2))) for n in range(100)))


def test_take_in_keeps_the_sealed_person_when_a_later_message_names_nobody():
    take(case("C1", person=PERSON))
    person = stored().person_id

    assert take(case("C1", trips=3, person=None)).outcomes[0].kind == OutcomeKind.UPDATED
    assert stored().person_id == person
    assert person is not None
