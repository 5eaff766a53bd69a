"""抽样回访 vocabulary: lots, draws, calls and results."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID


class SampleKind(StrEnum):
    """抽样类别: closed orders of bad reviews, and good reviews."""

    BAD_CLOSED = "bad_closed"
    GOOD = "good"


class DrawMethod(IntEnum):
    """抽样方法: by what a lot is drawn. The first kept its list to itself; its draws are still made again by it."""

    BY_REVIEW = 1
    BY_TICKET = 2


class SampleState(StrEnum):
    """抽样件状态. `lapsed`: the round ended before there were enough calls."""

    TO_ASK = "to_ask"
    ASKED = "asked"
    TO_CALL = "to_call"
    ANSWERED = "answered"
    REFUSED = "refused"
    NOT_REACHED = "not_reached"
    LAPSED = "lapsed"


class DidRate(StrEnum):
    """是否本人评价: what somebody says when asked whether they gave the review themselves."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class AnsweredBy(StrEnum):
    """答复途径: on the page of the message, to a caller, or by keys of the phone to an automatic call."""

    PAGE = "page"
    CALL = "call"
    IVR = "ivr"


class SampleCallResult(StrEnum):
    """抽样回访结果: what one call brought."""

    ANSWERED = "answered"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"
    WRONG_NUMBER = "wrong_number"


class Shown(StrEnum):
    """公布程度: how much of a result so many answers allow (trust.md §5.2.12)."""

    NOTHING = "nothing"
    COUNTS = "counts"
    RATES = "rates"


KIND_LABELS: dict[SampleKind, str] = {
    SampleKind.BAD_CLOSED: N_("Bad reviews whose orders are finished"),
    SampleKind.GOOD: N_("Good reviews (levels 3 to 5)"),
}


DID_RATE_LABELS: dict[DidRate, str] = {
    DidRate.YES: N_("Yes, I gave it myself"),
    DidRate.NO: N_("No, I did not rate"),
    DidRate.UNSURE: N_("I do not remember"),
}


SAMPLE_CALL_LABELS: dict[SampleCallResult, str] = {
    SampleCallResult.ANSWERED: N_("Answered"),
    SampleCallResult.NOT_REACHED: N_("Nobody answered the call"),
    SampleCallResult.DECLINED: N_("Does not want to be asked"),
    SampleCallResult.WRONG_NUMBER: N_("Wrong number, or no number any more"),
}


SAMPLE_WORDS_LIMIT = 500


# Under the first nothing is published, under the second counts alone (trust.md §5.2.12).
LEAST_COUNTS, LEAST_RATES = 10, 30


NO_SUCH_SAMPLE = Reason(
    "no_such_sample",
    N_("There is no such review in the sample."),
    N_("Go back to the list: somebody else may have settled it."),
)


OWN_REVIEWS = Reason(
    "sample_of_own_reviews",
    N_("Whoever was reviewed does not call the reviewers of a sample."),
    N_("Leave it to the supervisory desk of the division."),
)


SAMPLE_SETTLED = Reason(
    "sample_settled",
    N_("This person has answered already, or the round has ended."),
    N_("Nothing needs to be done."),
)


SAMPLE_LINK_INVALID = Reason(
    "sample_link_invalid",
    N_("This link does not belong to a question of ours."),
    N_("Open it from the message itself; it may have been cut off when it was copied."),
)


SAMPLE_OVER = Reason(
    "sample_over",
    N_("The time to answer this question is over."),
    N_("Nothing needs to be done. You can still review the service by its own link."),
)


NOT_A_LIST = Reason(
    "sample_not_a_list",
    N_("This file is no list of a sample."),
    N_("Download it from the page of the samples and change nothing in it."),
)


NOT_SAID = Reason(
    "sample_not_said",
    N_("Say whether you gave the rating yourself."),
    N_("Choose one of the three answers."),
)


NOT_A_LEVEL = Reason(
    "sample_not_a_level", N_("“{value}” is not a level."), N_("Choose one of the five levels, or none.")
)


SAMPLE_WORDS_TOO_LONG = Reason(
    "sample_words_too_long",
    N_("The text has {length} characters; {limit} are allowed."),
    N_("Shorten it."),
)


SAMPLE_WORDS_CONTROLS = Reason(
    "sample_words_controls",
    N_("The text holds characters that cannot be shown."),
    N_("Type it again, or paste it as plain text."),
)


UNKNOWN_CALL_RESULT = Reason(
    "sample_unknown_call_result", N_("“{value}” is not a result of a call."), N_("Choose one of the list.")
)


NO_CALL_MADE = Reason(
    "sample_no_call_made",
    N_("There is no call through the relay whose result is still to be recorded."),
    N_("Have the relay call first, and record the result when the call is over."),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says when asked again; `level` is None when they name none."""

    did_rate: DidRate
    level: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Lot:
    """Everything a draw follows from: the seed and the list it is drawn from, each review under its ticket."""

    head: str
    head_index: int
    tickets: Mapping[str, UUID]
    size: int


@dataclass(frozen=True, slots=True)
class DrawList:
    """What anybody draws again with: the seed, the list of tickets in order, its hash, and how many are drawn."""

    seed: str
    size: int
    list_hash: str
    tickets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawRow:
    """A draw. `head` is the ledger's head (hex) before the month ended, `list_hash` the hash of the list drawn from."""

    id: UUID
    division_id: int
    month: date
    kind: SampleKind
    head: str
    head_index: int
    population: int
    list_hash: str
    size: int
    method: DrawMethod
    drawn_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SampleToAsk:
    """A drawn review whose reviewer is due to be asked by SMS."""

    id: UUID
    division_path: str
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class SampleAsking:
    """What becomes of it: `send` now and wait until `due`, ask at `due`, or `ended` in another state.

    `by_phone` says that an automatic call asks instead of a text message.
    """

    send: bool = False
    by_phone: bool = False
    due: datetime | None = None
    ended: SampleState | None = None


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A drawn review for its reviewer's page and for flows; the recorded level stays away from who asks."""

    id: UUID
    draw_id: UUID
    review_id: UUID
    division_id: int
    state: SampleState
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A drawn review for the caller: what service it was about, and how often one has tried."""

    id: UUID
    state: SampleState
    item: str
    agency: str
    served_at: datetime
    attempts: int
    last_attempt: datetime | None
    last_day: date


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One call to somebody of a sample, when the relay was asked for it, and who recorded it."""

    at: datetime
    result: SampleCallResult
    by: str


@dataclass(frozen=True, slots=True)
class SampleTally:
    """How many of a draw; `reported` and `again` count the satisfied among the `levels` that were named."""

    drawn: int
    answered: int
    refused: int
    not_reached: int
    lapsed: int
    did: int
    did_not: int
    unsure: int
    levels: int
    reported: int
    again: int


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its two numbers and the ends of its 95 % interval."""

    numerator: int
    denominator: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.numerator / self.denominator


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What is published of a draw; shares are None where there are too few answers.

    `gap` is reported minus re-asked satisfaction, from `gap_low` to `gap_high`; `denial_bound` the greatest share of
    reviews not given by their reviewers that is compatible with the answers (95 %).
    """

    tally: SampleTally
    shown: Shown
    reported: Share | None = None
    again: Share | None = None
    gap: float | None = None
    gap_low: float | None = None
    gap_high: float | None = None
    denied: Share | None = None
    denial_bound: float | None = None


@dataclass(frozen=True, slots=True)
class PublishedDraw:
    """A draw with what came of it; `result` is None until the round has ended."""

    draw: DrawRow
    division_code: str
    division_name: str
    result: SampleResult | None


@dataclass(frozen=True, slots=True)
class Explained:
    """A draw made again: from its list where that was kept, and from the reviews of today.

    `ranks`: the drawn ones, as (rank, review, ticket, lot); by the first method the ticket is the review's number.
    `listed`: the whole list, as (ticket, review); of a review that was changed or withdrawn since and is not drawn, no
    more than the ticket. `untrue`: drawn reviews whose ticket is not theirs. `same_list`: today's list is the one that
    was drawn from, to the last review. `low`: reviews of today's list that would come before the last drawn one and are
    not drawn. `shifted`: drawn reviews whose stored rank is not the one made again. `head_holds`: the ledger's chain still
    has this head at this place, and none later before the month ended.
    """

    draw: DrawRow
    division_code: str
    seed: str
    ranks: tuple[tuple[int, UUID, str, str], ...]
    listed: tuple[tuple[str, UUID | None], ...]
    population_now: int
    same_list: bool
    low: int
    shifted: int
    untrue: int
    head_holds: bool

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the draw."""
        return self.head_holds and not self.low and not self.shifted and not self.untrue
