"""办件 transitions (domain.md §6.1): what a later message about the same case may say."""

from __future__ import annotations

from haochaping.cases.terms import CaseStatus as S

_OVER = frozenset({S.COMPLETED, S.REJECTED, S.WITHDRAWN})
# A case waits for papers or for a special procedure, or is given back to be put right, and goes on.
_UNDER_WAY = frozenset({S.IN_PROCESS, S.SUPPLEMENT_REQUESTED, S.SUSPENDED, S.RETURNED})
# Senders skip steps freely (an immediate case arrives completed); what is over does not begin again.
TRANSITIONS: dict[S, frozenset[S]] = {
    S.SUBMITTED: frozenset({S.SUBMITTED, S.ACCEPTED}) | _UNDER_WAY | _OVER,
    S.ACCEPTED: frozenset({S.ACCEPTED}) | _UNDER_WAY | _OVER,
    S.IN_PROCESS: _UNDER_WAY | _OVER,
    # Papers are asked for before a case is accepted too.
    S.SUPPLEMENT_REQUESTED: frozenset({S.ACCEPTED}) | _UNDER_WAY | _OVER,
    S.SUSPENDED: _UNDER_WAY | _OVER,
    # Handed in anew, it is accepted anew.
    S.RETURNED: frozenset({S.SUBMITTED, S.ACCEPTED}) | _UNDER_WAY | _OVER,
    S.COMPLETED: frozenset({S.COMPLETED}),
    S.REJECTED: frozenset({S.REJECTED}),
    S.WITHDRAWN: frozenset({S.WITHDRAWN}),
}


def may_become(before: S, after: S) -> bool:
    """Whether a case in one state may be reported in another."""
    return after in TRANSITIONS[before]


def precedes(told: S, stands: S) -> bool:
    """Whether a case comes from one state to another and never back: who tells of the first then tells it late."""
    return may_become(told, stands) and not may_become(stands, told)
