from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.identifiers import (
    first_uuid7,
    grouped_receipt_no,
    normal_receipt_no,
    random_bytes,
    random_pieces,
    receipt_no,
    receipt_nos,
    shuffled,
    uuid7,
    uuids7,
)

_ALPHABET = set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_MOMENTS = st.datetimes(
    datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
_RECEIPTS = st.text(sorted(_ALPHABET), min_size=26, max_size=26)


def test_random_bytes_has_the_length_asked_for_and_is_drawn_anew():
    assert len(random_bytes(16)) == 16
    assert random_bytes(16) != random_bytes(16)


def test_pieces_are_drawn_apart():
    pieces = random_pieces(32, 50)

    assert {len(piece) for piece in pieces} == {32}
    assert len(set(pieces)) == 50
    assert random_pieces(32, 0) == []


def test_receipts_drawn_together_are_receipts_and_differ():
    drawn = receipt_nos(500)

    assert len(set(drawn)) == 500
    assert all(normal_receipt_no(receipt) == receipt for receipt in drawn)
    # 13,000 characters, 406 of each: one of 32 that is missing or far too frequent is no chance.
    counts = Counter("".join(drawn))
    assert set(counts) == _ALPHABET
    assert max(counts.values()) < 2 * min(counts.values())
    assert receipt_nos(0) == []


@given(_MOMENTS, st.integers(0, 40))
def test_ids_drawn_together_ascend(moment: datetime, count: int):
    ids = uuids7(moment, count)

    assert ids == sorted(set(ids))
    assert len(ids) == count
    assert {made.version for made in ids} <= {7}


def test_shuffled_keeps_every_thing():
    things = list(range(50))

    assert sorted(shuffled(iter(things))) == things
    assert any(shuffled(things) != things for _ in range(3))


@given(_MOMENTS)
def test_uuid7_is_one_and_carries_its_millisecond(moment: datetime):
    made = uuid7(moment)

    assert (made.version, made.variant) == (7, RFC_4122)
    told = datetime.fromtimestamp((made.int >> 80) / 1000, UTC)
    assert timedelta(milliseconds=-1) < moment - told < timedelta(milliseconds=2)


@given(_MOMENTS, st.integers(1, 10**9))
def test_uuid7_of_a_later_millisecond_is_greater(moment: datetime, milliseconds: int):
    assert uuid7(moment) < uuid7(moment + timedelta(milliseconds=milliseconds))


def test_uuid7_of_the_same_moment_differs():
    moment = datetime(2026, 6, 1, tzinfo=UTC)

    assert len({uuid7(moment) for _ in range(1000)}) == 1000


def test_receipt_numbers_are_26_readable_characters_and_never_the_same():
    drawn = {receipt_no() for _ in range(500)}

    assert len(drawn) == 500
    assert {len(number) for number in drawn} == {26}
    assert set("".join(drawn)) <= _ALPHABET


@given(_RECEIPTS)
def test_receipt_number_is_read_back_however_it_is_typed(number: str):
    assert normal_receipt_no(number) == number
    assert normal_receipt_no(f" {grouped_receipt_no(number).lower()} ") == number


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("O" * 26, "0" * 26),
        ("o" * 26, "0" * 26),
        ("I" * 26, "1" * 26),
        ("l" * 26, "1" * 26),
        ("０" * 26, "0" * 26),
        ("\uff41" * 26, "A" * 26),
        ("7" * 13 + "　" + "7" * 13, "7" * 26),
        ("7" * 13 + "\t－–—\n" + "7" * 13, "7" * 26),
    ],
)
def test_receipt_number_forgives_what_hands_and_input_methods_do(typed: str, meant: str):
    assert normal_receipt_no(typed) == meant


@pytest.mark.parametrize("typed", ["", "7" * 25, "7" * 27, "U" * 26, "é" * 26, "七" * 26, "7" * 25 + "\0"])
def test_what_cannot_be_a_receipt_number(typed: str):
    assert normal_receipt_no(typed) is None


@given(st.text(max_size=60))
def test_any_text_is_a_receipt_number_or_none(typed: str):
    normal = normal_receipt_no(typed)

    assert normal is None or (len(normal) == 26 and set(normal) <= _ALPHABET)


def test_grouped_receipt_number_is_set_in_fours():
    assert grouped_receipt_no("ABCDEFGHJK") == "ABCD-EFGH-JK"


@given(_MOMENTS)
def test_the_first_id_of_a_moment_divides_earlier_from_later(moment: datetime):
    first = first_uuid7(moment)

    assert uuid7(moment - timedelta(milliseconds=1)) < first < uuid7(moment)
