"""层级交换 vocabulary: peers, signed batches of both directions, what a batch says of itself, orders told from below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from haochaping.exchange.reconciliation.terms import Part, RowDifference, StatedKind, Sums  # noqa: TC001 - as below
from haochaping.kernel.refused import N_, Reason
from haochaping.ledger.terms import Suite  # noqa: TC001 - as below
from haochaping.rectification.terms import Heard, OrderState, Solved  # noqa: TC001 - msgspec reads them

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


class BatchKind(StrEnum):
    """批次种类: what the lines of a batch are."""

    RECORDS = "records"
    STATEMENT = "statement"


class OutState(StrEnum):
    """去批状态 (domain.md §6.9)."""

    QUEUED = "queued"
    SENT = "sent"
    ACKED = "acked"
    DUPLICATE_OK = "duplicate_ok"
    REJECTED = "rejected"
    EXCLUDED = "excluded"


class InState(StrEnum):
    """来批状态 (domain.md §6.9)."""

    STAGED = "staged"
    MERGED = "merged"
    REFUSED = "refused"
    FAILED = "failed"


class ReturnState(StrEnum):
    """退回状态 of one case that the other side could not take whole (domain.md §6.9)."""

    REJECTED = "rejected"
    REQUEUED = "requeued"
    FIXED = "fixed"
    EXCLUDED = "excluded"


BATCH_FORMAT, ANSWER_FORMAT = "haochaping-batch-1", "haochaping-answer-1"
# Raised whenever a record says something that an older reader would misread (DQ-35).
SCHEMA = "cases-1"
SCHEMAS = frozenset({SCHEMA})

MOST_RECORDS = 1000
MOST_BODY = 8 * 2**20
MOST_PACKED = 12 * 2**20
MOST_UNPACKED = 64 * 2**20
# Who is so far behind has lost more than a gap: a person looks.
MOST_AHEAD = 1000
# 心跳: a day without anything to tell is told as a batch of no rows (DQ-33): silence is not zero.
HEARTBEAT = timedelta(days=1)
# What could not be taken may be takable tomorrow: the directory of the other side has grown by then.
RETURNED_AGAIN = timedelta(days=1)
# DQ-11: told more than a day after it happened.
LATE_AFTER = timedelta(days=1)
# What passes by itself (a lock, a full disk) has passed by the third try; after that each case of the batch is taken by
# itself, so that one that cannot be taken does not hold up the others, and a person is told.
MOST_FAILURES = 3
WHY_LIMIT = 300
# As long as identities are kept (`identity.terms.RETENTION`): a sender that has not heard its answer by then has lost it.
BATCH_ANSWERS_KEPT = timedelta(days=180)


class Manifest(Struct, frozen=True, kw_only=True):
    """批次清单: what a batch says of itself, the first line of its file and what is signed (trust.md DQ-31, 32, 35)."""

    format: str
    kind: BatchKind
    sender: str
    receiver: str
    seq: int
    made_at: datetime
    period: tuple[datetime, datetime]
    schema: str
    code_sets: list[str]
    rows: dict[str, int]
    levels: dict[str, int]
    channels: dict[str, int]
    first_at: str
    last_at: str
    bytes: int
    sha256: str


class Returned(Struct, frozen=True):
    """退回: a case of a batch that could not be taken whole; `message` is a message id, for whoever reads it to translate."""

    source: str
    case_no: str
    code: str
    field: str
    message: str
    params: dict[str, str] = {}


class StatedDay(Struct, frozen=True, kw_only=True):
    """对账单 as it travels: the sums of a platform's day with as much of their tree, or the rows that were asked for."""

    source: str
    kind: StatedKind
    day: date
    statement: Sums | None = None
    parts: list[Part] = []


class HeardDay(Struct, frozen=True, kw_only=True):
    """What a statement is answered: equal or not, what has still to be told, the records that differ; or why not taken.

    `here` are the sums of whoever answers; one of an older version does not say them.
    """

    source: str
    kind: StatedKind
    day: date
    state: str = ""
    wanted: list[str] = []
    count: int = 0
    differing: list[RowDifference] = []
    here: Sums | None = None
    code: str = ""
    message: str = ""
    params: dict[str, str] = {}


class Answer(Struct, frozen=True, kw_only=True):
    """回执: what became of a batch, signed by whoever has taken or refused it."""

    format: str
    sender: str
    receiver: str
    seq: int
    sha256: str
    state: InState
    at: datetime
    next_seq: int
    code: str = ""
    message: str = ""
    params: dict[str, str] = {}
    counts: dict[str, int] = {}
    returned: list[Returned] = []
    heard: list[HeardDay] = []


class Totals(Struct, frozen=True):
    """控制总数 of the records of a batch, counted alike by sender and receiver."""

    rows: dict[str, int]
    levels: dict[str, int]
    channels: dict[str, int]
    first_at: str
    last_at: str


class ToldAppeal(Struct, frozen=True):
    """The appeal about an order told from below: where it was filed, and what was decided last."""

    division: str
    agency: str
    verdict: str = ""


class ToldOrder(Struct, frozen=True, kw_only=True):
    """下级工单 as it travels: where it stands and what is counted of it; no words and nobody."""

    occurrence_no: int
    assess_no: int
    number: str
    state: OrderState
    division: str
    agency: str
    item: str
    created_at: datetime
    dispatched_at: datetime | None = None
    rectify_due_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    contact_kept: bool | None = None
    rectify_kept: bool | None = None
    answered: bool = False
    again: bool = False
    repeats: bool = False
    heard: Heard | None = None
    solved: Solved | None = None
    appeal: ToldAppeal | None = None


class Packed(Struct, frozen=True):
    """A file of ours taken apart: the signed line, its signature, the lines after them; and as it was."""

    head: bytes
    signature: bytes
    body: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Peer:
    """对端: another installation, by the code it is known by here; `known_as` is what it calls us.

    `sends`: we report to it; `takes`: it reports to us. What is exchanged lies in `division_path`.
    """

    id: int
    code: str
    known_as: str
    division_code: str
    division_name: str
    division_path: str
    suite: Suite
    public_key: bytes
    url: str
    sends: bool
    takes: bool
    told_index: int
    told_seq: int
    taken_seq: int
    attempts: int
    last_error: str
    heard_at: datetime | None
    set_at: datetime
    expects: int | None
    """The number that a peer above expects next, as it has said last; None before it has said anything."""


@dataclass(frozen=True, slots=True)
class OutBatch:
    """A batch to a peer; `content` is its file, empty once it was taken."""

    id: UUID
    peer_id: int
    seq: int
    kind: BatchKind
    state: OutState
    rows: int
    sha256: str
    content: bytes
    attempts: int
    failures: int
    why: str
    code: str
    message: str
    params: dict[str, str]
    made_at: datetime
    settled_at: datetime | None


class News(NamedTuple):
    """What a batch told for the first time, and how much of it late: longer after it happened than `LATE_AFTER`.

    `late` are reviews by when they were given; cases count by the last that had happened to them, orders by each step
    that has a moment (opened, dispatched, answered, closed).
    """

    reviews: int = 0
    late: int = 0
    cases: int = 0
    cases_late: int = 0
    orders: int = 0
    orders_late: int = 0


@dataclass(frozen=True, slots=True)
class InBatch:
    """A batch from a peer, with the answer it was given."""

    id: UUID
    peer_id: int
    seq: int
    kind: BatchKind
    state: InState
    sha256: str
    rows: int
    reviews: int
    late: int
    returned: int
    failures: int
    code: str
    message: str
    params: dict[str, str]
    received_at: datetime


class RefusedBatch(Struct, frozen=True):
    """A batch that its receiver has refused, with the reason that the sender was answered."""

    seq: int
    code: str
    message: str
    params: dict[str, str]


@dataclass(frozen=True, slots=True)
class PeerState:
    """How it stands with a peer: what waits to go out, what is missing of what came, how late it comes."""

    peer: Peer
    waiting: int
    oldest: datetime | None
    rejected: int
    returned: int
    gaps: tuple[int, ...]
    failing: tuple[int, ...]
    """The numbers of batches of either direction that the receiver fails to take."""
    staged: int
    refused: int
    news: News
    given_back: int
    """Cases that we have sent back with the batches of the last day on which it sent any: it tells them anew every day."""
    silent: bool
    refusals: tuple[RefusedBatch, ...]
    """The newest: of ours those that are refused there still, of theirs those of the last 30 days."""
    go_on_with: int | None
    """The number that a peer above expects, where our numbers do not lead to it; else None."""


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """A case of ours that a peer could not take whole."""

    id: UUID
    peer_code: str
    division_name: str
    source: str
    case_no: str
    code: str
    field: str
    message: str
    params: dict[str, str]
    state: ReturnState
    attempts: int
    since: datetime


@dataclass(frozen=True, slots=True)
class ToldDay:
    """对账单 that was told to a peer, and what it answered last; `peer_code` is empty for the level above on the line."""

    peer_code: str
    source: str
    kind: StatedKind
    day: date
    state: str
    count: int
    differing: Sequence[RowDifference]
    message: str
    params: dict[str, str]
    told_at: datetime
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReportedOrderRow:
    """下级工单 as pages show it."""

    review_id: UUID
    peer_code: str
    state: OrderState
    agency_name: str
    division_name: str
    item_name: str
    created_at: datetime
    rectify_due_at: datetime | None
    replied_at: datetime | None
    solved: str


class PeerAway(Exception):  # noqa: N818 - says what was found
    """Nobody answered, or not in a way that says the batch was read; it may have been taken all the same."""


NOT_OURS = Reason(
    "not_a_batch",
    N_("This is not a file of the exchange between installations, or it is damaged."),
    N_("Have the file written and carried again."),
)
DAMAGED = Reason(
    "not_a_batch",
    N_("The file is sealed for us and does not open: it was changed, or cut off on the way."),
    N_("Have it written and carried again."),
)
NOT_SENT_FROM_HERE = Reason(
    "not_a_batch",
    N_("This is an answer to a batch that was not sent from here."),
    N_("Look whether this database was restored from a backup; then “haochaping exchange again” goes on."),
)
UNKNOWN_DIVISION = Reason(
    "unknown_division",
    N_("The division “{value}” is not in the directory."),
    N_("Write the code of a division of the directory, twelve digits; import the divisions first."),
)
NOT_SEALED = Reason(
    "not_sealed",
    N_("This is not a sealed file of the exchange between installations, or its beginning is damaged."),
    N_("Have the file written with the present version and carried again."),
)
SEALED_FOR_OTHER = Reason(
    "sealed_for_other",
    N_("The file is sealed for another installation: for the key {value}, and ours is {ours}."),
    N_(
        "Carry it there; or give the sender our present key (“haochaping exchange key”) and have it written again."
    ),
)
TOO_LARGE_BATCH = Reason(
    "batch_too_large",
    N_("The file is larger than a batch may be ({limit} MB)."),
    N_("Have the sender write it with the present version."),
)
NO_SUCH_PEER = Reason(
    "no_such_peer",
    N_("There is no peer “{value}” here, or it was closed."),
    N_("Look at “haochaping exchange peers”; add it with “haochaping exchange peer add”."),
)
PEER_DOES_NOT_SEND = Reason(
    "peer_does_not_send",
    N_("The peer “{value}” was not agreed to report to us."),
    N_("Add it again with --takes, if it should."),
)
OTHER_RECEIVER = Reason(
    "other_receiver",
    N_("This file is for “{value}”, and “{sender}” knows us as “{ours}”."),
    N_("Carry it to whom it is for, or agree on the codes once more."),
)
WRONG_SIGNATURE = Reason(
    "wrong_signature",
    N_("The signature is not that of “{value}”: the file was changed, or signed with another key."),
    N_("Have it carried again; if its key was changed, add the peer again with the new one."),
)
OTHER_CONTENT = Reason(
    "other_content",
    N_(
        "Batch {seq} of “{value}” has come before with other content; what came first stands. Number {expected} is expected"
        " next."
    ),
    N_(
        "Ask the sender whether its database was restored from a backup: “haochaping exchange again” goes on, with --next"
        " {expected}."
    ),
)
TOO_FAR_AHEAD = Reason(
    "too_far_ahead",
    N_("Batch {seq} lies too far ahead; {expected} is expected."),
    N_("Have the missing batches sent first."),
)
UNKNOWN_SCHEMA = Reason(
    "unknown_schema",
    N_("The batch is written as “{value}”, which this version does not read."),
    N_("Update this installation, then have the batch sent again."),
)
UNKNOWN_CODE_SET = Reason(
    "unknown_code_set",
    N_("The batch uses the indicator set “{value}”, which is not known here."),
    N_("Install the set, then have the batch sent again."),
)
TOTALS_DIFFER = Reason(
    "totals_differ",
    N_("“{what}” of the manifest does not agree with what was read."),
    N_("Have the batch made anew; nothing of it was taken."),
)
NOT_A_RECORD = Reason(
    "not_a_record",
    N_("Line {line} of the batch is not a record: {what}."),
    N_("Have the sender look at the batch; nothing of it was taken."),
)
NOT_A_PEER_KEY = Reason(
    "not_a_peer_key",
    N_("“{value}” is not the public key of an installation."),
    N_("Use the file that “haochaping exchange key” has written there."),
)
OTHER_KEY = Reason(
    "other_key",
    N_("The fingerprint of the key is {value}, not the one that was named."),
    N_("Compare it by telephone with whoever runs the other installation."),
)
NOT_A_PEER_CODE = Reason(
    "not_a_peer_code",
    N_("“{value}” cannot be the code of an installation."),
    N_("Use 2 to 40 of the letters a–z, digits and hyphens."),
)
NOT_A_PEER_ADDRESS = Reason(
    "not_a_peer_address",
    N_("“{value}” is not the address of an installation."),
    N_("Write it as https://… without a path of its own, or leave it out where files are carried."),
)
STATED_BY_IT = Reason(
    "stated_by_it",
    N_("We do not report to “{value}”; it reports to us, and states its days to us."),
    N_("State the day on its side."),
)
NOTHING_TO_STATE = Reason(
    "nothing_to_state",
    N_(
        "Nothing was stated: no platform that was in force on {value} belongs to the division agreed ({division})."
    ),
    N_(
        "Look at the platforms in the directory: what belongs to a division above it is not stated to this peer. Put the"
        " platform into the division that it serves, or agree on the larger division with “exchange peer add”."
    ),
)
NOT_YET_IN_FORCE = Reason(
    "nothing_to_state",
    N_(
        "Nothing was stated of {value}: “{platform}” has been in force since {since}, and no other platform of {division} was."
    ),
    N_(
        "State a day from then on; or, where it had sent before, import the platform again with its valid_from, or with none."
    ),
)
NO_SUCH_BATCH = Reason(
    "no_such_batch",
    N_("There is no batch {seq} to “{value}” that was refused there or fails there."),
    N_("Look at “haochaping exchange status”."),
)
WHY_LEFT_OUT = Reason(
    "why_left_out",
    N_("The reason for leaving it out is missing."),
    N_("Say in a few words why; it stays visible."),
)
NO_SUCH_RETURN = Reason(
    "no_such_return",
    N_("“{value}” has returned no such case."),
    N_("Look at “haochaping exchange returned”."),
)
OTHERS_REVIEW = Reason(
    "others_review",
    N_("This service has another review here, which came another way; that one stands."),
    N_("Compare the two; leave this one out if it is the same visit."),
)
BAD_ORDER = Reason(
    "bad_order",
    N_("The state of a work order of this case cannot be read, or its review is not here."),
    N_("Have the sender look at it; it is sent again by itself."),
)
BAD_STATUS = Reason(
    "bad_status",
    N_("The state of a review of this case cannot be read."),
    N_("Have the sender look at it; it is sent again by itself."),
)
BATCH_NOT_POSTED = Reason(
    "batch_not_posted",
    N_("Batches are sent by POST."),
    N_("Send the file as the body of a POST request."),
)
CASE_FAILED = Reason(
    "case_failed",
    N_("The other installation fails whenever it takes this case: {what}."),
    N_("Have its operator look into its log; the case is sent again every day, or leave it out."),
)
CASE_SET_ASIDE = Reason(
    "case_set_aside",
    N_("The batch with this case was set aside, because the other installation failed to take it: {why}."),
    N_("The case is sent again every day, or leave it out."),
)
BATCH_FAILED = Reason(
    "batch_failed",
    N_("The batch could not be stored; nothing of it was taken."),
    N_("Send the same batch again later."),
)
