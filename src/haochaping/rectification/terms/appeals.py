"""申诉 vocabulary: grounds, facts, decisions, rows and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.kernel.ratios import Ratio


class AppealState(StrEnum):
    """申诉状态 (domain.md §6.6)."""

    FILED = "filed"
    ACCEPTED = "accepted"
    HEARD = "heard"
    PROPOSED = "proposed"
    DECIDED = "decided"
    CONTESTED = "contested"
    REPROPOSED = "reproposed"
    FINAL = "final"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    MOOT = "moot"

    @property
    def label(self) -> str:
        """As people read it, to be translated."""
        return APPEAL_STATE_LABELS[self]


APPEAL_STATE_LABELS = {
    AppealState.FILED: N_("Filed, to be taken up"),
    AppealState.ACCEPTED: N_("Accepted, the reviewer is asked"),
    AppealState.HEARD: N_("The reviewer was heard"),
    AppealState.PROPOSED: N_("Decision proposed, a second person confirms"),
    AppealState.DECIDED: N_("Decided, a second review can be asked for"),
    AppealState.CONTESTED: N_("In second review"),
    AppealState.REPROPOSED: N_("Second decision proposed"),
    AppealState.FINAL: N_("Final"),
    AppealState.REFUSED: N_("Not accepted"),
    AppealState.WITHDRAWN: N_("Withdrawn by the agency"),
    AppealState.MOOT: N_("Without object: the reviewer took the review back or changed it"),
}


class AppealMove(StrEnum):
    """申诉流转: each is one action, one event and one ledger entry."""

    FILE = "file"
    ACCEPT = "accept"
    REFUSE = "refuse"
    ANSWER = "answer"
    LAPSE = "lapse"
    PROPOSE = "propose"
    SEND_BACK = "send_back"
    CONFIRM = "confirm"
    CONTEST = "contest"
    WITHDRAW = "withdraw"
    DROP = "drop"


APPEAL_MOVE_LABELS = {
    AppealMove.FILE: N_("Appeal filed"),
    AppealMove.ACCEPT: N_("Appeal accepted; the reviewer is asked"),
    AppealMove.REFUSE: N_("Appeal not accepted"),
    AppealMove.ANSWER: N_("The reviewer has spoken"),
    AppealMove.LAPSE: N_("The time for it is over"),
    AppealMove.PROPOSE: N_("Decision proposed"),
    AppealMove.SEND_BACK: N_("Proposal sent back"),
    AppealMove.CONFIRM: N_("Decision confirmed by a second person"),
    AppealMove.CONTEST: N_("Second review asked for"),
    AppealMove.WITHDRAW: N_("Appeal withdrawn"),
    AppealMove.DROP: N_("Appeal without object"),
}


class Ground(StrEnum):
    """申诉理由: a closed list; that a review criticises is none."""

    MIS_TAP = "mis_tap"
    WRONG_SERVICE = "wrong_service"
    DUPLICATE = "duplicate"
    NOT_A_CUSTOMER = "not_a_customer"
    MALICIOUS = "malicious"


GROUND_LABELS = {
    Ground.MIS_TAP: N_("The wrong level was chosen by mistake"),
    Ground.WRONG_SERVICE: N_("The review is about another service or agency"),
    Ground.DUPLICATE: N_("The same person has reviewed the same service before"),
    Ground.NOT_A_CUSTOMER: N_("The reviewer was not served here"),
    Ground.MALICIOUS: N_("A proven fact of the list makes the review doubtful"),
}


class ProvenFact(StrEnum):
    """恶意事实: what alone makes a review malicious, once it is proved (trust.md §4.1)."""

    FLOOD = "flood"
    NO_CASE = "no_case"
    THREATS = "threats"
    COMPETITOR = "competitor"


FACT_LABELS = {
    ProvenFact.FLOOD: N_("More than three reviews by one subject within 24 hours on unrelated cases"),
    ProvenFact.NO_CASE: N_("There is no case behind the review"),
    ProvenFact.THREATS: N_("Threats or extortion, proved by a record of police or court"),
    ProvenFact.COMPETITOR: N_("A link to a competitor, proved"),
}


class Verdict(StrEnum):
    """申诉结论. Partly: what is wrong in the review is noted, the review stays and counts."""

    MISTAKEN = "mistaken"
    MALICIOUS = "malicious"
    PARTLY = "partly"
    REJECTED = "rejected"


VERDICT_LABELS = {
    Verdict.MISTAKEN: N_("Upheld: mistaken review"),
    Verdict.MALICIOUS: N_("Upheld: a proven fact of the list"),
    Verdict.PARTLY: N_("Partly upheld: the review stays and counts"),
    Verdict.REJECTED: N_("Rejected: the review counts"),
}


class AppealRefusal(StrEnum):
    """不予受理原因."""

    LATE = "late"
    NO_GROUND = "no_ground"


REFUSAL_LABELS = {
    AppealRefusal.LATE: N_("Filed after the time for it"),
    AppealRefusal.NO_GROUND: N_("No ground of the list is shown; criticism is none"),
}


# 是否如机构所说: what the reviewer says to the ground, besides their words.
AGREES_LABELS = {True: N_("Yes, it is as the agency says"), False: N_("No, it is not so")}


@dataclass(frozen=True, slots=True)
class AppealRow:
    """An appeal as pages and flows read it; `due_at` is the time of whoever is to act now.

    `agrees`: whether the reviewer says that it is as the agency says; None of whoever was silent, or was not asked this.
    """

    id: UUID
    order_id: UUID
    review_id: UUID
    division_id: int
    division_path: str
    agency_id: int
    agency_path: str
    agency_name: str
    item_name: str
    state: AppealState
    ground: str
    fact: str
    text: str
    reference: str
    filed_by: str
    filed_at: datetime
    due_at: datetime | None
    refusal: str
    agrees: bool | None
    answer: str
    answered_at: datetime | None
    objection: str
    contested_by: str
    contested_at: datetime | None
    staff_id: int | None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One proposal and what the second person made of it; paths are the remits of the two."""

    instance: int
    verdict: Verdict
    fact: str
    evidence: tuple[str, ...]
    text: str
    proposed_by: str
    proposed_path: str
    proposed_at: datetime
    confirmed_by: str
    confirmed_path: str
    confirmed_at: datetime | None
    sent_back_by: str
    sent_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppealEventRow:
    """One line of an appeal's timeline."""

    move: AppealMove
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class AppealCount:
    """Appeals of one agency that were filed in one month, and what became of them so far.

    `decided`: how many were upheld in whole or part, of those decided.
    """

    agency_id: int
    agency_name: str
    month: date
    filed: int
    accepted: int
    decided: Ratio


REFERENCE_LIMIT = 100


# trust.md §4.1: more than 3 within 24 hours; these make a fact of the closed list, no deadline of a regulation.
FLOOD_MORE_THAN = 3


NO_SUCH_APPEAL = Reason("no_such_appeal", N_("There is no such appeal."), N_("Go back to the list."))


WRONG_APPEAL_STATE = Reason(
    "wrong_appeal_state",
    N_("The appeal is “{state}”; that step is not possible now."),
    N_("Somebody may have gone on with it: see how it stands now."),
)


ALREADY_APPEALED = Reason(
    "already_appealed",
    N_("There has been an appeal about this work order already."),
    N_("One is possible; ask for the second review where it was decided."),
)


NOT_SIGNED = Reason(
    "not_signed", N_("The agency has not signed for this work order."), N_("Sign for it first.")
)


APPEAL_WINDOW_OVER = Reason(
    "appeal_window_over",
    N_("An appeal was possible until {until}; that time has passed."),
    N_("Put the matter right and answer the reviewer."),
)


APPEAL_CAME_IN_TIME = Reason(
    "appeal_came_in_time",
    N_("This appeal came in time: it was possible until {until}."),
    N_("Accept it, or say that no ground of the list is shown."),
)


NOT_APPEALABLE = Reason(
    "not_appealable",
    N_("This review does not count any more: there is nothing to appeal against."),
    N_("Nothing needs to be done."),
)


FACT_NEEDED = Reason(
    "fact_needed",
    N_("Only a proven fact of the closed list makes a review malicious; criticism never does."),
    N_("Name the fact, and the evidence that proves it."),
)


EVIDENCE_NEEDED = Reason(
    "evidence_needed",
    N_("No review is excluded without evidence, and none is named."),
    N_(
        "Under “Numbers of the evidence”, name at least one piece of this appeal; if it has none, the review counts."
    ),
)


MISTAKE_DENIED = Reason(
    "mistake_denied",
    N_(
        "The reviewer says that they chose this level on purpose: nobody else can know that it was a mistake."
    ),
    N_("Decide that the review counts, or counts with a note of what is wrong in it."),
)


EVIDENCE_UNKNOWN = Reason(
    "evidence_unknown",
    N_("“{value}” is no evidence of this appeal."),
    N_("Use the numbers listed with the evidence."),
)


FACT_NOT_SHOWN = Reason(
    "fact_not_shown",
    N_("What is known here does not show this fact."),
    N_("Decide by what is proved; in doubt the review counts."),
)


SERVED_HERE = Reason(
    "served_here",
    N_("A case of this reviewer lies at this agency: that they were not served here is not so."),
    N_("Decide by what is proved; only who gave the review can say that it was meant for another service."),
)


OWN_APPEAL = Reason(
    "own_appeal",
    N_("Nobody decides about an appeal of their own agency."),
    N_("Leave it to the supervisory office of the division."),
)


SAME_PERSON = Reason(
    "same_person",
    N_("Two different persons decide: whoever proposed does not confirm."),
    N_("Leave it to a colleague of the supervisory office."),
)


DECIDED_BEFORE = Reason(
    "decided_before",
    N_("You took part in the first decision: others look at it the second time."),
    N_("Leave it to the supervisory office of the division above."),
)

ONE_ORGANISATION = Reason(
    "one_organisation",
    N_("Two organisations exclude a review: you are of the same one as whoever proposed it."),
    N_("Leave it to somebody of another organisation, or to the supervisory office of the division above."),
)


HIGHER_LEVEL = Reason(
    "higher_level",
    N_("The second review lies with the level above the one that decided."),
    N_("Leave it to the supervisory office of the division above."),
)


NOT_AGAINST_YOU = Reason(
    "not_against_you",
    N_("This decision was not made against you; only whoever lost can ask for the second review."),
    N_("Nothing needs to be done."),
)
