"""承继: an agency is merged away with complaints that it should have answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from haochaping.directory.models import Agency, ServiceItem
from haochaping.flows import hand_on, handle_voices, supervise
from haochaping.kernel.actor import REVIEWER, Scope
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.notices.models import StaffNotice
from haochaping.supervision import queries as supervision
from haochaping.supervision.models import Signal, SupervisionOrder
from haochaping.voices import queries
from haochaping.voices.models import Voice
from haochaping.voices.terms import VoiceMove
from tests import worlds
from tests.flows import truth
from tests.voices.conftest import DISPATCHER, GIVEN, Told

pytestmark = pytest.mark.django_db

SUCCESSOR = replace(worlds.CLERK, id="successor", scope=Scope(agency_path=f"{worlds.OTHER_AGENCY}."))


@pytest.fixture
def of_item(told) -> Told:
    """A complaint about an item of the agency."""
    handle_voices.give_voice(**GIVEN | {"item": worlds.ITEM, "receipt": "1" * 26}, by=REVIEWER, now=told.now)
    return Told(Voice.objects.get(item__code=worlds.ITEM).id, told.now)


def end(told, *, item_goes_on: bool = True) -> date:
    """The agency ended yesterday; its item is another agency's from then on, or nobody's."""
    last = local_day(told.now) - timedelta(days=1)
    if item_goes_on:
        other = Agency.objects.get(code=worlds.OTHER_AGENCY)
        ServiceItem.objects.filter(code=worlds.ITEM).update(agency=other)
    Agency.objects.filter(code=worlds.AGENCY).update(valid_to=last)
    return last


def code_of(told, by=DISPATCHER, agency: str = worlds.OTHER_AGENCY) -> str:
    with pytest.raises(Refused) as refused:
        hand_on.hand_on_voice(told.id, agency, "请接办", by=by, now=told.later())
    return refused.value.code


@pytest.mark.parametrize("moves", range(4))
def test_the_successor_goes_on_where_the_agency_stood_with_the_time_it_had(of_item, moves):
    for move in [VoiceMove.TRANSFER, VoiceMove.SIGN_FOR, VoiceMove.ANSWER][:moves]:
        of_item.step(move)
    before, clock = of_item.row, queries.runs_of(of_item.id)
    end(of_item)

    assert hand_on.hand_on_ended_voices(of_item.later()) == 1
    assert hand_on.hand_on_ended_voices(of_item.later()) == 0

    row = of_item.row
    assert (row.state, row.due_at, row.answer) == (before.state, before.due_at, before.answer)
    assert row.agency.code == worlds.OTHER_AGENCY
    assert queries.runs_of(of_item.id) == clock
    event = queries.timeline(of_item.id)[-1]
    assert (event.move, event.by, event.note) == ("hand_on", "system:haochaping", row.agency.name)
    entry = ledger.entries_of("voice", str(of_item.id))[-1]
    assert (entry.kind, entry.facts["agency"]) == (EntryKind.VOICE_HANDED_ON, worlds.OTHER_AGENCY)
    told_of = StaffNotice.objects.filter(kind="voice_transferred", subject_id=str(of_item.id))
    assert told_of.count() == (1 if before.state in {"transferred", "signed"} else 0)


def test_it_counts_where_it_is_now_and_the_successor_answers(of_item):
    handle_voices.transfer(of_item.id, agency=worlds.AGENCY, note="", by=DISPATCHER, now=of_item.later())
    of_item.step(VoiceMove.SIGN_FOR)
    end(of_item)

    hand_on.hand_on_ended_voices(of_item.later())

    truth.assert_counters_exact()
    of_item.step(VoiceMove.ANSWER, SUCCESSOR)
    assert of_item.row.state == "answered"


def test_what_is_closed_or_with_the_office_stays_where_it_is(of_item):
    of_item.upto(VoiceMove.ANSWER).say("no")
    of_item.step(VoiceMove.SIGN_FOR)
    of_item.step(VoiceMove.ANSWER)
    of_item.say("no")
    end(of_item)

    assert hand_on.hand_on_ended_voices(of_item.later()) == 0
    assert code_of(of_item) == "wrong_voice_state"
    assert of_item.row.agency.code == worlds.AGENCY


def test_without_a_successor_supervisors_see_it_once_and_the_dispatcher_says_who(told):
    told.upto(VoiceMove.SIGN_FOR)
    assert code_of(told) == "voice_agency_goes_on"
    last = end(told)
    for _ in range(2):
        assert hand_on.hand_on_ended_voices(told.later()) == 0
    (signal,) = Signal.objects.all()
    assert (signal.kind, signal.subject, signal.day) == ("agency_ended", f"voice:{told.id}", last)

    assert code_of(told, agency=worlds.AGENCY) == "agency_ended"
    assert code_of(told, agency="nowhere") == "no_such_agency"
    assert code_of(told, by=worlds.CLERK) == "not_allowed"
    near = replace(DISPATCHER, scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."))
    assert code_of(told, by=near) == "agency_elsewhere"
    assert told.row.agency.code == worlds.AGENCY

    hand_on.hand_on_voice(told.id, worlds.OTHER_AGENCY, "请接办", by=DISPATCHER, now=told.later())

    assert (told.row.agency.code, told.row.state) == (worlds.OTHER_AGENCY, "signed")
    assert queries.timeline(told.id)[-1].note.endswith("请接办")
    assert ledger.entries_of("voice", str(told.id))[-1].kind == EntryKind.VOICE_HANDED_ON


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_the_agency_was_warned_of_waits_for_whoever_has_the_voice(of_item, by_hand):
    of_item.step(VoiceMove.TRANSFER)
    of_item.now = of_item.row.due_at + timedelta(minutes=1)
    supervise.watch(of_item.now)
    warned = SupervisionOrder.objects.get(voice=of_item.id)
    end(of_item, item_goes_on=not by_hand)

    if by_hand:
        hand_on.hand_on_voice(of_item.id, worlds.OTHER_AGENCY, "请接办", by=DISPATCHER, now=of_item.later())
    else:
        hand_on.hand_on_ended_voices(of_item.later())

    warned.refresh_from_db()
    assert (warned.agency.code, warned.state) == (worlds.OTHER_AGENCY, "notified")
    assert [event.move for event in supervision.timeline(warned.id)] == ["notify", "hand_on"]
    truth.assert_counters_exact()


@pytest.mark.parametrize("typed", [{"agency": worlds.AGENCY}, {"item": worlds.ITEM}])
def test_nothing_new_is_given_or_transferred_to_an_agency_that_has_ended(told, typed):
    end(told, item_goes_on=False)

    with pytest.raises(Refused) as given:
        handle_voices.give_voice(**GIVEN | {"receipt": "2" * 26} | typed, by=REVIEWER, now=told.later())
    with pytest.raises(Refused) as transferred:
        told.step(VoiceMove.TRANSFER)

    assert {given.value.code, transferred.value.code} == {"agency_ended"}
    assert Voice.objects.count() == 1
    assert told.row.state == "received"
