"""办件 vocabulary and the shapes in which a case arrives."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.identity.terms import PlainPerson


class CaseStatus(StrEnum):
    """办件状态 (domain.md §6.1)."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    IN_PROCESS = "in_process"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    SUSPENDED = "suspended"
    RETURNED = "returned"
    COMPLETED = "completed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """As people read it, to be translated."""
        return STATUS_LABELS[self]


STATUS_LABELS: dict[str, str] = {
    CaseStatus.SUBMITTED: N_("submitted"),
    CaseStatus.ACCEPTED: N_("accepted"),
    CaseStatus.IN_PROCESS: N_("in process"),
    CaseStatus.SUPPLEMENT_REQUESTED: N_("waiting for papers"),
    CaseStatus.SUSPENDED: N_("suspended"),
    CaseStatus.RETURNED: N_("given back"),
    CaseStatus.COMPLETED: N_("completed"),
    CaseStatus.REJECTED: N_("rejected"),
    CaseStatus.WITHDRAWN: N_("withdrawn"),
}


class CaseKind(StrEnum):
    """办件类型 (GB/T 39046 A.6)."""

    IMMEDIATE = "immediate"
    COMMITTED = "committed"
    OTHER = "other"


class Stage(StrEnum):
    """环节: which of the two responsibility points an occurrence belongs to."""

    INTAKE = "intake"
    DELIVERY = "delivery"
    OTHER = "other"


STAGE_LABELS = {
    Stage.INTAKE: N_("Handing in"),
    Stage.DELIVERY: N_("Result"),
    Stage.OTHER: N_("Other contact"),
}


class ServiceChannel(StrEnum):
    """办理渠道: where the service took place (GB/T 39046 A.5, with hotline and self-service apart)."""

    WINDOW = "window"
    WEB = "web"
    MOBILE = "mobile"
    SELF_SERVICE = "self_service"
    HOTLINE = "hotline"
    COURIER = "courier"
    OTHER = "other"


class PersonKind(StrEnum):
    """服务对象类型 (wire userProp 1…9)."""

    NATURAL_PERSON = "natural_person"
    ENTERPRISE = "enterprise"
    INSTITUTION = "institution"
    SOCIAL_ORGANISATION = "social_organisation"
    UNINCORPORATED_ENTERPRISE = "unincorporated_enterprise"
    GOVERNMENT_AGENCY = "government_agency"
    OTHER = "other"


class PersonDoubt(StrEnum):
    """证件疑点: what intake saw of the applicant's certificate before the person was sealed (DQ-07, DQ-08)."""

    NONE = ""
    CERTIFICATE = "certificate"
    KIND = "kind"
    BOTH = "both"


class CodeDoubt(StrEnum):
    """编码疑点: what intake saw of the codes that a sender wrote, before one of them was chosen (DQ-06, DQ-18)."""

    NONE = ""
    ITEM = "item"
    SOURCE = "source"
    BOTH = "both"


class LimitUnit(StrEnum):
    """办理时限 unit (wire promiseType 0…3)."""

    DAY = "day"
    WORKING_DAY = "working_day"
    MONTH = "month"
    YEAR = "year"


class NewOccurrence(Struct, frozen=True):
    """服务: one contact inside a case, numbered 1 to 99; codes are the sender's, resolved at intake."""

    no: int
    name: str
    stage: Stage
    at: datetime
    channel: ServiceChannel
    hall: str
    window: str
    staff: str


class SaidCodes(Struct, frozen=True):
    """原报编码: codes as the sender wrote them, only to be held against each other: nothing is looked up by them.

    `item` 实施编码, `handling_item` 业务办理项编码, `data_source` 数据来源 (1 and the two digits of a province).
    """

    item: str
    handling_item: str
    data_source: str


class NewCase(Struct, frozen=True, omit_defaults=True):
    """A case as sent, checked for shape. `person` and `agent` are plain on arrival, sealed ids when retried.

    What has a default is left out of the fingerprint, so that a case that does not say it stays the same case.
    `revised_at` is when its source last changed it, by the source's own clock; None where it does not say.
    """

    source: str
    case_no: str
    item: str
    agency: str
    division: str
    status: CaseStatus
    kind: CaseKind
    applied_at: datetime | None
    accepted_at: datetime | None
    completed_at: datetime | None
    promised_limit: str
    statutory_limit: str
    trips: int | None
    materials: int | None
    person: PlainPerson | UUID | None
    person_kind: PersonKind
    agent: PlainPerson | UUID | None
    birth_year: int | None
    occurrences: tuple[NewOccurrence, ...]
    channel: ServiceChannel | None = None
    """办理渠道 of the whole case, for senders who tell it there and not with each service."""
    revised_at: datetime | None = None
    said: SaidCodes | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes a case unique: platform code and case number."""
        return self.source, self.case_no


class OccurrenceFacts(NamedTuple):
    """An occurrence as counted: the day it took place, its id, the hall (0 for none) and the stage."""

    id: UUID
    day: date
    hall_id: int = 0
    stage: str = ""


class Handled(NamedTuple):
    """办理情况 of a completed case, by the day it was completed; None is what nobody has told.

    `took` and `promised` are in working days, `promised` of a promise in those alone; `kept` says of any promise whether it was.
    """

    day: date
    took: int | None
    promised: int | None
    kept: bool | None
    trips: int | None
    materials: int | None


class CaseFacts(NamedTuple):
    """A case as counted. `verified` is false for cases known only from an unsigned address.

    The services of a `withdrawn` case are void: nobody could review them any more (domain.md §6.2).
    """

    id: UUID
    day: date
    division_id: int
    agency_id: int
    item_id: int
    verified: bool
    withdrawn: bool
    occurrences: tuple[OccurrenceFacts, ...]
    handled: Handled | None = None


class CountedCase(NamedTuple):
    """A case as a row behind a figure; `told` is the moment by which it counts."""

    id: UUID
    case_no: str
    status: str
    agency_id: int
    item_id: int
    told: datetime


class CountedService(NamedTuple):
    """A service as a row behind a figure."""

    id: UUID
    case_id: UUID
    case_no: str
    agency_id: int
    item_id: int
    at: datetime
    stage: str


class Completed(NamedTuple):
    """The last service of a completed case; `may_ask` says whether somebody known may be written to about it."""

    occurrence_id: UUID
    at: datetime
    may_ask: bool


class Binding(NamedTuple):
    """The occurrence a review belongs to, with everything that was served there.

    `withdrawn_at` is since when its case is withdrawn, by its source's clock or, where that says nothing, by when what
    stands was told: from then on the service is void. None while the case stands.
    """

    occurrence_id: UUID
    occurrence_no: int
    occurrence_at: datetime
    occurrence_name: str
    stage: str
    case_id: UUID
    case_no: str
    source: str
    platform_id: int
    division_id: int
    division_path: str
    agency_id: int
    agency_path: str
    item_id: int
    hall_id: int | None
    window_id: int | None
    staff_id: int | None
    verified: bool
    withdrawn_at: datetime | None


UNKNOWN_SOURCE = Reason(
    "unknown_source",
    N_("The source “{value}” is not a platform of the directory."),
    N_("Ask the administrator to register the platform, or correct the code."),
)
UNKNOWN_ITEM = Reason(
    "unknown_item",
    N_("The service item “{value}” is not in the directory."),
    N_("Import the item, then retry the quarantined row."),
)
UNKNOWN_AGENCY = Reason(
    "unknown_agency",
    N_("The agency “{value}” is not in the directory."),
    N_("Import the agency, then retry the quarantined row."),
)
UNKNOWN_DIVISION = Reason(
    "unknown_division",
    N_("The division “{value}” is not in the directory."),
    N_("Import the division, then retry the quarantined row."),
)
DATED_IN_FUTURE = Reason(
    "dated_in_future",
    N_("The time {value} in the field “{field}” lies in the future."),
    N_("Check the clock of the device that sent it, or send the case when it has happened."),
)
WRONG_SEQUENCE = Reason(
    "wrong_sequence",
    N_("The time {value} in the field “{field}” lies before “{before}”, {earlier}."),
    N_("Correct the times: applied, then accepted, then completed."),
)
OUT_OF_SCOPE = Reason(
    "out_of_scope",
    N_("This sender may not write for division {division}, agency {agency}."),
    N_("Send it with the key of that division, or ask for a wider scope."),
)
NAMED_ELSEWHERE = Reason(
    "out_of_scope",
    N_(
        "“{value}” belongs to division {place}, which lies neither within nor above the division "
        "that this sender may write for."
    ),
    N_("Correct the code, or send it with the key of a division above both."),
)
FORBIDDEN_STATUS = Reason(
    "forbidden_status",
    N_("A case that is {before} cannot become {after}."),
    N_("Check the order in which the case's states were sent."),
)
NO_SUCH_CASE = Reason(
    "no_such_case",
    N_("There is no case with the number “{value}”, or it has no services yet."),
    N_("Check the number, or import the case first."),
)
AMBIGUOUS_CASE = Reason(
    "ambiguous_case",
    N_("Several platforms have a case with the number “{value}”."),
    N_("Name the platform too."),
)


class SaidOfItem(Struct, frozen=True):
    """What cases say of the item they are about, each way once: limits as “5 working_day”."""

    promised: tuple[str, ...] = ()
    statutory: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
