"""安装: what is shipped with the program becomes rows of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.identity import keys
from haochaping.identity import queries as identity
from haochaping.reviews import actions as reviews
from haochaping.rulebook import actions as rulebook

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor


@transaction.atomic
def install(*, by: Actor, now: datetime) -> int:
    """Add the national base of the rulebook, the calendar, the indicators and the keys; returns how many rows were new.

    Of the indicators, how many were new or changed.

    Raises:
        keys.KeysMissing: what was sealed here was sealed with a key that is no longer here. Another one would find nobody
            again who is sealed, and its escrow half would lie on this machine.
    """
    if identity.anything_sealed():
        keys.application_keys(settings.KEYS_DIR)
    else:
        keys.ensure(settings.KEYS_DIR)
    return rulebook.install(by=by, now=now) + reviews.install_indicators(by=by, now=now)
