"""数据交换 vocabulary: what arrives, what waits in quarantine, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID


class RecordKind(StrEnum):
    """What a record is about."""

    CASE = "case"
    REVIEW = "review"


class QuarantineState(StrEnum):
    """隔离状态."""

    WAITING = "waiting"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as it came through a door: plain values, nothing believed yet.

    A record that comes out of quarantine brings what was settled when it first arrived: the persons already sealed
    (by role), the fingerprint of what was said and the receipt's hash.
    """

    fields: Mapping[str, object]
    sealed: Mapping[str, UUID] = field(default_factory=dict)
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


PERSON_FIELDS = ("name", "phone", "certificate_type", "certificate_no")

UNKNOWN_FIELD = Reason(
    "unknown_field",
    N_("There is no field “{field}”."),
    N_("Remove it; the fields are listed in the API reference."),
)
MISSING = Reason("missing", N_("The field “{field}” is missing."), N_("Send it."))
WRONG_TYPE = Reason(
    "wrong_type",
    N_("The field “{field}” must be {expected}."),
    N_("Send it in that form."),
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
SHORT_ROW = Reason(
    "short_row",
    N_("This row has {found} columns; the heading has {expected}."),
    N_("Check whether the file was cut off, and send it whole."),
)
NOT_AN_OBJECT = Reason("not_an_object", N_("This is not a JSON object."), N_("Write one object per line."))
UNREADABLE_FILE = Reason(
    "unreadable_file",
    N_("The file “{name}” cannot be read as {expected}: {detail}"),
    N_("Check whether it is whole, and save it again."),
)
UNKNOWN_FILE_TYPE = Reason(
    "unknown_file_type",
    N_("The file “{name}” is of a kind that cannot be imported."),
    N_("Use .csv, .xlsx or .jsonl."),
)
VISIT_OVER = Reason(
    "visit_over",
    N_("This page has been open for too long, or was already used."),
    N_("Open it again from the device or the service."),
)
BAD_ADDRESS = Reason(
    "bad_address",
    N_("This address cannot be read."),
    N_("Open the page again from the service hall's device."),
)
KEY_REUSED = Reason(
    "idempotency_key_reused",
    N_("This Idempotency-Key was used for another body."),
    N_("Use a new key for a new body."),
)
