"""目录 vocabulary: levels of divisions, kinds of items and platforms, reasons for refusing a row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from haochaping.kernel.refused import N_, Reason


class DivisionLevel(IntEnum):
    """行政区划 level, by how many digits of the 12-digit code are significant."""

    NATIONAL = 0
    PROVINCIAL = 1
    MUNICIPAL = 2
    COUNTY = 3
    TOWNSHIP = 4
    VILLAGE = 5


class ItemType(StrEnum):
    """政务服务事项 type (GB/T 39046 A.1; domain.md §2.5 taskType)."""

    LICENCE = "01"
    PENALTY = "02"
    COERCION = "03"
    LEVY = "04"
    PAYMENT = "05"
    INSPECTION = "06"
    CONFIRMATION = "07"
    REWARD = "08"
    RULING = "09"
    OTHER_POWER = "10"
    PUBLIC_SERVICE = "20"
    OTHER = "99"


BAD_DIVISION_CODE = Reason(
    "bad_division_code",
    N_("“{value}” is not a division code."),
    N_("Use the 12-digit code; shorter codes are padded with zeros on the right."),
)
UNKNOWN_CODE = Reason(
    "unknown_code",
    N_("“{value}” is not in the directory."),
    N_("Import it into the directory first, or correct the code."),
)
MISSING_VALUE = Reason("missing_value", N_("This field is empty."), N_("Fill it in."))
BAD_LENGTH = Reason(
    "too_long",
    N_("This value has {length} characters; {limit} are allowed."),
    N_("Shorten it."),
)
NOT_A_CHOICE = Reason(
    "not_a_choice",
    N_("“{value}” is not possible for “{field}”."),
    N_("Use one of: {choices}."),
)
CONTROL_CHARACTERS = Reason(
    "control_characters",
    N_("The text holds control characters."),
    N_("Remove characters that cannot be seen."),
)
DOT_IN_CODE = Reason(
    "dot_in_code",
    N_("The agency code “{value}” holds a full stop."),
    N_("Write the code without it, for example with a hyphen."),
)
PARENT_MISSING = Reason(
    "parent_missing",
    N_("The division above, {value}, is not in the directory."),
    N_("Import it first, or put it in the same file."),
)
DUPLICATE_ROW = Reason(
    "duplicate_row",
    N_("The code {value} stands in this file more than once."),
    N_("Keep one of the rows."),
)


class Kind(StrEnum):
    """What can be imported into the directory; the value is the word of `directory import KIND`."""

    DIVISIONS = "divisions"
    AGENCIES = "agencies"
    ITEMS = "items"
    PLATFORMS = "platforms"
    HALLS = "halls"
    WINDOWS = "windows"
    STAFF = "staff"


COLUMNS: dict[Kind, tuple[str, ...]] = {
    Kind.DIVISIONS: ("code", "name"),
    Kind.AGENCIES: ("code", "name", "division", "parent", "uscc"),
    Kind.ITEMS: ("code", "name", "item_type", "agency"),
    Kind.PLATFORMS: ("code", "name", "division"),
    Kind.HALLS: ("code", "name", "division"),
    Kind.WINDOWS: ("code", "name", "hall"),
    Kind.STAFF: ("code", "name", "agency"),
}
OPTIONAL_COLUMNS = frozenset({"parent", "uscc"})
LENGTHS = {"code": 40, "uscc": 18}
NAME_LENGTHS = {
    Kind.DIVISIONS: 100,
    Kind.AGENCIES: 200,
    Kind.ITEMS: 300,
    Kind.PLATFORMS: 200,
    Kind.HALLS: 200,
    Kind.WINDOWS: 200,
    Kind.STAFF: 100,
}
REFERS_TO: dict[str, Kind] = {"division": Kind.DIVISIONS, "agency": Kind.AGENCIES, "hall": Kind.HALLS}


@dataclass(frozen=True, slots=True)
class DivisionRef:
    """A division as other rooms point to it."""

    id: int
    code: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class AgencyRef:
    """An agency as other rooms point to it, with the division it serves."""

    id: int
    code: str
    name: str
    path: str
    division_id: int


@dataclass(frozen=True, slots=True)
class ItemRef:
    """A service item as other rooms point to it."""

    id: int
    code: str
    name: str
    agency_id: int


@dataclass(frozen=True, slots=True)
class Ref:
    """A platform, hall, window or staff member as other rooms point to it."""

    id: int
    code: str
    name: str
