"""公开 access: who publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import NOT_ALLOWED, Power
from haochaping.kernel.actor import ActorKind
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from haochaping.kernel.actor import Actor


def check_publisher(by: Actor) -> None:
    """Raise `Refused(NOT_ALLOWED)` unless a person acts who may publish: the program and the shell are not two persons."""
    check_power(by, Power.PUBLICATION_RELEASE)
    if by.kind != ActorKind.STAFF:
        raise Refused(NOT_ALLOWED, power=str(Power.PUBLICATION_RELEASE))
