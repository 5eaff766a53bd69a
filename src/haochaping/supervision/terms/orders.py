"""督办 vocabulary: rungs, orders, proposals, urgings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.directory.terms import Ref


class Rung(StrEnum):
    """督办梯级 (domain.md §6.7): the first two are automatic, the third a supervisor's, the rest proposed and decided.

    Education is for persons alone (《深圳市政务服务“好差评”实施办法》: 教育、约谈和问责).
    """

    REMINDER = "reminder"
    WARNING = "warning"
    LETTER = "letter"
    EDUCATION = "education"
    CIRCULAR = "circular"
    INTERVIEW = "interview"
    AWARD_EXCLUSION = "award_exclusion"
    ACCOUNTABILITY = "accountability"
    REFERRAL = "referral"


RUNG_LABELS = {
    Rung.REMINDER: N_("Reminder"),
    Rung.WARNING: N_("Warning"),
    Rung.LETTER: N_("Supervision letter"),
    Rung.EDUCATION: N_("Education"),
    Rung.CIRCULAR: N_("Circular"),
    Rung.INTERVIEW: N_("Interview"),
    Rung.AWARD_EXCLUSION: N_("Exclusion from awards"),
    Rung.ACCOUNTABILITY: N_("Accountability"),
    Rung.REFERRAL: N_("Referral by cadre authority"),
}


AUTOMATIC = (Rung.REMINDER, Rung.WARNING)


OPENED_AS = (*AUTOMATIC, Rung.LETTER)


# What is only ever proposed: a person with the power decides, never the one who proposed it.
PROPOSED = (
    Rung.CIRCULAR,
    Rung.INTERVIEW,
    Rung.AWARD_EXCLUSION,
    Rung.ACCOUNTABILITY,
    Rung.REFERRAL,
)


# 处理措施 about one member of staff whose service was at fault.
PERSONAL = (Rung.EDUCATION, Rung.INTERVIEW, Rung.ACCOUNTABILITY)


class SupervisionState(StrEnum):
    """督办单 states (domain.md §6.7)."""

    OPENED = "opened"
    NOTIFIED = "notified"
    RESPONDED = "responded"
    CHECKED = "checked"
    LIFTED = "lifted"
    CIRCULATED = "circulated"
    CALLED = "called"
    INTERVIEWED = "interviewed"
    ACCOUNTABILITY = "accountability"


SUPERVISION_LABELS = {
    SupervisionState.OPENED: N_("Drafted, not sent"),
    SupervisionState.NOTIFIED: N_("Sent, answer due"),
    SupervisionState.RESPONDED: N_("Answered"),
    SupervisionState.CHECKED: N_("Checked"),
    SupervisionState.LIFTED: N_("Lifted"),
    SupervisionState.CIRCULATED: N_("Circulated"),
    SupervisionState.CALLED: N_("Called to an interview"),
    SupervisionState.INTERVIEWED: N_("Interviewed"),
    SupervisionState.ACCOUNTABILITY: N_("Held accountable"),
}


class SupervisionMove(StrEnum):
    """What can happen to a supervision order: each is one event and one entry of the ledger."""

    OPEN = "open"
    NOTIFY = "notify"
    RESPOND = "respond"
    CHECK = "check"
    LIFT = "lift"
    SETTLE = "settle"
    HAND_ON = "hand_on"
    CIRCULATE = "circulate"
    INTERVIEW = "interview"
    HOLD_INTERVIEW = "hold_interview"
    HOLD_ACCOUNTABLE = "hold_accountable"


SUPERVISION_MOVES = {
    SupervisionMove.OPEN: N_("Supervision opened"),
    SupervisionMove.NOTIFY: N_("Sent to the agency"),
    SupervisionMove.RESPOND: N_("The agency answered"),
    SupervisionMove.CHECK: N_("The answer was checked"),
    SupervisionMove.LIFT: N_("Supervision lifted"),
    SupervisionMove.SETTLE: N_("Lifted: the work order is over"),
    SupervisionMove.HAND_ON: N_("Handed on: the agency has ended"),
    SupervisionMove.CIRCULATE: N_("Named in a circular"),
    SupervisionMove.INTERVIEW: N_("Called to an interview"),
    SupervisionMove.HOLD_INTERVIEW: N_("The interview was held"),
    SupervisionMove.HOLD_ACCOUNTABLE: N_("Held accountable"),
}


class ProposalState(StrEnum):
    """建议 states."""

    WAITING = "waiting"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    DONE = "done"


class ProposalMove(StrEnum):
    """What can happen to a proposal; hearing and carrying out belong to a measure about a person."""

    HEAR = "hear"
    ADOPT = "adopt"
    REJECT = "reject"
    CARRY_OUT = "carry_out"


PROPOSAL_MOVE_LABELS = {
    ProposalMove.HEAR: N_("The person was heard"),
    ProposalMove.ADOPT: N_("Adopted"),
    ProposalMove.REJECT: N_("Not adopted"),
    ProposalMove.CARRY_OUT: N_("Carried out"),
}


PROPOSAL_LABELS = {
    ProposalState.WAITING: N_("Waiting for a decision"),
    ProposalState.ADOPTED: N_("Adopted"),
    ProposalState.REJECTED: N_("Not adopted"),
    ProposalState.DONE: N_("Carried out"),
}


@dataclass(frozen=True, slots=True)
class SupervisionRow:
    """A supervision order as pages show it; `item_name` is that of its work order or voice, "" where there is none."""

    id: UUID
    rung: Rung
    state: SupervisionState
    division_name: str
    division_path: str
    agency_name: str
    agency_path: str
    work_order_id: UUID | None
    part_id: UUID | None
    voice_id: UUID | None
    text: str
    response: str
    opened_at: datetime
    opened_by: str
    due_at: datetime | None
    item_name: str


@dataclass(frozen=True, slots=True)
class SupervisionEventRow:
    """One line of a supervision order's timeline."""

    move: SupervisionMove
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """陈述: what the person said once, and who wrote it down when."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal, shown to nobody who has no power to decide: about a supervision order, or about one member of staff.

    The member of staff is known by the number on the badge; `work_order_id` is the order in which the fault was found.
    `hearings` is everything the person said, oldest first, `heard_at` when last.
    """

    id: UUID
    supervision_id: UUID | None
    work_order_id: UUID | None
    staff_code: str
    agency_name: str
    division_path: str
    rung: Rung
    state: ProposalState
    reason: str
    proposed_by: str
    proposed_at: datetime
    decision: str
    decided_by: str
    decided_at: datetime | None
    heard_at: datetime | None
    hearings: tuple[Hearing, ...]
    outcome: str
    done_by: str
    done_at: datetime | None

    @property
    def is_personal(self) -> bool:
        """Whether it is about a member of staff."""
        return bool(self.staff_code)


@dataclass(frozen=True, slots=True)
class UrgingRow:
    """An urging; `agency_name` is empty when the office of the division itself is urged.

    `upward`: that office asks whoever is above it for help.
    """

    id: UUID
    division_name: str
    division_path: str
    agency_name: str
    agency_path: str
    work_order_id: UUID | None
    text: str
    urged_by: str
    urged_at: datetime
    due_at: datetime | None
    answer: str
    answered_by: str
    answered_at: datetime | None
    upward: bool


@dataclass(frozen=True, slots=True)
class MapRow:
    """How many open work orders an agency has in each state, and how many of all are overdue."""

    agency_id: int
    agency_name: str
    division_name: str
    counts: Mapping[str, int]
    overdue: int


@dataclass(frozen=True, slots=True)
class RungReached:
    """A step of supervision as counted: what was sent when it was opened, a measure when it was decided."""

    rung: Rung
    at: datetime
    division_id: int
    agency_id: int
    item_id: int | None


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A reminder or warning that waits for an agency, as it counts there; `agency` is the one that has the matter now."""

    id: UUID
    reached: RungReached
    agency: Ref


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a supervisor, besides work orders."""

    signals: int
    supervisions: int
    urgings: int
    proposals: int


NO_SUCH_URGING = Reason("no_such_urging", N_("There is no such urging."), N_("Go back to the list."))


URGING_ANSWERED = Reason(
    "urging_answered",
    N_("This urging has been answered."),
    N_("The answer stands on its page."),
)


UNKNOWN_ADDRESSEE = Reason(
    "unknown_addressee",
    N_("“{value}” is neither an agency nor a division of the directory."),
    N_("Use the code of an agency, or the twelve digits of a division below yours."),
)


NOT_BELOW = Reason(
    "not_below",
    N_("This is your own office."),
    N_("Urge an agency, or the office of a division below yours."),
)


NOT_THE_OFFICE = Reason(
    "not_the_office",
    N_("The supervision office of the division that was urged answers for itself."),
    N_("Wait for its answer."),
)


NOTHING_ABOVE = Reason(
    "nothing_above",
    N_("Above your office there is none that it could ask for help."),
    N_("Decide it in your own office, or urge those whose part it is."),
)


NOT_ABOVE = Reason(
    "not_above",
    N_("Help is given by the level above the office that asks for it."),
    N_("Wait for its answer."),
)


class AboutOrderKind(StrEnum):
    """What there can be of supervision about a work order."""

    SUPERVISION = "supervision"
    URGED = "urged"
    ANSWERED = "answered"
    HELP_ASKED = "help_asked"
    HELP_GIVEN = "help_given"
    SIGNAL = "signal"


@dataclass(frozen=True, slots=True)
class AboutOrder:
    """One step of supervision about a work order: `about` is the letter, urging or signal, `word` the step or kind.

    `helper` is the agency that helps, where it is about its part.
    """

    kind: AboutOrderKind
    about: UUID
    word: str
    at: datetime
    rung: str = ""
    helper: str = ""
