"""目录 rules: what a division code says by its digits, and where a thing lies in its tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.directory.terms import (
    BAD_DIVISION_CODE,
    BAD_LENGTH,
    COLUMNS,
    CONTROL_CHARACTERS,
    DOT_IN_CODE,
    LENGTHS,
    MISSING_VALUE,
    NAME_LENGTHS,
    NOT_A_CHOICE,
    OPTIONAL_COLUMNS,
    DivisionLevel,
    ItemType,
    Kind,
)
from haochaping.kernel.refused import Complaint
from haochaping.kernel.text import has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Significant digits per level: 2 + 2 + 2 + 3 + 3 (GB/T 2260, GB/T 10114).
_DIGITS = {
    DivisionLevel.NATIONAL: 0,
    DivisionLevel.PROVINCIAL: 2,
    DivisionLevel.MUNICIPAL: 4,
    DivisionLevel.COUNTY: 6,
    DivisionLevel.TOWNSHIP: 9,
    DivisionLevel.VILLAGE: 12,
}
CODE_LENGTH = 12
# domain.md §2.1: taskCode, taskHandleItem.
_ITEM_CODE, _HANDLING_ITEM_CODE = 31, 33


def normal_division_code(code: str) -> str | None:
    """Pad a 2-, 4-, 6-, 9- or 12-digit code to 12 digits; None when it is no division code."""
    if not code.isascii() or not code.isdecimal() or len(code) not in {2, 4, 6, 9, CODE_LENGTH}:
        return None
    return code.ljust(CODE_LENGTH, "0")


def division_level(code: str) -> DivisionLevel:
    """The level of a 12-digit code: the first at which only zeros follow."""
    return next(level for level, digits in _DIGITS.items() if not code[digits:].strip("0"))


def parent_division_code(code: str) -> str | None:
    """The 12-digit code one level up, skipping levels whose digits are zero; None at the top."""
    level = division_level(code)
    if level == DivisionLevel.NATIONAL:
        return None
    return code[: _DIGITS[DivisionLevel(level - 1)]].ljust(CODE_LENGTH, "0")


def item_stem(code: str) -> str:
    """The 31-character item to which a 33-character handling item belongs; other codes are their own."""
    return code[:_ITEM_CODE] if len(code) == _HANDLING_ITEM_CODE else code


def child_path(parent_path: str, code: str) -> str:
    """The path of a row below `parent_path`: codes joined by dots, a dot at the end."""
    return f"{parent_path}{code}."


def path_range(path: str) -> tuple[str, str]:
    """The half-open range of paths that begin with `path`, for a comparison under collation "C"."""
    return path, path[:-1] + chr(ord(path[-1]) + 1) if path else "\U0010ffff"


def row_complaints(kind: Kind, row: Mapping[str, str]) -> list[Complaint]:
    """What is wrong with one row by itself: empty, overlong or unprintable columns, a malformed code or item type."""
    complaints = [
        complaint
        for column in COLUMNS[kind]
        if (complaint := _column_complaint(kind, column, row.get(column, ""))) is not None
    ]
    code, item_type = row.get("code", ""), row.get("item_type", "")
    if kind == Kind.DIVISIONS and code and normal_division_code(code) is None:
        complaints.append(Complaint(BAD_DIVISION_CODE, "code", {"value": code}))
    # Paths join codes by dots: “A.B” would lie inside the scope of “A”.
    if kind == Kind.AGENCIES and "." in code:
        complaints.append(Complaint(DOT_IN_CODE, "code", {"value": code}))
    if kind == Kind.ITEMS and item_type and item_type not in set(ItemType):
        found = {"value": item_type, "field": "item_type", "choices": ", ".join(ItemType)}
        complaints.append(Complaint(NOT_A_CHOICE, "item_type", found))
    return complaints


def _column_complaint(kind: Kind, column: str, value: str) -> Complaint | None:
    limit = NAME_LENGTHS[kind] if column == "name" else LENGTHS.get(column)
    if not value:
        return None if column in OPTIONAL_COLUMNS else Complaint(MISSING_VALUE, column)
    if limit and len(value) > limit:
        return Complaint(BAD_LENGTH, column, {"length": len(value), "limit": limit})
    if has_forbidden_control(value) or "\n" in value or "\t" in value:
        return Complaint(CONTROL_CHARACTERS, column)
    return None


def parents_first(rows: Sequence[Mapping[str, str]]) -> list[int]:
    """The positions of rows of agencies, each after the row its `parent` names; those of a circle come last."""
    waiting = dict(enumerate(rows))
    order: list[int] = []
    while waiting:
        unplaced = {row["code"] for row in waiting.values()}
        ready = [n for n, row in waiting.items() if row.get("parent", "") not in unplaced] or list(waiting)
        order += ready
        for n in ready:
            del waiting[n]
    return order
