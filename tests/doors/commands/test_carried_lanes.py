"""Carried files of several installations are taken side by side, those of each in their order."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.cases.models import Case
from haochaping.doors.commands import carried
from haochaping.levels import queries
from tests import worlds
from tests.levels import made

if TYPE_CHECKING:
    from pathlib import Path

CITIES = ("city", "coast", "hills")


@pytest.fixture
def files(committed_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Three batches of each of three installations, and something that is none."""
    now = timezone.now()
    worlds.build(now)
    monkeypatch.setattr(carried, "_WORTH_LANES", 0)
    monkeypatch.setattr(os, "process_cpu_count", lambda: 2)
    for code in CITIES:
        own = made.city(now, code=code)
        for seq in range(1, 4):
            lines = [made.record(f"{code}-{seq}-{n}", now, 1 + n % 5) for n in range(20)]
            content = made.batch(own, seq, lines, now, sender=code)
            (tmp_path / f"{code}-province-{seq:08d}.batch").write_bytes(content)
    (tmp_path / "note.batch").write_bytes(b"by lorry, on Tuesday")
    return sorted(tmp_path.iterdir())


def test_what_one_installation_sent_is_taken_by_one_process(files):
    lanes = carried._lanes(files)

    assert len(lanes) == 2
    assert sorted(n for lane in lanes for n in lane) == list(range(10))
    for code in CITIES:
        assert sum(any(files[n].name.startswith(code) for n in lane) for lane in lanes) == 1


def test_all_are_taken_and_told_in_the_order_of_the_files(files, tmp_path, monkeypatch):
    def noted(file, answers, taken=carried._taken):
        with (tmp_path / "takers").open("a", encoding="ascii") as out:
            out.write(f"{os.getpid()}\n")
        return taken(file, answers)

    monkeypatch.setattr(carried, "_taken", noted)
    answers = tmp_path / "answers"
    answers.mkdir()

    came = carried._take(files, answers)

    takers = set((tmp_path / "takers").read_text(encoding="ascii").split())
    assert len(takers - {str(os.getpid())}) == 2
    told = [(row.get("peer"), row.get("seq"), row["state"]) for one in came for row in one.rows]
    merged = [(code, seq, "merged") for code in CITIES for seq in range(1, 4)]
    assert told == [*merged, (None, None, "refused")]
    assert len(list(answers.iterdir())) == 9
    assert [peer.taken_seq for peer in queries.peers()] == [3, 3, 3]
    assert Case.objects.count() == 180
