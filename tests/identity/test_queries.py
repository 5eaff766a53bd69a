from __future__ import annotations

from datetime import UTC, datetime

import pytest

from haochaping.identity import actions, queries
from haochaping.identity.terms import BAD_END, BAD_PHONE, PlainPerson
from haochaping.kernel.refused import Refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
CERTIFICATE = ("111", "99010519491231002X")


def test_a_person_is_found_by_any_spelling_of_the_phone(folder):
    first, _, third = actions.seal(
        [
            PlainPerson(phone="13900000001"),
            PlainPerson(phone="13900000002"),
            PlainPerson(phone="+86 139-0000-0001"),
        ],
        now=NOW,
    )

    assert set(queries.person_by_phone_index("139 0000 0001")) == {first, third}
    assert queries.person_by_phone_index("13900000003") == []
    assert queries.person_by_phone_index("无") == []


def test_a_person_is_found_by_any_spelling_of_the_certificate(folder):
    [person_id] = actions.seal([PlainPerson("欧阳试例", "", "111", "990105491231002")], now=NOW)
    eighteen = "990105194912310024"

    found = queries.person_by_certificate_index("111", "990105491231002")

    assert found == [person_id]
    assert queries.person_by_certificate_index("414", eighteen) == []
    assert queries.person_by_certificate_index("111", "") == []


def test_a_phone_index_is_found_after_the_suite_has_changed(folder, settings):
    [before] = actions.seal([PlainPerson(phone="13900000001")], now=NOW)
    settings.SUITE = "gm"
    [after] = actions.seal([PlainPerson(phone="13900000001")], now=NOW)

    assert set(queries.person_by_phone_index("13900000001")) == {before, after}


@pytest.mark.parametrize("suite", ["intl", "gm"])
@pytest.mark.parametrize(
    ("sealed", "asks", "found"),
    [
        (PlainPerson("甲", "13900000001", *CERTIFICATE), PlainPerson("", "", *CERTIFICATE), True),
        (PlainPerson("甲", "13900000001", *CERTIFICATE), PlainPerson("", "13900000002", *CERTIFICATE), True),
        # The number has a new owner, or belongs to whoever handled the matter.
        (PlainPerson("甲", "13900000001", *CERTIFICATE), PlainPerson(phone="13900000001"), False),
        (
            PlainPerson("甲", "13900000001", *CERTIFICATE),
            PlainPerson("乙", "13900000001", "414", "E12345678"),
            False,
        ),
        # Sealed without a certificate, the number is all there is.
        (PlainPerson("甲", "13900000001"), PlainPerson("", "139 0000 0001", *CERTIFICATE), True),
        (PlainPerson("甲", "13900000001"), PlainPerson(phone="13900000002"), False),
        (PlainPerson("甲", "13900000001"), PlainPerson(), False),
    ],
)
def test_who_has_these_fingerprints(folder, settings, suite, sealed, asks, found):
    settings.SUITE = suite
    [person_id] = actions.seal([sealed], now=NOW)

    assert queries.persons_with(queries.fingerprints(asks)) == ([person_id] if found else [])


def test_fingerprints_say_nothing_and_are_different_for_each_purpose(folder):
    values = queries.fingerprints(PlainPerson("甲", "13900000001", *CERTIFICATE))

    assert len(set(values)) == 4
    assert queries.fingerprints(PlainPerson("甲", "无", "", "0000000")) == []
    assert queries.persons_with([]) == []


def test_number_and_end_together_find_a_person_and_neither_alone(folder):
    [person_id] = actions.seal([PlainPerson("甲", "13900000001", *CERTIFICATE)], now=NOW)

    def found(phone: str, end: str):
        return queries.persons_with(queries.fingerprints_by_end(phone, end))

    assert found("139-0000-0001", "002x") == [person_id]
    assert found("13900000001", "0021") == []
    assert found("13900000002", "002X") == []


@pytest.mark.parametrize(
    ("phone", "end", "reason"), [("12", "002X", BAD_PHONE), ("13900000001", "02X", BAD_END)]
)
def test_what_can_be_no_number_and_no_end_is_refused(folder, phone, end, reason):
    with pytest.raises(Refused) as refused:
        queries.fingerprints_by_end(phone, end)

    assert refused.value.complaint.reason is reason
