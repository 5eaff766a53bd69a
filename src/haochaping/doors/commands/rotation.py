"""What is said of batches that are wrapped for another key than the one that is sealed for: by `doctor`, `try`, `rotate`."""

from __future__ import annotations

from gettext import gettext
from typing import TYPE_CHECKING

from haochaping.identity.terms import KeyPair
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haochaping.identity.terms import WrappedFact

_LEFT = {
    KeyPair.ESCROW: N_(
        "Of the escrow office, batches are wrapped under other keys than the present {present} (key: number): {left}. Destroy "
        "no key. For each of these run “haochaping identity rotate escrow --escrow-key FILE --new-key FILE” (or --share for "
        "each share): first the file of the key named here, then that of {present}."
    ),
    KeyPair.RELAY: N_(
        "Of the relay, batches are wrapped under other keys than the present {present} (key: number): {left}. Destroy no key. "
        "As the worker's user run “haochaping identity rotate relay”; each key named here has to lie beside relay.key as "
        "relay-KEY.key, where it does not, restore it from the back-up of the keys."
    ),
}


def left_told(pair: KeyPair, left: Sequence[WrappedFact], present: str) -> str:
    """Under which keys of a pair how many batches are left, and the command that brings them to the present key."""
    counted = gettext(", ").join(f"{fact.key_id}: {fact.batches}" for fact in left)
    return gettext(_LEFT[pair]).format(present=present, left=counted)
