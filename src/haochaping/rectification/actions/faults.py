"""责任划分: what a fault that was found true lies in; what lies in the business becomes a proposal of a reform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.kernel.identifiers import uuids7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.rectification import access
from haochaping.rectification.actions.reforms import draft
from haochaping.rectification.actions.steps import checked_text, record, step
from haochaping.rectification.models import Fault
from haochaping.rectification.queries import faults as fault_queries
from haochaping.rectification.terms import (
    ALREADY_CLASSED,
    NO_ADDRESSEE,
    NO_RESPONSIBILITY,
    NOT_DECIDING,
    NOT_FOUND_TRUE,
    Move,
    Responsibility,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from haochaping.directory.terms import AgencyRef
    from haochaping.kernel.actor import Actor


@transaction.atomic
def class_fault(
    order_id: UUID,
    *,
    responsibilities: Collection[str],
    note: str,
    agency_code: str = "",
    proposal: str = "",
    by: Actor,
    now: datetime,
) -> UUID | None:
    """Say what a fault lies in: the business, the service, or both; each is said once of an order.

    Args:
        order_id: The order; a call-back must have found the review true.
        responsibilities: What it lies in.
        note: What was found.
        agency_code: For the business: the agency that decides about the item and is asked to change it.
        proposal: For the business: what is to be changed.
        by: Who handles the order, checks or supervises it.
        now: When.

    Returns:
        The proposal of a reform that was drafted, if any.

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_STATE, NOT_FOUND_TRUE, NO_RESPONSIBILITY,
            ALREADY_CLASSED, NO_ADDRESSEE, NOT_DECIDING, TEXT_MISSING, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    said = [one for one in Responsibility if one in responsibilities]
    if not said:
        raise Refused(NO_RESPONSIBILITY, field="responsibilities")
    note = checked_text(note, "note")
    business = Responsibility.BUSINESS in said
    proposal = checked_text(proposal, "proposal") if business else ""
    order = step(order_id, Move.CLASS_FAULT, by, access.shared_power(by))
    if not fault_queries.was_found_true(order.id):
        raise Refused(NOT_FOUND_TRUE)
    if Fault.objects.filter(order=order, responsibility__in=said).exists():
        raise Refused(ALREADY_CLASSED, field="responsibilities")
    addressee = _addressee(order.item_id, agency_code, now) if business else None
    Fault.objects.bulk_create(
        [
            Fault(id=pk, order=order, responsibility=one, note=note, by=str(by), at=now)
            for pk, one in zip(uuids7(now, len(said)), said, strict=True)
        ]
    )
    record([order], Move.CLASS_FAULT, by=by, now=now, note=note, lies_in=",".join(said))
    return draft(order, addressee, proposal, by=by, now=now) if addressee else None


def _addressee(item_id: int, code: str, now: datetime) -> AgencyRef:
    if not code.strip():
        raise Refused(NO_ADDRESSEE, field="agency")
    known = {agency.code: agency for agency in directory.deciding_agencies(item_id, local_day(now))}
    if code.strip() not in known:
        raise Refused(NOT_DECIDING, field="agency", value=code[:40])
    return known[code.strip()]
