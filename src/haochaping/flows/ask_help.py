"""协办: an agency is asked to help with an order and hears of it; the lead hears when it has done its part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.flows import tell_staff
from haochaping.notices.terms import NoticeKind
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import help as help_queries

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@transaction.atomic
def ask(order_id: UUID, agency_code: str, task: str, *, by: Actor, now: datetime) -> None:
    """The dispatcher asks an agency to help, and it hears of it; raises as `rectification.actions.join`."""
    part = rectification.join(order_id, agency_code=agency_code, task=task, by=by, now=now)
    tell_asked([part], by=by, now=now)


@transaction.atomic
def give(order_id: UUID, text: str, *, by: Actor, now: datetime) -> None:
    """The agency that helps has done its part, and the lead hears of it; raises as `rectification.actions.contribute`."""
    rectification.contribute(order_id, text=text, by=by, now=now)
    tell_staff.tell(NoticeKind.HELP_GIVEN, tell_staff.about_orders(orders.rows([order_id])), by=by, now=now)


def tell_asked(part_ids: Iterable[UUID], *, by: Actor, now: datetime) -> None:
    """The agencies that are to do these parts hear of them."""
    about = tell_staff.about_parts(help_queries.parts(part_ids))
    tell_staff.tell(NoticeKind.HELP_ASKED, about, by=by, now=now)
