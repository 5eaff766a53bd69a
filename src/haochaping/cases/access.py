"""办件 access: which cases, and what is of them, somebody sees behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from haochaping.directory.rules import path_range

if TYPE_CHECKING:
    from haochaping.kernel.actor import Actor

type Place = tuple[str, str | None, int | None, int | None]
"""A division and perhaps an agency, each with all below, an item, and a hall; of a case there is no hall."""


def visible(by: Actor, of: str = "") -> Q:
    """What lies inside the actor's scope, as a filter on division and agency; `of` leads to what has them."""
    if by.scope.division_path is not None:
        return _below(f"{of}division", by.scope.division_path)
    if by.scope.agency_path is not None:
        return _below(f"{of}agency", by.scope.agency_path)
    return Q(pk__in=[])


def within(place: Place, of: str = "") -> Q:
    """What lies in a place; only what took place somewhere may be asked for by hall."""
    division_path, agency_path, item_id, hall_id = place
    found = _below(f"{of}division", division_path)
    if agency_path is not None:
        found &= _below(f"{of}agency", agency_path)
    if hall_id is not None:
        found &= Q(hall_id=hall_id)
    return found if item_id is None else found & Q(**{f"{of}item_id": item_id})


def not_named(by: Actor) -> Q:
    """What does not name the actor as the one who served."""
    return ~Q(staff_id__in=by.staff_ids) if by.staff_ids else Q()


def _below(column: str, path: str) -> Q:
    if not path:
        return Q()
    low, high = path_range(path)
    return Q(**{f"{column}__path__gte": low, f"{column}__path__lt": high})
