from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from haochaping.flows import handle_voices
from haochaping.kernel.actor import REVIEWER, Scope
from haochaping.kernel.refused import Refused
from haochaping.voices import queries
from haochaping.voices.models import Voice
from haochaping.voices.terms import VoiceMove
from tests import worlds
from tests.voices.conftest import GIVEN, RECEIPT

pytestmark = pytest.mark.django_db

ELSEWHERE = replace(worlds.CLERK, scope=Scope(agency_path=f"{worlds.OTHER_AGENCY}."))
NOWHERE = replace(worlds.CLERK, scope=Scope())


def test_the_inbox_is_sorted_by_time_left_and_not_by_age(told):
    soon = GIVEN | {"kind": "after_sales", "matter": "next_item", "receipt": "1" * 26}
    handle_voices.give_voice(**soon, by=REVIEWER, now=told.now + timedelta(minutes=5))
    never = GIVEN | {"receipt": "2" * 26}
    handle_voices.give_voice(**never, by=REVIEWER, now=told.now)
    Voice.objects.filter(id=queries.by_receipt("2" * 26).id).update(due_at=None)  # type: ignore[union-attr]

    kinds = [(voice.kind.value, voice.due_at is None) for voice in queries.inbox(worlds.CLERK)]

    assert kinds == [("after_sales", False), ("complaint", False), ("complaint", True)]
    assert queries.open_count(worlds.CLERK) == 3


def test_what_is_answered_moves_to_the_other_list(told):
    told.upto(VoiceMove.ANSWER)

    assert queries.inbox(worlds.CLERK) == []
    assert [voice.id for voice in queries.inbox(worlds.CLERK, done=True)] == [told.id]
    assert queries.open_count(worlds.CLERK) == 0


@pytest.mark.parametrize("by", [ELSEWHERE, NOWHERE], ids=["elsewhere", "nowhere"])
def test_nobody_sees_what_lies_outside_their_remit(told, by):
    assert queries.inbox(by) == []
    assert queries.open_count(by) == 0
    with pytest.raises(Refused) as refused:
        queries.voice(told.id, by=by)
    assert refused.value.code == "out_of_scope"


def test_who_may_not_see_orders_sees_no_voices(told):
    with pytest.raises(Refused) as refused:
        queries.inbox(worlds.NOBODY)

    assert refused.value.code == "not_allowed"


def test_a_receipt_opens_its_voice_and_no_other(told):
    found = queries.by_receipt(RECEIPT)

    assert found is not None
    assert found.id == told.id
    assert queries.by_receipt("Z" * 26) is None
