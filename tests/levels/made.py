"""Batches as an installation below would make them, and its key."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from haochaping.kernel.actor import OPERATOR
from haochaping.levels import actions, rules
from haochaping.levels.terms import Answer, BatchKind
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime


def city(now: datetime) -> Ed25519PrivateKey:
    """Let a city report to us; returns its key."""
    key = Ed25519PrivateKey.generate()
    text = rules.key_text(rules.public_bytes(key))
    actions.add_peer(
        "city",
        known_as="province",
        division=worlds.CITY,
        key=text,
        sends=False,
        takes=True,
        by=OPERATOR,
        now=now,
    )
    return key


def record(case_no: str, now: datetime, level: int = 0, **review: Any) -> rules.Record:
    """A case, with a review when it has a level; a bad one with its order."""
    told = {"applicant": {"kind": "natural_person"}}
    line: rules.Record = {
        "case": worlds.case(case_no, now) | told,
        "verified": True,
        "reviews": [],
        "orders": [],
    }
    if level:
        given = worlds.review(case_no, level, now) | {"assess_no": 1, "status": "effective"} | review
        line["reviews"] = [
            {name: value for name, value in given.items() if name not in {"source", "case_no"}}
        ]
    if 0 < level < 3:
        line["orders"] = [order(now)]
    return line


def order(now: datetime, **changes: Any) -> dict[str, Any]:
    """How a work order stands below."""
    return {
        "occurrence_no": 1,
        "assess_no": 1,
        "number": "A-1",
        "state": "signed",
        "division": worlds.COUNTY,
        "agency": worlds.AGENCY,
        "item": worlds.ITEM,
        "created_at": now.astimezone(UTC).isoformat(),
        "rectify_due_at": (now + timedelta(days=15)).isoformat(),
    } | changes


def batch(
    key: Ed25519PrivateKey, seq: int, lines: list[rules.Record], now: datetime, **changes: Any
) -> bytes:
    """A signed batch of the city; `changes` are what its manifest says otherwise."""
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
    return rules.pack(rules.head_of(replace(manifest, **changes)), body, key)


def answer_in(content: bytes) -> Answer:
    """What an answer's file says."""
    said = rules.read_head(rules.unpack(content))
    assert isinstance(said, Answer)
    return said
