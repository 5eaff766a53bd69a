"""对接热线 set and closed by an administrator, each with its entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from haochaping.accounts import queries as accounts
from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.terms import UNKNOWN_CLIENT, UNKNOWN_PLACE, Power
from haochaping.directory import queries as directory
from haochaping.hotline.models import HotlineLink
from haochaping.hotline.rules import begins
from haochaping.hotline.terms import BAD_MASTER, CLIENT_LINKED, NO_SUCH_LINK, ORIGIN_NOT_ALLOWED, Master
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.notices import rules as origins

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from haochaping.hotline.terms import ProposedLink
    from haochaping.kernel.actor import Actor


@transaction.atomic
def set_link(proposed: ProposedLink, *, allowed: Collection[str], by: Actor, now: datetime) -> UUID:
    """Link a hotline, or change the link that this place has; returns its id, which keeps its secret.

    `allowed` are the origins that the operator of the installation has named, as for webhooks. Orders that are at both
    sides keep the master they began with.

    Raises:
        Refused: NOT_ALLOWED, UNKNOWN_PLACE, OUT_OF_SCOPE, UNKNOWN_CLIENT, CLIENT_LINKED, BAD_MASTER,
            ORIGIN_NOT_ALLOWED.
    """
    check_power(by, Power.CLIENT_MANAGE)
    division = directory.division(proposed.division)
    if division is None:
        raise Refused(UNKNOWN_PLACE, field="division", value=proposed.division)
    check_scope(by, division_path=division.path)
    if proposed.master not in set(Master):
        raise Refused(BAD_MASTER, field="master", value=proposed.master)
    url = proposed.url.strip().rstrip("/")
    if not origins.may_be_told(url, allowed):
        said = ", ".join(sorted(allowed)) or "–"
        raise Refused(ORIGIN_NOT_ALLOWED, field="url", value=url[:100], allowed=said)
    agency_id, client_id = _agency(proposed.agency), _client(proposed.client, division.path)
    begin = begins(proposed.enabled_from, now)
    row = (
        HotlineLink.objects.select_for_update()
        .filter(
            Q(agency_id=agency_id) if agency_id else Q(agency=None), division_id=division.id, closed_at=None
        )
        .first()
    )
    _check_free(client_id, row)
    if row is None:
        row = HotlineLink(id=uuid7(now), division_id=division.id, agency_id=agency_id, told_until=begin)
    elif row.begins_at <= now:
        # It is at work: another day to begin would leave out what went through it before.
        begin = row.begins_at
    row.begins_at, row.url, row.master, row.client_id = begin, url, proposed.master, client_id
    row.told_until = min(row.told_until, now)
    row.set_at, row.set_by = now, str(by)
    row.save()
    facts = {"origin": origins.origin_of(url), "master": proposed.master, "from": begin.isoformat()}
    _record(row.id, "set", division.code, by=by, now=now, **facts)
    return row.id


def _agency(code: str) -> int | None:
    if not code:
        return None
    found = directory.agencies([code]).get(code)
    if found is None:
        raise Refused(UNKNOWN_PLACE, field="agency", value=code)
    return found.id


def _client(name: str, division_path: str) -> int | None:
    """The program that may ask for the link's orders: one that reaches all of the link's division."""
    if not name:
        return None
    found = next((client for client in accounts.clients() if client.active and client.name == name), None)
    if found is None or not division_path.startswith(found.division_path):
        raise Refused(UNKNOWN_CLIENT, field="client")
    return found.id


def _check_free(client_id: int | None, own: HotlineLink | None) -> None:
    """A program asks for the orders of one link: which one it is says the program alone."""
    if client_id is None:
        return
    others = HotlineLink.objects.filter(client_id=client_id, closed_at=None)
    if own is not None:
        others = others.exclude(id=own.id)
    other = others.values_list("division__code", flat=True).first()
    if other is not None:
        raise Refused(CLIENT_LINKED, field="client", division=other)


@transaction.atomic
def close_link(link_id: UUID, *, by: Actor, now: datetime) -> None:
    """Send nothing to a hotline any more and take nothing from it; orders go on here. Locks the link's row.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_LINK, OUT_OF_SCOPE.
    """
    check_power(by, Power.CLIENT_MANAGE)
    rows = HotlineLink.objects.select_for_update(of=("self",)).select_related("division")
    row = rows.filter(id=link_id, closed_at=None).first()
    if row is None:
        raise Refused(NO_SUCH_LINK)
    check_scope(by, division_path=row.division.path)
    HotlineLink.objects.filter(id=link_id).update(closed_at=now)
    _record(link_id, "closed", row.division.code, by=by, now=now)


def _record(link_id: UUID, change: str, division: str, *, by: Actor, now: datetime, **facts: str) -> None:
    said = {"change": change, "division": division, **facts}
    ledger.append(
        [NewEntry(EntryKind.HOTLINE_LINKED, "hotline_link", str(link_id), facts=said)], by=by, now=now
    )
