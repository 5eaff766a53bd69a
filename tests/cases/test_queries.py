from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from haochaping.cases import queries
from haochaping.cases.models import Case
from haochaping.cases.terms import CaseStatus
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from tests import worlds
from tests.cases.conftest import NOW, case, occurrence, take

pytestmark = pytest.mark.usefixtures("world")
SOURCE = worlds.SOURCE


@pytest.fixture
def second_platform(world: None) -> str:
    row = {"code": "second", "name": "第二平台", "division": worlds.CITY}
    assert directory.put(Kind.PLATFORMS, [row], by=OPERATOR, now=NOW) == []
    return "second"


def test_bind_answers_in_order_and_none_where_there_is_nothing(
    second_platform: str, django_assert_num_queries
):
    take(case("C1", occurrences=(occurrence(1), occurrence(2))), case("C2", source=second_platform))
    keys = [
        (SOURCE, "C1", 2),
        (SOURCE, "C2", 1),
        (second_platform, "C2", 1),
        (SOURCE, "C1", 3),
        (SOURCE, "C1", 1),
    ]

    with django_assert_num_queries(1):
        found = queries.bind(keys)

    assert [(b.source, b.case_no, b.occurrence_no) if b else None for b in found] == [
        keys[0],
        None,
        keys[2],
        None,
        keys[4],
    ]


def test_a_binding_knows_everything_that_was_served_there():
    take(case())
    row = Case.objects.get()

    [binding] = queries.bind([(SOURCE, "C1", 1)])

    assert binding is not None
    assert (binding.case_id, binding.item_id, binding.division_id) == (row.id, row.item_id, row.division_id)
    assert binding.agency_path == f"{worlds.AGENCY}."
    assert binding.division_path == f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}."
    assert (binding.occurrence_at, binding.occurrence_name, binding.verified) == (NOW, "办结", True)
    assert None not in {binding.hall_id, binding.window_id, binding.staff_id}
    assert queries.binding_of(binding.occurrence_id) == binding
    assert queries.binding_of(uuid7(NOW)) is None


def test_binding_nothing_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert queries.bind([]) == []


@pytest.mark.parametrize(
    ("applied_at", "accepted_at", "day"),
    [
        (datetime(2026, 5, 1, 16, 30, tzinfo=UTC), NOW, date(2026, 5, 2)),
        (None, datetime(2026, 5, 3, 1, tzinfo=UTC), date(2026, 5, 3)),
        (None, None, date(2026, 6, 1)),
    ],
)
def test_a_case_is_counted_when_applied_for_else_taken_up_else_received(
    applied_at: datetime | None, accepted_at: datetime | None, day: date
):
    [outcome] = take(case(applied_at=applied_at, accepted_at=accepted_at, completed_at=None)).outcomes
    assert outcome.id is not None

    facts = queries.facts_of([outcome.id])[outcome.id]

    assert facts.day == day
    assert facts.verified


def test_each_service_is_counted_on_its_own_day(django_assert_num_queries):
    first = datetime(2026, 5, 31, 16, 0, tzinfo=UTC)
    take(
        case("C1", occurrences=(occurrence(2, at=first), occurrence(1, at=first - timedelta(minutes=1)))),
        case("C2"),
    )
    ids = list(Case.objects.order_by("case_no").values_list("id", flat=True))

    with django_assert_num_queries(2):
        facts = queries.facts_of(iter(ids))

    assert [o.day for o in facts[ids[0]].occurrences] == [date(2026, 5, 31), date(2026, 6, 1)]
    assert len(facts[ids[1]].occurrences) == 1
    assert queries.facts_of([uuid7(NOW)]) == {}


def test_the_last_service_of_each_completed_case_is_asked_about():
    take(
        case("C1", occurrences=(occurrence(9), occurrence(2))),
        case("C2", status=CaseStatus.IN_PROCESS),
        case("C3", occurrences=()),
        case("C4"),
    )
    ids = dict(Case.objects.values_list("case_no", "id"))
    by_id = {b.occurrence_id: (b.case_no, b.occurrence_no) for b in queries.bindings_of_case(SOURCE, "C1")}
    by_id |= {b.occurrence_id: (b.case_no, b.occurrence_no) for b in queries.bindings_of_case(SOURCE, "C4")}

    found = queries.completed(ids.values())

    last = {case_id: by_id[one.occurrence_id] for case_id, one in found.items()}
    assert last == {ids["C1"]: ("C1", 9), ids["C4"]: ("C4", 1)}
    assert queries.completed([]) == {}


def test_the_services_of_a_case_by_number(second_platform: str):
    take(case("C1", occurrences=(occurrence(2), occurrence(1))))

    assert [b.occurrence_no for b in queries.bindings_of_case(SOURCE, "C1")] == [1, 2]
    assert [b.occurrence_no for b in queries.bindings_of_case("", "C1")] == [1, 2]
    assert queries.bindings_of_case(second_platform, "C1") == []


def test_a_number_that_two_platforms_use_needs_the_platform(second_platform: str):
    take(case("C1"), case("C1", source=second_platform))

    with pytest.raises(Refused, match="ambiguous_case"):
        queries.bindings_of_case("", "C1")
    assert len(queries.bindings_of_case(second_platform, "C1")) == 1


def test_a_case_is_known_with_or_without_services():
    take(case("C1", occurrences=()))

    assert queries.is_known(SOURCE, "C1")
    assert not queries.is_known(SOURCE, "C2")
    assert not queries.is_known("second", "C1")


def test_the_applicant_of_a_case_is_an_id():
    take(case("C1"), case("C2", person=None))
    ids = dict(Case.objects.values_list("case_no", "id"))

    assert queries.person_of(ids["C1"]) == Case.objects.get(case_no="C1").person_id
    assert queries.person_of(ids["C2"]) is None


def test_services_of_persons_are_theirs_newest_first():
    old, new = NOW - timedelta(days=3), NOW - timedelta(days=1)
    take(case("C1", occurrences=(occurrence(1, at=old), occurrence(2, at=new))), case("C2"))
    person = Case.objects.get(case_no="C1").person_id
    assert person is not None

    found = queries.services_of_persons([person])

    assert [(one.case_no, one.occurrence_no) for one in found] == [("C1", 2), ("C1", 1)]
    assert len(queries.services_of_persons([person], limit=1)) == 1
    assert queries.services_of_persons([]) == []


def test_what_was_written_at_a_moment_and_not_since_is_found_whether_new_or_written_over():
    later, last = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)
    take(case("C1"), case("C2"), case("C3"))
    take(case("C2", trips=2), now=later)
    take(case("C3", trips=2), now=later)
    take(case("C3", trips=3), now=last)
    ids = dict(Case.objects.values_list("case_no", "id"))

    # A new case stays among those of its moment: whoever asks about it is told how it stands by now.
    assert set(queries.changed_at([NOW])) == {ids["C1"], ids["C2"], ids["C3"]}
    assert set(queries.changed_at([later])) == {ids["C2"]}
    assert set(queries.changed_at([last, later])) == {ids["C2"], ids["C3"]}
    assert queries.changed_at([NOW + timedelta(hours=1)]) == []


def test_a_case_is_told_in_the_codes_of_the_directory_and_names_nobody():
    take(case("C1", occurrences=(occurrence(2), occurrence(1))))
    [case_id] = Case.objects.values_list("id", flat=True)

    told = queries.told([case_id])[case_id]

    assert (told["platform__code"], told["case_no"], told["item__code"]) == (SOURCE, "C1", worlds.ITEM)
    assert [service["no"] for service in told["services"]] == [1, 2]
    assert not {"person_id", "agent_id"} & told.keys()
