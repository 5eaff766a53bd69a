"""Entries to test with, and a hand that reaches past the application, which the ledger has to notice."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, LiteralString

import psycopg
import pytest
from django.db import transaction
from psycopg.conninfo import make_conninfo

from haochaping.kernel.actor import SYSTEM
from haochaping.ledger import actions
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
REVIEW = {"case_ref": "c1", "org": "99-A01", "score": "1", "tags": "101,104", "provenance": "citizen"}


def write(*entries: NewEntry, now: datetime = NOW) -> list[UUID]:
    """Append entries and leave them to the sequencer."""
    with transaction.atomic():
        return actions.append(entries, by=SYSTEM, now=now)


def review(subject: str, **fields: str) -> NewEntry:
    """An acceptance entry with fields."""
    return NewEntry(EntryKind.REVIEW_ACCEPTED, "review", subject, {**REVIEW, **fields})


def step(subject: str) -> NewEntry:
    """An internal step with facts only."""
    return NewEntry(EntryKind.ORDER_SIGNED_FOR, "order", subject, facts={"clerk": "staff:7"})


def chain_five() -> list[UUID]:
    """Five entries at the end of the chain, a review with a text among them."""
    actions.chain(now=NOW)
    ids = write(review("r1"), review("r2", text_sha="ab" * 32), step("o1"), step("o2"), review("r3"))
    assert actions.chain(now=NOW) == 5
    return ids


@pytest.fixture
def chained(db: None) -> list[UUID]:
    """Five chained entries in the test's own transaction."""
    return chain_five()


@pytest.fixture
def chained_for_good(committed_db: str) -> list[UUID]:
    """Five chained entries, committed, so that an intruder on another connection finds them."""
    return chain_five()


@pytest.fixture
def owner(committed_db: str) -> Callable[..., None]:
    """Run one statement as the owner of the tables."""

    def run(statement: LiteralString, *parameters: object) -> None:
        url = make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=committed_db)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement, parameters or None)

    return run


@pytest.fixture
def tamper(owner: Callable[..., None]) -> Callable[..., None]:
    """Do what only the tables' owner can: take the guards away, then run one statement."""

    def run(statement: LiteralString, *parameters: object) -> None:
        owner(_UNGUARD)
        owner(statement, *parameters)

    return run


_UNGUARD = """
DO $$
DECLARE link record;
BEGIN
    ALTER TABLE ledger_entry DISABLE TRIGGER USER;
    ALTER TABLE ledger_chain DISABLE TRIGGER USER;
    FOR link IN SELECT conname, conrelid::regclass AS held FROM pg_constraint
                 WHERE confrelid = 'ledger_entry'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', link.held, link.conname);
    END LOOP;
END;
$$
"""
