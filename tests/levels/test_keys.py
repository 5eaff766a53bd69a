"""Keys of the exchange: drawn from one secret, in two suites; what is sealed opens there and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.refused import Refused
from haochaping.ledger.terms import Suite
from haochaping.levels import keys, rules

SECRET, OTHER = b"k" * 32, b"o" * 32


@pytest.mark.parametrize("suite", Suite)
def test_the_keys_of_an_installation_are_always_the_same_and_nobody_elses(suite):
    ours, again, other = (keys.own.__wrapped__(secret, suite) for secret in (SECRET, SECRET, OTHER))

    assert ours.public == again.public
    assert ours.public != other.public
    assert len({keys.fingerprint(suite, one.public) for one in (ours, again, other)}) == 2


@pytest.mark.parametrize("suite", Suite)
def test_a_key_file_is_read_back_and_anything_else_is_refused(suite):
    ours = keys.own(SECRET, suite)
    text = keys.key_text(ours)

    assert keys.read_key(text) == (suite, ours.public)
    assert keys.read_key(text.replace("\n", "\r\n")) == (suite, ours.public)
    title, _, rest = text.partition("\n")
    for wrong in (
        "",
        f"{title}\n",
        f"other\n{rest}",
        f"{title}\nAAAA",
        text[:-9],
        f"{title}\n{'A' * (len(rest) - 1)}",
    ):
        if suite == Suite.INTL and wrong.endswith("A" * 9):
            continue  # any bytes can be a key there
        with pytest.raises(Refused) as no:
            keys.read_key(wrong)
        assert no.value.code == "not_a_peer_key"


@pytest.mark.parametrize("suite", Suite)
def test_a_signature_for_one_line_is_none_for_another_nor_in_the_other_suite(suite):
    ours, other = keys.own(SECRET, suite), keys.own(OTHER, suite)
    packed = rules.unpack(rules.pack(b'{"seq":1}', b"", ours))

    assert keys.is_signed(suite, ours.public, packed.head, packed.signature)
    assert not keys.is_signed(suite, ours.public, b'{"seq":2}', packed.signature)
    assert not keys.is_signed(suite, other.public, packed.head, packed.signature)
    foreign = Suite.GM if suite == Suite.INTL else Suite.INTL
    assert not keys.is_signed(foreign, keys.own(SECRET, foreign).public, packed.head, packed.signature)


@pytest.mark.parametrize("suite", Suite)
def test_a_sealed_file_opens_for_its_receiver_alone_and_shows_nothing(suite):
    words = "等了两小时".encode()
    file = keys.sealed(words, suite, keys.own(SECRET, suite).public)

    assert words not in file
    assert keys.opened(file, SECRET) == words
    assert file != keys.sealed(words, suite, keys.own(SECRET, suite).public)
    with pytest.raises(Refused) as no:
        keys.opened(file, OTHER)
    assert no.value.code == "sealed_for_other"


@pytest.mark.parametrize("suite", Suite)
@given(st.data())
def test_what_was_cut_or_changed_does_not_open(suite, data):
    file = keys.sealed(b"told", suite, keys.own(SECRET, suite).public)
    at = data.draw(st.integers(0, len(file) - 1))
    changed = bytes([file[at] ^ data.draw(st.integers(1, 255))])

    for content in (file[:at], file[:at] + changed + file[at + 1 :], file + b"x"):
        with pytest.raises(Refused) as no:
            keys.opened(content, SECRET)
        assert no.value.code in {"not_sealed", "sealed_for_other", "not_a_batch"}
