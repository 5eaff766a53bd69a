"""`GET quality/{day}/rows` as the role that a key has: every rule of a card gives all its rows, and nobody else's."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.db import transaction

from haochaping.exchange.quality.rules import DAILY
from haochaping.exchange.quality.terms import Sample
from haochaping.flows import judge_quality
from tests import worlds
from tests.doors.api.conftest import Caller
from tests.quality import clean as clean_world
from tests.quality.clean import DAY, EVENING, ONLINE
from tests.quality.mutations import FAULTS

pytestmark = pytest.mark.django_db
_HALL = worlds.SOURCE
_FAULT = {rule: put_in for rule, _, put_in in reversed(FAULTS)}


def _rows(caller: Caller, rule: str, source: str = _HALL) -> set[Sample]:
    """All rows of a rule, page by page."""
    found: list[Sample] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {"source": source, "rule": rule} | ({"cursor": cursor} if cursor else {})
        answer = caller.get(f"quality/{DAY}/rows?{urlencode(asked)}")
        assert answer.status_code == 200, (rule, answer.content.decode())
        told = answer.json()
        found += [Sample(**row) for row in told["rows"]]
        cursor = told["cursor"]
    assert len(found) == len(set(found))
    return set(found)


def test_every_rule_gives_its_rows_to_the_source_and_its_parent_and_to_nobody_else():
    clean = clean_world.build()
    source, parent, neighbour = (
        Caller(place, place, EVENING) for place in (worlds.CITY, worlds.PROVINCE, worlds.OTHER_CITY)
    )
    assert {rule.id for rule in DAILY} == _FAULT.keys()
    for rule, put_in in _FAULT.items():
        with transaction.atomic():
            known = put_in(clean)

            found = {code: _rows(source, rule, code) for code in (_HALL, ONLINE)}

            assert {(row.kind, row.id) for rows in found.values() for row in rows} == known, rule
            for code, rows in found.items():
                assert (
                    rows == set(judge_quality.failing_rows(code, DAY, rule)) == _rows(parent, rule, code)
                ), rule
            assert not found[_HALL] & {row for row in found[ONLINE] if row.id}, rule
            asked = urlencode({"source": _HALL, "rule": rule})
            assert neighbour.get(f"quality/{DAY}/rows?{asked}").status_code == 404, rule
            transaction.set_rollback(True)
