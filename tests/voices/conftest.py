"""A complaint of the small world, to be led along its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.flows import handle_voices
from haochaping.kernel.actor import REVIEWER, Actor, ActorKind, Scope
from haochaping.voices import actions, queries
from haochaping.voices.models import Voice
from haochaping.voices.terms import VoiceMove
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

RECEIPT = "0123456789ABCDEFGHJKMNPQRS"
MINUTE = timedelta(minutes=1)
FOUND_IN = "服务很好，就是叫号屏太小。"
ANSWERED: dict[str, Any] = {"outcome": "settled", "text": "已安排专人值守", "next_item": ""}
DISPATCHER = Actor(
    ActorKind.STAFF,
    "dispatcher",
    powers=frozenset({"order.view", "order.dispatch", "review.view_text"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}."),
)
OFFICE = Actor(
    ActorKind.STAFF,
    "office",
    powers=frozenset({"order.view", "order.supervise"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}."),
)
GIVEN: dict[str, Any] = {
    "kind": "complaint",
    "matter": "",
    "agency": worlds.AGENCY,
    "item": "",
    "text": "窗口无人值守",
    "phone": "",
    "receipt": RECEIPT,
}


@dataclass
class Told:
    """One voice, and a clock that goes on with every move."""

    id: UUID
    now: datetime
    receipt: str = RECEIPT

    def later(self) -> datetime:
        self.now += MINUTE
        return self.now

    def step(self, move: VoiceMove, by: Actor | None = None) -> object:
        """Make one move of the straight way."""
        now = self.later()
        if move == VoiceMove.TRANSFER:
            return actions.transfer(
                self.id, agency=worlds.AGENCY, note="请办理", by=by or DISPATCHER, now=now
            )
        if move == VoiceMove.SIGN_FOR:
            return actions.sign_for(self.id, by=by or worlds.CLERK, now=now)
        if move == VoiceMove.ANSWER:
            return actions.answer(self.id, **ANSWERED, by=by or worlds.CLERK, now=now)
        if move == VoiceMove.URGE:
            self.now += timedelta(days=3)
            return actions.urge(self.id, by=REVIEWER, now=self.now)
        return self.say("yes", "谢谢")

    def say(self, solved: str, text: str = "") -> VoiceMove:
        """The person's word; returns what it led to."""
        return actions.say_word(self.id, solved=solved, text=text, by=REVIEWER, now=self.later())

    def upto(self, move: VoiceMove) -> Told:
        """Make every move until this one."""
        path = [VoiceMove.TRANSFER, VoiceMove.SIGN_FOR, VoiceMove.ANSWER, VoiceMove.CLOSE]
        for each in path[: path.index(move) + 1]:
            self.step(each)
        return self

    @property
    def row(self) -> Voice:
        return Voice.objects.get(id=self.id)

    @property
    def moves(self) -> list[str]:
        return [event.move.value for event in queries.timeline(self.id)]


@pytest.fixture
def told(db: None, now: datetime) -> Told:
    """A complaint about the agency of the small world, just given."""
    worlds.build(now)
    handle_voices.give_voice(**GIVEN, by=REVIEWER, now=now)
    return Told(Voice.objects.get().id, now)
