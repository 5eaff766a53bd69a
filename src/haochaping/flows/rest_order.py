"""An order's clock rests while an appeal against its review pends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.kernel.periods import local_day
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.states import APPEAL_PENDING, after
from haochaping.rectification.terms import Move
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import AppealRow


def rest_while_appealed(appeal: AppealRow, *, by: Actor, now: datetime) -> None:
    """Pause the order of an appeal that was taken up, where the rules of the place say so and the order has a clock."""
    if appeal.state not in APPEAL_PENDING:
        return
    terms = rulebook.terms_for(appeal.division_path, local_day(now))
    if terms.appeal_pauses_deadline and any(
        after(row.state, Move.PAUSE) for row in orders.rows([appeal.order_id])
    ):
        rectification.pause(appeal.order_id, cause="appeal", by=by, now=now)
