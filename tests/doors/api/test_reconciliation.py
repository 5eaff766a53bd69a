"""`POST reconciliation`, asked by a client written from the guide alone: hashes and sums are worked out here."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.kernel.periods import local_day
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.doors.api.conftest import Caller


class Client:
    """What a business system would write to reconcile its reviews."""

    def __init__(self, caller: Caller, day: str, rows: Sequence[str]) -> None:
        self.caller, self.day, self.rows = caller, day, rows

    def post(self, **message: object) -> Any:
        body = {"source": worlds.SOURCE, "day": self.day, "kind": "reviews"} | message
        return self.caller.post("reconciliation", json.dumps(body).encode())

    def reconciled(self) -> Any:
        told = self.post(statement=sums(self.rows)).json()
        while told["wanted"]:
            told = self.post(parts=[self.part(prefix) for prefix in told["wanted"]]).json()
        return told

    def part(self, prefix: str) -> dict[str, object]:
        rows = [row for row in self.rows if place(row).startswith(prefix)]
        if len(rows) <= 256 or len(prefix) == 3:
            return {"prefix": prefix, "rows": rows}
        digits = sorted({place(row)[len(prefix)] for row in rows})
        return {
            "prefix": prefix,
            "children": {d: sums(row for row in rows if place(row).startswith(prefix + d)) for d in digits},
        }


def place(row: str) -> str:
    return sha256(row.rpartition("\t")[0].encode()).hexdigest()


def first(text: str) -> int:
    return int(sha256(text.encode()).hexdigest()[:16], 16)


def sums(rows: Iterable[str]) -> dict[str, object]:
    found = list(rows)
    parts = [row.rpartition("\t") for row in found]
    digest = sum(first(key) * (first(value) | 1) for key, _, value in parts) % 2**64
    return {
        "count": len(found),
        "total": sum(int(row.rpartition("\t")[2]) for row in found),
        "digest": f"{digest:016x}",
    }


@pytest.fixture
def client(caller, moment) -> Client:
    before = moment - timedelta(days=1)
    rows = []
    for n, level in enumerate([5, 4, 1], start=1):
        worlds.take_case(f"YC-{n}", before)
        worlds.give(f"YC-{n}", level, before)
        rows.append(f"YC-{n}\t1\t1\t{level}")
    return Client(caller, local_day(before).isoformat(), rows)


def test_equal_sums_are_equal(client):
    told = client.reconciled()

    assert (told["state"], told["wanted"], told["differing"]) == ("equal", [], [])
    assert told["here"] == sums(client.rows)


def test_differing_records_are_named(client):
    client.rows = [client.rows[0], "YC-2\t1\t1\t5", "YC-9\t1\t2\t3"]

    told = client.reconciled()

    assert (told["state"], told["count"]) == ("differing", 3)
    assert told["differing"] == [
        {"key": "YC-2\t1\t1", "here": "4", "told": "5"},
        {"key": "YC-3\t1\t1", "here": "1", "told": ""},
        {"key": "YC-9\t1\t2", "here": "", "told": "3"},
    ]


def test_many_rows_are_told_part_by_part(client):
    client.rows = [*client.rows, *(f"ZZ-{n}\t1\t1\t5" for n in range(700))]

    told = client.reconciled()

    assert (told["count"], len(told["differing"])) == (700, 700)


def test_a_small_day_takes_one_message(client):
    rows = client.rows[:2]

    told = client.post(statement=sums(rows), parts=[{"prefix": "", "rows": rows}]).json()

    assert (told["state"], told["count"]) == ("differing", 1)


@pytest.mark.parametrize(
    ("message", "status", "code"),
    [
        ({"kind": "people"}, 400, "bad_statement"),
        ({"more": 1}, 400, "bad_statement"),
        ({"statement": {"count": -1, "total": 0, "digest": "0" * 16}}, 400, "bad_statement"),
        ({"statement": {"count": 1, "total": 0, "digest": "x"}}, 400, "bad_statement"),
        ({"parts": [{"prefix": "xyz"}]}, 400, "bad_statement"),
        ({"day": "2099-01-01", "statement": sums([])}, 400, "day_not_over"),
        ({"source": "nobody", "statement": sums([])}, 404, "no_such_platform"),
        ({"parts": []}, 409, "nothing_compared"),
    ],
)
def test_what_cannot_be_taken_is_said(client, problem, message, status, code):
    problem(client.post(**message), status, code)


@pytest.mark.parametrize(
    ("row", "code"),
    [("YC-1\t1\t1\t9", "not_a_row"), ("\0\t1\t1\t5", "not_a_row"), ("YC-1\t1\t1\t5", "row_twice")],
)
def test_a_row_that_is_none_is_named(client, problem, row, code):
    client.post(statement=sums([]))

    problem(client.post(parts=[{"prefix": "", "rows": [client.rows[0], row]}]), 400, code)


def test_only_for_clients_of_that_place(client, problem, moment):
    from tests.doors.api.conftest import Caller

    other = Client(Caller("other", worlds.OTHER_CITY, moment), client.day, [])

    problem(other.post(statement=sums([])), 403, "out_of_scope")
    problem(client.caller.post("reconciliation", b"[1"), 400, "not_json")
    problem(client.caller.post("reconciliation", b"\xff"), 400, "not_utf8")
