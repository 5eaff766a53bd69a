"""Several generators at once: in processes of their own where there are several, in turn otherwise."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from contextlib import suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection

    type Lane[T] = Callable[[], Iterator[T]]


# More would only wait for the one server behind them.
_MOST = 4


class LaneLostError(Exception):
    """A process ended before it was done: it was killed, or lost the database. What it had done is kept."""


def worth_having() -> int:
    """How many lanes this machine has processors for."""
    return min(_MOST, os.process_cpu_count() or 1)


def together[T](lanes: Sequence[Lane[T]]) -> Iterator[T]:
    """What the lanes yield, as it comes.

    Raises:
        LaneLostError: one ended before it was done.
    """
    if len(lanes) == 1:
        yield from lanes[0]()
        return
    from haochaping.doors.pools import close_pools  # noqa: PLC0415 - needs Django to be ready

    # A connection cannot be shared with a child; each opens its own.
    close_pools()
    fork = multiprocessing.get_context("fork")
    pipes = [fork.Pipe(duplex=False) for _ in lanes]
    processes = [
        fork.Process(target=_run, args=(lane, pipe[1]), daemon=True)
        for lane, pipe in zip(lanes, pipes, strict=True)
    ]
    for process, (_, far_end) in zip(processes, pipes, strict=True):
        process.start()
        far_end.close()
    try:
        yield from _as_it_comes([near_end for near_end, _ in pipes])
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _run[T](lane: Lane[T], out: Connection) -> None:
    from haochaping.doors.outage import OUTAGE  # noqa: PLC0415 - needs Django to be ready
    from haochaping.doors.pools import close_pools  # noqa: PLC0415

    # Ctrl-C reaches the whole group; whoever listens ends the lanes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # By this they end; who has it raise, as the demo does, would see where each one was.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A batch makes many objects and no circles: looking for circles would cost a tenth of the time.
    gc.freeze()
    gc.disable()
    # Without a database the lane is lost, which whoever listens to it notices by itself.
    with suppress(*OUTAGE):
        for said in lane():
            out.send(said)
        out.send(None)
        close_pools()


def _as_it_comes[T](running: list[Connection]) -> Iterator[T]:
    while running:
        ready = wait(running)
        for lane in [lane for lane in running if lane in ready]:
            try:
                said = lane.recv()
            except EOFError:
                raise LaneLostError from None
            if said is None:
                running.remove(lane)
            else:
                yield said
