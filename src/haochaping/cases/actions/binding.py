"""What the codes of a batch mean: rows of the directory, looked up together; what is not known, or not the sender’s."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import Struct

from haochaping.cases.rules import place_complaint, time_complaint
from haochaping.cases.terms import (
    OUT_OF_SCOPE,
    UNKNOWN_AGENCY,
    UNKNOWN_DIVISION,
    UNKNOWN_ITEM,
    UNKNOWN_SOURCE,
)
from haochaping.directory import match_queries as matches
from haochaping.directory import queries as directory
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.refused import Complaint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from haochaping.cases.actions.intake import TakenIn
    from haochaping.cases.terms import NewCase, NewOccurrence
    from haochaping.directory.terms import AgencyRef, DivisionRef, ItemRef, PlacedRef
    from haochaping.kernel.actor import Actor


# A case, the fingerprint of what was said of it, and when, where it comes out of quarantine.
type Told = tuple[NewCase, bytes, datetime | None]


@dataclass(frozen=True, slots=True)
class _Places:
    platforms: dict[str, PlacedRef]
    divisions: dict[str, DivisionRef]
    agencies: dict[str, AgencyRef]
    items: dict[tuple[str, str], ItemRef]
    halls: dict[str, PlacedRef]


class Bound(Struct, frozen=True):
    """A case of a batch, at its position, with the rows of the directory that it names."""

    position: int
    case: NewCase
    platform_id: int
    division_id: int
    agency_id: int
    item_id: int
    digest: bytes
    halls: dict[str, PlacedRef]
    # When it was told, where it has waited in quarantine since.
    told_at: datetime | None = None
    # Told of the case as it was before what is stored: only what nothing else told is taken of it.
    overtaken: bool = False
    # What it tells of the beginning of the case besides.
    beginning: Mapping[str, object] = {}


def bind(taken: TakenIn, told: Sequence[Told], positions: list[int], by: Actor, now: datetime) -> list[Bound]:
    """Those of the cases at some positions that can be taken; the others get their outcome."""
    chosen = [told[position][0] for position in positions]
    places = _Places(
        directory.platforms(case.source for case in chosen),
        directory.divisions(case.division for case in chosen),
        directory.agencies(case.agency for case in chosen),
        matches.items_meant((case.source, case.item) for case in chosen),
        directory.halls(occurrence.hall for case in chosen for occurrence in case.occurrences),
    )
    bound = []
    # A batch is of few places: each is judged once.
    judged: dict[tuple[str, ...], Complaint | None] = {}
    for position, case in zip(positions, chosen, strict=True):
        place = (case.source, case.division, case.agency, case.item, *(o.hall for o in case.occurrences))
        if place not in judged:
            judged[place] = _complaint(case, places, by)
        complaint = judged[place] or time_complaint(case, now)
        if complaint is not None:
            refused = complaint.code == OUT_OF_SCOPE.code
            kind = OutcomeKind.REFUSED if refused else OutcomeKind.QUARANTINED
            taken.outcomes[position] = Outcome(kind, complaint=complaint)
            continue
        bound.append(
            Bound(
                position,
                case,
                places.platforms[case.source].id,
                places.divisions[case.division].id,
                places.agencies[case.agency].id,
                places.items[case.source, case.item].id,
                told[position][1],
                places.halls,
                told[position][2],
            )
        )
    return bound


def _complaint(case: NewCase, places: _Places, by: Actor) -> Complaint | None:
    known = {
        "source": (case.source in places.platforms, UNKNOWN_SOURCE, case.source),
        "division": (case.division in places.divisions, UNKNOWN_DIVISION, case.division),
        "agency": (case.agency in places.agencies, UNKNOWN_AGENCY, case.agency),
        "item": ((case.source, case.item) in places.items, UNKNOWN_ITEM, case.item),
    }
    for column, (is_known, reason, value) in known.items():
        if not is_known:
            return Complaint(reason, column, {"value": value})
    division, agency = places.divisions[case.division], places.agencies[case.agency]
    if not by.scope.covers(division_path=division.path, agency_path=agency.path):
        return Complaint(OUT_OF_SCOPE, "division", {"division": division.code, "agency": agency.code})
    named: list[tuple[str, AgencyRef | PlacedRef]] = [
        ("agency", agency),
        ("source", places.platforms[case.source]),
        *(
            (f"occurrences[{n}].hall", places.halls[occurrence.hall])
            for n, occurrence in enumerate(case.occurrences)
            if occurrence.hall in places.halls
        ),
    ]
    complaints = (place_complaint(column, one, by.scope) for column, one in named)
    return next(filter(None, complaints), None)


class Served:
    """Where the services of a batch took place, looked up together: codes of the sender to rows of the directory."""

    def __init__(self, rows: Sequence[Bound]) -> None:
        told = [(row, occurrence) for row in rows for occurrence in row.case.occurrences]
        # Those of a wave were looked up together.
        self._halls = rows[0].halls if rows else {}
        self._windows = directory.windows((o.hall, o.window) for _, o in told if o.window)
        self._staff = directory.staff((row.agency_id, o.staff) for row, o in told if o.staff)

    def of(self, row: Bound, told: NewOccurrence) -> tuple[int | None, int | None, int | None]:
        """Hall, window and staff of a service; what the directory does not know stays open."""
        hall = self._halls.get(told.hall)
        window = self._windows.get((told.hall, told.window))
        staff = self._staff.get((row.agency_id, told.staff))
        return hall.id if hall else None, window.id if window else None, staff.id if staff else None
