"""双人规则: what one person proposes, another one confirms or refuses (trust.md C45).

A table that keeps proposals holds the same in a constraint: by account, and by the staff member of the directory that both
accounts are or were.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haochaping.kernel.actor import Actor


class TwoPersonState(StrEnum):
    """双人环节: only what is confirmed holds; nothing is confirmed or refused by whoever proposed it."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


TWO_PERSON_LABELS = {
    TwoPersonState.PROPOSED: N_("Proposed"),
    TwoPersonState.CONFIRMED: N_("Confirmed by a second person"),
    TwoPersonState.REFUSED: N_("Refused by a second person"),
    TwoPersonState.WITHDRAWN: N_("Taken back"),
}
ONE_PERSON = Reason(
    "one_person",
    N_("You have proposed this yourself: somebody else confirms or refuses it."),
    N_("Ask a second person with the same task, here or in an office above; you can take it back."),
)


def is_one_person(by: Actor, account: str, staff_ids: Iterable[int]) -> bool:
    """Whether the actor is whom an account and the staff members behind it tell of."""
    return str(by) == account or not by.staff_ids.isdisjoint(staff_ids)


def check_second(by: Actor, account: str, staff_ids: Iterable[int]) -> None:
    """Raise `Refused(ONE_PERSON)` where the actor is whoever proposed."""
    if is_one_person(by, account, staff_ids):
        raise Refused(ONE_PERSON)
