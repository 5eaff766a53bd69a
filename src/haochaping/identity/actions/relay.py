"""中间号: a phone is opened for one message, or for one call under a grant; every use is an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.identity import queries, sealing
from haochaping.identity.models import RelayGrant, SealedPerson
from haochaping.identity.rules import calls_used_up_until
from haochaping.identity.terms import (
    BROKEN_SEAL,
    CALL_PURPOSES,
    CALLS_USED_UP,
    GRANT_OVER,
    NO_GRANT,
    NO_PHONE,
    OTHER_KEY,
    PERSON_CALLS_USED_UP,
    PURPOSE_OF_BASIS,
    UNKNOWN_PERSON,
    UNKNOWN_RELAY_PURPOSE,
    RelayPurpose,
)
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.postgres import writes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from uuid import UUID

    from haochaping.identity.keys import PrivateKey
    from haochaping.kernel.actor import Actor


@transaction.atomic
def open_phone(
    person_id: UUID,
    *,
    relay_keys: Mapping[str, PrivateKey],
    purpose: RelayPurpose,
    basis: str,
    by: Actor,
    now: datetime,
) -> str:
    """Open the phone number of one person; every use is an entry of the ledger, with what it was for.

    `basis` is `kind:id` of what makes it lawful: the notice that was queued, the grant of a call. Only a process that
    has loaded the relay's keys can call this. Raises `Refused` with `UNKNOWN_PERSON`, `NO_PHONE`, `OTHER_KEY` or
    `BROKEN_SEAL`.
    """
    row = (
        SealedPerson.objects.filter(id=person_id)
        .values_list("relay_sealed", "batch_id", "batch__relay_wrapped", "batch__relay_key_id")
        .first()
    )
    if row is None:
        raise Refused(UNKNOWN_PERSON)
    relay_sealed, batch_id, wrapped, key_id = row
    if relay_sealed is None:
        raise Refused(NO_PHONE)
    if key_id not in relay_keys:
        raise Refused(OTHER_KEY, key_id=key_id)
    try:
        batch_key = sealing.unwrap(bytes(wrapped), relay_keys[key_id].key, sealing.relay_purpose(batch_id))
        phone = sealing.open_row(batch_key, bytes(relay_sealed), sealing.phone_place(person_id)).decode()
    except sealing.BrokenSeal:
        raise Refused(BROKEN_SEAL) from None
    facts = {"purpose": purpose.value, "basis": basis}
    ledger.append([NewEntry(EntryKind.RELAY_USED, "person", str(person_id), facts=facts)], by=by, now=now)
    return phone


@transaction.atomic
def grant_calls(
    person_id: UUID,
    *,
    basis: UUID,
    basis_kind: str = "order",
    purpose: str,
    attempts: int,
    within: timedelta,
    by: Actor,
    now: datetime,
) -> UUID:
    """Permit calls to one person about one order, sampled review or invitation (`basis`) for `within`; whoever calls asked.

    All grants of a basis share its `attempts` in that time. A grant for the same purpose and person that still runs
    is the one that is returned. Raises `Refused` with `UNKNOWN_RELAY_PURPOSE`, and `CALLS_USED_UP` for an order, where one
    can write instead, `PERSON_CALLS_USED_UP` for anything else.
    """
    # The desk of an order never calls in the name of a sample, nor the other way round.
    if purpose not in (CALL_PURPOSES if basis_kind == "order" else {PURPOSE_OF_BASIS[basis_kind]}):
        raise Refused(UNKNOWN_RELAY_PURPOSE, field="purpose")
    running = [grant for grant in queries.grants_of(basis, held=True) if grant.ends_at > now]
    if until := calls_used_up_until(running, attempts, now):
        used_up = CALLS_USED_UP if basis_kind == "order" else PERSON_CALLS_USED_UP
        raise Refused(used_up, n=attempts, until=until)
    for grant in running:
        if (grant.purpose, grant.person, grant.granted_to) == (purpose, person_id, str(by)):
            return grant.id
    made = RelayGrant(
        id=uuid7(now),
        person=person_id,
        basis=basis,
        purpose=purpose,
        granted_to=str(by),
        granted_at=now,
        ends_at=now + within,
        calls_allowed=attempts,
    )
    writes.insert([made])
    facts = {"purpose": str(purpose), "grant": str(made.id), "until": made.ends_at.isoformat()}
    ledger.append([NewEntry(EntryKind.RELAY_GRANTED, basis_kind, str(basis), facts=facts)], by=by, now=now)
    return made.id


@transaction.atomic
def open_phone_for_call(
    grant_id: UUID, *, relay_keys: Mapping[str, PrivateKey], by: Actor, now: datetime
) -> str:
    """Open the number of a grant for one call, and count the call.

    Raises `Refused` with `NO_GRANT`, `GRANT_OVER` or `CALLS_USED_UP`, and as `open_phone`.
    """
    basis = RelayGrant.objects.filter(id=grant_id).values_list("basis", flat=True).first()
    if basis is None:
        raise Refused(NO_GRANT)
    grants = {grant.id: grant for grant in queries.grants_of(basis, held=True)}
    grant = grants[grant_id]
    if grant.ends_at <= now:
        raise Refused(GRANT_OVER, until=grant.ends_at)
    if sum(other.calls_made for other in grants.values() if other.ends_at > now) >= grant.calls_allowed:
        raise Refused(CALLS_USED_UP, n=grant.calls_allowed, until=grant.ends_at)
    RelayGrant.objects.filter(id=grant_id).update(calls_made=grant.calls_made + 1)
    return open_phone(
        grant.person,
        relay_keys=relay_keys,
        purpose=grant.purpose,
        basis=f"grant:{grant_id}",
        by=by,
        now=now,
    )


@transaction.atomic
def take_back_call(grant_id: UUID, *, by: Actor, now: datetime) -> None:
    """A call whose number was opened has certainly not gone out: it is none of those that are allowed."""
    grant = RelayGrant.objects.select_for_update().filter(id=grant_id, calls_made__gt=0).first()
    if grant is None:
        return
    RelayGrant.objects.filter(id=grant_id).update(calls_made=grant.calls_made - 1)
    facts = {"basis": f"grant:{grant_id}"}
    entry = NewEntry(EntryKind.CALL_NOT_MADE, "person", str(grant.person), facts=facts)
    ledger.append([entry], by=by, now=now)
