from __future__ import annotations

from itertools import product

from haochaping.notices.states import TRANSITIONS, may_follow
from haochaping.notices.terms import DeliveryState as S

ALLOWED = {
    (S.QUEUED, S.SENDING),
    (S.QUEUED, S.REPLACED),
    (S.SENDING, S.SENT),
    (S.SENDING, S.FAILED),
    (S.SENDING, S.NO_PHONE),
    (S.SENDING, S.UNCLEAR),
    (S.SENDING, S.GIVEN_UP),
    (S.FAILED, S.SENDING),
    (S.FAILED, S.QUEUED),
    (S.FAILED, S.GIVEN_UP),
    (S.UNCLEAR, S.QUEUED),
    (S.UNCLEAR, S.SENT),
    (S.UNCLEAR, S.FAILED),
    (S.UNCLEAR, S.NO_PHONE),
    (S.UNCLEAR, S.GIVEN_UP),
}


def test_every_pair_of_states():
    assert {pair for pair in product(S, S) if may_follow(*pair)} == ALLOWED
    assert TRANSITIONS.keys() == set(S)
