"""Evaluators at windows and an older console, each a dialect by configuration alone: scales, codes, words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.exchange.dialects import shelf, trial
from haochaping.exchange.dialects.description import describe
from haochaping.exchange.dialects.envelope import Keys
from haochaping.exchange.dialects.reading import read
from haochaping.exchange.dialects.terms import WIRE_FIELD_MISSING
from haochaping.exchange.rules import judge_review
from haochaping.exchange.terms import Raw
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from haochaping.exchange.dialects.terms import Description, Reading

_HERE = Path(__file__).parent
_EXAMPLES = _HERE.parents[2] / "examples" / "dialects"
# The five levels as every device labels them (domain.md §2.5).
_LEVELS = {"非常满意": 5, "满意": 4, "一般": 3, "基本满意": 3, "不满意": 2, "非常不满意": 1}
_AROUND = {"projectNo": "YC-1", "serviceNumber": 1, "assessTime": "2026-06-01 10:00:00"}


def payload(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_HERE / "payloads" / f"{name}.json").read_text(encoding="utf-8"))
    return found


def example(name: str) -> Description:
    return shelf.load(_EXAMPLES / f"{name}.toml")


def said(spoken: Description, call: str, **told: object) -> dict[str, Any]:
    """The review that is read, which the road's own judge takes."""
    [one] = trial.check(spoken, json.dumps(_AROUND | told).encode(), Keys({}), call=call)
    assert one.complaints == ()
    fields = dict(reading(spoken, call, **told).tables["review"])
    judge_review(Raw(fields | {"source": "yc-hall"}))
    return fields


def reading(spoken: Description, call: str, **told: object) -> Reading:
    operation = spoken.operation(call)
    assert operation is not None
    return read(operation, spoken, _AROUND | told)


def test_a_pads_result_is_read_with_every_button_it_shows():
    fixture, pad = payload("device_gwq_startappraise"), example("evaluator-pad")

    found = said(pad, "appraise", result=fixture["callback_result"])
    assert (found["rating_value"], found["indicator_codes"]) == (2, ["209", "213"])
    assert "comment_text" not in found
    for button in fixture["config"]["evaluator"]:
        codes = [one["code"] for one in button["detail"]]
        result = {"appraiseLevel": button["evaluatorLevel"], "appraiseContent": "|".join(codes)}
        found = said(pad, "appraise", result=result | {"otherAppraiseContent": "说了, 两句|话"})
        assert (found["rating_value"], found["indicator_codes"]) == (_LEVELS[button["evaluatorText"]], codes)
        assert found["comment_text"] == "说了, 两句|话"


def test_the_other_pad_names_its_levels_oddly_and_mixes_labels_codes_and_words():
    fixture, pad = payload("device_gwq_goodbad"), example("evaluator-pad")

    found = said(pad, "goodbad", result=fixture["callback_userjson"])
    assert (found["rating_value"], found["indicator_codes"]) == (5, ["510", "517"])
    assert found["comment_text"] == "<free text>"
    for level, key in ((5, "veryGood"), (4, "good"), (3, "common"), (2, "pleased"), (1, "veryPleased")):
        shown = fixture["config"][key]
        info = "|".join(f"{one['msg']},{one['code']}" for one in shown)
        found = said(pad, "goodbad", result={"EvaluatorLevel": str(level), "Info": info})
        assert found["indicator_codes"] == [str(one["code"]) for one in shown]
        assert {code[0] for code in found["indicator_codes"]} == {str(level)}


def test_a_pad_whose_person_went_away_has_given_no_rating():
    with pytest.raises(Refused) as refused:
        reading(example("evaluator-pad"), "goodbad", result={"EvaluatorLevel": "", "Info": ""})

    assert (refused.value.complaint.reason, refused.value.complaint.field) == (
        WIRE_FIELD_MISSING,
        "result.EvaluatorLevel",
    )


def test_a_pad_that_counts_the_other_way_is_turned_round_and_its_own_codes_are_not_the_nations():
    fixture, pad = payload("device_housing_fund_variant"), example("evaluator-reversed")

    for button in fixture["config"]["evaluator"]:
        info = "|".join(f"{one['text']},{one['code']}" for one in button["detail"])
        found = said(pad, "review", result={"EvaluatorLevel": button["evaluatorLevel"], "Info": info})
        assert found["rating_value"] == _LEVELS[button["evaluatorText"]], button["evaluatorText"]
        assert "indicator_codes" not in found, "510 is “效率极低” there"


def test_keys_stand_for_the_levels_of_their_table_and_the_others_for_none():
    fixture, keys = payload("device_key_pad_map"), example("evaluator-keys")

    for key, level in fixture["keypad_EVALUATE_to_satisfaction"].items():
        assert said(keys, "review", EVALUATE=key)["rating_value"] == int(level)
    none = reading(keys, "review", EVALUATE="4").complaint
    assert none is not None
    assert (none.code, none.field) == ("off_scale", "EVALUATE")
    with pytest.raises(Refused):
        reading(keys, "review", EVALUATE="")


@pytest.mark.parametrize(
    ("scale", "levels"),
    [
        ("5_is_best", {"5": 5, "4": 4, "3": 3, "2": 2, "1": 1}),
        # GB/T 39046-2020 A.8 numbers satisfaction from 1 非常满意 to 5 非常不满意 (domain.md §1.4, trap 1).
        ("1_is_best", {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1}),
        ("0_is_best", {"0": 5, "1": 4, "2": 3, "3": 2, "4": 1}),
        ("keypad", {"3": 5, "2": 4, "1": 3, "0": 2, "5": 1}),
    ],
)
def test_each_scale_gives_each_digit_its_level_and_no_other_digit_one(scale, levels):
    text = f'scale = "{scale}"\n[operations.r]\ndoes = "intake"\n[operations.r.review]\nrating_value = "n"\n'
    spoken = describe(text, name="x", file="x.toml", maps={})
    [call] = spoken.operations

    found = {str(n): read(call, spoken, {"n": str(n)}) for n in range(-1, 8)}

    assert {
        n: one.tables["review"]["rating_value"] for n, one in found.items() if not one.complaint
    } == levels
    assert {one.complaint.code for one in found.values() if one.complaint} == {"off_scale"}


_CONSOLE = """
[operations.row]
does = "intake"
[operations.row.review]
case_no = "projectNo"
occurrence_no = "serviceNumber"
rating_value = { from = "satisfaction", required = true }
assess_no = "number"
anonymous = { from = "anonymityFlag", map = { "1" = "yes", "2" = "no" } }
channel = { constant = "pc" }
assessed_at = "assessTime"
"""


def test_an_older_consoles_codes_say_whether_it_was_the_first_and_who_may_know():
    codes = payload("deyatech_admin_codes")
    spoken = describe(_CONSOLE, name="x", file="x.toml", maps={})
    assert codes["number(assessNumber)"] == {"1": "首次评价", "2": "二次评价"}

    for flag, label in codes["anonymityFlag"].items():
        fields = reading(spoken, "row", satisfaction="4", number="2", anonymityFlag=flag).tables["review"]
        answer = judge_review(Raw({**fields, "source": "yc-hall"}))
        assert (answer.assess_no, answer.anonymous) == (2, label == "匿名")

    # What an office has decided about a review on its own console is not the reviewer's: nothing here reads it.
    record = json.dumps(_AROUND | {"satisfaction": "4", "appStatus": "2", "publicFlag": "1"}).encode()
    [one] = trial.check(spoken, record, Keys({}), call="row")
    assert set(one.unread) == {"appStatus", "publicFlag"}
