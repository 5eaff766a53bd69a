"""数据交换 reads: the quarantine, answers already given, visits that are still open."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min

from haochaping.directory.terms import UnknownItem
from haochaping.exchange.models import GivenAnswer, QuarantinedRecord, Visit, WireSource
from haochaping.exchange.rules import (
    CASE_NO_LENGTH,
    ENTRY_NO_LENGTH,
    SOURCE_LENGTH,
    answer_key,
    answer_place,
    is_newer,
    key_part,
    source_key,
    source_place,
    visit_hash,
)
from haochaping.exchange.terms import (
    ORPHAN,
    VISIT_OVER,
    QuarantineAsked,
    QuarantineRow,
    QuarantineState,
    RecordKind,
    SourceRow,
)
from haochaping.identity.sealing import KEY_LENGTH, open_row
from haochaping.kernel.identifiers import first_uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger.terms import Suite
from haochaping.postgres.rows import array
from haochaping.reviews.rules import receipt_hash
from haochaping.reviews.terms import Entrance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet


_FOLDER = resources.files("haochaping.exchange").joinpath("sql")
_ORPHANS = _FOLDER.joinpath("orphans_with_case.sql").read_text(encoding="utf-8")
_STEPS = _FOLDER.joinpath("steps_with_case.sql").read_text(encoding="utf-8")
_OF_CASES = _FOLDER.joinpath("waiting_for_cases.sql").read_text(encoding="utf-8")
_CORRECTED = _FOLDER.joinpath("corrected.sql").read_text(encoding="utf-8")
_SOURCES = _FOLDER.joinpath("sources.sql").read_text(encoding="utf-8")


_NOBODY_NEEDS = (
    resources.files("haochaping.exchange")
    .joinpath("sql/persons_nobody_needs.sql")
    .read_text(encoding="utf-8")
)


def _rows(rows: QuerySet[QuarantinedRecord]) -> list[QuarantineRow]:
    return [
        QuarantineRow(
            row.id,
            RecordKind(row.kind),
            row.source,
            row.case_no,
            key_part(row.fields.get("entry_no"), ENTRY_NO_LENGTH),
            row.fields,
            {role: UUID(person_id) for role, person_id in row.sealed.items()},
            bytes(row.digest) if row.digest else None,
            bytes(row.receipt_hash) if row.receipt_hash else None,
            row.entrance,
            row.sender,
            row.scope_path,
            row.code,
            row.field,
            row.params,
            row.message,
            row.remedy,
            QuarantineState(row.state),
            row.attempts,
            row.received_at,
            row.settled_at,
            row.settled_by,
            row.discard_reason,
        )
        for row in rows
    ]


ANY = QuarantineAsked()


def waiting(*, limit: int = 100, offset: int = 0, asked: QuarantineAsked = ANY) -> list[QuarantineRow]:
    """Records in quarantine, oldest first."""
    return _rows(_asked(asked).order_by("received_at", "id")[offset : offset + limit])


def settled(state: QuarantineState, *, limit: int = 100, offset: int = 0) -> list[QuarantineRow]:
    """Records that were taken or discarded, the latest first."""
    rows = QuarantinedRecord.objects.filter(state=state).order_by("-settled_at", "-id")
    return _rows(rows[offset : offset + limit])


def waiting_count(asked: QuarantineAsked = ANY) -> int:
    """How many records are in quarantine."""
    return _asked(asked).count()


def waiting_ids(asked: QuarantineAsked = ANY) -> list[UUID]:
    """The records in quarantine, oldest first."""
    return list(_asked(asked).order_by("received_at", "id").values_list("id", flat=True))


def waiting_reasons() -> list[tuple[str, str, int]]:
    """Why records are in quarantine: code, a message id of it, how many there are; the most frequent first."""
    codes = _asked(ANY).values_list("code").annotate(message=Min("message"), n=Count("id"))
    return list(codes.order_by("-n", "code"))


def _asked(asked: QuarantineAsked) -> QuerySet[QuarantinedRecord]:
    said = {"code": asked.code, "kind": asked.kind, "source": asked.source, "received_at__lt": asked.before}
    where = {name: value for name, value in said.items() if value}
    return QuarantinedRecord.objects.filter(state=QuarantineState.WAITING, **where)


def unknown_items() -> list[UnknownItem]:
    """The item codes, by source, for which cases wait because the directory does not know them, with a name each was given."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT source, left(fields ->> 'item', 40), min(left(fields ->> 'item_name', 300)),
                      min(left(fields ->> 'agency', 40)), count(*)
                 FROM exchange_quarantined_record
                WHERE state = 'waiting' AND kind = 'case' AND code = 'unknown_item' AND fields ->> 'item' <> ''
                GROUP BY 1, 2 ORDER BY 1, 2"""
        )
        return [
            UnknownItem(source, code, name or "", agency or "", n) for source, code, name, agency, n in cursor
        ]


def waiting_for_items(pairs: Iterable[tuple[str, str]]) -> list[UUID]:
    """The cases that wait and name one of these (source, item code), oldest first."""
    sources, codes = zip(*pairs, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM exchange_quarantined_record
                WHERE state = 'waiting' AND kind = 'case'
                  AND (source, fields ->> 'item') IN (SELECT * FROM unnest(%s::text[], %s::text[]))
                ORDER BY received_at, id""",
            [array(sources), array(codes)],
        )
        return [record_id for (record_id,) in cursor]


def waiting_services(source: str, case_no: str) -> list[dict[str, object]]:
    """The services of a case that wait in quarantine with it, as they were told, oldest first."""
    rows = QuarantinedRecord.objects.filter(
        state=QuarantineState.WAITING,
        source=key_part(source, SOURCE_LENGTH),
        case_no=key_part(case_no, CASE_NO_LENGTH),
        kind=RecordKind.CASE,
    ).order_by("received_at", "id")
    told = [fields.get("occurrences") for fields in rows.values_list("fields", flat=True)]
    services = [one for some in told if isinstance(some, list) for one in some]
    return [one for one in services if isinstance(one, dict)]


def waiting_by_id(record_ids: Sequence[UUID]) -> list[QuarantineRow]:
    """Chosen records that are still in quarantine."""
    return _rows(
        QuarantinedRecord.objects.filter(id__in=record_ids, state=QuarantineState.WAITING).order_by("id")
    )


def held(record_ids: Sequence[UUID]) -> list[QuarantineRow]:
    """Those of the records that still wait and that nobody else is retrying, locked until the transaction ends."""
    rows = QuarantinedRecord.objects.select_for_update(skip_locked=True)
    return _rows(rows.filter(id__in=list(record_ids), state=QuarantineState.WAITING).order_by("id"))


def waiting_for_cases(keys: Iterable[tuple[str, str]]) -> list[QuarantineRow]:
    """Reviews and steps in quarantine for these (source, case number), locked against a second retry."""
    wanted = set(keys)
    if not wanted:
        return []
    sources, numbers = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_OF_CASES, [array(sources), array(numbers)])
        found = [record_id for (record_id,) in cursor]
    return waiting_by_id(found) if found else []


def steps_with_case(*, limit: int) -> list[QuarantineRow]:
    """Steps whose case is there by now, locked against a second retry: they came while it was being written."""
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, {"limit": limit})
        found = [row[0] for row in cursor.fetchall()]
    return waiting_by_id(found) if found else []


def orphans_with_case(*, limit: int) -> list[QuarantineRow]:
    """Orphans whose service is there by now, locked against a second retry."""
    with connection.cursor() as cursor:
        cursor.execute(_ORPHANS, {"limit": limit})
        found = [row[0] for row in cursor.fetchall()]
    return waiting_by_id(found) if found else []


def corrected(among: Sequence[UUID] | None = None) -> dict[UUID, UUID]:
    """Records, all or some, that wait although their sender has put them right since, with the id of what was taken instead."""
    with connection.cursor() as cursor:
        cursor.execute(_CORRECTED, {"among": None if among is None else array(among)})
        return {
            record_id: taken_id
            for record_id, taken_id, told, stored in cursor.fetchall()
            if not (told and is_newer(told, stored))
        }


def replaced_by(receipt: str) -> UUID | None:
    """The review that stands for what a receipt was given for, once its sender has sent it again, corrected.

    Whoever holds the slip follows their review by it, and need not wait until the record is settled.
    """
    rows = QuarantinedRecord.objects.filter(receipt_hash=receipt_hash(receipt), kind=RecordKind.REVIEW)
    row = rows.values_list("id", "state", "result_id").first()
    if row is None:
        return None
    return row[2] if row[1] == QuarantineState.CORRECTED else corrected([row[0]]).get(row[0])


def waiting_with(digests: Iterable[bytes], *, sender: str) -> dict[bytes, UUID]:
    """The waiting records of a sender that say exactly this, by the fingerprint of what they say."""
    wanted = list(digests)
    if not wanted:
        return {}
    rows = QuarantinedRecord.objects.filter(state=QuarantineState.WAITING, sender=sender, digest__in=wanted)
    return {bytes(digest): record_id for digest, record_id in rows.values_list("digest", "id") if digest}


def waiting_of_visits(source: str, case_no: str, occurrence_no: object) -> datetime | None:
    """Since when an answer of somebody's visit to this service waits for its case; None when there is none."""
    rows = QuarantinedRecord.objects.filter(
        state=QuarantineState.WAITING,
        source=key_part(source, SOURCE_LENGTH),
        case_no=key_part(case_no, CASE_NO_LENGTH),
        kind=RecordKind.REVIEW,
        code=ORPHAN.code,
        entrance=Entrance.UNSIGNED,
    ).values_list("received_at", "fields")
    found = [at for at, fields in rows if str(fields["occurrence_no"]) == str(occurrence_no)]
    return min(found, default=None)


def by_receipt(receipt: str) -> QuarantineRow | None:
    """The record a receipt was given for while it waits, or when it was corrected or discarded.

    A taken one is a review by now.
    """
    rows = QuarantinedRecord.objects.filter(receipt_hash=receipt_hash(receipt)).exclude(
        state=QuarantineState.TAKEN
    )
    return next(iter(_rows(rows)), None)


def given_answer(client_id: int, key: str) -> tuple[bytes, bytes | None] | None:
    """The body hash of a keyed request that was already answered, and its answer byte for byte, None once it is forgotten."""
    row = GivenAnswer.objects.filter(client_id=client_id, key=key).first()
    if row is None:
        return None
    if not row.answer:
        return bytes(row.body_hash), None
    sealed = b64decode(str(row.answer))
    opening = answer_key(settings.CONTENT_KEY, KEY_LENGTH[Suite(sealed[0])])
    return bytes(row.body_hash), zlib.decompress(open_row(opening, sealed, answer_place(client_id, key)))


def visit(token: str, *, now: datetime) -> tuple[UUID, dict[str, object], dict[str, UUID]]:
    """What is remembered of an open visit: (id, fields, sealed persons); raises `Refused(VISIT_OVER)`."""
    return _visit(Visit.objects.all(), token, now)


def visit_to_answer(token: str, *, now: datetime) -> tuple[UUID, dict[str, object], dict[str, UUID]]:
    """As `visit`, locked until the transaction ends, so that of two taps one waits for the other."""
    return _visit(Visit.objects.select_for_update(), token, now)


def _visit(
    visits: QuerySet[Visit], token: str, now: datetime
) -> tuple[UUID, dict[str, object], dict[str, UUID]]:
    row = visits.filter(token_hash=visit_hash(token), ends_at__gt=now).first()
    if row is None:
        raise Refused(VISIT_OVER)
    return row.id, row.fields, {role: UUID(person_id) for role, person_id in row.sealed.items()}


def source(code: str) -> SourceRow | None:
    """The source of a platform that speaks a dialect here; None when it does not, or not any more."""
    return next(_sources(code), None) if code else None


def sources() -> list[SourceRow]:
    """All sources that speak a dialect here, by code."""
    return list(_sources(""))


def _sources(code: str) -> Iterator[SourceRow]:
    # Plain SQL: every message asks.
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, [code, code])
        rows = cursor.fetchall()
    for row in rows:
        yield SourceRow(
            id=row[0],
            platform_id=row[1],
            code=row[2],
            name=row[3],
            division_path=row[4],
            dialect=row[5],
            keys=_opened(bytes(row[6]), row[1]),
            unsigned=row[7],
            history=row[8],
            window=timedelta(seconds=row[9]),
            addresses=json.loads(row[10]),
            set_at=row[11],
        )


def keys_of(row: WireSource) -> Mapping[str, str]:
    """The keys agreed with a source."""
    return _opened(bytes(row.keys), row.platform_id)


def _opened(sealed: bytes, platform_id: int) -> Mapping[str, str]:
    opening = source_key(settings.CONTENT_KEY, KEY_LENGTH[Suite(sealed[0])])
    found: Mapping[str, str] = json.loads(open_row(opening, sealed, source_place(platform_id)))
    return found


def persons_nobody_needs(
    sealed_before: datetime,
    *,
    closed_before: datetime | None,
    limit: int,
    among: Iterable[UUID] | None = None,
    asked_by: UUID | None = None,
) -> list[UUID]:
    """Sealed persons from before a moment that no case, review, conversation or waiting record needs, oldest first.

    With `closed_before`, a case and its reviews need their persons no longer once all of it closed before then. Of
    `among` only, where it is given. A request to be erased (`asked_by`, a voice) needs nobody itself, and what is still
    to be sent is not waited for then. It reads tables of lower rooms; where rows of any of them were hidden from this
    role, it fails and names nobody.
    """
    with connection.cursor() as cursor:
        # A reference that is not seen would be a person erased by mistake.
        cursor.execute("SET LOCAL row_security = off")
        cursor.execute(
            _NOBODY_NEEDS,
            {
                "first_kept": first_uuid7(sealed_before),
                "closed_before": closed_before,
                "limit": limit,
                "among": None if among is None else list(among),
                "asked_by": asked_by,
            },
        )
        found = [person_id for (person_id,) in cursor.fetchall()]
        # Whatever follows in the transaction may be under policies again.
        cursor.execute("SET LOCAL row_security = on")
        return found
