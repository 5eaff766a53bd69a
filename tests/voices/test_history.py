"""诉求 of an older system: taken over with its answer or as open work, once, and in no figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import queries as directory
from haochaping.flows import handle_voices
from haochaping.insight import queries as insight
from haochaping.insight.rules import OF_VOICES
from haochaping.insight.terms import Place
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.voices import actions, queries
from haochaping.voices.models import Voice
from haochaping.voices.terms import ENTRY_DIFFERS, PastVoice, VoiceKind, VoiceOutcome
from tests import worlds
from tests.voices.conftest import ANSWERED, DISPATCHER, OFFICE

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(now: datetime) -> PastVoice:
    """A complaint of three years ago that nobody has answered."""
    worlds.build(now)
    return PastVoice(
        worlds.SOURCE, "7", VoiceKind.COMPLAINT, worlds.AGENCY, "", "中午没有人", now - timedelta(days=1000)
    )


def take(told: PastVoice, now: datetime, digest: bytes = b"1") -> tuple[UUID, bool]:
    target = handle_voices.target_of(agency=told.agency, item="", now=now)
    platform_id = directory.platforms([told.source])[told.source].id
    return actions.take_over(
        told, platform_id=platform_id, target=target, digest=digest, by=OPERATOR, now=now
    )


def test_an_open_one_is_work_from_now_on(entry, now):
    voice_id, new = take(entry, now)

    assert new
    row = queries.voices([voice_id])[voice_id]
    assert (row.state, row.received_at, row.entry_no) == ("received", entry.given_at, "7")
    assert row.due_at is not None
    assert row.due_at > now
    assert [one.id for one in queries.inbox(DISPATCHER)] == [voice_id]
    one, two, three = (now + timedelta(minutes=n) for n in (1, 2, 3))
    actions.transfer(voice_id, agency=worlds.AGENCY, note="", by=DISPATCHER, now=one)
    actions.sign_for(voice_id, by=worlds.CLERK, now=two)
    actions.answer(voice_id, **ANSWERED, by=worlds.CLERK, now=three)
    assert Voice.objects.get().answer_kept is True
    assert [one.move for one in queries.timeline(voice_id)] == ["import", "transfer", "sign_for", "answer"]


def test_one_with_its_answer_is_over(entry, now):
    at = entry.given_at + timedelta(days=2)
    told = replace(entry, answer="已安排值班", answered_at=at, outcome=VoiceOutcome.SETTLED)

    voice_id, _ = take(told, now)

    row = queries.voices([voice_id])[voice_id]
    assert (row.state, row.answer, row.answered_at, row.closed_at) == ("closed", "已安排值班", at, at)
    assert (row.outcome, row.due_at, row.word_until) == ("settled", None, None)
    assert queries.runs_of(voice_id) == []
    assert queries.inbox(DISPATCHER) == []
    assert [entry.facts["state"] for entry in ledger.entries_of("voice", str(voice_id))] == ["closed"]


def test_told_again_it_is_the_same_and_otherwise_it_is_refused(entry, now):
    voice_id, _ = take(entry, now)

    assert take(entry, now) == (voice_id, False)
    with pytest.raises(Refused) as refused:
        take(replace(entry, text="别的话"), now, digest=b"2")

    assert refused.value.code == ENTRY_DIFFERS.code
    assert (Voice.objects.count(), Voice.objects.get().text) == (1, entry.text)
    assert len(ledger.entries_of("voice", str(voice_id))) == 1


def test_it_is_in_no_figure_nor_behind_one(entry, now):
    voice_id, _ = take(entry, now)
    handle_voices.transfer(voice_id, agency=worlds.AGENCY, note="", by=DISPATCHER, now=now)

    assert list(queries.facts_of()) == []
    place = (f"{worlds.PROVINCE}.", None, None)
    assert queries.given_in(OFFICE, place, None, None, before=None, limit=9) == []
    told = insight.measures(Place(division_path=f"{worlds.PROVINCE}."), of=OF_VOICES)
    assert {one.denominator for one in told} == {0}
