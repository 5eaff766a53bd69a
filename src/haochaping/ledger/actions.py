"""账本 writes: append entries, chain them, destroy a salt. No entry is ever changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

import msgspec
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql
from psycopg.types.json import Jsonb

from haochaping.kernel.identifiers import random_pieces, shuffled, uuids7
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
from haochaping.postgres.rows import copy_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

# Any constant will do, so long as nothing else in this database locks by it ("haoc").
_SEQUENCER_LOCK = 0x68616F63
_MOST_IN_A_BATCH = 20_000
_APPEND_ONLY = "ledger_entry, ledger_chain"
_ERASABLE = "ledger_salt, ledger_pending"


_ENTRY: dict[LiteralString, LiteralString] = {
    "id": "uuid",
    "kind": "int2",
    "suite": "int2",
    "day": "date",
    "recorded_at": "timestamptz",
    "actor": "varchar",
    "subject_kind": "varchar",
    "subject_id": "varchar",
    "facts": "jsonb",
    "has_fields": "bool",
    "commitment": "bytea",
    "text_commitment": "bytea",
}
_FACTS = msgspec.json.encode
_NO_FACTS = Jsonb({}, _FACTS)
_SALT: dict[LiteralString, LiteralString] = {"entry_id": "uuid", "name": "varchar", "salt": "bytea"}
_PENDING: dict[LiteralString, LiteralString] = {"entry_id": "uuid"}
_LINK: dict[LiteralString, LiteralString] = {
    "index": "int8",
    "entry_id": "uuid",
    "leaf": "bytea",
    "head": "bytea",
    "chained_at": "timestamptz",
}


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
    actor, day = str(by), local_day(now)
    ids = uuids7(now, len(entries))
    salts: list[tuple[UUID, str, bytes]] = []
    drawn = iter(random_pieces(rules.SALT_BYTES, 2 * len(entries)))
    # While one entry is committed to, the server stores the one before.
    sealed = (
        _sealed(entry_id, new, drawn, salts, suite=suite, day=day, actor=actor, now=now)
        for entry_id, new in zip(ids, entries, strict=True)
    )
    copy_rows("ledger_entry", _ENTRY, sealed)
    copy_rows("ledger_salt", _SALT, salts)
    copy_rows("ledger_pending", _PENDING, ((entry_id,) for entry_id in ids))
    return ids


def _sealed(
    entry_id: UUID,
    new: NewEntry,
    drawn: Iterator[bytes],
    salts: list[tuple[UUID, str, bytes]],
    *,
    suite: Suite,
    day: date,
    actor: str,
    now: datetime,
) -> tuple[object, ...]:
    """An entry's row in the order of `_ENTRY`; its salts, taken from those drawn, are put with the others'."""
    if ROW_FIELD in new.fields:
        raise ValueError(f"the field name “{ROW_FIELD}” is the ledger's own")
    salt = next(drawn)
    salts.append((entry_id, SaltName.FIELDS.value, salt))
    text_commitment = None
    if TEXT_FIELD in new.fields:
        text_salt = next(drawn)
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
    return (
        entry_id,
        new.kind,
        suite,
        day,
        now,
        actor,
        new.subject_kind,
        new.subject_id,
        Jsonb(new.facts, _FACTS) if new.facts else _NO_FACTS,
        bool(new.fields),
        commitment,
        text_commitment,
    )


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
        links.append((index, pk, encoded, head, now))
    copy_rows("ledger_chain", _LINK, links)
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
