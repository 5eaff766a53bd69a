"""办件 reads: binding a review to its occurrence, and what is counted of a case."""

from __future__ import annotations

from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.rules import handled
from haochaping.cases.terms import (
    AMBIGUOUS_CASE,
    Binding,
    CaseFacts,
    CaseStatus,
    Completed,
    OccurrenceFacts,
    SaidOfItem,
)
from haochaping.directory.rules import path_range
from haochaping.kernel.identifiers import first_uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.postgres.rows import array

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

_MILLISECOND = timedelta(milliseconds=1)
_CASE_TOLD = (
    "platform__code",
    "case_no",
    "item__code",
    "agency__code",
    "division__code",
    "division__path",
    "status",
    "kind",
    "applied_at",
    "accepted_at",
    "completed_at",
    "revised_at",
    "promised_limit",
    "statutory_limit",
    "trips",
    "materials",
    "person_kind",
    "by_agent",
    "aged_60",
    "verified",
)
_SERVICE_TOLD = (
    "case_id",
    "no",
    "name",
    "stage",
    "at",
    "channel",
    "hall__code",
    "window__code",
    "staff__code",
)

type OccurrenceKey = tuple[str, str, int]


def _sql(name: str) -> str:
    return _FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")


_FOLDER = resources.files("haochaping.cases").joinpath("sql")
_BIND, _BINDINGS, _IDS, _COMPLETED = _sql("bind"), _sql("bindings"), _sql("ids"), _sql("completed")
_CHANGED = _sql("changed_at")
_OTHERWISE_COUNTED = _sql("otherwise_counted")
_SAID_OF_ITEMS = _sql("said_of_items")
# What is said of an item now, not what was said once: and no more than can be read while a page is awaited.
_NEWEST, _NEWEST_SINCE = 50_000, timedelta(days=7)


def _bindings(statement: str, *params: UUID | str | list[str] | list[int] | list[UUID]) -> list[Binding]:
    # Plain SQL: every review passes here, and the ORM takes longer to write the statement than the server to run it.
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [Binding._make(row) for row in cursor]


def bind(keys: Sequence[OccurrenceKey]) -> list[Binding | None]:
    """The occurrence of each (source, case number, occurrence number), in order; None where there is none (yet)."""
    if not keys:
        return []
    wanted = list(dict.fromkeys(keys))
    columns: Iterable[tuple[str | int, ...]] = zip(*wanted, strict=True)
    found = {
        (binding.source, binding.case_no, binding.occurrence_no): binding
        for binding in _bindings(_BIND, *map(array, columns))
    }
    return [found.get(key) for key in keys]


def binding_of(occurrence_id: UUID) -> Binding | None:
    """One occurrence by id."""
    return next(iter(_bindings(_BINDINGS + "o.id = %s", occurrence_id)), None)


def services_of_persons(person_ids: Iterable[UUID], *, limit: int = 100) -> list[Binding]:
    """The services of sealed applicants, newest first."""
    return _newest(Q(case__person_id__in=list(person_ids)), limit)


def services_handled_by(agent_ids: Iterable[UUID], *, limit: int = 100) -> list[Binding]:
    """The services that sealed persons have handled for somebody else (代办), newest first."""
    return _newest(Q(case__agent_id__in=list(agent_ids)), limit)


def _newest(whose: Q, limit: int) -> list[Binding]:
    newest = ServiceOccurrence.objects.filter(whose).order_by("-at", "-id")
    ids = list(newest.values_list("id", flat=True)[:limit])
    found = {binding.occurrence_id: binding for binding in _bindings(_BINDINGS + "o.id = ANY(%s)", ids)}
    return [found[one] for one in ids]


def facts_of(case_ids: Iterable[UUID]) -> dict[UUID, CaseFacts]:
    """What is counted of each case: its own day, and of each occurrence day, hall and stage."""
    ids = list(case_ids)
    occurrences: dict[UUID, list[OccurrenceFacts]] = {}
    rows = ServiceOccurrence.objects.filter(case_id__in=ids).order_by("no")
    for case_id, occurrence_id, at, hall_id, stage in rows.values_list(
        "case_id", "id", "at", "hall_id", "stage"
    ):
        facts = OccurrenceFacts(occurrence_id, local_day(at), hall_id or 0, stage)
        occurrences.setdefault(case_id, []).append(facts)
    cases = Case.objects.filter(id__in=ids)
    return {
        row.id: CaseFacts(
            row.id,
            local_day(row.applied_at or row.accepted_at or row.received_at),
            row.division_id,
            row.agency_id,
            row.item_id,
            row.verified,
            row.status == CaseStatus.WITHDRAWN,
            tuple(occurrences.get(row.id, ())),
            handled(
                row.status,
                row.applied_at,
                row.accepted_at,
                row.completed_at,
                promised_limit=row.promised_limit,
                worked=row.worked_days,
                trips=row.trips,
                materials=row.materials,
            ),
        )
        for row in cases
    }


def completed(case_ids: Iterable[UUID]) -> dict[UUID, Completed]:
    """The last service of every completed case among these: the one an invitation asks about."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPLETED, [array(case_ids)])
        return {case_id: Completed(*rest) for case_id, *rest in cursor.fetchall()}


def bindings_of_case(source: str, case_no: str) -> list[Binding]:
    """The services of one case by number, oldest first; an empty source finds the case on whichever platform has it.

    Raises:
        Refused: AMBIGUOUS_CASE when several platforms have a case of this number and none is named.
    """
    chosen = _bindings(_BINDINGS + "c.case_no = %s AND (%s = '' OR p.code = %s)", case_no, source, source)
    found = sorted(chosen, key=lambda binding: binding.occurrence_no)
    if len({binding.case_id for binding in found}) > 1:
        raise Refused(AMBIGUOUS_CASE, field="case", value=case_no)
    return found


def ids_of(keys: Iterable[tuple[int, str]]) -> list[UUID]:
    """The cases that are there among these (platform id, case number)."""
    wanted = list(set(keys))
    if not wanted:
        return []
    platforms, numbers = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_IDS, [array(platforms), array(numbers)])
        return [case_id for (case_id,) in cursor]


def otherwise_counted(known: Mapping[UUID, tuple[bool, bool | None]]) -> list[UUID]:
    """Of cases whose applicant is sealed elsewhere those of which something else is kept: (acted for by an agent, 60 or over)."""
    if not known:
        return []
    by_agent, aged_60 = zip(*known.values(), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_OTHERWISE_COUNTED, [array(known), list(by_agent), list(aged_60)])
        return [case_id for (case_id,) in cursor]


def numbers_of(case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The numbers of cases, for whoever may look a case up; masked before anybody reads them."""
    return dict(Case.objects.filter(id__in=list(case_ids)).values_list("id", "case_no"))


def is_known(source: str, case_no: str) -> bool:
    """Whether the directory's platform has sent this case, with or without services."""
    return Case.objects.filter(platform__code=source, case_no=case_no).exists()


def changed_at(moments: Iterable[datetime]) -> list[UUID]:
    """The cases that were written at exactly these moments and not since.

    New ones are found by their ids, which begin with the moment; the others have an index of their own, so that those
    that never change cost nothing. Cases of other writers in the same millisecond may be among them.
    """
    wanted = sorted(set(moments))
    lows = [first_uuid7(moment) for moment in wanted]
    highs = [first_uuid7(moment + _MILLISECOND) for moment in wanted]
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"lows": array(lows), "highs": array(highs), "moments": wanted})
        return [case_id for (case_id,) in cursor]


def told(case_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Cases with their services as another installation is told of them, in the codes of the directory; no persons."""
    ids = list(case_ids)
    services: dict[UUID, list[dict[str, Any]]] = {}
    for row in ServiceOccurrence.objects.filter(case_id__in=ids).order_by("no").values(*_SERVICE_TOLD):
        services.setdefault(row.pop("case_id"), []).append(row)
    rows = Case.objects.filter(id__in=ids).values("id", *_CASE_TOLD)
    return {(case_id := row.pop("id")): row | {"services": services.get(case_id, [])} for row in rows}


def ids_in_division(division_path: str, *, after: UUID | None = None, limit: int) -> list[UUID]:
    """The cases of a division and all below it in the order of their ids, some at a time."""
    low, high = path_range(division_path)
    rows = Case.objects.filter(division__path__gte=low, division__path__lt=high)
    if after is not None:
        rows = rows.filter(id__gt=after)
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def known_case(source: str, case_no: str) -> dict[str, object]:
    """What a platform has said of a case, as it would say it again: codes, states and times; {} for an unknown case."""
    row = (
        Case.objects.select_related("item", "agency", "division")
        .filter(platform__code=source, case_no=case_no)
        .first()
    )
    if row is None:
        return {}
    said = {
        "item": row.item.code,
        "agency": row.agency.code,
        "division": row.division.code,
        "status": row.status,
        "kind": row.kind,
        "channel": row.channel,
        "promised_limit": row.promised_limit,
        "statutory_limit": row.statutory_limit,
        "applied_at": row.applied_at.isoformat() if row.applied_at else None,
        "accepted_at": row.accepted_at.isoformat() if row.accepted_at else None,
        "completed_at": row.completed_at.isoformat() if row.completed_at else None,
        "trips": row.trips,
        "materials": row.materials,
    }
    return {name: value for name, value in said.items() if value not in (None, "")}


def first_told(source: str, case_no: str) -> datetime:
    """When a case that is known was taken for the first time."""
    return Case.objects.values_list("received_at", flat=True).get(platform__code=source, case_no=case_no)


def person_of(case_id: UUID) -> UUID | None:
    """The sealed applicant of a case."""
    return Case.objects.values_list("person_id", flat=True).get(id=case_id)


def agent_of(case_id: UUID) -> UUID | None:
    """The sealed person who handles a case for its applicant."""
    return Case.objects.values_list("agent_id", flat=True).get(id=case_id)


def persons_of(occurrence_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The sealed applicants of the cases that these occurrences belong to; where there is none, absent."""
    rows = ServiceOccurrence.objects.filter(id__in=list(occurrence_ids), case__person_id__isnull=False)
    found = rows.values_list("id", "case__person_id")
    return {occurrence_id: person_id for occurrence_id, person_id in found if person_id}


def said_of_items(item_ids: Iterable[int] | None = None, *, now: datetime) -> dict[int, SaidOfItem]:
    """What the newest cases say of their items, by item: limits and kinds, and for chosen items the channels too."""
    asked: dict[str, Any] = {
        "first": first_uuid7(now - _NEWEST_SINCE),
        "newest": _NEWEST,
        "ids": None if item_ids is None else array(item_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SAID_OF_ITEMS, asked)
        return {row[0]: SaidOfItem(*(tuple(said) for said in row[1:])) for row in cursor}
