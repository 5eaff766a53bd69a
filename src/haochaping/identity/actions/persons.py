"""封存: persons are sealed set-wise, and erased set-wise."""

from __future__ import annotations

from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString

import msgspec
from django.conf import settings
from django.db import connection, transaction

from haochaping.identity import keys, rules, sealing
from haochaping.identity.models import BlindIndex, SealedBatch, SealedPerson
from haochaping.identity.terms import ErasureCause, IndexPurpose, PlainPerson
from haochaping.kernel.identifiers import random_bytes, random_pieces, uuid7, uuids7
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import SUITES, EntryKind, NewEntry, Suite
from haochaping.postgres.rows import copy_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

_INSERT_BATCH = """
    INSERT INTO identity_sealed_batch
        (id, suite, escrow_key_id, escrow_wrapped, relay_key_id, relay_wrapped, sealed_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_PERSON: dict[LiteralString, LiteralString] = {
    "id": "uuid",
    "batch_id": "uuid",
    "sealed": "bytea",
    "relay_sealed": "bytea",
}
_INDEX: dict[LiteralString, LiteralString] = {"person_id": "uuid", "purpose": "varchar", "value": "bytea"}


@transaction.atomic(savepoint=False)
def seal(persons: Sequence[PlainPerson], *, now: datetime) -> list[UUID]:
    """Seal a batch of persons and return their ids in the same order.

    Three INSERTs for any number of persons. Values are sealed as given; blind indexes and the relay take the
    normalised ones, and a phone that is none is left to the escrow. Raises `keys.KeysMissing` without keys.
    """
    if not persons:
        return []
    suite = SUITES[settings.SUITE]
    held = keys.application_keys(Path(settings.KEYS_DIR))
    batch_id = uuid7(now)
    escrow_key, relay_key = (random_bytes(sealing.KEY_LENGTH[suite]) for _ in range(2))
    escrow_wrapped = sealing.wrap(suite, escrow_key, held.escrow.key, sealing.escrow_purpose(batch_id))
    relay_wrapped = sealing.wrap(suite, relay_key, held.relay.key, sealing.relay_purpose(batch_id))
    ids = uuids7(now, len(persons))
    for_escrow, for_relay = sealing.row_seal(suite, escrow_key), sealing.row_seal(suite, relay_key)
    nonces = iter(random_pieces(sealing.NONCE_LENGTH, 2 * len(persons)))
    sealed = [
        for_escrow(next(nonces), _plain(person), sealing.person_place(person_id))
        for person_id, person in zip(ids, persons, strict=True)
    ]
    phones = [rules.normal_phone(person.phone) if person.phone else None for person in persons]
    relay_sealed = [
        for_relay(next(nonces), phone.encode(), sealing.phone_place(person_id)) if phone else None
        for person_id, phone in zip(ids, phones, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_BATCH,
            [batch_id, suite.value, held.escrow.id, escrow_wrapped, held.relay.id, relay_wrapped, now],
        )
    rows = zip(ids, repeat(batch_id), sealed, relay_sealed, strict=False)
    copy_rows("identity_sealed_person", _PERSON, rows)
    # In the order of the values, which the index that is searched takes most easily.
    indexes = sorted(_indexes(suite, held, ids, persons, phones), key=lambda row: row[1:])
    copy_rows("identity_blind_index", _INDEX, indexes)
    return ids


@transaction.atomic
def erase(person_ids: Sequence[UUID], cause: ErasureCause, *, by: Actor, now: datetime) -> int:
    """Erase sealed persons with their indexes, and batch keys that nobody needs any more; returns how many persons.

    What the ledger commits to stays; a person erased is found by nobody and opened by nobody.
    """
    found = SealedPerson.objects.filter(id__in=person_ids).values_list("id", "batch_id")
    batches = {batch_id for _, batch_id in found}
    ids = [person_id for person_id, _ in found]
    if not ids:
        return 0
    BlindIndex.objects.filter(person__in=ids).delete()
    SealedPerson.objects.filter(id__in=ids).delete()
    kept = SealedPerson.objects.filter(batch__in=batches).values("batch")
    SealedBatch.objects.filter(id__in=batches).exclude(id__in=kept).delete()
    entry = NewEntry(EntryKind.IDENTITY_ERASED, "identity", cause.value, facts={"persons": str(len(ids))})
    ledger.append([entry], by=by, now=now)
    return len(ids)


def _plain(person: PlainPerson) -> bytes:
    return msgspec.json.encode((person.name, person.phone, person.certificate_type, person.certificate_no))


def _indexes(
    suite: Suite,
    held: keys.ApplicationKeys,
    ids: Sequence[UUID],
    persons: Sequence[PlainPerson],
    phones: Sequence[str | None],
) -> list[tuple[UUID, str, bytes]]:
    phone_key, certificate_key = held.blind[IndexPurpose.PHONE], held.blind[IndexPurpose.CERTIFICATE]
    end_key = held.blind[IndexPurpose.PHONE_AND_END]
    rows = []
    for person_id, person, phone in zip(ids, persons, phones, strict=True):
        if phone:
            rows.append((person_id, IndexPurpose.PHONE.value, sealing.blind_index(suite, phone_key, phone)))
        if person.certificate_no:
            certificate = rules.normal_certificate(person.certificate_type, person.certificate_no)
            if certificate:
                value = sealing.blind_index(suite, certificate_key, certificate)
                rows.append((person_id, IndexPurpose.CERTIFICATE.value, value))
                if phone:
                    value = sealing.blind_index(suite, end_key, rules.phone_and_end(phone, certificate))
                    rows.append((person_id, IndexPurpose.PHONE_AND_END.value, value))
    return rows
