"""公开 access: who publishes, and who writes circulars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.accounts.access import check_power, check_scope
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


def check_circulars(by: Actor, *, division_path: str, agency_path: str = "") -> None:
    """Raise `Refused` unless a person acts who may write and sign circulars about this place."""
    check_power(by, Power.CIRCULAR_WRITE)
    if by.kind != ActorKind.STAFF:
        raise Refused(NOT_ALLOWED, power=str(Power.CIRCULAR_WRITE))
    check_scope(by, division_path=division_path, agency_path=agency_path)
