"""A small fictional world for tests: one city of division 99, one agency, one item, one hall."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from haochaping.directory import actions as directory
from haochaping.directory import queries as places
from haochaping.directory.terms import Kind
from haochaping.exchange import actions as exchange
from haochaping.exchange.terms import MISSING, Quarantined, Raw, RecordKind
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.identity.models import RelayGrant
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, REVIEWER, Actor, ActorKind, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import local_day
from haochaping.notices.models import Delivery
from haochaping.notices.terms import Channel, DeliveryState, Template
from haochaping.publicity import actions as publicity
from haochaping.publicity.models import Undecided
from haochaping.publicity.terms import APPEARING, Ground, Wanted
from haochaping.rectification import actions as rectification
from haochaping.rectification.terms import CallResult
from haochaping.reviews.terms import Entrance
from haochaping.rulebook import actions as rulebook
from haochaping.rulebook.models import CalendarDay, Profile, ProfileChoice, RuleValue
from haochaping.rulebook.rules import sample_days, value_complaint
from haochaping.rulebook.terms import RULES, Key, Terms, Unit

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.outcomes import Outcome
    from haochaping.publicity.terms import Decision, Part
    from haochaping.rulebook.terms import Change

PROVINCE, CITY, COUNTY = "990000000000", "990100000000", "990102000000"
OTHER_CITY = "990200000000"
AGENCY = "990102000000_AAA"
OTHER_AGENCY = "990200000000_BBB"
ITEM = "9901020000000000000000000000001"
OTHER_ITEM = "9902000000000000000000000000001"
SOURCE = "yuncheng-hall"
# The longest limit there is, a reform's 60 working days, begun a month after the world was built.
_REACH = timedelta(days=150)
__all__ = ["REVIEWER"]
CLERK = Actor(
    ActorKind.STAFF,
    "clerk",
    powers=frozenset({"order.view", "order.handle", "review.view_text"}),
    scope=Scope(agency_path=f"{AGENCY}."),
)
PUBLISHER = Actor(
    ActorKind.STAFF,
    "publisher",
    powers=frozenset({"publication.release", "review.view_text"}),
    scope=Scope(division_path=f"{PROVINCE}.{CITY}."),
)
SECOND_PUBLISHER = replace(PUBLISHER, id="second-publisher")
CLIENT = Actor(ActorKind.CLIENT, "1", scope=Scope(division_path=f"{PROVINCE}.{CITY}."))
NOBODY = Actor(ActorKind.STAFF, "nobody")
EVERYBODY = Actor(ActorKind.STAFF, "root", powers=CLERK.powers | PUBLISHER.powers, scope=EVERYWHERE)


def terms(**changes: Any) -> Terms:
    """The terms of the national base, without a database."""
    base = Terms(
        profile="cn-base",
        change_window=timedelta(minutes=10),
        invitation_valid=timedelta(days=90),
        sign_limit_hours=4,
        first_contact_days=1,
        interview_after_months=0,
        dispatched_by_hotline=False,
        dispatch_time=timedelta(minutes=10),
        first_contact_same_day=False,
        rectification_levels=3,
        simple_rectify_days=5,
        complex_rectify_days=15,
        workday_start=time(9),
        workday_end=time(17, 30),
        bad_needs_text=False,
        review_window_days=None,
        review_window_unit=Unit.WORKING_DAYS,
        follow_up_reviews=1,
        rating_window=timedelta(days=7),
        invitation_after=timedelta(),
        second_invitation_after=timedelta(days=3),
        invitations_at_most=2,
        invitation_channels=frozenset({"sms"}),
        quiet_from=time(21),
        quiet_until=time(8),
        messages_a_day=1,
        quality_check_days=2,
        extensions_at_most=1,
        extension_days=10,
        returns_at_most=1,
        return_needs_approval=True,
        reopenings_at_most=1,
        amber_threshold=80,
        report_late=timedelta(days=1),
        report_very_late=timedelta(days=7),
        same_review_share=80,
        same_moment_share=5,
        default_value_share=30,
        supervision_answer_days=3,
        supervision_answer_unit=Unit.WORKING_DAYS,
        reform_answer_days=15,
        reform_answer_unit=Unit.WORKING_DAYS,
        reform_change_days=60,
        reform_change_unit=Unit.WORKING_DAYS,
        repeat_offender_orders=3,
        repeat_offender_days=30,
        sample_bad_closed=5,
        sample_good=1,
        sample_at_least=30,
        sample_half_width=5,
        sample_expected_share=95,
        sample_answer_within=timedelta(days=7),
        samples_by_phone=False,
        unread_limit_hours=4,
        complaint_days=15,
        complaint_unit=Unit.WORKING_DAYS,
        suggestion_days=30,
        suggestion_unit=Unit.WORKING_DAYS,
        after_sales_days=5,
        after_sales_unit=Unit.WORKING_DAYS,
        personal_data_days=15,
        personal_data_unit=Unit.WORKING_DAYS,
        appeal_days=5,
        appeal_unit=Unit.WORKING_DAYS,
        appeal_decision_days=5,
        appeal_decision_unit=Unit.WORKING_DAYS,
        appeal_pauses_deadline=True,
        malicious_is_invalid=True,
        conceals_reviewer=False,
        hotline_clock_rules=False,
        figure_explain_days=3,
        figure_explain_unit=Unit.WORKING_DAYS,
        text_release_after=7,
        text_release_after_unit=Unit.WORKING_DAYS,
        text_release_days=5,
        text_release_unit=Unit.WORKING_DAYS,
        text_cell=10,
        call_attempts=3,
        call_attempts_within=timedelta(days=2),
    )
    return replace(base, **changes)


def follow(division: str, now: datetime, **values: str) -> None:
    """Let a division follow a profile of its own that sets some values since 2020, in the first unit that fits."""
    profile, _ = Profile.objects.get_or_create(code=f"own-{division}", defaults={"name": "试行"})
    place = places.division(division)
    assert place is not None
    since = date(2020, 1, 1)
    ProfileChoice.objects.get_or_create(division_id=place.id, profile=profile, effective_from=since)
    for key, value in values.items():
        unit = next(unit for unit in RULES[Key(key)].units if value_complaint(key, value, unit) is None)
        RuleValue.objects.create(
            profile=profile,
            key=key,
            value=value,
            unit=unit,
            source="试行",
            verified="no",
            effective_from=since,
        )


def rule(change: Change, *, by: Actor = OPERATOR, now: datetime) -> None:
    """One administrator proposes a change of the rules or of a day, a second one of the same remit confirms it."""
    second = Actor(ActorKind.STAFF, "second-admin", powers=frozenset({"rulebook.edit"}), scope=by.scope)
    rulebook.confirm_change(rulebook.propose(change, by=by, now=now), by=second, now=now)


def build(now: datetime) -> None:
    """Put the small world into the directory."""
    rows: dict[Kind, list[dict[str, str]]] = {
        Kind.DIVISIONS: [
            {"code": PROVINCE, "name": "云川省"},
            {"code": CITY, "name": "云城市"},
            {"code": COUNTY, "name": "河湾区"},
            {"code": OTHER_CITY, "name": "石港市"},
        ],
        Kind.AGENCIES: [
            {"code": AGENCY, "name": "河湾区行政审批局", "division": COUNTY, "parent": "", "uscc": ""},
            {
                "code": OTHER_AGENCY,
                "name": "石港市行政审批局",
                "division": OTHER_CITY,
                "parent": "",
                "uscc": "",
            },
        ],
        Kind.ITEMS: [
            {"code": ITEM, "name": "食品经营许可", "item_type": "01", "agency": AGENCY},
            {"code": OTHER_ITEM, "name": "户外广告设置许可", "item_type": "01", "agency": OTHER_AGENCY},
        ],
        Kind.PLATFORMS: [{"code": SOURCE, "name": "云城市政务大厅", "division": CITY}],
        Kind.HALLS: [{"code": "H1", "name": "河湾区政务服务中心", "division": COUNTY}],
        Kind.WINDOWS: [{"code": "W1", "name": "综合窗口1", "hall": "H1"}],
        Kind.STAFF: [{"code": "S1", "name": "王芳", "agency": AGENCY}],
    }
    for kind, found in rows.items():
        assert directory.put(kind, found, by=OPERATOR, now=now) == []
    _reach(now)


def _reach(now: datetime) -> None:
    """Let the calendar reach the deadlines of a world that stands in the present: the shipped one ends some day."""
    known = CalendarDay.objects.aggregate(last=Max("day"))["last"]
    wanted = local_day(now) + _REACH
    if known and known < wanted:
        days = sample_days(known + timedelta(days=1), date(wanted.year, 12, 31))
        CalendarDay.objects.bulk_create(CalendarDay(day=day, is_working=works) for day, works in days.items())


def case(case_no: str, now: datetime, **changes: object) -> dict[str, object]:
    """A completed case with one occurrence, one hour before `now`."""
    at = (now - timedelta(hours=1)).isoformat()
    return {
        "source": SOURCE,
        "case_no": case_no,
        "item": ITEM,
        "agency": AGENCY,
        "division": COUNTY,
        "status": "completed",
        "kind": "committed",
        "applied_at": at,
        "completed_at": at,
        "promised_limit": "5 working_day",
        "applicant": {
            "name": "张小满",
            "phone": "13900000001",
            "certificate_type": "111",
            "certificate_no": "X1",
        },
        "occurrences": [occurrence(1, now)],
    } | changes


def occurrence(no: int, now: datetime) -> dict[str, object]:
    """A service of a case, one hour before `now`."""
    return {
        "no": no,
        "name": "办结",
        "stage": "delivery",
        "at": (now - timedelta(hours=1)).isoformat(),
        "channel": "window",
        "hall": "H1",
        "window": "W1",
    }


def review(case_no: str, level: object, now: datetime, **changes: object) -> dict[str, object]:
    """An active review of a case's first occurrence."""
    return {
        "source": SOURCE,
        "case_no": case_no,
        "occurrence_no": 1,
        "rating_value": level,
        "channel": "hall_pad",
        "assessed_at": now.isoformat(),
        "claimed_provenance": "active_onsite_device",
    } | changes


def take_case(case_no: str, now: datetime, **changes: object) -> UUID:
    """Send one case down the road and expect it to be taken."""
    outcome = take_in_cases(
        [Raw(case(case_no, now, **changes))], entrance=Entrance.CLIENT, by=OPERATOR, now=now
    )[0]
    assert outcome.kind == OutcomeKind.ACCEPTED, outcome
    assert outcome.id is not None
    return outcome.id


def give(
    case_no: str,
    level: object,
    now: datetime,
    *,
    entrance: Entrance = Entrance.CLIENT,
    by: Actor = OPERATOR,
    **changes: object,
) -> Outcome:
    """Send one review down the road."""
    raw = Raw(review(case_no, level, now, **changes))
    return receive_reviews([raw], entrance=entrance, by=by, now=now)[0]


def put_aside(now: datetime) -> dict[RecordKind, tuple[str, UUID]]:
    """A record of every kind in quarantine, by kind: the number its sender has given it, and its id there."""
    numbers = {kind: "ZC-1" if kind == RecordKind.VOICE else f"YC-{kind}" for kind in RecordKind}
    records = [
        Quarantined(
            kind=kind,
            fields={"source": SOURCE, "entry_no" if kind == RecordKind.VOICE else "case_no": number},
            sealed={},
            digest=None,
            receipt_hash=None,
            entrance=Entrance.HISTORY,
            code=MISSING.code,
            field="item",
            params={"field": "item"},
            message=MISSING.message,
            remedy=MISSING.remedy,
        )
        for kind, number in numbers.items()
    ]
    ids = exchange.quarantine(records, by=OPERATOR, now=now)
    return dict(zip(numbers, zip(numbers.values(), ids, strict=True), strict=True))


def offer(now: datetime) -> None:
    """Put all that waits before the publishers, as if its week were over and many cases had been completed in it."""
    rows = Undecided.objects.filter(offered_at=None)
    rows.update(offered_at=now, amber_at=now + timedelta(days=5), due_at=now + timedelta(days=7))


def decide(
    review_id: UUID,
    part: Part,
    decision: Decision,
    *,
    reason: str = "",
    by: Actor = PUBLISHER,
    now: datetime,
) -> None:
    """One publisher proposes what becomes of a text, a second one of the same remit confirms it."""
    offer(now)
    ground = "" if decision in APPEARING else Ground.PRIVACY
    wanted = Wanted(review_id, part, decision, reason, ground)
    proposed = publicity.propose([wanted], by=by, now=now)
    publicity.confirm(proposed, by=replace(SECOND_PUBLISHER, scope=by.scope), now=now)


def rang(order_id: UUID, now: datetime, *, by: Actor = CLERK, purpose: str = "verify") -> UUID:
    """A call of the relay about an order that has rung, made by `by`: its outcome is to be recorded; returns its id."""
    person, at = uuid7(now), now
    grant = RelayGrant.objects.create(
        id=uuid7(now),
        person=person,
        basis=order_id,
        purpose=purpose,
        granted_to=str(by),
        granted_at=at,
        ends_at=at + timedelta(days=2),
        calls_allowed=3,
        calls_made=1,
    )
    call = Delivery.objects.create(
        id=uuid7(now),
        person=person,
        grant=grant.id,
        template=Template.CALL,
        channel=Channel.CALL,
        state=DeliveryState.SENT,
        attempts=1,
        queued_at=at,
        at=at,
        moved_by=str(by),
    )
    return call.pk


def hear(order_id: UUID, *, by: Actor, now: datetime, **found: Any) -> None:
    """The reviewer of an order was called through the relay, and the outcome is recorded."""
    if found["result"] != CallResult.NOT_POSSIBLE:
        rang(order_id, now, by=by)
    rectification.verify_by_callback(order_id, **found, by=by, now=now)
