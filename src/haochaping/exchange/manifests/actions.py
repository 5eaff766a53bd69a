"""批次清单 writes: a batch begins to go in, has gone in, or was refused; a numbering ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Max

from haochaping.directory import queries as directory
from haochaping.exchange.fields import shown
from haochaping.exchange.manifests.models import StatedBatch
from haochaping.exchange.manifests.queries import row_of
from haochaping.exchange.manifests.terms import (
    MOST_AHEAD,
    NAMED_BY_OTHER,
    SEQ_OF_OTHER,
    SEQ_TOO_FAR,
    StatedState,
)
from haochaping.exchange.terms import NO_SUCH_PLATFORM
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.directory.terms import PlacedRef
    from haochaping.exchange.manifests.terms import Manifest, StatedBatchRow
    from haochaping.exchange.terms import RecordKind
    from haochaping.kernel.actor import Actor

_MOST_ROWS = 2**31 - 1
_LOCKS = 0x7362  # "sb": one batch of a source at a time is looked at


def check_source(source: str, *, by: Actor) -> PlacedRef:
    """The platform whose batches these are, which lies where the sender may write.

    Raises:
        Refused: NO_SUCH_PLATFORM, NAMED_BY_OTHER.
    """
    platform = directory.platforms([source]).get(source)
    if platform is None:
        raise Refused(NO_SUCH_PLATFORM, field="manifest.source", value=shown(source, 40))
    if not by.scope.covers(division_path=platform.division_path):
        place = platform.division_path.split(".")[-2]
        raise Refused(NAMED_BY_OTHER, field="manifest.source", value=source, place=place)
    return platform


@transaction.atomic
def begin(
    platform: PlacedRef, manifest: Manifest, kind: RecordKind, fingerprint: bytes, *, by: Actor, now: datetime
) -> tuple[UUID, StatedBatchRow | None]:
    """The rows of a batch begin to go in; returns its id, and what is known of it where it has come before.

    The same batch may come again, as its rows change nothing then.

    Raises:
        Refused: SEQ_OF_OTHER, SEQ_TOO_FAR.
    """
    _alone(platform)
    there = StatedBatch.objects.filter(platform_id=platform.id, ended_at=None).exclude(
        state=StatedState.REFUSED
    )
    stood = there.filter(seq=manifest.seq).first()
    told = {"seq": manifest.seq, "source": manifest.source}
    if stood is not None:
        if bytes(stood.fingerprint) != fingerprint or stood.kind != kind:
            raise Refused(SEQ_OF_OTHER, field="manifest.seq", **told)
        return stood.id, row_of(stood)
    last = there.aggregate(last=Max("seq"))["last"] or 0
    if manifest.seq > last + MOST_AHEAD:
        raise Refused(SEQ_TOO_FAR, field="manifest.seq", expected=last + 1, **told)
    row = _new(platform, manifest, by, now, kind=kind, fingerprint=fingerprint, state=StatedState.TAKING)
    return row.id, None


@transaction.atomic
def finish(batch_id: UUID, *, by: Actor, now: datetime) -> None:
    """All rows of a batch have gone down the road."""
    row = StatedBatch.objects.select_for_update(of=("self",)).select_related("platform").get(id=batch_id)
    if row.state != StatedState.TAKING:
        return
    row.state = StatedState.TAKEN
    row.save(update_fields=["state"])
    _record(row.platform.code, row, by, now)


@transaction.atomic
def refuse(
    platform: PlacedRef,
    manifest: Manifest,
    kind: RecordKind,
    fingerprint: bytes,
    code: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """A batch was not taken; what was refused once is noted once, however often it comes."""
    _alone(platform)
    same = {"platform_id": platform.id, "seq": manifest.seq, "fingerprint": fingerprint, "code": code}
    if not StatedBatch.objects.filter(**same, ended_at=None, state=StatedState.REFUSED).exists():
        row = _new(
            platform,
            manifest,
            by,
            now,
            kind=kind,
            fingerprint=fingerprint,
            state=StatedState.REFUSED,
            code=code,
        )
        _record(platform.code, row, by, now)


@transaction.atomic
def end_numbering(source: str, *, by: Actor, now: datetime) -> int:
    """The numbers of a source's batches begin at 1 again; what is missing of the former ones is looked for no longer.

    Returns how many batches there were.

    Raises:
        Refused: NO_SUCH_PLATFORM, NAMED_BY_OTHER.
    """
    platform = check_source(source, by=by)
    _alone(platform)
    n = StatedBatch.objects.filter(platform_id=platform.id, ended_at=None).update(ended_at=now)
    if n:
        said = {"state": "ended", "batches": str(n)}
        ledger.append([NewEntry(EntryKind.BATCH_STATED, "stated_batch", source, facts=said)], by=by, now=now)
    return n


def _new(platform: PlacedRef, manifest: Manifest, by: Actor, now: datetime, **said: object) -> StatedBatch:
    place = directory.platform_divisions([platform.code])[platform.code]
    return StatedBatch.objects.create(
        id=uuid7(now),
        platform_id=platform.id,
        division_id=place.id,
        seq=manifest.seq,
        rows=min(manifest.rows, _MOST_ROWS),
        sent_by=str(by),
        made_at=manifest.made_at,
        received_at=now,
        **said,
    )


def _record(source: str, row: StatedBatch, by: Actor, now: datetime) -> None:
    said = {"state": str(row.state), "rows": str(row.rows), "code": row.code}
    entry = NewEntry(EntryKind.BATCH_STATED, "stated_batch", f"{source}:{row.seq}", facts=said)
    ledger.append([entry], by=by, now=now)


def _alone(platform: PlacedRef) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCKS, platform.id])
