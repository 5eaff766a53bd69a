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


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            PlainPerson("甲", "13900000001", *CERTIFICATE),
            PlainPerson("乙", "13900000002", *CERTIFICATE),
            True,
        ),
        (
            PlainPerson("甲", "13900000001", *CERTIFICATE),
            PlainPerson("甲", "13900000001", "414", "E12345678"),
            False,
        ),
        (PlainPerson("甲", "13900000001", *CERTIFICATE), PlainPerson("甲", "13900000001"), True),
        (PlainPerson("甲", "13900000001"), PlainPerson("甲", "13900000002"), False),
        (PlainPerson("甲"), PlainPerson("甲"), False),
    ],
)
def test_same_person(folder, one, other, same):
    first, second = actions.seal([one, other], now=NOW)

    assert queries.same_person(first, second).answer is same


def test_a_pseudonym_holds_for_one_year(folder, settings):
    written, other_spelling = (
        PlainPerson("甲", "", *CERTIFICATE),
        PlainPerson("", "13900000001", "", CERTIFICATE[1].lower()),
    )

    pseudonym = queries.pseudonym(written, now=NOW)

    assert pseudonym is not None
    assert pseudonym == queries.pseudonym(other_spelling, now=NOW)
    assert len(pseudonym) == 66
    assert pseudonym != queries.pseudonym(written, now=NOW.replace(year=2027))
    settings.SUITE = "gm"
    assert (queries.pseudonym(written, now=NOW) or "").startswith("02")
    assert queries.pseudonym(PlainPerson("甲"), now=NOW) is None


def test_the_year_of_a_pseudonym_begins_at_midnight_in_beijing(folder):
    person = PlainPerson("甲", "13900000001")

    eve, new_year = datetime(2026, 12, 31, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)

    assert queries.pseudonym(person, now=NOW) == queries.pseudonym(person, now=eve)
    assert queries.pseudonym(person, now=eve) != queries.pseudonym(person, now=new_year)


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
