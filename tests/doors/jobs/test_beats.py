from __future__ import annotations

import logging
import re
import threading

import pytest

from haochaping.doors.jobs import beats
from haochaping.doors.jobs.beats import Beat

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.INFO, logger="haochaping")
    return caplog


def test_a_beat_goes_on_until_it_is_stopped():
    stop, calls = threading.Event(), []

    def call(now) -> None:
        calls.append(now)
        if len(calls) == 3:
            stop.set()

    [thread] = beats.start([Beat("trial", 0.001, call)], stop)
    thread.join(timeout=5)

    assert not thread.is_alive()
    assert len(calls) == 3
    assert all(now.tzinfo for now in calls)


def test_an_error_neither_ends_the_beat_nor_fills_the_log(log):
    stop, calls = threading.Event(), []

    def call(now) -> None:
        calls.append(now)
        if len(calls) == 6:
            stop.set()
        elif len(calls) < 6:
            raise ValueError("not today")

    beats.keep(Beat("trial", 0.001, call), stop)

    failed = [record.getMessage() for record in log.records if record.levelname == "ERROR"]
    assert [int(n) for told in failed for n in re.findall(r"failed, (\d) times", told)] == [1, 2, 4]
    assert "works again after 5 failures" in log.text


def test_a_slow_beat_does_not_hold_up_the_others():
    stop, slow, quick = threading.Event(), threading.Event(), threading.Event()
    table = [Beat("slow", 1, lambda _: slow.wait(5)), Beat("quick", 1, lambda _: quick.set())]

    threads = beats.start(table, stop)

    assert quick.wait(3)
    stop.set()
    slow.set()
    for thread in threads:
        thread.join(timeout=5)
    assert not any(thread.is_alive() for thread in threads)


def test_the_ledger_is_chained_every_second():
    assert {beat.name: beat.seconds for beat in beats.BEATS}["chain the ledger"] == 1
