"""Masking, days, ratios, refusals and outcomes: small values, one table each."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.masking import masked_name, masked_number, masked_phone
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.periods import BEIJING, Period, local_day
from haochaping.kernel.ratios import MINIMUM_N, Ratio, wilson
from haochaping.kernel.refused import N_, Complaint, Reason, Refused

REASON = Reason("no", N_("No {what}."), N_("Yes."))


@pytest.mark.parametrize(
    ("name", "shown"), [("", ""), ("王", "王*"), ("王明", "王*"), ("王小明", "王**"), ("𠮷田", "𠮷*")]
)
def test_masked_name(name: str, shown: str):
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13900000001", "139****0001"),
        ("+8613900000001", "+86****0001"),
        ("62345678", "****5678"),
        ("5551234567", "****4567"),
        ("1234567", "*******"),
        ("110", "***"),
        ("", ""),
    ],
)
def test_masked_phone(phone: str, shown: str):
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("110101199001013481", "…3481"),
        ("12345678", "…5678"),
        ("123456", "…56"),
        ("1234", "****"),
        ("", "****"),
    ],
)
def test_masked_number(number: str, shown: str):
    assert masked_number(number) == shown


@given(st.text("0123456789", min_size=5, max_size=20))
def test_masking_hides_at_least_four_digits_or_all(number: str):
    hidden = len(number) - sum(c.isdigit() for c in masked_phone(number))

    assert hidden >= 4
    assert len(number) - sum(c.isdigit() for c in masked_number(number)) >= 4


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 5, 31, 15, 59, tzinfo=UTC), date(2026, 5, 31)),
        (datetime(2026, 5, 31, 16, 0, tzinfo=UTC), date(2026, 6, 1)),
        (datetime(2026, 6, 1, 0, 0, tzinfo=BEIJING), date(2026, 6, 1)),
    ],
)
def test_a_day_is_a_day_in_beijing(moment: datetime, day: date):
    assert local_day(moment) == day


def test_an_open_period_has_no_ends():
    assert Period() == Period(None, None)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_ratio_under_thirty_says_nothing_and_keeps_its_numbers(numerator: int, denominator: int):
    ratio = Ratio(numerator, denominator)

    assert ratio.value == (numerator / denominator if denominator >= MINIMUM_N else None)
    assert (ratio.numerator, ratio.denominator) == (numerator, denominator)


@pytest.mark.parametrize(("n", "value"), [(0, None), (29, None), (30, 0.5), (31, 15 / 31)])
def test_ratio_at_the_border(n: int, value: float | None):
    assert Ratio(15, n).value == value


def test_a_refusal_says_why_where_and_with_what():
    refused = Refused(REASON, field="level", what="six")

    assert refused.code == refused.complaint.code == str(refused) == "no"
    assert refused.complaint == Complaint(REASON, "level", {"what": "six"})


def test_marking_a_message_leaves_it_as_it_is():
    assert N_("Yes.") == "Yes."


def test_an_outcome_may_say_no_more_than_its_kind():
    assert Outcome(OutcomeKind.DUPLICATE) == Outcome(OutcomeKind.DUPLICATE, None, None, None)


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    # Worked out by the formula of Wilson (1927) with z = 1.96, as statistics packages give them.
    [
        (35, 37, 0.823, 0.985),
        (5, 10, 0.237, 0.763),
        (0, 10, 0.0, 0.278),
        (10, 10, 0.722, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_interval_of_a_share(numerator, denominator, low, high):
    assert wilson(numerator, denominator) == pytest.approx((low, high), abs=0.001)
