from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.kernel.actor import OPERATOR
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


@pytest.fixture(autouse=True)
def _door(settings) -> None:
    settings.ROOT_URLCONF = "tests.doors.api.urls"


class Caller:
    """A registered program with its key."""

    def __init__(self, name: str, division: str, now: datetime) -> None:
        self.id, self.key = accounts.create_client(name=name, division_code=division, by=OPERATOR, now=now)

    def headers(self, **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", **{k.replace("_", "-"): v for k, v in more.items()}}

    def post(self, what: str, body: bytes, *, kind: str = "application/json", **more: str) -> Answer:
        # The client of the tests leaves the header out for an empty body; real ones do not.
        headers = self.headers(**more) | {"Content-Type": kind}
        return Client().post(f"/api/v1/{what}", body, content_type=kind, headers=headers)

    def send(self, what: str, *items: object, **more: str) -> list[dict[str, Any]]:
        answer = self.post(what, json.dumps({"items": items}).encode(), **more)
        assert answer.status_code == 200, answer.content.decode()
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def get(self, path: str, **more: str) -> Answer:
        return Client().get(f"/api/v1/{path}", headers=self.headers(**more))


@pytest.fixture
def moment() -> datetime:
    """Views look at the real clock."""
    return timezone.now()


@pytest.fixture
def caller(db: None, moment: datetime) -> Caller:
    worlds.build(moment)
    return Caller("hall", worlds.CITY, moment)


@pytest.fixture
def problem():
    """Check that an answer is a problem of this status and code; returns it."""

    def check(answer: Answer, status: int, code: str) -> dict[str, Any]:
        assert answer.status_code == status, answer.content.decode()
        assert answer.headers["Content-Type"] == "application/problem+json"
        told: dict[str, Any] = json.loads(answer.content)
        assert set(told) == {"type", "title", "status", "detail", "field", "remedy"}
        assert (told["status"], told["type"]) == (status, f"/api/v1/docs#{code}")
        assert told["title"]
        assert told["detail"]
        assert told["remedy"]
        assert "{" not in told["detail"].replace('{"items"', "") + told["remedy"].replace('{"items"', "")
        return told

    return check
