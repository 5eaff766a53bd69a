"""Of whom figures are asked: a division, an agency, an item or a hall of the asker's divisions, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext

from haochaping.accounts.access import check_scope, may_reach
from haochaping.accounts.terms import OUT_OF_SCOPE
from haochaping.directory import queries as directory
from haochaping.directory.rules import code_of
from haochaping.insight.terms import Place
from haochaping.kernel.refused import N_, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from django.http import QueryDict

    from haochaping.directory.terms import AgencyRef, DivisionRef, ItemRef, PlacedRef
    from haochaping.kernel.actor import Actor

    type Kind = Literal["division", "agency", "item", "hall"]
    type Ref = DivisionRef | AgencyRef | ItemRef | PlacedRef

_LISTED = 200
_LONGEST_CODE = 40
BY_LABELS = {
    "division": N_("Divisions below"),
    "agency": N_("Agencies of this division"),
    "item": N_("Service items"),
    "hall": N_("Service halls"),
    "staff": N_("Staff members"),
    "month": N_("Months"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A place above, or the one that is asked for: its query is what leads to it."""

    kind: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Where:
    """The place that is asked for, the way to it, and in which ways its figures can be divided."""

    place: Place
    here: Step
    above: tuple[Step, ...]
    ways: tuple[str, ...]
    id: int = 0

    @property
    def query(self) -> dict[str, str]:
        """The fields of an address that name the place."""
        return {self.here.kind: self.here.code} if self.here.code else {}


def asked_place(query: QueryDict, by: Actor) -> Where:
    """Read `division`, `agency`, `item` or `hall`; without any of them the asker's own division or agency, or everything.

    Raises:
        Http404: there is no such place.
        Refused: OUT_OF_SCOPE.
    """
    for kind, find in (("hall", _hall), ("item", _item), ("agency", _agency), ("division", _division)):
        if code := query.get(kind, "").strip()[:_LONGEST_CODE]:
            return find(code, by)
    path, agency_path = by.scope.division_path, by.scope.agency_path
    if path is None and agency_path:
        return _agency(code_of(agency_path), by)
    if path is None:
        raise Refused(OUT_OF_SCOPE)
    if not path:
        return Where(Place(), Step("division", "", gettext("All divisions")), (), ("division", "month"))
    return _division(code_of(path), by)


def parts(where: Where, way: str) -> tuple[Kind, Sequence[Ref]]:
    """What a place is made of, and what each part is."""
    if way == "item":
        return "item", directory.items_of_agency(where.id, limit=_LISTED)
    if way == "hall":
        return "hall", directory.halls_beside(where.id, limit=_LISTED)
    if way == "agency":
        return "agency", directory.agencies_of(where.id, limit=_LISTED)
    return "division", directory.children(where.id) if where.id else directory.top_divisions()


def _division(code: str, by: Actor) -> Where:
    found = directory.division(code)
    if found is None:
        raise Http404
    return Where(
        Place(division_path=found.path),
        Step("division", found.code, found.name),
        _above(found.path, by)[:-1],
        ("division", "agency", "hall", "month"),
        found.id,
    )


def _agency(code: str, by: Actor) -> Where:
    found = directory.agencies([code]).get(code)
    if found is None:
        raise Http404
    above = _above(found.division_path, by, found.path)
    here = Step("agency", found.code, found.name)
    return Where(Place(agency_path=found.path), here, above, ("item", "staff", "month"), found.id)


def _item(code: str, by: Actor) -> Where:
    found = directory.items([code]).get(code)
    if found is None:
        raise Http404
    agency = directory.agency_by_id(found.agency_id)
    above = _above(directory.division_by_id(agency.division_id).path, by, agency.path)
    own = Step("agency", agency.code, agency.name)
    here = Step("item", found.code, found.name)
    return Where(Place(item_id=found.id), here, (*above, own), ("month",), found.id)


def _hall(code: str, by: Actor) -> Where:
    """A hall of one of the asker's divisions: what took place in it, of which the rows of other divisions stay hidden."""
    found = directory.halls([code]).get(code)
    if found is None:
        raise Http404
    above = _above(found.division_path, by)
    return Where(Place(hall_id=found.id), Step("hall", found.code, found.name), above, ("month",), found.id)


def _above(division_path: str, by: Actor, agency_path: str = "") -> tuple[Step, ...]:
    """The divisions from the asker's own down to this one; raises `Refused` when what lies here is none of theirs."""
    check_scope(by, division_path=division_path, agency_path=agency_path)
    return tuple(
        Step("division", one.code, one.name)
        for one in directory.ancestors(division_path)
        if may_reach(by, division_path=one.path)
    )
