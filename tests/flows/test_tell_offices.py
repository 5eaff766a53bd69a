"""What offices tell each other and agencies them: answers, urgings, requests for help, and what nobody has read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.accounts import actions as accounts
from haochaping.accounts.queries import standing_of_user
from haochaping.accounts.terms import Place, Role
from haochaping.flows import handle_bad_review, handle_voices, supervise, tell_staff
from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM, Actor
from haochaping.kernel.identifiers import uuid7
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.notices import actions, queries
from haochaping.notices.models import StaffNotice
from haochaping.notices.terms import NoticeKind
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.models import Milestone, WorkOrder
from haochaping.supervision import actions as supervision
from haochaping.supervision.models import Urging
from haochaping.voices import actions as voices
from haochaping.voices import queries as said
from haochaping.voices.models import Voice
from tests import worlds
from tests.flows.conftest import order_of
from tests.flows.test_tell_staff import address
from tests.voices.conftest import DISPATCHER, GIVEN, RECEIPT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_PLACES: dict[str, tuple[Role, Place]] = {
    "clerk": (Role.CLERK, Place(agency_code=worlds.AGENCY)),
    "lead": (Role.AGENCY_LEAD, Place(agency_code=worlds.AGENCY)),
    "dispatcher": (Role.DISPATCHER, Place(division_code=worlds.COUNTY)),
    "county": (Role.SUPERVISOR, Place(division_code=worlds.COUNTY)),
    "city": (Role.SUPERVISOR, Place(division_code=worlds.CITY)),
    "city-2": (Role.SUPERVISOR, Place(division_code=worlds.CITY)),
    "province": (Role.SUPERVISOR, Place(division_code=worlds.PROVINCE)),
    "everywhere": (Role.SUPERVISOR, Place(everywhere=True)),
    "abroad": (Role.SUPERVISOR, Place(division_code=worlds.OTHER_CITY)),
    "there": (Role.AGENCY_LEAD, Place(agency_code=worlds.OTHER_AGENCY)),
    "inside": (Role.SUPERVISOR, Place(agency_code=worlds.AGENCY)),
}


class House:
    """Everybody who might be told, and an order that has gone out."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.ids = {name: account(name, role, place, now) for name, (role, place) in _PLACES.items()}
        outcome = worlds.give("YC-1", 1, now)
        assert outcome.id is not None
        self.review_id = outcome.id
        handle_bad_review.dispatch_due(by=SYSTEM, now=now)
        self.order_id = order_of(self.review_id).id

    def actor(self, name: str) -> Actor:
        return standing_of_user(self.ids[name]).actor

    def later(self, by: timedelta = timedelta(minutes=1)) -> datetime:
        self.now += by
        return self.now

    def told(self, kind: NoticeKind) -> list[str]:
        """Who has a notice of this kind, once for each."""
        address(self.now)
        return [
            name
            for name, pk in self.ids.items()
            for row in queries.notices_of(pk, limit=200)
            if row.kind == kind
        ]

    def escalate(self, after: timedelta = DAY) -> int:
        """Address what waits, let time pass, and tell higher up what nobody has read."""
        address(self.now)
        count = tell_staff.escalate_unread(by=SYSTEM, now=self.later(after))
        address(self.now)
        return count

    def urge(self, by: str, *, to: str = "", order: bool = False) -> UUID:
        about = self.order_id if order else None
        now = self.later()
        return supervise.urge(
            to=to, work_order_id=about, text="请本周内办结。", key=uuid7(now), by=self.actor(by), now=now
        )

    def ask(self, by: str, *, order: bool = True) -> UUID:
        about = self.order_id if order else None
        now = self.later()
        return supervise.ask_help(
            work_order_id=about, text="两个部门的系统不通。", key=uuid7(now), by=self.actor(by), now=now
        )

    def letter(self, by: str) -> UUID:
        pk = supervision.open_letter(
            agency_code="",
            work_order_id=self.order_id,
            signal_id=None,
            text="请说明。",
            key=uuid7(self.later()),
            by=self.actor(by),
            now=self.now,
        )
        supervise.send(pk, by=self.actor(by), now=self.later())
        return pk


def account(name: str, role: Role, place: Place, now: datetime) -> int:
    user_id = accounts.open_account(username=name, display_name=name, by=OPERATOR, now=now)
    accounts.grant_role(user_id=user_id, role=role, place=place, by=OPERATOR, now=now)
    return user_id


@pytest.fixture
def house(world: None, now: datetime) -> House:
    return House(now)


def name_in_the_review(house: House, who: str) -> None:
    """The review of the order is about somebody of the house, as staff of the agency."""
    member = {"agency_code": worlds.AGENCY, "staff_number": "S1"}
    accounts.bind_staff_member(user_id=house.ids[who], **member, by=OPERATOR, now=house.now)
    [member_id] = standing_of_user(house.ids[who]).actor.staff_ids
    WorkOrder.objects.filter(id=house.order_id).update(staff_id=member_id)


# urgings


def test_an_office_that_is_urged_hears_of_it_and_nobody_else(house: House):
    house.urge("city", to=worlds.COUNTY)

    assert house.told(NoticeKind.OFFICE_URGED) == ["county"]
    assert house.told(NoticeKind.URGING) == []


def test_where_an_office_has_nobody_the_next_one_above_hears_of_it(house: House):
    accounts.disable(user_id=house.ids["county"], by=OPERATOR, now=house.now)

    house.urge("province", to=worlds.COUNTY)

    assert house.told(NoticeKind.OFFICE_URGED) == ["city", "city-2"]


def test_an_agency_that_is_urged_hears_of_it_and_no_office(house: House):
    house.urge("city", order=True)

    assert house.told(NoticeKind.URGING) == ["clerk", "lead"]
    assert house.told(NoticeKind.OFFICE_URGED) == []


def test_whom_the_review_names_hears_nothing_of_letter_or_urging(house: House):
    name_in_the_review(house, "clerk")

    house.urge("city", order=True)
    house.letter("city")

    assert house.told(NoticeKind.URGING) == ["lead"]
    assert house.told(NoticeKind.SUPERVISION_ORDER) == ["lead"]


@pytest.mark.parametrize(
    ("by", "told"),
    [("county", ["county"]), ("city", ["city", "city-2"]), ("province", ["province", "everywhere"])],
)
def test_the_answer_to_an_urging_is_told_to_the_office_that_urged(house: House, by, told):
    pk = house.urge(by, order=True)

    supervise.answer(pk, text="明日办结。", by=house.actor("clerk"), now=house.later())

    assert house.told(NoticeKind.URGING_ANSWERED) == told


def test_an_answer_is_told_to_the_office_of_the_place_when_who_urged_has_gone(house: House):
    pk = house.urge("city-2", order=True)
    accounts.disable(user_id=house.ids["city-2"], by=OPERATOR, now=house.now)

    supervise.answer(pk, text="明日办结。", by=house.actor("clerk"), now=house.later())

    assert house.told(NoticeKind.URGING_ANSWERED) == ["county"]


def test_the_answer_to_a_letter_is_told_to_the_office_that_sent_it(house: House):
    pk = house.letter("city")
    assert house.told(NoticeKind.SUPERVISION_ANSWERED) == []

    supervise.respond(pk, text="已整改。", by=house.actor("lead"), now=house.later())

    assert house.told(NoticeKind.SUPERVISION_ANSWERED) == ["city", "city-2"]
    notice = StaffNotice.objects.get(kind=NoticeKind.SUPERVISION_ANSWERED)
    assert (notice.facts, notice.agency_id) == ({"agency": "河湾区行政审批局"}, None)


def test_the_answer_to_a_reminder_of_the_program_is_told_to_the_office_of_the_place(house: House):
    end = orders.rows([house.order_id])[0].sign_due_at
    assert end is not None
    supervise.watch(end + HOUR)
    [pk] = supervision_orders(house)

    supervise.respond(pk, text="已办。", by=house.actor("clerk"), now=end + 2 * HOUR)

    assert house.told(NoticeKind.SUPERVISION_ANSWERED) == ["county"]


def supervision_orders(house: House) -> list[UUID]:
    from haochaping.supervision import queries as supervisions

    return [row.id for row in supervisions.supervisions(house.actor("city"))]


# help


def test_the_level_above_hears_that_help_is_asked_and_nobody_else(house: House):
    pk = house.ask("county")

    assert house.told(NoticeKind.OFFICE_HELP_ASKED) == ["city", "city-2"]
    entries = [(entry.kind, entry.facts) for entry in ledger.entries_of("urging", str(pk))]
    assert entries == [(EntryKind.HELP_ASKED, {"step": "asked"})]
    # It orders nobody: no day is set for the answer.
    assert Urging.objects.get(id=pk).due_at is None


def test_the_office_that_asked_for_help_hears_of_the_answer_and_nobody_else(house: House):
    pk = house.ask("county", order=False)

    supervise.answer(pk, text="市里牵头协调。", by=house.actor("city"), now=house.later())

    assert house.told(NoticeKind.URGING_ANSWERED) == ["county"]
    assert [entry.facts for entry in ledger.entries_of("urging", str(pk))] == [
        {"step": "asked"},
        {"step": "answered"},
    ]


def test_help_about_an_order_is_told_to_nobody_whom_its_review_names(house: House):
    name_in_the_review(house, "city-2")

    house.ask("county")

    assert house.told(NoticeKind.OFFICE_HELP_ASKED) == ["city"]


# voices


@pytest.fixture
def voice(house: House) -> UUID:
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=house.now)
    found = said.by_receipt(RECEIPT)
    assert found is not None
    return found.id


SUPERVISORS = ["county", "city", "city-2", "province", "everywhere"]


def test_who_waits_for_a_voice_to_be_passed_on_is_heard_by_dispatchers_and_supervisors(house: House, voice):
    handle_voices.urge(voice, by=REVIEWER, now=house.later(4 * DAY))

    assert set(house.told(NoticeKind.VOICE_URGED)) == {"dispatcher", *SUPERVISORS}


def test_who_waits_for_an_answer_is_heard_by_agency_dispatcher_and_supervisors_and_nobody_else(
    house: House, voice
):
    handle_voices.transfer(voice, agency=worlds.AGENCY, note="请办理", by=DISPATCHER, now=house.later())

    handle_voices.urge(voice, by=REVIEWER, now=house.later(4 * DAY))

    assert set(house.told(NoticeKind.VOICE_URGED)) == {"clerk", "lead", "inside", "dispatcher", *SUPERVISORS}
    assert house.told(NoticeKind.OFFICE_VOICE_URGED) == []


def test_who_waits_for_the_office_is_heard_by_supervisors_and_by_no_agency(house: House):
    complaint = handle_voices.complain_of_handling(
        house.review_id, matter="rude_call", text="语气很差。", by=REVIEWER, now=house.now
    )

    handle_voices.urge(complaint, by=REVIEWER, now=house.later(4 * DAY))

    assert house.told(NoticeKind.OFFICE_VOICE_URGED) == SUPERVISORS
    assert house.told(NoticeKind.VOICE_URGED) == []


def test_an_urging_that_is_refused_is_told_to_nobody(house: House, voice):
    with pytest.raises(Exception, match="urged_already"):
        handle_voices.urge(voice, by=REVIEWER, now=house.later())

    assert house.told(NoticeKind.VOICE_URGED) == []


# plans


@pytest.fixture
def planned(house: House) -> House:
    """The matter takes longer, by a plan of two lines; today is the first one's day."""
    clerk = worlds.CLERK
    rectification.sign_for(house.order_id, by=clerk, now=house.later())
    found: dict[str, Any] = {"result": "answered", "is_true": True, "is_reasonable": True, "note": "属实"}
    worlds.hear(house.order_id, **found, by=clerk, now=house.later())
    days = [(house.now + n * DAY).date() for n in (0, 2)]
    plan = "\n".join(f"{day} 改系统" for day in days)
    rectification.enter_in_ledger(house.order_id, reason="须改造", plan=plan, by=clerk, now=house.later())
    return house


def test_a_line_of_a_plan_that_was_missed_is_told_to_the_agency_once(planned: House):
    assert [supervise.tell_missed(planned.now + n * DAY) for n in (0, 1, 1, 2, 3, 9)] == [0, 1, 0, 0, 1, 0]

    assert planned.told(NoticeKind.MILESTONE_MISSED) == ["clerk", "clerk", "lead", "lead"]


def test_lines_that_were_missed_on_one_day_are_one_notice(planned: House):
    assert supervise.tell_missed(planned.now + 9 * DAY) == 1

    assert planned.told(NoticeKind.MILESTONE_MISSED) == ["clerk", "lead"]


def test_a_line_that_was_reached_is_not_missed(planned: House):
    for line in orders.plan_of_order(planned.order_id):
        rectification.reach_milestone(
            planned.order_id, milestone_id=line.id, note="", by=worlds.CLERK, now=planned.later()
        )

    assert supervise.tell_missed(planned.now + 9 * DAY) == 0


def test_nothing_is_missed_while_an_appeal_is_pending(planned: House):
    rectification.pause(planned.order_id, cause="appeal", by=SYSTEM, now=planned.later())

    assert supervise.tell_missed(planned.now + 9 * DAY) == 0
    assert not Milestone.objects.filter(missed_at__isnull=False).exists()


def test_whom_the_review_names_is_not_told_of_its_plan(planned: House):
    name_in_the_review(planned, "lead")

    supervise.tell_missed(planned.now + DAY)

    assert planned.told(NoticeKind.MILESTONE_MISSED) == ["clerk"]


# unread


def write(house: House, text: str) -> None:
    now = house.later()
    if order_of(house.review_id).thread_id is None:
        handle_bad_review.write_to_reviewer(house.order_id, "哪一天？", by=worlds.CLERK, now=now)
    handle_bad_review.answer_agency(house.review_id, text, by=REVIEWER, now=now)


@pytest.fixture
def signed(house: House) -> House:
    """The order is signed for: of it nothing escalates any more."""
    rectification.sign_for(house.order_id, by=worlds.CLERK, now=house.now)
    return house


def test_what_a_reviewer_wrote_and_nobody_read_is_told_higher_up_once(signed: House):
    write(signed, "上周三。")
    write(signed, "下午。")

    assert [signed.escalate(), signed.escalate(), signed.escalate(9 * DAY)] == [1, 0, 0]

    assert signed.told(NoticeKind.UNREAD_MESSAGE) == ["lead", "dispatcher"]


def test_a_message_that_was_read_in_the_order_escalates_no_more(signed: House):
    write(signed, "上周三。")
    handle_bad_review.read_messages(signed.order_id, by=worlds.CLERK, now=signed.later())

    assert signed.escalate() == 0
    # The next one does, if nobody reads it.
    write(signed, "还没有消息。")
    assert signed.escalate() == 1


@pytest.mark.parametrize("what", ["letter", "urging"])
def test_a_letter_or_urging_that_nobody_read_is_told_to_the_head_and_the_supervisors_once(
    signed: House, what
):
    _ = signed.letter("city") if what == "letter" else signed.urge("city", order=True)

    assert [signed.escalate(), signed.escalate()] == [1, 0]

    assert signed.told(NoticeKind.UNREAD_SUPERVISION) == ["lead"]
    assert signed.told(NoticeKind.UNREAD_BELOW) == ["county", "city", "city-2", "province", "everywhere"]


def test_an_urging_that_was_answered_unread_needs_nobody(signed: House):
    pk = signed.urge("city", order=True)
    supervise.answer(pk, text="明日。", by=signed.actor("clerk"), now=signed.later())

    assert signed.escalate() == 0


@pytest.mark.parametrize(
    ("lead", "told"),
    [
        (lambda house: house.urge("province", to=worlds.COUNTY), ["city", "city-2"]),
        (lambda house: house.ask("county"), ["province", "everywhere"]),
    ],
    ids=["urging", "help"],
)
def test_what_an_office_does_not_read_is_told_to_the_next_one_above(
    signed: House, lead: Callable[[House], UUID], told
):
    lead(signed)

    assert [signed.escalate(), signed.escalate()] == [1, 0]

    assert signed.told(NoticeKind.UNREAD_AT_OFFICE) == told


def test_a_voice_that_no_dispatcher_reads_is_told_to_the_supervisors_of_the_place(signed: House, voice):
    assert [signed.escalate(), signed.escalate()] == [1, 0]

    assert signed.told(NoticeKind.UNREAD_AT_OFFICE) == ["county"]


def test_a_voice_that_nobody_at_the_agency_reads_is_told_to_its_head_and_the_dispatcher(signed: House, voice):
    address(signed.now)
    actions.mark_notices_read(signed.ids["dispatcher"], now=signed.now)
    handle_voices.transfer(voice, agency=worlds.AGENCY, note="请办理", by=DISPATCHER, now=signed.later())

    assert [signed.escalate(), signed.escalate()] == [1, 0]

    assert signed.told(NoticeKind.UNREAD_VOICE) == ["lead", "dispatcher"]


def test_a_voice_that_was_signed_for_unread_needs_nobody(signed: House, voice):
    handle_voices.transfer(voice, agency=worlds.AGENCY, note="请办理", by=DISPATCHER, now=signed.later())
    voices.sign_for(voice, by=worlds.CLERK, now=signed.later())

    assert signed.escalate() == 0
    assert Voice.objects.get().state == "signed"


def test_a_complaint_that_its_office_does_not_read_is_told_above_it_and_to_no_agency(signed: House):
    handle_voices.complain_of_handling(
        signed.review_id, matter="rude_call", text="语气很差。", by=REVIEWER, now=signed.now
    )

    assert [signed.escalate(), signed.escalate()] == [1, 0]

    assert signed.told(NoticeKind.UNREAD_AT_OFFICE) == ["city", "city-2"]


def test_one_reader_is_enough(signed: House):
    signed.urge("city", order=True)
    address(signed.now)
    actions.mark_notices_read(signed.ids["clerk"], now=signed.now)

    assert signed.escalate() == 0
