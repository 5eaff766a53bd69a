"""发送状态: which state of a delivery may follow which. A sent one is never left."""

from __future__ import annotations

from haochaping.notices.terms import DeliveryState as S

TRANSITIONS: dict[S, frozenset[S]] = {
    S.QUEUED: frozenset({S.SENDING, S.REPLACED}),
    S.SENDING: frozenset({S.SENT, S.FAILED, S.NO_PHONE, S.UNCLEAR, S.GIVEN_UP}),
    S.FAILED: frozenset({S.SENDING, S.QUEUED, S.GIVEN_UP}),
    S.NO_PHONE: frozenset(),
    # A second worker calls it unclear while the first one is still sending and then says how it went.
    S.UNCLEAR: frozenset({S.QUEUED, S.SENT, S.FAILED, S.NO_PHONE, S.GIVEN_UP}),
    S.SENT: frozenset(),
    S.REPLACED: frozenset(),
    S.GIVEN_UP: frozenset(),
}


def may_follow(before: S, after: S) -> bool:
    """Whether a delivery may go from one state to the other."""
    return after in TRANSITIONS[before]
