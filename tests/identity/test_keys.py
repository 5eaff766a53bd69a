from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from haochaping.identity import keys, relay

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"escrow.pub", "escrow.key", "relay.pub", "relay.key", "blind-phone.key", "blind-certificate.key"} | {
    "blind-phone_end.key"
}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_ensure_makes_each_key_once(folder):
    before = contents(folder)

    keys.ensure(folder)

    assert before.keys() == FILES
    assert contents(folder) == before


def test_private_and_secret_keys_are_for_their_owner_only(folder):
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}

    assert {name for name, mode in modes.items() if mode != 0o600} == {"escrow.pub", "relay.pub"}
    assert modes["escrow.pub"] & 0o222 == 0o200


def test_ensure_is_safe_when_several_race(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keys.ensure, [tmp_path] * 8))

    assert {path.name for path in tmp_path.iterdir()} == FILES
    for name in ("escrow", "relay"):
        public = getattr(keys.application_keys(tmp_path), name)
        assert public.id == keys.private_key(tmp_path / f"{name}.key").id


def test_a_private_key_taken_away_is_not_made_again(folder):
    (folder / "escrow.key").unlink()

    keys.ensure(folder)

    assert not (folder / "escrow.key").exists()


def test_a_public_half_lost_in_a_crash_is_made_from_the_private_one(folder):
    before = (folder / "relay.pub").read_bytes()
    (folder / "relay.pub").unlink()

    keys.ensure(folder)

    assert (folder / "relay.pub").read_bytes() == before


def test_an_installation_without_keys_says_so(tmp_path):
    with pytest.raises(keys.KeysMissing, match=r"escrow\.pub.*haochaping migrate"):
        keys.application_keys(tmp_path)
    with pytest.raises(keys.KeysMissing, match=r"relay\.key"):
        relay.load_keys(tmp_path)


def test_a_private_key_that_is_gone_comes_back_by_a_restore_only(folder):
    (folder / "relay.key").unlink()

    keys.ensure(folder)

    assert not (folder / "relay.key").exists()
    with pytest.raises(keys.KeysMissing, match=r"relay\.key.*back-up") as told:
        relay.load_keys(folder)
    assert "migrate" not in str(told.value)


@pytest.mark.parametrize("name", ["relay.key", "blind-phone.key"])
def test_a_damaged_key_says_so(folder, name):
    (folder / name).write_text("something else\n")

    with pytest.raises(keys.KeysMissing, match="restore it from the back-up"):
        keys.application_keys(folder) if name == "blind-phone.key" else relay.load_keys(folder)


def test_keys_do_not_show_themselves(folder):
    held = repr(keys.application_keys(folder)) + repr(relay.load_keys(folder))

    assert (folder / "blind-phone.key").read_text() not in held
    assert "object at" not in held


def test_the_inventory_names_every_key(folder):
    (folder / "escrow.key").unlink()

    facts = {fact.file: fact for fact in keys.inventory(folder)}

    assert facts.keys() == FILES
    assert not facts["escrow.key"].present
    assert facts["escrow.pub"].fingerprint == keys.application_keys(folder).escrow.id
