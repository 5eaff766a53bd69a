"""规则库 access: who may change rules and calendar of a division."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.kernel.actor import ActorKind
from haochaping.kernel.refused import Refused
from haochaping.rulebook.terms import NO_POWER

if TYPE_CHECKING:
    from haochaping.kernel.actor import Actor

# The name that room accounts gives the power; the two rooms do not see each other.
EDIT = "rulebook.edit"
EVERYWHERE = ""
_TRUSTED = frozenset({ActorKind.OPERATOR, ActorKind.SYSTEM})


def may_edit(by: Actor, division_path: str) -> bool:
    """Whether the actor may change what holds for a division and all below it."""
    return (by.kind in _TRUSTED or EDIT in by.powers) and by.scope.covers(division_path=division_path)


def check_edit(by: Actor, division_path: str) -> None:
    """Raise `Refused(NO_POWER)` unless the actor may change what holds for a division and all below it."""
    if not may_edit(by, division_path):
        raise Refused(NO_POWER)
