"""目录 writes: rows are put set-wise by code; nothing is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries
from haochaping.directory.models import Agency, Division, Hall, Platform, ServiceItem, StaffMember, Window
from haochaping.directory.rules import (
    child_path,
    division_level,
    normal_division_code,
    parent_division_code,
    parents_first,
    row_complaints,
)
from haochaping.directory.terms import DUPLICATE_ROW, PARENT_MISSING, UNKNOWN_CODE, Kind
from haochaping.kernel.refused import Complaint
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from haochaping.kernel.actor import Actor

type Row = Mapping[str, str]
type RowComplaint = tuple[int, Complaint]


@transaction.atomic
def put(kind: Kind, rows: Sequence[Row], *, by: Actor, now: datetime) -> list[RowComplaint]:
    """Insert or rename rows by code, all of them or none.

    Returns the complaints as (row number from 0, complaint); when there is any, nothing was written.
    """
    complaints = [(n, complaint) for n, row in enumerate(rows) for complaint in row_complaints(kind, row)]
    complaints += _duplicates(kind, rows)
    if not complaints:
        complaints = _WRITERS[kind](rows)
    if complaints:
        transaction.set_rollback(True)
        return sorted(complaints, key=lambda found: found[0])
    entry = NewEntry(EntryKind.DIRECTORY_CHANGED, "directory", kind, facts={"rows": str(len(rows))})
    ledger.append([entry], by=by, now=now)
    return []


def _duplicates(kind: Kind, rows: Sequence[Row]) -> list[RowComplaint]:
    owner = {Kind.WINDOWS: "hall", Kind.STAFF: "agency"}.get(kind, "")
    seen: set[tuple[str, str]] = set()
    found = []
    for n, row in enumerate(rows):
        code = row.get("code", "")
        # One division can be spelt with 6, 9 or 12 digits.
        key = (row.get(owner, ""), (kind == Kind.DIVISIONS and normal_division_code(code)) or code)
        if key in seen:
            found.append((n, Complaint(DUPLICATE_ROW, "code", {"value": key[1]})))
        seen.add(key)
    return found


def _put_divisions(rows: Sequence[Row]) -> list[RowComplaint]:
    codes = [normal_division_code(row["code"]) or "" for row in rows]
    names = {code: row["name"] for code, row in zip(codes, rows, strict=True)}
    wanted = {*codes, *filter(None, map(_above, codes))}
    known = {ref.code: (ref.id, ref.path) for ref in queries.divisions(wanted).values()}
    for code in sorted(names, key=lambda code: (division_level(code), code)):
        above = _above(code)
        # A tree may begin at any level: the first row of an empty directory has nothing above it, then or later.
        if above and not known.keys() & {above, code} and (known or Division.objects.exists()):
            return [(codes.index(code), Complaint(PARENT_MISSING, "code", {"value": above}))]
        parent_id, parent_path = known.get(above or "", (None, ""))
        division, _ = Division.objects.update_or_create(
            code=code,
            defaults={"name": names[code]},
            create_defaults={
                "name": names[code],
                "level": division_level(code),
                "parent_id": parent_id,
                "path": child_path(parent_path, code),
            },
        )
        known[code] = (division.pk, division.path)
    return []


def _above(code: str) -> str | None:
    parent = parent_division_code(code)
    # There is no row for the nation unless somebody makes one: provinces are tops.
    return None if parent is None or not parent.strip("0") else parent


def _put_agencies(rows: Sequence[Row]) -> list[RowComplaint]:
    divisions = queries.divisions(row["division"] for row in rows)
    parents = {
        code: (ref.id, ref.path)
        for code, ref in queries.agencies(row.get("parent", "") for row in rows).items()
    }
    complaints: list[RowComplaint] = []
    for n in parents_first(rows):
        row = rows[n]
        parent = row.get("parent", "")
        if row["division"] not in divisions:
            complaints.append((n, Complaint(UNKNOWN_CODE, "division", {"value": row["division"]})))
        elif parent and parent not in parents:
            complaints.append((n, Complaint(UNKNOWN_CODE, "parent", {"value": parent})))
        else:
            parent_id, parent_path = parents.get(parent, (None, ""))
            facts = {
                "name": row["name"],
                "uscc": row.get("uscc", ""),
                "division_id": divisions[row["division"]].id,
            }
            place = {"parent_id": parent_id, "path": child_path(parent_path, row["code"])}
            agency, _ = Agency.objects.update_or_create(
                code=row["code"], defaults=facts, create_defaults=facts | place
            )
            parents[row["code"]] = (agency.pk, agency.path)
    return complaints


def _put_below(
    rows: Sequence[Row],
    column: str,
    resolve: Callable[[Sequence[Row]], Mapping[str, int]],
    write: Callable[[Sequence[tuple[Row, int]]], object],
) -> list[RowComplaint]:
    owners = resolve(rows)
    complaints = [
        (n, Complaint(UNKNOWN_CODE, column, {"value": row[column]}))
        for n, row in enumerate(rows)
        if row[column] not in owners
    ]
    if not complaints:
        write([(row, owners[row[column]]) for row in rows])
    return complaints


def _division_ids(rows: Sequence[Row]) -> dict[str, int]:
    return {code: ref.id for code, ref in queries.divisions(row["division"] for row in rows).items()}


def _agency_ids(rows: Sequence[Row]) -> dict[str, int]:
    return {code: ref.id for code, ref in queries.agencies(row["agency"] for row in rows).items()}


def _hall_ids(rows: Sequence[Row]) -> dict[str, int]:
    return {code: ref.id for code, ref in queries.halls(row["hall"] for row in rows).items()}


def _put_items(rows: Sequence[Row]) -> list[RowComplaint]:
    def write(bound: Sequence[tuple[Row, int]]) -> object:
        return ServiceItem.objects.bulk_create(
            [
                ServiceItem(
                    code=row["code"], name=row["name"], item_type=row["item_type"], agency_id=agency_id
                )
                for row, agency_id in bound
            ],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "item_type", "agency"],
        )

    return _put_below(rows, "agency", _agency_ids, write)


def _put_platforms(rows: Sequence[Row]) -> list[RowComplaint]:
    def write(bound: Sequence[tuple[Row, int]]) -> object:
        return Platform.objects.bulk_create(
            [Platform(code=row["code"], name=row["name"], division_id=owner) for row, owner in bound],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "division"],
        )

    return _put_below(rows, "division", _division_ids, write)


def _put_halls(rows: Sequence[Row]) -> list[RowComplaint]:
    def write(bound: Sequence[tuple[Row, int]]) -> object:
        return Hall.objects.bulk_create(
            [Hall(code=row["code"], name=row["name"], division_id=owner) for row, owner in bound],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "division"],
        )

    return _put_below(rows, "division", _division_ids, write)


def _put_windows(rows: Sequence[Row]) -> list[RowComplaint]:
    def write(bound: Sequence[tuple[Row, int]]) -> object:
        return Window.objects.bulk_create(
            [Window(code=row["code"], name=row["name"], hall_id=owner) for row, owner in bound],
            update_conflicts=True,
            unique_fields=["hall", "code"],
            update_fields=["name"],
        )

    return _put_below(rows, "hall", _hall_ids, write)


def _put_staff(rows: Sequence[Row]) -> list[RowComplaint]:
    def write(bound: Sequence[tuple[Row, int]]) -> object:
        return StaffMember.objects.bulk_create(
            [StaffMember(code=row["code"], name=row["name"], agency_id=owner) for row, owner in bound],
            update_conflicts=True,
            unique_fields=["agency", "code"],
            update_fields=["name"],
        )

    return _put_below(rows, "agency", _agency_ids, write)


_WRITERS: dict[Kind, Callable[[Sequence[Row]], list[RowComplaint]]] = {
    Kind.DIVISIONS: _put_divisions,
    Kind.AGENCIES: _put_agencies,
    Kind.ITEMS: _put_items,
    Kind.PLATFORMS: _put_platforms,
    Kind.HALLS: _put_halls,
    Kind.WINDOWS: _put_windows,
    Kind.STAFF: _put_staff,
}
