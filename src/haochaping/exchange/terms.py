"""数据交换 vocabulary: what arrives, what waits in quarantine, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID


class RecordKind(StrEnum):
    """What a record is about."""

    CASE = "case"
    REVIEW = "review"
    STEP = "step"
    """过程: what happened to a case, told without the case."""
    VOICE = "voice"
    """诉求: what somebody said without a level, as an older system has kept it."""


class QuarantineState(StrEnum):
    """隔离状态."""

    WAITING = "waiting"
    TAKEN = "taken"
    CORRECTED = "corrected"
    """Its sender has sent it again, corrected, and that was taken."""
    DISCARDED = "discarded"


# Whoever speaks a dialect is a client of this name and the code of its platform.
WIRE_SENDER = "wire:"


class Raw(Struct, frozen=True):
    """One record as it came through a door: plain values, nothing believed yet.

    A record that comes out of quarantine brings what was settled when it first arrived: the persons already sealed
    (by role), the fingerprint of what was said and the receipt's hash.
    """

    fields: Mapping[str, object]
    sealed: Mapping[str, UUID] = {}
    digest: bytes | None = None
    receipt_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record to put aside, with the reason."""

    kind: RecordKind
    fields: Mapping[str, object]
    sealed: Mapping[str, UUID]
    digest: bytes | None
    receipt_hash: bytes | None
    entrance: str
    code: str
    field: str
    params: Mapping[str, object]
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """A record in quarantine as lists and retries read it."""

    id: UUID
    kind: RecordKind
    source: str
    case_no: str
    entry_no: str
    """The number of an entry of an older system, which has no case."""
    fields: Mapping[str, object]
    sealed: Mapping[str, UUID]
    digest: bytes | None
    receipt_hash: bytes | None
    entrance: str
    sender: str
    scope_path: str | None
    code: str
    field: str
    params: Mapping[str, object]
    message: str
    remedy: str
    state: QuarantineState
    attempts: int
    received_at: datetime
    settled_at: datetime | None
    settled_by: str
    discard_reason: str


@dataclass(frozen=True, slots=True)
class QuarantineAsked:
    """Which waiting records are meant: of a reason, kind, source, received before a moment; empty means any."""

    code: str = ""
    kind: str = ""
    source: str = ""
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """报送来源 as doors read it: a platform, the dialect it speaks, and what was agreed with it."""

    id: int
    platform_id: int
    code: str
    name: str
    division_path: str
    dialect: str
    keys: Mapping[str, str] = field(repr=False)
    unsigned: bool
    history: bool
    window: timedelta
    addresses: Mapping[str, str]
    set_at: datetime


# How long the same Idempotency-Key hears the same answer: an answer holds receipts, and some 70 bytes of each item.
ANSWERS_KEPT = timedelta(days=7)
# As long as identities are kept (`identity.terms.RETENTION`): whoever asks what became of a record asks by then.
SETTLED_KEPT = timedelta(days=180)
# How long it stands for the same request: levels above send again months later (trust.md §6.2).
KEYS_KEPT = timedelta(days=400)
DISCARD_REASON_LIMIT = 300
PERSON_FIELDS = ("name", "phone", "certificate_type", "certificate_no")

UNKNOWN_FIELD = Reason(
    "unknown_field",
    N_("There is no field “{field}”."),
    N_("Remove it; the fields are listed in the API reference."),
)
MISSING = Reason("missing", N_("The field “{field}” is missing."), N_("Send it."))
_THAT_FORM = N_("Send it in that form.")
# One code for programs; a sentence of its own for each form, so that it can be said in every language.
NOT_TEXT = Reason("wrong_type", N_("The field “{field}” must be text."), _THAT_FORM)
NOT_WHOLE = Reason(
    "wrong_type",
    N_("“{value}” in the field “{field}” is not a whole number."),
    N_("Write digits alone, without blanks or a decimal point."),
)
NOT_A_FLAG = Reason(
    "wrong_type",
    N_("“{value}” in the field “{field}” is neither true nor false."),
    N_("Write true or false; 1 and 0, yes and no, 是 and 否 are taken too."),
)
NOT_CODES = Reason("wrong_type", N_("The field “{field}” must be a list of codes."), _THAT_FORM)
NOT_INNER = Reason("wrong_type", N_("The field “{field}” must be an object."), _THAT_FORM)
NOT_MANY = Reason("wrong_type", N_("The field “{field}” must be a list of objects."), _THAT_FORM)
NOT_A_LIMIT = Reason(
    "wrong_type",
    N_("The field “{field}” must be a number with day, working_day, month or year."),
    _THAT_FORM,
)
NOT_A_CHOICE = Reason(
    "not_a_choice",
    N_("“{value}” is not possible for “{field}”."),
    N_("Use one of: {choices}."),
)
OUT_OF_RANGE = Reason(
    "out_of_range",
    N_("The field “{field}” is {value}; it must lie between {low} and {high}."),
    N_("Correct the number."),
)
TOO_LONG = Reason(
    "too_long",
    N_("The field “{field}” has {length} characters; {limit} are allowed."),
    N_("Shorten it."),
)
CONTROL_CHARACTERS = Reason(
    "control_characters",
    N_("The field “{field}” holds control characters."),
    N_("Remove them; U+0000 and its like cannot be stored."),
)
DAMAGED_CHARACTERS = Reason(
    "damaged_characters",
    N_("The field “{field}” holds characters that were damaged on the way."),
    N_("Send the whole file again in UTF-8 or GB18030."),
)
NOT_A_TIME = Reason(
    "not_a_time",
    N_("“{value}” in the field “{field}” is not a time."),
    N_("Write it as 2026-11-24T09:30:00+08:00 or 2026-11-24 09:30:00 (Beijing time)."),
)
DUPLICATE_OCCURRENCE = Reason(
    "duplicate_occurrence",
    N_("The occurrence number {value} stands in this case more than once."),
    N_("Number the services of a case 1, 2, 3 …"),
)
ORPHAN = Reason(
    "orphan",
    N_("There is no service {occurrence_no} of case {case_no} from {source} yet."),
    N_("Send the case; the review is taken as soon as it arrives."),
)
EARLY_STEP = Reason(
    "early_step",
    N_("There is no case {case_no} from {source} yet, of which this is a step."),
    N_("Send the case; the step is taken as soon as it arrives."),
)
SHORT_ROW = Reason(
    "short_row",
    N_("This row has {found} columns; the heading has {expected}."),
    N_("Check whether the file was cut off, and send it whole."),
)
WIDE_ROW = Reason(
    "wide_row",
    N_("This row has {found} columns; the heading has only {expected}."),
    N_("Put texts that hold a comma in quotation marks, and give each column a heading."),
)
NOT_AN_OBJECT = Reason("not_an_object", N_("This is not a JSON object."), N_("Write one object per line."))
NOT_JSON = Reason(
    "not_json",
    N_("This is not JSON: line {line}, character {column} cannot be read."),
    N_("Check whether it is whole, and write it with a JSON library."),
)
NOT_A_NUMBER = Reason(
    "not_json",
    N_("This is not JSON: “{value}” is no number that can be read."),
    N_("Write numbers in digits, at most 4,000 of them, and leave out what is not known."),
)
TOO_LARGE_A_NUMBER = Reason(
    "not_json",
    N_("This JSON holds a number of more than 4,000 digits: it is too large to be read."),
    N_("Write numbers as they are; what is a code belongs in quotation marks."),
)
TOO_DEEP = Reason(
    "too_deep",
    N_("This JSON is nested more than {limit} levels deep."),
    N_("Send it as the API reference says."),
)
DUPLICATE_NAME = Reason(
    "duplicate_name",
    N_("The name “{value}” stands twice in one JSON object."),
    N_("Write each name once; it is not clear which value is meant."),
)
DUPLICATE_HEADING = Reason(
    "duplicate_heading",
    N_("The file “{name}” has two columns with the heading “{value}”."),
    N_("Keep one of them."),
)
UNKNOWN_COLUMN = Reason(
    "unknown_column",
    N_("The heading in row {row} of the file “{name}” has a column “{value}” that does not exist."),
    N_("Rename or remove it; the columns are: {choices}."),
)
MISSING_COLUMN = Reason(
    "missing_column",
    N_("The heading in row {row} of the file “{name}” has no column “{value}”."),
    N_("Add it; the file needs the columns: {needed}."),
)
NO_ROWS = Reason(
    "no_rows",
    N_("The file “{name}” holds no row."),
    N_("Check whether the file was written whole."),
)
ROUNDED_NUMBER = Reason(
    "rounded_number",
    N_("The column “{value}” holds a number of more than 15 digits, which the spreadsheet has rounded."),
    N_("Format the column as text, enter the numbers again and save the file."),
)
FORMULA_IN_CELL = Reason(
    "formula_in_cell",
    N_("The cell {cell} holds a formula, not a value."),
    N_("Copy the cell and paste its value only, then save the file."),
)
UNREADABLE_FILE = Reason(
    "unreadable_file",
    N_("The file “{name}” cannot be read as {expected}: it is damaged, was cut off, or is of another kind."),
    N_("Check whether it is whole, and save it again."),
)
UNPACKS_TOO_LARGE = Reason(
    "unpacks_too_large",
    N_("The file “{name}” unpacks to more than a spreadsheet of ours may hold; it was not opened."),
    N_("Split it into several files, or save it as CSV."),
)
IN_UTF_16 = Reason(
    "unreadable_file",
    N_("The file “{name}” is written in UTF-16 (“Unicode text”)."),
    N_("Save it as “CSV UTF-8”."),
)
NEITHER_ENCODING = Reason(
    "unreadable_file",
    N_(
        "The file “{name}” is neither UTF-8 nor GB18030 throughout: the byte at position {position} cannot be read."
    ),
    N_("Save it as UTF-8 as a whole; do not join files of different encodings."),
)
MIXED_ENCODINGS = Reason(
    "mixed_encodings",
    N_("This row is written in {row}, the rest of the file in {rest}."),
    N_("Save the whole file as UTF-8; do not join files of different encodings."),
)
UNREADABLE_ROW = Reason(
    "unreadable_row",
    N_("This row is no text: it is neither UTF-8 nor GB18030, the rest of the file is {rest}."),
    N_("Write the row anew, and save the whole file as UTF-8."),
)
TORN_ROW = Reason(
    "torn_row",
    N_("This row cannot be read as CSV: a quotation mark is not closed, or a cell is far too long."),
    N_("Check whether the file was cut off; write a quotation mark inside a cell twice."),
)
OPEN_ROW = Reason(
    "open_row",
    N_(
        "This row is the last of the file, and its line does not end: the file may have been cut off within it."
    ),
    N_(
        "Send the whole file; if it is whole, put a line break at its end and import it again: what is there stays as it is."
    ),
)
LONG_ROW = Reason(
    "long_row",
    N_("This row has more than {limit} characters."),
    N_("Check whether the line ends of the file were lost; send it with one record to a row."),
)
UNKNOWN_FILE_TYPE = Reason(
    "unknown_file_type",
    N_("The file “{name}” is of a kind that cannot be imported."),
    N_("Use .csv, .xlsx or .jsonl."),
)
FILE_TOO_LARGE = Reason(
    "file_too_large",
    N_("The file “{name}” has {megabytes} MB when it is unpacked; {limit} MB are allowed here."),
    N_("Divide it, or have it imported on the server with “haochaping directory import”."),
)
VISIT_OVER = Reason(
    "visit_over",
    N_("This page has been open for too long, or was already used."),
    N_("Open it again from the device or the service."),
)
ALREADY_WAITING = Reason(
    "already_waiting",
    N_("A rating of this service is kept here already. It waits for the record of the case."),
    N_("There is no second one. Whoever gave it opens it with its receipt number."),
)
BAD_ADDRESS = Reason(
    "bad_address",
    N_("This address cannot be read."),
    N_("Open the page again from the service hall's device."),
)
DISCARD_UNEXPLAINED = Reason(
    "discard_unexplained",
    N_("The reason for discarding is missing."),
    N_("Say in a few words why this can never be taken; the record stays visible with it."),
)
NOT_WAITING = Reason(
    "not_waiting",
    N_("The record {value} does not wait in quarantine."),
    N_("Look at the list again: it was taken or discarded meanwhile."),
)
NO_SUCH_DIALECT = Reason(
    "no_such_dialect",
    N_("There is no dialect “{value}” here."),
    N_("Use one of: {choices}."),
)
NOT_A_KEY = Reason(
    "not_a_key",
    N_("“{field}” is not a key of this dialect, or is not written as one."),
    N_("Write SM2 keys in hex (64 characters private, 128 or 130 public). The dialect has: {choices}."),
)
NOT_AN_ADDRESS = Reason(
    "not_an_address",
    N_("“{value}” is not the beginning of an address."),
    N_("Write it as https://…, one for each network type."),
)
NO_SUCH_PLATFORM = Reason(
    "no_such_platform",
    N_("The platform “{value}” is not in the directory, or its dialect is not set."),
    N_("Import the platform first, then set its dialect."),
)
KEY_REUSED = Reason(
    "idempotency_key_reused",
    N_(
        "This Idempotency-Key was used for another body: that one has the fingerprint {first}, this one {now}."
    ),
    N_("Use a new key for a new body."),
)
