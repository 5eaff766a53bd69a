from __future__ import annotations

import pytest

from haochaping.directory import queries
from tests import worlds

pytestmark = pytest.mark.django_db


def test_agencies_of_a_division_leave_out_those_below_it(now):
    worlds.build(now)
    county, city = (queries.divisions([code])[code].id for code in (worlds.COUNTY, worlds.CITY))

    assert [agency.code for agency in queries.agencies_of(county)] == [worlds.AGENCY]
    assert queries.agencies_of(city) == []
    assert queries.agencies_of(county, limit=0) == []


def test_agencies_have_names_by_id(now):
    worlds.build(now)
    agency = queries.agencies([worlds.AGENCY])[worlds.AGENCY]

    assert queries.agency_names([agency.id, agency.id, 0]) == {agency.id: "河湾区行政审批局"}
