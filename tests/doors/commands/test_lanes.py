"""Lanes end without a word; a large file goes in by several: nothing lost, nothing twice, told in its order."""

from __future__ import annotations

import json
import os
import signal
from multiprocessing.util import Finalize
from threading import Event
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from haochaping.cases.models import Case
from haochaping.doors.commands import lanes
from haochaping.doors.commands.installation import answered, quiet_pool
from haochaping.doors.commands.intake import import_file
from haochaping.doors.commands.lanes import windows
from haochaping.doors.lanes import LaneLostError, together
from haochaping.exchange.rules import CASE_COLUMNS
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import Refused
from tests import worlds
from tests.faults.conftest import is_there, until
from tests.flows.truth import assert_counters_exact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from haochaping.exchange.terms import Raw
    from haochaping.kernel.outcomes import Outcome

ROWS = 300
_HEADING = "source,case_no,item,agency,division,status,completed_at"


@pytest.fixture(autouse=True)
def _many_lanes(committed_db, monkeypatch):
    worlds.build(timezone.now())
    monkeypatch.setattr(lanes, "_WORTH_LANES", 0)
    monkeypatch.setattr(lanes, "_WINDOW", 50)
    monkeypatch.setattr(os, "process_cpu_count", lambda: 3)


def take(raws: Sequence[Raw]) -> list[Outcome]:
    return take_in_cases(raws, entrance="file", by=OPERATOR, now=timezone.now())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Cases, every 40th with an unknown agency, and at the end the first one again, changed."""
    path = tmp_path / "cases.jsonl"
    rows = [worlds.case(f"L-{n}", timezone.now()) for n in range(ROWS)]
    for n in range(0, ROWS, 40):
        rows[n] = rows[n] | {"agency": "nobody"}
    rows.append(rows[1] | {"trips": 7})
    path.write_text("\n".join(json.dumps(row, default=str) for row in rows), encoding="utf-8")
    return path


def test_a_lane_leaves_ctrl_c_to_whoever_listens():
    handlers = list(together([lambda: iter([signal.getsignal(signal.SIGINT)])] * 2))

    assert handlers == [signal.SIG_IGN] * 2


@pytest.fixture
def signals_that_raise():
    """As the demo has it: each signal is a Ctrl-C."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def _says_and_waits() -> Iterator[int]:
    yield os.getpid()
    Event().wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.usefixtures("signals_that_raise")
def test_a_lane_that_is_told_to_end_does_so_without_a_word(capfd, number):
    found = together([_says_and_waits] * 2)
    lanes = {next(found), next(found)}

    for lane in lanes:
        os.kill(lane, number)

    with pytest.raises(LaneLostError):
        next(found)
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("signals_that_raise")
def test_lanes_that_nobody_listens_to_any_more_end_without_a_word(capfd):
    found = together([_says_and_waits] * 2)
    lanes = {next(found), next(found)}

    found.close()

    assert not any(map(is_there, lanes))
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("signals_that_raise")
def test_a_lane_that_is_done_is_let_end(tmp_path, capfd):
    def slow_to_end() -> Iterator[None]:
        note = tmp_path / str(os.getpid())
        Finalize(None, lambda: (Event().wait(0.3), note.touch()), exitpriority=1)
        yield from ()

    assert list(together([slow_to_end] * 2)) == []

    assert len(list(tmp_path.iterdir())) == 2
    assert capfd.readouterr().err == ""


def test_a_lane_that_is_lost_is_noticed_while_the_others_go_on():
    def lost() -> Iterator[int]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield from ()

    found = together([_says_and_waits, lost])
    next(found)

    with pytest.raises(LaneLostError):
        next(found)


def test_a_lane_whose_listener_was_killed_ends():
    """It holds no end of a pipe that would keep its own open."""
    reading, writing = os.pipe()

    def goes_on() -> Iterator[int]:
        while True:
            yield os.getpid()

    if not (listener := os.fork()):
        found = together([goes_on] * 2)
        lanes: set[int] = set()
        while len(lanes) < 2:
            lanes.add(next(found))
        os.write(writing, " ".join(map(str, lanes)).encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(listener, 0)

    left = [int(lane) for lane in os.read(reading, 99).decode().split()]
    until(lambda: not any(map(is_there, left)))

    assert len(left) == 2


def test_every_row_is_taken_once_and_told_in_the_order_of_the_file(file):
    found = list(windows(file, take, CASE_COLUMNS))

    assert [window.rows for window in found] == [50] * 6 + [1]
    troubled = [trouble.row for window in found for trouble in window.troubles]
    assert troubled == list(range(1, ROWS + 1, 40))
    sums = sum((window.counts for window in found), start=type(found[0].counts)())
    assert sums == {"accepted": 292, "quarantined": 8, "updated": 1}
    assert Case.objects.get(case_no="L-1").trips == 7
    assert Case.objects.filter(case_no__startswith="L-").count() == 292
    assert_counters_exact()


def test_a_table_is_shared_out_as_well(tmp_path):
    """One case in two spellings, a torn row and one without a case: each is told once, at its place."""
    path = tmp_path / "cases.csv"
    when = timezone.now().isoformat()
    rows = [
        f"{worlds.SOURCE},L-{n % 90}{' ' * (n // 90)},{worlds.ITEM},{worlds.AGENCY},{worlds.COUNTY},completed,{when}"
        for n in range(180)
    ]
    rows[7], rows[60] = f"{worlds.SOURCE},L-7", rows[60].replace("L-60", "")
    path.write_text("\n".join([_HEADING, *rows, ""]), encoding="utf-8")
    log = tmp_path / "takers"

    def noted(raws: Sequence[Raw]) -> list[Outcome]:
        with log.open("a", encoding="utf-8") as out:
            out.writelines(f"{str(raw.fields.get('case_no', '')).strip()}:{os.getpid()}\n" for raw in raws)
        return take(raws)

    found = list(windows(path, noted, CASE_COLUMNS))

    assert len(set(log.read_text(encoding="utf-8").split())) == 91  # one taker for each number
    assert [window.rows for window in found] == [50, 50, 50, 30]
    assert [(trouble.row, trouble.complaint.code) for window in found for trouble in window.troubles] == [
        (9, "short_row"),
        (62, "missing"),
    ]
    assert Case.objects.count() == 90


def test_a_lane_that_is_killed_is_noticed(file):
    def killed(raws):
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(LaneLostError):
        list(windows(file, killed, CASE_COLUMNS))


def lost_database(_raws: Sequence[Raw]) -> list[Outcome]:
    """The server ends the lane's connection in the middle of its work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return []


def test_a_lane_that_lost_the_database_says_so(file):
    with pytest.raises(OperationalError, match="terminating connection"):
        list(windows(file, lost_database, CASE_COLUMNS))


def test_an_import_whose_database_went_away_says_so_in_a_line(file, monkeypatch, capsys):
    monkeypatch.setenv("LANGUAGE", "en")

    with pytest.raises(SystemExit), quiet_pool(), answered():
        import_file(file, lost_database, CASE_COLUMNS, as_json=False)

    [said] = capsys.readouterr().err.splitlines()
    assert said.startswith("The database did not answer: terminating connection")


def test_a_file_that_cannot_be_read_is_refused_from_a_lane_too(tmp_path):
    torn = tmp_path / "cases.csv"
    torn.write_text('source,source\n"', encoding="utf-8")

    with pytest.raises(Refused):
        list(windows(torn, take, CASE_COLUMNS))
