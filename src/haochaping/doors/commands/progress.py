"""How far long work is: a bar on a terminal, a plain line now and then otherwise; always beside the answer, on stderr."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from gettext import gettext, ngettext
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_EVERY = 10_000
_TICK_S = 1.0


@contextmanager
def tally(name: str, *, every: int = _EVERY) -> Iterator[Callable[[int], None]]:
    """Give what is called with each number of rows, records or entries that are done."""
    if sys.stderr.isatty():
        with click.progressbar(
            length=0, label=name, show_pos=True, show_percent=False, file=sys.stderr
        ) as bar:
            yield bar.update
        return
    done = 0

    def add(n: int) -> None:
        nonlocal done
        told, done = done // every, done + n
        if done // every > told:
            line = ngettext("{file}: {n} row", "{file}: {n} rows", done)
            click.echo(line.format(file=name, n=f"{done:,}"), err=True)

    yield add


def counted[T](found: Iterable[T], name: str, size: Callable[[T], int] = lambda _: 1) -> Iterator[T]:
    """The same, told while it is used; `size` says how many rows one of them is."""
    with tally(name) as add:
        for one in found:
            add(size(one))
            yield one


@contextmanager
def under_way(name: str) -> Iterator[None]:
    """For the work of another program, which does not say how far it is: that it goes on, and since when."""
    click.echo(f"{name} …", err=True, nl=not sys.stderr.isatty())
    if not sys.stderr.isatty():
        yield
        return
    done, begun = Event(), monotonic()

    def tick() -> None:
        while not done.wait(_TICK_S):
            passed = gettext("{n} s").format(n=int(monotonic() - begun))
            click.echo(f"\r{name} … {passed}", err=True, nl=False)

    ticking = Thread(target=tick, daemon=True)
    ticking.start()
    try:
        yield
    finally:
        done.set()
        ticking.join()
        click.echo(err=True)
