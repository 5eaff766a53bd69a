"""数据交换 writes: quarantine, answers given once, short visits, sources and the signatures they have used."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
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
from haochaping.exchange.models import GivenAnswer, QuarantinedRecord, Visit, WireSignature, WireSource
from haochaping.exchange.rules import (
    CASE_NO_LENGTH,
    SOURCE_LENGTH,
    answer_key,
    answer_lock,
    answer_place,
    key_part,
    source_key,
    source_place,
    visit_hash,
    visit_lock,
)
from haochaping.exchange.terms import (
    ANSWERS_KEPT,
    CONTROL_CHARACTERS,
    DAMAGED_CHARACTERS,
    DISCARD_REASON_LIMIT,
    DISCARD_UNEXPLAINED,
    KEYS_KEPT,
    NO_SUCH_DIALECT,
    NO_SUCH_PLATFORM,
    NOT_A_KEY,
    NOT_AN_ADDRESS,
    NOT_WAITING,
    SETTLED_KEPT,
    TOO_LONG,
    QuarantineState,
)
from haochaping.identity.sealing import KEY_LENGTH, NONCE_LENGTH, row_seal
from haochaping.kernel.identifiers import random_bytes, uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import SUITES, EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.exchange.dialects.terms import Description
    from haochaping.exchange.terms import Quarantined
    from haochaping.kernel.actor import Actor

_LOCK_NAMESPACE = 0x6578  # "ex": one request at a time per client and key
_VISIT_LOCKS = 0x6576  # "ev": one answer at a time for a case through visits


@transaction.atomic
def quarantine(records: Sequence[Quarantined], *, by: Actor, now: datetime) -> list[UUID]:
    """Put records aside with their reasons; returns their ids in order."""
    rows = [
        QuarantinedRecord(
            id=uuid7(now),
            kind=record.kind,
            source=key_part(record.fields.get("source"), SOURCE_LENGTH),
            case_no=key_part(record.fields.get("case_no"), CASE_NO_LENGTH),
            fields=record.fields,
            sealed={role: str(person_id) for role, person_id in record.sealed.items()},
            digest=record.digest,
            receipt_hash=record.receipt_hash,
            entrance=record.entrance,
            sender=str(by),
            scope_path=by.scope.division_path,
            code=record.code,
            field=record.field[:100],
            params=record.params,
            message=record.message,
            remedy=record.remedy,
            state=QuarantineState.WAITING,
            attempts=0,
            received_at=now,
        )
        for record in records
    ]
    QuarantinedRecord.objects.bulk_create(rows)
    entries = [
        NewEntry(EntryKind.QUARANTINE_TAKEN_IN, "quarantine", str(row.id), facts={"code": row.code})
        for row in rows
    ]
    ledger.append(entries, by=by, now=now)
    return [row.id for row in rows]


@transaction.atomic
def settle(record_id: UUID, result_id: UUID | None, *, by: Actor, now: datetime) -> None:
    """A record of the quarantine was taken at last."""
    QuarantinedRecord.objects.filter(id=record_id).update(
        state=QuarantineState.TAKEN, settled_at=now, settled_by=str(by), result_id=result_id
    )
    entry = NewEntry(
        EntryKind.QUARANTINE_RETRIED, "quarantine", str(record_id), facts={"result": str(result_id or "")}
    )
    ledger.append([entry], by=by, now=now)


def settle_corrected(among: Sequence[UUID] | None = None, *, by: Actor, now: datetime) -> int:
    """Records, all or some, whose senders have sent them again, corrected, wait no longer; returns how many there were."""
    return correct(queries.corrected(among), by=by, now=now)


@transaction.atomic
def correct(found: Mapping[UUID, UUID], *, by: Actor, now: datetime) -> int:
    """Of these records and what was taken instead, settle those that still wait; returns how many.

    What was taken has a receipt and a day of its own; that of the record leads to it from now on.
    """
    rows = list(
        QuarantinedRecord.objects.select_for_update(skip_locked=True)
        .filter(id__in=list(found), state=QuarantineState.WAITING)
        .order_by("id")
        .values_list("id", flat=True)
    )
    if not rows:
        return 0
    for one in rows:
        QuarantinedRecord.objects.filter(id=one).update(
            state=QuarantineState.CORRECTED, settled_at=now, settled_by=str(by), result_id=found[one]
        )
    entries = [
        NewEntry(EntryKind.QUARANTINE_CORRECTED, "quarantine", str(one), facts={"result": str(found[one])})
        for one in rows
    ]
    ledger.append(entries, by=by, now=now)
    return len(rows)


@transaction.atomic
def keep(
    record_id: UUID, *, code: str, field: str, params: Mapping[str, object], message: str, remedy: str
) -> None:
    """A retry failed again: the newest reason stands.

    Control characters cannot be stored and stand as damaged ones in the record; the reason is still that they were sent.
    """
    row = QuarantinedRecord.objects.select_for_update().get(id=record_id)
    row.attempts += 1
    if (row.code, code) == (CONTROL_CHARACTERS.code, DAMAGED_CHARACTERS.code):
        row.save(update_fields=["attempts"])
        return
    row.code, row.field, row.params, row.message, row.remedy = code, field, dict(params), message, remedy
    row.save(update_fields=["attempts", "code", "field", "params", "message", "remedy"])


@transaction.atomic
def discard(record_ids: Sequence[UUID], reason: str, *, by: Actor, now: datetime) -> int:
    """Give up records that can never be taken, all or none; they stay visible with reason and person.

    The persons they name are needed no longer and can be erased. Returns how many there were.

    Raises:
        Refused: DISCARD_UNEXPLAINED, TOO_LONG, CONTROL_CHARACTERS; NOT_WAITING for the first that was settled before.
    """
    said = reason.strip()
    if not said:
        raise Refused(DISCARD_UNEXPLAINED, field="reason")
    if len(said) > DISCARD_REASON_LIMIT:
        raise Refused(TOO_LONG, field="reason", length=len(said), limit=DISCARD_REASON_LIMIT)
    if has_forbidden_control(said):
        raise Refused(CONTROL_CHARACTERS, field="reason")
    wanted = dict.fromkeys(record_ids)
    rows = list(
        QuarantinedRecord.objects.select_for_update()
        .filter(id__in=wanted, state=QuarantineState.WAITING)
        .order_by("id")
    )
    gone = next((one for one in wanted if one not in {row.id for row in rows}), None)
    if gone is not None:
        raise Refused(NOT_WAITING, value=str(gone))
    for row in rows:
        row.state, row.discard_reason = QuarantineState.DISCARDED, clean(said)
        row.settled_at, row.settled_by = now, str(by)
    QuarantinedRecord.objects.bulk_update(rows, ["state", "discard_reason", "settled_at", "settled_by"])
    entries = [
        NewEntry(EntryKind.QUARANTINE_DISCARDED, "quarantine", str(row.id), facts={"code": row.code})
        for row in rows
    ]
    ledger.append(entries, by=by, now=now)
    return len(rows)


def hold_key(client_id: int, key: str) -> None:
    """Wait until no other request of this client with this key is under way; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_NAMESPACE, answer_lock(client_id, key)])


def remember_answer(client_id: int, key: str, body_hash: bytes, answer: bytes, *, now: datetime) -> None:
    """Store the answer to a keyed request, in the transaction of what it did.

    An answer holds receipts, which open a review like a password: it is sealed under a key that is not in the
    database, and forgotten after `ANSWERS_KEPT`.
    """
    suite = SUITES[settings.SUITE]
    seal = row_seal(suite, answer_key(settings.CONTENT_KEY, KEY_LENGTH[suite]))
    sealed = seal(random_bytes(NONCE_LENGTH), zlib.compress(answer), answer_place(client_id, key))
    GivenAnswer.objects.create(
        client_id=client_id,
        key=key,
        body_hash=body_hash,
        answer=b64encode(sealed).decode(),
        given_at=now,
    )


def forget_answers(*, now: datetime) -> int:
    """Erase answers older than `ANSWERS_KEPT`, and after `KEYS_KEPT` their keys, which are free again. Returns how many."""
    old = GivenAnswer.objects.filter(given_at__lt=now - ANSWERS_KEPT).exclude(answer="")
    return old.update(answer="") + GivenAnswer.objects.filter(given_at__lt=now - KEYS_KEPT).delete()[0]


_EMPTY = """
UPDATE exchange_quarantined_record AS record
   SET fields = '{}', params = hidden.params
  FROM exchange_quarantined_record AS old
 CROSS JOIN LATERAL (SELECT coalesce(jsonb_object_agg(name, '…'), '{}') AS params
                       FROM jsonb_object_keys(old.params) AS name) AS hidden
 WHERE record.id = old.id AND old.state <> 'waiting' AND old.settled_at < %s
   AND (old.fields <> '{}' OR old.params <> hidden.params)
"""


def empty_settled(*, now: datetime) -> int:
    """Empty what records said that were settled `SETTLED_KEPT` ago; the row stays with its reason. Returns how many.

    In the sentence of the reason “…” stands for what was sent.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, [now - SETTLED_KEPT])
        return int(cursor.rowcount)


def begin_visit(
    token: str,
    *,
    dialect: str,
    fields: Mapping[str, object],
    sealed: Mapping[str, UUID],
    lasts: timedelta,
    now: datetime,
) -> None:
    """Remember for a short time what an unsigned address or call said."""
    Visit.objects.create(
        id=uuid7(now),
        token_hash=visit_hash(token),
        dialect=dialect,
        fields=dict(fields),
        sealed={role: str(person_id) for role, person_id in sealed.items()},
        begun_at=now,
        ends_at=now + lasts,
    )


def answer_alone(source: str, case_no: str) -> None:
    """Wait until no other visit answers for this case; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_VISIT_LOCKS, visit_lock(source, case_no)])


def forget_visits(*, before: datetime) -> int:
    """Erase visits that are over; returns how many."""
    return Visit.objects.filter(ends_at__lt=before).delete()[0]


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
