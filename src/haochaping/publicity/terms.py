"""公开 vocabulary: what of a review is published, and who let it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.periods import local_day, monday_of
from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID


class Part(StrEnum):
    """What is released by itself: the reviewer's words, or the agency's reply."""

    TEXT = "text"
    REPLY = "reply"


class Decision(StrEnum):
    """发布决定."""

    RELEASED = "released"
    HELD = "held"
    TAKEN_DOWN = "taken_down"
    RESTORED = "restored"


class Ground(StrEnum):
    """不公开理由: the exceptions from publication (domain.md §6.8), one of which every text has that is kept back."""

    STATE_SECRET = "state_secret"  # noqa: S105 - 国家秘密
    COMMERCIAL_SECRET = "commercial_secret"  # noqa: S105 - 商业秘密
    PRIVACY = "privacy"
    THIRD_PARTY = "third_party"
    LEGAL_CASE = "legal_case"
    MINOR = "minor"
    UNCLASSED = "unclassed"
    """Decided before reasons had classes; nobody chooses it."""


GROUND_LABELS: dict[Ground, str] = {
    Ground.STATE_SECRET: N_("State secret"),
    Ground.COMMERCIAL_SECRET: N_("Trade secret"),
    Ground.PRIVACY: N_("Personal privacy"),
    Ground.THIRD_PARTY: N_("Rights of a third party"),
    Ground.LEGAL_CASE: N_("Case at law that is not decided"),
    Ground.MINOR: N_("A minor is concerned"),
    Ground.UNCLASSED: N_("Decided before reasons had classes"),
}
GROUNDS = tuple(ground for ground in Ground if ground != Ground.UNCLASSED)


class PersonalKind(StrEnum):
    """个人信息种类: what of a text is hidden before anybody else reads it."""

    NAME = "name"
    OFFICIAL = "official"
    """Somebody named with their office, whom the text is about as often as not."""
    PHONE = "phone"
    IDENTITY = "identity"
    CARD = "card"
    CREDIT_CODE = "credit_code"
    PLATE = "plate"
    ADDRESS = "address"
    ACCOUNT = "account"
    MAIL = "mail"
    NUMBER = "number"
    """A number of at least five digits that shows in nothing what it is of."""


class Sensitive(StrEnum):
    """敏感原因: why a publisher should look twice at a word, after the exceptions from publication (domain.md §6.8)."""

    STATE_SECRET = "state_secret"  # noqa: S105 - 国家秘密
    INTERNAL = "internal"
    COMMERCIAL_SECRET = "commercial_secret"  # noqa: S105 - 商业秘密
    PRIVACY = "privacy"
    MINOR = "minor"
    LEGAL_CASE = "legal_case"
    ABUSE = "abuse"


# Whoever decides so lets the words out.
APPEARING = (Decision.RELEASED, Decision.RESTORED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody proposes for one text; a text that is to appear needs neither ground nor reason and keeps none."""

    review_id: UUID
    part: Part
    decision: Decision
    reason: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that waits for a first publisher: as written and as it would appear, by when, and where.

    `raised_to` is the division under which it would appear without item and agency, `raised_name` its name; None and ""
    where it would appear with them. `due_at` is None beyond the calendar.
    """

    review_id: UUID
    part: Part
    level: int
    item_name: str
    agency_name: str
    written_at: datetime
    original: str
    redacted: str
    due_at: datetime | None
    amber_at: datetime | None
    raised_to: int | None
    raised_name: str


@dataclass(frozen=True, slots=True)
class KeptBack:
    """A text that two publishers held back or took down, and why: as written and as it would appear."""

    review_id: UUID
    part: Part
    level: int
    item_name: str
    agency_name: str
    written_at: datetime
    redacted: str
    original: str
    decision: Decision
    reason: str
    decided_at: datetime
    turn: int
    ground: Ground
    raised_to: int | None


@dataclass(frozen=True, slots=True)
class ProposedRelease:
    """What a publisher has proposed for a text, and waits for a second one.

    `original` are the words as written, of a text to be taken down those that are public; `text` is what would appear, empty
    unless it is to be public. `kept_back_for` is why a text that is to be restored was held back or taken down, else empty.
    `proposed_by` is `kind:id`. `due_at` and `raised_name` are as of a candidate.
    """

    id: UUID
    review_id: UUID
    part: Part
    decision: Decision
    text: str
    reason: str
    proposed_by: str
    proposed_staff: list[int]
    proposed_at: datetime
    level: int
    item_name: str
    agency_name: str
    written_at: datetime
    original: str
    kept_back_for: str
    ground: str
    due_at: datetime | None
    amber_at: datetime | None
    raised_name: str


@dataclass(frozen=True, slots=True)
class PublishedText:
    """A text that is public, as it is shown; `decided_at` is when its second publisher confirmed it, in which turn."""

    review_id: UUID
    part: Part
    level: int
    item_name: str
    agency_name: str
    assessed_at: datetime
    written_at: datetime
    text: str
    decided_at: datetime
    turn: int
    raised_to: int | None


@dataclass(frozen=True, slots=True)
class Note:
    """更正说明: what became of words that were public, when, and on which ground where there is one."""

    at: datetime
    ground: str = ""


@dataclass(frozen=True, slots=True)
class RaisedText:
    """A text, with its reply, that stands under a division and without item and agency: too few cases were completed."""

    level: int
    week: date
    text: str | None
    text_down: Note | None
    reply: str | None
    reply_down: Note | None


@dataclass(frozen=True, slots=True)
class KeptBackCount:
    """How many decisions of a kind and ground were confirmed about words of an agency in a quarter."""

    agency_id: int
    decision: Decision
    ground: str
    n: int


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """待审数: how many texts and replies of a place are offered, are beyond their deadline, or wait for their week.

    `counted_at` is when that was counted, None where nothing was. `oldest_due_at` is the deadline of the one that has waited
    longest.
    """

    offered: int = 0
    overdue: int = 0
    coming: int = 0
    oldest_due_at: datetime | None = None
    counted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PublishedReview:
    """A review as the public sees it: never the reviewer, never an unreleased text; nor its id, which tells the time.

    `gone` says what became of a review that stands no more and whose words were public: its level and words are not to be
    shown, only that it stood here.
    """

    id: UUID
    level: int
    assessed_at: datetime
    provenance: str
    item_name: str
    agency_name: str
    has_text: bool
    text: str | None
    text_taken_down: bool
    """Whether the reviewer's words were public once and are no more."""
    text_held: bool
    """Whether two publishers decided that the reviewer's words do not appear."""
    has_reply: bool
    reply: str | None
    reply_taken_down: bool
    """The same of the reply, where none that was given before it is shown."""
    reply_held: bool
    taken_up_again: bool
    """Whether the matter was taken up again after the reply that is shown, and is not answered since."""
    answered_again: bool
    """Whether the agency has given another reply since the one that is shown."""
    followed_up: bool
    is_follow_up: bool
    text_down: Note | None = None
    """When the reviewer's words were taken down, and why; the same of the reply."""
    reply_down: Note | None = None
    text_restored: Note | None = None
    """When words that had been taken down were published again."""
    reply_changed: Note | None = None
    """When the reply that is shown took the place of another one that was public."""
    gone: str = ""
    gone_note: Note | None = None

    @property
    def week(self) -> date:
        """The Monday of the week in which it was given: what is shown of the time of a review that has words."""
        return week_of(self.assessed_at)


def week_of(moment: datetime) -> date:
    """The Monday of the week of a moment, in Beijing."""
    return monday_of(local_day(moment))


HOLD_NEEDS_GROUND = Reason(
    "hold_needs_ground",
    N_("A text is held back or taken down on one of the grounds that there are."),
    N_("Choose the ground; where none fits the text is published."),
)
HOLD_NEEDS_REASON = Reason(
    "hold_needs_reason",
    N_("A text is held back or taken down with a reason."),
    N_("Write why: publication is the rule, holding back the exception."),
)
REFUSAL_NEEDS_REASON = Reason(
    "refusal_needs_reason",
    N_("A proposal is refused with a reason."),
    N_("Write what whoever proposed it should do differently."),
)
NOTHING_TO_RELEASE = Reason(
    "nothing_to_release",
    N_("There is no such text to decide about."),
    N_("Reload the list: the reviewer may have changed it."),
)
ALREADY_PROPOSED = Reason(
    "already_proposed",
    N_("Somebody has already proposed what becomes of this text."),
    N_("Reload the list: it waits for a second person there."),
)
ALREADY_DECIDED = Reason(
    "already_decided",
    N_("Two publishers have already decided about this text."),
    N_("Reload the list."),
)
NOT_PROPOSED = Reason(
    "not_proposed",
    N_("Nothing like this waits for you: it was decided or taken back, or its words were written anew."),
    N_("Reload the list."),
)
