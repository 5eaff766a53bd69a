"""账户 access: does somebody hold a power, and does a thing lie within their remit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.accounts.terms import NOT_ALLOWED, OUT_OF_SCOPE
from haochaping.kernel.actor import ActorKind
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haochaping.accounts.terms import Power
    from haochaping.kernel.actor import Actor

# Whoever has the shell of the machine has everything on it; the program's own jobs act for everybody.
_TRUSTED = frozenset({ActorKind.OPERATOR, ActorKind.SYSTEM})


def may(by: Actor, power: Power) -> bool:
    """Whether the actor holds the power."""
    return by.kind in _TRUSTED or power in by.powers


def may_any(by: Actor, powers: Iterable[Power]) -> bool:
    """Whether the actor holds at least one of the powers."""
    return any(may(by, power) for power in powers)


def check_power(by: Actor, power: Power) -> None:
    """Raise `Refused(NOT_ALLOWED)` unless the actor holds the power."""
    if not may(by, power):
        raise Refused(NOT_ALLOWED, power=str(power))


def may_reach(by: Actor, *, division_path: str, agency_path: str = "") -> bool:
    """Whether a thing of this division and agency lies within the actor's remit."""
    return by.scope.covers(division_path=division_path, agency_path=agency_path)


def check_scope(by: Actor, *, division_path: str, agency_path: str = "") -> None:
    """Raise `Refused(OUT_OF_SCOPE)` unless the thing lies within the actor's remit."""
    if not may_reach(by, division_path=division_path, agency_path=agency_path):
        raise Refused(OUT_OF_SCOPE)
