from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from haochaping.kernel.actor import REVIEWER, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rulebook.models import CalendarDay
from haochaping.voices import actions, queries
from haochaping.voices.models import Voice
from haochaping.voices.terms import TEXT_LIMIT, VoiceMove, VoiceTarget
from tests import worlds
from tests.voices.conftest import ANSWERED, DISPATCHER, OFFICE

pytestmark = pytest.mark.django_db

ELSEWHERE = replace(worlds.CLERK, scope=Scope(agency_path=f"{worlds.OTHER_AGENCY}."))
ONLOOKER = replace(worlds.CLERK, powers=frozenset({"order.view"}))
CITY_DISPATCHER = replace(DISPATCHER, scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."))
OF_STAFF = [VoiceMove.TRANSFER, VoiceMove.SIGN_FOR, VoiceMove.ANSWER]


def entries(voice_id) -> list[EntryKind]:
    return [entry.kind for entry in ledger.entries_of("voice", str(voice_id))]


def test_the_straight_way_leaves_an_event_and_an_entry_per_move(told):
    told.upto(VoiceMove.CLOSE)

    assert told.row.state == "closed"
    assert told.moves == ["receive", "transfer", "sign_for", "answer", "close"]
    assert entries(told.id) == [
        EntryKind.VOICE_RECEIVED,
        EntryKind.VOICE_MOVED,
        EntryKind.VOICE_MOVED,
        EntryKind.VOICE_ANSWERED,
        EntryKind.VOICE_CLOSED,
    ]
    assert [event.by for event in queries.timeline(told.id)] == [
        "reviewer:reviewer",
        str(DISPATCHER),
        str(worlds.CLERK),
        str(worlds.CLERK),
        "reviewer:reviewer",
    ]
    assert (told.row.solved, told.row.solved_text) == ("yes", "谢谢")


def test_the_promise_stands_from_the_first_moment_and_no_transfer_moves_it(told):
    promised = told.row.due_at

    told.step(VoiceMove.TRANSFER)

    # 15 working days from Monday 2026-06-01; the Dragon Boat festival is on Friday 19th.
    assert promised is not None
    assert told.row.due_at == promised
    assert promised.date().isoformat() == "2026-06-23"


def test_a_voice_goes_to_another_agency_as_long_as_nobody_has_signed(told):
    told.step(VoiceMove.TRANSFER)

    actions.transfer(told.id, agency=worlds.OTHER_AGENCY, note="", by=DISPATCHER, now=told.later())

    row = queries.voices([told.id])[told.id]
    assert (row.agency_name, row.state) == ("石港市行政审批局", "transferred")
    with pytest.raises(Refused) as refused:
        told.step(VoiceMove.SIGN_FOR)
    assert refused.value.code == "out_of_scope"
    actions.sign_for(told.id, by=ELSEWHERE, now=told.later())


def test_nobody_transfers_out_of_their_remit(told):
    with pytest.raises(Refused) as refused:
        actions.transfer(told.id, agency=worlds.OTHER_AGENCY, note="", by=CITY_DISPATCHER, now=told.later())

    assert refused.value.code == "out_of_scope"
    assert (told.row.state, told.moves) == ("received", ["receive"])


@pytest.mark.parametrize("move", OF_STAFF)
class TestEveryMoveOfStaff:
    """What each move refuses in the same way."""

    @pytest.fixture
    def before(self, told, move):
        for each in OF_STAFF[: OF_STAFF.index(move)]:
            told.step(each)
        return told

    @pytest.mark.parametrize(("by", "code"), [(ONLOOKER, "not_allowed"), (REVIEWER, "not_allowed")])
    def test_needs_the_power(self, before, move, by, code):
        with pytest.raises(Refused) as refused:
            before.step(move, by)

        assert refused.value.code == code

    def test_is_refused_outside_the_remit(self, before, move):
        powers = frozenset({"order.view", "order.handle", "order.dispatch"})
        stranger = Actor(ActorKind.STAFF, "x", powers=powers, scope=ELSEWHERE.scope)

        with pytest.raises(Refused) as refused:
            before.step(move, stranger)

        assert refused.value.code == "out_of_scope"

    def test_is_refused_twice_and_leaves_nothing(self, before, move):
        before.step(move)
        if move == VoiceMove.TRANSFER:
            before.step(VoiceMove.SIGN_FOR)
        events, recorded = before.moves, entries(before.id)

        with pytest.raises(Refused) as refused:
            before.step(move)

        assert refused.value.code == "wrong_voice_state"
        assert (before.moves, entries(before.id)) == (events, recorded)

    def test_of_a_voice_that_is_none(self, before, move):
        before.id = UUID(int=0)

        with pytest.raises(Refused) as refused:
            before.step(move)

        assert refused.value.code == "no_such_voice"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"outcome": "adopted"}, "unknown_voice_choice"),
        ({"outcome": ""}, "unknown_voice_choice"),
        ({"text": " "}, "voice_text_missing"),
        ({"text": "长" * (TEXT_LIMIT + 1)}, "voice_text_too_long"),
        ({"text": "a\x00b"}, "forbidden_characters"),
        ({"next_item": "没有这样的事项"}, "unknown_voice_target"),
    ],
)
def test_an_answer_that_will_not_do_is_refused_and_leaves_nothing(told, changes, code):
    told.upto(VoiceMove.SIGN_FOR)

    with pytest.raises(Refused) as refused:
        actions.answer(told.id, **ANSWERED | changes, by=worlds.CLERK, now=told.later())

    assert refused.value.code == code
    assert (told.row.state, told.moves[-1]) == ("signed", "sign_for")


@pytest.mark.parametrize("typed", [worlds.OTHER_ITEM, "户外广告设置许可"])
def test_an_answer_names_the_next_item_by_code_or_whole_name(told, typed):
    told.upto(VoiceMove.SIGN_FOR)

    actions.answer(told.id, **ANSWERED | {"next_item": typed}, by=worlds.CLERK, now=told.later())

    row = queries.voices([told.id])[told.id]
    assert (row.next_item_name, row.next_item_agency) == ("户外广告设置许可", "石港市行政审批局")


class TestUrging:
    def test_marks_and_moves_nothing(self, told):
        told.step(VoiceMove.URGE)

        assert (told.row.state, told.row.urged, told.moves) == ("received", 1, ["receive", "urge"])
        assert entries(told.id)[-1] == EntryKind.VOICE_MOVED

    def test_waits_three_days_each_time(self, told):
        for _ in range(2):
            with pytest.raises(Refused) as refused:
                actions.urge(told.id, by=REVIEWER, now=told.later())
            assert refused.value.code == "urged_already"
            told.step(VoiceMove.URGE)

        assert told.row.urged == 2

    def test_ends_with_the_answer(self, told):
        told.upto(VoiceMove.ANSWER)

        with pytest.raises(Refused) as refused:
            told.step(VoiceMove.URGE)

        assert refused.value.code == "wrong_voice_state"

    def test_of_a_voice_that_is_none(self, told):
        with pytest.raises(Refused) as refused:
            actions.urge(UUID(int=0), by=REVIEWER, now=told.later())

        assert refused.value.code == "no_such_voice"


@pytest.mark.parametrize("text", ["不采纳", "经研究，不予采纳。"])
def test_who_does_not_adopt_a_suggestion_says_why(told, text):
    Voice.objects.update(kind="suggestion")
    for move in (VoiceMove.TRANSFER, VoiceMove.SIGN_FOR):
        told.step(move)
    said = {"outcome": "not_adopted", "next_item": "", "by": worlds.CLERK, "now": told.later()}

    with pytest.raises(Refused) as refused:
        actions.answer(told.id, text=text, **said)

    assert (refused.value.code, refused.value.complaint.field) == ("voice_reason_missing", "text")
    assert told.row.state == "signed"
    actions.answer(told.id, text=f"{text}：预算未列。", **said)
    assert told.row.outcome == "not_adopted"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"solved": "maybe", "text": ""}, "unknown_voice_choice"),
        ({"solved": "no", "text": "长" * 501}, "voice_text_too_long"),
    ],
)
def test_a_word_that_is_none_closes_nothing(told, said, code):
    told.upto(VoiceMove.ANSWER)

    with pytest.raises(Refused) as refused:
        actions.say_word(told.id, **said, by=REVIEWER, now=told.later())

    assert refused.value.code == code
    assert told.row.state == "answered"


class TestUnsolved:
    """The person calls an answer unsolved: opened again as often as the rulebook says, then the office decides."""

    def test_it_goes_back_to_be_worked_on_with_a_new_day_and_from_nothing(self, told):
        told.upto(VoiceMove.ANSWER)
        before = told.row
        told.now += timedelta(days=2)

        assert told.say("no", "还是没人") == VoiceMove.REOPEN

        row = told.row
        assert (row.state, row.round, row.solved, row.solved_text) == ("transferred", 2, "no", "还是没人")
        assert (row.answer, row.outcome, row.answered_at, row.word_until) == ("", "", None, None)
        assert row.due_at > before.due_at
        assert entries(told.id)[-1] == EntryKind.VOICE_REOPENED
        assert queries.timeline(told.id)[-2].note == ANSWERED["text"]

    def test_an_answer_after_that_is_not_yet_spoken_of(self, told):
        told.upto(VoiceMove.ANSWER).say("no")
        told.step(VoiceMove.SIGN_FOR)
        told.step(VoiceMove.ANSWER)

        assert (told.row.state, told.row.solved) == ("answered", "")
        assert told.say("partly") == VoiceMove.CLOSE
        assert told.row.state == "closed"

    @pytest.fixture
    def twice(self, told):
        told.upto(VoiceMove.ANSWER).say("no")
        told.step(VoiceMove.SIGN_FOR)
        told.step(VoiceMove.ANSWER)
        assert told.say("no", "两次了") == VoiceMove.ESCALATE
        return told

    def test_the_second_time_it_is_the_office_s_and_no_longer_the_agency_s(self, twice):
        assert (twice.row.state, twice.row.answer) == ("escalated", ANSWERED["text"])
        assert entries(twice.id)[-1] == EntryKind.VOICE_ESCALATED
        assert [row.id for row in queries.office(OFFICE)] == [twice.id]
        assert not queries.inbox(worlds.CLERK)
        assert [row.id for row in queries.inbox(worlds.CLERK, done=True)] == [twice.id]

    def test_the_office_decides_with_words_and_that_is_the_end(self, twice):
        actions.end(twice.id, text="机构处理得当，已向您说明", by=OFFICE, now=twice.later())

        assert (twice.row.state, twice.row.decision) == ("closed", "机构处理得当，已向您说明")
        assert entries(twice.id)[-1] == EntryKind.VOICE_CLOSED
        assert [row.id for row in queries.office(OFFICE, done=True)] == [twice.id]

    @pytest.mark.parametrize(
        ("by", "text", "code"),
        [
            (worlds.CLERK, "x", "not_allowed"),
            (DISPATCHER, "x", "not_allowed"),
            (replace(OFFICE, scope=Scope(agency_path=f"{worlds.AGENCY}.")), "x", "no_such_voice"),
            (
                replace(OFFICE, scope=Scope(division_path=f"{worlds.PROVINCE}.990200000000.")),
                "x",
                "no_such_voice",
            ),
            (OFFICE, " ", "voice_text_missing"),
        ],
    )
    def test_nobody_else_decides_and_none_without_words(self, twice, by, text, code):
        with pytest.raises(Refused) as refused:
            actions.end(twice.id, text=text, by=by, now=twice.later())

        assert (refused.value.code, twice.row.state) == (code, "escalated")

    def test_it_is_opened_again_as_often_as_the_rulebook_says(self, told, now):
        worlds.follow(worlds.CITY, now, reopenings_at_most="0")
        told.upto(VoiceMove.ANSWER)

        assert told.say("no") == VoiceMove.ESCALATE

    def test_a_day_that_was_not_known_counts_from_the_word(self, told):
        told.upto(VoiceMove.ANSWER).say("no")
        promised = told.row.due_at
        Voice.objects.update(due_at=None)

        assert actions.promise_late(by=SYSTEM, now=told.later()) == 1
        assert told.row.due_at == promised


def test_what_nobody_speaks_of_closes_by_itself_after_the_rulebooks_time(told):
    told.upto(VoiceMove.ANSWER)
    week = told.now + timedelta(days=7)

    assert actions.close_silent(by=SYSTEM, now=week) == 0
    assert actions.close_silent(by=SYSTEM, now=week + timedelta(seconds=1)) == 1

    assert (told.row.state, told.row.solved) == ("closed", "")
    assert entries(told.id)[-1] == EntryKind.VOICE_CLOSED
    assert actions.close_silent(by=SYSTEM, now=week + timedelta(days=1)) == 0


def test_what_the_calendar_could_not_tell_is_promised_later_and_not_moved(told):
    promised = told.row.due_at
    Voice.objects.update(due_at=None)
    days = list(CalendarDay.objects.values())
    CalendarDay.objects.all().delete()
    assert actions.promise_late(by=SYSTEM, now=told.later()) == 0
    assert queries.without_deadline() == [told.id]

    CalendarDay.objects.bulk_create([CalendarDay(**day) for day in days])

    assert actions.promise_late(by=SYSTEM, now=told.later()) == 1
    assert (told.row.due_at, queries.without_deadline()) == (promised, [])
    assert actions.promise_late(by=SYSTEM, now=told.later()) == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "praise"}, "unknown_voice_choice"),
        ({"kind": "after_sales"}, "unknown_voice_choice"),
        ({"kind": "after_sales", "matter": "x"}, "unknown_voice_choice"),
        ({"text": "\n"}, "voice_text_missing"),
        ({"text": "a\x07"}, "forbidden_characters"),
    ],
)
def test_what_is_no_voice_is_not_received(told, changes, code):
    row = told.row
    said: dict[str, Any] = {
        "kind": "complaint",
        "matter": "",
        "text": "x",
        "receipt": "Z" * 26,
        "person_id": None,
    }

    with pytest.raises(Refused) as refused:
        actions.receive(
            **said | changes,
            target=VoiceTarget(row.division_id, row.agency_id),
            by=REVIEWER,
            now=told.now,
        )

    assert refused.value.code == code
    assert Voice.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "praise"},
        {"state": "lost"},
        {"matter": "next_item"},
        {"state": "answered"},
        {"state": "closed"},
        {"receipt_hash": None},
        {"outcome": "settled"},
        {"kind": "handling"},
        {"state": "escalated"},
    ],
)
def test_the_database_itself_keeps_rows_whole(told, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        Voice.objects.update(**changes)
