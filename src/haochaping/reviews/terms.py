"""评价 vocabulary: five levels, channels, provenance, and the shapes in which an answer arrives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from haochaping.kernel.refused import N_, Reason
from haochaping.reviews.readings import ENGLISH_READINGS

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.identity.terms import PlainPerson


class Level(IntEnum):
    """评价等级, in the national order; 2 and 1 are 差评 (国办发〔2019〕51号)."""

    VERY_SATISFIED = 5
    SATISFIED = 4
    BASICALLY_SATISFIED = 3
    DISSATISFIED = 2
    VERY_DISSATISFIED = 1


LEVEL_LABELS = {
    Level.VERY_SATISFIED: N_("Very satisfied"),
    Level.SATISFIED: N_("Satisfied"),
    Level.BASICALLY_SATISFIED: N_("Basically satisfied"),
    Level.DISSATISFIED: N_("Dissatisfied"),
    Level.VERY_DISSATISFIED: N_("Very dissatisfied"),
}


class ReviewChannel(StrEnum):
    """评价渠道 (wire pf 1…7)."""

    PC = "pc"
    MOBILE = "mobile"
    QR_CODE = "qr_code"
    HALL_PAD = "hall_pad"
    HALL_TERMINAL = "hall_terminal"
    PHONE = "phone"
    SMS = "sms"


CHANNEL_LABELS = {
    ReviewChannel.PC: N_("Computer"),
    ReviewChannel.MOBILE: N_("Mobile phone"),
    ReviewChannel.QR_CODE: N_("QR code"),
    ReviewChannel.HALL_PAD: N_("Tablet in the hall"),
    ReviewChannel.HALL_TERMINAL: N_("Other device in the hall"),
    ReviewChannel.PHONE: N_("Telephone"),
    ReviewChannel.SMS: N_("Text message"),
}


class Provenance(StrEnum):
    """评价来源: how we know that a person said this (domain.md §6.4)."""

    ACTIVE_SELF = "active_self"
    ACTIVE_ONSITE_DEVICE = "active_onsite_device"
    ACTIVE_PAPER_ENTERED = "active_paper_entered"
    HOTLINE_CALL_BACK = "hotline_call_back"
    DEFAULT_SYSTEM = "default_system"
    BULK_IMPORT = "bulk_import"
    UNVERIFIED = "unverified"
    SUSPECTED_FABRICATED = "suspected_fabricated"


class Entrance(StrEnum):
    """Through which kind of door an answer came: what the server itself knows about it."""

    TOKEN = "token"  # noqa: S105 - the holder of an invitation
    CLIENT = "client"
    PAPER = "paper"
    """Two persons typed the same from one paper slip (reviews/paper)."""
    CALL = "call"
    """An operator heard it in a call that the relay made (reviews/asking)."""
    FILE = "file"
    UNSIGNED = "unsigned"
    HISTORY = "history"
    """What an older system has collected before this one was there: nobody is to be asked or to answer for it now."""
    REPORTED = "reported"


class AskingEnd(StrEnum):
    """为何不再邀评: why the person of an invitation is not asked by SMS (any more).

    `not_sent`: no message has gone out, and the rules know no other channel; `by_phone`: they are called instead.
    """

    ASKED_OUT = "asked_out"
    REVIEWED = "reviewed"
    CASE_OVER = "case_over"
    EXPIRED = "expired"
    NO_PHONE = "no_phone"
    NO_SMS = "no_sms"
    MISSED = "missed"
    OPTED_OUT = "opted_out"
    NOT_SENT = "not_sent"
    BY_PHONE = "by_phone"


class ReviewStatus(StrEnum):
    """评价状态 (domain.md §6.4); what waits or was refused never becomes a row here."""

    EFFECTIVE = "effective"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"


class ReasonClass(StrEnum):
    """排除原因: why a review does not count after an appeal; the class is published, as a count."""

    MISTAKEN = "mistaken"
    MALICIOUS = "malicious"


class ChangeKind(StrEnum):
    """What the reviewer did to the review after giving it."""

    LEVEL = "level"
    REASONS = "reasons"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    CLAIMED = "claimed"
    FOLLOWED_UP = "followed_up"
    EXCLUDED = "excluded"


class HelpedBy(StrEnum):
    """填写协助: who filled the form in with the reviewer, in the reviewer's own words."""

    NOBODY = "nobody"
    FAMILY = "family"
    STAFF = "staff"


HELPED_LABELS = {
    HelpedBy.NOBODY: N_("I filled it in myself"),
    HelpedBy.FAMILY: N_("Family or a friend helped me"),
    HelpedBy.STAFF: N_("A member of staff helped me"),
}


class Answer(Struct, frozen=True):
    """One review as sent, checked for shape; `person` is plain on arrival, a sealed id afterwards."""

    source: str
    case_no: str
    occurrence_no: int
    assess_no: int
    level: Level
    indicator_set: str
    indicator_codes: tuple[str, ...]
    comment_text: str
    channel: ReviewChannel
    assessed_at: datetime
    window: str
    staff: str
    anonymous: bool
    claimed_provenance: str
    person: PlainPerson | UUID | None

    @property
    def key(self) -> tuple[str, str, int]:
        """The occurrence the answer is about."""
        return self.source, self.case_no, self.occurrence_no


@dataclass(frozen=True, slots=True)
class Indicator:
    """评价指标: one reason tag of the national set, in force from a day to before another; None is open."""

    code: str
    level: Level
    label: str
    basic: bool
    effective_from: date | None
    effective_to: date | None

    def is_in_force(self, day: date) -> bool:
        """Whether the version of that day has the code."""
        begun = self.effective_from is None or self.effective_from <= day
        return begun and (self.effective_to is None or day < self.effective_to)

    @property
    def english(self) -> str:
        """The label for who reads English; the official words of a code that is not of the national set."""
        return ENGLISH_READINGS.get(self.code, self.label)


class Reached(NamedTuple):
    """The sealed person to reach about a review (who reviewed, else who applied); the way to its page ("" for none)."""

    person: UUID | None
    case_id: UUID | None
    token: str


PROVENANCE_LABELS = {
    Provenance.ACTIVE_SELF: N_("Given by the person themselves, by invitation"),
    Provenance.ACTIVE_ONSITE_DEVICE: N_("Given by the person at the hall's device"),
    Provenance.ACTIVE_PAPER_ENTERED: N_("Given by the person on paper"),
    Provenance.HOTLINE_CALL_BACK: N_("Given by the person when the hotline called"),
    Provenance.DEFAULT_SYSTEM: N_("Entered by a system: nobody answered"),
    Provenance.BULK_IMPORT: N_("Imported from a file"),
    Provenance.UNVERIFIED: N_("Not verified: the sender is not known"),
    Provenance.SUSPECTED_FABRICATED: N_("Suspected to be fabricated"),
}
STATE_LABELS = {
    ReviewStatus.EFFECTIVE: N_("Counts"),
    ReviewStatus.SUPERSEDED: N_("Followed by another review"),
    ReviewStatus.WITHDRAWN: N_("Taken back by its reviewer"),
    ReviewStatus.EXCLUDED: N_("Excluded after an appeal"),
}


class ReviewFacts(NamedTuple):
    """A review as counted. `occurred_at` is when the service took place.

    Division, agency and item are those that served when it was given; `case_place` are those its case names now;
    `case_withdrawn` says that the service would be void without this review; `reason_class` is said of an excluded one.
    `hall_id` is where it was given and `service_hall_id` where the service is known to have taken place now, 0 for none;
    `stage` is the service's; `invited` says that it came through the service's invitation.
    """

    id: UUID
    assessed_at: datetime
    occurred_at: datetime
    division_id: int
    agency_id: int
    item_id: int
    channel: str
    level: int
    provenance: str
    status: str
    assess_no: int
    verified_case: bool
    case_place: tuple[int, int, int]
    case_withdrawn: bool
    reason_class: str = ""
    hall_id: int = 0
    service_hall_id: int = 0
    stage: str = ""
    invited: bool = False


class CountedReview(NamedTuple):
    """A review as a row behind a figure, without what was written."""

    id: UUID
    level: int
    provenance: str
    status: str
    assess_no: int
    agency_id: int
    item_id: int
    assessed_at: datetime


NATIONAL_SET = "national-2020"
COMMENT_LIMIT = 500
MAX_CODES = 20

LEVEL_OUT_OF_RANGE = Reason(
    "level_out_of_range",
    N_("The rating “{value}” is not one of 5, 4, 3, 2, 1."),
    N_("Send the rating as a whole number from 5 (very satisfied) to 1 (very dissatisfied)."),
)
# The same for programs, in the words of whoever taps on a page.
NONE_OF_THE_FIVE = Reason(
    "level_out_of_range",
    N_("The rating “{value}” is none of the five."),
    N_("Choose one of the five below."),
)
UNKNOWN_INDICATOR = Reason(
    "unknown_indicator",
    N_("The indicator code “{value}” is not in the set {indicator_set}."),
    N_("Use a code of the national indicator set."),
)
INDICATOR_OF_OTHER_LEVEL = Reason(
    "indicator_of_other_level",
    N_("The indicator code {value} belongs to level {level_of_code}, the rating is {level}."),
    N_("Send only codes whose first digit is the rating."),
)
RATED_BEFORE_SERVICE = Reason(
    "rated_before_service",
    N_("The review time {assessed_at} lies before the service at {occurred_at}."),
    N_("Check the clock of the device that sent it."),
)
RATED_IN_FUTURE = Reason(
    "rated_in_future",
    N_("The review time {assessed_at} lies in the future."),
    N_("Check the clock of the device that sent it."),
)
CONFLICT = Reason(
    "conflict",
    N_("This service already has a review with other content."),
    N_("A review is changed by its reviewer only; do not send it again."),
)
TOKEN_INVALID = Reason(
    "token_invalid",
    N_("This review link is not valid."),
    N_("Copy the whole link again, or scan the QR code once more."),
)
TOKEN_EXPIRED = Reason(
    "token_expired",
    N_("This review link expired on {until}."),
    N_("Ask the service hall for a new one."),
)
CHANGE_WINDOW_OVER = Reason(
    "change_window_over",
    N_("A review can be changed until {until}; that time has passed."),
    N_("Your review stands as you gave it."),
)
REVIEW_EXCLUDED = Reason(
    "review_excluded",
    N_("After verification this review is not counted for the time being; it cannot be changed."),
    N_("If you do not agree, you can object on this page."),
)
NOT_REVIEWED = Reason(
    "not_reviewed",
    N_("There is no review yet to change."),
    N_("Choose one of the five levels first."),
)
RECEIPT_UNKNOWN = Reason(
    "receipt_unknown",
    N_("There is no review with this receipt number."),
    N_("Check the 26 characters of the number; O and 0, I and 1 are read as the same."),
)
COMMENT_TOO_LONG = Reason(
    "comment_too_long",
    N_("The text has {length} characters; {limit} are allowed."),
    N_("Shorten the text."),
)
FOLLOW_UP_TOO_EARLY = Reason(
    "follow_up_too_early",
    N_(
        "A follow-up review is possible once the agency has answered, or the first review can no longer be changed."
    ),
    N_("Change the first review as long as you can, or come back when the answer is here."),
)
FOLLOW_UP_OVER = Reason(
    "follow_up_over",
    N_("A follow-up review was possible until {until}; that time has passed."),
    N_("Your first review stands as you gave it."),
)
NO_FOLLOW_UP = Reason(
    "no_follow_up",
    N_("The rules of this place know no follow-up review."),
    N_("The first review stands; what is still wrong can be written in the messages of the review."),
)
REVIEW_WINDOW_OVER = Reason(
    "review_window_over",
    N_("By the rules of this place the service could be reviewed until {until}; that time has passed."),
    N_("Tell the agency itself or the hotline 12345 what you wanted to say."),
)
SERVICE_VOIDED = Reason(
    "service_voided",
    N_(
        "The case was withdrawn ({at}) before anybody had reviewed this service: it can no longer be reviewed."
    ),
    N_("Tell us what you wanted to say as a complaint or suggestion, or the hotline 12345."),
)
NO_CALLBACK_CONSENT = Reason(
    "no_callback_consent",
    N_("The reviewer has not agreed to be called."),
    N_("Write to them in the messages of the work order: they read it on their review's page."),
)
FORBIDDEN_CHARACTERS = Reason(
    "forbidden_characters",
    N_("The text holds control characters."),
    N_("Remove characters that cannot be seen."),
)


class Submission(Struct, frozen=True):
    """A judged answer with what the server adds to it; `digest` was taken before the person was sealed."""

    answer: Answer
    entrance: Entrance
    digest: bytes
    receipt: str
    receipt_hash: bytes
    person_id: UUID | None
    finished: bool


class Stated(Struct, frozen=True):
    """What another installation says that a review of its own is now."""

    review_id: UUID
    level: Level
    indicator_codes: tuple[str, ...]
    comment_text: str
    channel: str
    provenance: Provenance
    anonymous: bool
    assessed_at: datetime
    status: ReviewStatus
    reason_class: ReasonClass | None


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation as its pages need it."""

    id: UUID
    occurrence_id: UUID
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SupplementRow:
    """What the reviewer said beside level, reasons and words; None where they did not say."""

    may_call_back: bool = False
    helped_by: HelpedBy | None = None
    concealed: bool = False


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review as pages and other rooms read it. Holds the text as given: not for publication."""

    id: UUID
    occurrence_id: UUID
    assess_no: int
    level: int
    indicator_set: str
    indicator_codes: tuple[str, ...]
    comment_text: str
    reason_missing: bool
    channel: str
    provenance: str
    status: str
    assessed_at: datetime
    received_at: datetime
    finished_at: datetime | None
    changeable_until: datetime
    division_id: int
    agency_id: int
    item_id: int
    hall_id: int | None
    window_id: int | None
    staff_id: int | None
    person_id: UUID | None
    anonymous: bool
    sent_by: str
