"""开放数据 writes: what passes the gate is remembered for good, and every edition is put down in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.publicity.opendata import gate_queries as gate
from haochaping.publicity.opendata.models import PublishedCell, PublishedTable
from haochaping.publicity.opendata.rules import passing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from haochaping.kernel.actor import Actor
    from haochaping.publicity.opendata.terms import Cell, Edition

_GATE_LOCK = 0x6F647467  # "odtg": of two that decide at once the second finds it decided
_AT_ONCE = 5000


@transaction.atomic
def decide(
    name: str, first: date, last: date, candidates: Iterable[Cell], *, by: Actor, now: datetime
) -> int:
    """Let those cells of a table's days out that pass beside all that is out; returns how many, 0 where it was decided before.

    What is decided stands, whatever comes late: of the same days nothing is told a second time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_GATE_LOCK])
    if PublishedTable.objects.filter(name=name, first_day=first, last_day=last).exists():
        return 0
    passed = passing(candidates, gate.cells(name, first, last))
    table = PublishedTable.objects.create(name=name, first_day=first, last_day=last, decided_at=now)
    PublishedCell.objects.bulk_create(
        (PublishedCell(table=table, place=cell.place, counts=list(cell.counts)) for cell in passed),
        batch_size=_AT_ONCE,
    )
    facts = {"first": f"{first}", "last": f"{last}", "cells": str(len(passed))}
    entry = NewEntry(EntryKind.OPEN_DATA_PUBLISHED, "open_data_table", name, facts=facts)
    ledger.append([entry], by=by, now=now)
    return len(passed)


@transaction.atomic
def record_edition(edition: Edition, *, by: Actor, now: datetime) -> None:
    """Put down that an edition is out: whoever changes a file of it afterwards changes the hash that stands in the ledger."""
    facts = {"index": edition.sha256, "files": str(len(edition.files))}
    entry = NewEntry(EntryKind.OPEN_DATA_PUBLISHED, "open_data_edition", edition.name, facts=facts)
    ledger.append([entry], by=by, now=now)
