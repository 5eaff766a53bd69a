"""通报专报 reads: what lies in somebody's remit, and one of them whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db.models import Q

from haochaping.directory.rules import path_range
from haochaping.kernel.refused import Refused
from haochaping.publicity.circulars.models import Circular, CircularStep, CircularText
from haochaping.publicity.circulars.terms import (
    NO_SUCH_CIRCULAR,
    Block,
    CircularKind,
    CircularMove,
    CircularRow,
    CircularSheet,
    CircularState,
    Figures,
    Step,
    Subject,
    TextVersion,
)

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor, Scope


def listed(by: Actor, *, limit: int, offset: int = 0) -> list[CircularRow]:
    """The circulars of one's remit, the newest first; none for an actor without one."""
    rows = _within(by.scope).order_by("-made_at", "-id")
    return [_row(row) for row in rows[offset : offset + limit]]


def sheet(circular_id: UUID, *, by: Actor) -> CircularSheet:
    """One circular with its figures, every version of its texts and what was done with it.

    Raises:
        Refused: NO_SUCH_CIRCULAR, also outside of one's remit.
    """
    row = _within(by.scope).select_related("corrects").filter(id=circular_id).first()
    if row is None:
        raise Refused(NO_SUCH_CIRCULAR)
    later = _within(by.scope).filter(corrects=row).exclude(state=CircularState.DISCARDED).first()
    texts: dict[Block, list[TextVersion]] = {block: [] for block in Block}
    for text in CircularText.objects.filter(circular=row).order_by("block", "version"):
        block = Block(text.block)
        texts[block].append(TextVersion(block, text.version, text.text, text.written_by, text.written_at))
    steps = CircularStep.objects.filter(circular=row).order_by("at", "id")
    return CircularSheet(
        row=_row(row),
        figures=msgspec.convert(row.figures, Figures),
        texts=texts,
        steps=[Step(CircularMove(one.move), one.by, one.at, one.reason) for one in steps],
        submitted_by=row.submitted_by,
        submitted_staff=frozenset(row.submitted_staff),
        digest=row.digest,
        correction=row.correction,
        former=_row(row.corrects, like=row) if row.corrects else None,
        later=_row(later) if later else None,
    )


def subject_of(circular_id: UUID, *, by: Actor) -> Subject:
    """What a circular is about, to make another one about the same.

    Raises:
        Refused: NO_SUCH_CIRCULAR.
    """
    row = _within(by.scope).filter(id=circular_id).first()
    if row is None:
        raise Refused(NO_SUCH_CIRCULAR)
    return Subject(
        kind=CircularKind(row.kind),
        division_id=row.division_id,
        division_path=row.division.path,
        first=row.first_day,
        last=row.last_day,
        agency_id=row.agency_id,
        agency_path=row.agency.path if row.agency else "",
        item_id=row.item_id,
    )


def _within(scope: Scope) -> QuerySet[Circular]:
    rows = Circular.objects.select_related("division", "agency", "item")
    if scope.division_path is not None:
        low, high = path_range(scope.division_path)
        inside = Q(division__path__gte=low, division__path__lt=high) if scope.division_path else Q()
        return rows.filter(inside)
    if not scope.agency_path:
        return rows.none()
    low, high = path_range(scope.agency_path)
    return rows.filter(agency__path__gte=low, agency__path__lt=high)


def _row(row: Circular, *, like: Circular | None = None) -> CircularRow:
    """A row; a former one is about the same as the one that corrects it."""
    about = like or row
    of = about.item or about.agency or about.division
    return CircularRow(
        id=row.id,
        kind=CircularKind(row.kind),
        name=of.name,
        division_name=about.division.name,
        first=row.first_day,
        last=row.last_day,
        number=row.number,
        state=CircularState(row.state),
        made_by=row.made_by,
        made_at=row.made_at,
        signed_at=row.signed_at,
    )
