"""办件 reads: binding a review to its occurrence, and what is counted of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.terms import AMBIGUOUS_CASE, Binding, CaseFacts, OccurrenceFacts
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

type OccurrenceKey = tuple[str, str, int]


def _bindings(**where: object) -> list[Binding]:
    rows = ServiceOccurrence.objects.filter(**where).values_list(
        "id",
        "no",
        "at",
        "name",
        "case_id",
        "case__case_no",
        "case__platform__code",
        "case__platform_id",
        "case__division_id",
        "case__division__path",
        "case__agency_id",
        "case__agency__path",
        "case__item_id",
        "hall_id",
        "window_id",
        "staff_id",
        "case__verified",
    )
    return [Binding(*row) for row in rows]


def bind(keys: Sequence[OccurrenceKey]) -> list[Binding | None]:
    """The occurrence of each (source, case number, occurrence number), in order; None where there is none (yet)."""
    found = {
        (binding.source, binding.case_no, binding.occurrence_no): binding
        for binding in _bindings(
            case__platform__code__in={source for source, _, _ in keys},
            case__case_no__in={case_no for _, case_no, _ in keys},
            no__in={no for _, _, no in keys},
        )
    }
    return [found.get(key) for key in keys]


def binding_of(occurrence_id: UUID) -> Binding | None:
    """One occurrence by id."""
    return next(iter(_bindings(id=occurrence_id)), None)


def services_of_persons(person_ids: Iterable[UUID], *, limit: int = 100) -> list[Binding]:
    """The services of sealed applicants, newest first."""
    ids = list(
        ServiceOccurrence.objects.filter(case__person_id__in=list(person_ids))
        .order_by("-at", "-id")
        .values_list("id", flat=True)[:limit]
    )
    found = {binding.occurrence_id: binding for binding in _bindings(id__in=ids)}
    return [found[one] for one in ids]


def facts_of(case_ids: Iterable[UUID]) -> dict[UUID, CaseFacts]:
    """What is counted of each case: its own day and one day per occurrence."""
    ids = list(case_ids)
    occurrences: dict[UUID, list[OccurrenceFacts]] = {}
    rows = ServiceOccurrence.objects.filter(case_id__in=ids).order_by("no").values_list("case_id", "id", "at")
    for case_id, occurrence_id, at in rows:
        occurrences.setdefault(case_id, []).append(OccurrenceFacts(occurrence_id, local_day(at)))
    cases = Case.objects.filter(id__in=ids)
    return {
        row.id: CaseFacts(
            row.id,
            local_day(row.applied_at or row.accepted_at or row.received_at),
            row.division_id,
            row.agency_id,
            row.item_id,
            row.verified,
            tuple(occurrences.get(row.id, ())),
        )
        for row in cases
    }


def completed_occurrences(case_ids: Iterable[UUID]) -> list[UUID]:
    """The last occurrence of every completed case among these: the one an invitation asks about."""
    rows = (
        ServiceOccurrence.objects.filter(case_id__in=list(case_ids), case__status="completed")
        .order_by("case_id", "-no")
        .distinct("case_id")
    )
    return list(rows.values_list("id", flat=True))


def bindings_of_case(source: str, case_no: str) -> list[Binding]:
    """The services of one case by number, oldest first; an empty source finds the case on whichever platform has it.

    Raises:
        Refused: AMBIGUOUS_CASE when several platforms have a case of this number and none is named.
    """
    where: dict[str, object] = {"case__case_no": case_no}
    if source:
        where["case__platform__code"] = source
    found = sorted(_bindings(**where), key=lambda binding: binding.occurrence_no)
    if len({binding.case_id for binding in found}) > 1:
        raise Refused(AMBIGUOUS_CASE, field="case", value=case_no)
    return found


def is_known(source: str, case_no: str) -> bool:
    """Whether the directory's platform has sent this case, with or without services."""
    return Case.objects.filter(platform__code=source, case_no=case_no).exists()


def person_of(case_id: UUID) -> UUID | None:
    """The sealed applicant of a case."""
    return Case.objects.values_list("person_id", flat=True).get(id=case_id)
