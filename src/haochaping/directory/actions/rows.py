"""Rows of files: put set-wise by code, all of them or none, in memory that does not grow with the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import batched
from typing import TYPE_CHECKING

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from psycopg import sql

from haochaping.directory import queries
from haochaping.directory.access import WHOLE, check_edit
from haochaping.directory.actions import trees
from haochaping.directory.models import (
    Agency,
    Change,
    Device,
    Division,
    Hall,
    Platform,
    ServiceItem,
    StaffMember,
    Window,
)
from haochaping.directory.rules import (
    contradictions,
    differences,
    division_level,
    normal_row,
    read_day,
    row_complaints,
    row_key,
)
from haochaping.directory.terms import (
    COLUMNS,
    DUPLICATE_ROW,
    NOT_A_MAIN_ITEM,
    OPTIONAL_COLUMNS,
    PARENT_MISSING,
    STILL_IN_USE,
    UNKNOWN_CODE,
    Kind,
    Report,
    RowChange,
)
from haochaping.kernel.refused import Complaint
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from haochaping.directory.models import Dated
    from haochaping.directory.terms import AgencyRef, DivisionRef, Record, Ref, Row
    from haochaping.kernel.actor import Actor

type RowComplaint = tuple[int, Complaint]
type Numbered = tuple[int, dict[str, str]]

_BATCH = 5_000
_CHANGED_AT_ONCE = 1_000
# So many of those that go on below are named in a complaint.
_NAMED = 3
# Any constant will do, so long as nothing else in this database locks by it ("hadi").
_WRITER_LOCK = 0x68616469
_POINTERS = ("division", "agency", "hall")
# What must have ended when a row ends.
_BELOW: Mapping[Kind, Sequence[tuple[type[Dated], str]]] = {
    Kind.DIVISIONS: ((Division, "parent"), (Agency, "division"), (Platform, "division"), (Hall, "division")),
    Kind.AGENCIES: ((Agency, "parent"), (ServiceItem, "agency"), (StaffMember, "agency")),
    Kind.ITEMS: ((ServiceItem, "parent"),),
    Kind.HALLS: ((Window, "hall"), (Device, "hall")),
    Kind.WINDOWS: ((Device, "window"),),
}


@dataclass(slots=True)
class Sheet:
    """What is known of a file while its rows go in."""

    kind: Kind
    # Whether an empty cell means "nothing" (a form) or "not said" (a file).
    empty_counts: bool
    seen: set[object] = field(default_factory=set)
    rows: int = 0
    new: int = 0
    unchanged: int = 0
    # (id, change) of known rows.
    changes: list[tuple[int, RowChange]] = field(default_factory=list)
    complaints: list[RowComplaint] = field(default_factory=list)

    def report(self) -> Report:
        """The sums, complaints in the order of the file."""
        return Report(
            new=self.new,
            unchanged=self.unchanged,
            changes=tuple(change for _, change in self.changes),
            complaints=tuple(sorted(self.complaints, key=lambda found: found[0])),
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """A row whose codes have been found: the ids they stand for, and the row as it is known, if it is.

    `row` is whole: what the file does not say is as it was.
    """

    number: int
    row: dict[str, str]
    ids: dict[str, int | None]
    known: Record | None


def put(kind: Kind, rows: Iterable[Row | Complaint], *, by: Actor, now: datetime) -> list[RowComplaint]:
    """As `import_rows`, for callers that only ask what was wrong: (row number from 0, complaint)."""
    return list(import_rows(kind, rows, by=by, now=now).complaints)


def import_rows(kind: Kind, rows: Iterable[Row | Complaint], *, by: Actor, now: datetime) -> Report:
    """Create or change rows by code, all of them or none; a complaint in place of a row is one of its complaints.

    An empty cell of a column that may be empty says nothing: what is known stays. Rows may stand in any order, and are
    read once. When the report has a complaint, nothing was written. Locks the directory against other writers.
    Raises `Refused(NOT_YOURS)` unless the actor may change the whole directory: a file knows no bounds.
    """
    check_edit(by, WHOLE)
    with transaction.atomic():
        sheet = Sheet(kind, empty_counts=False)
        take(sheet, rows)
        if sheet.complaints:
            transaction.set_rollback(True)
        elif sheet.new or sheet.changes:
            facts = {"rows": str(sheet.rows), "new": str(sheet.new), "changed": str(sheet.report().changed)}
            record(
                sheet, NewEntry(EntryKind.DIRECTORY_CHANGED, "directory", kind, facts=facts), by=by, now=now
            )
    return sheet.report()


def rehearse(kind: Kind, rows: Iterable[Row | Complaint]) -> Report:
    """What `import_rows` would do: the same steps, then taken back, so that nothing is written or recorded."""
    with transaction.atomic():
        sheet = Sheet(kind, empty_counts=False)
        take(sheet, rows)
        transaction.set_rollback(True)
    return sheet.report()


def lock() -> None:
    """Keep other writers out of the directory until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITER_LOCK])


def take(sheet: Sheet, rows: Iterable[Row | Complaint]) -> None:
    """Write the rows of a file into the caller's transaction; what is wrong is left out and complained about."""
    lock()
    late: list[Bound] = []
    for batch in batched(enumerate(rows), _BATCH, strict=False):
        late += _settle(sheet, _bound(sheet, _readable(sheet, batch)))
    while late:
        left = [bound for batch in batched(late, _BATCH, strict=False) for bound in _settle(sheet, batch)]
        if len(left) == len(late) and not _begin(sheet, left):
            sheet.complaints += [(bound.number, _orphan(sheet.kind, bound.row)) for bound in left]
            break
        late = left
    _check_ends(sheet)


def record(sheet: Sheet, entry: NewEntry, *, by: Actor, now: datetime) -> None:
    """Append the ledger entry, and the history that points to it."""
    [entry_id] = ledger.append([entry], by=by, now=now)
    Change.objects.bulk_create(
        [
            Change(
                kind=sheet.kind,
                object_id=object_id,
                column=change.column,
                before=change.before,
                after=change.after,
                at=now,
                actor=str(by),
                entry_id=entry_id,
            )
            for object_id, change in sheet.changes
        ],
        batch_size=_BATCH,
    )


def _readable(sheet: Sheet, batch: Iterable[tuple[int, Row | Complaint]]) -> list[Numbered]:
    """The rows that are good by themselves."""
    good = []
    for number, given in batch:
        sheet.rows += 1
        if isinstance(given, Complaint):
            sheet.complaints.append((number, given))
            continue
        row = normal_row(sheet.kind, given)
        if not sheet.empty_counts:
            row = {column: value for column, value in row.items() if value or column not in OPTIONAL_COLUMNS}
        found = row_complaints(sheet.kind, row)
        if row.get("code") and _is_twice(sheet, row_key(sheet.kind, row)):
            found.append(Complaint(DUPLICATE_ROW, "code", {"value": row["code"]}))
        sheet.complaints += [(number, complaint) for complaint in found]
        if not found:
            good.append((number, row))
    return good


def _is_twice(sheet: Sheet, key: tuple[str, ...]) -> bool:
    # As numbers, codes of divisions take half the memory: a nation has 660,000.
    is_number = sheet.kind == Kind.DIVISIONS and key[0].isdecimal()
    mark: object = int(key[0]) if is_number else key
    if mark in sheet.seen:
        return True
    sheet.seen.add(mark)
    return False


def _bound(sheet: Sheet, numbered: Sequence[Numbered]) -> list[Bound]:
    """Find what the codes of rows stand for, and the rows themselves where they are known."""
    found = {column: _pointed(column, numbered) for column in _POINTERS if column in COLUMNS[sheet.kind]}
    whole = []
    for number, row in numbered:
        missing = [column for column, refs in found.items() if row[column] not in refs]
        for column in missing:
            complaint = Complaint(UNKNOWN_CODE, column, {"value": row[column]})
            sheet.complaints.append((number, complaint))
        codes = {column: found[column][row[column]][1] for column in found if column not in missing}
        key = row_key(sheet.kind, row | codes)
        # An agency has two codes: the same number of staff may stand below either.
        if key != row_key(sheet.kind, row) and _is_twice(sheet, key):
            sheet.complaints.append((number, Complaint(DUPLICATE_ROW, "code", {"value": row["code"]})))
        elif not missing:
            ids: dict[str, int | None] = {column: found[column][row[column]][0] for column in found}
            whole.append(Bound(number, row | codes, ids, None))
    known = queries.rows_by_key(sheet.kind, (row_key(sheet.kind, bound.row) for bound in whole))
    whole = [_merged(bound, known.get(row_key(sheet.kind, bound.row))) for bound in whole]
    if sheet.kind == Kind.DEVICES:
        whole = _at_windows(sheet, whole)
    return [bound for bound in whole if _fits(sheet, bound)]


def _pointed(column: str, numbered: Sequence[Numbered]) -> dict[str, tuple[int, str]]:
    """Ids and codes of the rows that a column names, by what the column says."""
    reads: Mapping[str, Callable[[Iterable[str]], Mapping[str, DivisionRef | AgencyRef | Ref]]] = {
        "division": queries.divisions,
        "agency": queries.agencies,
        "hall": queries.halls,
    }
    found = reads[column]({row[column] for _, row in numbered})
    return {said: (ref.id, ref.code) for said, ref in found.items()}


def _merged(bound: Bound, known: Record | None) -> Bound:
    return bound if known is None else Bound(bound.number, {**known.row, **bound.row}, bound.ids, known)


def _at_windows(sheet: Sheet, bounds: Sequence[Bound]) -> list[Bound]:
    """Find the windows of devices: in the hall of the device, whichever of the two the file says."""
    places = {bound.number: (bound.ids["hall"] or 0, bound.row.get("window", "")) for bound in bounds}
    found = queries.windows_of_halls(place for place in places.values() if place[1])
    whole = []
    for bound in bounds:
        place = places[bound.number]
        if place[1] and place not in found:
            sheet.complaints.append((bound.number, Complaint(UNKNOWN_CODE, "window", {"value": place[1]})))
        else:
            bound.ids["window"] = found[place].id if place[1] else None
            whole.append(bound)
    return whole


def _fits(sheet: Sheet, bound: Bound) -> bool:
    found = [] if bound.known is None else list(contradictions(sheet.kind, bound.row))
    sheet.complaints += [(bound.number, complaint) for complaint in found]
    return not found


def _settle(sheet: Sheet, bounds: Sequence[Bound]) -> list[Bound]:
    """Write the rows whose place is known, then those below them; returns the rows that still wait for theirs."""
    waiting = list(bounds)
    while waiting:
        codes = [trees.code_above(sheet.kind, bound.row) for bound in waiting]
        found = trees.above(sheet.kind, codes) if sheet.kind in trees.KINDS else {}
        ready, left = [], []
        for bound, code in zip(waiting, codes, strict=True):
            # Divisions stay where they were put: a city may have come before its province.
            stays = sheet.kind == Kind.DIVISIONS and bound.known is not None
            if code in found or not code or stays:
                ready.append((bound, found.get(code, trees.TOP)))
            else:
                left.append(bound)
        if not ready:
            break
        _write(sheet, ready)
        waiting = left
    return waiting


def _begin(sheet: Sheet, left: list[Bound]) -> bool:
    """A tree may begin at any level: the highest row of an empty directory has nothing above it, then or later."""
    if sheet.kind != Kind.DIVISIONS or Division.objects.exists():
        return False
    top = min(left, key=lambda bound: (division_level(bound.row["code"]), bound.row["code"]))
    left.remove(top)
    _write(sheet, [(top, trees.TOP)])
    return True


def _orphan(kind: Kind, row: Row) -> Complaint:
    value = {"value": trees.code_above(kind, row)}
    return (
        Complaint(PARENT_MISSING, "code", value)
        if kind == Kind.DIVISIONS
        else Complaint(UNKNOWN_CODE, "parent", value)
    )


def _write(sheet: Sheet, ready: Iterable[tuple[Bound, trees.Above]]) -> None:
    new: list[dict[str, object]] = []
    known: list[tuple[Bound, dict[str, tuple[str, str]]]] = []
    for bound, place in ready:
        if "parent" in COLUMNS[sheet.kind]:
            bound.row["parent"] = place.code
        if sheet.kind == Kind.ITEMS:
            bound.ids["parent"] = place.id
        changed = differences(bound.known.row, bound.row) if bound.known else {}
        moves = bound.known is None or "parent" in changed
        if moves and (complaint := trees.complaint(sheet.kind, bound.row, place)):
            sheet.complaints.append((bound.number, complaint))
        elif bound.known is None:
            new.append(_values(sheet.kind, bound) | trees.position(sheet.kind, bound.row, place))
        elif changed:
            known.append((bound, changed))
        else:
            sheet.unchanged += 1
    _insert(sheet.kind, new)
    sheet.new += len(new)
    _change(sheet, known)


def _insert(kind: Kind, rows: Sequence[Mapping[str, object]]) -> None:
    """Copy new rows in: the villages of a nation are 620,000, and building an object for each takes most of the time."""
    if not rows:
        return
    table = sql.Identifier(queries.table(kind).model._meta.db_table)  # noqa: SLF001 - documented by Django
    columns = sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    with connection.cursor() as cursor:
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns)
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))


def _values(kind: Kind, bound: Bound) -> dict[str, object]:
    """A row as its table holds it, without its place in a tree."""
    values: dict[str, object] = {f"{column}_id": value for column, value in bound.ids.items()}
    for column in COLUMNS[kind]:
        if column in {"valid_from", "valid_to"}:
            values[column] = read_day(bound.row.get(column, ""))
        elif column not in bound.ids and column != "parent":
            values[column] = bound.row.get(column, "")
    return values


def _change(sheet: Sheet, known: Sequence[tuple[Bound, dict[str, tuple[str, str]]]]) -> None:
    """Change known rows set-wise, and move agencies one by one."""
    model = queries.MODELS[sheet.kind]
    columns: set[str] = set()
    objects: list[Dated] = []
    for bound, changed in known:
        assert bound.known is not None  # noqa: S101 - for the type checker
        held = model(**_values(sheet.kind, bound))
        held.pk = bound.known.id
        objects.append(held)
        columns.update(changed)
        if "hall" in changed:
            # Another hall's window of the same number is another window.
            columns.add("window")
        said = [RowChange(bound.number, bound.row["code"], c, *values) for c, values in changed.items()]
        sheet.changes += [(bound.known.id, change) for change in said]
        if sheet.kind == Kind.ITEMS and "parent" in changed and trees.is_main_item(bound.known.id):
            complaint = Complaint(NOT_A_MAIN_ITEM, "parent", {"value": bound.row["parent"]})
            sheet.complaints.append((bound.number, complaint))
    # The place of an agency is a path, which those below it share.
    settable = sorted(columns - ({"parent"} if sheet.kind == Kind.AGENCIES else set()))
    if objects and settable:
        queries.table(sheet.kind).bulk_update(objects, settable, batch_size=_CHANGED_AT_ONCE)
    if sheet.kind == Kind.AGENCIES:
        for held, (bound, changed) in zip(objects, known, strict=True):
            moved = trees.move_agency(held.pk, bound.row["parent"]) if "parent" in changed else None
            if moved is not None:
                sheet.complaints.append((bound.number, moved))


def _check_ends(sheet: Sheet) -> None:
    """Nothing may go on below what has ended."""
    ended = {i: change for i, change in sheet.changes if change.column == "valid_to" and change.after}
    for model, pointer in _BELOW.get(sheet.kind, ()) if ended else ():
        goes_on = Q(valid_to=None) | Q(valid_to__gt=F(f"{pointer}__valid_to"))
        below: QuerySet[Dated] = QuerySet(model).filter(goes_on, **{f"{pointer}__in": list(ended)})
        names = ArrayAgg("name", order_by="code")
        for object_id, called in below.values_list(pointer).annotate(called=names):
            change, more = ended[object_id], "…" if len(called) > _NAMED else ""
            said = {"count": len(called), "code": change.code, "last": change.after}
            said["names"] = "、".join(called[:_NAMED]) + more
            sheet.complaints.append((change.row, Complaint(STILL_IN_USE, "valid_to", said)))
