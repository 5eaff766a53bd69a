"""One row at a time, for forms: the rules of files, one ledger entry and the history of each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries
from haochaping.directory.access import WHOLE, check_edit
from haochaping.directory.actions import rows
from haochaping.directory.terms import CHANGED_MEANWHILE, CODE_STAYS, CODE_TAKEN, KEYS, NOT_IN_DIRECTORY
from haochaping.kernel.refused import Refused
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from datetime import date, datetime

    from haochaping.directory.actions.rows import Sheet
    from haochaping.directory.terms import Kind, Row
    from haochaping.kernel.actor import Actor


@transaction.atomic
def create(kind: Kind, row: Row, *, by: Actor, now: datetime) -> int:
    """Put one new row into the directory; returns its id.

    Refuses a code that is there already, a bad row, and a place outside the actor's remit (`NOT_YOURS`).
    """
    sheet = _taken(kind, row)
    if not sheet.new:
        raise Refused(CODE_TAKEN, field="code", value=row["code"])
    # The newest, because other writers wait.
    made = queries.last_id(kind)
    check_edit(by, queries.spot(kind, made) or WHOLE)
    rows.record(sheet, _entry(kind, made, "created", row), by=by, now=now)
    return made


def change(kind: Kind, object_id: int, columns: Row, *, revision: int, by: Actor, now: datetime) -> None:
    """Give columns of one row other values; an empty text empties a column that may be empty.

    `revision` is that of the `Record` the person saw: a change by somebody else since then refuses this one. So do a
    bad value, a column by which others know the row (`KEYS`), and a place outside the actor's remit, before or after.
    """
    _edit(kind, object_id, columns, "changed", revision=revision, by=by, now=now)


def close(kind: Kind, object_id: int, *, last_day: date, revision: int, by: Actor, now: datetime) -> None:
    """Let a row end with a day; refused as `change` is, and while rows below it go on."""
    ends = {"valid_to": last_day.isoformat()}
    _edit(kind, object_id, ends, "closed", revision=revision, by=by, now=now)


@transaction.atomic
def _edit(
    kind: Kind, object_id: int, columns: Row, step: str, *, revision: int, by: Actor, now: datetime
) -> None:
    rows.lock()
    known = queries.record(kind, object_id)
    if known is None:
        raise Refused(NOT_IN_DIRECTORY)
    check_edit(by, queries.spot(kind, object_id) or WHOLE)
    if known.revision != revision:
        raise Refused(CHANGED_MEANWHILE)
    for column in KEYS[kind]:
        if columns.get(column, known.row[column]) != known.row[column]:
            raise Refused(CODE_STAYS, field=column)
    sheet = _taken(kind, {**known.row, **columns})
    if sheet.changes:
        check_edit(by, queries.spot(kind, object_id) or WHOLE)
        rows.record(sheet, _entry(kind, object_id, step, known.row), by=by, now=now)


def _taken(kind: Kind, row: Row) -> Sheet:
    sheet = rows.Sheet(kind, empty_counts=True)
    rows.take(sheet, [row])
    if sheet.complaints:
        refused = Refused(sheet.complaints[0][1].reason)
        refused.complaint = sheet.complaints[0][1]
        raise refused
    return sheet


def _entry(kind: Kind, object_id: int, step: str, row: Row) -> NewEntry:
    facts = {"step": step, "code": row["code"]}
    return NewEntry(EntryKind.DIRECTORY_CHANGED, f"directory.{kind}", str(object_id), facts=facts)
