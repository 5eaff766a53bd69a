"""目录 reads: codes to rows, set-wise, and the lists that pages show."""

from __future__ import annotations

import csv
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Max, Q, QuerySet

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
from haochaping.directory.rules import item_stem, normal_division_code, path_range, row_key
from haochaping.directory.terms import (
    COLUMNS,
    KEYS,
    AgencyRef,
    DeviceRef,
    DivisionRef,
    Inside,
    ItemRef,
    Kind,
    PastChange,
    PlacedRef,
    Record,
    Ref,
    Spot,
    Standing,
)
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.text import has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from haochaping.directory.models import Dated
    from haochaping.directory.terms import Row
    from haochaping.kernel.actor import Scope

MODELS: Mapping[Kind, type[Dated]] = {
    Kind.DIVISIONS: Division,
    Kind.AGENCIES: Agency,
    Kind.ITEMS: ServiceItem,
    Kind.PLATFORMS: Platform,
    Kind.HALLS: Hall,
    Kind.WINDOWS: Window,
    Kind.DEVICES: Device,
    Kind.STAFF: StaffMember,
}
_NATIONAL = Path(__file__).parent / "lists" / "divisions-2023.csv"
# Columns that name another row do so by its code.
_POINTERS = frozenset({"division", "agency", "hall", "window", "parent"})

# Where the paths of a row's division and agency stand.
_SPOTS: Mapping[Kind, tuple[str, str]] = {
    Kind.DIVISIONS: ("path", ""),
    Kind.AGENCIES: ("division__path", "path"),
    Kind.ITEMS: ("agency__division__path", "agency__path"),
    Kind.PLATFORMS: ("division__path", ""),
    Kind.HALLS: ("division__path", ""),
    Kind.WINDOWS: ("hall__division__path", ""),
    Kind.DEVICES: ("hall__division__path", ""),
    Kind.STAFF: ("agency__division__path", "agency__path"),
}

_DIVISION = ("id", "code", "name", "path")
_AGENCY = ("id", "code", "name", "path", "division_id", "division__path", "valid_from", "valid_to")
_PLACED = ("id", "code", "name", "division__path")
_ITEM = ("id", "code", "name", "agency_id")


def divisions(codes: Iterable[str]) -> dict[str, DivisionRef]:
    """Divisions by code as given (6, 9 or 12 digits); unknown codes are absent."""
    wanted = {code: normal_division_code(code) for code in set(codes)}
    found = {
        row[1]: DivisionRef(*row)
        for row in Division.objects.filter(code__in=filter(None, wanted.values())).values_list(*_DIVISION)
    }
    return {code: found[normal] for code, normal in wanted.items() if normal in found}


def _storable(codes: Iterable[str]) -> set[str]:
    """Without those that the database could not even be asked for: no text of ours holds U+0000."""
    return {code for code in codes if "\0" not in code}


def agencies(codes: Iterable[str]) -> dict[str, AgencyRef]:
    """Agencies by their code, or by a 统一社会信用代码 that belongs to one agency only."""
    wanted = _storable(codes)
    found = {row[1]: AgencyRef(*row) for row in Agency.objects.filter(code__in=wanted).values_list(*_AGENCY)}
    by_uscc: dict[str, list[AgencyRef]] = {}
    if missing := wanted - found.keys() - {""}:
        for uscc, *row in Agency.objects.filter(uscc__in=missing).values_list("uscc", *_AGENCY):
            by_uscc.setdefault(uscc, []).append(AgencyRef(*row))
    return found | {uscc: rows[0] for uscc, rows in by_uscc.items() if len(rows) == 1}


def items(codes: Iterable[str]) -> dict[str, ItemRef]:
    """Service items by code; a 33-character handling item falls back to its first 31 characters."""
    stems = {code: item_stem(code) for code in _storable(codes)}
    rows = ServiceItem.objects.filter(code__in={*stems, *stems.values()}).values_list(*_ITEM)
    found = {row[1]: ItemRef(*row) for row in rows}
    return {
        code: found.get(code) or found[stem] for code, stem in stems.items() if code in found or stem in found
    }


def platforms(codes: Iterable[str]) -> dict[str, PlacedRef]:
    """Platforms by code, the `source` of what they send."""
    rows = Platform.objects.filter(code__in=_storable(codes)).values_list(*_PLACED)
    return {row[1]: PlacedRef(*row) for row in rows}


def platform_divisions(codes: Iterable[str]) -> dict[str, DivisionRef]:
    """The division each platform belongs to, by platform code."""
    rows = Platform.objects.filter(code__in=_storable(codes)).values_list(
        "code", "division__id", "division__code", "division__name", "division__path"
    )
    return {row[0]: DivisionRef(*row[1:]) for row in rows}


def first_platform(division_path: str) -> tuple[str, date] | None:
    """The platform of a division and below that is the first to come into force, and when; None where none has such a day."""
    low, high = path_range(division_path)
    rows = Platform.objects.filter(
        division__path__gte=low, division__path__lt=high, valid_from__isnull=False
    ).order_by("valid_from", "code")
    return next(((code, first) for code, first in rows.values_list("code", "valid_from")[:1] if first), None)


def halls(codes: Iterable[str]) -> dict[str, PlacedRef]:
    """Halls by code."""
    rows = Hall.objects.filter(code__in=_storable(codes)).values_list(*_PLACED)
    return {row[1]: PlacedRef(*row) for row in rows}


def halls_by_id(ids: Iterable[int]) -> dict[int, PlacedRef]:
    """Halls by id."""
    rows = Hall.objects.filter(id__in=set(ids)).values_list(*_PLACED)
    return {row[0]: PlacedRef(*row) for row in rows}


def halls_beside(division_id: int, *, limit: int | None = None, offset: int = 0) -> list[PlacedRef]:
    """The halls of a division and then those of the divisions next below, which are its like, by division and code."""
    near = Division.objects.filter(Q(id=division_id) | Q(parent_id=division_id)).values("id")
    rows = Hall.objects.filter(division_id__in=near).order_by("division__path", "code").values_list(*_PLACED)
    return [PlacedRef(*row) for row in rows[offset : None if limit is None else offset + limit]]


def windows(codes: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Ref]:
    """Windows by (hall code, window code)."""
    wanted = set(codes)
    if not wanted:
        return {}
    rows = Window.objects.filter(
        hall__code__in={hall for hall, _ in wanted}, code__in={code for _, code in wanted}
    ).values_list("hall__code", "id", "code", "name")
    return {(row[0], row[2]): Ref(*row[1:]) for row in rows if (row[0], row[2]) in wanted}


def windows_of_halls(codes: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Ref]:
    """Windows by (hall id, window code)."""
    wanted = set(codes)
    if not wanted:
        return {}
    rows = Window.objects.filter(
        hall_id__in={hall for hall, _ in wanted}, code__in={code for _, code in wanted}
    ).values_list("hall_id", "id", "code", "name")
    return {(row[0], row[2]): Ref(*row[1:]) for row in rows if (row[0], row[2]) in wanted}


def staff(codes: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Ref]:
    """Staff members by (agency id, staff number)."""
    wanted = set(codes)
    if not wanted:
        return {}
    rows = StaffMember.objects.filter(
        agency_id__in={agency for agency, _ in wanted}, code__in={code for _, code in wanted}
    ).values_list("agency_id", "id", "code", "name")
    return {(row[0], row[2]): Ref(*row[1:]) for row in rows if (row[0], row[2]) in wanted}


def devices(codes: Iterable[str]) -> dict[str, DeviceRef]:
    """Devices by the number they send, with their hall and window."""
    columns = ("id", "code", "name", "device_type", "hall_id", "window_id")
    rows = Device.objects.filter(code__in=set(codes)).values_list(*columns)
    return {row[1]: DeviceRef(*row) for row in rows}


def division(code: str) -> DivisionRef | None:
    """One division by code."""
    return divisions([code]).get(code)


def division_by_id(division_id: int) -> DivisionRef:
    """One division by id; raises DoesNotExist."""
    return DivisionRef(*Division.objects.values_list(*_DIVISION).get(id=division_id))


def divisions_by_id(division_ids: Iterable[int]) -> dict[int, DivisionRef]:
    """Divisions by id; unknown ids are absent."""
    rows = Division.objects.filter(id__in=set(division_ids)).values_list(*_DIVISION)
    return {row[0]: DivisionRef(*row) for row in rows}


def agency_by_id(agency_id: int) -> AgencyRef:
    """One agency by id; raises DoesNotExist."""
    return AgencyRef(*Agency.objects.values_list(*_AGENCY).get(id=agency_id))


def agency_paths(agency_ids: Iterable[int]) -> dict[int, str]:
    """Where agencies lie in their tree, by id; unknown ids are absent."""
    return dict(Agency.objects.filter(id__in=set(agency_ids)).values_list("id", "path"))


def agency_paths_of_staff(staff_ids: Iterable[int]) -> set[str]:
    """Where the agencies of these staff members lie in their tree."""
    return set(StaffMember.objects.filter(id__in=set(staff_ids)).values_list("agency__path", flat=True))


def item_by_id(item_id: int) -> ItemRef:
    """One service item by id; raises DoesNotExist."""
    return ItemRef(*ServiceItem.objects.values_list(*_ITEM).get(id=item_id))


def names_of_service(wanted: Mapping[Kind, Iterable[int]]) -> dict[tuple[Kind, int], str]:
    """What is said of services to whoever had them, by kind and id: names, of staff the number on the badge.

    `wanted` has ids of items, agencies, halls, windows and staff.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {kind.value: list(ids) for kind, ids in wanted.items()})
        return {(Kind(kind), pk): name for kind, pk, name in cursor.fetchall()}


_NAMES = """
    SELECT 'items', id, name FROM directory_service_item WHERE id = ANY(%(items)s)
    UNION ALL
    SELECT 'agencies', id, name FROM directory_agency WHERE id = ANY(%(agencies)s)
    UNION ALL
    SELECT 'halls', id, name FROM directory_hall WHERE id = ANY(%(halls)s)
    UNION ALL
    SELECT 'windows', id, name FROM directory_window WHERE id = ANY(%(windows)s)
    UNION ALL
    SELECT 'staff', id, code FROM directory_staff_member WHERE id = ANY(%(staff)s)
"""


def hall_by_id(hall_id: int) -> Ref:
    """One hall by id; raises DoesNotExist."""
    return Ref(*Hall.objects.values_list("id", "code", "name").get(id=hall_id))


def top_divisions() -> list[DivisionRef]:
    """The divisions that have none above them, by code."""
    return [
        DivisionRef(*row)
        for row in Division.objects.filter(parent=None).order_by("code").values_list(*_DIVISION)
    ]


def children(division_id: int) -> list[DivisionRef]:
    """The divisions directly below one, by code."""
    rows = Division.objects.filter(parent_id=division_id).order_by("code").values_list(*_DIVISION)
    return [DivisionRef(*row) for row in rows]


def ancestors(division_path: str) -> list[DivisionRef]:
    """The divisions from the top down to the one with this path."""
    codes = division_path.rstrip(".").split(".")
    return [
        DivisionRef(*row)
        for row in Division.objects.filter(code__in=codes).order_by("path").values_list(*_DIVISION)
    ]


def line_of(code: str) -> list[DivisionRef]:
    """A division by code (6, 9 or 12 digits), after those above it from the top down; empty when there is none."""
    return _around(_BY_CODE + _LINE, code=normal_division_code(code) or "")[0]


def inside(division_id: int, *, limit: int) -> Inside:
    """What lies directly in a division, by code: divisions, its own agencies and halls, so many of each at most."""
    return _around(_BY_ID + _INSIDE, id=division_id, limit=limit)[1]


def around(code: str, *, limit: int) -> tuple[list[DivisionRef], Inside]:
    """A division's line and what lies in it, at once."""
    both = f"{_BY_CODE} {_LINE} UNION ALL {_INSIDE}"
    return _around(both, code=normal_division_code(code) or "", limit=limit)


def _around(statement: str, **asked: Any) -> tuple[list[DivisionRef], Inside]:
    found: dict[str, list[Any]] = {"line": [], "divisions": [], "agencies": [], "halls": []}
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        for part, pk, code, name, path in cursor.fetchall():
            found[part].append(DivisionRef(pk, code, name, path) if path else Ref(pk, code, name))
    line = sorted(found.pop("line"), key=lambda above: above.path)
    return line, Inside(**{part: sorted(refs, key=lambda ref: ref.code) for part, refs in found.items()})


_BY_CODE = "WITH one AS (SELECT id, path FROM directory_division WHERE code = %(code)s)"
_BY_ID = "WITH one AS (SELECT %(id)s::bigint AS id)"
_LINE = """
    SELECT 'line', above.id, above.code, above.name, above.path
      FROM one
     CROSS JOIN unnest(string_to_array(rtrim(one.path, '.'), '.')) AS named (code)
      JOIN directory_division AS above ON above.code = named.code
"""
_INSIDE = """
    (SELECT 'divisions', id, code, name, path FROM directory_division
      WHERE parent_id = (SELECT id FROM one) ORDER BY code LIMIT %(limit)s)
    UNION ALL
    (SELECT 'agencies', id, code, name, '' FROM directory_agency
      WHERE division_id = (SELECT id FROM one) ORDER BY code LIMIT %(limit)s)
    UNION ALL
    (SELECT 'halls', id, code, name, '' FROM directory_hall
      WHERE division_id = (SELECT id FROM one) ORDER BY code LIMIT %(limit)s)
"""


def division_ids_under(division_path: str, *, limit: int | None = None) -> list[int]:
    """A division with all below it, or as many of them as asked for."""
    low, high = path_range(division_path)
    rows = Division.objects.filter(path__gte=low, path__lt=high).values_list("id", flat=True)
    return list(rows[:limit])


def agency_ids_under(agency_path: str, *, limit: int | None = None) -> list[int]:
    """An agency with all below it, or as many of them as asked for."""
    low, high = path_range(agency_path)
    rows = Agency.objects.filter(path__gte=low, path__lt=high).values_list("id", flat=True)
    return list(rows[:limit])


def agencies_under(division_path: str, day: date, *, limit: int = 500) -> list[AgencyRef]:
    """Agencies of a division's subtree that go on on a day, by code."""
    low, high = path_range(division_path)
    rows = Agency.objects.filter(_holding(day), division__path__gte=low, division__path__lt=high).order_by(
        "code"
    )
    return [AgencyRef(*row) for row in rows.values_list(*_AGENCY)[:limit]]


def agencies_of(division_id: int, *, limit: int = 500) -> list[AgencyRef]:
    """Agencies of a division itself, without those of divisions below it, by code."""
    rows = Agency.objects.filter(division_id=division_id).order_by("code").values_list(*_AGENCY)
    return [AgencyRef(*row) for row in rows[:limit]]


def top_agencies_of(division_id: int) -> list[int]:
    """The agencies of a division that lie below none of it, by id: each with all below it, none is counted twice."""
    rows = Agency.objects.filter(division_id=division_id).exclude(parent__division_id=division_id)
    return list(rows.order_by("id").values_list("id", flat=True))


def agency_names(agency_ids: Iterable[int]) -> dict[int, str]:
    """Names of agencies by id."""
    return dict(Agency.objects.filter(id__in=set(agency_ids)).values_list("id", "name"))


def refs(kind: Kind, ids: Iterable[int]) -> dict[int, Ref]:
    """Number and name of rows of a kind, by id."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows: QuerySet[Any] = table(kind)
    return {row[0]: Ref(*row) for row in rows.filter(id__in=wanted).values_list("id", "code", "name")}


def items_of_agency(agency_id: int, *, limit: int = 500) -> list[ItemRef]:
    """Service items that an agency carries out, by code."""
    rows = ServiceItem.objects.filter(agency_id=agency_id).order_by("code").values_list(*_ITEM)
    return [ItemRef(*row) for row in rows[:limit]]


def deciding_agencies(item_id: int, day: date) -> list[AgencyRef]:
    """Who decides about an item, as far as the directory tells, and holds on a day: its own agency first.

    Then the agency of its 主项, then those above either.
    """
    own = ServiceItem.objects.filter(id=item_id).values_list("agency__path", "parent__agency__path").first()
    paths = [path for path in own or () if path]
    codes = [path.rstrip(".").split(".") for path in paths]
    ranked = [line[-1] for line in codes] + [code for line in codes for code in reversed(line[:-1])]
    rows = Agency.objects.filter(_holding(day), code__in=ranked)
    found = {row[1]: AgencyRef(*row) for row in rows.values_list(*_AGENCY)}
    return [found[code] for code in dict.fromkeys(ranked) if code in found]


def find(text: str, *, day: date | None = None, limit: int = 20) -> tuple[list[AgencyRef], list[ItemRef]]:
    """Agencies and items whose name holds the text, for the search box of the public page.

    With a `day` only agencies that go on then, and items that lie with one.
    """
    if has_forbidden_control(text):
        return [], []
    agencies, items = (
        Agency.objects.filter(name__icontains=text),
        ServiceItem.objects.filter(name__icontains=text),
    )
    if day:
        agencies, items = agencies.filter(_holding(day)), items.filter(_holding(day, "agency__"))
    agency_rows = agencies.order_by("name").values_list(*_AGENCY)
    item_rows = items.order_by("name").values_list(*_ITEM)
    return [AgencyRef(*row) for row in agency_rows[:limit]], [ItemRef(*row) for row in item_rows[:limit]]


def agencies_named(text: str, *, scope: Scope, day: date | None = None, limit: int = 20) -> list[AgencyRef]:
    """Agencies of a remit whose name holds the text, by name; none where it could not stand in a name.

    With a `day` only those that go on then.
    """
    if not text or has_forbidden_control(text):
        return []
    rows = Agency.objects.filter(_reached(Kind.AGENCIES, scope), name__icontains=text)
    if day:
        rows = rows.filter(_holding(day))
    return [AgencyRef(*row) for row in rows.order_by("name", "id").values_list(*_AGENCY)[:limit]]


def table(kind: Kind) -> QuerySet[Dated]:
    """All rows of a kind, for this room's own use."""
    return QuerySet(MODELS[kind])


def last_id(kind: Kind) -> int:
    """The id of the newest row of a kind; 0 when there is none."""
    return int(table(kind).aggregate(last=Max("pk"))["last"] or 0)


def national_divisions() -> list[Row]:
    """The divisions of the whole country from province to county, as rows to import; the codes of 2023.

    Source: National Bureau of Statistics, state of 2023-06-30 (`scripts/make_divisions.py`).
    """
    with _NATIONAL.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_by_key(kind: Kind, keys: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], Record]:
    """Rows as people write them, by `rules.row_key`; their revision is not asked for and is 0."""
    wanted = set(keys)
    if not wanted:
        return {}
    lookups = {
        f"{_lookup(column)}__in": {key[place] for key in wanted} for place, column in enumerate(KEYS[kind])
    }
    found = (Record(pk, row, 0) for pk, row in _texts(kind, Q(**lookups)))
    return {key: record for record in found if (key := row_key(kind, record.row)) in wanted}


def record(kind: Kind, object_id: int) -> Record | None:
    """One row to look at or edit."""
    found = next(iter(_texts(kind, Q(pk=object_id))), None)
    if found is None:
        return None
    last = Change.objects.filter(kind=kind, object_id=object_id).aggregate(last=Max("id"))["last"]
    return Record(*found, last or 0)


def spot(kind: Kind, object_id: int) -> Spot | None:
    """Where a row belongs; None when there is no such row."""
    paths = [path for path in _SPOTS[kind] if path]
    row = table(kind).filter(pk=object_id).values_list(*paths).first()
    return Spot(*row) if row else None


def search(
    kind: Kind,
    text: str = "",
    *,
    scope: Scope,
    within: str = "",
    standing: tuple[Standing, date] | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Record]:
    """Rows whose code begins with the text or whose name holds it, by code; their revision is not asked for and is 0.

    `scope` and `within`, the path of a division, leave out what lies elsewhere; `standing` is a day and whether rows
    shall hold on it or have ended before it.
    """
    if has_forbidden_control(text):
        return []
    found = Q(code__startswith=text) | Q(name__icontains=text) if text else Q()
    if standing:
        ended = Q(valid_to__lt=standing[1])
        found &= ended if standing[0] == Standing.ENDED else ~ended
    found &= _reached(kind, scope) & _below(_SPOTS[kind][0], within)
    return [Record(*row, 0) for row in _texts(kind, found, slice(offset, offset + limit))]


def _reached(kind: Kind, scope: Scope) -> Q:
    division, agency = _SPOTS[kind]
    if scope.division_path is not None:
        return _below(division, scope.division_path)
    return _below(agency, scope.agency_path) if agency and scope.agency_path else Q(pk__in=[])


def _below(lookup: str, path: str) -> Q:
    low, high = path_range(path)
    return Q(**{f"{lookup}__gte": low, f"{lookup}__lt": high}) if path else Q()


def history(kind: Kind, object_id: int) -> list[PastChange]:
    """What was changed in one row, the latest first."""
    return [
        PastChange(change.at, change.actor, change.column, change.before, change.after, str(change.entry_id))
        for change in Change.objects.filter(kind=kind, object_id=object_id).order_by("-at", "-id")
    ]


def names_on(kind: Kind, ids: Iterable[int], day: date) -> dict[int, str]:
    """Names as they were when a day ended, by id."""
    wanted = set(ids)
    ended = datetime.combine(day + timedelta(days=1), time(), BEIJING)
    later = (
        Change.objects.filter(kind=kind, column="name", object_id__in=wanted, at__gte=ended)
        .order_by("object_id", "at", "id")
        .distinct("object_id")
        .values_list("object_id", "before")
    )
    return {pk: row["name"] for pk, row in _texts(kind, Q(pk__in=wanted))} | dict(later)


def held_on(kind: Kind, ids: Iterable[int], day: date) -> set[int]:
    """Those of the ids whose rows hold on a day: begun, and not ended before it."""
    return set(table(kind).filter(_holding(day), pk__in=set(ids)).values_list("pk", flat=True))


def _holding(day: date, of: str = "") -> Q:
    """Rows that have begun by a day and not ended before it; `of` is the way to the row that is meant, "agency__"."""
    begun = Q(**{f"{of}valid_from": None}) | Q(**{f"{of}valid_from__lte": day})
    return begun & (Q(**{f"{of}valid_to": None}) | Q(**{f"{of}valid_to__gte": day}))


def successors(agency_ids: Iterable[int], day: date) -> dict[int, int]:
    """Who goes on for agencies that have ended: the one agency, going on itself on a day, that all their items lie with now.

    What an item's agency was the history of the directory says. Where the items went to several agencies, or none is
    left, nobody is named: that is a person's to say.
    """
    codes = dict(Agency.objects.filter(id__in=set(agency_ids)).values_list("code", "id"))
    left = Change.objects.filter(kind=Kind.ITEMS, column="agency", before__in=list(codes))
    from_whom: dict[int, set[int]] = {}
    for item_id, code in left.values_list("object_id", "before"):
        from_whom.setdefault(item_id, set()).add(codes[code])
    taken_by: dict[int, set[int]] = {}
    goes_on = Q(valid_to=None) | Q(valid_to__gte=day)
    with_whom = ServiceItem.objects.filter(goes_on, id__in=from_whom).values_list("id", "agency_id")
    for item_id, agency_id in with_whom:
        for former in from_whom[item_id]:
            taken_by.setdefault(former, set()).add(agency_id)
    standing = held_on(Kind.AGENCIES, {pk for found in taken_by.values() for pk in found}, day)
    return {
        former: next(iter(found))
        for former, found in taken_by.items()
        if len(found) == 1 and found <= standing
    }


def _lookup(column: str) -> str:
    return f"{column}__code" if column in _POINTERS else column


def _texts(kind: Kind, condition: Q, part: slice | None = None) -> Iterable[tuple[int, dict[str, str]]]:
    columns = COLUMNS[kind]
    rows = table(kind).filter(condition).values_list("pk", *map(_lookup, columns))
    for pk, *values in rows.order_by("code", "pk")[part] if part else rows:
        yield (
            pk,
            {
                column: "" if value is None else str(value)
                for column, value in zip(columns, values, strict=True)
            },
        )
