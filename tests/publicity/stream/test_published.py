"""The newest reviews on the page of a place, and words without one: the same by whatever index, and none sought in vain."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from haochaping.directory import queries as directory
from haochaping.insight.terms import Place
from haochaping.kernel.identifiers import uuid7
from haochaping.publicity import queries
from haochaping.publicity.models import Release
from tests import worlds
from tests.publicity.stream.conftest import ELSEWHERE, HERE

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.reviews.models import Review

pytestmark = pytest.mark.django_db
COUNTY = f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}."
PLACES = [
    Place(),
    Place(division_path=f"{worlds.PROVINCE}."),
    Place(division_path=COUNTY),
    Place(agency_path=f"{worlds.AGENCY}."),
    Place(agency_path=f"{worlds.AGENCY}.", division_path=COUNTY),
    Place(agency_path=f"{worlds.AGENCY}.", division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."),
]


def planned(place: Place) -> str:
    """How the database would read the newest reviews of a place, if it had many of them."""
    with CaptureQueriesContext(connection) as asked:
        queries.published(place, limit=3)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
        )
        cursor.execute(f"EXPLAIN {asked[-1]['sql']}")
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("most", [0, 10, 1000, 100_000])
@pytest.mark.parametrize("place", PLACES)
def test_by_whatever_way_they_are_the_newest(crowd, monkeypatch, place, most):
    county, agency = (
        directory.divisions([worlds.COUNTY])[worlds.COUNTY].id,
        directory.agencies([worlds.AGENCY])[worlds.AGENCY].id,
    )
    standing = [
        one.pk
        for one in sorted(crowd, key=lambda one: (-one.assessed_at.timestamp(), one.pk))
        if one.status in {"effective", "superseded"}
        and (place.agency_path is None or one.agency_id == agency)
        and (place.division_path != COUNTY or one.division_id == county)
        and not place.division_path.endswith(f"{worlds.OTHER_CITY}.")
    ]
    monkeypatch.setattr(queries, "_MOST_READ", most)

    for limit, offset in ((4, 0), (7, 3), (200, 0), (5, 1000)):
        found = [one.id for one in queries.published(place, limit=limit, offset=offset)]
        assert found == standing[offset : offset + limit]


def test_only_bad_ones(crowd):
    found = queries.published(Place(agency_path=f"{worlds.AGENCY}."), only_bad=True, limit=200)

    assert {one.level for one in found} == {1, 2}


@pytest.mark.parametrize(
    ("place", "index"),
    [
        (Place(agency_path=f"{worlds.AGENCY}."), "review_agency_level_time"),
        (Place(division_path=COUNTY), "review_division_time"),
    ],
)
def test_a_place_that_gives_none_any_more_is_not_sought_through_all_of_them(
    given, now, monkeypatch, place, index
):
    given(level=1, at=now - timedelta(days=900), place=HERE)
    for n in range(20):
        given(at=now - timedelta(minutes=n), place=ELSEWHERE)

    plan = planned(place)
    monkeypatch.setattr(queries, "_MOST_READ", 0)

    assert index in plan
    assert "using review_time on" not in plan
    # What was ever released is not read as a whole for it.
    assert "hashed" not in plan
    assert "using review_time on" in planned(place)


def released(review: Review, part: str, decided_at: datetime) -> Release:
    """Words of a review, or the reply to it, that stand under the province."""
    return Release.objects.create(
        id=uuid7(decided_at),
        review_id=review.pk,
        part=part,
        written_at=review.assessed_at,
        decision="released",
        text="跑了三次",
        raised_to_id=directory.divisions([worlds.PROVINCE])[worlds.PROVINCE].id,
        state="confirmed",
        proposed_by="staff:1",
        proposed_at=decided_at,
        decided_by="staff:2",
        decided_at=decided_at,
    )


def test_raised_words_stand_once_each_by_their_newest_decision(given, now):
    province = directory.divisions([worlds.PROVINCE])[worlds.PROVINCE].id
    levels = (1, 2, 3, 4, 5, 5)
    made = [given(level=level, at=now - timedelta(days=9), comment_text="跑了三次") for level in levels]
    for n, review in enumerate(made):
        released(review, "text", now - timedelta(hours=50 - n))
    # The answer to the oldest was decided about last; those of two others at one moment.
    for n, hours in ((0, 1), (2, 7), (4, 7)):
        released(made[n], "reply", now - timedelta(hours=hours))
    made[5].status = "withdrawn"
    made[5].save()
    together = sorted((made[2], made[4]), key=lambda one: one.pk)
    in_order = [one.level for one in (made[0], *together, made[3], made[1])]

    pages = [queries.raised(province, limit=2, offset=offset) for offset in (0, 2, 4, 6)]

    assert [[one.level for one in page] for page in pages] == [in_order[:2], in_order[2:4], in_order[4:], []]
    assert [bool(one.reply) for page in pages for one in page] == [True, True, True, False, False]
