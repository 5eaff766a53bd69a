"""通报专报 rules: which step follows which, and what a signature stands for."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from haochaping.publicity.circulars.terms import Block, CircularMove, CircularState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.publicity.circulars.terms import Figures

_S, _M = CircularState, CircularMove
AFTER: Mapping[tuple[CircularState, CircularMove], CircularState] = {
    (_S.DRAFT, _M.WRITE): _S.DRAFT,
    (_S.DRAFT, _M.SUBMIT): _S.SUBMITTED,
    (_S.DRAFT, _M.DISCARD): _S.DISCARDED,
    (_S.SUBMITTED, _M.TAKE_BACK): _S.DRAFT,
    (_S.SUBMITTED, _M.GIVE_BACK): _S.DRAFT,
    (_S.SUBMITTED, _M.SIGN): _S.SIGNED,
}
"""Each state with what may be done in it, and what it is then. Signed and discarded ones stay so."""

# What another person does than whoever submitted it (decision 0043), and what only that one does.
OF_ANOTHER = frozenset({CircularMove.SIGN, CircularMove.GIVE_BACK})
OF_ONESELF = frozenset({CircularMove.TAKE_BACK})


def after(state: CircularState, move: CircularMove) -> CircularState | None:
    """What becomes of a circular by a move; None where it cannot be made."""
    return AFTER.get((state, move))


def packed(figures: Figures) -> dict[str, object]:
    """Figures as the database keeps them."""
    kept: dict[str, object] = msgspec.to_builtins(figures)
    return kept


def digest(figures: Mapping[str, object], texts: Mapping[Block, str]) -> str:
    """What is signed: the hash (SHA-256, hexadecimal) of figures and texts in one fixed order and spelling."""
    told = {"figures": figures, "texts": {block.value: texts[block] for block in Block}}
    return sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()
