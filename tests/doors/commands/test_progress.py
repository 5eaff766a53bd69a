"""What long work says of itself: lines where nobody watches, one line that moves on a terminal."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from haochaping.doors.commands import progress
from haochaping.doors.commands.language import ENGLISH, speaking

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The standard error is a terminal; gives its other end."""
    leader, follower = os.openpty()
    with os.fdopen(follower, "w", encoding="utf-8") as screen, monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", screen)
        yield leader
    os.close(leader)


def seen(leader: int) -> str:
    os.set_blocking(leader, False)
    pieces = []
    with suppress(BlockingIOError):
        while piece := os.read(leader, 4096):
            pieces.append(piece)
    return b"".join(pieces).decode()


def test_a_line_is_told_each_time_that_so_many_more_are_done(capsys):
    with speaking(ENGLISH), progress.tally("a.csv", every=10) as add:
        for n in (4, 4, 4, 30, 1):
            add(n)

    assert capsys.readouterr().err.splitlines() == ["a.csv: 12 rows", "a.csv: 42 rows"]


def test_what_is_counted_is_handed_on_as_it_is(capsys):
    found = list(progress.counted(iter(["aa", "b" * 10_000]), "a.csv", len))

    assert found == ["aa", "b" * 10_000]
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_terminal_sees_one_bar(monkeypatch):
    with terminal(monkeypatch) as leader:
        with progress.tally("a.csv") as add:
            add(7)
        shown = seen(leader)

    assert "a.csv" in shown
    assert "7" in shown
    assert shown.count("\n") == 1


def test_the_work_of_another_program_is_named_before_it_begins(capsys):
    with progress.under_way("Backing up"):
        assert capsys.readouterr().err == "Backing up …\n"


def test_a_terminal_sees_how_long_it_takes(monkeypatch):
    monkeypatch.setattr(progress, "_TICK_S", 0.01)
    shown = ""
    with terminal(monkeypatch) as leader, speaking(ENGLISH), progress.under_way("Backing up"):
        while "0 s" not in shown:
            shown += seen(leader)

    assert shown.startswith("Backing up …")
