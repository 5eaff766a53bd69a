"""Blind spots: silence is told from chance, and no data from a unit that never had any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.insight.comparison.silence import Blind, Heard, perhaps_uninvited, silent


def heard(pk: int = 1, by: str = "item", **known: int | bool) -> Heard:
    counts = dict.fromkeys(
        ("before", "services", "reviewed", "reviews", "by_invitation", "asked", "anything", "others_report"),
        0,
    )
    return Heard(by, pk, 1, 1, **(counts | known))  # type: ignore[arg-type]


def busy(by: str = "item") -> list[Heard]:
    """Others, of whose services one in ten is reviewed."""
    return [heard(99, by, services=1_000, reviewed=100, reviews=100, anything=1_200)]


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        # 100 of 1,075 services are reviewed: a silence of 71 comes with a chance below one in 1,000.
        ({"services": 75, "anything": 75}, Blind.NO_REVIEWS),
        ({"services": 60, "anything": 60}, None),
        ({"services": 29, "anything": 29}, None),
        ({"services": 500, "anything": 501, "reviews": 1}, None),
        ({"services": 500, "anything": 501, "reviewed": 1}, None),
        ({"before": 30}, Blind.NO_DATA),
        ({"before": 29}, None),
        ({"before": 30, "anything": 1}, None),
        ({"others_report": True}, None),
    ],
)
def test_items(known, reason):
    found = silent([*busy(), heard(**known)])

    assert [why for unit, why in found if unit.id == 1] == [reason][: reason is not None]


@pytest.mark.parametrize("reports", [True, False])
def test_an_agency_that_never_sent_anything_is_seen_where_others_do(reports):
    found = silent([*busy("agency"), heard(by="agency", others_report=reports)])

    assert [why for _, why in found] == [Blind.NO_DATA][:reports]


def test_where_nobody_reviews_nobody_is_more_silent_than_others():
    assert silent([heard(pk, services=500, anything=500) for pk in range(5)]) == []


def test_kinds_are_held_against_their_own():
    """Of agencies every service is reviewed, of items hardly any: an item of 500 is no more silent than its like."""
    of_items = [heard(98, services=1_000_000, reviewed=100, anything=1_000_100)]
    of_agencies = [heard(99, "agency", services=100, reviewed=100, reviews=100, anything=200)]

    assert silent([*of_items, *of_agencies, heard(services=500, anything=500)]) == []


def test_where_everybody_reviews_silence_is_seen_at_once():
    found = silent([heard(99, services=1, reviewed=2), heard(services=30, anything=30)])

    assert [(unit.id, why) for unit, why in found] == [(1, Blind.NO_REVIEWS)] or found == []


def test_who_may_have_invited_nobody():
    units = [
        heard(1, services=30),
        heard(2, services=29),
        heard(3, services=300, by_invitation=1),
        heard(4, services=300, reviews=9),
    ]

    assert [unit.id for unit in perhaps_uninvited(units)] == [1, 4]


@given(st.integers(30, 5_000), st.integers(1, 5_000))
def test_more_services_without_a_review_are_never_less_silent(services, more):
    def is_silent(n: int) -> bool:
        # Held against so many others that its own services change nothing in their share.
        everybody = heard(99, services=10**9, reviewed=2 * 10**7, reviews=1, anything=1)
        return bool(silent([everybody, heard(services=n, anything=n)]))

    assert not is_silent(services) or is_silent(services + more)
