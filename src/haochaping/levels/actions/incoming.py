"""来批: held in their order, kept while they wait, taken or refused, each with the answer it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.levels import models, queries
from haochaping.levels.models import IncomingBatch
from haochaping.levels.terms import BATCH_ANSWERS_KEPT, BATCH_FAILED, MOST_FAILURES, WHY_LIMIT, InState

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor
    from haochaping.levels.terms import Answer, Manifest, News, Peer


def hold(code: str) -> Peer | None:
    """The peer, locked until the transaction ends: its batches are taken one after the other."""
    list(models.Peer.objects.select_for_update().filter(code=code, closed_at=None).values_list("id"))
    return queries.peer(code)


@transaction.atomic
def stage(peer: Peer, manifest: Manifest, content: bytes, answer: bytes, *, now: datetime) -> None:
    """Keep a batch that waits for those before it."""
    _heard(peer, now)
    # One that fails and is no longer the next: the database was put back to an earlier day.
    _kept(peer, manifest, InState.FAILED).delete()
    IncomingBatch.objects.create(
        **_said(peer, manifest, now), state=InState.STAGED, content=content, answer=answer
    )


@transaction.atomic
def merged(
    peer: Peer, manifest: Manifest, said: Answer, answer: bytes, *, news: News, by: Actor, now: datetime
) -> None:
    """A batch was taken, in the transaction of what it held: its number is the last one now."""
    _heard(peer, now)
    known = {
        "state": InState.MERGED,
        "sha256": manifest.sha256,
        "content": b"",
        "answer": answer,
        "returned": len(said.returned),
        **news._asdict(),
    }
    defaults = _said(peer, manifest, now) | known
    if not _kept(peer, manifest, InState.STAGED, InState.FAILED).update(**known):
        IncomingBatch.objects.create(**defaults)
    models.Peer.objects.filter(id=peer.id).update(taken_seq=manifest.seq)
    _record(peer, manifest, InState.MERGED, by, now, returned=str(len(said.returned)))


@transaction.atomic
def refused(peer: Peer, manifest: Manifest, said: Answer, answer: bytes, *, by: Actor, now: datetime) -> None:
    """A batch of a peer was not taken; what was refused once is noted once, however often it comes."""
    _heard(peer, now)
    # What waited here and cannot be taken makes room: whatever comes under its number next is looked at anew.
    _kept(peer, manifest, InState.STAGED, InState.FAILED).filter(sha256=manifest.sha256).delete()
    if queries.refused_answer(peer.id, manifest.seq, manifest.sha256):
        return
    IncomingBatch.objects.create(
        **_said(peer, manifest, now),
        state=InState.REFUSED,
        content=b"",
        answer=answer,
        code=said.code[:60],
        message=said.message[:WHY_LIMIT],
        params=said.params,
    )
    _record(peer, manifest, InState.REFUSED, by, now, code=said.code)


@transaction.atomic
def failed(
    peer: Peer, manifest: Manifest, content: bytes, answer: bytes, error: str, *, by: Actor, now: datetime
) -> None:
    """A batch could not be taken though nothing is wrong with it: kept with what was the matter, and counted.

    It goes into the ledger with the first try and with the one that makes it a person's business.
    """
    _heard(peer, now)
    failures = queries.failures(peer.id, manifest.seq, manifest.sha256) + 1
    _kept(peer, manifest, InState.STAGED, InState.FAILED).delete()
    IncomingBatch.objects.create(
        **_said(peer, manifest, now),
        state=InState.FAILED,
        content=content,
        answer=answer,
        failures=failures,
        code=BATCH_FAILED.code,
        message=error[:WHY_LIMIT],
    )
    if failures in {1, MOST_FAILURES}:
        _record(peer, manifest, InState.FAILED, by, now, failures=str(failures))


def empty_answers(*, now: datetime) -> int:
    """Empty the answers to batches that were taken or refused `BATCH_ANSWERS_KEPT` ago; returns how many."""
    done = IncomingBatch.objects.filter(
        state__in=[InState.MERGED, InState.REFUSED], received_at__lt=now - BATCH_ANSWERS_KEPT
    )
    return done.exclude(answer=b"").update(answer=b"")


def _kept(peer: Peer, manifest: Manifest, *states: InState) -> QuerySet[IncomingBatch]:
    return IncomingBatch.objects.filter(peer_id=peer.id, seq=manifest.seq, state__in=states)


def _said(peer: Peer, manifest: Manifest, now: datetime) -> dict[str, object]:
    return {
        "id": uuid7(now),
        "peer_id": peer.id,
        "seq": manifest.seq,
        "kind": manifest.kind,
        "sha256": manifest.sha256[:64],
        "rows": sum(manifest.rows.values()),
        "made_at": manifest.made_at,
        "received_at": now,
    }


def _heard(peer: Peer, now: datetime) -> None:
    models.Peer.objects.filter(id=peer.id).update(heard_at=now)


def _record(peer: Peer, manifest: Manifest, state: InState, by: Actor, now: datetime, **facts: str) -> None:
    said = {"peer": peer.code, "seq": str(manifest.seq), "state": state.value, **facts}
    entry = NewEntry(EntryKind.BATCH_EXCHANGED, "incoming_batch", f"{peer.code}:{manifest.seq}", facts=said)
    ledger.append([entry], by=by, now=now)
