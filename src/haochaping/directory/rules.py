"""目录 rules: what a division code says by its digits, and where a thing lies in its tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.directory.terms import (
    BAD_DIVISION_CODE,
    BAD_LENGTH,
    COLUMNS,
    LENGTHS,
    MISSING_VALUE,
    OPTIONAL_COLUMNS,
    DivisionLevel,
    Kind,
)
from haochaping.kernel.refused import Complaint

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def normal_division_code(code: str) -> str | None:
    """Pad a 6-, 9- or 12-digit code to 12 digits; None when it is no division code."""
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


def child_path(parent_path: str, code: str) -> str:
    """The path of a row below `parent_path`: codes joined by dots, a dot at the end."""
    return f"{parent_path}{code}."


def path_range(path: str) -> tuple[str, str]:
    """The half-open range of paths that begin with `path`, for a comparison under collation "C"."""
    return path, path[:-1] + chr(ord(path[-1]) + 1) if path else "\U0010ffff"


def row_complaints(kind: Kind, row: Mapping[str, str]) -> list[Complaint]:
    """What is wrong with one row by itself: empty or overlong columns, a malformed division code."""
    complaints = []
    for column in COLUMNS[kind]:
        value = row.get(column, "")
        limit = LENGTHS.get(column)
        if not value and column not in OPTIONAL_COLUMNS:
            complaints.append(Complaint(MISSING_VALUE, column))
        elif limit and len(value) > limit:
            complaints.append(Complaint(BAD_LENGTH, column, {"length": len(value), "limit": limit}))
    if kind == Kind.DIVISIONS and row.get("code") and normal_division_code(row["code"]) is None:
        complaints.append(Complaint(BAD_DIVISION_CODE, "code", {"value": row["code"]}))
    return complaints
