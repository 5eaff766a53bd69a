"""身份 vocabulary: a person in plain sight for one call only, purposes, reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class IndexPurpose(StrEnum):
    """盲索引 purpose: each has a key of its own, so that one never matches the other."""

    PHONE = "phone"
    CERTIFICATE = "certificate"
    PHONE_AND_END = "phone_end"


class PlainPerson(Struct, frozen=True):
    """A person as a source names them, in memory between door and seal only; its repr says nothing."""

    name: str = ""
    phone: str = ""
    certificate_type: str = ""
    certificate_no: str = ""

    def __repr__(self) -> str:
        return "PlainPerson(…)"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to seal."""
        return not (self.name or self.phone or self.certificate_no)


UNKNOWN_PERSON = Reason(
    "unknown_person",
    N_("There is no sealed person with this number."),
    N_("The record may have been erased after its retention period; work without a call-back."),
)
BAD_PHONE = Reason(
    "bad_phone",
    N_("This is not a telephone number."),
    N_("Type the number you gave when you handled your matter."),
)
BAD_END = Reason(
    "bad_certificate_end",
    N_("These are not the last four characters of a certificate number."),
    N_("Type four digits or letters, for example 002X."),
)
NO_PHONE = Reason(
    "no_phone",
    N_("This person left no phone number that can be reached."),
    N_("Answer on the status page; the person sees it with the receipt."),
)
OTHER_KEY = Reason(
    "other_relay_key",
    N_("The phone number was sealed for another relay key."),
    N_("Start the worker with the relay key {key_id}, or restore it from the back-up."),
)
BROKEN_SEAL = Reason(
    "broken_seal",
    N_("The sealed record has been altered or belongs to another row."),
    N_("Do not use it; compare the database with the last back-up and report the incident."),
)


class RelayPurpose(StrEnum):
    """中间号用途: what the relay may be used for; a closed list."""

    NOTICE = "notice"
    VERIFY = "verify"
    ARRANGE = "arrange"
    RESULT = "result"
    SAMPLE = "sample"
    INVITATION = "invitation"


# A notice is queued by the program; the others are stated by whoever wants to call.
CALL_PURPOSES: dict[RelayPurpose, str] = {
    RelayPurpose.VERIFY: N_("Verify what the review says"),
    RelayPurpose.ARRANGE: N_("Arrange how it is put right"),
    RelayPurpose.RESULT: N_("Tell the result"),
}


# Stated by the flow of a sampling call-back or an invitation by phone, never chosen at the desk of an order.
PURPOSE_OF_BASIS = {"sample": RelayPurpose.SAMPLE, "invitation": RelayPurpose.INVITATION}
GRANTED_PURPOSES = (*CALL_PURPOSES, *PURPOSE_OF_BASIS.values())


class KeyPair(StrEnum):
    """密钥对: who can unwrap a batch key."""

    ESCROW = "escrow"
    RELAY = "relay"


class ErasureCause(StrEnum):
    """清除原因: why sealed persons were erased."""

    UNUSED = "unused"
    RETENTION = "retention"
    REQUEST = "request"


# Proposals of the design (no regulation names a number): longer than any quarantine is left unread, and item 57.
UNUSED_KEPT = timedelta(days=30)
RETENTION = timedelta(days=180)

UNKNOWN_RELAY_PURPOSE = Reason(
    "unknown_relay_purpose",
    N_("A call through the relay needs one of the stated purposes."),
    N_("Choose what you want to call for."),
)
NO_GRANT = Reason(
    "no_relay_grant",
    N_("There is no permission for this call."),
    N_("Ask for the call from the work order."),
)
GRANT_OVER = Reason(
    "relay_grant_over",
    N_("The permission for this call ended at {until}."),
    N_("Ask for the call again from the work order."),
)
CALLS_USED_UP = Reason(
    "calls_used_up",
    N_("All {n} calls that are allowed for this order have been made."),
    N_("Write to the reviewer, or try again after {until}."),
)


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A permission to call one sealed person about one work order, which ends by itself."""

    id: UUID
    person: UUID
    basis: UUID
    purpose: RelayPurpose
    granted_to: str
    granted_at: datetime
    ends_at: datetime
    calls_allowed: int
    calls_made: int


@dataclass(frozen=True, slots=True)
class WrappedFact:
    """How many batches are wrapped under one key."""

    key_id: str
    batches: int


class OpeningPurpose(StrEnum):
    """开封用途: why a name may be opened; a closed list."""

    LIFE_SAFETY = "life_safety"
    LAWFUL_REQUEST = "lawful_request"
    RETALIATION = "retaliation"
    FABRICATION = "fabrication"


PURPOSE_LABELS: dict[OpeningPurpose, str] = {
    OpeningPurpose.LIFE_SAFETY: N_("Life or safety is in danger"),
    OpeningPurpose.LAWFUL_REQUEST: N_("A court, procuratorate or public security organ requests it by law"),
    OpeningPurpose.RETALIATION: N_("Investigation of retaliation against the reviewer"),
    OpeningPurpose.FABRICATION: N_("Investigation of fabricated reviews"),
}


class OpeningState(StrEnum):
    """开封申请 states. `seconded`: one office of two has approved."""

    REQUESTED = "requested"
    SECONDED = "seconded"
    APPROVED = "approved"
    OPENED = "opened"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


OPENING_LABELS: dict[OpeningState, str] = {
    OpeningState.REQUESTED: N_("Waits for two offices"),
    OpeningState.SECONDED: N_("Approved by one office, waits for another"),
    OpeningState.APPROVED: N_("Approved by two offices"),
    OpeningState.OPENED: N_("Opened"),
    OpeningState.REFUSED: N_("Refused"),
    OpeningState.WITHDRAWN: N_("Withdrawn"),
    OpeningState.EXPIRED: N_("Expired"),
}


class OpeningMove(StrEnum):
    """开封申请 moves."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    OPEN = "open"


OPENING_MOVES: dict[OpeningMove, str] = {
    OpeningMove.APPROVE: N_("Approved"),
    OpeningMove.REFUSE: N_("Refused"),
    OpeningMove.WITHDRAW: N_("Withdrawn"),
    OpeningMove.EXPIRE: N_("Expired"),
    OpeningMove.OPEN: N_("Opened with the escrow key"),
}

# Proposals of the design, no number of a regulation. The delay is time to object: any keeper may still refuse.
OPENING_DELAY = timedelta(hours=24)
# Whoever has not opened it within a month has no urgent need: ask again.
OPENING_EXPIRES = timedelta(days=30)
# The person is told at the latest after this (trust.md §3.5), unless a court has forbidden it.
TOLD_AFTER = timedelta(days=30)
BASIS_LIMIT, DOCUMENT_LIMIT = 500, 100

NO_SUCH_OPENING = Reason(
    "no_such_opening", N_("There is no such request."), N_("Check its number in the list of requests.")
)
NOTHING_SEALED = Reason(
    "nothing_sealed",
    N_("Nobody's identity is sealed with this review or case."),
    N_("Check the number; an identity is erased after its retention period."),
)
UNKNOWN_OPENING_PURPOSE = Reason(
    "unknown_opening_purpose",
    N_("An identity is opened for one of the stated purposes only."),
    N_("Choose one of the list."),
)
NO_LEGAL_BASIS = Reason(
    "no_legal_basis",
    N_("The legal basis is empty or longer than {limit} characters."),
    N_("Name law and article, and in a sentence why it is needed."),
)
NO_DOCUMENT = Reason(
    "no_lawful_document",
    N_("A request by law needs the number of its document, at most {limit} characters."),
    N_("Type the number of the document by which the organ requests it."),
)
NO_ORGANISATION = Reason(
    "no_organisation",
    N_("Your account belongs to no office, so that nobody can tell whose decision this is."),
    N_("Have the security administrator give you the role for your own agency."),
)
OWN_MATTER = Reason(
    "own_matter",
    N_("Whoever was reviewed has no part in opening the reviewer's identity."),
    N_("Leave it to the supervising offices."),
)
NOT_YOURSELF = Reason(
    "opening_by_requester",
    N_("Whoever asked for the opening cannot approve it."),
    N_("Two other persons of two different offices decide."),
)
SAME_ORGANISATION = Reason(
    "same_organisation",
    N_("Your office has approved this already; the second approval comes from another one."),
    N_("Wait for a keeper of another office."),
)
WRONG_OPENING_STATE = Reason(
    "wrong_opening_state",
    N_("This request has been decided or ended; that step is not possible now."),
    N_("Somebody may have gone on with it: see how it stands now."),
)
OPENING_TOO_EARLY = Reason(
    "opening_too_early",
    N_("This identity may be opened from {at} on."),
    N_("Wait: until then any keeper may still refuse."),
)
OPENING_OVER = Reason(
    "opening_over", N_("This request expired at {until}."), N_("Make a new request if it is still needed.")
)
OTHER_ESCROW_KEY = Reason(
    "other_escrow_key",
    N_("The record is sealed for another escrow key."),
    N_("Use the escrow key {key_id}."),
)
UNRECORDED_APPROVAL = Reason(
    "unrecorded_approval",
    N_("The ledger does not hold the two approvals that this request claims."),
    N_("Open nothing; compare the database with the last back-up and report the incident."),
)


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """A request as pages and commands show it; what has not happened is empty or None."""

    id: UUID
    person: UUID
    subject_kind: str
    subject_id: str
    division_path: str
    agency_path: str
    purpose: OpeningPurpose
    legal_basis: str
    document: str
    state: OpeningState
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    first_by: str
    first_organisation: str
    first_at: datetime | None
    second_by: str
    second_organisation: str
    second_at: datetime | None
    opens_from: datetime | None
    ended_by: str
    ended_note: str
    ended_at: datetime | None
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whose decision somebody's is: the top of their agency's path, and the division that agency belongs to."""

    path: str
    division_path: str
