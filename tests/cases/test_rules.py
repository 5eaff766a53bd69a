from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from haochaping.cases.rules import digest, is_aged_60, time_complaint
from haochaping.cases.terms import (
    CaseKind,
    CaseStatus,
    NewCase,
    NewOccurrence,
    PersonKind,
    SaidCodes,
    ServiceChannel,
    Stage,
)
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.periods import BEIJING

KEY = b"k" * 32
AT = datetime(2026, 6, 1, 10, tzinfo=BEIJING)
OCCURRENCE = NewOccurrence(1, "办结", Stage.DELIVERY, AT, ServiceChannel.WINDOW, "H1", "W1", "S1")
PERSON = PlainPerson("张小满", "13900000001", "111", "X1")
CASE = NewCase(
    source="hall",
    case_no="1",
    item="I",
    agency="A",
    division="990102",
    status=CaseStatus.COMPLETED,
    kind=CaseKind.COMMITTED,
    applied_at=AT,
    accepted_at=None,
    completed_at=AT,
    promised_limit="5 working_day",
    statutory_limit="",
    trips=1,
    materials=None,
    person=PERSON,
    person_kind=PersonKind.NATURAL_PERSON,
    agent=None,
    birth_year=1960,
    occurrences=(OCCURRENCE,),
)
# Another word in every field.
_OTHER = NewCase(
    source="other",
    case_no="2",
    item="other",
    agency="other",
    division="other",
    status=CaseStatus.REJECTED,
    kind=CaseKind.IMMEDIATE,
    applied_at=None,
    accepted_at=AT,
    completed_at=None,
    promised_limit="other",
    statutory_limit="other",
    trips=2,
    materials=0,
    person=replace(PERSON, phone="13900000002"),
    person_kind=PersonKind.ENTERPRISE,
    agent=PlainPerson("李四", "", "", ""),
    birth_year=None,
    occurrences=(replace(OCCURRENCE, window="W2"),),
    channel=ServiceChannel.WEB,
    revised_at=AT,
    said=SaidCodes("other", "", ""),
)


def test_a_case_is_known_by_platform_and_number():
    assert CASE.key == ("hall", "1")


def test_a_case_whose_channel_nobody_said_has_the_fingerprint_it_had_before_there_was_one():
    assert "channel" not in json.loads(msgspec.json.encode(CASE))


@pytest.mark.parametrize("name", NewCase.__struct_fields__)
def test_whatever_the_sender_changes_changes_the_fingerprint(name: str):
    other = replace(CASE, **{name: getattr(_OTHER, name)})

    assert digest(other, KEY) != digest(CASE, KEY)


def test_the_fingerprint_is_keyed_and_stable():
    assert digest(CASE, KEY) == digest(replace(CASE), KEY)
    assert digest(CASE, b"other key") != digest(CASE, KEY)
    assert len(digest(CASE, KEY)) == 32


def test_a_sealed_person_enters_the_fingerprint_by_its_id():
    one, two = (digest(replace(CASE, person=UUID(int=n)), KEY) for n in (1, 2))

    assert one != two


@given(st.text(max_size=20), st.text(max_size=20))
def test_fields_do_not_run_into_each_other(source: str, case_no: str):
    moved = replace(CASE, source=source + case_no, case_no="")

    assert (digest(replace(CASE, source=source, case_no=case_no), KEY) == digest(moved, KEY)) == (
        case_no == ""
    )


@pytest.mark.parametrize(
    ("birth_year", "aged"), [(None, None), (1965, True), (1966, True), (1967, False), (2026, False)]
)
def test_the_age_band_is_all_that_is_kept(birth_year: int | None, aged: bool | None):
    assert is_aged_60(birth_year, AT) is aged


def test_the_year_turns_in_beijing():
    assert is_aged_60(1967, datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) is True


_MINUTES = [timedelta(minutes=n) for n in range(12)]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"applied_at": AT + _MINUTES[10]}, None, None),
        ({"applied_at": AT + _MINUTES[11]}, "dated_in_future", "applied_at"),
        ({"accepted_at": AT + _MINUTES[11]}, "dated_in_future", "accepted_at"),
        ({"completed_at": AT + _MINUTES[11]}, "dated_in_future", "completed_at"),
        (
            {"occurrences": (OCCURRENCE, replace(OCCURRENCE, no=2, at=AT + _MINUTES[11]))},
            "dated_in_future",
            "occurrences[1].at",
        ),
        ({"accepted_at": AT - _MINUTES[10]}, None, None),
        ({"accepted_at": AT - _MINUTES[11]}, "wrong_sequence", "accepted_at"),
        ({"completed_at": AT - _MINUTES[11]}, "wrong_sequence", "completed_at"),
        (
            {"applied_at": None, "accepted_at": AT, "completed_at": AT - _MINUTES[11]},
            "wrong_sequence",
            "completed_at",
        ),
        # A day without a time of day is not before the morning of the same day.
        ({"completed_at": AT.replace(hour=0)}, None, None),
        ({"completed_at": AT.replace(hour=0) - timedelta(days=1)}, "wrong_sequence", "completed_at"),
        # Guidance before acceptance, delivery after completion.
        ({"occurrences": (replace(OCCURRENCE, at=AT - timedelta(days=9)),)}, None, None),
        ({"applied_at": None, "completed_at": None}, None, None),
    ],
)
def test_times_of_a_case_are_possible(changes, code, field):
    found = time_complaint(replace(CASE, **changes), AT)

    assert (found and (found.code, found.field)) == (code and (code, field))
