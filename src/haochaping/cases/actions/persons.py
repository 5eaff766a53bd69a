"""Who applied and who acted for them: sealed together, and what is counted of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.cases import queries
from haochaping.cases.actions.entries import record
from haochaping.cases.models import Case
from haochaping.cases.rules import is_aged_60, person_doubt
from haochaping.cases.terms import PersonKind
from haochaping.identity import actions as identity
from haochaping.identity.terms import PlainPerson

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.terms import NewCase
    from haochaping.kernel.actor import Actor


type Persons = tuple[UUID | None, UUID | None]


def name_persons(row: Case, case: NewCase, persons: Persons, now: datetime) -> None:
    """A message that does not name them takes nobody away."""
    row.person_id, row.agent_id = persons[0] or row.person_id, persons[1] or row.agent_id
    if persons[0] or case.person_kind != PersonKind.NATURAL_PERSON:
        row.person_kind = case.person_kind
    # A sealed person comes out of quarantine or is the one that stands: what was seen of it stays.
    if isinstance(case.person, PlainPerson):
        row.person_doubt = person_doubt(case)
    row.by_agent = row.agent_id is not None
    if case.birth_year is not None:
        row.aged_60 = is_aged_60(case.birth_year, now)


@transaction.atomic
def know_applicants(known: Mapping[UUID, tuple[bool, bool | None]], *, by: Actor, now: datetime) -> None:
    """Keep of cases whose applicant is sealed elsewhere what is counted of them: (acted for by an agent, 60 or over).

    In the transaction in which they were taken in, whose entry in the ledger speaks of them. A case that was known as
    it is, but for this, is spoken of by an entry of its own.
    """
    differing = queries.otherwise_counted(known)
    if not differing:
        return
    rows = Case.objects.filter(id__in=differing, person_id=None, agent_id=None).select_related("platform")
    changed, known_before = [], []
    for row in rows.select_for_update(of=("self",)).order_by("id"):
        if (row.by_agent, row.aged_60) != known[row.id]:
            row.by_agent, row.aged_60 = known[row.id]
            changed.append(row)
            if row.updated_at != now:
                row.updated_at = now
                known_before.append(row)
    Case.objects.bulk_update(changed, ["by_agent", "aged_60", "updated_at"])
    if known_before:
        record(known_before[0].platform.code, new=0, changed=len(known_before), by=by, now=now)


def seal_persons(cases: list[NewCase], now: datetime) -> list[tuple[UUID | None, UUID | None]]:
    """Seal the plain persons of a batch together; ids that are already sealed pass through."""
    plain = [
        person for case in cases for person in (case.person, case.agent) if isinstance(person, PlainPerson)
    ]
    ids = iter(identity.seal(plain, now=now) if plain else [])

    def sealed(person: PlainPerson | UUID | None) -> UUID | None:
        return next(ids) if isinstance(person, PlainPerson) else person

    return [(sealed(case.person), sealed(case.agent)) for case in cases]
