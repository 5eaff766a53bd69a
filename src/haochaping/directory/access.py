"""目录 access: who may change what belongs to a division or an agency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.directory.terms import NOT_YOURS, Spot
from haochaping.kernel.actor import ActorKind
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from haochaping.kernel.actor import Actor

# The name that room accounts gives the power; it stands above this one.
EDIT = "directory.edit"
WHOLE = Spot("")
_TRUSTED = frozenset({ActorKind.OPERATOR, ActorKind.SYSTEM})


def may_edit(by: Actor, spot: Spot) -> bool:
    """Whether the actor may change what belongs there."""
    covered = by.scope.covers(division_path=spot.division_path, agency_path=spot.agency_path)
    return covered and (by.kind in _TRUSTED or EDIT in by.powers)


def check_edit(by: Actor, spot: Spot) -> None:
    """Raise `Refused(NOT_YOURS)` unless the actor may change what belongs there."""
    if not may_edit(by, spot):
        raise Refused(NOT_YOURS)
