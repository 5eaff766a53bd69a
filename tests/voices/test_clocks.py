"""时限 of voices: every start, limit and stop is an event; what was promised can be computed from them at any time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import BEIJING
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.rulebook.models import CalendarDay
from haochaping.rulebook.terms import DaySaid
from haochaping.voices import actions, queries
from haochaping.voices.models import VoiceClockEvent
from haochaping.voices.terms import VoiceMove
from tests import worlds
from tests.voices.conftest import DISPATCHER, OFFICE

pytestmark = pytest.mark.django_db


def ticks(told) -> list[str]:
    return [tick.tick.value for _, run in queries.runs_of(told.id) for tick in run]


def assert_recomputed(told) -> None:
    """Every event says today what it said then, and the voice says what its last clock does."""
    retold = queries.clock_retold(told.id)
    assert retold
    assert [anew for _, anew in retold] == [promised for promised, _ in retold]
    assert told.row.amber_at == retold[-1][0].amber_at


def test_the_clock_starts_with_the_persons_word_and_is_amber_when_four_fifths_are_used(told):
    (_, (start,)) = queries.runs_of(told.id)[0]

    assert (start.tick, start.at, start.number, start.unit, start.rule) == (
        "start",
        told.row.received_at,
        15,
        "working_days",
        "complaint_limit",
    )
    row = told.row
    assert (row.due_at, row.amber_at) == (start.due_at, start.amber_at)
    # From Monday at ten there are 135 working hours, 8½ a day; 108 of them are over on the 13th day at four.
    assert row.amber_at == datetime(2026, 6, 17, 16, 0, tzinfo=BEIJING)
    assert_recomputed(told)


def test_the_answer_stops_it_in_time_and_nothing_moves_it_before(told):
    told.step(VoiceMove.TRANSFER)
    told.step(VoiceMove.SIGN_FOR)
    assert ticks(told) == ["start"]

    told.step(VoiceMove.ANSWER)

    assert ticks(told) == ["start", "stop"]
    row = told.row
    assert (row.answer_kept, row.amber_at) == (True, None)
    assert_recomputed(told)
    told.step(VoiceMove.CLOSE)
    assert ticks(told) == ["start", "stop"]


def test_an_answer_after_the_promised_moment_did_not_keep_it_whatever_follows(told):
    told.upto(VoiceMove.SIGN_FOR)
    told.now = told.row.due_at
    told.step(VoiceMove.ANSWER)
    assert told.row.answer_kept is False

    told.say("no")
    told.step(VoiceMove.SIGN_FOR)
    told.step(VoiceMove.ANSWER)

    assert told.row.answer_kept is False


def test_opened_again_it_runs_anew_from_the_persons_word(told):
    told.upto(VoiceMove.ANSWER)
    told.now += timedelta(days=2)
    told.say("no")

    assert ticks(told) == ["start", "stop", "start"]
    (_, (again,)) = queries.runs_of(told.id)[1]
    assert (again.at, again.due_at) == (told.now, told.row.due_at)
    assert told.row.answer_kept is True
    assert_recomputed(told)


def test_the_office_has_a_time_of_its_own_until_it_decides(told):
    told.upto(VoiceMove.ANSWER).say("no")
    told.step(VoiceMove.SIGN_FOR)
    told.step(VoiceMove.ANSWER)
    told.say("no")
    assert ticks(told)[-1] == "start"

    actions.end(told.id, text="处理得当", by=OFFICE, now=told.later())

    assert ticks(told)[-1] == "stop"
    assert told.row.amber_at is None
    assert_recomputed(told)


def test_a_transfer_to_another_division_leaves_the_time_by_the_rules_where_it_began(told):
    worlds.rule(DaySaid(worlds.OTHER_CITY, date(2026, 6, 10), "本地节日", is_working=False), now=told.now)
    before = told.row.due_at

    actions.transfer(told.id, agency=worlds.OTHER_AGENCY, note="", by=DISPATCHER, now=told.later())

    assert told.row.due_at == before
    assert ticks(told) == ["start"]
    assert_recomputed(told)


def test_beyond_the_calendar_nothing_is_promised_until_it_is_known_and_that_is_an_event(told):
    days = list(CalendarDay.objects.filter(day__gte="2026-07-01"))
    CalendarDay.objects.filter(day__gte="2026-07-01").delete()
    told.now = datetime(2026, 6, 26, 10, 0, tzinfo=BEIJING)
    told.upto(VoiceMove.ANSWER).say("no")

    assert (told.row.due_at, told.row.amber_at) == (None, None)
    assert queries.without_deadline() == [told.id]
    assert actions.promise_late(by=SYSTEM, now=told.later()) == 0
    assert ticks(told)[-1] == "start"

    CalendarDay.objects.bulk_create(days)
    assert actions.promise_late(by=SYSTEM, now=told.later() + timedelta(days=5)) == 1

    assert ticks(told)[-2:] == ["start", "limit"]
    # Counted from the word, not from when the calendar came.
    assert told.row.due_at == datetime(2026, 7, 17, 17, 30, tzinfo=BEIJING)
    assert told.row.amber_at is not None
    assert ledger.entries_of("voice", str(told.id))[-1].kind == EntryKind.DEADLINE_SET
    assert queries.without_deadline() == []


def test_what_the_calendar_does_not_know_is_neither_kept_nor_broken(told):
    CalendarDay.objects.all().delete()
    told.upto(VoiceMove.ANSWER).say("no")
    told.step(VoiceMove.SIGN_FOR)

    told.step(VoiceMove.ANSWER)

    assert told.row.answer_kept is True  # of the first round; of the second nothing is known


def test_a_later_change_of_the_calendar_shows_in_the_recomputing_and_moves_nothing(told):
    promised = told.row.due_at
    CalendarDay.objects.filter(day="2026-06-10").update(is_working=False)

    ((was, anew),) = queries.clock_retold(told.id) or []

    assert (was.due_at, told.row.due_at) == (promised, promised)
    assert anew.due_at is not None
    assert anew.due_at > promised


def test_there_is_no_clock_of_a_voice_that_is_none_and_none_known_of_one_that_is_older(told):
    assert queries.clock_retold(uuid7(told.now)) is None

    VoiceClockEvent.objects.all().delete()
    told.upto(VoiceMove.ANSWER)

    assert queries.clock_retold(told.id) == []
    assert told.row.answer_kept is True
    told.say("no")
    assert ticks(told) == ["start"]
    assert_recomputed(told)
