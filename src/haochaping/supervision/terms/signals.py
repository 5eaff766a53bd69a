"""What calls for supervision."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.supervision.terms.orders import Rung


class SignalKind(StrEnum):
    """监督线索: what makes a supervisor look."""

    OVERDUE = "overdue"
    VOICE_OVERDUE = "voice_overdue"
    REPEAT_OFFENDER = "repeat_offender"
    APPEAL_ANOMALY = "appeal_anomaly"
    REOPENED = "reopened"
    QUALITY_CHECK_FAILED = "quality_check_failed"
    SAMPLING_FAILED = "sampling_failed"
    ESCALATED = "escalated"
    ILLEGAL_CONDITION = "illegal_condition"
    INTEGRITY = "integrity"
    PRESSED = "pressed"
    SERVICE_FAULT = "service_fault"
    REFORM_LATE = "reform_late"
    AGENCY_ENDED = "agency_ended"
    WINDOW_LAST = "window_last"
    FARED_WORSE = "fared_worse"
    HELP_LATE = "help_late"
    RISK_POINT = "risk_point"
    BLIND_SPOT = "blind_spot"


SIGNAL_LABELS = {
    SignalKind.OVERDUE: N_("A work order is overdue"),
    SignalKind.VOICE_OVERDUE: N_("A complaint, suggestion or question is overdue"),
    SignalKind.REPEAT_OFFENDER: N_("Many bad reviews of one item"),
    SignalKind.APPEAL_ANOMALY: N_("Appeals out of the ordinary"),
    SignalKind.REOPENED: N_("A work order was opened again"),
    SignalKind.QUALITY_CHECK_FAILED: N_("A reply failed the quality check"),
    SignalKind.SAMPLING_FAILED: N_("A sampling call-back did not confirm the result"),
    SignalKind.ESCALATED: N_("A work order was escalated"),
    SignalKind.ILLEGAL_CONDITION: N_("A review speaks of a condition beyond the published ones"),
    SignalKind.INTEGRITY: N_("Doubtful data"),
    SignalKind.PRESSED: N_("A reviewer says they were pressed to change their review"),
    SignalKind.SERVICE_FAULT: N_("A fault lies in the service: a measure about a person may be proposed"),
    SignalKind.REFORM_LATE: N_("A proposal of a reform is overdue"),
    SignalKind.AGENCY_ENDED: N_("The agency of an open matter has ended and has no successor"),
    SignalKind.FARED_WORSE: N_(
        "After a bad review the same person fared worse than others: please look into it"
    ),
    SignalKind.HELP_LATE: N_("A helping agency is overdue with its part of a work order"),
    SignalKind.RISK_POINT: N_("More bad reviews than chance explains: perhaps out of the ordinary"),
    SignalKind.BLIND_SPOT: N_("Nothing is heard of a unit: please look into it"),
    SignalKind.WINDOW_LAST: N_("A window was in the last place for months: an interview may be proposed"),
}


@dataclass(frozen=True, slots=True)
class NewSignal:
    """What is to be raised. Of one kind there is one signal about a subject and day, however often it is raised.

    `staff_id` is whom the review names that it comes from: they learn nothing of it.
    """

    kind: SignalKind
    division_id: int
    agency_id: int
    subject: str
    day: date
    work_order_id: UUID | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A signal as lists show it; `supervision_id` once somebody has opened supervision about it.

    It is taken up too once a measure about a person was proposed; who may not decide about those is told no more.
    """

    id: UUID
    kind: SignalKind
    division_name: str
    agency_name: str
    agency_code: str
    subject: str
    work_order_id: UUID | None
    facts: Mapping[str, str]
    day: date
    raised_at: datetime
    supervision_id: UUID | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is amber or red: an open work order, an agency's part (`part_id`) of one, or a voice.

    `rung` is what that calls for.
    """

    work_order_id: UUID | None
    part_id: UUID | None
    voice_id: UUID | None
    division_id: int
    agency_id: int
    due_at: datetime
    rung: Rung
