"""工作通知: who is told, once for a burst, once a day, higher up when nobody reads; and no one who caused it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import Place, Role
from haochaping.directory import queries as places
from haochaping.flows import handle_bad_review, tell_staff
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, REVIEWER, SYSTEM, Actor, ActorKind
from haochaping.notices import actions, queries
from haochaping.notices.models import NoticeCopy, StaffMessage, StaffNotice
from haochaping.notices.terms import (
    CONFIDENTIAL,
    About,
    Channel,
    ChoiceRow,
    ContactRow,
    DeliveryState,
    GatewayFailed,
    MailChoice,
    NoticeKind,
)
from haochaping.rectification import actions as rectification
from tests import worlds
from tests.flows.conftest import order_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from haochaping.notices.terms import Outgoing

pytestmark = pytest.mark.usefixtures("world")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HERE, THERE = Place(agency_code=worlds.AGENCY), Place(agency_code=worlds.OTHER_AGENCY)
COUNTY = Place(division_code=worlds.COUNTY)


def account(name: str, role: Role, place: Place, now: datetime) -> int:
    user_id = accounts.open_account(username=name, display_name=name, by=OPERATOR, now=now)
    accounts.grant_role(user_id=user_id, role=role, place=place, by=OPERATOR, now=now)
    return user_id


def staff(user_id: int) -> Actor:
    return Actor(ActorKind.STAFF, str(user_id), scope=EVERYWHERE)


def address(now: datetime) -> None:
    """Do the jobs that find out whom notices concern."""
    for job in ProcrastinateJob.objects.filter(task_name="notices.address").order_by("id"):
        actions.address(job.args["notice_ids"], now=now)


def about(now: datetime, n: int = 1) -> list[About]:
    order = order_of(bad_review(now))
    return tell_staff.about_orders([order] * n)


def bad_review(now: datetime, case_no: str = "YC-1") -> UUID:
    outcome = worlds.give(case_no, 1, now)
    assert outcome.id is not None
    return outcome.id


def tell(kind: NoticeKind, subjects: Sequence[About], now: datetime, by: Actor = SYSTEM) -> None:
    tell_staff.tell(kind, subjects, by=by, now=now)
    address(now)


def told(user_id: int) -> list[NoticeKind]:
    return [row.kind for row in queries.notices_of(user_id)]


class Outlet:
    """A way out for tests: notes what it is given, and raises what it is told to."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.sent: list[Outgoing] = []

    def __call__(self, outgoing: Outgoing) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(outgoing)


def send(channel: Channel, outlet: Outlet, now: datetime) -> int:
    return actions.send_due(channel, send=outlet, link="https://x.test/desk/notices/", translate=str, now=now)


def by_mail(user_id: int, mail: MailChoice, *kinds: NoticeKind) -> None:
    contact = ContactRow("wang@example.org", "")
    actions.choose(user_id, contact, {kind: ChoiceRow(mail) for kind in kinds})


# whom


def test_whom_the_review_names_is_not_told_of_its_order(now):
    clerk, meant = account("clerk", Role.CLERK, HERE, now), account("meant", Role.CLERK, HERE, now)
    member = {"agency_code": worlds.AGENCY, "staff_number": "S1"}
    accounts.bind_staff_member(user_id=meant, **member, by=OPERATOR, now=now)
    named = order_of(worlds.give("YC-1", 1, now, staff="S1").id)

    tell(NoticeKind.ORDER_DISPATCHED, tell_staff.about_orders([named]), now)

    assert (told(clerk), told(meant)) == ([NoticeKind.ORDER_DISPATCHED], [])
    # Nor when nobody has read it and the next above is told.
    lead = account("lead", Role.AGENCY_LEAD, HERE, now)
    accounts.bind_staff_member(user_id=lead, **member, by=OPERATOR, now=now)
    rectification.dispatch([named.id], by=SYSTEM, now=now)
    assert tell_staff.escalate_unread(by=SYSTEM, now=now + 7 * DAY) == 1
    address(now + 7 * DAY)
    assert told(lead) == []


def test_an_order_that_goes_out_is_told_to_whoever_handles_orders_of_the_agency(now):
    clerk, lead = account("clerk", Role.CLERK, HERE, now), account("lead", Role.AGENCY_LEAD, HERE, now)
    county = account("county", Role.CLERK, COUNTY, now)
    others = [
        account("there", Role.CLERK, THERE, now),
        account("dispatcher", Role.DISPATCHER, COUNTY, now),
        account("gone", Role.CLERK, HERE, now),
    ]
    accounts.disable(user_id=others[-1], by=OPERATOR, now=now)
    bad_review(now)

    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    address(now)

    assert [told(one) for one in (clerk, lead, county)] == [[NoticeKind.ORDER_DISPATCHED]] * 3
    assert [told(one) for one in others] == [[]] * 3
    [notice] = queries.notices_of(clerk)
    assert notice.facts == {"item": "食品经营许可", "agency": "河湾区行政审批局"}


def test_whoever_caused_it_is_not_told(now):
    clerk, other = account("clerk", Role.CLERK, HERE, now), account("other", Role.CLERK, HERE, now)

    tell(NoticeKind.URGING, about(now), now, by=staff(clerk))

    assert (told(clerk), told(other)) == ([], [NoticeKind.URGING])


def test_what_is_late_is_told_to_the_supervisor_above_too(now):
    supervisor = account("super", Role.SUPERVISOR, Place(division_code=worlds.CITY), now)
    elsewhere = account("elsewhere", Role.SUPERVISOR, Place(division_code=worlds.OTHER_CITY), now)

    tell(NoticeKind.ORDER_RED, about(now), now)
    tell(NoticeKind.ORDER_AMBER, about(now + MINUTE), now)

    assert (told(supervisor), told(elsewhere)) == ([NoticeKind.ORDER_RED], [])


def test_a_request_to_open_an_identity_is_told_to_offices_that_decide_and_not_to_the_one_it_is_about(now):
    keepers = {
        place: account(f"keeper-{n}", Role.IDENTITY_KEEPER, place, now)
        for n, place in enumerate([HERE, THERE])
    }
    [order] = about(now)
    there = About("opening", "7", order.division_id, order.agency_id)

    tell(NoticeKind.OPENING_REQUEST, [there], now)

    # The other agency lies in another city.
    assert [told(keeper) for keeper in keepers.values()] == [[], []]
    province = About("opening", "8", order.division_id, None)
    tell(NoticeKind.OPENING_REQUEST, [province], now)
    assert told(keepers[HERE]) == [NoticeKind.OPENING_REQUEST]


def test_a_message_of_the_reviewer_and_a_no_reach_the_agency(now):
    clerk, dispatcher = account("clerk", Role.CLERK, HERE, now), account("disp", Role.DISPATCHER, COUNTY, now)
    review_id = bad_review(now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    order = order_of(review_id)
    handle_bad_review.write_to_reviewer(order.id, "哪一天？", by=worlds.CLERK, now=now)
    handle_bad_review.answer_agency(review_id, "上周三", by=REVIEWER, now=now)
    reply(order.id, now)

    handle_bad_review.answer_solution(review_id, solved="yes", text="", by=REVIEWER, now=now)
    address(now)
    assert told(dispatcher) == []
    handle_bad_review.answer_solution(review_id, solved="no", text="", by=REVIEWER, now=now)
    address(now)

    assert told(dispatcher) == [NoticeKind.NOT_SOLVED]
    assert sorted(told(clerk)) == [
        NoticeKind.NOT_SOLVED,
        NoticeKind.ORDER_DISPATCHED,
        NoticeKind.REVIEWER_MESSAGE,
    ]


def reply(order_id: UUID, now: datetime) -> None:
    rectification.sign_for(order_id, by=worlds.CLERK, now=now)
    worlds.hear(
        order_id, result="answered", is_true=True, is_reasonable=True, note="属实", by=worlds.CLERK, now=now
    )
    rectification.rectify(order_id, outcome="immediate_rectified", text="已改正", by=worlds.CLERK, now=now)
    handle_bad_review.reply(order_id, "已办理", by=worlds.CLERK, now=now)


def test_a_job_that_runs_twice_tells_once(now):
    clerk = account("clerk", Role.CLERK, HERE, now)
    by_mail(clerk, MailChoice.AT_ONCE, NoticeKind.URGING)
    tell(NoticeKind.URGING, about(now), now)

    address(now)

    assert NoticeCopy.objects.count() == 1
    assert StaffMessage.objects.get().count == 1


def test_each_reads_for_themselves(now):
    clerk, other = account("clerk", Role.CLERK, HERE, now), account("other", Role.CLERK, HERE, now)
    tell(NoticeKind.URGING, about(now, 3), now)
    [first, *_] = queries.notices_of(clerk)

    assert actions.mark_notices_read(clerk, [first.id], now=now) == 1
    assert (queries.unread_count(clerk), queries.unread_count(other)) == (2, 3)
    assert actions.mark_notices_read(clerk, now=now) == 2
    assert (queries.unread_count(clerk), queries.unread_count(other)) == (0, 3)
    assert queries.notice_of(staffless := clerk + 1000, first.id) is None, staffless


def test_nobody_gets_a_mail_unasked(now):
    account("clerk", Role.CLERK, HERE, now)

    tell(NoticeKind.URGING, about(now), now)

    assert not StaffMessage.objects.exists()


def test_a_burst_is_one_mail_and_what_follows_within_five_minutes_is_the_next(now):
    clerk = account("clerk", Role.CLERK, HERE, now)
    by_mail(clerk, MailChoice.AT_ONCE, NoticeKind.URGING)
    subjects, outlet = about(now, 12), Outlet()

    tell(NoticeKind.URGING, subjects, now)
    assert send(Channel.EMAIL, outlet, now) == 1
    for n in range(1, 4):
        tell(NoticeKind.URGING, subjects[:2], now + n * MINUTE)
        assert send(Channel.EMAIL, outlet, now + n * MINUTE) == 0
    assert send(Channel.EMAIL, outlet, now + 5 * MINUTE) == 1

    assert [mail.title for mail in outlet.sent] == ["Urged to go on: 12", "Urged to go on: 6"]
    assert outlet.sent[0].to == "wang@example.org"
    assert "食品" not in outlet.sent[0].text
    assert send(Channel.EMAIL, outlet, now + DAY) == 0


def test_another_kind_is_another_burst(now):
    clerk = account("clerk", Role.CLERK, HERE, now)
    by_mail(clerk, MailChoice.AT_ONCE, NoticeKind.URGING, NoticeKind.APPEAL, NoticeKind.ORDER_AMBER)
    subjects, outlet = about(now), Outlet()

    tell(NoticeKind.URGING, subjects, now)
    send(Channel.EMAIL, outlet, now)
    tell(NoticeKind.ORDER_AMBER, subjects, now + MINUTE)

    assert send(Channel.EMAIL, outlet, now + MINUTE) == 1


@pytest.mark.parametrize(
    ("written", "digest"),
    [
        ("2026-06-01T10:00", "2026-06-02T08:30"),
        ("2026-06-01T08:00", "2026-06-01T08:30"),
        ("2026-06-05T10:00", "2026-06-08T08:30"),
        # 2026-02-14 is worked (调休), the fortnight's holiday is not.
        ("2026-02-13T10:00", "2026-02-14T08:30"),
    ],
)
def test_a_digest_goes_out_at_half_past_eight_of_a_working_day_with_what_is_unread(now, written, digest):
    subjects, outlet = about(now), Outlet()
    now, morning = (datetime.fromisoformat(f"{moment}+08:00") for moment in (written, digest))
    clerk = account("clerk", Role.CLERK, HERE, now)
    by_mail(clerk, MailChoice.DAILY, NoticeKind.URGING, NoticeKind.ORDER_AMBER)
    tell(NoticeKind.URGING, subjects * 3, now)
    tell(NoticeKind.ORDER_AMBER, subjects, now)
    first = next(row.id for row in queries.notices_of(clerk) if row.kind == NoticeKind.URGING)
    actions.mark_notices_read(clerk, [first], now=now)

    assert send(Channel.EMAIL, outlet, morning - MINUTE) == 0
    assert send(Channel.EMAIL, outlet, morning) == 1

    [mail] = outlet.sent
    assert mail.title == "Unread notices: 3"
    assert "Urged to go on: 2" in mail.text
    assert "Deadline of a work order is near: 1" in mail.text


def test_a_digest_of_what_has_been_read_is_not_sent(now):
    clerk = account("clerk", Role.CLERK, HERE, now)
    by_mail(clerk, MailChoice.DAILY, NoticeKind.URGING)
    tell(NoticeKind.URGING, about(now), now)
    actions.mark_notices_read(clerk, now=now)
    outlet = Outlet()

    assert send(Channel.EMAIL, outlet, now + DAY) == 0
    assert outlet.sent == []
    assert queries.unsent_messages() == []


def test_a_message_to_the_phone_is_for_what_is_late_and_for_who_asked(now, settings):
    settings.SMS_GATEWAY = "demo"
    clerk, other = account("clerk", Role.CLERK, HERE, now), account("other", Role.CLERK, HERE, now)
    for user_id in (clerk, other):
        wanted = {kind: ChoiceRow(sms=user_id == clerk) for kind in NoticeKind}
        actions.choose(user_id, ContactRow("", "13900000009"), wanted)

    tell(NoticeKind.URGING, about(now), now)
    tell(NoticeKind.ORDER_RED, about(now + MINUTE), now)

    assert tell_staff.send_due(Channel.SMS, now=now) == 1
    [message] = queries.demo_messages()
    assert message.masked_to == "139****0009"


def test_mail_of_the_demo_is_kept_with_its_address_masked(now, settings):
    settings.DEMO, settings.DESK_URL = True, "https://desk.example"
    clerk = account("clerk", Role.CLERK, HERE, now)
    by_mail(clerk, MailChoice.AT_ONCE, NoticeKind.URGING)
    tell(NoticeKind.URGING, about(now), now)

    assert tell_staff.send_due(Channel.EMAIL, now=now) == 1

    [mail] = queries.demo_messages()
    assert mail.masked_to == "w***@example.org"
    assert "https://desk.example/desk/notices/" in mail.text


def test_without_a_server_or_gateway_what_is_due_waits(now, settings):
    settings.SMS_GATEWAY, settings.MAILERS = "", {}
    clerk = account("clerk", Role.CLERK, HERE, now)
    by_mail(clerk, MailChoice.AT_ONCE, NoticeKind.URGING)
    tell(NoticeKind.URGING, about(now), now)

    assert [tell_staff.send_due(channel, now=now) for channel in (Channel.EMAIL, Channel.SMS)] == [0, 0]
    assert StaffMessage.objects.get().state == DeliveryState.QUEUED


def queue(now: datetime) -> None:
    clerk = account("clerk", Role.CLERK, HERE, now)
    by_mail(clerk, MailChoice.AT_ONCE, NoticeKind.URGING)
    tell(NoticeKind.URGING, about(now), now)


def test_what_has_certainly_not_gone_out_is_tried_again_ever_later(now):
    queue(now)
    outlet = Outlet(*[GatewayFailed("answered 451")] * 2)

    assert [send(Channel.EMAIL, outlet, now + timedelta(seconds=n)) for n in (0, 2, 3, 11, 12)] == [
        0,
        0,
        0,
        0,
        1,
    ]
    assert len(outlet.sent) == 1


def test_it_is_given_up_after_a_day_and_listed(now):
    queue(now)
    outlet, at = Outlet(*[GatewayFailed("answered 451")] * 99), now
    for _ in range(40):
        send(Channel.EMAIL, outlet, at)
        at += HOUR

    [message] = queries.unsent_messages()
    assert (message.state, message.due_at, message.last_error) == (DeliveryState.FAILED, None, "answered 451")
    actions.requeue_message(message.id, now=at)
    assert send(Channel.EMAIL, Outlet(), at) == 1


def test_what_may_have_gone_out_is_listed_and_not_sent_again_by_itself(now):
    queue(now)
    outlet = Outlet(TimeoutError())

    assert [send(Channel.EMAIL, outlet, now + n * DAY) for n in range(3)] == [0, 0, 0]

    [message] = queries.unsent_messages()
    assert (message.state, message.last_error) == (DeliveryState.UNCLEAR, "TimeoutError")


def test_a_program_that_stopped_in_the_middle_leaves_it_unclear(now):
    queue(now)
    StaffMessage.objects.update(state=DeliveryState.SENDING, due_at=None, at=now)
    outlet = Outlet()

    assert send(Channel.EMAIL, outlet, now + MINUTE) == 0
    assert StaffMessage.objects.get().state == DeliveryState.SENDING
    assert send(Channel.EMAIL, outlet, now + HOUR) == 0
    assert StaffMessage.objects.get().state == DeliveryState.UNCLEAR


def orders_out(now: datetime) -> tuple[int, int, int]:
    """A clerk, a head and a dispatcher, and one order that has gone out on a Monday at ten."""
    people = (
        account("clerk", Role.CLERK, HERE, now),
        account("lead", Role.AGENCY_LEAD, HERE, now),
        account("dispatcher", Role.DISPATCHER, COUNTY, now),
    )
    bad_review(now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    address(now)
    return people


def escalate(now: datetime) -> int:
    count = tell_staff.escalate_unread(by=SYSTEM, now=now)
    address(now)
    return count


def test_an_order_nobody_reads_of_for_four_working_hours_is_told_higher_up_once(now):
    clerk, lead, dispatcher = orders_out(now)

    assert [escalate(now + wait) for wait in (3 * HOUR, 4 * HOUR, 5 * HOUR, 30 * DAY)] == [0, 1, 0, 0]

    assert NoticeKind.UNREAD in told(lead)
    assert NoticeKind.UNREAD in told(dispatcher)
    assert NoticeKind.UNREAD not in told(clerk)


def test_hours_of_the_night_do_not_count(now):
    evening = now.replace(hour=17)
    orders_out(evening)

    # Half an hour on Monday, and three and a half on Tuesday from nine.
    assert [escalate((now + DAY).replace(hour=h, minute=m)) for h, m in ((9, 0), (12, 29), (12, 30))] == [
        0,
        0,
        1,
    ]


def test_an_order_that_one_has_read_of_or_signed_for_needs_nobody(now):
    clerk, _, _ = orders_out(now)
    actions.mark_notices_read(clerk, now=now)
    assert escalate(now + DAY) == 0

    worlds.take_case("YC-2", now)
    review_id = bad_review(now, "YC-2")
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    address(now)
    rectification.sign_for(order_of(review_id).id, by=worlds.CLERK, now=now)
    assert escalate(now + DAY) == 0


def test_how_long_is_the_rulebooks(now):
    worlds.follow(worlds.COUNTY, now, unread_limit_working_hours="1")
    orders_out(now)

    assert [escalate(now + wait) for wait in (HOUR - MINUTE, HOUR)] == [0, 1]


def test_a_program_is_told_by_the_nearest_division_up_the_path(now):
    for division in (worlds.PROVINCE, worlds.CITY, worlds.OTHER_CITY):
        actions.set_endpoint(
            division_code=division,
            url=f"https://oa.example/{division}",
            allowed={"https://oa.example"},
            by=OPERATOR,
            now=now,
        )
    outlet = Outlet()

    tell(NoticeKind.URGING, about(now, 2), now)

    assert send(Channel.WEBHOOK, outlet, now) == 1
    [request] = outlet.sent
    assert request.to == f"https://oa.example/{worlds.CITY}"
    said = json.loads(request.text)
    assert said["id"] == str(request.id)
    assert [one["id"] for one in said["notices"]] == [
        str(pk) for pk in StaffNotice.objects.order_by("id").values_list("id", flat=True)
    ]
    assert (
        said["notices"][0].items()
        >= {
            "kind": "urging",
            "division": worlds.COUNTY,
            "agency": worlds.AGENCY,
            "subject_kind": "order",
        }.items()
    )


def endpoint(now: datetime, division: str = worlds.CITY) -> UUID:
    allowed, url = {"https://oa.example"}, f"https://oa.example/{division}"
    return actions.set_endpoint(division_code=division, url=url, allowed=allowed, by=OPERATOR, now=now)


def test_a_burst_is_one_request_and_what_follows_within_five_seconds_is_the_next(now):
    endpoint(now)
    subjects, outlet, second = about(now), Outlet(), timedelta(seconds=1)

    for _ in range(3):
        tell(NoticeKind.URGING, subjects, now)
    assert send(Channel.WEBHOOK, outlet, now) == 1
    for n in range(1, 5):
        tell(NoticeKind.ORDER_AMBER, subjects, now + n * second)
        assert send(Channel.WEBHOOK, outlet, now + n * second) == 0
    assert send(Channel.WEBHOOK, outlet, now + 5 * second) == 1
    tell(NoticeKind.URGING, subjects, now + HOUR)
    assert send(Channel.WEBHOOK, outlet, now + HOUR) == 1

    assert [len(json.loads(one.text)["notices"]) for one in outlet.sent] == [3, 4, 1]
    assert list(StaffMessage.objects.order_by("id").values_list("count", flat=True)) == [3, 4, 1]


def test_a_request_holds_a_hundred_notices_and_each_stands_in_one(now):
    endpoint(now)
    outlet = Outlet()

    tell(NoticeKind.URGING, about(now) * 130, now)
    tell(NoticeKind.URGING, about(now + MINUTE) * 90, now)

    assert send(Channel.WEBHOOK, outlet, now) == 3
    told_of = [[one["id"] for one in json.loads(sent.text)["notices"]] for sent in outlet.sent]
    assert sorted(map(len, told_of)) == [20, 100, 100]
    assert len({one for some in told_of for one in some}) == 220


def test_programs_of_two_places_gather_apart(now):
    for division in (worlds.CITY, worlds.OTHER_CITY):
        endpoint(now, division)
    [here] = about(now)
    there = places.division(worlds.OTHER_CITY)
    assert there is not None

    tell(NoticeKind.URGING, [here, replace(here, division_id=there.id, agency_id=None)], now)

    assert send(Channel.WEBHOOK, outlet := Outlet(), now) == 2
    assert len({one.to for one in outlet.sent}) == 2


@pytest.mark.parametrize("kind", sorted(CONFIDENTIAL))
def test_a_program_is_told_of_nothing_that_is_confidential(now, kind):
    endpoint(now)

    tell(kind, about(now), now)
    assert send(Channel.WEBHOOK, Outlet(), now) == 0
    tell(NoticeKind.URGING, about(now), now)
    assert send(Channel.WEBHOOK, outlet := Outlet(), now) == 1

    assert [one["kind"] for one in json.loads(outlet.sent[0].text)["notices"]] == ["urging"]


def test_a_program_that_is_told_no_more_gets_nothing_of_what_waits(now):
    endpoint = actions.set_endpoint(
        division_code=worlds.CITY,
        url="https://oa.example/",
        allowed={"https://oa.example"},
        by=OPERATOR,
        now=now,
    )
    tell(NoticeKind.URGING, about(now), now)
    actions.close_endpoint(endpoint, by=OPERATOR, now=now)
    outlet = Outlet()

    assert send(Channel.WEBHOOK, outlet, now) == 0
    assert outlet.sent == []
