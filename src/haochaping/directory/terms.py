"""目录 vocabulary: levels of divisions, kinds of items and platforms, reasons for refusing a row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from haochaping.kernel.refused import Complaint

type Row = Mapping[str, str]
"""One row as people write it: texts by column, other rows named by their codes."""


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


class DeviceType(StrEnum):
    """设备 of a hall by which people rate or serve themselves (domain.md §2.8)."""

    EVALUATOR = "evaluator"
    KEYPAD = "keypad"
    TABLET = "tablet"
    KIOSK = "kiosk"
    QR_SIGN = "qr_sign"


ITEM_TYPE_LABELS: dict[ItemType, str] = {
    ItemType.LICENCE: N_("Administrative licence"),
    ItemType.PENALTY: N_("Administrative penalty"),
    ItemType.COERCION: N_("Administrative coercion"),
    ItemType.LEVY: N_("Administrative levy"),
    ItemType.PAYMENT: N_("Administrative payment"),
    ItemType.INSPECTION: N_("Administrative inspection"),
    ItemType.CONFIRMATION: N_("Administrative confirmation"),
    ItemType.REWARD: N_("Administrative reward"),
    ItemType.RULING: N_("Administrative ruling"),
    ItemType.OTHER_POWER: N_("Other administrative power"),
    ItemType.PUBLIC_SERVICE: N_("Public service"),
    ItemType.OTHER: N_("Other kind of item"),
}
DEVICE_TYPE_LABELS: dict[DeviceType, str] = {
    DeviceType.EVALUATOR: N_("Evaluator at a window"),
    DeviceType.KEYPAD: N_("Keypad"),
    DeviceType.TABLET: N_("Tablet"),
    DeviceType.KIOSK: N_("Self-service kiosk"),
    DeviceType.QR_SIGN: N_("Sign with a QR code"),
}
VALUE_LABELS: dict[str, Mapping[str, str]] = {
    "item_type": {str(kind): label for kind, label in ITEM_TYPE_LABELS.items()},
    "device_type": {str(kind): label for kind, label in DEVICE_TYPE_LABELS.items()},
}
"""What the values of a column are called, where they are codes."""


BAD_DIVISION_CODE = Reason(
    "bad_division_code",
    N_("“{value}” is not a division code."),
    N_("Use the 12-digit code; shorter codes are padded with zeros on the right."),
)
AGENCY_ENDED = Reason(
    "agency_ended", N_("“{value}” is no more on {day}."), N_("Choose the agency that took over.")
)
AGENCY_NOT_BEGUN = Reason(
    "agency_not_begun",
    N_("“{value}” has not begun yet on {day}."),
    N_("Choose the agency whose part it is until then."),
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
NOT_IN_ADDRESSES = Reason(
    "not_in_addresses",
    N_("The platform code “{value}” holds a blank or a “/”."),
    N_("Write it without: the code stands in the addresses that the platform calls."),
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


BAD_USCC = Reason(
    "bad_uscc",
    N_("“{value}” is not a unified social credit code."),
    N_("It has 18 characters, the last of which checks the others; compare it with the certificate."),
)
BAD_ITEM_CODE = Reason(
    "bad_item_code",
    N_("“{value}” is not the code of a service item."),
    N_("An item has 31 capital letters and digits; a handling item (办理项) has two digits more."),
)
NOT_OF_THIS_ITEM = Reason(
    "not_of_this_item",
    N_("The handling item (办理项) {code} does not belong to the item {value}."),
    N_(
        "Its code begins with the 31 characters of its item; correct one of the two, or leave the column empty."
    ),
)
NOT_A_MAIN_ITEM = Reason(
    "not_a_main_item",
    N_("{value} has an item above it itself and cannot stand above another."),
    N_("Name the main item (主项)."),
)
BAD_DATE = Reason(
    "bad_date",
    N_("“{value}” is not a day."),
    N_("Write it as year-month-day, for example 2026-06-01."),
)
ENDS_BEFORE_IT_BEGINS = Reason(
    "ends_before_it_begins",
    N_("The last day, {last}, lies before the first, {first}."),
    N_("Correct one of the two days."),
)
FORMULA_CELL = Reason(
    "formula_cell",
    N_("“{value}” is a formula, not a value."),
    N_("Put the value itself into the cell."),
)
BELOW_ITSELF = Reason(
    "below_itself",
    N_("{value} is this one itself or lies below it, and cannot stand above it."),
    N_("Choose another one above."),
)
TREE_TOO_DEEP = Reason(
    "tree_too_deep",
    N_("There are too many agencies above this one."),
    N_("Attach it to one higher up."),
)
STILL_IN_USE = Reason(
    "still_in_use",
    N_("{count} that belong to {code} go on after {last}: {names}."),
    N_("Close or move them first."),
)
CODE_TAKEN = Reason(
    "code_taken",
    N_("The code {value} is in use."),
    N_("Choose another code, or change the one that has it."),
)
CODE_STAYS = Reason(
    "code_stays",
    N_("“{field}” cannot be changed: others know this one by it."),
    N_("Close this one and create another."),
)
CHANGED_MEANWHILE = Reason(
    "changed_meanwhile",
    N_("Somebody else has changed this in the meantime."),
    N_("Look at it again, then repeat your change."),
)
NOT_IN_DIRECTORY = Reason(
    "not_in_directory",
    N_("There is no such row in the directory."),
    N_("Look for it in the list."),
)
NOT_YOURS = Reason(
    "directory_not_yours",
    N_("This part of the directory lies outside your remit."),
    N_("Ask a system administrator who is responsible for it."),
)


NO_SUCH_MATCH = Reason(
    "no_such_match",
    N_("There is no such code on the list, or it is decided."),
    N_("Look at the list again."),
)
NOTHING_CHOSEN = Reason(
    "nothing_chosen",
    N_("None of these codes has a proposed item."),
    N_("Tick those that have one, or open a code and name its item."),
)


class MatchWay(StrEnum):
    """Why a source's code is thought to mean an item: the national part of the code, the name, a person, or nothing yet."""

    SAME_BASE = "same_base"
    SAME_NAME = "same_name"
    PERSON = "person"
    NONE = "none"


class MatchState(StrEnum):
    """Whether somebody has decided what a source's code means."""

    WAITING = "waiting"
    MATCHED = "matched"
    NO_ITEM = "no_item"


MATCH_WAY_LABELS: dict[MatchWay, str] = {
    MatchWay.SAME_BASE: N_("Same code in the national catalogue"),
    MatchWay.SAME_NAME: N_("Same name, written otherwise"),
    MatchWay.PERSON: N_("Chosen by a person"),
    MatchWay.NONE: N_("Nothing like it found"),
}
MATCH_STATE_LABELS: dict[MatchState, str] = {
    MatchState.WAITING: N_("To be decided"),
    MatchState.MATCHED: N_("Matched"),
    MatchState.NO_ITEM: N_("No item of ours"),
}


@dataclass(frozen=True, slots=True)
class ItemAt:
    """An item as it stands among others of its national code: by who carries it out, and where."""

    id: int
    code: str
    name: str
    agency_name: str
    division_path: str


@dataclass(frozen=True, slots=True)
class ItemCard:
    """A service item with what it is compared by; `agency` is a code, `division_path` where that lies."""

    id: int
    code: str
    name: str
    item_type: str
    agency: str
    division_path: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that a source's code may mean, and why."""

    item: ItemCard
    way: MatchWay


@dataclass(frozen=True, slots=True)
class UnknownItem:
    """A code that a source uses for an item and the directory does not know; `records` wait for it."""

    source: str
    code: str
    name: str = ""
    agency: str = ""
    records: int = 0


@dataclass(frozen=True, slots=True)
class MatchRow:
    """事项匹配 as pages read it; `alike` are the items among which a person has to choose, the nearest first."""

    id: int
    source: str
    source_name: str
    code: str
    name: str
    state: MatchState
    way: MatchWay
    item: ItemCard | None
    alike: tuple[SameItemRow, ...]
    records: int
    seen_at: datetime
    decided_at: datetime | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class SameItem:
    """同源差异: items of one national code that do not say the same; `names` and `types` are how many ways they are said."""

    base_code: str
    name: str
    items: int
    names: int
    types: int


@dataclass(frozen=True, slots=True)
class SameItemRow:
    """One of the items of a national code, or of those that a source's code may mean; with its agency and division by name."""

    id: int
    code: str
    name: str
    item_type: str
    agency: str
    division: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a row belongs: the path of its division, and of its agency where it has one. `Spot("")` is the whole."""

    division_path: str
    agency_path: str = ""


class Kind(StrEnum):
    """What the directory holds; the value is the word of `directory import KIND`."""

    DIVISIONS = "divisions"
    AGENCIES = "agencies"
    ITEMS = "items"
    PLATFORMS = "platforms"
    HALLS = "halls"
    WINDOWS = "windows"
    DEVICES = "devices"
    STAFF = "staff"


KIND_LABELS: dict[Kind, str] = {
    Kind.DIVISIONS: N_("Divisions"),
    Kind.AGENCIES: N_("Agencies"),
    Kind.ITEMS: N_("Service items"),
    Kind.PLATFORMS: N_("Platforms"),
    Kind.HALLS: N_("Halls"),
    Kind.WINDOWS: N_("Windows"),
    Kind.DEVICES: N_("Devices"),
    Kind.STAFF: N_("Window staff"),
}
_DAYS = ("valid_from", "valid_to")
COLUMNS: dict[Kind, tuple[str, ...]] = {
    Kind.DIVISIONS: ("code", "name", *_DAYS),
    Kind.AGENCIES: ("code", "name", "division", "parent", "uscc", *_DAYS),
    Kind.ITEMS: ("code", "name", "item_type", "agency", "parent", *_DAYS),
    Kind.PLATFORMS: ("code", "name", "division", *_DAYS),
    Kind.HALLS: ("code", "name", "division", *_DAYS),
    Kind.WINDOWS: ("code", "name", "hall", *_DAYS),
    Kind.DEVICES: ("code", "name", "device_type", "hall", "window", *_DAYS),
    Kind.STAFF: ("code", "name", "agency", *_DAYS),
}
OPTIONAL_COLUMNS = frozenset({"parent", "uscc", "window", *_DAYS})
NEEDED_COLUMNS: dict[Kind, tuple[str, ...]] = {
    kind: tuple(name for name in columns if name not in OPTIONAL_COLUMNS) for kind, columns in COLUMNS.items()
}
# Codes are unique of their kind, except those numbered within something else.
KEYS: dict[Kind, tuple[str, ...]] = dict.fromkeys(Kind, ("code",)) | {
    Kind.WINDOWS: ("hall", "code"),
    Kind.STAFF: ("agency", "code"),
}
LENGTHS = {"code": 40, "uscc": 18}
NAME_LENGTHS = {
    Kind.DIVISIONS: 100,
    Kind.AGENCIES: 200,
    Kind.ITEMS: 300,
    Kind.PLATFORMS: 200,
    Kind.HALLS: 200,
    Kind.WINDOWS: 200,
    Kind.DEVICES: 200,
    Kind.STAFF: 100,
}
COLUMN_LABELS = {
    "code": N_("Code"),
    "name": N_("Name"),
    "division": N_("Division"),
    "parent": N_("Above"),
    "uscc": N_("Unified social credit code"),
    "item_type": N_("Type of item"),
    "device_type": N_("Type of device"),
    "agency": N_("Agency"),
    "hall": N_("Hall"),
    "window": N_("Window"),
    "valid_from": N_("Valid from"),
    "valid_to": N_("Valid to"),
}
CHOICES: dict[str, tuple[str, ...]] = {"item_type": tuple(ItemType), "device_type": tuple(DeviceType)}


@dataclass(frozen=True, slots=True)
class RowChange:
    """One value that an import or an edit changes: `row` counts from 0."""

    row: int
    code: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or would do: numbers of rows, and every complaint with its row counted from 0."""

    new: int
    unchanged: int
    changes: tuple[RowChange, ...]
    complaints: tuple[tuple[int, Complaint], ...]

    @property
    def changed(self) -> int:
        """How many known rows would differ."""
        return len({change.row for change in self.changes})

    @property
    def wrong(self) -> int:
        """How many rows have something wrong with them."""
        return len({row for row, _ in self.complaints})


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the directory to look at or edit. `revision` tells whether somebody changed it since."""

    id: int
    row: Row
    revision: int


@dataclass(frozen=True, slots=True)
class PastChange:
    """One line of a row's history."""

    at: datetime
    actor: str
    column: str
    before: str
    after: str
    entry_id: str


class Standing(StrEnum):
    """Whether a row holds on a day, by its dates."""

    HELD = "held"
    ENDED = "ended"


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
    division_path: str
    valid_from: date | None
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Whether it has begun by a day and not ended before it."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class ItemRef:
    """A service item as other rooms point to it."""

    id: int
    code: str
    name: str
    agency_id: int


@dataclass(frozen=True, slots=True)
class Ref:
    """A window or staff member as other rooms point to it."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class PlacedRef(Ref):
    """A platform or hall as other rooms point to it, with where its division lies."""

    division_path: str


class Inside(NamedTuple):
    """What lies directly in a division."""

    divisions: list[DivisionRef]
    agencies: list[Ref]
    halls: list[Ref]


@dataclass(frozen=True, slots=True)
class Found:
    """What the public's search has found: number, name, what it lies with (of an item its agency)."""

    code: str
    name: str
    lies: str


@dataclass(frozen=True, slots=True)
class DeviceRef:
    """A device, with the hall and perhaps the window at which it stands."""

    id: int
    code: str
    name: str
    device_type: str
    hall_id: int
    window_id: int | None
