"""去批: made of what has changed, sent in order, answered, refused, sent again or left out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.terms import Power
from haochaping.exchange.fields import shown
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.levels import models, queries, rules
from haochaping.levels.actions.returns import back
from haochaping.levels.models import OutgoingBatch
from haochaping.levels.rules import shown_params
from haochaping.levels.terms import (
    CASE_SET_ASIDE,
    MOST_FAILURES,
    NO_SUCH_BATCH,
    WHY_LEFT_OUT,
    WHY_LIMIT,
    BatchKind,
    InState,
    OutState,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.levels.rules import Record
    from haochaping.levels.terms import Answer, OutBatch, Peer

_NEW = {"accepted", "updated"}
# Tried again after 3, 9, 27, 81, 243 seconds, then every ten minutes for as long as it takes.
_BASE_SECONDS, _LONGEST_SECONDS, _STEPS = 3, 600, 6
_OPEN = (OutState.QUEUED, OutState.SENT)
_MOST_SEQ = 2**31


def hold_senders(code: str = "") -> list[Peer]:
    """The peers that are told of what happens here, locked until the transaction ends; those at work are left out."""
    rows = models.Peer.objects.filter(closed_at=None, sends=True)
    rows = rows.filter(code=code) if code else rows
    held = set(rows.select_for_update(skip_locked=True).order_by("code").values_list("code", flat=True))
    return [peer for peer in queries.peers() if peer.code in held]


def queue(
    peer: Peer,
    batches: Sequence[Sequence[Record]],
    *,
    kind: BatchKind = BatchKind.RECORDS,
    period: tuple[datetime, datetime],
    now: datetime,
) -> list[int]:
    """Put lines to a peer that is held into signed batches, numbered on; returns the numbers."""
    first = models.Peer.objects.values_list("told_seq", flat=True).get(id=peer.id) + 1
    rows = [
        _row(peer, seq, lines, kind=kind, period=period, now=now)
        for seq, lines in enumerate(batches, start=first)
    ]
    OutgoingBatch.objects.bulk_create(rows)
    models.Peer.objects.filter(id=peer.id).update(told_seq=first + len(rows) - 1)
    return [row.seq for row in rows]


def _row(
    peer: Peer,
    seq: int,
    lines: Sequence[Record],
    *,
    kind: BatchKind,
    period: tuple[datetime, datetime],
    now: datetime,
) -> OutgoingBatch:
    body = rules.body_of(lines)
    manifest = rules.manifest_of(
        lines,
        body,
        kind=kind,
        sender=peer.known_as,
        receiver=peer.code,
        seq=seq,
        period=period,
        now=now,
    )
    return OutgoingBatch(
        id=uuid7(now),
        peer_id=peer.id,
        seq=seq,
        kind=kind,
        state=OutState.QUEUED,
        rows=len(lines),
        sha256=manifest.sha256,
        content=rules.pack(rules.head_of(manifest), body, queries.our_keys(peer.suite)),
        made_at=now,
    )


def told_until(peer_id: int, index: int) -> None:
    """Remember which entry of the ledger was looked at last for a peer."""
    models.Peer.objects.filter(id=peer_id, told_index__lt=index).update(told_index=index)


@transaction.atomic
def sent(batch: OutBatch) -> None:
    """A batch goes out, or was carried away in a file; whether it arrives the answer says."""
    OutgoingBatch.objects.filter(id=batch.id, state__in=_OPEN).update(
        state=OutState.SENT, attempts=batch.attempts + 1
    )


@transaction.atomic
def away(peer: Peer, error: str, *, now: datetime) -> None:
    """A peer does not answer: tried again after a while, ever longer up to ten minutes, for as long as it takes."""
    wait = min(_BASE_SECONDS ** min(peer.attempts + 1, _STEPS), _LONGEST_SECONDS)
    models.Peer.objects.filter(id=peer.id).update(
        attempts=peer.attempts + 1, due_at=now + timedelta(seconds=wait), last_error=error[:WHY_LIMIT]
    )


@transaction.atomic
def answered(peer: Peer, batch: OutBatch, answer: Answer, *, by: Actor, now: datetime) -> OutState:
    """A peer has said what became of a batch; what was settled before stays so. Returns where the batch stands now."""
    models.Peer.objects.filter(id=peer.id).update(attempts=0, due_at=now, last_error="", heard_at=now)
    _expects(peer, answer)
    row = OutgoingBatch.objects.select_for_update().get(id=batch.id)
    if row.state in _OPEN and answer.state == InState.FAILED:
        OutgoingBatch.objects.filter(id=row.id).update(failures=F("failures") + 1)
        away(peer, answer.code, now=now)
        return OutState(row.state)
    if row.state not in _OPEN or answer.state == InState.STAGED:
        return OutState(row.state)
    row.state = _state(row, answer)
    row.code, row.message = answer.code[:60], clean(answer.message)[:WHY_LIMIT]
    row.params = shown_params(answer.params)
    if row.state != OutState.REJECTED:
        row.content, row.settled_at = b"", now
    row.save(update_fields=["state", "code", "message", "params", "content", "settled_at"])
    facts = {"peer": peer.code, "seq": str(row.seq), "state": row.state, "rows": str(row.rows)}
    facts |= {"code": row.code} if row.code else {}
    entry = NewEntry(EntryKind.BATCH_EXCHANGED, "outgoing_batch", str(row.id), facts=facts)
    ledger.append([entry], by=by, now=now)
    return OutState(row.state)


def _expects(peer: Peer, answer: Answer) -> None:
    """Remember which number the peer expects, unless it has said so later already."""
    if answer.at.tzinfo is None or not 0 < answer.next_seq < _MOST_SEQ:
        return
    older = Q(expects_at=None) | Q(expects_at__lte=answer.at)
    models.Peer.objects.filter(older, id=peer.id).update(expects=answer.next_seq, expects_at=answer.at)


def _state(row: OutgoingBatch, answer: Answer) -> OutState:
    if answer.state == InState.REFUSED:
        # What it held was taken there after all, before an empty one came in its place: its number is used.
        return OutState.EXCLUDED if row.why and answer.next_seq > row.seq else OutState.REJECTED
    if row.why:
        return OutState.EXCLUDED
    known = {name for name, n in answer.counts.items() if n}
    return OutState.DUPLICATE_OK if row.rows and not known & _NEW else OutState.ACKED


@transaction.atomic
def try_now(peer: Peer, *, now: datetime) -> None:
    """A peer that did not answer is due at once."""
    models.Peer.objects.filter(id=peer.id).update(due_at=now)


@transaction.atomic
def start_over(peer: Peer, seq: int, *, by: Actor, now: datetime) -> None:
    """Tell a peer everything again, from a number on: a database on one of the two sides was put back to an earlier day.

    What it has already changes nothing there. Raises `Refused` (NOT_ALLOWED, OUT_OF_SCOPE, NO_SUCH_BATCH).
    """
    check_power(by, Power.DIRECTORY_EDIT)
    check_scope(by, division_path=peer.division_path)
    if not (peer.sends and seq >= 1):
        raise Refused(NO_SUCH_BATCH, field="seq", seq=seq, value=shown(peer.code, 40))
    models.Peer.objects.select_for_update().get(id=peer.id)
    OutgoingBatch.objects.filter(peer_id=peer.id, seq__gte=seq).delete()
    OutgoingBatch.objects.filter(peer_id=peer.id, state__in=(*_OPEN, OutState.REJECTED)).delete()
    models.Peer.objects.filter(id=peer.id).update(told_seq=seq - 1, told_index=-1, due_at=now)
    facts = {"peer": peer.code, "seq": str(seq), "state": "again"}
    entry = NewEntry(EntryKind.BATCH_EXCHANGED, "peer", peer.code, facts=facts)
    ledger.append([entry], by=by, now=now)


@transaction.atomic
def requeue(peer: Peer, seq: int, *, by: Actor, now: datetime) -> None:
    """A person has a refused batch sent once more. Raises `Refused` (NOT_ALLOWED, OUT_OF_SCOPE, NO_SUCH_BATCH)."""
    row = _stuck(peer, seq, by)
    OutgoingBatch.objects.filter(id=row.id).update(
        state=OutState.QUEUED, failures=0, code="", message="", params={}
    )
    models.Peer.objects.filter(id=peer.id).update(due_at=now)
    _decided(row, peer, "requeued", by, now)


@transaction.atomic
def exclude(peer: Peer, seq: int, why: str, *, by: Actor, now: datetime) -> None:
    """A person leaves out what a batch holds that was refused or fails there: an empty one takes its number.

    Raises:
        Refused: NOT_ALLOWED, OUT_OF_SCOPE, NO_SUCH_BATCH, WHY_LEFT_OUT.
    """
    row = _stuck(peer, seq, by)
    _emptied(row, peer, why, now)
    _decided(row, peer, "excluded", by, now)


@transaction.atomic
def set_aside(peer: Peer, seq: int, why: str, *, by: Actor, now: datetime) -> int:
    """A person lets what lies behind a batch go on: an empty one takes its number, its cases count as come back.

    They are sent again every day, as they stand then, until each is taken or left out. Returns how many.

    Raises:
        Refused: NOT_ALLOWED, OUT_OF_SCOPE, NO_SUCH_BATCH, WHY_LEFT_OUT.
    """
    row = _stuck(peer, seq, by)
    told = {
        rules.key_of(one) for one in rules.lines_of(rules.unpack(bytes(row.content)).body) if "case" in one
    }
    said = _emptied(row, peer, why, now)
    back(peer, told, CASE_SET_ASIDE, {"why": said}, now=now)
    facts = {"peer": peer.code, "seq": str(seq), "cases": str(len(told))}
    entry = NewEntry(EntryKind.BATCH_SET_ASIDE, "outgoing_batch", str(row.id), facts=facts)
    ledger.append([entry], by=by, now=now)
    return len(told)


def _emptied(row: OutgoingBatch, peer: Peer, why: str, now: datetime) -> str:
    said = clean(why)[:WHY_LIMIT]
    if not said:
        raise Refused(WHY_LEFT_OUT, field="why")
    seq = row.seq
    empty = _row(peer, seq, [], kind=BatchKind.RECORDS, period=(now, now), now=now)
    OutgoingBatch.objects.filter(id=row.id).update(
        state=OutState.QUEUED,
        kind=BatchKind.RECORDS,
        content=empty.content,
        sha256=empty.sha256,
        rows=0,
        failures=0,
        why=said,
        code="",
        message="",
        params={},
    )
    models.Peer.objects.filter(id=peer.id).update(due_at=now)
    return said


def _stuck(peer: Peer, seq: int, by: Actor) -> OutgoingBatch:
    check_power(by, Power.DIRECTORY_EDIT)
    check_scope(by, division_path=peer.division_path)
    rows = OutgoingBatch.objects.select_for_update()
    fails = Q(state__in=_OPEN, failures__gte=MOST_FAILURES)
    row = rows.filter(fails | Q(state=OutState.REJECTED), peer_id=peer.id, seq=seq).first()
    if row is None:
        raise Refused(NO_SUCH_BATCH, field="seq", seq=seq, value=shown(peer.code, 40))
    return row


def _decided(row: OutgoingBatch, peer: Peer, decided: str, by: Actor, now: datetime) -> None:
    facts = {"peer": peer.code, "seq": str(row.seq), "state": decided}
    entry = NewEntry(EntryKind.BATCH_EXCHANGED, "outgoing_batch", str(row.id), facts=facts)
    ledger.append([entry], by=by, now=now)
