"""Small words about orders and reviews that several desk pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.accounts import queries as accounts
from haochaping.kernel.actor import ActorKind
from haochaping.rectification.terms import OrderState
from haochaping.ui.readings import either

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import Indicator, ReviewRow

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


def names_of(actors: Iterable[str], by: Actor) -> dict[str, str]:
    """How people are called on a desk page, by the `kind:id` that was written down; never who the reviewer is."""
    written = set(actors)
    ids = [
        int(one)
        for kind, _, one in (text.partition(":") for text in written)
        if kind == ActorKind.STAFF and one.isdecimal()
    ]
    known = {f"{ActorKind.STAFF}:{pk}": name for pk, name in accounts.display_names(ids).items()}
    return called(written, known, by)


def called(actors: Iterable[str], known: Mapping[str, str], by: Actor) -> dict[str, str]:
    """The same, for who has the names of staff already, by `kind:id`."""
    return {text: _name(text, known, by) for text in actors}


def _name(text: str, known: Mapping[str, str], by: Actor) -> str:
    kind, _, one = text.partition(":")
    if text == str(by):
        return gettext("You")
    if kind == ActorKind.STAFF:
        return known.get(text, one)
    if kind == ActorKind.REVIEWER:
        return gettext("Reviewer")
    return gettext("System")
