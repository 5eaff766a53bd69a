"""目录 rules: what a division code says by its digits, and where a thing lies in its tree."""

from __future__ import annotations

import re
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING

from haochaping.directory.terms import (
    AGENCY_ENDED,
    AGENCY_NOT_BEGUN,
    BAD_DATE,
    BAD_DIVISION_CODE,
    BAD_ITEM_CODE,
    BAD_LENGTH,
    BAD_USCC,
    CHOICES,
    COLUMNS,
    CONTROL_CHARACTERS,
    DOT_IN_CODE,
    ENDS_BEFORE_IT_BEGINS,
    FORMULA_CELL,
    KEYS,
    LENGTHS,
    MISSING_VALUE,
    NAME_LENGTHS,
    NOT_A_CHOICE,
    NOT_IN_ADDRESSES,
    NOT_OF_THIS_ITEM,
    OPTIONAL_COLUMNS,
    DivisionLevel,
    Kind,
)
from haochaping.kernel.refused import Complaint, Refused
from haochaping.kernel.text import has_forbidden_control

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from haochaping.directory.terms import AgencyRef, Row
    from haochaping.kernel.actor import Scope

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
# Provinces are tops: the nation stands above them without being in their paths.
_NATION = "000000000000."
# domain.md §2.1: taskCode, taskHandleItem.
_ITEM_CODE, _HANDLING_ITEM_CODE = 31, 33
_ITEM = re.compile(r"[0-9A-Z]{31}([0-9]{2})?")
# GB 32100: base 31 without I, O, S, V and Z; the weight of each place is a power of 3.
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_LENGTH = 18
_DATE = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII)
# What spreadsheets take for a formula when they open a CSV file.
_IN_NO_ADDRESS = {" ", "\u3000", "/"}
_FORMULA = ("=", "@")
# Cities that are no places but headings of the statistical list: 市辖区 and 县 of the four municipalities,
# and counties that a province governs directly (省直辖县级行政区划).
_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
_MUNICIPAL_HEADINGS = frozenset({"01", "02"})
_PROVINCE_GOVERNED = "90"
_FICTION = "99"


def normal_division_code(code: str) -> str | None:
    """Pad a 2-, 4-, 6-, 9- or 12-digit code to 12 digits; None when it is no division code."""
    if not code.isascii() or not code.isdecimal() or len(code) not in {2, 4, 6, 9, CODE_LENGTH}:
        return None
    return code.ljust(CODE_LENGTH, "0")


def division_level(code: str) -> DivisionLevel:
    """The level of a 12-digit code: the first at which only zeros follow."""
    return next(level for level, digits in _DIGITS.items() if not code[digits:].strip("0"))


def may_name(scope: Scope, division_path: str) -> bool:
    """Whether a sender may name what belongs to a division: it lies within their scope, or above it.

    A city's office has its window in a district's hall, and a city's platform runs a district's cases.
    """
    own = scope.division_path
    if own is None:
        # Whoever has a scope of agencies is held to it by the agency of each case.
        return scope.agency_path is not None
    return division_path.startswith(own) or own.startswith(division_path) or division_path == _NATION


def parent_division_code(code: str) -> str | None:
    """The 12-digit code one level up, or two where the level between is only a heading; None at the top."""
    level = division_level(code)
    if level == DivisionLevel.NATIONAL:
        return None
    above = level - 1
    if level == DivisionLevel.COUNTY and is_heading(code):
        above = DivisionLevel.PROVINCIAL
    return code[: _DIGITS[DivisionLevel(above)]].ljust(CODE_LENGTH, "0")


def is_heading(code: str) -> bool:
    """Whether digits 3 and 4 name no city: 市辖区, 县, 省直辖县级行政区划. Fiction (99) has no such places."""
    city = code[2:4]
    if code[:2] in _MUNICIPALITIES:
        return city in _MUNICIPAL_HEADINGS
    return city == _PROVINCE_GOVERNED and code[:2] != _FICTION


def is_uscc(code: str) -> bool:
    """Whether this is a 统一社会信用代码 whose check character fits (GB 32100)."""
    if len(code) != _USCC_LENGTH or any(c not in _USCC for c in code):
        return False
    total = sum(_USCC.index(c) * pow(3, n, len(_USCC)) for n, c in enumerate(code[:-1]))
    return _USCC[-total % len(_USCC)] == code[-1]


def is_item_code(code: str) -> bool:
    """Whether this is a 31-character 实施编码, or a 办理项 of 33."""
    return _ITEM.fullmatch(code) is not None


def item_stem(code: str) -> str:
    """The 31-character item to which a 33-character handling item belongs; other codes are their own."""
    return code[:_ITEM_CODE] if len(code) == _HANDLING_ITEM_CODE else code


def child_path(parent_path: str, code: str) -> str:
    """The path of a row below `parent_path`: codes joined by dots, a dot at the end."""
    return f"{parent_path}{code}."


def path_above(path: str) -> str:
    """The path one level up; at the top the path itself."""
    return path if path.count(".") <= 1 else path[: path.rindex(".", 0, -1) + 1]


def code_of(path: str) -> str:
    """The code of the row that a path leads to; "" for the path of everything."""
    return path.rstrip(".").rpartition(".")[2]


def path_range(path: str) -> tuple[str, str]:
    """The half-open range of paths that begin with `path`, for a comparison under collation "C"."""
    return path, path[:-1] + chr(ord(path[-1]) + 1) if path else "\U0010ffff"


def common_path(paths: Iterable[str]) -> str:
    """The path of the nearest division that all of these lie in or are; "" when nothing holds them together."""
    steps = zip(*(path.split(".")[:-1] for path in paths), strict=False)
    return "".join(f"{codes[0]}." for codes in takewhile(lambda codes: len(set(codes)) == 1, steps))


def normal_row(kind: Kind, row: Row) -> dict[str, str]:
    """The columns of this kind, trimmed, as the directory writes them: 12-digit divisions, days as 2026-06-01.

    A column that is absent stays absent. What cannot be read is left as it is for `row_complaints` to name.
    """
    normal = {column: row[column].strip() for column in COLUMNS[kind] if column in row}
    code = "code" if kind == Kind.DIVISIONS else "division"
    if code in normal:
        normal[code] = normal_division_code(normal[code]) or normal[code]
    for column in ("valid_from", "valid_to"):
        if column in normal and (day := read_day(normal[column])):
            normal[column] = day.isoformat()
    return normal


def read_day(text: str) -> date | None:
    """A day as people and spreadsheets write it: 2026-06-01, 2026/6/1, 20260601; None when it is none."""
    found = _DATE.fullmatch(text)
    if found is None or (not found[2] and len(found[3] + found[4]) != len("0601")):
        return None
    try:
        return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        return None


def row_key(kind: Kind, row: Row) -> tuple[str, ...]:
    """What tells a row from all others of its kind."""
    return tuple(row.get(column, "") for column in KEYS[kind])


def differences(before: Row, after: Row) -> dict[str, tuple[str, str]]:
    """The columns of `after` that `before` has otherwise: column to (before, after)."""
    return {
        column: (before[column], value)
        for column, value in after.items()
        if column in before and before[column] != value
    }


def row_complaints(kind: Kind, row: Mapping[str, str]) -> list[Complaint]:
    """What is wrong with one row by itself: empty, overlong or unprintable columns, malformed codes and days."""
    complaints = []
    for column in COLUMNS[kind]:
        value = row.get(column, "")
        complaint = _column_complaint(kind, column, value) or _meaning(kind, column, value)
        if complaint is not None:
            complaints.append(complaint)
    return complaints or list(contradictions(kind, row))


def _column_complaint(kind: Kind, column: str, value: str) -> Complaint | None:
    limit = NAME_LENGTHS[kind] if column == "name" else LENGTHS.get(column)
    if not value:
        return None if column in OPTIONAL_COLUMNS else Complaint(MISSING_VALUE, column)
    if limit and len(value) > limit:
        return Complaint(BAD_LENGTH, column, {"length": len(value), "limit": limit})
    if has_forbidden_control(value) or "\n" in value or "\t" in value:
        return Complaint(CONTROL_CHARACTERS, column)
    if value.startswith(_FORMULA):
        return Complaint(FORMULA_CELL, column, {"value": value})
    return None


def _meaning(kind: Kind, column: str, value: str) -> Complaint | None:
    if not value:
        return None
    said = {"value": value}
    if column in CHOICES and value not in CHOICES[column]:
        return Complaint(
            NOT_A_CHOICE, column, said | {"field": column, "choices": ", ".join(CHOICES[column])}
        )
    if column == "uscc" and not is_uscc(value):
        return Complaint(BAD_USCC, column, said)
    if column in {"valid_from", "valid_to"} and read_day(value) is None:
        return Complaint(BAD_DATE, column, said)
    return _code_complaint(kind, value) if column == "code" else None


def _code_complaint(kind: Kind, code: str) -> Complaint | None:
    said = {"value": code}
    if kind == Kind.DIVISIONS and normal_division_code(code) is None:
        return Complaint(BAD_DIVISION_CODE, "code", said)
    # Paths join codes by dots: “A.B” would lie inside the scope of “A”.
    if kind == Kind.AGENCIES and "." in code:
        return Complaint(DOT_IN_CODE, "code", said)
    if kind == Kind.PLATFORMS and (_IN_NO_ADDRESS & set(code)):
        return Complaint(NOT_IN_ADDRESSES, "code", said)
    if kind == Kind.ITEMS and not is_item_code(code):
        return Complaint(BAD_ITEM_CODE, "code", said)
    return None


def contradictions(kind: Kind, row: Mapping[str, str]) -> Iterator[Complaint]:
    """Where the columns of a row, each good by itself, do not fit together."""
    first, last = read_day(row.get("valid_from", "")), read_day(row.get("valid_to", ""))
    if first and last and last < first:
        yield Complaint(ENDS_BEFORE_IT_BEGINS, "valid_to", {"first": str(first), "last": str(last)})
    if kind == Kind.ITEMS and (parent := row.get("parent", "")):
        stem = item_stem(row["code"])
        # DQ-06 (domain.md §7.6): a handling item begins with the code of its item.
        if stem != row["code"] and parent != stem:
            yield Complaint(NOT_OF_THIS_ITEM, "parent", {"code": row["code"], "value": parent})


def check_goes_on(agency: AgencyRef, day: date, field: str = "agency") -> None:
    """Whoever is given something to do on a day has begun and not ended; raises AGENCY_ENDED, AGENCY_NOT_BEGUN."""
    if not agency.holds_on(day):
        ended = agency.valid_to is not None and agency.valid_to < day
        reason = AGENCY_ENDED if ended else AGENCY_NOT_BEGUN
        raise Refused(reason, field=field, value=agency.name, day=day)
