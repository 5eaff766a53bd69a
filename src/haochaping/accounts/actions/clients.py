"""Programs with keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts import queries, rules
from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.actions.steps import record
from haochaping.accounts.models import ApiClient
from haochaping.accounts.terms import (
    BAD_CLIENT_NAME,
    CLIENT_NAME_TAKEN,
    KEY_BYTES,
    KEY_PREFIX_LENGTH,
    UNKNOWN_CLIENT,
    UNKNOWN_PLACE,
    Power,
)
from haochaping.directory import queries as directory
from haochaping.kernel.identifiers import random_bytes
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor


@transaction.atomic
def create_client(*, name: str, division_code: str, by: Actor, now: datetime) -> tuple[int, str]:
    """Make a client that speaks for a division; returns its id and its key, which is shown once."""
    check_power(by, Power.CLIENT_MANAGE)
    name = clean(name)
    if not rules.is_name(name):
        raise Refused(BAD_CLIENT_NAME, field="name")
    division = directory.division(division_code)
    if division is None:
        raise Refused(UNKNOWN_PLACE, field="division", value=division_code)
    check_scope(by, division_path=division.path)
    key = rules.key_of(random_bytes(KEY_BYTES))
    client, made = ApiClient.objects.get_or_create(
        name=name,
        defaults={
            "key_hash": rules.key_hash(key),
            "key_prefix": key[:KEY_PREFIX_LENGTH],
            "division_id": division.id,
            "created_at": now,
        },
    )
    if not made:
        raise Refused(CLIENT_NAME_TAKEN, field="name", value=name)
    record("client", client.pk, "created", division=division.code, by=by, now=now)
    return client.pk, key


@transaction.atomic
def revoke_client(*, client_id: int, by: Actor, now: datetime) -> None:
    """Make a client's key worthless within a second. Locks the client's row."""
    check_power(by, Power.CLIENT_MANAGE)
    client = (
        ApiClient.objects.select_for_update(of=("self",))
        .select_related("division")
        .filter(pk=client_id, active=True)
        .first()
    )
    if client is None:
        raise Refused(UNKNOWN_CLIENT, field="client")
    check_scope(by, division_path=client.division.path)
    client.active, client.revoked_at = False, now
    client.save(update_fields=["active", "revoked_at"])
    record("client", client_id, "revoked", by=by, now=now)
    queries.forget_clients()
