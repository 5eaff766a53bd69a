"""标准答复: what follows from a reason tag of the national set."""

from __future__ import annotations

import csv
from importlib import resources

import pytest

from haochaping.rectification.rules import consequences_of, must_be_supervised, standard_answers
from haochaping.rectification.rules.answers import _STANDARD
from haochaping.rectification.terms import TEXT_LIMIT, FaultCategory, Urgency

_SET = resources.files("haochaping.reviews").joinpath("data/national_indicators.csv").read_text("utf-8")
BAD = {row["code"] for row in csv.DictReader(_SET.splitlines()) if row["level"] in {"1", "2"}}


def test_every_bad_code_of_the_national_set_has_one_consequence_and_no_other_has():
    written = [code for row in _STANDARD["consequences"] for code in row["codes"]]

    assert sorted(written) == sorted(BAD)


def test_an_extra_condition_is_urgent_and_goes_to_supervision():
    found = consequences_of(["108"])

    assert found is not None
    assert found.categories == (FaultCategory.EXTRA_CONDITION,)
    assert (found.urgency, found.supervised) == (Urgency.URGENT, True)


@pytest.mark.parametrize(
    ("codes", "supervised"),
    [
        (["108"], True),
        (["113", "108"], True),
        (["107"], True),
        (["113"], False),
        ([], False),
        (["999"], False),
    ],
)
def test_one_grave_reason_among_others_is_enough(codes, supervised):
    assert must_be_supervised(codes) is supervised


def test_several_reasons_keep_their_order_each_category_once_and_the_highest_urgency():
    found = consequences_of(["113", "114", "209", "999"])

    assert found is not None
    assert found.categories == (FaultCategory.REPEATED_TRIPS, FaultCategory.OVERTIME)
    assert (found.urgency, found.supervised) == (Urgency.URGENT, False)


@pytest.mark.parametrize("codes", [[], ["510"], ["nonsense"]])
def test_nothing_follows_from_praise_or_nothing(codes):
    assert consequences_of(codes) is None


@pytest.mark.parametrize("step", ["message", "rectification", "reply", "answer"])
def test_each_step_with_words_has_texts_to_begin_with(step):
    found = standard_answers(step)

    assert found
    assert all(answer.title and 0 < len(answer.text) < TEXT_LIMIT for answer in found)
