"""How well personal data is found in 2,000 sentences, a third of which the rules were never adjusted to."""

from __future__ import annotations

import re
from functools import cache

import pytest

from haochaping.publicity.terms import PersonalKind
from tests.architecture.house import PACKAGE
from tests.publicity import sentences as made
from tests.publicity.measured import DIGITS, Measured, measured, table
from tests.publicity.sentences import HERE, Sentence, sentences

NAMES, ADDRESSES = [PersonalKind.NAME], [PersonalKind.ADDRESS]


@cache
def all_of_them() -> tuple[Sentence, ...]:
    return tuple(sentences())


def of(*, hard: bool | None = None, held_out: bool | None = None) -> Measured:
    return measured(
        one for one in all_of_them() if hard in {None, one.hard} and held_out in {None, one.held_out}
    )


def test_the_sentences_are_2000_with_every_kind_in_each_part():
    assert len(all_of_them()) == 2000
    assert sum(one.hard for one in all_of_them()) >= 200
    for held_out in (False, True):
        kinds = {kind for one in all_of_them() if one.held_out == held_out for *_, kind in one.spans}
        assert kinds == set(PersonalKind) - {PersonalKind.OFFICIAL}


def test_the_made_ones_are_what_their_program_makes():
    assert (HERE / "sentences.txt").read_text(encoding="utf-8") == made.text()


def test_nobody_in_them_has_a_number_that_somebody_could_have():
    """Identity numbers lie in the 99 range, phones in blocks that nobody has, mail goes to example domains."""
    for one in all_of_them():
        for start, end, kind in one.spans:
            words = re.sub(r"[^0-9a-z@.]", "", one.text[start:end].lower())
            if kind is PersonalKind.IDENTITY and words.isdecimal():
                assert words.startswith("99")
            if kind is PersonalKind.MAIL and "@" in words:
                assert "@example." in words
            if kind is PersonalKind.PHONE and len(words) == 11 and words.startswith("1"):
                assert words[3:7] == "0000"


@pytest.mark.parametrize("held_out", [None, False, True])
def test_of_kinds_with_digits_995_of_1000_are_found(held_out: bool | None):
    told = of(held_out=held_out)

    assert told.recall(DIGITS) >= 0.995
    assert told.precision(DIGITS) >= 0.99


@pytest.mark.parametrize("held_out", [None, False, True])
def test_of_names_97_of_100_are_found(held_out: bool | None):
    told = of(held_out=held_out)

    assert told.recall(NAMES) >= 0.97
    assert told.precision(NAMES) >= 0.95


def test_of_addresses_97_of_100_are_found():
    told = of()

    assert told.recall(ADDRESSES) >= 0.97
    assert told.precision(ADDRESSES) >= 0.99


def test_of_names_in_the_hard_sentences_8_of_10_are_found():
    told = of(hard=True)

    assert told.recall(NAMES) >= 0.8
    assert told.precision(NAMES) >= 0.94


def test_of_what_is_hidden_98_of_100_characters_are_personal():
    told = of()

    assert told.rightly / told.hidden >= 0.98


def test_the_readme_tells_the_figures():
    assert table() in (PACKAGE / "publicity" / "README.md").read_text(encoding="utf-8")
