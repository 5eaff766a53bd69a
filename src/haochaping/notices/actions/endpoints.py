"""Where programs of a division are told of notices: set and taken away by an administrator, each with its entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.terms import UNKNOWN_PLACE, Power
from haochaping.directory import queries as directory
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.notices import rules
from haochaping.notices.models import Endpoint
from haochaping.notices.terms import NO_ENDPOINT, ORIGIN_NOT_ALLOWED

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@transaction.atomic
def set_endpoint(*, division_code: str, url: str, allowed: Collection[str], by: Actor, now: datetime) -> UUID:
    """Have notices of a division and what lies below told to a URL, in place of the one before; returns its id.

    `allowed` are the origins that the operator of the installation has named: nobody at a page makes the program
    knock at another door. Raises `Refused` with `UNKNOWN_PLACE`, `OUT_OF_SCOPE` or `ORIGIN_NOT_ALLOWED`.
    """
    check_power(by, Power.CLIENT_MANAGE)
    division = directory.division(division_code)
    if division is None:
        raise Refused(UNKNOWN_PLACE, field="division", value=division_code)
    check_scope(by, division_path=division.path)
    url = url.strip()
    if not rules.may_be_told(url, allowed):
        raise Refused(
            ORIGIN_NOT_ALLOWED, field="url", value=url[:100], allowed=", ".join(sorted(allowed)) or "–"
        )
    Endpoint.objects.filter(division_id=division.id, closed_at=None).update(closed_at=now)
    made = Endpoint.objects.create(
        id=uuid7(now), division_id=division.id, url=url, set_at=now, set_by=str(by)
    )
    _record(made.id, "endpoint_set", division.code, by=by, now=now, origin=rules.origin_of(url))
    return made.id


@transaction.atomic
def close_endpoint(endpoint_id: UUID, *, by: Actor, now: datetime) -> None:
    """Tell a URL nothing any more; what waits for it is not sent. Locks the endpoint's row."""
    check_power(by, Power.CLIENT_MANAGE)
    row = (
        Endpoint.objects.select_for_update(of=("self",))
        .select_related("division")
        .filter(id=endpoint_id, closed_at=None)
        .first()
    )
    if row is None:
        raise Refused(NO_ENDPOINT)
    check_scope(by, division_path=row.division.path)
    Endpoint.objects.filter(id=endpoint_id).update(closed_at=now)
    _record(endpoint_id, "endpoint_closed", row.division.code, by=by, now=now)


def _record(endpoint_id: UUID, change: str, division: str, *, by: Actor, now: datetime, **facts: str) -> None:
    found = {"change": change, "division": division, **facts}
    entry = NewEntry(EntryKind.SETTING_CHANGED, "endpoint", str(endpoint_id), facts=found)
    ledger.append([entry], by=by, now=now)
