"""账本 writes: append entries, chain them, destroy a salt. No entry is ever changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from haochaping.kernel.identifiers import random_bytes, shuffled, uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import rules
from haochaping.ledger.models import ChainLink, Entry, Pending, Salt
from haochaping.ledger.terms import (
    ROW_FIELD,
    SALT_GONE,
    SUITES,
    TEXT_FIELD,
    EntryKind,
    NewEntry,
    SaltName,
    Suite,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.kernel.actor import Actor

# Any constant will do, so long as nothing else in this database locks by it ("haoc").
_SEQUENCER_LOCK = 0x68616F63
_MOST_IN_A_BATCH = 20_000
_APPEND_ONLY = "ledger_entry, ledger_chain"
_ERASABLE = "ledger_salt, ledger_pending"


# An entry as it is inserted: id, kind, subject kind, subject id, facts, has_fields, commitment, text
# commitment.
type _EntryRow = tuple[UUID, int, str, str, str, bool, bytes, bytes | None]
type _SaltRow = tuple[UUID, str, bytes]

_INSERT_ENTRIES: LiteralString = """
    INSERT INTO ledger_entry (recorded_at, suite, day, actor,
                              id, kind, subject_kind, subject_id, facts, has_fields, commitment,
                              text_commitment)
    SELECT %s, %s, %s, %s, new.*
      FROM unnest(%s::uuid[], %s::smallint[], %s::text[], %s::text[], %s::jsonb[], %s::boolean[], %s::bytea[],
                  %s::bytea[]) AS new
"""
_INSERT_SALTS: LiteralString = """
    INSERT INTO ledger_salt (entry_id, name, salt) SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bytea[])
"""
_INSERT_LINKS: LiteralString = """
    INSERT INTO ledger_chain (chained_at, index, entry_id, leaf, head)
    SELECT %s, new.* FROM unnest(%s::bigint[], %s::uuid[], %s::bytea[], %s::bytea[]) AS new
"""
_INSERT_PENDING: LiteralString = "INSERT INTO ledger_pending (entry_id) SELECT * FROM unnest(%s::uuid[])"


def append(entries: Sequence[NewEntry], *, by: Actor, now: datetime) -> list[UUID]:
    """Record entries in the caller's transaction, so that they stand or fall with what they record.

    Returns their ids in order.

    Raises:
        RuntimeError: called outside a transaction.
        ValueError: a field has the name that the ledger keeps for itself.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("ledger.append joins the transaction of what it records; open one first")
    suite = SUITES[settings.SUITE]
    actor = str(by)
    sealed = [_sealed(new, suite=suite, actor=actor, now=now) for new in entries]
    ids = [row[0] for row, _ in sealed]
    _insert(_INSERT_ENTRIES, [row for row, _ in sealed], now, suite, local_day(now), actor)
    _insert(_INSERT_SALTS, [salt for _, salts in sealed for salt in salts])
    _insert(_INSERT_PENDING, [(entry_id,) for entry_id in ids])
    return ids


def _sealed(new: NewEntry, *, suite: Suite, actor: str, now: datetime) -> tuple[_EntryRow, list[_SaltRow]]:
    if ROW_FIELD in new.fields:
        raise ValueError(f"the field name “{ROW_FIELD}” is the ledger's own")
    entry_id = uuid7(now)
    salt = random_bytes(rules.SALT_BYTES)
    salts: list[_SaltRow] = [(entry_id, SaltName.FIELDS.value, salt)]
    text_commitment = None
    if TEXT_FIELD in new.fields:
        text_salt = random_bytes(rules.SALT_BYTES)
        salts.append((entry_id, SaltName.TEXT.value, text_salt))
        text = {TEXT_FIELD: new.fields[TEXT_FIELD]}
        text_commitment = rules.committed(suite, text_salt, text)[TEXT_FIELD]
    row = rules.row_value(
        entry_id=entry_id,
        recorded_at=now,
        actor=actor,
        subject_kind=new.subject_kind,
        subject_id=new.subject_id,
        facts=new.facts,
    )
    commitment = rules.entry_commitment(
        suite, salt=salt, row=row, fields=new.fields, text_commitment=text_commitment
    )
    facts = json.dumps(dict(new.facts), ensure_ascii=False)
    subject = (int(new.kind), new.subject_kind, new.subject_id)
    return (entry_id, *subject, facts, bool(new.fields), commitment, text_commitment), salts


def _insert(statement: LiteralString, rows: Sequence[tuple[Any, ...]], *same: Any) -> None:
    """Insert rows as columns: one statement whatever their number, four times as fast as model by model."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [*same, *(list(column) for column in zip(*rows, strict=True))])


@transaction.atomic
def chain(*, now: datetime) -> int:
    """Chain every committed entry that is not chained yet; return how many.

    One sequencer works at a time: a second call while one is at work returns 0 at once, and no writer ever
    waits. Which entries are waiting is known from rows they wrote themselves, not from a position in time,
    so an entry that commits late is chained late and never skipped. Within a batch the order is drawn at
    random: who watches the counter cannot match a place in the chain to a person (trust.md §2.2).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEQUENCER_LOCK])
        if cursor.fetchone() != (True,):
            return 0
    waiting = Pending.objects.order_by("entry_id").values_list("entry_id", flat=True)[:_MOST_IN_A_BATCH]
    batch = shuffled(
        Entry.objects.filter(pk__in=list(waiting)).values_list("pk", "day", "kind", "suite", "commitment")
    )
    last = ChainLink.objects.order_by("-index").values_list("index", "head").first()
    index, head = (last[0], bytes(last[1])) if last else (-1, rules.GENESIS)
    links = []
    for index, (pk, day, kind, suite, commitment) in enumerate(batch, start=index + 1):  # noqa: B020
        encoded = rules.leaf(day, kind, Suite(suite), bytes(commitment))
        head = rules.next_head(head, encoded)
        links.append((index, pk, encoded, head))
    _insert(_INSERT_LINKS, links, now)
    Pending.objects.filter(pk__in=[pk for pk, *_ in batch]).delete()
    return len(links)


@transaction.atomic
def destroy_salt(entry_id: UUID, name: SaltName, *, by: Actor, now: datetime, reason: str) -> UUID:
    """Destroy one salt, so that nobody can ever prove or guess what it protected.

    Returns the id of the entry that records it.

    `reason` is a code or a clause, kept readable for ever: no personal data in it.

    Raises:
        Refused: `SALT_GONE` when there is no such salt (any more).
    """
    deleted, _ = Salt.objects.filter(entry_id=entry_id, name=name).delete()
    if not deleted:
        raise Refused(SALT_GONE, field="name", name=str(name))
    facts = {"salt": str(name), "reason": reason}
    new = NewEntry(EntryKind.SALT_DESTROYED, "entry", str(entry_id), facts=facts)
    return append([new], by=by, now=now)[0]


def grants(role: str) -> list[str]:
    """The statements that give the application's role what it needs of these tables and nothing more.

    To be run by the tables' owner after every migration and after any broader GRANT.
    """
    name = sql.Identifier(role).as_string()
    return [
        f"REVOKE ALL ON {_APPEND_ONLY}, {_ERASABLE} FROM {name}",
        f"GRANT SELECT, INSERT ON {_APPEND_ONLY} TO {name}",
        f"GRANT SELECT, INSERT, DELETE ON {_ERASABLE} TO {name}",
    ]
