"""A large file goes in by several processes: nothing lost, nothing twice, told in the order of the file."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.cases.models import Case
from haochaping.doors.commands import lanes
from haochaping.doors.commands.lanes import windows
from haochaping.doors.lanes import LaneLostError, together
from haochaping.exchange.rules import CASE_COLUMNS
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import Refused
from tests import worlds
from tests.flows.truth import assert_counters_exact

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def test_a_lane_that_is_ended_ends_silently():
    """The demo takes SIGTERM for Ctrl-C; a lane that has said its last is told to end by it, and must not raise."""
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        handlers = list(together([lambda: iter([signal.getsignal(signal.SIGTERM)])] * 2))
    finally:
        signal.signal(signal.SIGTERM, former)

    assert handlers == [signal.SIG_DFL] * 2


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
    path.write_text("\n".join([_HEADING, *rows]), encoding="utf-8")
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


def test_a_file_that_cannot_be_read_is_refused_from_a_lane_too(tmp_path):
    torn = tmp_path / "cases.csv"
    torn.write_text('source,source\n"', encoding="utf-8")

    with pytest.raises(Refused):
        list(windows(torn, take, CASE_COLUMNS))
