"""Whatever is sent: one outcome per item, in order, and never a fault of ours."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haochaping.doors.api.document import CASE_REASONS, REVIEW_REASONS
from haochaping.exchange.rules import (
    APPLICANT_FIELDS,
    CASE_FIELDS,
    OCCURRENCE_FIELDS,
    REVIEW_FIELDS,
    REVIEWER_FIELDS,
)
from haochaping.kernel.outcomes import OutcomeKind
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

    from tests.doors.api.conftest import Caller

pytestmark = pytest.mark.django_db

TEXTS = st.one_of(
    st.text(max_size=20),
    st.text(st.characters(categories=["Cc", "Cs", "Co", "Lo"]), max_size=8),
    st.sampled_from(
        [
            "",
            "5",
            "5 ",
            "\0",
            "\ud800",
            "{field}",
            "%s",
            "2026-06-01",
            "9999-12-31T23:59:59-14:00",
            "1e999",
            "a" * 600,
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(),
    st.sampled_from([0, 1, 5, 6, 10**400, -1, 2**63]),
    st.floats(allow_nan=False, allow_infinity=False),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)
PERSON = st.dictionaries(
    st.sampled_from(["name", "phone", "certificate_type", "certificate_no", "kind", "birth_year", "agent"]),
    JSON,
)
OCCURRENCE = st.dictionaries(
    st.sampled_from(["no", "name", "stage", "at", "channel", "hall", "window", "staff"]), JSON
)


def changed(item: dict[str, object], fields: frozenset[str]) -> st.SearchStrategy[object]:
    """A whole item with up to three fields replaced by anything, or anything at all."""
    nearly = st.one_of(JSON, PERSON, st.lists(OCCURRENCE, max_size=3))
    changes = st.dictionaries(st.one_of(st.sampled_from(sorted(fields)), TEXTS), nearly, max_size=3)
    return st.one_of(JSON, changes.map(lambda found: item | found))


ODD: list[object] = [
    *(
        "",
        "5",
        "5 ",
        "x",
        "\0",
        "\ud800",
        "{field}",
        "%s",
        "2026-06-01",
        "9999-12-31T23:59:59-14:00",
        "a" * 600,
    ),
    *(0, 1, 5, 6, -1, 2**63, 10**400, 0.5, 1e308),
    *(None, True, False, [], {}, [[]], [{}], [None], ["x"], {"x": 1}, {"no": "x"}, [{"no": "x", "at": []}]),
]


def each_odd(item: dict[str, object], fields: frozenset[str]) -> list[object]:
    """The item with each of its fields replaced by each odd value in turn."""
    return [*ODD, *(item | {field: odd} for field in sorted(fields) for odd in ODD)]


def check(caller: Caller, what: str, items: list[object], known: set[str]) -> None:
    # As a program in C writes it: 1e999 is valid JSON and no number Python can hold.
    body = re.sub('"1e999"(?!:)', "1e999", json.dumps({"items": items}))

    answer = caller.post(what, body.encode())

    assert answer.status_code == 200, answer.content.decode()
    results = answer.json()["results"]
    assert [result["index"] for result in results] == list(range(len(items)))
    for result in results:
        assert result["outcome"] in set(OutcomeKind)
        taken = result["outcome"] in {"accepted", "updated", "duplicate"}
        assert (result["reason"] is None) == taken
        assert (result["id"] is None) == (
            result["outcome"] == "refused"
            and result["reason"]["code"] not in {"conflict", "forbidden_status"}
        )
        if not taken:
            assert result["reason"]["code"] in known
            assert result["reason"]["message"]
            assert result["reason"]["remedy"]


quiet = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@quiet
@given(data=st.data())
def test_any_review(caller, moment: datetime, data):
    worlds_case = worlds.case("YC-1", moment)
    caller.send("cases", worlds_case)
    item = changed(worlds.review("YC-1", 4, moment), REVIEW_FIELDS)

    check(
        caller, "reviews", data.draw(st.lists(item, min_size=1, max_size=4)), {r.code for r in REVIEW_REASONS}
    )


@quiet
@given(data=st.data())
def test_any_case(caller, moment: datetime, data):
    item = changed(worlds.case("YC-1", moment), CASE_FIELDS)

    check(caller, "cases", data.draw(st.lists(item, min_size=1, max_size=4)), {r.code for r in CASE_REASONS})


def test_each_field_of_a_review_with_each_odd_value(caller, moment: datetime):
    caller.send("cases", worlds.case("YC-1", moment))

    check(
        caller,
        "reviews",
        each_odd(worlds.review("YC-1", 4, moment), REVIEW_FIELDS),
        {r.code for r in REVIEW_REASONS},
    )


def test_each_field_of_a_case_with_each_odd_value(caller, moment: datetime):
    check(caller, "cases", each_odd(worlds.case("YC-1", moment), CASE_FIELDS), {r.code for r in CASE_REASONS})


@pytest.mark.parametrize(
    ("within", "fields"),
    [("applicant", APPLICANT_FIELDS), ("agent", REVIEWER_FIELDS), ("occurrences", OCCURRENCE_FIELDS)],
)
def test_each_field_inside_a_case_with_each_odd_value(caller, moment: datetime, within, fields):
    odd = each_odd({"no": 1, "at": moment.isoformat()} if within == "occurrences" else {}, fields)
    inner: dict[str, list[object]] = {
        "applicant": odd,
        "agent": [{"agent": one} for one in odd],
        "occurrences": [[one] for one in odd],
    }
    field = "occurrences" if within == "occurrences" else "applicant"

    items: list[object] = [worlds.case("YC-1", moment) | {field: one} for one in inner[within]]

    check(caller, "cases", items, {r.code for r in CASE_REASONS})


@quiet
@given(body=st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())))
def test_any_body(caller, body):
    answer = caller.post("cases", body)

    assert answer.status_code in {200, 400}
    assert answer.headers["Content-Type"] in {"application/json", "application/problem+json"}
