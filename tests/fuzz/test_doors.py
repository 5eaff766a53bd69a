"""Whatever comes to a door: never a fault of ours, and what is said to be taken is in the books."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.cases.models import Case
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.exchange import actions as exchange
from haochaping.exchange.models import QuarantinedRecord, Visit
from haochaping.kernel.actor import OPERATOR
from haochaping.reviews.models import Review
from tests import worlds
from tests.fuzz.corpus import fuzzed
from tests.peers.fujian import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.urls("tests.fuzz.urls")
_FEW = 25


@pytest.fixture
def world(db: None) -> None:
    now = timezone.now()
    worlds.build(now)
    for dialect in _CALLS:
        row = {"code": dialect, "name": dialect, "division": worlds.CITY}
        assert directory.put(Kind.PLATFORMS, [row], by=OPERATOR, now=now) == []
        keys = {"mark": "m", "word": "w"} if dialect == "fujian-2019" else {}
        exchange.set_source(dialect, dialect=dialect, keys=keys, unsigned=True, by=OPERATOR, now=now)


def stored() -> int:
    return (
        Case.objects.count()
        + Review.objects.count()
        + QuarantinedRecord.objects.count()
        + Visit.objects.count()
    )


_CALLS: dict[str, tuple[str, str, Callable[[Any], bool]]] = {
    "jining": ("hcp/addEvaluateService", "application/json", lambda told: told["custom"]["code"] == "1"),
    "shandong": (
        "case",
        "application/json",
        lambda told: told["C-Response-Desc"] == "success" and told["C-Response-Body"]["success"] == "true",
    ),
    "beijing": (
        "pubservice/appraise4OT/reShareApprInfo",
        "application/x-www-form-urlencoded",
        lambda told: told["success"] is True,
    ),
    "zhejiang-ningbo": (
        "zwztapi/offlinereport.do",
        "application/x-www-form-urlencoded",
        lambda told: told["result"] == "0",
    ),
    "zhejiang-shaoxing": ("queryPublishurl", "application/json", lambda told: told["success"] is True),
    "shandong-aggregation": ("receiveBasicInfo", "application/json", lambda told: told["success"] == "true"),
    "fujian-2019": ("ws/evaluation", "text/xml", lambda told: told.ok),
}


@pytest.mark.parametrize("dialect", _CALLS)
def test_a_dialect(world, dialect):
    path, kind, took = _CALLS[dialect]

    def attempt(data: bytes) -> None:
        with transaction.atomic():
            before = stored()
            answer = Client().post(f"/wire/{dialect}/{dialect}/{path}", data, content_type=kind)
            assert answer.status_code == 200, answer.content
            told = Answer(answer.content) if dialect == "fujian-2019" else json.loads(answer.content)
            assert not took(told) or stored() > before, "said to be taken, and is nowhere"
            transaction.set_rollback(True)

    fuzzed(f"wire-{dialect}", attempt, few=_FEW)


def test_the_evaluators_address(world):
    def attempt(data: bytes) -> None:
        with transaction.atomic():
            before = stored()
            answer = Client().get("/wire/anhui/evaluate", QUERY_STRING=data.decode("latin-1"))
            assert answer.status_code in {303, 400}
            assert (answer.status_code == 303) == (stored() > before)
            transaction.set_rollback(True)

    fuzzed("anhui", attempt, few=_FEW)


@pytest.mark.parametrize("what", ["cases", "reviews"])
def test_the_api(world, what):
    now = timezone.now()
    worlds.take_case("YC-1", now)
    key = accounts.create_client(name="hall", division_code=worlds.CITY, by=OPERATOR, now=now)[1]
    # The client of the tests leaves the type out for an empty body; real ones do not.
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def attempt(data: bytes) -> None:
        with transaction.atomic():
            before = stored()
            answer = Client().post(f"/api/v1/{what}", data, content_type="application/json", headers=headers)
            assert answer.status_code in {200, 400, 413}, answer.content
            if answer.status_code == 200:
                told = [row["outcome"] for row in answer.json()["results"]]
                assert len(told) == len(json.loads(data)["items"])
                kept = sum(outcome in {"accepted", "quarantined"} for outcome in told)
                assert not kept or stored() > before
            else:
                assert answer.json()["detail"]
                assert stored() == before
            transaction.set_rollback(True)

    fuzzed(f"api-{what}", attempt, few=_FEW)
