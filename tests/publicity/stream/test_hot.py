"""热门原因与热门评语: counted by hand, of what people gave themselves, with words that are public."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.insight.terms import Place
from haochaping.publicity.models import Release
from haochaping.publicity.stream import queries
from haochaping.publicity.stream.terms import Effort, HotReasons, Sought
from haochaping.publicity.terms import Decision, Part
from tests import worlds
from tests.publicity.stream.conftest import ELSEWHERE

pytestmark = pytest.mark.django_db
EVERYWHERE = Sought(Place())


def counted(found: HotReasons) -> list[tuple[str, int]]:
    return [(one.code, one.reviews) for one in found.reasons]


def test_bad_and_good_reasons_are_counted_apart_the_most_first(given, now):
    for n, (level, codes) in enumerate(
        [(1, ("113", "115")), (1, ("113",)), (2, ("213",)), (2, ()), (5, ("510", "517")), (4, ("413",))]
    ):
        given(level=level, codes=codes, at=now - timedelta(hours=n))

    found = queries.hot_reasons(EVERYWHERE)

    assert counted(found[True]) == [("113", 2), ("115", 1), ("213", 1)]
    assert counted(found[False]) == [("413", 1), ("510", 1), ("517", 1)]
    assert [(one.reviews, one.named) for one in found.values()] == [(4, 3), (2, 2)]
    assert found[True].since == now - timedelta(hours=3)


def test_what_nobody_is_known_to_have_said_and_what_does_not_stand_is_not_counted(given, now):
    given(level=5, codes=("510",), provenance="default_system")
    given(level=5, codes=("511",), provenance="bulk_import")
    given(level=1, codes=("113",), status="excluded")
    given(level=1, codes=("114",), status="superseded")
    given(level=1, codes=("115", "115"))

    found = queries.hot_reasons(EVERYWHERE)

    assert counted(found[True]) == [("115", 1)]
    assert found[False] == HotReasons(0, 0, None, [])


def test_only_the_place_and_the_time_that_are_asked_for(given, now):
    given(level=1, codes=("113",), at=now)
    given(level=1, codes=("114",), at=now - timedelta(days=9))
    given(level=1, codes=("115",), place=ELSEWHERE)
    city = Place(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.")

    found = queries.hot_reasons(Sought(city, begin=now - timedelta(days=1)))

    assert counted(found[True]) == [("113", 1)]


def test_it_is_the_newest_that_are_counted_and_it_says_so(given, now):
    for n in range(25):
        given(level=1, codes=("113",) if n < 5 else ("114",), at=now - timedelta(hours=n))

    found = queries.hot_reasons(EVERYWHERE, effort=Effort(rows=1))[True]

    # However little is to be read, 21 rows of each way are.
    assert (found.reviews, counted(found)) == (21, [("114", 16), ("113", 5)])
    assert found.since == now - timedelta(hours=20)
    assert [code for code, _ in counted(queries.hot_reasons(EVERYWHERE, limit=1)[True])] == ["114"]


def released(review_id, text: str, now) -> None:
    worlds.decide(review_id, Part.TEXT, Decision.RELEASED, by=worlds.PUBLISHER, now=now)
    assert Release.objects.filter(review_id=review_id, text=text).exists()


def test_beside_a_reason_stand_the_newest_words_that_are_public(given, now):
    for n, words in enumerate(("最新的没有公开", "跑了三次", "更早的也公开了")):
        at = now - timedelta(hours=n)
        one = given(level=1, codes=("113", "115"), at=at, comment_text=words, changeable_until=at)
        if n:
            released(one.pk, words, now + timedelta(hours=1))

    first, second = queries.hot_reasons(EVERYWHERE)[True].reasons

    assert first.said is not None
    assert first.said.text == "跑了三次"
    # The same words are not told a second time.
    assert second.said is None


@pytest.mark.parametrize("decision", [Decision.HELD, Decision.TAKEN_DOWN])
def test_words_that_are_kept_back_are_not_told(given, now, decision):
    later = now + timedelta(hours=1)
    one = given(level=1, codes=("113",), comment_text="跑了三次", changeable_until=now)
    if decision == Decision.TAKEN_DOWN:
        released(one.pk, "跑了三次", later)
    worlds.decide(one.pk, Part.TEXT, decision, reason="写有姓名", by=worlds.PUBLISHER, now=later)

    assert queries.hot_reasons(EVERYWHERE)[True].reasons[0].said is None


def test_a_place_without_reviews_has_no_reasons(db, now):
    worlds.build(now)

    assert queries.hot_reasons(EVERYWHERE) == {bad: HotReasons(0, 0, None, []) for bad in (True, False)}
