"""Sources: the dialect a platform speaks and the keys agreed with it; the signatures its messages have used."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.exchange import queries
from haochaping.exchange.dialects import shelf, sm
from haochaping.exchange.dialects.terms import REPLAYED
from haochaping.exchange.fields import shown
from haochaping.exchange.models import WireSignature, WireSource
from haochaping.exchange.rules import answer_lock, source_key, source_place
from haochaping.exchange.terms import NO_SUCH_DIALECT, NO_SUCH_PLATFORM, NOT_A_KEY, NOT_AN_ADDRESS
from haochaping.identity.sealing import KEY_LENGTH, NONCE_LENGTH, row_seal
from haochaping.kernel.identifiers import random_bytes
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import SUITES, EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from haochaping.exchange.dialects.terms import Description
    from haochaping.kernel.actor import Actor

_OURS, _THEIRS = "our_private_key", "their_public_key"
_CASE_LOCKS = 0x6577  # "ew": one message at a time numbers the services of a case
# A signature may be used while its time is within the window, before and after now.
_LONGEST_WINDOW = timedelta(days=2)


@transaction.atomic
def set_source(
    code: str,
    *,
    dialect: str,
    keys: Mapping[str, str],
    unsigned: bool = False,
    history: bool = False,
    window: timedelta = timedelta(minutes=5),
    addresses: Mapping[str, str] | None = None,
    by: Actor,
    now: datetime,
) -> str:
    """Say which dialect a platform speaks and what was agreed; returns our SM2 public key for it, "" where none is used.

    Keys that are not given stay as they were, an empty one is taken away; a private key of ours that the dialect needs
    is made here. `unsigned` takes messages without a signature, which then count as unverified; `history` marks all
    that comes as imported. What is set shows nowhere but by its names.

    Raises:
        Refused: NO_SUCH_PLATFORM, NO_SUCH_DIALECT, NOT_A_KEY, NOT_AN_ADDRESS.
    """
    check_power(by, Power.DIRECTORY_EDIT)
    place = directory.platform_divisions([code]).get(code)
    platform = directory.platforms([code]).get(code)
    if place is None or platform is None:
        raise Refused(NO_SUCH_PLATFORM, field="platform", value=shown(code, 40))
    check_scope(by, division_path=place.path)
    description = shelf.dialect(dialect, settings.DIALECTS_DIR)
    if description is None:
        choices = ", ".join(sorted(shelf.files(settings.DIALECTS_DIR)))
        raise Refused(NO_SUCH_DIALECT, field="dialect", value=shown(dialect, 40), choices=choices)
    _check_addresses(addresses or {})
    row = WireSource.objects.select_for_update().filter(platform_id=platform.id).first()
    known = dict(queries.keys_of(row)) if row else {}
    held = _held_keys(description, known, keys)
    WireSource.objects.update_or_create(
        platform_id=platform.id,
        defaults={
            "dialect": dialect,
            "keys": _sealed(platform.id, held),
            "unsigned": unsigned,
            "history": history,
            "window_seconds": int(window.total_seconds()),
            "addresses": dict(addresses or {}),
            "set_at": now,
            "closed_at": None,
        },
    )
    facts = {"dialect": dialect, "keys": ",".join(sorted(held)), "unsigned": str(unsigned).lower()}
    ledger.append([NewEntry(EntryKind.SOURCE_SET, "source", code, facts=facts)], by=by, now=now)
    return sm.public_of(held[_OURS]) if _OURS in held else ""


def _check_addresses(addresses: Mapping[str, str]) -> None:
    for address in addresses.values():
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
            raise Refused(NOT_AN_ADDRESS, field="addresses", value=shown(address))


def _held_keys(
    description: Description, known: Mapping[str, str], given: Mapping[str, str]
) -> dict[str, str]:
    held = {name: value for name, value in (dict(known) | dict(given)).items() if name in description.keys}
    checks = {_OURS: sm.is_private, _THEIRS: sm.is_public}
    for name, value in given.items():
        fits = checks.get(name, str.isprintable)
        if name not in description.keys or (value and not fits(value)):
            choices = ", ".join(description.keys) or "–"
            raise Refused(NOT_A_KEY, field=shown(name, 40), choices=choices)
    held = {name: value for name, value in held.items() if value}
    if _OURS in description.keys and _OURS not in held:
        held[_OURS] = sm.key_pair()[1]
    return held


def _sealed(platform_id: int, keys: Mapping[str, str]) -> bytes:
    suite = SUITES[settings.SUITE]
    seal = row_seal(suite, source_key(settings.CONTENT_KEY, KEY_LENGTH[suite]))
    return seal(random_bytes(NONCE_LENGTH), json.dumps(dict(keys)).encode(), source_place(platform_id))


@transaction.atomic
def close_source(code: str, *, by: Actor, now: datetime) -> None:
    """Take nothing more from a platform on the wire; its keys are erased. Raises `Refused(NO_SUCH_PLATFORM)`."""
    check_power(by, Power.DIRECTORY_EDIT)
    row = (
        WireSource.objects.select_for_update(of=("self",))
        .select_related("platform__division")
        .filter(platform__code=code, closed_at=None)
        .first()
    )
    if row is None:
        raise Refused(NO_SUCH_PLATFORM, field="platform", value=shown(code, 40))
    check_scope(by, division_path=row.platform.division.path)
    row.closed_at, row.keys = now, _sealed(row.platform_id, {})
    row.save(update_fields=["closed_at", "keys"])
    ledger.append([NewEntry(EntryKind.SOURCE_CLOSED, "source", code)], by=by, now=now)


def use_signature(source_id: int, fingerprint: bytes, body_hash: bytes, *, field: str, now: datetime) -> None:
    """Note that a signature was used; the same message may come again, another one with it is `Refused(REPLAYED)`."""
    row, made = WireSignature.objects.get_or_create(
        source_id=source_id, fingerprint=fingerprint, defaults={"body_hash": body_hash, "used_at": now}
    )
    if not made and bytes(row.body_hash) != body_hash:
        raise Refused(REPLAYED, field=field)


def forget_signatures(*, now: datetime) -> int:
    """Erase signatures whose time has passed for good; returns how many."""
    return WireSignature.objects.filter(used_at__lt=now - _LONGEST_WINDOW).delete()[0]


def number_services_alone(platform_id: int, case_no: str) -> None:
    """Wait until no other message numbers services of this case; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [_CASE_LOCKS, answer_lock(platform_id, case_no)]
        )
