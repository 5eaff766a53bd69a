"""What the attempts to hear a reviewer came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models.functions import Coalesce

from haochaping.postgres.together import Asked
from haochaping.rectification.models import Callback
from haochaping.rectification.terms import Means

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def calls_of(order_id: UUID, attempt: int) -> Asked[list[tuple[str, datetime]]]:
    """Each attempt to hear the reviewer since the order went out for the `attempt`-th time: its result, when the call was."""
    rows = Callback.objects.filter(order_id=order_id, round=attempt).order_by("at", "id")
    return Asked(rows.values_list("result", Coalesce("called_at", "at")), list)


def is_reference_used(order_id: UUID, reference: str) -> bool:
    """Whether a call from an own switchboard has its outcome on this order already."""
    return Callback.objects.filter(order_id=order_id, means=Means.OWN, contact=reference).exists()


def was_found_untrue(order_id: UUID) -> bool:
    """Whether a call-back came to the finding that what the review says is not true."""
    return Callback.objects.filter(order_id=order_id, is_true=False).exists()


def was_found_true_and_reasonable(order_id: UUID, round_: int) -> bool:
    """Whether the last finding of this round is that the review is true and its demand reasonable."""
    found = Callback.objects.filter(order_id=order_id, round=round_).exclude(is_true=None, is_reasonable=None)
    last = found.order_by("-at", "-id").values_list("is_true", "is_reasonable").first()
    return last == (True, True)
