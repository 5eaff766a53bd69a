"""Several generators at once: in processes of their own where there are several, in turn otherwise."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

    type Lane[T] = Callable[[], Iterator[T]]


# More would only wait for the one server behind them.
_MOST = 4
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class LaneLostError(Exception):
    """A process ended before it was done: it was killed. What it had done is kept."""


@dataclass(frozen=True, slots=True)
class _DatabaseAway:
    """The last that a lane says when the database has not answered it; `reason` in the words of its driver."""

    reason: str


def worth_having() -> int:
    """How many lanes this machine has processors for."""
    return min(_MOST, os.process_cpu_count() or 1)


def together[T](lanes: Sequence[Lane[T]]) -> Generator[T]:
    """What the lanes yield, as it comes.

    Raises:
        LaneLostError: one ended before it was done.
        OperationalError: the database did not answer one; as from a single lane.
    """
    if len(lanes) == 1:
        yield from lanes[0]()
        return
    from haochaping.doors.pools import close_pools  # noqa: PLC0415 - needs Django to be ready

    # A connection cannot be shared with a child; each opens its own.
    close_pools()
    processes: list[ForkProcess] = []
    running: dict[Connection, ForkProcess] = {}
    try:
        for lane in lanes:
            near_end, process = _started(lane, list(running))
            processes.append(process)
            running[near_end] = process
        yield from _as_it_comes(running)
    finally:
        for process in running.values():
            process.terminate()
        # One that has said that it is done ends by itself.
        for process in processes:
            process.join()


def _started[T](lane: Lane[T], near_ends: list[Connection]) -> tuple[Connection, ForkProcess]:
    """Begin a lane; `near_ends` are those of the lanes before it, which it inherits and must not keep."""
    fork = multiprocessing.get_context("fork")
    # Each pipe is made just before its process: a later lane that held its far end, too, would hide that it was lost.
    near_end, far_end = fork.Pipe(duplex=False)
    process = fork.Process(target=_run, args=(lane, far_end, [*near_ends, near_end]), daemon=True)
    # Until the child has its own answers to signals they wait: our handlers would raise in it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    far_end.close()
    return near_end, process


def _run[T](lane: Lane[T], out: Connection, near_ends: list[Connection]) -> None:
    from haochaping.doors.outage import OUTAGE  # noqa: PLC0415 - needs Django to be ready
    from haochaping.doors.pools import close_pools  # noqa: PLC0415

    # Ctrl-C reaches the whole group; whoever listens ends the lanes. By the others a lane ends without a word.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    # Or nobody would tell a lane that its listener was killed.
    for near_end in near_ends:
        near_end.close()
    # A batch makes many objects and no circles: looking for circles would cost a tenth of the time.
    gc.freeze()
    gc.disable()
    with suppress(BrokenPipeError):
        try:
            for said in lane():
                out.send(said)
            out.send(None)
        except OUTAGE as error:
            out.send(_DatabaseAway(str(error)))
    close_pools()


def _as_it_comes[T](running: dict[Connection, ForkProcess]) -> Iterator[T]:
    """What the lanes say; one that has said that it is done is taken out of `running`."""
    from django.db import OperationalError  # noqa: PLC0415 - needs Django to be ready

    while running:
        ready = wait(list(running))
        for lane in [lane for lane in running if lane in ready]:
            try:
                said = lane.recv()
            except EOFError:
                raise LaneLostError from None
            if isinstance(said, _DatabaseAway):
                raise OperationalError(said.reason)
            if said is None:
                del running[lane]
            else:
                yield said
