"""轮换: a new pair of keys; batch keys are wrapped anew, rows are never encrypted anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.identity import queries, rules, sealing
from haochaping.identity.models import SealedBatch
from haochaping.identity.terms import BROKEN_SEAL, KeyPair
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger import queries as entries
from haochaping.ledger.terms import EntryKind, NewEntry, Suite

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from haochaping.identity.keys import PrivateKey, PublicKey
    from haochaping.kernel.actor import Actor

# About a second's work in one transaction.
_AT_ONCE = 2000
_PURPOSE = {KeyPair.ESCROW: sealing.escrow_purpose, KeyPair.RELAY: sealing.relay_purpose}


def check_escrow(given: str, *, new: str | None, present: str) -> None:
    """Refuse to replace the escrow key by whoever has `given` where batches would be left behind; fingerprints.

    Raises:
        Refused: KEYS_LEFT_BEHIND or NOT_THE_PRESENT_KEY.
    """
    complaint = rules.rotation_complaint(
        given, new, present=present, wrapped=queries.wrapped_under(KeyPair.ESCROW)
    )
    if complaint:
        raise Refused(complaint.reason, field=complaint.field, **complaint.params)


@transaction.atomic
def begin_rotation(pair: KeyPair, *, new: PublicKey, by: Actor, now: datetime) -> bool:
    """Record once that a new key took the place of the former one; False when that is recorded already."""
    known = entries.entries_of("key", f"{pair}:{new.id}")
    if known:
        return False
    entry = NewEntry(
        EntryKind.KEY_CHANGED, "key", f"{pair}:{new.id}", facts={"pair": pair.value, "to": new.id}
    )
    ledger.append([entry], by=by, now=now)
    return True


@transaction.atomic
def rewrap(
    pair: KeyPair,
    *,
    old: Mapping[str, PrivateKey],
    new: PublicKey,
    by: Actor,
    now: datetime,
    limit: int = _AT_ONCE,
) -> int:
    """Wrap the keys of up to `limit` batches for the new key; returns how many, 0 when no old key has any left.

    Safe to break off and to call again. Batches under a key that is not in `old` stay as they are. Raises
    `Refused(BROKEN_SEAL)` when a wrapped key has been altered.
    """
    key_id, wrapped = f"{pair}_key_id", f"{pair}_wrapped"
    former = [one for one in old if one != new.id]
    batches = list(
        SealedBatch.objects.select_for_update().filter(**{f"{key_id}__in": former}).order_by("id")[:limit]
    )
    for batch in batches:
        purpose = _PURPOSE[pair](batch.id)
        try:
            key = sealing.unwrap(bytes(getattr(batch, wrapped)), old[getattr(batch, key_id)].key, purpose)
        except sealing.BrokenSeal:
            raise Refused(BROKEN_SEAL) from None
        setattr(batch, wrapped, sealing.wrap(Suite(batch.suite), key, new.key, purpose))
        setattr(batch, key_id, new.id)
    if batches:
        SealedBatch.objects.bulk_update(batches, [key_id, wrapped], batch_size=500)
        facts = {"batches": str(len(batches))}
        ledger.append(
            [NewEntry(EntryKind.KEYS_REWRAPPED, "key", f"{pair}:{new.id}", facts=facts)], by=by, now=now
        )
    return len(batches)
