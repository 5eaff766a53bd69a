"""Reviewers of the fictional province are asked again: of one month what came of it, of the next whom the desk is to call."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from haochaping.flows import sample_reviews
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.supervision.actions import samples
from haochaping.supervision.queries import samples as queries
from haochaping.supervision.rules import begins, last_month, next_month
from haochaping.supervision.terms import SampleKind

if TYPE_CHECKING:
    import random
    from datetime import date, datetime
    from uuid import UUID

# Enough of one draw for shares with their intervals; more would bury the demo's one telephone.
_ASKED = {SampleKind.GOOD: 60, SampleKind.BAD_CLOSED: 5}
_ASKED_LATELY = dict.fromkeys(SampleKind, 10)
_ANSWERED, _ANSWERED_LATELY = 0.9, 0.4
_DID_RATE = {"yes": 92, "no": 3, "unsure": 5}
_LEVELS_TODAY = {
    SampleKind.GOOD: {"5": 55, "4": 27, "3": 10, "2": 6, "1": 2},
    SampleKind.BAD_CLOSED: {"5": 5, "4": 25, "3": 40, "2": 20, "1": 10},
}
# Drawn on the second of the month at ten; a week and a day later whoever has not answered is on the caller's list.
_DRAWN = timedelta(days=1, hours=10)
_CALLED = timedelta(days=8)


def ask_again(dice: random.Random, under: str, *, now: datetime) -> None:
    """Draw the two newest months whose answers are in, ask some people of a division (`under`, its path), take answers."""
    month = last_month(local_day(now - _DRAWN - _CALLED))
    _sample(dice, last_month(month), under, _ASKED, _ANSWERED)
    _sample(dice, month, under, _ASKED_LATELY, _ANSWERED_LATELY)
    samples.close_rounds(by=SYSTEM, now=now)


def _sample(
    dice: random.Random, month: date, under: str, asked: dict[SampleKind, int], answered: float
) -> None:
    """One month: drawn everywhere, asked where most reviews were drawn."""
    drawn_at = begins(next_month(month)) + _DRAWN
    sample_reviews.draw_month(month, by=SYSTEM, now=drawn_at)
    draws = [one.draw for one in queries.published(month, under=under)]
    for kind in SampleKind:
        largest = max((one for one in draws if one.kind == kind), key=lambda one: one.size, default=None)
        if largest is None:
            continue
        sample_reviews.ask(limit=asked[kind], of=[largest.id], by=SYSTEM, now=drawn_at)
        for sample_id in queries.asked(largest.id):
            if dice.random() < answered:
                _answer(dice, sample_id, kind, drawn_at + timedelta(hours=dice.randint(1, 100)))
    samples.pass_to_callers(by=SYSTEM, now=drawn_at + _CALLED)


def _answer(dice: random.Random, sample_id: UUID, kind: SampleKind, at: datetime) -> None:
    did_rate = dice.choices(list(_DID_RATE), list(_DID_RATE.values()))[0]
    levels = _LEVELS_TODAY[kind]
    level = dice.choices(list(levels), list(levels.values()))[0] if did_rate == "yes" else ""
    token = queries.token_of(sample_id)
    sample_reviews.answer_question(token, did_rate=did_rate, level=level, words="", by=REVIEWER, now=at)
