"""安装: what is shipped with the program becomes rows of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.identity import keys
from haochaping.reviews import actions as reviews
from haochaping.rulebook import actions as rulebook

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor


@transaction.atomic
def install(*, by: Actor, now: datetime) -> int:
    """Add the national base of the rulebook, the calendar, the indicators and the keys; returns how many rows were new.

    Of the indicators, how many were new or changed.
    """
    keys.ensure(settings.KEYS_DIR)
    return rulebook.install(by=by, now=now) + reviews.install_indicators(by=by, now=now)
