"""Small words about orders and reviews that several desk pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.doors.names import called, names_of
from haochaping.rectification.rules import of_this_round
from haochaping.rectification.terms import STATE_LABELS, OrderState, Solved
from haochaping.ui.moments import moment
from haochaping.ui.readings import either

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.rectification.terms import OrderRow, SolutionRow
    from haochaping.reviews.terms import Indicator, ReviewRow

__all__ = ["called", "excerpt", "names_of", "state_tone", "state_words", "tag_labels"]
_EXCERPT = 40
_TONES = {OrderState.DISPATCHED: "warn", OrderState.REPLIED: "good"}


def excerpt(text: str) -> str:
    """The first forty characters of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else line[:_EXCERPT] + "…"


def tag_labels(review: ReviewRow, known: Mapping[str, Indicator]) -> list[str]:
    """The reasons a reviewer ticked, as the reader of the page reads them; an unknown code stands for itself."""
    return [
        either(known[code].label, known[code].english) if code in known else code
        for code in review.indicator_codes
    ]


def state_tone(state: OrderState) -> str:
    """The tone in which a state is shown."""
    return _TONES.get(state, "info")


def state_words(order: OrderRow, said: SolutionRow | None, *, unreached: bool = False) -> str:
    """The state of an order; once its reviewer's word decides it, until when they may still change that.

    `unreached`: so far every attempt of this round to reach the reviewer has come to nothing.
    """
    if unreached and order.state == OrderState.VERIFIED:
        return gettext("Tried to reach the reviewer, not reached so far")
    word = of_this_round(said, order.replied_at)
    # “Not solved” decides without a check (queries.to_settle).
    deciding = {OrderState.CHECKED} | ({OrderState.REPLIED} if word and word.solved == Solved.NO else set())
    if word is None or order.state not in deciding:
        return gettext(STATE_LABELS[order.state])
    told = gettext("Answered by the reviewer, who may change the answer until {time}")
    return told.format(time=moment(word.changeable_until))
