"""How people are called on pages of staff, by what was written down when they acted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.accounts import queries as accounts
from haochaping.hotline.terms import CENTRE
from haochaping.kernel.actor import ActorKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from haochaping.kernel.actor import Actor


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
    if one.startswith(CENTRE):
        return gettext("Hotline 12345")
    return gettext("System")
