"""Steps that several writes of the room share: the division, the lock, the version, the entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from haochaping.directory import queries as directory
from haochaping.directory.terms import UNKNOWN_CODE
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.rulebook import queries
from haochaping.rulebook.models import Profile
from haochaping.rulebook.terms import Assignment, DaySaid, NewProfile, NewValue, YearSaid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from haochaping.directory.terms import DivisionRef
    from haochaping.kernel.actor import Actor
    from haochaping.kernel.refused import Complaint
    from haochaping.rulebook.terms import Change


def division_of(code: str) -> DivisionRef:
    """The division of a code; refuses `UNKNOWN_CODE`."""
    found = directory.division(code)
    if found is None:
        raise Refused(UNKNOWN_CODE, field="division", value=code)
    return found


def refuse(complaint: Complaint | None) -> None:
    """Refuse what was complained of, if anything was."""
    if complaint:
        raise Refused(complaint.reason, field=complaint.field, **complaint.params)


def lock() -> None:
    """One change of the rulebook at a time, so that versions count up; readers never wait."""
    Profile.objects.select_for_update(no_key=True).get(code=queries.BASE)


def next_version(found: Mapping[str, int | None]) -> int:
    """The version after the `last` of an aggregate."""
    return (found["last"] or 0) + 1


def told(change: Change) -> tuple[str, dict[str, str]]:
    """What the ledger tells of a change: its subject, and facts; words that somebody wrote are in neither."""
    match change:
        case NewValue():
            facts = {"key": change.key, "value": change.value, "unit": change.unit}
            return f"profile:{change.profile}", facts | {"from": change.effective_from.isoformat()}
        case Assignment():
            facts = {"profile": change.profile, "from": change.effective_from.isoformat()}
            return f"division:{change.division}", facts
        case NewProfile():
            facts = {"division": change.division, "parent": change.parent}
            return f"profile:{change.code}", facts | {"from": change.effective_from.isoformat()}
        case DaySaid():
            says = {True: "working", False: "off", None: "withdrawn"}[change.is_working]
            return f"division:{change.division}", {"day": change.day.isoformat(), "says": says}
        case YearSaid():
            return f"calendar:{change.year}", {"rows": str(len(change.rows))}
        case _:
            assert_never(change)


def record(
    said: Change,
    *,
    by: Actor,
    now: datetime,
    fields: Mapping[str, str] | None = None,
    **more: str,
) -> None:
    """Append the entry of a change that two persons were for, as the second of them confirms it."""
    subject, facts = told(said)
    record_of(subject, by=by, now=now, facts=facts | more, fields=fields)


def record_of(
    subject: str,
    *,
    by: Actor,
    now: datetime,
    facts: Mapping[str, str],
    fields: Mapping[str, str] | None = None,
) -> None:
    """Append the entry of a change."""
    entry = NewEntry(EntryKind.RULEBOOK_CHANGED, "rulebook", subject, fields=fields or {}, facts=facts)
    ledger.append([entry], by=by, now=now)
