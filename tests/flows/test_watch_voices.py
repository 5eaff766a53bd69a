"""诉求预警: amber and red are told once each, what is overdue is a signal and counts, the office hears of its own."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from haochaping.flows import handle_bad_review, handle_voices, supervise, watch_voices
from haochaping.insight import queries as insight
from haochaping.insight.rules import OF_VOICES
from haochaping.insight.terms import Place
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.ledger import queries as ledger
from haochaping.notices.models import StaffNotice
from haochaping.supervision import actions as supervision
from haochaping.supervision import queries as supervised
from haochaping.supervision.models import Signal, SupervisionOrder
from haochaping.voices import queries
from haochaping.voices.models import Voice
from haochaping.voices.terms import VoiceMove
from tests import worlds
from tests.flows.conftest import at_once
from tests.flows.truth import assert_counters_exact
from tests.rectification.test_helping import HELPER
from tests.voices.conftest import ANSWERED, DISPATCHER, GIVEN, OFFICE, Told, told  # noqa: F401

HOUR = timedelta(hours=1)
KINDS = ["voice_amber", "voice_red", "office_voice_due"]


def notices(told) -> list[str]:  # noqa: F811
    rows = StaffNotice.objects.filter(subject_id=str(told.id), kind__in=KINDS).order_by("at")
    return [row.kind for row in rows]


def figures() -> dict[str, tuple[int, int | None]]:
    found = insight.measures(Place(), of=OF_VOICES)
    return {one.name.removeprefix("voice_"): (one.numerator, one.denominator) for one in found}


def handled(told, *moves: VoiceMove) -> None:  # noqa: F811
    """Steps by way of the flow, which counts them."""
    for move in moves:
        if move == VoiceMove.TRANSFER:
            handle_voices.transfer(told.id, agency=worlds.AGENCY, note="", by=DISPATCHER, now=told.later())
        elif move == VoiceMove.ANSWER:
            handle_voices.answer(told.id, **ANSWERED, by=worlds.CLERK, now=told.later())
        elif move == VoiceMove.REOPEN:
            handle_voices.say_word(told.id, solved="no", text="", by=REVIEWER, now=told.later())
        else:
            told.step(move)


def test_amber_and_red_are_told_once_each(told):  # noqa: F811
    row = told.row

    assert watch_voices.tell_alarms(row.amber_at) == 0
    assert [watch_voices.tell_alarms(row.amber_at + HOUR) for _ in range(2)] == [1, 0]
    assert (told.row.alarm, told.row.answer_kept) == (1, None)
    assert watch_voices.tell_alarms(row.due_at) == 0
    assert [watch_voices.tell_alarms(row.due_at + HOUR) for _ in range(2)] == [1, 0]

    assert (told.row.alarm, told.row.answer_kept) == (2, False)
    assert notices(told) == ["voice_amber", "voice_red"]
    assert set(StaffNotice.objects.filter(kind__in=KINDS).values_list("agency__code", flat=True)) == {
        worlds.AGENCY
    }


def test_many_turn_together(told):  # noqa: F811
    for n in range(3):
        handle_voices.give_voice(**GIVEN | {"receipt": f"{n}" * 26}, by=REVIEWER, now=told.now)

    assert watch_voices.tell_alarms(told.row.due_at + HOUR) == 4
    assert Signal.objects.count() == 4
    assert_counters_exact()


def test_what_is_overdue_is_a_signal_of_the_day_from_which_a_letter_comes(told):  # noqa: F811
    handled(told, VoiceMove.TRANSFER, VoiceMove.SIGN_FOR)
    due = told.row.due_at

    watch_voices.tell_alarms(due + HOUR)

    (signal,) = Signal.objects.all()
    assert (signal.kind, signal.subject, signal.day, signal.agency.code) == (
        "voice_overdue",
        f"voice:{told.id}",
        local_day(due),
        worlds.AGENCY,
    )
    supervision.open_letter(
        agency_code="",
        work_order_id=None,
        signal_id=signal.id,
        text="请说明为何未答复",
        key=uuid7(due),
        by=OFFICE,
        now=due + 2 * HOUR,
    )
    assert SupervisionOrder.objects.get().agency.code == worlds.AGENCY


def test_an_answer_ends_it_and_opened_again_it_is_told_anew(told):  # noqa: F811
    handled(told, VoiceMove.TRANSFER, VoiceMove.SIGN_FOR)
    told.now = told.row.due_at + HOUR
    watch_voices.tell_alarms(told.now)
    assert figures() == {
        "answered_rate": (0, 1),
        "on_time_rate": (0, 1),
        "overdue_rate": (1, 1),
        "suggestion_adopted_rate": (0, 0),
        "reopened_rate": (0, 0),
    }

    handled(told, VoiceMove.ANSWER)
    assert watch_voices.tell_alarms(told.later()) == 0
    assert figures()["overdue_rate"] == (0, 1)
    assert figures()["answered_rate"] == (1, 1)
    assert figures()["on_time_rate"] == (0, 1)
    assert_counters_exact()

    handled(told, VoiceMove.REOPEN)
    assert figures()["answered_rate"] == (0, 1)
    assert figures()["reopened_rate"] == (1, 1)
    told.now = told.row.due_at + HOUR
    assert watch_voices.tell_alarms(told.now) == 1
    assert notices(told) == ["voice_red", "voice_red"]
    assert Signal.objects.filter(kind="voice_overdue").count() == 2
    assert_counters_exact()


def test_what_was_answered_in_time_and_what_was_adopted_counts_so(told):  # noqa: F811
    handled(told, VoiceMove.TRANSFER, VoiceMove.SIGN_FOR, VoiceMove.ANSWER)
    for n, outcome in enumerate(["adopted", "not_adopted", ""]):
        said = GIVEN | {"kind": "suggestion", "receipt": f"{n}" * 26}
        handle_voices.give_voice(**said, by=REVIEWER, now=told.now)
        given = queries.by_receipt(f"{n}" * 26)
        assert given is not None
        other = Told(given.id, told.now)
        handled(other, VoiceMove.TRANSFER, VoiceMove.SIGN_FOR)
        if outcome:
            handle_voices.answer(
                other.id, **ANSWERED | {"outcome": outcome}, by=worlds.CLERK, now=other.later()
            )

    assert figures() == {
        "answered_rate": (3, 4),
        "on_time_rate": (3, 3),
        "overdue_rate": (0, 4),
        "suggestion_adopted_rate": (1, 2),
        "reopened_rate": (0, 3),
    }
    assert_counters_exact()


def test_a_transfer_takes_the_figures_along(told):  # noqa: F811
    watch_voices.tell_alarms(told.row.due_at + HOUR)

    handle_voices.transfer(
        told.id, agency=worlds.OTHER_AGENCY, note="", by=DISPATCHER, now=told.row.due_at + 2 * HOUR
    )

    assert_counters_exact()
    found = insight.measures(Place(agency_path=f"{worlds.OTHER_AGENCY}."), of=OF_VOICES)
    assert {one.name: one.numerator for one in found}["voice_overdue_rate"] == 1


def test_the_office_alone_hears_of_its_own_and_no_agency_is_late_with_it(told):  # noqa: F811
    handled(told, VoiceMove.TRANSFER)
    for _ in range(2):
        handled(told, VoiceMove.SIGN_FOR, VoiceMove.ANSWER, VoiceMove.REOPEN)
    assert told.row.state == "escalated"
    before = figures()

    for at in (told.row.amber_at + HOUR, told.row.due_at + HOUR):
        assert watch_voices.tell_alarms(at) == 1

    assert notices(told) == ["office_voice_due", "office_voice_due"]
    assert not StaffNotice.objects.filter(kind__in=KINDS).exclude(agency=None).exists()
    assert not Signal.objects.filter(kind="voice_overdue").exists()
    assert (told.row.answer_kept, figures()) == (True, before)
    assert_counters_exact()


def test_a_complaint_about_a_handling_is_in_no_figure_and_told_to_the_office_alone(told, now):  # noqa: F811
    worlds.take_case("YC-1", now)
    bad = worlds.give("YC-1", 1, now)
    assert bad.id is not None
    handle_bad_review.dispatch_due(by=SYSTEM, now=now + HOUR)
    complaint = handle_voices.complain_of_handling(
        bad.id, matter="rude_call", text="电话里不耐烦", by=REVIEWER, now=now + HOUR
    )
    due = Voice.objects.get(id=complaint).due_at
    assert due is not None

    watch_voices.tell_alarms(due + HOUR)

    found = StaffNotice.objects.filter(subject_id=str(complaint), kind__in=KINDS)
    assert [(one.kind, one.agency_id, one.subject_kind) for one in found] == [
        ("office_voice_due", None, "office_voice")
    ]
    assert figures()["overdue_rate"] == (0, 1)
    assert_counters_exact()


def test_two_sweeps_at_once_tell_and_count_it_once(committed_world, now):
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=now)
    told = Told(Voice.objects.get().id, now)  # noqa: F811
    due = told.row.due_at
    assert due is not None

    answers = at_once([partial(watch_voices.tell_alarms, due + HOUR)] * 4)

    assert sorted(answers) == [0, 0, 0, 1]
    assert notices(told) == ["voice_red"]
    assert Signal.objects.count() == 1
    assert_counters_exact()


class TestSupervised:
    """An agency that was given a voice is reminded and warned by itself, as of a work order."""

    def sent(self, told) -> list[tuple[str, str]]:  # noqa: F811
        rows = SupervisionOrder.objects.filter(voice=told.id, agency__code=worlds.AGENCY).order_by("id")
        return list(rows.values_list("rung", "state"))

    def test_once_when_the_time_is_nearly_over_and_once_when_it_is(self, told):  # noqa: F811
        handled(told, VoiceMove.TRANSFER)
        row = told.row

        for moment in (row.amber_at, row.amber_at + HOUR, row.due_at + HOUR, row.due_at + 24 * HOUR):
            for _ in range(2):
                supervise.watch(moment)

        assert self.sent(told) == [("reminder", "notified"), ("warning", "notified")]
        for made in SupervisionOrder.objects.all():
            assert (made.work_order_id, made.division_id) == (None, row.division_id)
            [entry] = ledger.entries_of("supervision", str(made.id))
            assert entry.facts == {"move": "notify", "rung": made.rung, "state": "notified"}
        assert not Signal.objects.filter(kind="overdue").exists()
        assert_counters_exact()

    def test_not_before_the_dispatcher_has_passed_it_on(self, told):  # noqa: F811
        supervise.watch(told.row.due_at + HOUR)

        assert not SupervisionOrder.objects.exists()

    def test_until_it_is_answered_and_once_in_its_life(self, told):  # noqa: F811
        handled(told, VoiceMove.TRANSFER, VoiceMove.SIGN_FOR)
        told.now = told.row.due_at + HOUR
        supervise.watch(told.now)

        handled(told, VoiceMove.ANSWER)
        supervise.watch(told.later())

        assert self.sent(told) == [("warning", "lifted")]
        handled(told, VoiceMove.REOPEN)
        supervise.watch(told.row.due_at + HOUR)
        assert self.sent(told) == [("warning", "lifted")]

    def test_the_agency_answers_it_and_no_other_knows_of_it(self, told):  # noqa: F811
        handled(told, VoiceMove.TRANSFER)
        supervise.watch(told.row.amber_at + HOUR)
        made = SupervisionOrder.objects.get()

        supervise.respond(made.id, text="本周答复。", by=worlds.CLERK, now=told.row.amber_at + 2 * HOUR)

        assert self.sent(told) == [("reminder", "responded")]
        assert [one.voice_id for one in supervised.supervisions(worlds.CLERK)] == [told.id]
        assert supervised.supervisions(HELPER) == []

    def test_nobody_is_supervised_for_what_lies_with_the_office(self, told):  # noqa: F811
        handled(told, VoiceMove.TRANSFER, VoiceMove.SIGN_FOR, VoiceMove.ANSWER, VoiceMove.REOPEN)
        handled(told, VoiceMove.SIGN_FOR, VoiceMove.ANSWER, VoiceMove.REOPEN)
        assert told.row.state == "escalated"

        supervise.watch(told.row.due_at + HOUR)

        assert not SupervisionOrder.objects.exists()
