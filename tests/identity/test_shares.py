from __future__ import annotations

import errno
import os
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.identity import keys, shares

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
