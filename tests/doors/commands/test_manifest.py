"""Files with a manifest as an operator imports them: whole or not at all; and a large file while others send."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from django.db import connection, transaction
from django.utils import timezone

from haochaping.cases.models import Case
from haochaping.config.entry import Installation
from haochaping.config.environment import read
from haochaping.doors.commands import lanes
from haochaping.doors.commands.main import cli
from haochaping.exchange.manifests.models import StatedBatch
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def run(*words: object) -> Result:
    return CliRunner().invoke(
        cli,
        [str(word) for word in words],
        obj=Installation(read(os.environ)),
        env={"LANG": "en_US.UTF-8"},
        catch_exceptions=False,
    )


@pytest.fixture
def world(committed_db: str) -> None:
    worlds.build(timezone.now())


def write(path: Path, *numbers: str) -> Path:
    when = timezone.now().isoformat()
    rows = [
        f"{worlds.SOURCE},{number},{worlds.ITEM},{worlds.AGENCY},{worlds.COUNTY},completed,{when}"
        for number in numbers
    ]
    text = "\n".join(["source,case_no,item,agency,division,status,completed_at", *rows])
    path.write_text(text + "\n", encoding="utf-8")
    return path


@pytest.fixture
def file(world: None, tmp_path: Path) -> Path:
    """Thirty cases with their manifest."""
    path = write(tmp_path / "cases.csv", *(f"M-{n}" for n in range(30)))
    done = run("cases", "manifest", path, "--source", worlds.SOURCE, "--seq", 1)
    assert done.exit_code == 0, done.output
    assert done.output.strip().endswith("cases.csv.manifest.json")
    return path


def counts(*words: object) -> dict[str, int]:
    found: dict[str, int] = json.loads(run(*words, "--json").stdout)["counts"]
    return found


def states() -> list[tuple[int, str]]:
    return list(StatedBatch.objects.order_by("id").values_list("seq", "state"))


def test_a_file_that_is_what_its_manifest_says_is_taken_once_however_often(file):
    assert counts("cases", "import", file) == {"accepted": 30}
    again = run("cases", "import", file)

    assert again.exit_code == 0
    assert "30 duplicate" in again.stdout
    assert "batch 1" in again.stderr
    assert states() == [(1, "taken")]


@pytest.mark.parametrize("sixteenths", [0, 5, 9, 15])
def test_of_a_file_that_was_cut_at_a_line_end_nothing_is_taken(file, sixteenths):
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[: len(lines) * sixteenths // 16]))

    done = run("cases", "import", file)

    assert done.exit_code == 1
    assert "sha256" in done.stderr
    assert not Case.objects.exists()
    assert states() == [(1, "refused")]


def test_a_manifest_is_named_where_it_lies_elsewhere(file, tmp_path):
    elsewhere = (tmp_path / "cases.csv.manifest.json").rename(tmp_path / "m.json")
    assert run("reviews", "import", file, "--manifest", elsewhere).exit_code == 1

    assert counts("cases", "import", file, "--manifest", elsewhere) == {"accepted": 30}
    assert states() == [(1, "taken")]


def test_a_quiet_day_is_a_file_without_rows(world, tmp_path):
    path = write(tmp_path / "quiet.csv")
    assert run("cases", "import", path).exit_code == 1
    run("cases", "manifest", path, "--source", worlds.SOURCE, "--seq", 1)

    assert run("cases", "import", path).exit_code == 0

    assert states() == [(1, "taken")]


def test_batches_are_listed_and_their_numbering_ended(file):
    run("cases", "import", file)

    [row] = json.loads(run("quality", "batches", worlds.SOURCE, "--json").stdout)
    assert run("quality", "batches", worlds.SOURCE).stdout.startswith("1  Case  taken whole  30  ")
    assert (row["seq"], row["kind"], row["state"], row["rows"]) == (1, "case", "taken", 30)
    assert "1 batch" in run("quality", "batches", worlds.SOURCE, "--end").stdout
    assert run("quality", "batches", worlds.SOURCE).stdout == ""
    assert run("quality", "batches", worlds.SOURCE, "--end").exit_code == 1


def test_a_file_that_was_cut_off_is_gone_on_with_by_importing_it_again(file, monkeypatch):
    """An import that was killed: what had gone in stays, the rest goes in, and nothing is counted twice."""
    monkeypatch.setattr(lanes, "_WINDOW", 10)

    def killed(raws, **how):
        if Case.objects.count() >= 20:
            raise KeyboardInterrupt
        return take_in_cases(raws, **how)

    with monkeypatch.context() as patch:
        patch.setattr("haochaping.flows.take_in_cases.take_in_cases", killed)
        assert run("cases", "import", file).exit_code == 1
    assert (Case.objects.count(), states()) == (20, [(1, "taking")])

    assert counts("cases", "import", file) == {"duplicate": 20, "accepted": 10}
    assert states() == [(1, "taken")]


def test_a_file_that_changes_while_it_is_imported_is_not_taken_for_its_batch(file, monkeypatch):
    whole = file.read_bytes()

    def changing(raws, **how):
        file.write_bytes(whole + whole.splitlines(keepends=True)[-1].replace(b"M-29", b"M-30"))
        return take_in_cases(raws, **how)

    with monkeypatch.context() as patch:
        patch.setattr("haochaping.flows.take_in_cases.take_in_cases", changing)
        done = run("cases", "import", file)

    assert done.exit_code == 1
    assert "was changed while it was imported" in done.stderr
    assert states() == [(1, "taking")]
    file.write_bytes(whole)
    assert run("cases", "import", file).exit_code == 0
    assert states() == [(1, "taken")]


def test_others_are_taken_while_a_part_of_a_large_file_is_being_written(file, monkeypatch):
    """Of the same platform too: their cases and reviews wait for no part of a file, and no part for the next."""
    monkeypatch.setattr(lanes, "_WINDOW", 10)
    beside: list[str] = []

    def held_open(raws, **how):
        with transaction.atomic():
            found = take_in_cases(raws, **how)
            # The part is written and not committed yet; another program sends on a connection of its own.
            with ThreadPoolExecutor(1) as other:
                beside.extend(other.submit(_send, len(beside)).result(timeout=20))
        return found

    monkeypatch.setattr("haochaping.flows.take_in_cases.take_in_cases", held_open)
    assert run("cases", "import", file).exit_code == 0

    assert beside == ["accepted"] * 6
    assert Case.objects.count() == 33


def _send(n: int) -> list[str]:
    now = timezone.now()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        case, review = worlds.case(f"OTHER-{n}", now), worlds.review(f"OTHER-{n}", 5, now)
        outcomes = take_in_cases([Raw(case)], entrance=Entrance.CLIENT, by=OPERATOR, now=now)
        outcomes += receive_reviews([Raw(review)], entrance=Entrance.CLIENT, by=OPERATOR, now=now)
        return [one.kind.value for one in outcomes]
    finally:
        connection.close()
