from __future__ import annotations

import hmac
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.identity import keys, sealing
from haochaping.ledger.terms import Suite

BATCH = UUID(int=1)
suites = pytest.mark.parametrize("suite", list(Suite))


@given(
    st.sampled_from(list(Suite)),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=12, max_size=12),
    st.binary(),
    st.binary(),
)
def test_a_row_comes_back_as_it_was(suite, key, nonce, plain, place):
    key = key[: sealing.KEY_LENGTH[suite]]

    envelope = sealing.row_seal(suite, key)(nonce, plain, place)

    assert envelope[0] == suite
    assert sealing.open_row(key, envelope, place) == plain


@given(st.sampled_from(list(Suite)), st.binary(min_size=1, max_size=80), st.data())
def test_a_flipped_byte_is_noticed(suite, plain, data):
    key = b"k" * sealing.KEY_LENGTH[suite]
    envelope = bytearray(sealing.row_seal(suite, key)(b"n" * 12, plain, b"here"))

    envelope[data.draw(st.integers(0, len(envelope) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(sealing.BrokenSeal):
        sealing.open_row(key, bytes(envelope), b"here")


@suites
def test_an_envelope_opens_only_in_its_place(suite):
    key = b"k" * sealing.KEY_LENGTH[suite]
    envelope = sealing.row_seal(suite, key)(b"n" * 12, b"plain", b"here")

    with pytest.raises(sealing.BrokenSeal):
        sealing.open_row(key, envelope, b"there")


@pytest.mark.parametrize("envelope", [b"", b"\x01", b"\x02", b"\x01" + b"x" * 12, b"\x09" + b"x" * 40])
def test_half_an_envelope_is_broken(envelope):
    with pytest.raises(sealing.BrokenSeal):
        sealing.open_row(b"k" * 16, envelope, b"here")


def test_sm4_gcm_agrees_with_rfc_8998():
    # RFC 8998 appendix A.1: SM4-GCM test vector.
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    place = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = bytes.fromhex(
        "AA" * 8 + "BB" * 8 + "CC" * 8 + "DD" * 8 + "EE" * 8 + "FF" * 8 + "EE" * 8 + "AA" * 8
    )

    envelope = sealing.row_seal(Suite.GM, key)(nonce, plain, place)

    assert envelope[13:].hex().upper() == (
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )


@suites
def test_a_batch_key_is_wrapped_for_one_key_and_one_purpose(suite, folder):
    held, escrow = keys.application_keys(folder), keys.private_key(folder / "escrow.key")
    envelope = sealing.wrap(suite, b"batch key", held.escrow.key, sealing.escrow_purpose(BATCH))

    assert sealing.unwrap(envelope, escrow.key, sealing.escrow_purpose(BATCH)) == b"batch key"
    for key, purpose in (
        (keys.private_key(folder / "relay.key"), sealing.escrow_purpose(BATCH)),
        (escrow, sealing.relay_purpose(BATCH)),
        (escrow, sealing.escrow_purpose(UUID(int=2))),
    ):
        with pytest.raises(sealing.BrokenSeal):
            sealing.unwrap(envelope, key.key, purpose)


def test_the_suite_byte_of_a_wrapped_key_is_bound(folder):
    held, escrow = keys.application_keys(folder), keys.private_key(folder / "escrow.key")
    envelope = sealing.wrap(Suite.INTL, b"batch key", held.escrow.key, b"use")

    with pytest.raises(sealing.BrokenSeal):
        sealing.unwrap(bytes([Suite.GM]) + envelope[1:], escrow.key, b"use")


def test_blind_indexes_are_keyed_macs_with_a_suite_byte():
    key = b"k" * 32

    assert sealing.blind_index(Suite.INTL, key, "值") == b"\x01" + hmac.digest(key, "值".encode(), "sha256")
    assert sealing.blind_index(Suite.GM, key, "值") == b"\x02" + hmac.digest(key, "值".encode(), "sm3")
    assert sealing.blind_index(Suite.INTL, key, "值") != sealing.blind_index(Suite.INTL, b"l" * 32, "值")
