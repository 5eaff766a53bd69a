"""The shapes of the API's bodies: the one source of its answers, its OpenAPI schemas and its reference page.

What is sent in is read by `exchange.rules`, which takes tables too and so is more lenient (a number may be text);
a test holds the names, bounds and choices of the two together.
"""

from __future__ import annotations

# msgspec reads the annotations at run time.
from datetime import date, datetime  # noqa: TC003 - msgspec reads it at run time
from typing import Annotated, Any
from uuid import UUID  # noqa: TC003 - msgspec reads it at run time

from msgspec import UNSET, Meta, Struct, UnsetType

from haochaping.cases.terms import CaseKind, CaseStatus, PersonKind, ServiceChannel, Stage
from haochaping.doors.api.problems import MAX_ITEMS, Problem
from haochaping.doors.measures import Measures
from haochaping.exchange.quality.terms import Gate, Grade  # noqa: TC001 - msgspec reads it at run time
from haochaping.exchange.reconciliation.terms import (  # noqa: TC001 - msgspec reads it at run time
    ReconciliationState,
    StatedKind,
)
from haochaping.hotline.terms import InState, Master, Saying  # noqa: TC001 - msgspec reads it at run time
from haochaping.kernel.outcomes import OutcomeKind  # noqa: TC001 - msgspec reads it at run time
from haochaping.kernel.refused import N_
from haochaping.rectification.terms import OrderState  # noqa: TC001 - msgspec reads it at run time
from haochaping.reviews.terms import (
    COMMENT_LIMIT,
    MAX_CODES,
    NATIONAL_SET,
    Level,
    Provenance,
    ReviewChannel,
    ReviewStatus,
)

_GRADE = N_(
    "A from 95 points, B from 85, C from 70, D below; not reconciled, at best B; null without points."
)
_POINTS = N_("Points from 0 to 100; null where nothing was sent and nothing is missing.")
_SOURCE = Meta(
    min_length=1, max_length=40, description=N_("Code of the platform that sends, as in the directory.")
)
_CASE_NO = Meta(min_length=1, max_length=50, description=N_("Number of the case, unique within the source."))
_MOMENT = Meta(
    description=N_("Time as in RFC 3339, with offset; without an offset it is Beijing time."),
    extra_json_schema={"format": "date-time"},
)
_REVISED = Meta(
    description=N_(
        "When the source last changed the case, by its own clock, as in RFC 3339. A message that was overtaken changes "
        "nothing: it is answered as duplicate, whatever the order of arrival."
    ),
    extra_json_schema={"format": "date-time"},
)
_LIMIT = Meta(
    max_length=30,
    pattern="^[0-9]{1,4} ?(day|working_day|month|year)?$",
    description=N_(
        "Time limit: a number and day, working_day, month or year; working days when no unit is given."
    ),
)
_NAME = Meta(max_length=100, description=N_("Name. Sealed on arrival and never given out again."))
_PHONE = Meta(max_length=30, description=N_("Phone number. Sealed on arrival and never given out again."))
_CERTIFICATE_TYPE = Meta(
    max_length=10, description=N_("Type of the certificate; 111 is the resident identity card.")
)
_CERTIFICATE_NO = Meta(
    max_length=40, description=N_("Number of the certificate. Sealed on arrival and never given out again.")
)
type _Counts = dict[Annotated[str, Meta(max_length=40)], Annotated[int, Meta(ge=0)]]
_WINDOW = Meta(max_length=40, description=N_("Code of the window within its hall."))
_STAFF = Meta(max_length=40, description=N_("Number of the staff member within the agency."))


class Person(Struct, forbid_unknown_fields=True):
    """A person as sent; sealed before anything is stored."""

    name: Annotated[str, _NAME] = ""
    phone: Annotated[str, _PHONE] = ""
    certificate_type: Annotated[str, _CERTIFICATE_TYPE] = ""
    certificate_no: Annotated[str, _CERTIFICATE_NO] = ""


class Applicant(Person, forbid_unknown_fields=True):
    """服务对象 of a case."""

    kind: Annotated[PersonKind, Meta(description=N_("What kind of applicant."))] = PersonKind.NATURAL_PERSON
    agent: Annotated[Person, Meta(description=N_("Who acted for the applicant."))] | UnsetType = UNSET
    birth_year: (
        Annotated[int, Meta(ge=1900, le=2100, description=N_("Year of birth; only “60 and over” is kept."))]
        | UnsetType
    ) = UNSET


class Occurrence(Struct, forbid_unknown_fields=True):
    """服务: one reviewable unit of a case."""

    no: Annotated[int, Meta(ge=1, le=99, description=N_("Number of the service within its case, from 1."))]
    at: Annotated[str, _MOMENT]
    name: Annotated[
        str, Meta(max_length=100, description=N_("What the service was, in the applicant's words."))
    ] = ""
    stage: Annotated[Stage, Meta(description=N_("Part of the procedure."))] = Stage.OTHER
    channel: Annotated[ServiceChannel, Meta(description=N_("Where the service took place."))] = (
        ServiceChannel.OTHER
    )
    hall: Annotated[str, Meta(max_length=40, description=N_("Code of the hall."))] = ""
    window: Annotated[str, _WINDOW] = ""
    staff: Annotated[str, _STAFF] = ""


class SaidCodes(Struct, forbid_unknown_fields=True):
    """原报编码: codes as they stand in the sender's own records."""

    item: Annotated[str, Meta(max_length=40, description=N_("Code of the item (taskCode)."))] = ""
    handling_item: Annotated[
        str,
        Meta(
            max_length=40,
            description=N_("Code of the handling item (taskHandleItem); it begins with that of the item."),
        ),
    ] = ""
    data_source: Annotated[
        str,
        Meta(
            max_length=40,
            description=N_("Where the case comes from (dataSource): 1 and the two digits of the province."),
        ),
    ] = ""


class Case(Struct, forbid_unknown_fields=True):
    """办件 as sent."""

    source: Annotated[str, _SOURCE]
    case_no: Annotated[str, _CASE_NO]
    item: Annotated[str, Meta(min_length=1, max_length=40, description=N_("Code of the service item."))]
    agency: Annotated[
        str, Meta(min_length=1, max_length=40, description=N_("Code of the agency, or its USCC."))
    ]
    division: Annotated[
        str, Meta(min_length=1, max_length=12, description=N_("Code of the division, 12 digits."))
    ]
    status: Annotated[
        CaseStatus, Meta(description=N_("Where the case stands; a completed one invites to review."))
    ]
    kind: Annotated[CaseKind, Meta(description=N_("Done at once, or within a promised time."))] = (
        CaseKind.COMMITTED
    )
    item_name: Annotated[
        str,
        Meta(
            max_length=300,
            description=N_(
                "Name of the item; no part of the case: it helps to find out which item an unknown code means."
            ),
        ),
    ] = ""
    channel: (
        Annotated[
            ServiceChannel,
            Meta(description=N_("Where the whole case is handled: services that do not say theirs have it.")),
        ]
        | UnsetType
    ) = UNSET
    applied_at: Annotated[str, _MOMENT] = ""
    accepted_at: Annotated[str, _MOMENT] = ""
    completed_at: Annotated[str, _MOMENT] = ""
    promised_limit: Annotated[str, _LIMIT] = ""
    statutory_limit: Annotated[str, _LIMIT] = ""
    trips: (
        Annotated[int, Meta(ge=0, le=999, description=N_("How often the applicant had to come."))] | UnsetType
    ) = UNSET
    materials: (
        Annotated[int, Meta(ge=0, le=999, description=N_("How many documents were asked for."))] | UnsetType
    ) = UNSET
    applicant: Annotated[Applicant, Meta(description=N_("Who applied."))] | UnsetType = UNSET
    occurrences: Annotated[
        list[Occurrence], Meta(max_length=99, description=N_("The services that can be reviewed."))
    ] = []
    revised_at: Annotated[str, _REVISED] = ""
    said: (
        Annotated[
            SaidCodes,
            Meta(
                description=N_(
                    "Codes as your own records have them; they are held against each other and change nothing."
                )
            ),
        ]
        | UnsetType
    ) = UNSET


class Review(Struct, forbid_unknown_fields=True):
    """评价 as sent."""

    source: Annotated[str, _SOURCE]
    case_no: Annotated[str, _CASE_NO]
    occurrence_no: Annotated[int, Meta(ge=1, le=99, description=N_("Number of the service within its case."))]
    rating_value: Annotated[
        Level,
        Meta(
            description=N_(
                "5 very satisfied, 4 satisfied, 3 basically satisfied, 2 dissatisfied, 1 very dissatisfied."
            )
        ),
    ]
    channel: Annotated[ReviewChannel, Meta(description=N_("Where the person rated."))]
    assessed_at: Annotated[str, _MOMENT]
    assess_no: Annotated[
        int, Meta(ge=1, le=2, description=N_("1 the first review, 2 the follow-up review."))
    ] = 1
    indicator_set: Annotated[str, Meta(max_length=40, description=N_("The set the codes are from."))] = (
        NATIONAL_SET
    )
    indicator_codes: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=10)]],
        Meta(max_length=MAX_CODES, description=N_("Reasons; the first digit of each code is the rating.")),
    ] = []
    comment_text: Annotated[str, Meta(max_length=COMMENT_LIMIT, description=N_("What the person wrote."))] = (
        ""
    )
    window: Annotated[str, _WINDOW] = ""
    staff: Annotated[str, _STAFF] = ""
    anonymous: Annotated[bool, Meta(description=N_("Whether the agency is not to know who rated."))] = True
    claimed_provenance: Annotated[
        str,
        Meta(
            max_length=40,
            description=N_(
                "How the sender knows that a person said this: active_self, active_onsite_device, "
                "hotline_call_back, default_system, bulk_import. Anything else is kept as said and counted as "
                "unverified; so is active_paper_entered, which two persons enter at a desk."
            ),
        ),
    ] = ""
    reviewer: Annotated[Person, Meta(description=N_("Who rated."))] | UnsetType = UNSET


class Manifest(Struct, forbid_unknown_fields=True):
    """批次清单: what the sender says of the items as a batch."""

    source: Annotated[str, _SOURCE]
    seq: Annotated[
        int,
        Meta(
            ge=1,
            le=2_000_000_000,
            description=N_("Number of the batch: those of a source are consecutive from 1."),
        ),
    ]
    made_at: Annotated[
        datetime, Meta(tz=True, description=N_("When the batch was made; its day is this one."))
    ]
    rows: Annotated[int, Meta(ge=0, description=N_("How many items there are; 0 of a quiet day."))]
    levels: Annotated[_Counts, Meta(description=N_("How many reviews of each rating_value."))] | UnsetType = (
        UNSET
    )
    channels: Annotated[_Counts, Meta(description=N_("How many reviews of each channel."))] | UnsetType = (
        UNSET
    )
    statuses: Annotated[_Counts, Meta(description=N_("How many cases of each status."))] | UnsetType = UNSET


_MANIFEST = Meta(
    description=N_(
        "Optional. When a figure of it is not that of the items, nothing of the batch is taken; missing and repeated numbers "
        "and quiet days without a batch stand on the card of the source."
    )
)


class Cases(Struct, forbid_unknown_fields=True):
    """Body of POST cases."""

    items: Annotated[list[Case], Meta(max_length=MAX_ITEMS)]
    manifest: Annotated[Manifest, _MANIFEST] | UnsetType = UNSET


class Reviews(Struct, forbid_unknown_fields=True):
    """Body of POST reviews."""

    items: Annotated[list[Review], Meta(max_length=MAX_ITEMS)]
    manifest: Annotated[Manifest, _MANIFEST] | UnsetType = UNSET


class Why(Struct):
    """A reason in the caller's language."""

    code: Annotated[str, Meta(description=N_("Stable code of the reason, for programs."))]
    field: Annotated[str, Meta(description=N_("The field it is about, or empty."))]
    message: Annotated[str, Meta(description=N_("What is wrong, in the caller's language."))]
    remedy: Annotated[str, Meta(description=N_("What to do about it."))]


class Result(Struct):
    """What became of one item."""

    index: Annotated[int, Meta(description=N_("Position of the item in the request, from 0."))]
    outcome: Annotated[OutcomeKind, Meta(description=N_("What became of the item."))]
    id: Annotated[
        UUID | None,
        Meta(
            description=N_(
                "Id of the case or review, of the record in quarantine, or of what stands there already."
            )
        ),
    ]
    receipt: Annotated[
        str | None,
        Meta(description=N_("The reviewer's receipt number, given once: whoever holds it sees the review.")),
    ]
    reason: Annotated[Why | None, Meta(description=N_("Why the item was not taken."))]


class Results(Struct):
    """Answer to a batch."""

    results: Annotated[list[Result], Meta(description=N_("One result for each item, in order."))]


class Order(Struct):
    """整改 of a review, as far as the sender may know."""

    state: Annotated[OrderState, Meta(description=N_("State of the work order."))]
    rectify_due_at: Annotated[datetime | None, Meta(description=N_("Until when it must be put right."))]
    replied_at: Annotated[datetime | None, Meta(description=N_("When the reviewer was answered."))]


class StoredReview(Struct):
    """评价 as it stands."""

    id: Annotated[UUID, Meta(description=N_("Id of the review."))]
    source: Annotated[str, Meta(description=N_("Code of the platform that sent the case."))]
    case_no: Annotated[str, Meta(description=N_("Number of the case."))]
    occurrence_no: Annotated[int, Meta(description=N_("Number of the service within its case."))]
    stage: Annotated[Stage, Meta(description=N_("Which responsibility point of the case was rated."))]
    hall: Annotated[str, Meta(description=N_("Code of the hall; empty when not known."))]
    window: Annotated[str, Meta(description=N_("Code of the window; empty when not known."))]
    staff: Annotated[str, Meta(description=N_("Number of the staff member; empty when not known."))]
    assess_no: Annotated[int, Meta(description=N_("1 the first review, 2 the follow-up review."))]
    rating_value: Annotated[Level, Meta(description=N_("The rating."))]
    indicator_set: Annotated[str, Meta(description=N_("The set the codes are from."))]
    indicator_codes: Annotated[list[str], Meta(description=N_("Reasons."))]
    comment_text: Annotated[
        str,
        Meta(
            description=N_(
                "What the person wrote; empty when another sender or the person themselves sent it."
            )
        ),
    ]
    reason_missing: Annotated[bool, Meta(description=N_("A bad rating without any reason."))]
    channel: Annotated[ReviewChannel, Meta(description=N_("Where the person rated."))]
    provenance: Annotated[Provenance, Meta(description=N_("How the server knows that a person said this."))]
    status: Annotated[ReviewStatus, Meta(description=N_("Whether the review counts."))]
    effective: Annotated[
        bool,
        Meta(description=N_("False of a review that was withdrawn, replaced, or excluded after an appeal.")),
    ]
    assessed_at: Annotated[datetime, Meta(description=N_("When it was given."))]
    received_at: Annotated[datetime, Meta(description=N_("When it arrived here."))]
    order: Annotated[Order | None, Meta(description=N_("The work order of a bad review."))]


class QualitySample(Struct):
    """样例: a row that breaks a rule; ids and codes, no values."""

    kind: Annotated[
        str,
        Meta(
            description=N_(
                "What it is: review, case, record (in quarantine), batch, missing (number of a case), totals (of two "
                "sides), or source (the whole day)."
            )
        ),
    ]
    id: Annotated[
        str, Meta(description=N_("Its id here; of a missing number its end; empty for the day as a whole."))
    ]
    field: Annotated[str, Meta(description=N_("Which field is wrong."))]
    value_class: Annotated[str, Meta(description=N_("What kind of value it holds, as a code."))]


class QualityFinding(Struct):
    """质量问题: a rule that was broken."""

    rule: Annotated[str, Meta(description=N_("Number of the rule, DQ-01 to DQ-38."))]
    gates: Annotated[
        list[Gate],
        Meta(
            description=N_(
                "All that may follow, the hardest first; what was put aside stands among the samples as a record."
            )
        ),
    ]
    message: Annotated[str, Meta(description=N_("What is wrong, in words."))]
    remedy: Annotated[str, Meta(description=N_("What to do about it."))]
    failing: Annotated[int, Meta(description=N_("How many rows break it."))]
    samples: Annotated[list[QualitySample], Meta(description=N_("Some of them."))]


class QualityFormer(Struct):
    """What was said of a day before."""

    judged_at: Annotated[datetime, Meta(description=N_("When it was judged so."))]
    score: Annotated[float | None, Meta(description=_POINTS)]
    grade: Annotated[Grade | None, Meta(description=_GRADE)]


class QualityCorrection(Struct):
    """更正往返: a rule that was broken at any time, and what has become of it."""

    rule: Annotated[str, Meta(description=N_("Number of the rule, DQ-01 to DQ-38."))]
    found_at: Annotated[datetime, Meta(description=N_("When it was found first."))]
    most: Annotated[int, Meta(description=N_("How many rows broke it, at most."))]
    left: Annotated[int, Meta(description=N_("How many rows break it now."))]
    corrected_at: Annotated[
        datetime | None, Meta(description=N_("Since when none does; null while some do."))
    ]


class QualityCard(Struct):
    """质量评分卡: how good what a source sent on a day is. Parts are shares from 0 to 1; null: not compared."""

    source: Annotated[str, Meta(description=N_("Code of the platform."))]
    day: Annotated[date, Meta(description=N_("The day on which it was sent."))]
    judged_at: Annotated[
        datetime, Meta(description=N_("When it was judged; what came or was corrected later is not in it."))
    ]
    score: Annotated[float | None, Meta(description=_POINTS)]
    grade: Annotated[Grade | None, Meta(description=_GRADE)]
    coverage: Annotated[
        float, Meta(description=N_("Received of what was expected; multiplies the other parts."))
    ]
    validity: Annotated[float | None, Meta(description=N_("Fields that are complete and valid."))]
    consistency: Annotated[
        float | None, Meta(description=N_("Rows that contradict neither themselves nor others."))
    ]
    timeliness: Annotated[float | None, Meta(description=N_("Rows that came in time."))]
    uniqueness: Annotated[float | None, Meta(description=N_("Rows that came once."))]
    reconciliation: Annotated[
        float | None,
        Meta(description=N_("Whether your totals and ours agree; null while they were not compared.")),
    ]
    reviews: Annotated[int, Meta(description=N_("Reviews taken."))]
    cases: Annotated[int, Meta(description=N_("Cases taken."))]
    reviews_aside: Annotated[int, Meta(description=N_("Reviews put aside."))]
    cases_aside: Annotated[int, Meta(description=N_("Cases put aside."))]
    findings: Annotated[
        list[QualityFinding], Meta(description=N_("Rules that were broken, most frequent first."))
    ]
    former: Annotated[
        list[QualityFormer], Meta(description=N_("What was said of the day before, the latest first."))
    ]
    corrections: Annotated[
        list[QualityCorrection],
        Meta(description=N_("What was found at any time, and whether it was put right.")),
    ]


class QualityCards(Struct):
    """The cards of a day."""

    as_of: Annotated[datetime, Meta(description=N_("The moment of the answer."))]
    cards: Annotated[
        list[QualityCard], Meta(description=N_("One for each source of the key's division and below."))
    ]


class QualityRows(Struct):
    """One page of the rows of a source's day that break a rule."""

    rows: Annotated[
        list[QualitySample],
        Meta(description=N_("Up to 200, in their order, as they are found at this moment.")),
    ]
    cursor: Annotated[str | None, Meta(description=N_("Where to ask on; null once there is no further row."))]


class QualityBroken(Struct):
    """A rule that was broken in a month."""

    rule: Annotated[str, Meta(description=N_("Number of the rule, DQ-01 to DQ-38."))]
    message: Annotated[str, Meta(description=N_("What is wrong, in words."))]
    failing: Annotated[int, Meta(description=N_("How many rows break it."))]
    days: Annotated[int, Meta(description=N_("On how many days."))]


class QualityDay(Struct):
    """A day of a month."""

    day: Annotated[date, Meta(description=N_("The day on which it was sent."))]
    score: Annotated[float | None, Meta(description=_POINTS)]
    grade: Annotated[Grade | None, Meta(description=_GRADE)]


class QualityMonth(Struct):
    """How good what a source sent in a month is: days weighed by their rows, coverage by days."""

    source: Annotated[str, Meta(description=N_("Code of the platform."))]
    month: Annotated[str, Meta(description=N_("The month, as 2026-06."))]
    score: Annotated[float | None, Meta(description=_POINTS)]
    grade: Annotated[Grade | None, Meta(description=_GRADE)]
    coverage: Annotated[
        float, Meta(description=N_("Received of what was expected; multiplies the other parts."))
    ]
    validity: Annotated[float | None, Meta(description=N_("Fields that are complete and valid."))]
    consistency: Annotated[
        float | None, Meta(description=N_("Rows that contradict neither themselves nor others."))
    ]
    timeliness: Annotated[float | None, Meta(description=N_("Rows that came in time."))]
    uniqueness: Annotated[float | None, Meta(description=N_("Rows that came once."))]
    reconciliation: Annotated[
        float | None,
        Meta(description=N_("Whether your totals and ours agree; null while they were not compared.")),
    ]
    busy: Annotated[int, Meta(description=N_("Days on which anything came."))]
    reconciled: Annotated[
        int, Meta(description=N_("Those of them whose totals were compared; without all of them no A."))
    ]
    rows: Annotated[int, Meta(description=N_("Cases and reviews that came."))]
    days: Annotated[list[QualityDay], Meta(description=N_("The days that were judged."))]
    broken: Annotated[
        list[QualityBroken], Meta(description=N_("Rules that were broken, those with the most rows first."))
    ]


class QualityMonths(Struct):
    """A month of each source."""

    as_of: Annotated[datetime, Meta(description=N_("The moment of the answer."))]
    months: Annotated[
        list[QualityMonth],
        Meta(description=N_("One for each source of the key's division and below, the worst first.")),
    ]


class LinkedOrder(Struct):
    """对应工单 as a linked hotline may see it."""

    id: Annotated[UUID, Meta(description=N_("Our id of the work order."))]
    number: Annotated[str, Meta(description=N_("The number it has at the hotline; empty when not known."))]
    master: Annotated[Master, Meta(description=N_("Which side leads the order."))]
    changed_at: Annotated[datetime, Meta(description=N_("When something last happened to it."))]
    facts: Annotated[
        dict[str, Any],
        Meta(
            description=N_(
                "Place, item, level, reasons, state and deadlines; words and the end of the case number unless it is "
                "concealed."
            )
        ),
    ]


class LinkedOrders(Struct):
    """One page of orders."""

    orders: Annotated[list[LinkedOrder], Meta(description=N_("Up to 100, the oldest change first."))]
    cursor: Annotated[
        str,
        Meta(
            description=N_("Where to ask on. What changed in the last minute may come again; it is no harm.")
        ),
    ]
    more: Annotated[bool, Meta(description=N_("Whether more is there at once."))]


class Progress(Struct):
    """来件: what the hotline says of an order."""

    message: Annotated[
        str,
        Meta(
            min_length=1, max_length=100, description=N_("Your id of the message; the same when sent again.")
        ),
    ]
    seq: Annotated[int, Meta(ge=1, le=2**31 - 1, description=N_("1, 2, 3 … for each order, without a gap."))]
    kind: Annotated[Saying, Meta(description=N_("What happened; which facts belong to it says the guide."))]
    at: Annotated[
        str,
        Meta(description=N_("When, as in RFC 3339 with offset."), extra_json_schema={"format": "date-time"}),
    ]
    number: Annotated[str, Meta(max_length=60, description=N_("The number of the order at the hotline."))] = (
        ""
    )
    facts: Annotated[dict[str, Any], Meta(description=N_("What belongs to the kind."))] = {}


class Taken(Struct):
    """What became of a message."""

    state: Annotated[
        InState, Meta(description=N_("Applied, held until what comes before it is there, or kept."))
    ]
    new: Annotated[bool, Meta(description=N_("False when the message had been taken before."))]
    reason: Annotated[Why | None, Meta(description=N_("Why it is kept."))]


_DIGEST = Meta(
    pattern="^[0-9a-f]{16}$",
    description=N_(
        "Sum of the rows’ digests modulo 2^64, 16 hexadecimal digits; how to make it says the guide."
    ),
)
_COUNT = Meta(ge=0, le=2**31 - 1, description=N_("How many rows."))
_PREFIX = Meta(
    pattern="^[0-9a-f]{0,3}$",
    description=N_("First hexadecimal digits of the SHA-256 of the rows’ keys; empty means all rows."),
)


class Sums(Struct, forbid_unknown_fields=True):
    """Rows in three numbers."""

    count: Annotated[int, _COUNT]
    total: Annotated[int, Meta(ge=0, le=2**33, description=N_("Sum of the levels; 0 for cases."))]
    digest: Annotated[str, _DIGEST]


class StatedPart(Struct, forbid_unknown_fields=True):
    """A part of a statement."""

    prefix: Annotated[str, _PREFIX]
    children: Annotated[
        dict[Annotated[str, Meta(pattern="^[0-9a-f]$")], Sums] | None,
        Meta(description=N_("The sums of its sixteenths by their digit; those without rows are left out.")),
    ] = None
    rows: Annotated[
        Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=MAX_ITEMS)] | None,
        Meta(
            description=N_("Instead of the sums, its rows: for a part of up to 256 rows, or of three digits.")
        ),
    ] = None


class DayTold(Struct, forbid_unknown_fields=True):
    """对账 message of a source."""

    source: Annotated[str, _SOURCE]
    day: Annotated[date, Meta(description=N_("The day, in Beijing time; it must be over."))]
    kind: Annotated[StatedKind, Meta(description=N_("What it is about."))]
    statement: Annotated[
        Sums | None, Meta(description=N_("Sums of all rows of the day: begins the comparison."))
    ] = None
    parts: Annotated[
        list[StatedPart], Meta(max_length=256, description=N_("Parts that the last answer wanted."))
    ] = []


class DifferingRow(Struct):
    """差异记录."""

    key: Annotated[
        str, Meta(description=N_("Case number, number of the service and of the review, by tabs."))
    ]
    here: Annotated[str, Meta(description=N_("Level or status as it is here; empty where it is not."))]
    told: Annotated[str, Meta(description=N_("The same as you told it."))]


class Compared(Struct):
    """How far a comparison has come."""

    state: Annotated[
        ReconciliationState,
        Meta(description=N_("Whether the day is equal, differs, or has still to be told.")),
    ]
    here: Annotated[Sums, Meta(description=N_("What is here."))]
    wanted: Annotated[list[str], Meta(description=N_("Prefixes of the parts to tell next; none at the end."))]
    count: Annotated[int, Meta(description=N_("How many rows are found different."))]
    differing: Annotated[
        list[DifferingRow], Meta(description=N_("At the end, the first 1,000 of them by case number."))
    ]


COMPONENTS = (
    Cases,
    Reviews,
    Results,
    StoredReview,
    Measures,
    QualityCards,
    QualityMonths,
    QualityRows,
    LinkedOrders,
    Progress,
    Taken,
    DayTold,
    Compared,
    Problem,
)
