"""What one reading of a paper slip may say, in what two of them differ, and when a slip counts as given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from haochaping.kernel.periods import BEIJING
from haochaping.reviews.paper import rules
from haochaping.reviews.paper.terms import SlipField, SlipReading
from haochaping.reviews.terms import COMMENT_LIMIT, Indicator, Level

SERVED = datetime(2026, 6, 1, 15, 0, tzinfo=BEIJING)
NOW = datetime(2026, 6, 3, 10, 0, tzinfo=BEIJING)
READING = SlipReading(UUID(int=1), 2, ("209", "213"), "排队两小时，无人管。", date(2026, 6, 2))
KNOWN = {
    code: Indicator(code, Level(int(code[0])), code, basic=True, effective_from=None, effective_to=None)
    for code in ("209", "213", "101")
}


def complaint(**changes: Any):
    found = rules.reading_complaint(replace(READING, **changes), served_at=SERVED, known=KNOWN, now=NOW)
    return (found.code, found.field) if found else None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"given_on": date(2026, 6, 1)}, None),
        ({"given_on": date(2026, 6, 3)}, None),
        ({"level": 0}, ("level_out_of_range", "level")),
        ({"words": "a\x07"}, ("forbidden_characters", "words")),
        ({"words": "长" * (COMMENT_LIMIT + 1)}, ("comment_too_long", "words")),
        ({"given_on": date(2026, 6, 4)}, ("slip_in_future", "given_on")),
        ({"given_on": date(2026, 5, 31)}, ("slip_before_service", "given_on")),
        ({"codes": ("299",)}, ("unknown_indicator", "codes")),
        ({"codes": ("101",)}, ("indicator_of_other_level", "codes")),
    ],
)
def test_what_keeps_a_reading_from_being_kept(changes, said):
    assert complaint(**changes) == said


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, ()),
        ({"occurrence_id": UUID(int=2)}, (SlipField.CASE,)),
        ({"level": 1}, (SlipField.LEVEL,)),
        ({"codes": ("213", "209")}, ()),
        ({"codes": ("209",)}, (SlipField.REASONS,)),
        ({"words": "排队两小时 无人管"}, ()),
        ({"words": "排队两小时,无人管."}, ()),
        ({"words": "排队三小时，无人管。"}, (SlipField.WORDS,)),
        ({"words": "不是排队两小时，无人管。"}, (SlipField.WORDS,)),
        ({"given_on": date(2026, 6, 1)}, (SlipField.DAY,)),
        ({"level": 1, "words": ""}, (SlipField.LEVEL, SlipField.WORDS)),
    ],
)
def test_two_readings_differ_in_what_counts(changes, fields):
    assert rules.differing(READING, replace(READING, **changes)) == fields
    assert rules.differing(replace(READING, **changes), READING) == fields


def test_a_slip_of_the_day_of_the_service_counts_from_the_service_and_a_later_one_from_its_morning():
    assert rules.given_at(SERVED.date(), SERVED) == SERVED
    next_day = rules.given_at(SERVED.date() + timedelta(days=1), SERVED)
    assert (next_day.date(), next_day.hour) == (date(2026, 6, 2), 0)
