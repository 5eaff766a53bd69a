from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from haochaping.cases.terms import CaseKind, CaseStatus, PersonKind, ServiceChannel, Stage
from haochaping.exchange import rules
from haochaping.exchange.rules import (
    answer_lock,
    answer_place,
    judge_case,
    judge_review,
    read_json,
    request_hash,
    storable,
    without_persons,
)
from haochaping.exchange.terms import Raw
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.reviews.terms import NATIONAL_SET, Level, ReviewChannel

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=BEIJING)
REVIEW = {
    "source": "yc-hall",
    "case_no": "YC-1",
    "occurrence_no": 1,
    "rating_value": 4,
    "channel": "hall_pad",
    "assessed_at": "2026-06-01T10:00:00+08:00",
}
CASE = {
    "source": "yc-hall",
    "case_no": "YC-1",
    "item": "I",
    "agency": "A",
    "division": "990102000000",
    "status": "completed",
}
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)


def refused(call, *args: object):
    with pytest.raises(Refused) as caught:
        call(*args)
    return caught.value.complaint


def complaint_of(judge, fields: dict[str, object]):
    try:
        judge(Raw(fields))
    except Refused as no:
        return no.complaint
    return None


def review(**changes: object):
    return judge_review(Raw(REVIEW | changes))


def case(**changes: object):
    return judge_case(Raw(CASE | changes))


def test_review_with_the_least_there_is():
    answer = review()

    assert (answer.level, answer.channel, answer.assess_no) == (Level.SATISFIED, ReviewChannel.HALL_PAD, 1)
    assert (answer.indicator_set, answer.indicator_codes, answer.comment_text) == (NATIONAL_SET, (), "")
    assert (answer.anonymous, answer.claimed_provenance, answer.person) == (True, "", None)
    assert answer.assessed_at == NOW


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5, "1", "5"])
def test_five_levels_as_number_or_digit(level):
    assert review(rating_value=level).level == int(level)


@pytest.mark.parametrize(
    "level", [0, 6, -1, "5 ", " 5", "05", "5.0", 5.0, True, False, [], {}, "五", "\uff15", 10**400]
)
def test_what_is_no_level(level):
    complaint = refused(judge_review, Raw(REVIEW | {"rating_value": level}))

    assert (complaint.code, complaint.field) == ("level_out_of_range", "rating_value")
    assert len(str(complaint.params["value"])) <= 20


@pytest.mark.parametrize("level", [None, ""])
def test_silence_is_not_a_level(level):
    assert refused(judge_review, Raw(REVIEW | {"rating_value": level})).code == "missing"


def test_silence_about_anonymity_leaves_the_reviewer_anonymous():
    assert review(anonymous="").anonymous is True
    assert review(anonymous=None).anonymous is True
    assert review(anonymous="否").anonymous is False


def test_reviewer_is_read_and_an_empty_one_is_nobody():
    assert review(reviewer={"name": "张小满", "phone": "139"}).person == PlainPerson("张小满", "139", "", "")
    assert review(reviewer={"name": " "}).person is None
    assert review(reviewer={}).person is None


def test_sealed_persons_of_a_retried_record_stand_for_the_plain_ones():
    sealed = {"reviewer": UUID(int=1), "applicant": UUID(int=2), "agent": UUID(int=3)}

    assert judge_review(Raw(REVIEW, sealed)).person == UUID(int=1)
    judged = judge_case(Raw(CASE | {"applicant": {"birth_year": 1960}}, sealed))
    assert (judged.person, judged.agent, judged.birth_year) == (UUID(int=2), UUID(int=3), 1960)


def test_case_with_the_least_there_is():
    judged = case()

    assert (judged.status, judged.kind) == (CaseStatus.COMPLETED, CaseKind.COMMITTED)
    assert (judged.applied_at, judged.trips, judged.promised_limit) == (None, None, "")
    assert (judged.person, judged.person_kind, judged.occurrences) == (None, PersonKind.NATURAL_PERSON, ())


def test_case_with_services():
    judged = case(occurrences=[{"no": "2", "at": "2026-06-01 09:00:00", "stage": "Delivery"}])

    occurrence = judged.occurrences[0]
    assert (occurrence.no, occurrence.stage, occurrence.channel) == (2, Stage.DELIVERY, ServiceChannel.OTHER)
    assert occurrence.at == NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"occurrences": [{"no": 1, "at": "2026-06-01"}] * 2}, "duplicate_occurrence", "occurrences[1].no"),
        ({"occurrences": [{"no": 1}]}, "missing", "occurrences[0].at"),
        ({"occurrences": [{"at": "2026-06-01"}]}, "missing", "occurrences[0].no"),
        ({"occurrences": [{"no": 100, "at": "2026-06-01"}]}, "out_of_range", "occurrences[0].no"),
        ({"occurrences": [{"no": 1, "at": "2026-06-01", "desk": "x"}]}, "unknown_field", "occurrences[0].desk"),
        ({"occurrences": {}}, "wrong_type", "occurrences"),
        ({"occurrences": [1]}, "wrong_type", "occurrences"),
        ({"occurrences": [{}] * 100}, "out_of_range", "occurrences"),
        ({"applicant": {"agent": {"name": 1.5}}}, "wrong_type", "applicant.agent.name"),
        ({"applicant": {"agent": {"email": ""}}}, "unknown_field", "applicant.agent.email"),
        ({"applicant": {"birth_year": 1899}}, "out_of_range", "applicant.birth_year"),
        ({"applicant": {"kind": "robot"}}, "not_a_choice", "applicant.kind"),
        ({"promised_limit": "soon"}, "wrong_type", "promised_limit"),
        ({"trips": -1}, "out_of_range", "trips"),
        ({"status": ""}, "missing", "status"),
        ({"division": "9901020000001"}, "too_long", "division"),
        ({"nonsense": ""}, "unknown_field", "nonsense"),
    ],
)  # fmt: skip
def test_case_that_cannot_be_read(changes, code, field):
    complaint = refused(judge_case, Raw(CASE | changes))

    assert (complaint.code, complaint.field) == (code, field)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("5", "5 working_day"),
        (5, "5 working_day"),
        ("5 working_day", "5 working_day"),
        ("05DAY", "5 day"),
        ("1 month", "1 month"),
        ("", ""),
    ],
)
def test_limits(said, read):
    assert case(promised_limit=said).promised_limit == read


@given(st.dictionaries(st.one_of(st.sampled_from([*REVIEW, "reviewer", "comment_text"]), st.text()), JSON))
def test_any_object_is_read_or_refused(fields):
    for judge in (judge_review, judge_case):
        for whole in (fields, REVIEW | fields, CASE | fields):
            complaint = complaint_of(judge, whole)
            if complaint is not None:
                assert "\0" not in complaint.field
                complaint.field.encode()
                complaint.reason.message.format(**complaint.params).encode()


@given(JSON)
def test_anything_put_aside_can_be_stored(value):
    kept = storable({"x": value, "n": float("nan"), "i": float("inf"), "s": "a\0\ud800"})

    text = json.dumps(kept, allow_nan=False, ensure_ascii=False)
    assert "\0" not in text
    text.encode()


def test_storable_leaves_plain_values_alone():
    value = {"a": [1, 2.5, True, None, "文字"]}

    assert storable(value) == value


def test_storable_bounds_depth_and_size():
    deep: object = "x"
    for _ in range(20):
        deep = [deep]

    assert json.dumps(storable(deep)).count("[") == 8
    assert len(str(storable("x" * 20_000))) == 10_000
    assert len(json.loads(json.dumps(storable(list(range(300)))))) == 200


@given(st.dictionaries(st.sampled_from(["applicant", "reviewer", "x"]), JSON))
def test_persons_are_taken_out_of_anything(fields):
    rest, persons = without_persons(Raw(fields))

    assert "reviewer" not in rest
    kept = rest.get("applicant", {})
    assert isinstance(kept, dict)
    assert kept.keys() <= {"kind", "birth_year"}
    assert persons.keys() <= {"applicant", "agent", "reviewer"}
    for person in persons.values():
        f"{person.name}{person.phone}{person.certificate_type}{person.certificate_no}".encode()


def test_persons_are_taken_out_and_what_is_not_about_identity_stays():
    raw = Raw({"case_no": "1", "applicant": {"name": "张", "birth_year": 1960, "agent": {"phone": "139"}}})

    rest, persons = without_persons(raw)

    assert rest == {"case_no": "1", "applicant": {"birth_year": 1960}}
    assert (persons["applicant"].name, persons["agent"].phone) == ("张", "139")


@given(JSON.filter(lambda value: value == value))  # noqa: PLR0124 - NaN is not itself
def test_json_is_read_as_written(value):
    text = json.dumps(value)
    if "Infinity" in text or "NaN" in text:
        assert refused(read_json, text).code == "not_json"
    else:
        assert read_json(text) == value


_NAMES = st.sampled_from(["a", "b", "a:", '"', " :", "é"])
_BLANKS = st.sampled_from(["", " ", "\t", "  "])


@st.composite
def written(draw, depth=3):
    """JSON as somebody may write it: blanks anywhere, names twice, what is no number, and sometimes a slip."""
    kind = draw(st.sampled_from(["plain", "list", "object"])) if depth else "plain"
    if kind == "plain":
        slips = ["NaN", "1e400", "-0", "01", '"\\ud800"', "12345678901234567890123", "1.5e-7"]
        return draw(st.one_of(_NAMES.map(json.dumps), st.floats().map(json.dumps), st.sampled_from(slips)))
    parts = draw(st.lists(written(depth - 1), max_size=3))
    if kind == "list":
        return f"[{draw(_BLANKS)}{','.join(parts)}]"
    names = [json.dumps(draw(_NAMES), ensure_ascii=draw(st.booleans())) for _ in parts]
    members = (
        f"{name}{draw(_BLANKS)}:{draw(_BLANKS)}{part}" for name, part in zip(names, parts, strict=True)
    )
    return f"{{{','.join(members)}}}"


def _said(reader: Callable[[str], object], text: str) -> tuple[str, str]:
    try:
        return "read", repr(reader(text))
    except Refused as no:
        return "refused", repr(no.complaint)


@given(written())
@example('{"a":1,"a" :2}')
@example('{"a":1,"a"\t:2}')
def test_what_is_read_fast_is_what_is_read_with_care(text):
    assert _said(read_json, text) == _said(rules._read_with_care, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_json"),
        ("{", "not_json"),
        ("{'a': 1}", "not_json"),
        ("[1,]", "not_json"),
        ("NaN", "not_json"),
        ("-Infinity", "not_json"),
        ("1" * 5000, "not_json"),
        ('{"a": {"b": 1, "b": 2}}', "duplicate_name"),
        ("[" * 33 + "]" * 33, "too_deep"),
        ("[" * 300_000, "too_deep"),
        ('{"a":' * 33 + "1" + "}" * 33, "too_deep"),
    ],
)
def test_json_that_is_not_taken(text, code):
    complaint = refused(read_json, text)

    assert complaint.code == code
    complaint.reason.message.format(**complaint.params)


def test_what_is_cut_off_is_missed_where_it_ends_and_not_on_the_line_after():
    complaint = refused(read_json, '{"a": \n')

    assert complaint.params == {"line": 1, "column": 6}


def test_json_of_32_levels_is_taken():
    assert read_json("[" * 32 + "]" * 32)


def test_requests_are_told_apart_by_a_keyed_hash():
    assert request_hash(b"a", b"k" * 32) != request_hash(b"b", b"k" * 32)
    assert request_hash(b"a", b"k" * 32) != request_hash(b"a", b"l" * 32)


@given(st.integers(min_value=1), st.text())
def test_lock_numbers_fit_the_database(client_id, key):
    assert -(2**31) <= answer_lock(client_id, key) < 2**31
    assert answer_place(client_id, key) != answer_place(client_id + 1, key)


@pytest.mark.parametrize(("level", "said"), [(True, "true"), (5.0, "5.0"), ([], "[]"), ("5\0", "5\ufffd")])
def test_a_level_that_is_none_is_repeated_as_it_was_sent(level, said):
    with pytest.raises(Refused) as refused:
        review(rating_value=level)

    assert refused.value.complaint.params["value"] == said


def test_the_channel_of_a_case_is_that_of_the_services_that_say_none():
    at = "2026-06-01T10:00:00+08:00"
    services = [{"no": 1, "at": at}, {"no": 2, "at": at, "channel": "hotline"}]

    told = judge_case(Raw(CASE | {"channel": "web", "occurrences": services}))
    untold = judge_case(Raw(CASE | {"occurrences": services}))

    assert [one.channel for one in told.occurrences] == [ServiceChannel.WEB, ServiceChannel.HOTLINE]
    assert told.channel == ServiceChannel.WEB
    assert [one.channel for one in untold.occurrences] == [ServiceChannel.OTHER, ServiceChannel.HOTLINE]
    assert untold.channel is None


def test_what_the_sender_calls_an_item_is_no_part_of_the_case():
    assert judge_case(Raw(CASE | {"item_name": "某事项"})) == judge_case(Raw(CASE))
    assert refused(judge_case, Raw(CASE | {"item_name": "x" * 301})).field == "item_name"
