from __future__ import annotations

import json
import re
import runpy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.identifiers import random_bytes
from haochaping.outbox import rules
from haochaping.outbox.terms import STATE_LABELS, JobState


def test_waits_grow_and_end():
    waits = [rules.wait_seconds(attempts) for attempts in range(rules.MOST_RETRIES + 1)]

    assert waits == [3, 9, 27, 81, 243, 729, 2187, None]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("no such review"), "ValueError: no such review"),
        (KeyError("王小明"), "KeyError: …"),
        (KeyError("case_no"), "KeyError: 'case_no'"),
        (ValueError("call 13900000000 failed"), "ValueError: call … failed"),
        (ValueError("号码 13900000000 无效"), "ValueError: … … …"),
        (
            ValueError('duplicate key violates "review_unique"\nDETAIL:  Key (name)=(Wang) already exists.'),
            'ValueError: duplicate key violates "review_unique"',
        ),
        (ValueError('bad value: "Wang Xiaoming"'), "ValueError: bad value: …"),
        (ValueError("run “haochaping migrate”"), 'ValueError: run "haochaping migrate"'),
        (ValueError("bad value “王小明”"), 'ValueError: bad value "…"'),
    ],
)
def test_errors_are_described_without_personal_data(error, text):
    assert rules.described(error) == text


def test_an_error_names_the_place_in_our_own_code():
    with pytest.raises(ValueError, match="negative") as raised:
        random_bytes(-1)

    place = r" \(haochaping/kernel/identifiers\.py:\d+, random_bytes\)"
    assert re.search(f"{place}$", rules.described(raised.value))


def test_a_folder_that_is_called_like_us_is_not_our_code(tmp_path):
    library = tmp_path / "haochaping" / "library.py"
    library.parent.mkdir()
    library.write_text("raise ValueError('x')", encoding="utf-8")

    with pytest.raises(ValueError, match="x") as raised:
        runpy.run_path(str(library))

    assert rules.described(raised.value) == "ValueError: x"


def test_an_error_from_elsewhere_has_no_place():
    with pytest.raises(json.JSONDecodeError) as raised:
        json.loads("{")

    assert "haochaping" not in rules.described(raised.value)


@given(st.text())
def test_a_description_is_one_short_plain_line(text):
    described = rules.described(ValueError(text))

    assert len(described) < 450
    assert "\n" not in described
    assert not any(c.isascii() is False and c != "…" for c in described)


def test_every_state_has_a_label():
    assert set(STATE_LABELS) == set(JobState)
