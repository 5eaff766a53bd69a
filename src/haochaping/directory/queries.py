"""目录 reads: codes to rows, set-wise, and the lists that pages show."""

from __future__ import annotations

import csv
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

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
    ItemRef,
    Kind,
    PastChange,
    Record,
    Ref,
)
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.text import has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from haochaping.directory.models import Dated
    from haochaping.directory.terms import Row

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

_DIVISION = ("id", "code", "name", "path")
_AGENCY = ("id", "code", "name", "path", "division_id")
_ITEM = ("id", "code", "name", "agency_id")


def divisions(codes: Iterable[str]) -> dict[str, DivisionRef]:
    """Divisions by code as given (6, 9 or 12 digits); unknown codes are absent."""
    wanted = {code: normal_division_code(code) for code in set(codes)}
    found = {
        row[1]: DivisionRef(*row)
        for row in Division.objects.filter(code__in=filter(None, wanted.values())).values_list(*_DIVISION)
    }
    return {code: found[normal] for code, normal in wanted.items() if normal in found}


def agencies(codes: Iterable[str]) -> dict[str, AgencyRef]:
    """Agencies by their code, or by a 统一社会信用代码 that belongs to one agency only."""
    wanted = set(codes)
    found = {row[1]: AgencyRef(*row) for row in Agency.objects.filter(code__in=wanted).values_list(*_AGENCY)}
    by_uscc: dict[str, list[AgencyRef]] = {}
    if missing := wanted - found.keys() - {""}:
        for uscc, *row in Agency.objects.filter(uscc__in=missing).values_list("uscc", *_AGENCY):
            by_uscc.setdefault(uscc, []).append(AgencyRef(*row))
    return found | {uscc: rows[0] for uscc, rows in by_uscc.items() if len(rows) == 1}


def items(codes: Iterable[str]) -> dict[str, ItemRef]:
    """Service items by code; a 33-character handling item falls back to its first 31 characters."""
    stems = {code: item_stem(code) for code in set(codes)}
    rows = ServiceItem.objects.filter(code__in={*stems, *stems.values()}).values_list(*_ITEM)
    found = {row[1]: ItemRef(*row) for row in rows}
    return {
        code: found.get(code) or found[stem] for code, stem in stems.items() if code in found or stem in found
    }


def platforms(codes: Iterable[str]) -> dict[str, Ref]:
    """Platforms by code, the `source` of what they send."""
    rows = Platform.objects.filter(code__in=set(codes)).values_list("id", "code", "name")
    return {row[1]: Ref(*row) for row in rows}


def platform_divisions(codes: Iterable[str]) -> dict[str, DivisionRef]:
    """The division each platform belongs to, by platform code."""
    rows = Platform.objects.filter(code__in=set(codes)).values_list(
        "code", "division__id", "division__code", "division__name", "division__path"
    )
    return {row[0]: DivisionRef(*row[1:]) for row in rows}


def halls(codes: Iterable[str]) -> dict[str, Ref]:
    """Halls by code."""
    rows = Hall.objects.filter(code__in=set(codes)).values_list("id", "code", "name")
    return {row[1]: Ref(*row) for row in rows}


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


def item_by_id(item_id: int) -> ItemRef:
    """One service item by id; raises DoesNotExist."""
    return ItemRef(*ServiceItem.objects.values_list(*_ITEM).get(id=item_id))


def names_of_service(
    item_ids: Iterable[int], agency_ids: Iterable[int], hall_ids: Iterable[int]
) -> dict[tuple[Kind, int], str]:
    """What is said of services to whoever had them: names of items, agencies and halls together, by kind and id."""
    wanted = {Kind.ITEMS: item_ids, Kind.AGENCIES: agency_ids, Kind.HALLS: hall_ids}
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {kind.value: list(ids) for kind, ids in wanted.items()})
        return {(Kind(kind), pk): name for kind, pk, name in cursor.fetchall()}


_NAMES = """
    SELECT 'items', id, name FROM directory_service_item WHERE id = ANY(%(items)s)
    UNION ALL
    SELECT 'agencies', id, name FROM directory_agency WHERE id = ANY(%(agencies)s)
    UNION ALL
    SELECT 'halls', id, name FROM directory_hall WHERE id = ANY(%(halls)s)
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


def division_ids_under(division_path: str) -> list[int]:
    """A division with all below it."""
    low, high = path_range(division_path)
    return list(Division.objects.filter(path__gte=low, path__lt=high).values_list("id", flat=True))


def agency_ids_under(agency_path: str) -> list[int]:
    """An agency with all below it."""
    low, high = path_range(agency_path)
    return list(Agency.objects.filter(path__gte=low, path__lt=high).values_list("id", flat=True))


def agencies_under(division_path: str, *, limit: int = 500) -> list[AgencyRef]:
    """Agencies of a division's subtree, by code."""
    low, high = path_range(division_path)
    rows = Agency.objects.filter(division__path__gte=low, division__path__lt=high).order_by("code")
    return [AgencyRef(*row) for row in rows.values_list(*_AGENCY)[:limit]]


def agencies_of(division_id: int, *, limit: int = 500) -> list[AgencyRef]:
    """Agencies of a division itself, without those of divisions below it, by code."""
    rows = Agency.objects.filter(division_id=division_id).order_by("code").values_list(*_AGENCY)
    return [AgencyRef(*row) for row in rows[:limit]]


def agency_names(agency_ids: Iterable[int]) -> dict[int, str]:
    """Names of agencies by id."""
    return dict(Agency.objects.filter(id__in=set(agency_ids)).values_list("id", "name"))


def items_of_agency(agency_id: int, *, limit: int = 500) -> list[ItemRef]:
    """Service items that an agency carries out, by code."""
    rows = ServiceItem.objects.filter(agency_id=agency_id).order_by("code").values_list(*_ITEM)
    return [ItemRef(*row) for row in rows[:limit]]


def find(text: str, *, limit: int = 20) -> tuple[list[AgencyRef], list[ItemRef]]:
    """Agencies and items whose name holds the text, for the search box of the public page."""
    if has_forbidden_control(text):
        return [], []
    agency_rows = Agency.objects.filter(name__icontains=text).order_by("name").values_list(*_AGENCY)
    item_rows = ServiceItem.objects.filter(name__icontains=text).order_by("name").values_list(*_ITEM)
    return [AgencyRef(*row) for row in agency_rows[:limit]], [ItemRef(*row) for row in item_rows[:limit]]


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
    rows = table(kind).filter(
        Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day), pk__in=set(ids)
    )
    return set(rows.values_list("pk", flat=True))


def _lookup(column: str) -> str:
    return f"{column}__code" if column in _POINTERS else column


def _texts(kind: Kind, condition: Q) -> Iterable[tuple[int, dict[str, str]]]:
    columns = COLUMNS[kind]
    rows = table(kind).filter(condition).values_list("pk", *map(_lookup, columns))
    for pk, *values in rows:
        yield (
            pk,
            {
                column: "" if value is None else str(value)
                for column, value in zip(columns, values, strict=True)
            },
        )
