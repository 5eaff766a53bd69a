"""What followed from a review beyond its answer, in plain words: never who it was about, never what was decided of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.kernel.refused import N_
from haochaping.rectification.queries import faults as fault_queries
from haochaping.rectification.terms import PART_LABELS, Move, ReformState
from haochaping.supervision import queries as supervision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from haochaping.rectification.terms import EventRow

_PROPOSED = N_("A proposal to make this simpler was made to {agency}.")
_REFORMED: dict[ReformState, str] = {
    ReformState.SENT: _PROPOSED,
    ReformState.ACCEPTED: N_("{agency} has accepted a proposal to make this simpler."),
    ReformState.DONE: N_("{agency} has accepted a proposal to make this simpler."),
    ReformState.CHECKED: N_("{agency} has changed this after a proposal: {parts}."),
    ReformState.DECLINED: N_("A proposal to make this simpler was made to {agency}, which declined it."),
}
_TALKED = N_("The member of staff was talked to.")


def followed(order_id: UUID, events: Sequence[EventRow]) -> list[str]:
    """The sentences; asked of the tables only where somebody has said what the fault lies in."""
    if not any(event.move == Move.CLASS_FAULT for event in events):
        return []
    said = []
    reform = fault_queries.reform_of(order_id).answer
    if reform is not None and reform.state in _REFORMED:
        parts = "、".join(gettext(PART_LABELS[part]) for part in reform.parts)
        said.append(gettext(_REFORMED[reform.state]).format(agency=reform.agency_name, parts=parts))
    if supervision.was_talked_to(order_id):
        said.append(gettext(_TALKED))
    return said
