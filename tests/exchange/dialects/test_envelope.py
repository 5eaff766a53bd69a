"""Lists in envelopes: nothing that stands in a message is left unread."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from haochaping.exchange.dialects import shelf
from haochaping.exchange.dialects.envelope import Keys, Message, open_message
from haochaping.exchange.dialects.terms import Does, Operation, Step
from haochaping.kernel.refused import Refused

_JSON = Step("json")


def _operation(*steps: Step, does: Does = Does.INTAKE) -> Operation:
    found = shelf.dialect("shandong", None)
    assert found
    return replace(found.operations[0], steps=steps, does=does, inside=())


def _records(operation: Operation, body: object) -> list[object]:
    return list(open_message(operation, Message(body=json.dumps(body).encode()), Keys({})).records)


def test_all_that_stand_beside_the_first_are_read_each_with_all_its_records():
    operation = _operation(_JSON, Step("pick", "data.0"), _JSON)

    assert _records(operation, {"data": ['[{"n": 1}, {"n": 2}]', '{"n": 3}']}) == [
        {"n": 1},
        {"n": 2},
        {"n": 3},
    ]
    assert _records(operation, {"data": ['{"n": 1}']}) == [{"n": 1}]


@pytest.mark.parametrize(
    ("operation", "body", "code", "field"),
    [
        (_operation(_JSON, Step("pick", "data.0"), _JSON), {"data": ["{}", "{"]}, "not_json", ""),
        (_operation(_JSON, Step("pick", "data.0"), _JSON), {"data": ["{}", 7]}, "bad_envelope", "data.1"),
        (_operation(_JSON, Step("pick", "data.0")), {"data": [{}, "x"]}, "bad_envelope", "data.1"),
        (_operation(_JSON, Step("pick", "a.0.b")), {"a": [{"b": {}}, {"b": {}}]}, "too_many_records", "a"),
        (_operation(_JSON, Step("pick", "a.0")), {"a": [{}] * 1001}, "too_many_records", "a"),
        (_operation(_JSON, Step("pick", "a.0")), {"a": []}, "missing", "a.0"),
        (_operation(_JSON, Step("unwrap", "a.0")), {"a": [{}, {}]}, "too_many_records", "a"),
        (_operation(_JSON, does=Does.PENDING), [{}, {}], "too_many_records", "body"),
        (_operation(_JSON, Step("pick", "a"), does=Does.STATUS), {"a": [{}, {}]}, "too_many_records", "a"),
    ],
)
def test_what_cannot_all_be_read_is_refused_by_its_place(operation, body, code, field):
    with pytest.raises(Refused) as refused:
        _records(operation, body)

    assert (refused.value.code, refused.value.complaint.field) == (code, field)
