"""办件 reads: binding a review to its occurrence, and what is counted of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from django.db import connection

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.terms import AMBIGUOUS_CASE, Binding, CaseFacts, OccurrenceFacts
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

type OccurrenceKey = tuple[str, str, int]


_BINDINGS: LiteralString = """
    SELECT o.id, o.no, o.at, o.name, c.id, c.case_no, p.code, c.platform_id, c.division_id, d.path, c.agency_id,
           a.path, c.item_id, o.hall_id, o.window_id, o.staff_id, c.verified
      FROM cases_service_occurrence o
      JOIN cases_case c ON c.id = o.case_id
      JOIN directory_platform p ON p.id = c.platform_id
      JOIN directory_division d ON d.id = c.division_id
      JOIN directory_agency a ON a.id = c.agency_id
     WHERE """


_COMPLETED = """
    SELECT DISTINCT ON (o.case_id) o.id
      FROM cases_service_occurrence o JOIN cases_case c ON c.id = o.case_id
     WHERE c.id = ANY(%s) AND c.status = 'completed'
     ORDER BY o.case_id, o.no DESC
"""


def _bindings(condition: LiteralString, *params: UUID | str | list[str] | list[int]) -> list[Binding]:
    # Plain SQL: every review passes here, and the ORM takes longer to write the statement than the server to run it.
    with connection.cursor() as cursor:
        cursor.execute(_BINDINGS + condition, params)
        return [Binding._make(row) for row in cursor]


def bind(keys: Sequence[OccurrenceKey]) -> list[Binding | None]:
    """The occurrence of each (source, case number, occurrence number), in order; None where there is none (yet)."""
    if not keys:
        return []
    found = {
        (binding.source, binding.case_no, binding.occurrence_no): binding
        for binding in _bindings(
            "p.code = ANY(%s) AND c.case_no = ANY(%s) AND o.no = ANY(%s)",
            list({source for source, _, _ in keys}),
            list({case_no for _, case_no, _ in keys}),
            list({no for _, _, no in keys}),
        )
    }
    return [found.get(key) for key in keys]


def binding_of(occurrence_id: UUID) -> Binding | None:
    """One occurrence by id."""
    return next(iter(_bindings("o.id = %s", occurrence_id)), None)


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
    with connection.cursor() as cursor:
        cursor.execute(_COMPLETED, [list(case_ids)])
        return [occurrence_id for (occurrence_id,) in cursor]


def bindings_of_case(source: str, case_no: str) -> list[Binding]:
    """The services of one case by number, oldest first; an empty source finds the case on whichever platform has it.

    Raises:
        Refused: AMBIGUOUS_CASE when several platforms have a case of this number and none is named.
    """
    chosen = _bindings("c.case_no = %s AND (%s = '' OR p.code = %s)", case_no, source, source)
    found = sorted(chosen, key=lambda binding: binding.occurrence_no)
    if len({binding.case_id for binding in found}) > 1:
        raise Refused(AMBIGUOUS_CASE, field="case", value=case_no)
    return found


def ids_of(keys: Iterable[tuple[int, str]]) -> list[UUID]:
    """The cases that are there among these (platform id, case number)."""
    wanted = set(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, platform_id, case_no FROM cases_case WHERE platform_id = ANY(%s) AND case_no = ANY(%s)",
            [list({platform_id for platform_id, _ in wanted}), [case_no for _, case_no in wanted]],
        )
        return [case_id for case_id, *key in cursor if tuple(key) in wanted]


def is_known(source: str, case_no: str) -> bool:
    """Whether the directory's platform has sent this case, with or without services."""
    return Case.objects.filter(platform__code=source, case_no=case_no).exists()


def person_of(case_id: UUID) -> UUID | None:
    """The sealed applicant of a case."""
    return Case.objects.values_list("person_id", flat=True).get(id=case_id)
