"""收批: a signed batch of an installation below is taken whole, once, in its turn; whatever it is, it is answered.

Its cases and reviews go down the roads that everything goes, with the platform that they first came from as their source:
what comes from below by two ways, or from there and from its platform itself, is one case and counts once.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from haochaping.exchange.fields import shown
from haochaping.flows import hear_days
from haochaping.flows.take_records import Taking, passes
from haochaping.kernel.actor import PEER, Actor, ActorKind, Scope
from haochaping.kernel.refused import Complaint, Refused
from haochaping.levels import actions as levels
from haochaping.levels import keys, queries, rules
from haochaping.levels.terms import (
    ANSWER_FORMAT,
    BATCH_FAILED,
    MOST_AHEAD,
    MOST_FAILURES,
    NO_SUCH_PEER,
    NOT_OURS,
    OTHER_CONTENT,
    OTHER_RECEIVER,
    PEER_DOES_NOT_SEND,
    TOO_FAR_AHEAD,
    UNKNOWN_CODE_SET,
    WRONG_SIGNATURE,
    Answer,
    BatchKind,
    HeardDay,
    InState,
    Manifest,
    News,
    Returned,
)
from haochaping.reviews import queries as review_queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.levels.rules import Record
    from haochaping.levels.terms import Packed, Peer

_log = logging.getLogger("haochaping.exchange")
# Nothing that is taken after a batch bears the same moment as what is taken with it.
_NEXT = timedelta(milliseconds=2)


class Given(NamedTuple):
    """The answer to a batch, as the file that goes back to its sender."""

    receiver: str
    sender: str
    seq: int
    state: InState
    content: bytes
    said: Answer
    is_new: bool = True
    """False when it is the answer that the batch was given before."""


def take(content: bytes, *, now: datetime) -> list[Given]:
    """Take a batch, and after it those that were waiting for it; returns the answer to each, in order.

    A batch that has come before is answered as before. Each is taken in a transaction of its own, wholly or not at all;
    must not run inside another one.

    Raises:
        Refused: what is no batch of a peer of ours: NOT_SEALED, SEALED_FOR_OTHER, NOT_OURS, TOO_LARGE_BATCH, NO_SUCH_PEER,
            OTHER_RECEIVER, WRONG_SIGNATURE, PEER_DOES_NOT_SEND. Anything else is answered.
    """
    packed = rules.unpack(queries.opened(content))
    manifest = rules.read_head(packed)
    if not isinstance(manifest, Manifest):
        raise Refused(NOT_OURS)
    return take_packed(packed, manifest, now=now)


def take_packed(packed: Packed, manifest: Manifest, *, now: datetime) -> list[Given]:
    """The same for a file that is opened and taken apart already."""
    given = [_taken(packed, manifest, now=now)]
    if given[-1].is_new and given[-1].state == InState.MERGED:
        given += take_next(manifest.sender, now=now + _NEXT)
    return given


def take_next(sender: str, *, now: datetime) -> list[Given]:
    """Take what is kept here of a peer and has its turn now: it was waiting, or we have failed to take it."""
    given: list[Given] = []
    while (not given or given[-1].state == InState.MERGED) and (waits := _next(sender)):
        packed = rules.unpack(waits)
        manifest = rules.read_head(packed)
        if not isinstance(manifest, Manifest):  # it was one when it came
            break
        given.append(_taken(packed, manifest, now=now))
        now += _NEXT
    return given


def _next(sender: str) -> bytes | None:
    peer = queries.peer(sender)
    found = queries.staged(peer.id, peer.taken_seq + 1) if peer else None
    return found[1] if found else None


def _taken(packed: Packed, manifest: Manifest, *, now: datetime) -> Given:
    """One batch, and where nothing is wrong with it but here, the answer that says so; nothing of it is taken then."""
    try:
        return _take_one(packed, manifest, now=now)
    except Refused:
        raise
    except Exception as error:
        if passes(error):
            raise
        _log.exception("batch %s of %s fails", manifest.seq, shown(manifest.sender, 40))
        return _fail(packed, manifest, type(error).__name__, now)


@transaction.atomic
def _fail(packed: Packed, manifest: Manifest, error: str, now: datetime) -> Given:
    peer = _sender(packed, manifest)
    answer = _answer(peer, manifest, InState.FAILED, now, complaint=Complaint(BATCH_FAILED))
    given = _given(peer, answer)
    levels.failed(peer, manifest, packed.content, given[1], error, by=actor_of(peer), now=now)
    return given[0]


@transaction.atomic
def _take_one(packed: Packed, manifest: Manifest, *, now: datetime) -> Given:
    peer = _sender(packed, manifest)
    try:
        if (before := _before(peer, manifest, now)) is not None:
            return before
        lines = _read(peer, manifest, packed)
    except Refused as no:
        return _refuse(peer, manifest, no.complaint, now)
    if manifest.seq > peer.taken_seq + 1:
        given, plain = _given(peer, _answer(peer, manifest, InState.STAGED, now))
        levels.stage(peer, manifest, packed.content, plain, now=now)
        return given
    if manifest.kind == BatchKind.STATEMENT:
        return _hear(peer, manifest, lines, now)
    by = actor_of(peer)
    levels.carry(peer, {rules.key_of(line)[0] for line in lines}, now=now)
    came = Taking(peer, by, now)
    if queries.failures(peer.id, manifest.seq, manifest.sha256) < MOST_FAILURES:
        came.take(lines)
    else:
        came.take_singly(lines)
    answer = _answer(peer, manifest, InState.MERGED, now, counts=came.counts, returned=came.returned)
    given, plain = _given(peer, answer)
    levels.merged(peer, manifest, answer, plain, news=came.news(), by=by, now=now)
    return given


def _hear(peer: Peer, manifest: Manifest, lines: Sequence[Record], now: datetime) -> Given:
    """A batch of statements; one at which we fail every time is passed over, as each day is told again."""
    by = actor_of(peer)
    passed_over = queries.failures(peer.id, manifest.seq, manifest.sha256) >= MOST_FAILURES
    heard = [] if passed_over else hear_days.hear(lines, by=by, now=now)
    counts = {"accepted": len(heard)}
    answer = _answer(peer, manifest, InState.MERGED, now, counts=counts, heard=heard)
    given, plain = _given(peer, answer)
    levels.merged(peer, manifest, answer, plain, news=News(), by=by, now=now)
    return given


def _sender(packed: Packed, manifest: Manifest) -> Peer:
    """The peer whose batch this is, held; raises `Refused` where it is nobody's we know."""
    peer = levels.hold(manifest.sender)
    if peer is None:
        raise Refused(NO_SUCH_PEER, field="sender", value=shown(manifest.sender, 40))
    if manifest.receiver != peer.known_as:
        names = {"sender": peer.code, "ours": peer.known_as}
        raise Refused(OTHER_RECEIVER, field="receiver", value=shown(manifest.receiver, 40), **names)
    if not keys.is_signed(peer.suite, peer.public_key, packed.head, packed.signature):
        raise Refused(WRONG_SIGNATURE, field="signature", value=peer.code)
    if not peer.takes:
        raise Refused(PEER_DOES_NOT_SEND, field="sender", value=peer.code)
    return peer


def _before(peer: Peer, manifest: Manifest, now: datetime) -> Given | None:
    """The answer that a batch was given before; raises `Refused(OTHER_CONTENT)` for another one under its number.

    Where that has been emptied meanwhile (`levels.empty_answers`) it says how the batch ended, and no more.
    """
    known = queries.known_batch(peer.id, manifest.seq)
    if known is None and manifest.seq > peer.taken_seq:
        return None
    if known is None or known[1] != manifest.sha256:
        expected = peer.taken_seq + 1
        raise Refused(OTHER_CONTENT, field="seq", seq=manifest.seq, value=peer.code, expected=expected)
    state, _, answer = known
    if state == InState.STAGED and manifest.seq == peer.taken_seq + 1:
        return None
    if not answer:
        return _given(peer, _answer(peer, manifest, state, now))[0]._replace(is_new=False)
    again, said = queries.sealed(answer, peer), rules.read_head(rules.unpack(answer))
    assert isinstance(said, Answer)  # noqa: S101 - we have written it
    return Given(manifest.receiver, manifest.sender, manifest.seq, state, again, said, is_new=False)


def actor_of(peer: Peer) -> Actor:
    """The peer as actor, within the division that was agreed."""
    return Actor(ActorKind.CLIENT, f"{PEER}{peer.code}", scope=Scope(division_path=peer.division_path))


def _read(peer: Peer, manifest: Manifest, packed: Packed) -> list[Record]:
    """The lines of a batch, which are what was signed for, and nothing this version would misread."""
    rules.check_bytes(manifest, packed.body)
    if not 0 < manifest.seq <= peer.taken_seq + MOST_AHEAD:
        raise Refused(TOO_FAR_AHEAD, field="seq", seq=manifest.seq, expected=peer.taken_seq + 1)
    for name in manifest.code_sets:
        if not review_queries.indicators(shown(name, 40)):
            raise Refused(UNKNOWN_CODE_SET, field="code_sets", value=shown(name, 40))
    lines = rules.lines_of(packed.body)
    if manifest.kind == BatchKind.RECORDS:
        rules.check_records(lines)
    else:
        hear_days.stated(lines)
    rules.check_totals(manifest, lines)
    return lines


def _refuse(peer: Peer, manifest: Manifest, complaint: Complaint, now: datetime) -> Given:
    params = rules.shown_params(complaint.params)
    answer = _answer(peer, manifest, InState.REFUSED, now, complaint=complaint, params=params)
    given, plain = _given(peer, answer)
    levels.refused(peer, manifest, answer, plain, by=actor_of(peer), now=now)
    return given


def _answer(
    peer: Peer,
    manifest: Manifest,
    state: InState,
    now: datetime,
    *,
    complaint: Complaint | None = None,
    params: dict[str, str] | None = None,
    counts: dict[str, int] | None = None,
    returned: list[Returned] | None = None,
    heard: list[HeardDay] | None = None,
) -> Answer:
    taken = manifest.seq if state == InState.MERGED else peer.taken_seq
    return Answer(
        format=ANSWER_FORMAT,
        sender=manifest.receiver,
        receiver=manifest.sender,
        seq=manifest.seq,
        sha256=manifest.sha256,
        state=state,
        at=now,
        next_seq=taken + 1,
        code=complaint.code if complaint else "",
        message=complaint.reason.message if complaint else "",
        params=params or {},
        counts=counts or {},
        returned=returned or [],
        heard=heard or [],
    )


def _given(peer: Peer, answer: Answer) -> tuple[Given, bytes]:
    """The answer as it goes back, sealed, and as it is kept to be given again."""
    plain = rules.pack(rules.head_of(answer), b"", queries.our_keys(peer.suite))
    sealed = queries.sealed(plain, peer)
    return Given(answer.sender, answer.receiver, answer.seq, answer.state, sealed, answer), plain
