"""The newest reviews on the page of a place: the same ones, by whatever index they are read, and none sought in vain."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from haochaping.directory import queries as directory
from haochaping.insight.terms import Place
from haochaping.publicity import queries
from tests import worlds
from tests.publicity.stream.conftest import ELSEWHERE, HERE

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
