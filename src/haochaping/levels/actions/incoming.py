"""来批: held in their order, kept while they wait, taken or refused, each with the answer it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.levels import models, queries
from haochaping.levels.models import IncomingBatch
from haochaping.levels.terms import WHY_LIMIT, InState

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.levels.terms import Answer, Manifest, Peer


def hold(code: str) -> Peer | None:
    """The peer, locked until the transaction ends: its batches are taken one after the other."""
    list(models.Peer.objects.select_for_update().filter(code=code, closed_at=None).values_list("id"))
    return queries.peer(code)


@transaction.atomic
def stage(peer: Peer, manifest: Manifest, content: bytes, answer: bytes, *, now: datetime) -> None:
    """Keep a batch that waits for those before it."""
    _heard(peer, now)
    IncomingBatch.objects.create(
        **_said(peer, manifest, now), state=InState.STAGED, content=content, answer=answer
    )


@transaction.atomic
def merged(
    peer: Peer, manifest: Manifest, said: Answer, answer: bytes, *, late: int, by: Actor, now: datetime
) -> None:
    """A batch was taken, in the transaction of what it held: its number is the last one now."""
    _heard(peer, now)
    known = {
        "state": InState.MERGED,
        "content": b"",
        "answer": answer,
        "reviews": manifest.rows.get("review", 0),
        "late": late,
        "returned": len(said.returned),
    }
    defaults = _said(peer, manifest, now) | known
    waits = IncomingBatch.objects.filter(peer_id=peer.id, seq=manifest.seq, state=InState.STAGED)
    if not waits.update(**known):
        IncomingBatch.objects.create(**defaults)
    models.Peer.objects.filter(id=peer.id).update(taken_seq=manifest.seq)
    _record(peer, manifest, InState.MERGED, by, now, returned=str(len(said.returned)))


@transaction.atomic
def refused(peer: Peer, manifest: Manifest, said: Answer, answer: bytes, *, by: Actor, now: datetime) -> None:
    """A batch of a peer was not taken; what was refused once is noted once, however often it comes."""
    _heard(peer, now)
    # What waited here and cannot be taken makes room: whatever comes under its number next is looked at anew.
    IncomingBatch.objects.filter(
        peer_id=peer.id, seq=manifest.seq, sha256=manifest.sha256, state=InState.STAGED
    ).delete()
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
