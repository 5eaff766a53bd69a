from __future__ import annotations

import errno
import os
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.identity import keys, shares

if TYPE_CHECKING:
    from pathlib import Path

SIZES = st.tuples(st.integers(2, 7), st.integers(0, 4)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(secret=st.binary(max_size=100), size=SIZES)
def test_any_shares_up_to_the_threshold_give_the_secret_back(secret, size):
    threshold, number = size
    made = shares.split(secret, shares=number, threshold=threshold)

    for chosen in combinations(made, threshold):
        assert shares.joined({x: made[x] for x in chosen}) == secret
    assert shares.joined(made) == secret


@given(secret=st.binary(min_size=16, max_size=40), size=SIZES)
def test_fewer_shares_give_something_else(secret, size):
    threshold, number = size
    made = shares.split(secret, shares=number, threshold=threshold)

    for chosen in combinations(made, threshold - 1):
        assert shares.joined({x: made[x] for x in chosen}) != secret


def test_the_field_is_that_of_aes():
    # FIPS 197, section 4.2: {57} · {83} = {c1}, {57} · {13} = {fe}.
    assert (shares._product(0x57, 0x83), shares._product(0x57, 0x13)) == (0xC1, 0xFE)
    assert all(shares._product(shares._quotient(a, b), b) == a for a in range(256) for b in range(1, 256))


@pytest.mark.parametrize(("number", "threshold"), [(3, 1), (2, 3), (256, 2), (0, 0)])
def test_a_split_that_protects_nothing_is_an_error(number, threshold):
    with pytest.raises(ValueError, match="threshold"):
        shares.split(b"secret", shares=number, threshold=threshold)


@pytest.fixture
def three(folder, tmp_path):
    return shares.split_key(folder / "escrow.key", tmp_path, shares=3, threshold=2)


def test_two_of_three_files_give_the_escrow_key(folder, three):
    whole = keys.private_key(folder / "escrow.key")

    assert {shares.key_of_shares(pair).id for pair in combinations(three, 2)} == {whole.id}
    assert {path.stat().st_mode & 0o777 for path in three} == {0o600}
    assert not any(keys.private_raw(folder / "escrow.key").hex() in path.read_text() for path in three)


def test_a_medium_whose_files_have_one_name_each_takes_shares_too(folder, tmp_path, monkeypatch):
    def refused(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)

    made = shares.split_key(folder / "escrow.key", tmp_path, shares=2, threshold=2)

    assert shares.key_of_shares(made).id == keys.private_key(folder / "escrow.key").id
    assert sorted(tmp_path.glob("*share*")) == made


def test_one_share_twice_is_one_share(three):
    with pytest.raises(keys.KeysMissing, match="1 of 2"):
        shares.key_of_shares([three[0], three[0]])


def test_a_share_of_another_key_is_named(folder, three, tmp_path):
    others = shares.split_key(folder / "relay.key", tmp_path, shares=3, threshold=2)

    with pytest.raises(keys.KeysMissing, match="not of one key"):
        shares.key_of_shares([three[0], others[1]])


def test_an_altered_share_is_noticed(three):
    lines = three[0].read_text().splitlines()
    lines[2] = ("A" if lines[2][0] != "A" else "B") + lines[2][1:]
    three[0].write_text("\n".join(lines))

    with pytest.raises(keys.KeysMissing, match="altered"):
        shares.key_of_shares(three[:2])


@pytest.mark.parametrize(
    "text", ["", "nothing", "haochaping share of a private key, Shamir over GF(256)\nx\n"]
)
def test_another_file_is_no_share(three, text):
    three[1].write_text(text)

    with pytest.raises(keys.KeysMissing, match="not a share"):
        shares.key_of_shares(three[:2])


@pytest.mark.parametrize("name", ["escrow-share-1.key", "escrow.key"])
def test_bytes_that_are_no_text_are_no_key(folder, three, name):
    file = three[0].with_name(name)
    file.write_bytes(b"\xff\xfe\x00PK")

    with pytest.raises(keys.KeysMissing, match=f"{name}: not a share"):
        shares.key_of_shares([file, three[1]])
    with pytest.raises(keys.KeysMissing, match=name):
        keys.private_key(file)


@pytest.mark.parametrize("body", ["", "!", "QUJD", "QUJDR", "A" * 400])
def test_a_key_or_share_whose_end_is_lacking_is_named(folder, three, body):
    for file in (three[0], folder / "escrow.key"):
        lines = file.read_text().splitlines()
        file.write_text("\n".join([*lines[:-1], body]))

    with pytest.raises(keys.KeysMissing, match=r"share-1\.key"):
        shares.key_of_shares(three[:2])
    with pytest.raises(keys.KeysMissing, match=r"escrow\.key"):
        keys.private_key(folder / "escrow.key")


@pytest.mark.parametrize("number", ["0", "256", "-1"])
def test_a_share_of_no_number_is_named(three, number):
    three[0].write_text(three[0].read_text().replace(" 2 1", f" 2 {number}"))

    with pytest.raises(keys.KeysMissing, match="not a share"):
        shares.key_of_shares(three[:2])


def test_shares_of_two_splits_of_a_key_are_told_from_altered_ones(folder, three, tmp_path):
    (tmp_path / "again").mkdir()
    again = shares.split_key(folder / "escrow.key", tmp_path / "again", shares=3, threshold=2)

    assert shares.key_of_shares(again[1:]).id == shares.key_of_shares(three[:2]).id
    with pytest.raises(keys.KeysMissing, match="two runs of split-key"):
        shares.key_of_shares([three[0], again[1]])


def without_split(file: Path) -> None:
    """As an earlier version wrote it."""
    title, head, body = file.read_text().splitlines()
    file.write_text("\n".join([title, " ".join(head.split()[:3]), body]) + "\n")


def test_shares_of_an_earlier_version_open_and_may_be_of_two_splits(folder, three, tmp_path):
    (tmp_path / "again").mkdir()
    again = shares.split_key(folder / "escrow.key", tmp_path / "again", shares=3, threshold=2)
    for file in (*three, again[1]):
        without_split(file)

    assert shares.key_of_shares(three[:2]).id == keys.private_key(folder / "escrow.key").id
    with pytest.raises(keys.KeysMissing, match=r"altered.*or they are of two runs of split-key"):
        shares.key_of_shares([three[0], again[1]])
    with pytest.raises(keys.KeysMissing, match="two runs of split-key"):
        shares.key_of_shares([three[0], again[2]])


def test_what_a_split_cut_short_has_left_is_named_and_then_removed(folder, tmp_path):
    """Kill -9 while a share is written leaves it under a hidden name, perhaps whole."""
    hidden = tmp_path / ".escrow-share-2.key.776e826e"
    hidden.write_text("haochaping share of a private key, Shamir over GF(256)\n")
    (tmp_path / "escrow-share-1.key").touch()

    with pytest.raises(FileExistsError) as there:
        shares.split_key(folder / "escrow.key", tmp_path, shares=3, threshold=2)
    (tmp_path / "escrow-share-1.key").unlink()
    made = shares.split_key(folder / "escrow.key", tmp_path, shares=3, threshold=2)

    assert str(hidden) in str(there.value)
    assert sorted(path for path in tmp_path.iterdir() if "share" in path.name) == made
