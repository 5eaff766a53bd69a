from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haochaping.exchange.reconciliation import rules
from haochaping.exchange.reconciliation.terms import (
    NOTHING,
    ROWS_TOLD,
    Part,
    RowDifference,
    StatedKind,
    Sums,
)
from haochaping.kernel.refused import Refused

NUMBERS = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=12)
REVIEWS = st.dictionaries(
    st.tuples(NUMBERS, st.integers(1, 99), st.integers(1, 2)), st.integers(0, 5), max_size=60
)


def lines(levels: dict[tuple[str, int, int], int]) -> list[str]:
    return [rules.review_line(*key, level) for key, level in levels.items()]


def reconciled(here: rules.Side, there: rules.Side) -> tuple[list[RowDifference], int, int]:
    """What is found from here, in how many rounds, and how many sums and rows were told for it."""
    found: list[RowDifference] = []
    rounds = told = 0
    wanted = [""] if here.sums("") != there.sums("") else []
    while wanted:
        rounds += 1
        parts = rules.answers(there, wanted)
        told += sum(len(part.children or ()) + len(part.rows or ()) for part in parts)
        steps = [rules.compare(here, part) for part in parts]
        found += [one for step in steps for one in step.differing]
        for prefix in [prefix for step in steps for prefix in step.only_here]:
            found += rules.differences(here.rows(prefix), ())
        wanted = [prefix for step in steps for prefix in step.wanted]
    return found, rounds, told


def by_hand(here: list[str], there: list[str]) -> list[RowDifference]:
    mine, sent = (dict(line.rsplit("\t", 1) for line in side) for side in (here, there))
    return [
        RowDifference(key, mine.get(key, ""), sent.get(key, ""))
        for key in mine.keys() | sent.keys()
        if mine.get(key) != sent.get(key)
    ]


@given(REVIEWS, REVIEWS, REVIEWS)
def test_exactly_the_differing_rows_are_found(common, mine, theirs):
    here, there = lines(common | mine), lines(common | theirs)

    found, _, _ = reconciled(rules.Lines(here), rules.Lines(there))

    assert sorted(found, key=lambda one: one.key) == sorted(by_hand(here, there), key=lambda one: one.key)


@settings(max_examples=15)
@given(st.sets(st.integers(0, 5_999), max_size=8), st.sets(st.integers(0, 5_999), max_size=8), st.data())
def test_few_rows_are_found_in_few_messages(missing, changed, data):
    rows = {(f"YC-{n}", 1, 1): n % 5 + 1 for n in range(6_000)}
    there = {key: 5 - level if (n in changed) else level for n, (key, level) in enumerate(rows.items())}
    for n in missing:
        there.pop((f"YC-{n}", 1, 1))
    sides = [rules.Lines(lines(rows)), rules.Lines(lines(there))]
    if data.draw(st.booleans()):
        sides.reverse()

    found, rounds, told = reconciled(*sides)

    assert {one.key for one in found} == {f"YC-{n}\t1\t1" for n in missing | changed}
    assert rounds <= 4
    # The sixteenths on the way to each row, and the rows that lie beside it.
    assert told <= len(missing | changed) * (3 * 16 + 2 * 6_000 / 16**2)


def test_two_levels_that_changed_places_are_seen():
    rows = {(f"YC-{n}", 1, 1): 5 for n in range(ROWS_TOLD * 2)}
    mine, theirs = rows | {("YC-1", 1, 1): 1}, rows | {("YC-2", 1, 1): 1}
    here, there = rules.Lines(lines(mine)), rules.Lines(lines(theirs))

    assert here.sums("").total == there.sums("").total
    assert {one.key for one in reconciled(here, there)[0]} == {"YC-1\t1\t1", "YC-2\t1\t1"}


def test_the_sums_are_those_of_the_guide():
    """Worked out without our code, as a client would."""
    rows = ["YC-1\t1\t1\t5", "YC-2\t1\t2\t1"]

    def first(text: str) -> int:
        return int(sha256(text.encode()).hexdigest()[:16], 16)

    keys = [row.rsplit("\t", 1) for row in rows]
    digest = sum(first(key) * (first(value) | 1) for key, value in keys) % 2**64

    assert rules.sums_of(rows) == Sums(2, 6, digest)
    assert rules.place_of(rows[0]) == sha256(b"YC-1\t1\t1").hexdigest()[:3]
    assert rules.sums_of(["YC-1\tcompleted"]).total == 0
    assert rules.added([rules.sums_of(rows[:1]), rules.sums_of(rows[1:])]) == Sums(2, 6, digest)


def test_one_side_without_anything_needs_no_questions():
    here = rules.Lines([rules.case_line(f"YC-{n}", "completed") for n in range(ROWS_TOLD * 3)])

    found, rounds, told = reconciled(here, rules.Lines([]))

    assert len(found) == ROWS_TOLD * 3
    assert (rounds, told) == (1, 0)
    assert found[0].told == ""


@pytest.mark.parametrize(
    ("kind", "prefix", "row"),
    [
        (StatedKind.REVIEWS, "", "YC-1\t1\t1"),
        (StatedKind.REVIEWS, "", "YC-1\t1\t1\t6"),
        (StatedKind.REVIEWS, "", "YC-1\t1\t3\t5"),
        (StatedKind.REVIEWS, "", "\t1\t1\t5"),
        (StatedKind.REVIEWS, "", "YC\n-1\t1\t1\t5"),
        (StatedKind.REVIEWS, "", "YC\0\t1\t1\t5"),
        (StatedKind.REVIEWS, "", "\ud800\t1\t1\t5"),
        (StatedKind.CASES, "", "YC-1\t5"),
        (StatedKind.CASES, "fff", "YC-1\tcompleted"),
    ],
)
def test_a_line_that_is_no_row_of_the_part_is_named(kind, prefix, row):
    with pytest.raises(Refused) as told:
        rules.check_rows(kind, Part(prefix, rows=[row]))
    assert told.value.code == "not_a_row"


def test_a_record_stands_once():
    with pytest.raises(Refused) as told:
        rules.check_rows(StatedKind.CASES, Part("", rows=["YC-1\taccepted", "YC-1\tcompleted"]))
    assert told.value.code == "row_twice"


@pytest.mark.parametrize("prefix", ["A", "0000", "g", " "])
def test_a_prefix_is_hexadecimal(prefix):
    with pytest.raises(Refused) as told:
        rules.check_prefix(prefix)
    assert told.value.code == "not_a_prefix"


def test_a_key_is_read_back():
    assert rules.key_parts("YC 1\t2\t1") == ("YC 1", 2, 1)
    assert rules.key_parts("YC 1") == ("YC 1", None, None)


@pytest.mark.parametrize(
    ("differing", "here", "told", "agreement"),
    [
        (0, Sums(5, 5, 5), Sums(5, 5, 5), "1"),
        (0, NOTHING, NOTHING, "1"),
        (1, Sums(1000, 5, 5), Sums(1000, 5, 6), "0.5"),
        (2, Sums(1000, 5, 5), Sums(1000, 5, 6), "0"),
        (1, Sums(5, 5, 5), NOTHING, "0"),
        (0, Sums(5000, 5, 5), Sums(5000, 5, 6), "0"),
    ],
)
def test_agreement_is_that_of_the_scorecard(differing, here, told, agreement):
    assert rules.agreement(differing, here, told) == Decimal(agreement)
