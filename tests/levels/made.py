"""Batches as an installation below would make them, and its key."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from haochaping.kernel.actor import OPERATOR
from haochaping.ledger.terms import Suite
from haochaping.levels import actions, keys, queries, rules
from haochaping.levels.terms import Answer, BatchKind
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.levels.keys import Keys


def city(now: datetime, suite: Suite = Suite.INTL, code: str = "city") -> Keys:
    """Let a city report to us; returns its keys."""
    theirs = keys.own(b"c" * 32, suite)
    actions.add_peer(
        code,
        known_as="province",
        division=worlds.CITY,
        key=keys.key_text(theirs),
        sends=False,
        takes=True,
        by=OPERATOR,
        now=now,
    )
    return theirs


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


def batch(theirs: Keys, seq: int, lines: list[rules.Record], now: datetime, **changes: Any) -> bytes:
    """A signed batch of the city, sealed for us; `changes` are what its manifest says otherwise."""
    return sealed(plain(theirs, seq, lines, now, **changes), theirs.suite)


def sealed(content: bytes, suite: Suite = Suite.INTL) -> bytes:
    """A file as it leaves for us."""
    return keys.sealed(content, suite, queries.our_keys(suite).public)


def plain(theirs: Keys, seq: int, lines: list[rules.Record], now: datetime, **changes: Any) -> bytes:
    """The same before it is sealed."""
    body = rules.body_of(lines)
    kind = BatchKind.RECORDS if all("case" in line for line in lines) else BatchKind.STATEMENT
    manifest = rules.manifest_of(
        lines,
        body,
        kind=kind,
        sender="city",
        receiver="province",
        seq=seq,
        period=(now, now),
        now=now,
    )
    return rules.pack(rules.head_of(replace(manifest, **changes)), body, theirs)


def answer_in(content: bytes) -> Answer:
    """What an answer's file says to the city."""
    said = rules.read_head(rules.unpack(keys.opened(content, b"c" * 32)))
    assert isinstance(said, Answer)
    return said
