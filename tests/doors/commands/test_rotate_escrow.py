"""`identity rotate escrow` by the guide, and by people who have taken the wrong key or another new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from haochaping.doors.commands.checkup import _rotation
from haochaping.identity import actions, keys, sealing
from haochaping.identity.models import SealedBatch, SealedPerson
from haochaping.identity.terms import ErasureCause, KeyPair, PlainPerson
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.identifiers import uuid7
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind, Suite
from tests.doors.commands.test_commands import run
from tests.faults.conftest import until

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def media(tmp_path: Path) -> Path:
    made = tmp_path / "media"
    made.mkdir()
    return made


def rotate(former: Path, new: Path) -> Result:
    return run("identity", "rotate", "escrow", "--escrow-key", str(former), "--new-key", str(new))


def tried(key: Path) -> Result:
    return run("identity", "try", "--escrow-key", str(key))


def mark(key: Path) -> str:
    return keys.private_key(key).id


def sealed_for() -> Counter[str]:
    """How many batches are wrapped under which escrow key."""
    return Counter(SealedBatch.objects.values_list("escrow_key_id", flat=True))


def present(folder: Path) -> str:
    return keys.application_keys(folder).escrow.id


def seal_one(number: int) -> None:
    actions.seal([PlainPerson(phone=f"1390000010{number}")], now=timezone.now())


def seal_late(folder: Path, former: str, number: int = 0) -> None:
    """A worker that has not yet been given the new `escrow.pub` seals for the one it has."""
    now = (folder / "escrow.pub").read_text()
    (folder / "escrow.pub").write_text(former)
    seal_one(number)
    (folder / "escrow.pub").write_text(now)


@pytest.mark.parametrize("going_on", [False, True])
def test_a_key_that_opens_nothing_changes_nothing(folder, media, going_on):
    needed, wrong, new = mark(folder / "escrow.key"), media / "former.key", media / "new.key"
    keys.make_private(wrong)
    if going_on:
        keys.make_private(new)
    before, files = (folder / "escrow.pub").read_bytes(), sorted(media.iterdir())

    done = rotate(wrong, new)

    assert done.exit_code == 1
    assert f"{needed}: 1" in done.stderr
    assert mark(wrong) in done.stderr
    assert (folder / "escrow.pub").read_bytes() == before
    assert sorted(media.iterdir()) == files
    assert not Entry.objects.filter(kind__in=[EntryKind.KEY_CHANGED, EntryKind.KEYS_REWRAPPED]).exists()


def test_where_nobody_is_sealed_the_present_key_is_replaced_by_whoever_has_it(folder, media):
    persons = SealedPerson.objects.values_list("id", flat=True)
    actions.erase(list(persons), ErasureCause.UNUSED, by=OPERATOR, now=timezone.now())
    wrong, before = media / "wrong.key", present(folder)
    keys.make_private(wrong)

    refused, done = rotate(wrong, media / "new.key"), rotate(folder / "escrow.key", media / "new.key")

    assert (refused.exit_code, done.exit_code) == (1, 0)
    assert before in refused.stderr
    assert present(folder) == mark(media / "new.key")


def test_another_new_key_before_the_first_has_everything_is_refused(folder, media):
    first, second, pub = media / "first.key", media / "second.key", (folder / "escrow.pub").read_text()
    rotate(folder / "escrow.key", first)
    seal_late(folder, pub)

    done = rotate(folder / "escrow.key", second)

    assert done.exit_code == 1
    assert f"{mark(first)}: 1" in done.stderr
    assert (present(folder), second.exists()) == (mark(first), False)


def test_nothing_is_to_be_destroyed_before_a_run_has_found_nothing_left(folder, media):
    new, pub = media / "new.key", (folder / "escrow.pub").read_text()

    first = rotate(folder / "escrow.key", new)
    seal_late(folder, pub)
    behind = tried(new)
    second, last = rotate(folder / "escrow.key", new), rotate(folder / "escrow.key", new)

    assert [done.exit_code for done in (first, second, last)] == [0, 0, 0]
    for early in (first, second):
        assert "1 batch wrapped anew" in early.output
        assert "run this again" in early.output
        assert "Destroy nothing" in early.output
    assert behind.exit_code == 1
    assert f"Nothing was left to wrap: {mark(new)}" in last.output
    assert "every other escrow key" in last.output


def split_over_two(folder: Path, media: Path) -> tuple[Path, Path]:
    """What earlier versions have left behind: two batches under one new key, one under another, which is sealed for."""
    one, two = media / "one.key", media / "two.key"
    for key in (one, two):
        keys.make_private(key)
    rotate(folder / "escrow.key", one)
    seal_one(1)
    keys.publish(folder, KeyPair.ESCROW, two)
    seal_one(2)
    assert sealed_for() == {mark(one): 2, mark(two): 1}
    return one, two


def test_done_is_not_said_while_another_key_has_batches(folder, media):
    one, two = split_over_two(folder, media)

    done = rotate(two, two)

    assert done.exit_code == 1
    assert f"{mark(one)}: 2" in done.stderr
    assert "Nothing was left" not in done.output


@pytest.mark.parametrize("wanted", [0, 1])
def test_batches_split_over_two_keys_come_together_under_either(folder, media, wanted):
    pair = split_over_two(folder, media)
    new, former = pair[wanted], pair[1 - wanted]

    done, again = rotate(former, new), rotate(former, new)

    assert (done.exit_code, again.exit_code) == (0, 0)
    assert sealed_for() == {mark(new): 3}
    assert (present(folder), _rotation().ok, tried(new).exit_code) == (mark(new), True, 0)
    assert "every other escrow key" in again.output


def test_a_published_key_that_no_batch_has_is_mended_by_the_key_that_opens_them(folder, media):
    """What an earlier version did with a wrong key: `escrow.pub` is another one, and no batch was wrapped for it."""
    right, wanted = folder / "escrow.key", media / "wanted.key"
    keys.make_private(wanted)
    keys.publish(folder, KeyPair.ESCROW, wanted)

    told = _rotation()
    done = rotate(right, wanted)

    assert not told.ok
    assert f"{mark(right)}: 1" in told.text
    assert "identity rotate escrow --escrow-key" in told.text
    assert mark(wanted) in told.text
    assert done.exit_code == 0
    assert sealed_for() == {mark(wanted): 1}
    assert _rotation().ok


def test_three_keys_become_one_by_way_of_the_present_one(folder, media):
    pub, (one, two) = (folder / "escrow.pub").read_text(), split_over_two(folder, media)
    seal_late(folder, pub)

    elsewhere = rotate(one, media / "three.key")
    parts = [rotate(folder / "escrow.key", two), rotate(one, two)]

    assert elsewhere.exit_code == 1
    assert [part.exit_code for part in parts] == [1, 0]
    assert sealed_for() == {mark(two): 4}


def test_a_key_is_tried_on_every_batch(folder, media):
    one, two = split_over_two(folder, media)

    for key in (one, two):
        done = tried(key)
        assert done.exit_code == 1
        assert f"2 batches are wrapped for the escrow office under {mark(one)}" in done.output
        assert f"1 batch is wrapped for the escrow office under {mark(two)}" in done.output
    rotate(one, two)
    assert tried(two).exit_code == 0
    assert "3 batches are wrapped" in tried(two).output
    assert tried(one).exit_code == 1


def test_a_published_key_is_not_all_that_a_key_is_tried_on(folder, media):
    wanted = media / "wanted.key"
    keys.make_private(wanted)
    keys.publish(folder, KeyPair.ESCROW, wanted)

    done = tried(wanted)

    assert done.exit_code == 1
    assert f"{mark(folder / 'escrow.key')}: 1" in done.stderr


def test_killed_while_it_wraps_anew_it_is_gone_on_with(folder, media):
    """Kill -9 between the first part, which is there, and the second, of which nothing is."""
    suite, now, held = Suite.INTL, timezone.now(), keys.application_keys(folder)
    made = []
    for _ in range(2000):
        batch = SealedBatch(
            id=uuid7(now), suite=suite, escrow_key_id=held.escrow.id, relay_key_id=held.relay.id
        )
        purpose = sealing.escrow_purpose(batch.id)
        batch.escrow_wrapped = sealing.wrap(suite, bytes(32), held.escrow.key, purpose)
        batch.relay_wrapped, batch.sealed_at = b"", now
        made.append(batch)
    SealedBatch.objects.bulk_create(made)
    former, new = folder / "escrow.key", media / "new.key"
    words = ["identity", "rotate", "escrow", "--escrow-key", str(former), "--new-key", str(new)]
    last = SealedBatch.objects.order_by("-id").values("id")[:1]

    with transaction.atomic():
        list(SealedBatch.objects.select_for_update().filter(id__in=last))
        with subprocess.Popen(
            [sys.executable, "-m", "haochaping", *words],
            env=installed(folder),
            stdout=subprocess.PIPE,
        ) as child:
            until(lambda: waits_for_a_lock() or child.poll() is not None)
            assert child.poll() is None
            child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    assert sealed_for() == {mark(new): 2000, mark(former): 1}
    assert rotate(former, media / "another.key").exit_code == 1

    done, again = rotate(former, new), rotate(former, new)

    assert (done.exit_code, again.exit_code) == (0, 0)
    assert sealed_for() == {mark(new): 2001}
    assert "Nothing was left to wrap" in again.output
    opened = SealedBatch.objects.exclude(relay_wrapped=b"").get()
    sealing.unwrap(bytes(opened.escrow_wrapped), keys.private_key(new).key, sealing.escrow_purpose(opened.id))


def installed(folder: Path) -> dict[str, str]:
    """The environment of a process that works with these keys in the test's database."""
    name = connection.settings_dict["NAME"]
    return os.environ | {
        "HAOCHAPING_DATA": str(folder.parent),
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=name),
    }


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def test_relay_keys_are_kept_while_one_that_has_batches_is_missing(folder):
    keys.renew_relay(folder)
    [former] = folder.glob("relay-*.key")
    text = former.read_text()
    former.unlink()

    early = run("identity", "rotate", "relay")
    told = _rotation()
    former.write_text(text)
    parts = [run("identity", "rotate", "relay") for _ in range(3)]

    assert early.exit_code == 1
    assert f"{former.stem.removeprefix('relay-')}: 1" in early.stderr
    assert "relay-KEY.key" in told.text
    assert [part.exit_code for part in parts] == [0, 0, 0]
    assert "Destroy nothing" in parts[0].output
    assert "Nothing was left to wrap" in parts[-1].output
