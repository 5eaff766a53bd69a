"""The person or program on whose behalf something happens: the argument `by` of every action."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What kind of somebody acts."""

    STAFF = "staff"
    CLIENT = "client"
    REVIEWER = "reviewer"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the division tree or the agency tree in which somebody may act.

    Paths are those of room directory: `"99.9901."` covers every path that starts with it; `""` covers everything;
    `None` covers nothing.
    """

    division_path: str | None = None
    agency_path: str | None = None

    def covers(self, *, division_path: str, agency_path: str = "") -> bool:
        """Whether a thing that belongs to this division and agency lies inside the scope."""
        if self.division_path is not None:
            return division_path.startswith(self.division_path)
        return self.agency_path is not None and bool(agency_path) and agency_path.startswith(self.agency_path)


NOWHERE = Scope()
EVERYWHERE = Scope(division_path="")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: kind and id go into the ledger; powers and scope are asked by `access.py` of the rooms.

    `staff_ids` are the staff members of the directory that the person is or was: what is about them they do not see.
    """

    kind: ActorKind
    id: str
    powers: frozenset[str] = frozenset()
    scope: Scope = NOWHERE
    staff_ids: frozenset[int] = frozenset()

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


# How the name of another installation begins, which acts here as a client.
PEER = "peer:"
SYSTEM = Actor(ActorKind.SYSTEM, "haochaping", scope=EVERYWHERE)
OPERATOR = Actor(ActorKind.OPERATOR, "shell", scope=EVERYWHERE)
# Who holds an invitation may speak about that service; the ledger does not say who they are.
REVIEWER = Actor(ActorKind.REVIEWER, "reviewer", scope=EVERYWHERE)
