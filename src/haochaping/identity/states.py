"""开封申请 transitions: the one dictionary from which diagram and exhaustive test are made."""

from __future__ import annotations

from haochaping.accounts.terms import Power
from haochaping.identity.terms import OpeningMove as M
from haochaping.identity.terms import OpeningState as S

_OPEN = (S.REQUESTED, S.SECONDED, S.APPROVED)

# (state, move) → state. What is not here is refused.
TRANSITIONS: dict[tuple[S, M], S] = {
    (S.REQUESTED, M.APPROVE): S.SECONDED,
    (S.SECONDED, M.APPROVE): S.APPROVED,
    (S.APPROVED, M.OPEN): S.OPENED,
    # Any keeper may refuse until it is opened: that is what the delay is for.
    **{(state, M.REFUSE): S.REFUSED for state in _OPEN},
    **{(state, M.WITHDRAW): S.WITHDRAWN for state in _OPEN},
    **{(state, M.EXPIRE): S.EXPIRED for state in _OPEN},
}

# Who may fire a move; opening belongs to whoever holds the escrow key, expiring to the program.
FIRED_BY: dict[M, Power] = {
    M.APPROVE: Power.IDENTITY_APPROVE,
    M.REFUSE: Power.IDENTITY_APPROVE,
    M.WITHDRAW: Power.IDENTITY_REQUEST,
}


def after(state: S, move: M) -> S | None:
    """The state a move leads to; None when it is not allowed."""
    return TRANSITIONS.get((state, move))
