"""同时到达: single answers that arrive at one moment share a transaction (group commit), never a fate.

Whoever finds nobody writing writes for all who wait by then; the others wait for the answer to their own, and the first
who came meanwhile writes next. A commit costs what it costs, however many share it. An answer is given only after its
transaction has committed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled

from haochaping.flows.receive_reviews import receive_reviews

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from haochaping.exchange.terms import Raw
    from haochaping.kernel.actor import Actor
    from haochaping.kernel.outcomes import Outcome
    from haochaping.reviews.terms import Entrance

_FEW = 20
_MOST_TOGETHER = 64
# So many who waited in vain, each alone, and nobody tries on: it is not their answers that somebody else holds up.
_IN_VAIN = 3
# What one answer alone may run into: a circle, a row that somebody else holds too long, a statement that ends too late.
_OF_ONE = (DeadlockDetected, LockNotAvailable, QueryCanceled)


@dataclass(slots=True)
class _Call:
    """One caller's answers on their way, and what came of them."""

    raws: Sequence[Raw]
    entrance: Entrance
    by: Actor
    now: datetime
    outcomes: list[Outcome] | None = None
    error: Exception | None = None
    turn: Event = field(default_factory=Event)
    """Set when the answer is there, or when it is this caller's turn to write."""

    @property
    def is_answered(self) -> bool:
        """Whether its answers were written, or could not be."""
        return self.outcomes is not None or self.error is not None


_waiting: list[_Call] = []
_writing: list[_Call] = []
_queue = Lock()


def receive_together(raws: Sequence[Raw], *, entrance: Entrance, by: Actor, now: datetime) -> list[Outcome]:
    """Take answers as `receive_reviews` does, in one transaction with whatever else arrives at the same moment.

    Inside a transaction of the caller's own the answers stay in it, and a batch is a transaction by itself. When a
    shared transaction fails over somebody's answers, each caller's are tried alone, and only the caller whose answers
    fail hears the error; when the database fails, all hear it. Who waits too long for what somebody else holds hears that
    alone.
    """
    if connection.in_atomic_block or len(raws) > _FEW:
        return receive_reviews(raws, entrance=entrance, by=by, now=now)
    call = _Call(raws, entrance, by, now)
    with _queue:
        _waiting.append(call)
        if not _writing:
            _writing.append(call)
            call.turn.set()
    # Who waits keeps no connection from the pool: the one who writes may need it.
    connection.close()
    call.turn.wait()
    if not call.is_answered:
        _write_for_all()
    if call.error is not None:
        raise call.error
    return call.outcomes or []


def _write_for_all() -> None:
    """Write for all who wait, tell them, and leave the turn to the first of those who came meanwhile."""
    calls: list[_Call] = []
    try:
        calls = _next()
        _write(calls)
    finally:
        for call in calls:
            if not call.is_answered:
                call.error = RuntimeError("stopped while writing")
        with _queue:
            _writing[:] = _waiting[:1]
        for call in (*calls, *_writing):
            call.turn.set()


def _next() -> list[_Call]:
    with _queue:
        taken = _waiting[:_MOST_TOGETHER]
        del _waiting[:_MOST_TOGETHER]
        return taken


def _write(calls: list[_Call]) -> None:
    try:
        _write_together(calls)
    except Exception as error:  # noqa: BLE001 - it is raised again, to the one whom it concerns
        if len(calls) == 1 or _concerns_all(error):
            _tell(calls, error)
        else:
            _write_each(calls)


def _write_each(calls: list[_Call]) -> None:
    """Write for each alone, after their shared transaction was rolled back."""
    for call in calls:
        call.outcomes = None
    in_vain = 0
    for done, call in enumerate(calls, 1):
        _write([call])
        in_vain += isinstance(call.error, OperationalError)
        if call.error and in_vain == _IN_VAIN:
            _tell(calls[done:], call.error)
            return


def _tell(calls: list[_Call], error: Exception) -> None:
    for call in calls:
        call.error = error


def _concerns_all(error: Exception) -> bool:
    """Whether the database itself failed: trying each alone would only make everybody wait for the same failure.

    What may be the fault of one answer's row is no such failure: the others go through by themselves.
    """
    return isinstance(error, (OperationalError, InterfaceError)) and not isinstance(error.__cause__, _OF_ONE)


@transaction.atomic
def _write_together(calls: list[_Call]) -> None:
    by_sender: dict[tuple[Entrance, Actor], list[_Call]] = {}
    for call in calls:
        by_sender.setdefault((call.entrance, call.by), []).append(call)
    for (entrance, by), group in by_sender.items():
        now = max(call.now for call in group)
        outcomes = iter(
            receive_reviews([raw for call in group for raw in call.raws], entrance=entrance, by=by, now=now)
        )
        for call in group:
            call.outcomes = [next(outcomes) for _ in call.raws]
