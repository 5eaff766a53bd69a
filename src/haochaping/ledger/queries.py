"""账本 reads: the head, the timeline of a subject, and the questions by which a ledger is checked."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from django.db import connection
from django.db.models import Count, Min

from haochaping.kernel.identifiers import first_uuid7
from haochaping.ledger import rules
from haochaping.ledger.models import ChainLink, Entry, Pending, Salt
from haochaping.ledger.terms import (
    TEXT_FIELD,
    Break,
    BreakKind,
    EntryKind,
    EntryRow,
    Head,
    Lag,
    Mismatch,
    MismatchKind,
    SaltName,
    Suite,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

_BATCH = 2_000
# An entry may wait this long for the sequencer before that is called a break.
PATIENCE = timedelta(seconds=60)
_SQL = Path(__file__).parent / "sql"
_ENTRIES = (_SQL / "entries.sql").read_text()
_LINKS = (_SQL / "links.sql").read_text()
_UNCHAINED = (_SQL / "unchained.sql").read_text()


def head() -> Head | None:
    """The end of the chain; None before the first entry was chained."""
    last = ChainLink.objects.order_by("-index").values_list("index", "head", "chained_at").first()
    return Head(last[0], bytes(last[1]), last[2]) if last else None


def head_at(index: int) -> str:
    """The head after a link of the chain, in hex; "" when there is no such link."""
    found = ChainLink.objects.filter(index=index).values_list("head", flat=True).first()
    return bytes(found).hex() if found is not None else ""


def head_before(moment: datetime) -> Head | None:
    """The end of the chain as it was just before a moment; None when nothing had been chained."""
    # From the end backwards by the index: the moment lies days back at most, whatever the length of the chain.
    links = ChainLink.objects.filter(chained_at__lt=moment).order_by("-index")
    last = links.values_list("index", "head", "chained_at").first()
    return Head(last[0], bytes(last[1]), last[2]) if last else None


def lag() -> Lag:
    """What the sequencer has still to chain."""
    found = Pending.objects.aggregate(waiting=Count("pk"), oldest=Min("entry__recorded_at"))
    return Lag(found["waiting"], found["oldest"])


def chained_after(index: int, *, limit: int) -> list[EntryRow]:
    """What was chained after a place, in the order of the chain: for whoever keeps a bookmark.

    A late commit is chained late, so that nothing is ever put in before a bookmark.
    """
    rows = ChainLink.objects.filter(index__gt=index).order_by("index")
    found = rows.values_list(
        "entry_id",
        "entry__kind",
        "entry__recorded_at",
        "entry__actor",
        "entry__subject_kind",
        "entry__subject_id",
        "entry__facts",
        "index",
    )
    return [EntryRow(row[0], EntryKind(row[1]), *row[2:7], index=row[7]) for row in found[:limit]]


def entries_of(subject_kind: str, subject_id: str, *, limit: int = 1000) -> list[EntryRow]:
    """Everything recorded about one subject, oldest first; of more than `limit` entries the newest."""
    if "\0" in subject_kind + subject_id:  # the database could not even be asked
        return []
    rows = Entry.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by(
        "-recorded_at", "-id"
    )
    entries = rows.values_list("id", "kind", "recorded_at", "actor", "subject_kind", "subject_id", "facts")
    found = list(entries[:limit])[::-1]
    links = ChainLink.objects.filter(entry__in=[row[0] for row in found])
    indexes = dict(links.values_list("entry_id", "index"))
    return [EntryRow(row[0], EntryKind(row[1]), *row[2:], index=indexes.get(row[0])) for row in found]


def entries_by(
    *,
    actor: str = "",
    kind: EntryKind | None = None,
    subject: tuple[str, str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[EntryRow]:
    """What was recorded of an actor (`kind:id`), of a kind, of a subject (kind, id), in a period; newest first.

    What is left out does not matter; without an id, all subjects of the kind are meant. `index` is not looked up.
    """
    # Ids begin with the moment, so that their own index serves every period.
    asked = {
        "actor": actor or None,
        "actor__startswith": "staff:" if actor.startswith("staff:") else None,
        "kind": kind,
        "subject_kind": (subject and subject[0]) or None,
        "subject_id": (subject and subject[1]) or None,
        "id__gte": since and first_uuid7(since),
        "id__lt": until and first_uuid7(until),
    }
    where = {name: value for name, value in asked.items() if value is not None}
    rows = Entry.objects.filter(**where).order_by("-id")
    entries = rows.values_list("id", "kind", "recorded_at", "actor", "subject_kind", "subject_id", "facts")
    return [
        EntryRow(row[0], EntryKind(row[1]), *row[2:], index=None) for row in entries[offset : offset + limit]
    ]


def count(kind: EntryKind) -> int:
    """How many entries of a kind there are."""
    return Entry.objects.filter(kind=kind).count()


def subjects_of(kind: EntryKind) -> Iterator[str]:
    """The subject of every entry of a kind, oldest first; as often as there are entries."""
    after = UUID(int=0)
    while rows := list(
        Entry.objects.filter(kind=kind, pk__gt=after).order_by("pk").values_list("pk", "subject_id")[:_BATCH]
    ):
        yield from (subject for _, subject in rows)
        after = rows[-1][0]


def subjects_without_exactly_one(kind: EntryKind, subject_ids: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Those of the subjects whose number of entries of a kind is not one, with that number."""
    for batch in batched(subject_ids, _BATCH, strict=False):
        found = Counter(
            Entry.objects.filter(kind=kind, subject_id__in=batch).values_list("subject_id", flat=True)
        )
        yield from ((subject, found[subject]) for subject in batch if found[subject] != 1)


def openings(entry_id: UUID, names: Iterable[str]) -> dict[str, bytes]:
    """The keys that open the named fields of an entry (k_i, 32 bytes each); never a salt.

    A field whose salt was destroyed is absent, and so is every field of an entry that does not exist.
    """
    keys = {}
    for entry in _entries("e.id = %s", [entry_id]):
        for name in names:
            salt = entry.text_salt if name == TEXT_FIELD else entry.fields_salt
            if salt is not None:
                keys[name] = rules.field_key(Suite(entry.suite), salt, name)
    return keys


def keys_of(kind: EntryKind, subject_ids: Iterable[str], name: str) -> dict[str, bytes]:
    """By subject the key of a field name (k_i, 32 bytes) under the salt of its entry of a kind that happens once a subject.

    The name need be none of the entry's fields: what it gives was fixed with the salt when the entry was written, and
    nobody can know it beforehand. A subject without such an entry, or whose salt was destroyed, is absent.
    """
    keys = {}
    for batch in batched(subject_ids, _BATCH, strict=False):
        salts = Salt.objects.filter(name=SaltName.FIELDS, entry__kind=kind, entry__subject_id__in=batch)
        for subject, suite, salt in salts.values_list("entry__subject_id", "entry__suite", "salt"):
            keys[subject] = rules.field_key(Suite(suite), bytes(salt), name)
    return keys


def matches(entry_id: UUID, fields: Mapping[str, str]) -> bool:
    """Whether an entry commits to exactly these values.

    A text whose salt was destroyed is taken as committed; an entry whose fields' salt was destroyed matches
    nothing.
    """
    return any(entry.holds(fields) is True for entry in _entries("e.id = %s", [entry_id]))


def mismatches(
    kind: EntryKind,
    values: Iterable[tuple[str, Mapping[str, str]]],
    *,
    superseded_by: Collection[EntryKind] = (),
) -> Iterator[Mismatch]:
    """Compare a room's rows, as (subject id, fields), with their entries; the kind happens once per subject.

    Where a kind of `superseded_by` followed, the rows are compared with the latest of those entries.

    Streams: rows are compared in batches while they are read. An entry whose fields' salt was destroyed can
    no longer be compared and is passed over; `first_break` looks whether that was recorded.
    """
    for batch in batched(values, _BATCH, strict=False):
        subjects = [subject for subject, _ in batch]
        found: dict[str, list[_Sealed]] = {}
        for entry in _entries(
            "e.kind = ANY(%s) AND e.subject_id = ANY(%s)", [[kind, *superseded_by], subjects]
        ):
            found.setdefault(entry.subject_id, []).append(entry)
        for subject, fields in batch:
            what = _disagreement(kind, found.get(subject, []), fields)
            if what is not None:
                yield Mismatch(what, kind, subject)


def _disagreement(kind: EntryKind, entries: list[_Sealed], fields: Mapping[str, str]) -> MismatchKind | None:
    first = [entry for entry in entries if entry.kind == kind]
    if len(first) != 1:
        return MismatchKind.SEVERAL if first else MismatchKind.MISSING
    newest = max(entry.recorded_at for entry in entries)
    # Entries of one moment have no order among themselves: one of them must hold what is stored.
    last = [entry.holds(fields) for entry in entries if entry.recorded_at == newest]
    return MismatchKind.DIFFERS if all(held is False for held in last) else None


def first_break(
    *, now: datetime, patience: timedelta = PATIENCE, passed: Callable[[int], object] = lambda _: None
) -> Break | None:
    """Follow the chain from its first link and name the first thing that is wrong; None when all is well.

    Every leaf is encoded anew from its entry and every head computed anew. Entries without fields are
    checked whole (subject, actor, time, facts); the others are checked whole by `mismatches`, which is
    given their values. What this cannot see is the disappearance of the newest links together with their
    entries: that takes a witness who remembers an earlier head. `passed` is told of so many links each time that a page
    of them has been followed.
    """
    expected, previous = 0, rules.GENESIS
    while rows := _links(expected):
        for row in rows:
            found = _break_at(row, expected, previous)
            if found is not None:
                return found
            expected, previous = row.index + 1, row.head
        passed(len(rows))
    return _unchained(now - patience)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """An entry with what is needed to compute its commitment again; a destroyed salt is None."""

    entry_id: UUID
    suite: int
    day: date
    kind: int
    commitment: bytes
    recorded_at: datetime
    actor: str
    subject_kind: str
    subject_id: str
    facts: dict[str, str]
    has_fields: bool
    text_commitment: bytes | None
    fields_salt: bytes | None
    text_salt: bytes | None

    def holds(self, fields: Mapping[str, str]) -> bool | None:
        """Whether the commitment is to these fields and this row; None when that can no longer be known."""
        if self.fields_salt is None:
            return None
        text = self.text_commitment
        if text is None and TEXT_FIELD in fields:
            return False
        if text is not None and self.text_salt is not None:
            # A text that is not given any more is compared as empty: only a destroyed salt excuses it.
            value = {TEXT_FIELD: fields.get(TEXT_FIELD, "")}
            text = rules.committed(Suite(self.suite), self.text_salt, value)[TEXT_FIELD]
        row = rules.row_value(
            entry_id=self.entry_id,
            recorded_at=self.recorded_at,
            actor=self.actor,
            subject_kind=self.subject_kind,
            subject_id=self.subject_id,
            facts=self.facts,
        )
        again = rules.entry_commitment(
            Suite(self.suite), salt=self.fields_salt, row=row, fields=fields, text_commitment=text
        )
        return again == self.commitment


_FACTS = 9
"""The place of `facts` in a row of the statements, as JSON text."""


@dataclass(frozen=True, slots=True)
class _Link:
    index: int
    leaf: bytes
    head: bytes
    entry_id: UUID
    entry: _Sealed | None


def _rows(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _entries(where: LiteralString, parameters: list[Any]) -> list[_Sealed]:
    return [_sealed(row) for row in _rows(_ENTRIES + where, parameters)]


def _sealed(row: tuple[Any, ...]) -> _Sealed:
    values = list(row)
    values[_FACTS] = json.loads(values[_FACTS])
    return _Sealed(*values)


def _links(start: int) -> list[_Link]:
    rows = _rows(_LINKS, [start, _BATCH])
    return [_Link(*[*row[:4], _sealed(row[4:]) if row[4] is not None else None]) for row in rows]


def _break_at(link: _Link, expected: int, previous: bytes) -> Break | None:
    if link.index != expected:
        return Break(BreakKind.GAP, expected, None)
    if link.entry is None:
        return Break(BreakKind.ENTRY_MISSING, link.index, link.entry_id)
    return _chain_break(link, link.entry, previous) or _entry_break(link, link.entry)


def _chain_break(link: _Link, entry: _Sealed, previous: bytes) -> Break | None:
    again = rules.leaf(entry.day, entry.kind, Suite(entry.suite), entry.commitment)
    if part := rules.leaf_difference(link.leaf, again):
        return Break(BreakKind.LEAF_DIFFERS, link.index, link.entry_id, part)
    if rules.next_head(previous, link.leaf) != link.head:
        return Break(BreakKind.HEAD_DIFFERS, link.index, link.entry_id)
    return None


def _entry_break(link: _Link, entry: _Sealed) -> Break | None:
    if name := _lost_salt(entry):
        return Break(BreakKind.SALT_MISSING, link.index, link.entry_id, name)
    if not entry.has_fields and entry.holds({}) is False:
        return Break(BreakKind.ROW_DIFFERS, link.index, link.entry_id)
    return None


def _lost_salt(entry: _Sealed) -> str:
    missing = [SaltName.FIELDS] if entry.fields_salt is None else []
    if entry.text_commitment is not None and entry.text_salt is None:
        missing.append(SaltName.TEXT)
    if not missing:
        return ""
    destructions = Entry.objects.filter(kind=EntryKind.SALT_DESTROYED, subject_id=str(entry.entry_id))
    recorded = {facts.get("salt") for facts in destructions.values_list("facts", flat=True)}
    return next((name for name in missing if name not in recorded), "")


def _unchained(before: datetime) -> Break | None:
    for entry_id, recorded_at in _rows(_UNCHAINED, [before]):
        return Break(BreakKind.UNCHAINED, None, entry_id, recorded_at.isoformat(timespec="seconds"))
    return None
