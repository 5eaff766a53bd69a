"""对端: agreed with by its key, and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.exchange.fields import shown
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger import queries as ledger_queries
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.levels.keys import fingerprint, read_key
from haochaping.levels.models import Peer
from haochaping.levels.rules import is_address, is_code
from haochaping.levels.terms import (
    NO_SUCH_PEER,
    NOT_A_PEER_ADDRESS,
    NOT_A_PEER_CODE,
    OTHER_KEY,
    UNKNOWN_DIVISION,
)

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor


@transaction.atomic
def add_peer(
    code: str,
    *,
    known_as: str,
    division: str,
    key: str,
    expected: str = "",
    url: str = "",
    sends: bool,
    takes: bool,
    from_now: bool = False,
    by: Actor,
    now: datetime,
) -> str:
    """Exchange with another installation from now on; returns the fingerprint of its key.

    `key` is the text of its key file, `expected` the fingerprint it has told. `from_now` leaves out what is here
    already. Added again, a peer keeps its numbers: only what was agreed changes.

    Raises:
        Refused: NOT_ALLOWED, OUT_OF_SCOPE, NOT_A_PEER_CODE, NOT_A_PEER_ADDRESS, NOT_A_PEER_KEY, OTHER_KEY,
            UNKNOWN_DIVISION.
    """
    check_power(by, Power.DIRECTORY_EDIT)
    for field, value in (("code", code), ("known_as", known_as)):
        if not is_code(value):
            raise Refused(NOT_A_PEER_CODE, field=field, value=shown(value, 60))
    place = directory.division(division)
    if place is None:
        raise Refused(UNKNOWN_DIVISION, field="division", value=shown(division, 20))
    check_scope(by, division_path=place.path)
    if url and not is_address(url):
        raise Refused(NOT_A_PEER_ADDRESS, field="url", value=shown(url))
    suite, public = read_key(key)
    mark = fingerprint(suite, public)
    if expected and expected.strip().lower() != mark:
        raise Refused(OTHER_KEY, field="fingerprint", value=mark)
    agreed = {
        "known_as": known_as,
        "division_id": place.id,
        "suite": suite,
        "public_key": public,
        "url": url.rstrip("/"),
        "sends": sends,
        "takes": takes,
        "due_at": now,
        "set_at": now,
        "closed_at": None,
    }
    row, made = Peer.objects.update_or_create(code=code, defaults=agreed)
    if made and from_now and (head := ledger_queries.head()):
        Peer.objects.filter(id=row.id).update(told_index=head.index)
    facts = {"done": "set", "division": place.code, "key": mark, "sends": _word(sends), "takes": _word(takes)}
    facts |= {"suite": suite.name.lower()}
    ledger.append([NewEntry(EntryKind.PEER_SET, "peer", code, facts=facts)], by=by, now=now)
    return mark


@transaction.atomic
def close_peer(code: str, *, by: Actor, now: datetime) -> None:
    """Exchange nothing more with a peer; its numbers stay. Raises `Refused` (NOT_ALLOWED, NO_SUCH_PEER, OUT_OF_SCOPE)."""
    check_power(by, Power.DIRECTORY_EDIT)
    rows = Peer.objects.select_for_update(of=("self",)).select_related("division")
    row = rows.filter(code=code, closed_at=None).first()
    if row is None:
        raise Refused(NO_SUCH_PEER, field="peer", value=shown(code, 40))
    check_scope(by, division_path=row.division.path)
    Peer.objects.filter(id=row.id).update(closed_at=now)
    ledger.append([NewEntry(EntryKind.PEER_SET, "peer", code, facts={"done": "closed"})], by=by, now=now)


def _word(said: bool) -> str:
    return "yes" if said else "no"
