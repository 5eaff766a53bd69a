"""身份 writes: sealing and erasing, the relay, opening by two offices, rotation of keys; each leaves its entry."""

from haochaping.identity.actions.asking import set_asking
from haochaping.identity.actions.openings import (
    approve_opening,
    expire_openings,
    mark_told,
    open_identity,
    refuse_opening,
    request_opening,
    withdraw_opening,
)
from haochaping.identity.actions.persons import erase, seal
from haochaping.identity.actions.relay import (
    grant_calls,
    open_phone,
    open_phone_for_call,
    take_back_call,
)
from haochaping.identity.actions.rotation import begin_rotation, check_escrow, rewrap

__all__ = [
    "approve_opening",
    "begin_rotation",
    "check_escrow",
    "erase",
    "expire_openings",
    "grant_calls",
    "mark_told",
    "open_identity",
    "open_phone",
    "open_phone_for_call",
    "refuse_opening",
    "request_opening",
    "rewrap",
    "seal",
    "set_asking",
    "take_back_call",
    "withdraw_opening",
]
