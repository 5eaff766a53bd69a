"""National, province and city: what happens below stands above, once, whatever happens to the line between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import worlds

if TYPE_CHECKING:
    from tests.levels.conftest import House


def settle(*houses: House) -> None:
    """Everything that waits goes up, level by level."""
    for house in houses:
        house.does("retry")
        while house.does("tell"):
            pass


def same(*houses: House, division: str = worlds.CITY) -> None:
    """Each holds the same of a division, to the letter."""
    found = [house.does("digest", division) for house in houses]

    assert found[0][0] > 0
    assert found[1:] == found[:-1]


def test_what_happens_in_the_city_stands_in_province_and_nation(three):
    city, province, nation = three
    city.does("case", "YC-1")
    city.does("case", "YC-2")
    city.does("review", "YC-2", 5, indicator_codes=["510"])
    _, review_id = city.does("review", "YC-1", 2, comment_text="跑了三趟")
    city.does("sign", review_id)
    settle(city, province)

    same(city, province, nation)
    [record] = [one for one in nation.does("records", worlds.CITY) if one["case"]["case_no"] == "YC-1"]
    assert record["reviews"][0]["claimed_provenance"] == "active_onsite_device"
    assert record["orders"][0]["state"] == "signed"
    assert "13900000001" not in str(record)
    for house in three:
        assert house.does("figures")["bad_reviews"] == 1
