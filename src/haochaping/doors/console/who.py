"""Who did what, when: actors of the ledger by name, and the entries about one thing as rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from haochaping.accounts import queries as accounts
from haochaping.doors.console.particulars import CHANGES, particulars
from haochaping.doors.reach import set_aside
from haochaping.kernel.actor import ActorKind
from haochaping.kernel.refused import N_
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import KIND_LABELS
from haochaping.ui.moments import moment
from haochaping.ui.shapes import Column

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from haochaping.ledger.terms import EntryRow

_OTHERS = {
    ActorKind.OPERATOR: N_("Operator at the machine"),
    ActorKind.SYSTEM: N_("The program itself"),
    ActorKind.REVIEWER: N_("A reviewer"),
}
_UNTOLD = frozenset({"change", "step", "network"})


def names_of(actors: Collection[str]) -> dict[str, str]:
    """What to call actors as the ledger writes them (`staff:7`): staff by name, programs by that of their client.

    Names of staff may change; the user name beside it does not.
    """
    ids: dict[str, list[int]] = {}
    for actor in actors:
        kind, _, pk = actor.partition(":")
        if pk.isdecimal():
            ids.setdefault(kind, []).append(int(pk))
    staff = accounts.full_names(ids.get(ActorKind.STAFF, []))
    programs = accounts.client_names(ids.get(ActorKind.CLIENT, []))
    return {actor: _name(actor, staff, programs) for actor in actors}


def _name(actor: str, staff: dict[int, str], programs: dict[int, str]) -> str:
    kind, _, pk = actor.partition(":")
    if kind in _OTHERS:
        return gettext(_OTHERS[ActorKind(kind)])
    known = staff if kind == ActorKind.STAFF else programs
    return known.get(int(pk), actor) if pk.isdecimal() else actor


def deeds(**asked: Any) -> list[EntryRow]:
    """What was done to a thing of the directory, the rulebook or the accounts, for whoever may look at the thing.

    Read as the application: the role of staff reads no ledger. Arguments as of `ledger.queries.entries_by`.
    """
    with set_aside():
        return ledger.entries_by(**asked)


def trail(entries: Iterable[EntryRow], names: Mapping[str, str] | None = None) -> dict[str, object]:
    """The entries about one thing as a table: when, who, what, particulars; `names` for who has asked for them already."""
    rows = list(entries)
    names = names_of({row.actor for row in rows}) if names is None else names
    return {
        "columns": [
            Column(gettext("When")),
            Column(gettext("Who")),
            Column(gettext("What happened")),
            Column(gettext("Particulars")),
        ],
        "rows": [[moment(row.recorded_at), names[row.actor], _what(row), _rest(row.facts)] for row in rows],
    }


def _what(row: EntryRow) -> str:
    change = row.facts.get("change") or row.facts.get("step") or ""
    return gettext(CHANGES.get(change, KIND_LABELS[row.kind]))


def _rest(facts: dict[str, str]) -> str:
    return particulars({name: value for name, value in facts.items() if name not in _UNTOLD})
