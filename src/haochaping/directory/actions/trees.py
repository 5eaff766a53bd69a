"""What stands above a row: divisions by their codes, agencies and items by their column `parent`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from haochaping.directory import queries
from haochaping.directory.models import Agency, ServiceItem
from haochaping.directory.rules import child_path, division_level, item_stem, parent_division_code, path_range
from haochaping.directory.terms import BELOW_ITSELF, NOT_A_MAIN_ITEM, TREE_TOO_DEEP, Kind
from haochaping.kernel.refused import Complaint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from haochaping.directory.terms import Row

_LONGEST_PATH = 400


@dataclass(frozen=True, slots=True)
class Above:
    """The row above another: nobody (`id` is None), or one with its code and path."""

    id: int | None = None
    code: str = ""
    path: str = ""
    # An item that has one above it itself.
    is_child: bool = False


TOP = Above()
KINDS = frozenset({Kind.DIVISIONS, Kind.AGENCIES, Kind.ITEMS})


def code_above(kind: Kind, row: Row) -> str:
    """What `above` is asked for: the code of the row above, or nothing."""
    if kind == Kind.DIVISIONS:
        parent = parent_division_code(row["code"])
        # There is no row for the nation unless somebody makes one: provinces are tops.
        return "" if parent is None or not parent.strip("0") else parent
    if kind == Kind.ITEMS and item_stem(row["code"]) != row["code"]:
        return item_stem(row["code"])
    return row.get("parent", "")


def above(kind: Kind, codes: Iterable[str]) -> Mapping[str, Above]:
    """The rows with these codes, by code as given."""
    wanted = set(codes) - {""}
    if kind == Kind.DIVISIONS:
        return {code: Above(ref.id, ref.code, ref.path) for code, ref in queries.divisions(wanted).items()}
    if kind == Kind.AGENCIES:
        return {code: Above(ref.id, ref.code, ref.path) for code, ref in queries.agencies(wanted).items()}
    rows = ServiceItem.objects.filter(code__in=wanted).values_list("id", "code", "parent_id")
    return {code: Above(pk, code, is_child=parent is not None) for pk, code, parent in rows}


def position(kind: Kind, row: Row, place: Above) -> dict[str, object]:
    """The columns of a new row that say where in its tree it stands."""
    if kind not in {Kind.DIVISIONS, Kind.AGENCIES}:
        return {}
    found: dict[str, object] = {"parent_id": place.id, "path": child_path(place.path, row["code"])}
    if kind == Kind.DIVISIONS:
        found["level"] = int(division_level(row["code"]))
    return found


def complaint(kind: Kind, row: Row, place: Above) -> Complaint | None:
    """Why a row cannot stand there: the path would be too long, or the item above is no main item."""
    if kind == Kind.AGENCIES and len(child_path(place.path, row["code"])) > _LONGEST_PATH:
        return Complaint(TREE_TOO_DEEP, "parent")
    is_handling_item = kind == Kind.ITEMS and item_stem(row["code"]) != row["code"]
    if (
        kind == Kind.ITEMS
        and not is_handling_item
        and (place.is_child or item_stem(place.code) != place.code)
    ):
        return Complaint(NOT_A_MAIN_ITEM, "parent", {"value": place.code})
    return None


def is_main_item(item_id: int) -> bool:
    """Whether other items, not only handling items, stand below this one."""
    codes = ServiceItem.objects.filter(parent_id=item_id).values_list("code", flat=True)
    return any(item_stem(code) == code for code in codes)


def move_agency(agency_id: int, parent: str) -> Complaint | None:
    """Put an agency and all below it below another, or at the top."""
    agency = Agency.objects.get(pk=agency_id)
    # Read again: an earlier row of the same file may have moved it.
    place = above(Kind.AGENCIES, [parent]).get(parent, TOP)
    if place.path.startswith(agency.path):
        return Complaint(BELOW_ITSELF, "parent", {"value": parent})
    low, high = path_range(agency.path)
    subtree = Agency.objects.filter(path__gte=low, path__lt=high)
    path = child_path(place.path, agency.code)
    longest = max(len(known) for known in subtree.values_list("path", flat=True))
    if longest - len(agency.path) + len(path) > _LONGEST_PATH:
        return Complaint(TREE_TOO_DEEP, "parent")
    Agency.objects.filter(pk=agency_id).update(parent_id=place.id)
    subtree.update(path=Concat(Value(path), Substr(F("path"), len(agency.path) + 1)))
    return None
