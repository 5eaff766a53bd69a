"""抽样 rules: size, lots, intervals against values of textbooks, and what is published of how many answers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.kernel.periods import BEIJING
from haochaping.supervision import rules
from haochaping.supervision.terms import SampleKind, SampleState, SampleTally, Shown
from tests import worlds

NOW = datetime(2026, 6, 2, 10, 0, tzinfo=BEIJING)
MAY = date(2026, 5, 1)
IDS = [UUID(int=n) for n in range(200)]
KEY = b"k" * 32


def tally(**changes: int) -> SampleTally:
    parts = dict.fromkeys(
        ("drawn", "answered", "refused", "not_reached", "lapsed", "did", "did_not", "unsure"), 0
    ) | dict.fromkeys(("levels", "reported", "again"), 0)
    return SampleTally(**parts | changes)


def answers(n: int, *, again: int, did_not: int = 0) -> SampleTally:
    return tally(drawn=n, answered=n, did=n - did_not, did_not=did_not, levels=n, reported=n, again=again)


# Newcombe 1998 (Statistics in Medicine 17:857), tables I and II; Brown, Cai and DasGupta 2001.
@pytest.mark.parametrize(
    ("population", "half_width", "size"), [(10**9, 0.05, 83), (100, 0.05, 48), (10, 0.05, 10), (0, 0.05, 0)]
)
def test_a_sample_is_as_large_as_its_interval_wants(population, half_width, size):
    assert rules.size_for_interval(population, share=0.95, half_width=half_width) == size


@given(st.integers(2, 5000), st.integers(50, 99), st.integers(1, 20))
def test_the_size_is_the_smallest_that_is_narrow_enough(population, share, half_width):
    p, e = share / 100, half_width / 100
    size = rules.size_for_interval(population, share=p, half_width=e)

    assert 1 <= size <= population
    assert rules._half_width(size, population, p) <= e
    if size > 1:
        assert rules._half_width(size - 1, population, p) > e


@pytest.mark.parametrize(
    ("kind", "population", "size"),
    [
        (SampleKind.BAD_CLOSED, 1, 1),
        (SampleKind.BAD_CLOSED, 20, 1),
        (SampleKind.BAD_CLOSED, 21, 2),
        (SampleKind.BAD_CLOSED, 1000, 50),
        (SampleKind.BAD_CLOSED, 0, 0),
        (SampleKind.GOOD, 0, 0),
        (SampleKind.GOOD, 12, 12),
        (SampleKind.GOOD, 31, 30),
        (SampleKind.GOOD, 5000, 82),
        (SampleKind.GOOD, 100_000, 1000),
    ],
)
def test_how_many_are_called_again(kind, population, size):
    assert rules.sample_size(kind, population, worlds.terms()) == size


def test_a_draw_can_be_made_by_hand():
    """`sha256 "head|division|month|id"`: whoever has the list needs nothing of ours."""
    sown = rules.seed("ab12", "990102000000", MAY)

    assert sown == "ab12|990102000000|2026-05"
    # printf 'ab12|990102000000|2026-05|00000000-0000-0000-0000-000000000007' | sha256sum
    assert rules.lot(sown, UUID(int=7)) == (
        "a8f40b4a3a6d97ca18115b998f153c5935ff89ce876b4c0c9664316c485150d6"
    )


@given(st.permutations(IDS[:40]), st.integers(0, 40), st.text("0123456789abcdef", min_size=1))
def test_a_draw_depends_on_seed_and_list_alone(shuffled, size, head):
    sown = rules.seed(head, "990102000000", MAY)
    chosen = rules.drawn(sown, shuffled, size)

    assert chosen == rules.drawn(sown, IDS[:40], size)
    assert len(set(chosen)) == size
    left = set(IDS[:40]) - set(chosen)
    assert all(rules.lot(sown, a) < rules.lot(sown, b) for a in chosen for b in left)
    assert rules.population_digest(shuffled) == rules.population_digest(IDS[:40])


def test_a_larger_sample_holds_the_smaller_and_another_seed_another_one():
    first, second = (rules.seed(head, "990102000000", MAY) for head in ("ab", "ac"))

    assert rules.drawn(first, IDS, 50)[:20] == rules.drawn(first, IDS, 20)
    assert rules.drawn(first, IDS, 50) != rules.drawn(second, IDS, 50)
    assert rules.population_digest(IDS[:10]) != rules.population_digest(IDS[:9])


def test_one_review_less_is_another_list():
    assert rules.population_digest(IDS[1:]) != rules.population_digest(IDS)


@pytest.mark.parametrize(
    ("day", "before", "ends", "last"),
    [
        (date(2026, 6, 2), MAY, datetime(2026, 7, 1, tzinfo=BEIJING), date(2026, 6, 30)),
        (date(2026, 1, 31), date(2025, 12, 1), datetime(2026, 2, 1, tzinfo=BEIJING), date(2026, 1, 31)),
    ],
)
def test_a_round_lasts_for_the_month_after(day, before, ends, last):
    assert rules.last_month(day) == before
    assert rules.round_ends(before) == ends
    assert rules.last_day(before) == last


def at(hour: int, day: int = 2) -> datetime:
    return datetime(2026, 6, day, hour, 0, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("number", "terms", "messaged", "now", "expected"),
    [
        (True, {}, 0, at(10), (True, at(10, 9), None)),
        (False, {}, 0, at(10), (False, None, SampleState.NOT_REACHED)),
        (True, {"invitation_channels": frozenset({"phone"})}, 0, at(10), (False, None, SampleState.TO_CALL)),
        (True, {}, 0, at(22), (False, at(8, 3), None)),
        (True, {}, 0, at(7), (False, at(8), None)),
        (True, {}, 1, at(10), (False, at(8, 3), None)),
        (True, {"messages_a_day": 2}, 1, at(10), (True, at(10, 9), None)),
        (True, {"sample_answer_within": timedelta(days=3)}, 0, at(10), (True, at(10, 5), None)),
    ],
)
def test_when_somebody_is_asked(number, terms, messaged, now, expected):
    asking = rules.sample_asking(number, worlds.terms(**terms), messaged=messaged, now=now)

    assert (asking.send, asking.due, asking.ended) == expected


@pytest.mark.parametrize(
    ("hours", "enough"),
    [([9, 14, 18], True), ([9, 9, 9], False), ([9, 14], False), ([9, 14, 14, 9, 19], True), ([], False)],
)
def test_not_reached_is_said_after_three_calls_at_different_hours(hours, enough):
    assert rules.tried_enough([at(hour, 2 + n) for n, hour in enumerate(hours)], 3) is enough


def test_a_link_opens_its_own_question_only():
    token = rules.sign_sample(IDS[1], KEY)

    assert rules.read_sample(token, KEY) == IDS[1]
    assert rules.read_sample(token, b"x" * 32) is None
    assert [rules.read_sample(bad, KEY) for bad in ("", "nonsense", token[:-4], "B" + token[1:])] == [
        None
    ] * 4


@pytest.mark.parametrize(
    ("n", "shown"),
    [(0, Shown.NOTHING), (9, Shown.NOTHING), (10, Shown.COUNTS), (29, Shown.COUNTS), (30, Shown.RATES)],
)
def test_few_answers_are_not_published(n, shown):
    result = rules.result_of(answers(n, again=n))

    assert result.shown == shown
    assert (result.again is not None) == (shown == Shown.RATES)


def test_the_gap_between_reported_and_asked_again():
    result = rules.result_of(answers(100, again=90, did_not=4))

    assert result.reported is not None
    assert result.again is not None
    assert result.denied is not None
    assert (result.reported.value, result.again.value) == (1.0, 0.9)
    assert result.gap == pytest.approx(0.1)
    # 1 less Wilson(90 of 100) = 0.0552 … 0.1744
    assert (result.gap_low, result.gap_high) == pytest.approx((0.0552, 0.1744), abs=5e-5)
    assert (result.denied.numerator, result.denied.denominator) == (4, 100)
    # Exact one-sided bound of 4 in 100: Beta(5, 96) at 95 %.
    assert result.denial_bound == pytest.approx(0.0892, abs=5e-5)


def test_who_does_not_remember_says_nothing_about_who_rated():
    result = rules.result_of(
        tally(drawn=40, answered=40, did=20, unsure=20, levels=10, reported=10, again=10)
    )

    assert result.shown == Shown.RATES
    assert result.denied is None
    assert result.again is None
