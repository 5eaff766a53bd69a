"""目录 reads: codes to rows, set-wise, and the lists that pages show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.directory.models import Agency, Division, Hall, Platform, ServiceItem, StaffMember, Window
from haochaping.directory.rules import item_stem, normal_division_code, path_range
from haochaping.directory.terms import AgencyRef, DivisionRef, ItemRef, Ref
from haochaping.kernel.text import has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def division(code: str) -> DivisionRef | None:
    """One division by code."""
    return divisions([code]).get(code)


def division_by_id(division_id: int) -> DivisionRef:
    """One division by id; raises DoesNotExist."""
    return DivisionRef(*Division.objects.values_list(*_DIVISION).get(id=division_id))


def agency_by_id(agency_id: int) -> AgencyRef:
    """One agency by id; raises DoesNotExist."""
    return AgencyRef(*Agency.objects.values_list(*_AGENCY).get(id=agency_id))


def item_by_id(item_id: int) -> ItemRef:
    """One service item by id; raises DoesNotExist."""
    return ItemRef(*ServiceItem.objects.values_list(*_ITEM).get(id=item_id))


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
