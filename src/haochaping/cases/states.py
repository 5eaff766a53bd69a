"""办件 transitions (domain.md §6.1): what a later message about the same case may say."""

from __future__ import annotations

from haochaping.cases.terms import CaseStatus as S

# Senders skip steps freely (an immediate case arrives completed); what is over does not begin again.
TRANSITIONS: dict[S, frozenset[S]] = {
    S.SUBMITTED: frozenset({S.SUBMITTED, S.ACCEPTED, S.IN_PROCESS, S.COMPLETED, S.REJECTED, S.WITHDRAWN}),
    S.ACCEPTED: frozenset({S.ACCEPTED, S.IN_PROCESS, S.COMPLETED, S.REJECTED, S.WITHDRAWN}),
    S.IN_PROCESS: frozenset({S.IN_PROCESS, S.COMPLETED, S.REJECTED, S.WITHDRAWN}),
    S.COMPLETED: frozenset({S.COMPLETED}),
    S.REJECTED: frozenset({S.REJECTED}),
    S.WITHDRAWN: frozenset({S.WITHDRAWN}),
}


def may_become(before: S, after: S) -> bool:
    """Whether a case in one state may be reported in another."""
    return after in TRANSITIONS[before]
