"""评价 writes: invitations, the one way a review becomes a row, and what its reviewer may change."""

from haochaping.reviews.actions.acceptance import accept
from haochaping.reviews.actions.catalogue import install_indicators
from haochaping.reviews.actions.changes import (
    change_level,
    claim,
    give_reasons,
    give_way,
    supplement,
    withdraw,
)
from haochaping.reviews.actions.exclusion import exclude, restore
from haochaping.reviews.actions.invitations import check_usable, invite
from haochaping.reviews.actions.reported import restate

__all__ = [
    "accept",
    "change_level",
    "check_usable",
    "claim",
    "exclude",
    "give_reasons",
    "give_way",
    "install_indicators",
    "invite",
    "restate",
    "restore",
    "supplement",
    "withdraw",
]
