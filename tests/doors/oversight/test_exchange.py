"""The pages about installations above and below: what a supervisor sees of them, and of the orders handled below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from haochaping.kernel.actor import OPERATOR
from haochaping.levels import actions, rules
from haochaping.levels.terms import BatchKind
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.usefixtures("world")


def told(key: Ed25519PrivateKey, seq: int, lines: list[rules.Record], now: datetime) -> bytes:
    """A batch as the city would write it."""
    body = rules.body_of(lines)
    manifest = rules.manifest_of(
        lines,
        body,
        kind=BatchKind.RECORDS,
        sender="city",
        receiver="province",
        seq=seq,
        period=(now, now),
        now=now,
    )
    return rules.pack(rules.head_of(manifest), body, key)


@pytest.fixture
def city(now: datetime) -> Ed25519PrivateKey:
    """The key of a city that reports to us."""
    key = Ed25519PrivateKey.generate()
    actions.add_peer(
        "city",
        known_as="province",
        division=worlds.CITY,
        key=rules.key_text(rules.public_bytes(key)),
        sends=False,
        takes=True,
        by=OPERATOR,
        now=now,
    )
    return key
