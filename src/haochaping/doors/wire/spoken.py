"""The dialect of an address. What is wrong with its file is for whoever runs the house, and not for whoever calls."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings

from haochaping.exchange.dialects import shelf
from haochaping.exchange.dialects.file import BadDialect
from haochaping.exchange.dialects.terms import DIALECT_AWAY
from haochaping.kernel.refused import Refused
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from haochaping.exchange.dialects.terms import Description

log = logging.getLogger("haochaping.wire")


def spoken_here(name: str) -> Description | None:
    """The dialect of this name, None where there is none; raises `Refused(DIALECT_AWAY)` where its file cannot be read."""
    try:
        return shelf.dialect(name, settings.DIALECTS_DIR)
    except BadDialect as bad:
        faults = " ".join(say(one).message for one in bad.complaints)
        log.error("a dialect cannot be read: %s", faults)  # noqa: TRY400 - it says where
        raise Refused(DIALECT_AWAY) from None
