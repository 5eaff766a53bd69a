"""纸质评价 reads: the slips of one's remit, what one typed oneself, in what the two entries of a slip differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.directory.rules import path_range
from haochaping.kernel.refused import Refused
from haochaping.reviews.models import PaperEntry, PaperSlip
from haochaping.reviews.paper.rules import differing
from haochaping.reviews.paper.terms import NO_SUCH_SLIP, OPEN_SLIPS, SlipReading, SlipRow, SlipState

if TYPE_CHECKING:
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.paper.terms import SlipField

_SLIP = tuple(SlipRow.__dataclass_fields__)
_ENTRY = ("occurrence_id", "level", "codes", "words", "given_on")


def slips(by: Actor, *, done: bool, limit: int, offset: int = 0) -> list[SlipRow]:
    """The slips of somebody's remit that are still being typed, or those that are over; newest first."""
    state = ~Q(state__in=OPEN_SLIPS) if done else Q(state__in=OPEN_SLIPS)
    rows = PaperSlip.objects.filter(_visible(by), state).order_by("-id").values(*_SLIP)
    return [_row(row) for row in rows[offset : offset + limit]]


def slip(slip_id: int, *, by: Actor) -> SlipRow:
    """One slip; raises `Refused` with NOT_ALLOWED, or NO_SUCH_SLIP outside one's remit and for whom it rates."""
    for row in PaperSlip.objects.filter(_visible(by), id=slip_id).values(*_SLIP):
        return _row(row)
    raise Refused(NO_SUCH_SLIP)


def own_reading(slip_id: int, *, by: Actor) -> SlipReading | None:
    """What the actor typed for a slip: nobody is shown what the other one did."""
    return _readings(slip_id).get(str(by))


def differences(slip: SlipRow | PaperSlip) -> tuple[SlipField, ...]:
    """In what the two entries differ; nothing while there is only one, or when they are gone."""
    readings = _readings(slip.id)
    first, second = readings.get(slip.first_by), readings.get(slip.second_by)
    return differing(first, second) if first and second else ()


def agreed_reading(slip_id: int) -> SlipReading | None:
    """What both read, as the first one wrote it; None unless they agree and no review was made of it yet."""
    row = PaperSlip.objects.select_for_update().filter(id=slip_id, state=SlipState.AGREED).first()
    return _readings(slip_id)[row.first_by] if row else None


def waiting_for(occurrence_id: UUID) -> int | None:
    """The number of the slip that is being typed for this service."""
    rows = PaperSlip.objects.filter(occurrence_id=occurrence_id, state__in=OPEN_SLIPS)
    return rows.values_list("id", flat=True).first()


def _visible(by: Actor) -> Q:
    """The slips somebody sees: of their remit, and never those that rate them."""
    check_power(by, Power.PAPER_ENTER)
    others = ~Q(staff_id__in=by.staff_ids) | Q(staff_id__isnull=True)
    if by.scope.division_path is not None:
        low, high = path_range(by.scope.division_path)
        return others & Q(division__path__gte=low, division__path__lt=high)
    if by.scope.agency_path is not None:
        low, high = path_range(by.scope.agency_path)
        return others & Q(agency__path__gte=low, agency__path__lt=high)
    return Q(pk__in=[])


def _row(row: dict[str, Any]) -> SlipRow:
    return SlipRow(**row | {"state": SlipState(row["state"])})


def _readings(slip_id: int) -> dict[str, SlipReading]:
    rows = PaperEntry.objects.filter(slip_id=slip_id).values("by", *_ENTRY)
    return {row.pop("by"): SlipReading(**row | {"codes": tuple(row["codes"])}) for row in rows}
