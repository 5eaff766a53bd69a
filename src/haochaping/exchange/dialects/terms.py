"""方言 vocabulary: what a dialect file says once it is read, and why a message or a file is not taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from haochaping.kernel.refused import Complaint

# What a message may weigh: the largest seen has 3 KB, a batch of a thousand cases about 2 MB.
MAX_BYTES = 4 * 2**20
MAX_RECORDS = 1_000


class Does(StrEnum):
    """What an operation of a dialect does here."""

    INTAKE = "intake"
    """Takes a case, a review, or both."""
    PAGE = "page"
    """Answers with the address of a review page, taking the case in first where one is told: the invitation's when signed."""
    PENDING = "pending"
    """Lists the services of a person that wait for a review."""
    INDICATORS = "indicators"
    """Lists the indicators (评价指标)."""
    STATUS = "status"
    """Says whether a service has been reviewed, and how."""
    CASE = "case"
    """Says what is known of a case, never who applied."""
    TOKEN = "token"  # noqa: S105 - a short-lived pass
    """Gives a pass to who knows the secret."""
    OPEN = "open"
    """Leads to the review page by the service's code, which is the secret."""
    VISIT = "visit"
    """Begins a short visit of what the address says, for whoever opens it: at `/wire/<dialect>/<path>`, without a source."""


class Step(NamedTuple):
    """One step of opening a message: its name and what it is about."""

    name: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.about}".strip()


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where one canonical field comes from: names on the wire in order, and how its value is read."""

    target: str
    names: tuple[tuple[str, ...], ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    """The names in small letters, as a folded record has them."""
    map: Mapping[str, str] | None = None
    otherwise: str | None = None
    prefix: str = ""
    constant: str = ""
    unit: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    lenient: bool = False
    required: bool = False
    required_at: tuple[str, ...] = ()
    """States of its case in which the field must be there."""

    @property
    def wire(self) -> str:
        """What its sender may call the field: all the names that would do."""
        return " / ".join(map(".".join, self.names)) or self.target


@dataclass(frozen=True, slots=True)
class Signature:
    """How a sender shows that a message is its own: over which parts, and where they stand."""

    kind: str
    sign: tuple[str, ...]
    over: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    mark: tuple[str, ...] = ()
    nonce: tuple[str, ...] = ()
    user: tuple[str, ...] = ()
    prefix: str = ""
    headers: bool = False
    """Whether all of it stands in the headers of the request and not in the message."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of a dialect."""

    name: str
    path: str
    methods: tuple[str, ...]
    does: Does
    steps: tuple[Step, ...]
    inside: tuple[str, ...] = ()
    tables: Mapping[str, tuple[FieldRule, ...]] = field(default_factory=dict)
    signature: Signature | None = None
    replies: Mapping[str, Reply] = field(default_factory=dict)
    needs_reason: bool = False
    """Whether a bad review must say why: a rule of forms, not of devices (domain.md §2.9)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in the caller's style: a pattern of its body with {places}, and how it is packed."""

    style: str = "json"
    status: int = 200
    body: object = None
    root: str = ""
    shape: Mapping[str, object] = field(default_factory=dict)
    """Values that get another form first, as patterns."""
    pack: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Description:
    """A dialect: everything its file says."""

    name: str
    title: str
    file: str
    keys: Mapping[str, str]
    empty: frozenset[str]
    times: tuple[str, ...]
    scale: str
    self_built: str
    codes: Mapping[str, str]
    """What the caller calls our complaints, by their code; “else” is all others."""
    texts: Mapping[str, str]
    """The sentences its clients know, by code, in place of ours; “{field}” is the field as they call it."""
    operations: tuple[Operation, ...]

    def operation(self, name: str) -> Operation | None:
        """The operation of this name."""
        return next((one for one in self.operations if one.name == name), None)


class Code(NamedTuple):
    """A code that a sender tells, and the name under which it stood."""

    value: str
    wire: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One record out of a message: canonical raw fields by table, and what each is called on the wire.

    `wire` is by “table.target”: the name it was read from, or all that would do where nothing was sent (not in `sent`).
    `complaints` are about the fields of a table that could not be read; these hold a “?” and what was said.
    """

    tables: Mapping[str, Mapping[str, object]]
    candidates: Mapping[str, tuple[Code, ...]]
    wire: Mapping[str, str]
    sent: frozenset[str]
    complaints: Mapping[str, Sequence[Complaint]] = field(default_factory=dict)
    record: Mapping[str, object] = field(default_factory=dict, repr=False)
    """The record as its sender wrote it, which knows the capitals of its names."""

    @property
    def complaint(self) -> Complaint | None:
        """The first complaint of all."""
        return next((first for first, *_ in self.complaints.values()), None)

    def unread(self, table: str) -> Complaint | None:
        """The first complaint about a table."""
        return next(iter(self.complaints.get(table, ())), None)


@dataclass(frozen=True, slots=True)
class Opened:
    """A message with its envelope off: the outermost document, and the records in it as their sender wrote them."""

    outer: object
    records: tuple[Mapping[str, object], ...]


BAD_ENVELOPE = Reason(
    "bad_envelope",
    N_("The message cannot be opened at “{field}”: it is no {expected}."),
    N_("Send it whole, packed as the dialect says."),
)
DOES_NOT_OPEN = Reason(
    "does_not_open",
    N_("What stands in “{field}” does not open with the key of this source."),
    N_("Encrypt it with the key that was handed over; ask the administrator whether it was changed."),
)
NOT_SIGNED = Reason(
    "not_signed",
    N_("The message bears no valid signature in “{field}”."),
    N_("Sign it as the dialect says, with the mark, word and key that were handed over."),
)
# It has the code of what is not signed: to the sender it is that, and its dialect may have a word for it.
UNSIGNED_CALL = Reason(
    "not_signed",
    N_(
        "This call bears no signature in its dialect, and this source is not set to be taken without one"
        " (“haochaping dialect set … --unsigned”)."
    ),
    N_("Ask the administrator to set it so; what comes without a signature is kept as unverified."),
)
OUT_OF_TIME = Reason(
    "out_of_time",
    N_("The time {value} in “{field}” lies more than {minutes} minutes from now."),
    N_("Set the clock of the sending system, and sign each message anew."),
)
REPLAYED = Reason(
    "replayed",
    N_("The signature in “{field}” was used for another message."),
    N_("Sign each message anew."),
)
NO_KEY_HERE = Reason(
    "no_key_here",
    N_("This source has no “{value}” here."),
    N_("Ask the administrator to set the keys of the source."),
)
NOT_SEEN_IN_XML = Reason(
    "not_xml",
    N_("This is not XML that is taken here: line {line} cannot be read."),
    N_("Send well-formed XML without DOCTYPE and entities."),
)
WITH_DOCTYPE = Reason(
    "not_xml",
    N_("This XML bears a document type declaration (DOCTYPE), which is not taken here."),
    N_("Send it without DOCTYPE and entities."),
)
OFF_SCALE = Reason(
    "off_scale",
    N_("“{value}” in “{field}” is not on this dialect's scale of levels."),
    N_("Use one of: {choices}."),
)
UNKNOWN_WIRE_CODE = Reason(
    "unknown_wire_code",
    N_("The code “{value}” in “{field}” is not known in this dialect."),
    N_("Use one of: {choices}."),
)
NO_WIRE_TIME = Reason(
    "not_a_time",
    N_("“{value}” in “{field}” is not a time of this dialect."),
    N_("Write it as: {choices}."),
)
WIRE_FIELD_MISSING = Reason(
    "missing",
    N_("The field “{field}” is missing."),
    N_("Send it."),
)
TOO_MANY_RECORDS = Reason(
    "too_many_records",
    N_("The message holds {count} records; 1 to {limit} are allowed."),
    N_("Send them in parts."),
)
SELF_BUILT = Reason(
    "self_built",
    N_("“{value}” is an item of the authority's own."),
    N_("An item of the authority's own that is not in the catalogue is not reviewed here."),
)
REASON_MISSING = Reason(
    "reason_missing",
    N_("A bad review must name a reason in “{field}” or say why in words."),
    N_("Choose a reason, or write one."),
)
HISTORY_ONLY = Reason(
    "history_only",
    N_("Entries without a level are taken as history only."),
    N_("Have the administrator set the source with --history, or import them as a file."),
)
NO_SUCH_SERVICE = Reason(
    "no_such_service",
    N_("There is no service of the case “{value}” here."),
    N_("Send the case with this service first."),
)
# It has the code of a service that is not there: to the sender it is that.
NO_SUCH_SERVICE_NAME = Reason(
    "no_such_service",
    N_("The case “{value}” has no service “{name}” here."),
    N_("Send the case with this service first."),
)
FIELD_TWICE = Reason(
    "duplicate_name",
    N_("The field “{field}” stands twice."),
    N_("Send it once; it is not clear which value is meant."),
)
LEVELS_DIFFER = Reason(
    "levels_differ",
    N_("“{field}” name different levels ({value})."),
    N_("Send one of them, or the same level in both: a level is not guessed."),
)
WRONG_METHOD = Reason(
    "wrong_method",
    N_("The call “{value}” is sent by {methods}, not by {method}."),
    N_("Send it by {methods}."),
)
NO_SUCH_METHOD = Reason(
    "no_such_call",
    N_("The service has no method “{value}”; it has: {choices}."),
    N_("Compare the name of the method with the one the administrator has given."),
)
NO_SUCH_CALL = Reason(
    "no_such_call",
    N_("The dialect has no call “{value}”."),
    N_("Compare the address with the one the administrator has given."),
)
WIRE_TOO_LARGE = Reason(
    "wire_too_large",
    N_("The message is larger than {limit} MiB."),
    N_("Send it in parts."),
)
WIRE_NO_LENGTH = Reason(
    "no_length",
    N_("The request does not say how long its body is."),
    N_("Send the header Content-Length instead of a chunked body."),
)
WIRE_FAILED = Reason(
    "wire_failed",
    N_("Something went wrong here; it is not certain whether anything was stored."),
    N_("Send the same message again in a few seconds."),
)
NO_SUCH_SOURCE = Reason(
    "no_such_source",
    N_("There is no source “{value}” that speaks this dialect here."),
    N_("Compare the address with the one the administrator has given."),
)
DIALECT_AWAY = Reason(
    "unavailable",
    N_("This is not available right now; nothing was stored."),
    N_("Try again later."),
)
NOT_TOML = Reason(
    "bad_dialect",
    N_("{file} is not TOML: {value}"),
    N_("Look at the line that is named."),
)
NO_SUCH_NAME = Reason(
    "bad_dialect",
    N_("{file}: {where}: there is no such name."),
    N_("Use one of: {choices}."),
)
NOT_POSSIBLE = Reason(
    "bad_dialect",
    N_("{file}: {where}: “{value}” is not possible."),
    N_("Use one of: {choices}."),
)
WRONG_SHAPE = Reason(
    "bad_dialect",
    N_("{file}: {where} has the wrong shape."),
    N_("Write it as: {example}"),
)
NOT_COMPLETE = Reason(
    "bad_dialect",
    N_("{file}: {where} is not complete."),
    N_("Write: {example}"),
)
