"""`haochaping identity …` as whoever keeps the keys types it."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.doors.commands.checkup import _rotation
from haochaping.flows.open_identity import request_opening
from haochaping.identity import actions, keys
from haochaping.kernel.actor import OPERATOR
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from tests import worlds
from tests.doors.commands.test_commands import run
from tests.identity.conftest import OFFICES, SUPERVISOR, keeper

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID


@pytest.fixture
def approved(folder) -> UUID:
    """A request that two offices approved two days ago."""
    then = timezone.now() - timedelta(days=2)
    rows = [
        {"code": code, "name": code, "division": worlds.CITY, "parent": "", "uscc": ""} for code in OFFICES
    ]
    assert directory.put(Kind.AGENCIES, rows, by=OPERATOR, now=then) == []
    request_id = request_opening(
        "YC-1",
        purpose="retaliation",
        legal_basis="《优化营商环境条例》",
        document="",
        told_forbidden=False,
        by=SUPERVISOR,
        now=then,
    )
    for office in OFFICES[:2]:
        actions.approve_opening(request_id, by=keeper(office), now=then)
    return request_id


def test_an_identity_is_printed_once_after_it_is_recorded(approved, folder):
    done = run("identity", "open", str(approved), "--escrow-key", str(folder / "escrow.key"))

    assert done.exit_code == 0
    assert "name: 张小满\nphone: 13900000001\ncertificate: 111 X1" in done.output
    entry = Entry.objects.get(kind=EntryKind.IDENTITY_OPENED)
    assert (entry.subject_id, entry.actor) == (str(approved), "operator:shell")
    again = run("identity", "open", str(approved), "--escrow-key", str(folder / "escrow.key"))
    assert again.exit_code == 1
    assert "张小满" not in again.output
    # There is no page to reload here.
    assert not {"page", "页面"} & set(re.findall("page|页面", again.output))


def test_two_shares_of_three_open_as_well(approved, folder, tmp_path):
    split = run("identity", "split-key", str(folder / "escrow.key"), "--into", str(tmp_path))
    made = split.output.splitlines()[:3]
    (folder / "escrow.key").unlink()

    lone = run("identity", "open", str(approved), "--share", made[0])
    done = run("identity", "open", str(approved), "--share", made[0], "--share", made[2])

    assert (split.exit_code, lone.exit_code, done.exit_code) == (0, 1, 0)
    assert "1 of 2" in lone.output
    assert "张小满" in done.output


def test_shares_are_tried_before_the_key_is_wiped(folder, tmp_path):
    ours, others = tmp_path / "ours", tmp_path / "others"
    for into, key in ((ours, "escrow.key"), (others, "relay.key")):
        into.mkdir()
        assert run("identity", "split-key", str(folder / key), "--into", str(into)).exit_code == 0
    (folder / "escrow.key").unlink()

    def tried(folder: Path) -> tuple[int, str]:
        one, two, _ = sorted(folder.iterdir())
        done = run("identity", "try", "--share", str(one), "--share", str(two))
        return done.exit_code, done.output

    needed = keys.application_keys(folder).escrow.id
    assert tried(ours) == (
        0,
        f"1 batch is wrapped for the escrow office under {needed}\nIt opens everything that is sealed here: {needed}.\n",
    )
    status, said = tried(others)
    assert (status, needed in said) == (1, True)


def test_shares_of_a_former_key_are_neither_kept_as_the_new_ones_nor_written_over(folder, tmp_path):
    words = ("identity", "split-key", str(folder / "escrow.key"), "--into", str(tmp_path))
    assert run(*words, "--shares", "4").exit_code == 0
    former = {path: path.read_text() for path in tmp_path.glob("*-share-*.key")}
    (tmp_path / "escrow-share-1.key").unlink()
    shutil.copy(folder / "relay.key", folder / "escrow.key")

    done = run(*words)

    assert done.exit_code == 1
    assert str(tmp_path / "escrow-share-2.key") in done.stderr
    assert {path: path.read_text() for path in tmp_path.glob("*-share-*.key")} == {
        path: text for path, text in former.items() if path.name != "escrow-share-1.key"
    }


def test_a_key_is_named_one_way_or_the_other(approved, folder):
    key = str(folder / "escrow.key")

    assert run("identity", "open", str(approved)).exit_code == 1
    assert run("identity", "open", str(approved), "--escrow-key", key, "--share", key).exit_code == 1
    assert not Entry.objects.filter(kind=EntryKind.IDENTITY_OPENED).exists()


def test_more_are_needed_than_there_are_shares(folder, tmp_path):
    done = run("identity", "split-key", str(folder / "escrow.key"), "--shares", "2", "--threshold", "3")

    assert done.exit_code == 1


def test_shares_that_cannot_be_written_are_one_sentence(folder, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")

    done = run("identity", "split-key", str(folder / "escrow.key"), "--into", "/proc")

    assert done.exit_code == 1
    assert "/proc" in done.stderr
    assert "cannot be read or written" in done.stderr


def test_the_relays_key_is_rotated_and_the_doctor_is_content(folder):
    before = keys.application_keys(folder).relay.id
    keys.renew_relay(folder)
    unfinished = _rotation()

    done = run("identity", "rotate", "relay")

    assert (unfinished.ok, done.exit_code, _rotation().ok) == (False, 0, True)
    assert f"{before}: 1" in unfinished.text
    assert keys.application_keys(folder).relay.id != before
    assert "1 batch wrapped anew" in done.output
    assert "relay.pub" in done.output


def test_the_escrow_key_is_rotated_into_a_file_elsewhere(folder, approved, tmp_path):
    former, new = folder / "escrow.key", tmp_path / "new.key"
    words = ("identity", "rotate", "escrow", "--escrow-key", str(former), "--new-key", str(new))

    done, again = run(*words), run(*words)

    assert (done.exit_code, again.exit_code) == (0, 0)
    assert "1 batch wrapped anew" in done.output
    assert "wrapped anew\n" not in again.output
    assert run("identity", "open", str(approved), "--escrow-key", str(former)).exit_code == 1
    assert "张小满" in run("identity", "open", str(approved), "--escrow-key", str(new)).output


def test_the_escrow_key_needs_a_place_for_the_new_one(folder):
    before = keys.application_keys(folder).escrow.id
    done = run("identity", "rotate", "escrow", "--escrow-key", str(folder / "escrow.key"))

    assert done.exit_code == 1
    assert keys.application_keys(folder).escrow.id == before


def test_the_register_names_every_key_and_what_is_wrapped_under_it(folder):
    rows = json.loads(run("identity", "keys", "--json").output)

    files = {row["file"]: row for row in rows if "file" in row}
    assert {"escrow.pub", "escrow.key", "relay.pub", "relay.key", "blind-phone.key"} <= files.keys()
    assert files["relay.key"]["owner"] == "worker"
    assert files["relay.pub"]["since"] < files["relay.pub"]["rotate_by"] < files["escrow.pub"]["rotate_by"]
    used = {(row["pair"], row["key_id"], row["batches"]) for row in rows if "pair" in row}
    held = keys.application_keys(folder)
    assert used == {("escrow", held.escrow.id, 1), ("relay", held.relay.id, 1)}
    lines = run("identity", "keys").output.splitlines()
    assert len(lines) == len(rows)
    assert any("replace by" in line for line in lines)


def test_the_register_is_in_words_in_either_language(folder, monkeypatch):
    english: list[str] = []
    chinese: list[str] = []
    for language, told in (("en", english), ("zh_Hans", chinese)):
        monkeypatch.setenv("LANGUAGE", language)
        told.extend(run("identity", "keys").output.splitlines())

    assert any(
        line.startswith(
            "relay.key · here · opens what the relay calls · HPKE ML-KEM768-X25519 · the worker has it"
        )
        for line in english
    )
    # Nothing stays in English but the names of files, keys and algorithms.
    words = {word for line in chinese for word in re.findall(r"\b[A-Za-z]{3,}\b", line.partition(" · ")[2])}
    assert words <= {"HPKE", "HMAC"}


def test_requests_are_listed_without_a_name(approved):
    listed = run("identity", "requests")

    assert str(approved) in listed.output
    assert "Approved by two offices" in listed.output
    assert "张小满" not in listed.output
    [row] = json.loads(run("identity", "requests", "--json").output)
    assert row["state"] == "approved"


def test_a_real_site_serves_no_pages_beside_private_keys(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("HAOCHAPING_BASE_URL", "https://hcp.example")
    monkeypatch.setenv("HAOCHAPING_DATA", str(tmp_path))

    done = run("serve")

    assert done.exit_code == 1
    assert "relay.key, escrow.key" in done.output
