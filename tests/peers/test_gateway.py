"""Signatures in the headers of a queue gateway, HMAC with SM3: its client against the running server."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from haochaping.cases.models import Case
from haochaping.exchange.dialects import sm
from haochaping.exchange.models import WireSignature
from haochaping.reviews.models import Review
from tests.doors.commands.test_commands import run
from tests.peers.gateway import REVIEW, Gateway, hmac_sm3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.peers.conftest import Source

_EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "dialects" / "queue-gateway.toml"
_KEYS = {"mark": "APP", "word": "a token"}


class _There(Gateway):
    """The client, and where the server listens."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.send, app_key="APP", org_token="a token")
        self.address = f"http://127.0.0.1:{source.port}/wire/queue-gateway/{source.code}/"


@pytest.fixture
def there(source: Callable[..., Source], place: Callable[..., None]) -> Iterator[_There]:
    """A platform whose dialect is the example, put into the installation's folder."""
    place("990100000000", "990100000000_GW", REVIEW["itemCode"])
    file = settings.DIALECTS_DIR / _EXAMPLE.name
    file.parent.mkdir(exist_ok=True)
    shutil.copy(_EXAMPLE, file)
    yield _There(source("queue-gateway", "gw", "990100000000", keys=_KEYS))
    file.unlink()


def test_what_it_signs_is_taken(there):
    assert there.say() == ""
    assert there.say(bizSerNo="GW0002") == ""

    assert list(Case.objects.values_list("verified", flat=True)) == [True, True], (
        "signed, so it is its source's word"
    )
    assert list(Review.objects.values_list("level", flat=True)) == [4, 4]


def test_the_same_message_again_is_the_same_and_another_under_its_signature_is_none(there):
    headers = there.headers()
    assert there.say(headers) == ""
    assert there.say(headers) == ""

    assert "x-sop-signature" in there.say(headers, bizSerNo="GW0002")
    louder = headers | {"x-sop-signature": headers["x-sop-signature"].upper()}
    assert "x-sop-signature" in there.say(louder, bizSerNo="GW0002")

    assert (Case.objects.count(), Review.objects.count(), WireSignature.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"x-sop-signature": "0" * 64}, "x-sop-signature"),
        ({"x-sop-signature": ""}, "x-sop-signature"),
        ({"x-sop-nonce": "another"}, "x-sop-signature"),
        ({"x-sop-nonce": ""}, "x-sop-nonce"),
        ({"x-sop-timestamp": "a millisecond later"}, "x-sop-signature"),
        ({"x-sop-timestamp": "yesterday"}, "x-sop-timestamp"),
        ({"x-sop-pinId": "OTHER"}, "x-sop-pinId"),
    ],
)
def test_what_is_forged_is_refused_by_the_name_of_the_header(there, wrong, named):
    headers = there.headers()
    if wrong.get("x-sop-timestamp") == "a millisecond later":
        wrong = {"x-sop-timestamp": str(int(headers["x-sop-timestamp"]) + 1)}
    assert named in there.say(headers | wrong)
    assert not Case.objects.exists()


def test_a_token_of_another_and_a_clock_that_is_wrong(there):
    there.now = lambda: time.time() - 6 * 60
    assert "x-sop-timestamp" in there.say()
    there.now, there.org_token = time.time, "another"
    assert "x-sop-signature" in there.say()
    assert not Case.objects.exists()


def test_an_administrator_can_send_one(there, tmp_path):
    record = tmp_path / "record.json"
    record.write_text(json.dumps(REVIEW), encoding="utf-8")
    keys = [word for name, value in _KEYS.items() for word in ("--key", f"{name}={value}")]

    sent = run("dialect", "simulate", str(_EXAMPLE), "review", there.address, str(record), *keys)

    assert '"Error": null' in sent.output, sent.output
    assert Review.objects.count() == 1


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 200])
def test_the_mac_is_that_of_the_standard(length):
    key = bytes(range(length))
    assert sm.hmac_sm3(key or b"\0", b"message").hex() == hmac_sm3(key, b"message")
