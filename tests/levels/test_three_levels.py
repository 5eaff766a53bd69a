"""National, province and city: what happens below stands above, once, whatever happens to the line between."""

from __future__ import annotations

import os
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import psycopg
from psycopg.conninfo import make_conninfo

from haochaping.ledger.terms import Suite
from haochaping.levels import keys, rules
from tests import worlds
from tests.faults.conftest import until
from tests.levels.conftest import agree

if TYPE_CHECKING:
    from tests.levels.conftest import House

NEW_ITEM = "9901020000000000000000000000002"


def content_key(house: House) -> bytes:
    """What its keys are drawn from."""
    return bytes.fromhex((house.home / "keys" / "content.key").read_text())


def settle(*houses: House) -> None:
    """Everything that waits goes up, level by level."""
    for house in houses:
        house.sql("UPDATE levels_peer SET due_at = now() - interval '1 day'")
        while house.does("tell"):
            pass


def same(*houses: House, division: str = worlds.CITY) -> None:
    """Each holds the same of a division, to the letter."""
    found = [house.does("digest", division) for house in houses]

    assert found[0][0] > 0
    assert found[1:] == found[:-1]


def state(house: House, code: str) -> dict[str, object]:
    """How it stands there with a peer."""
    return next(one for one in house.does("states") if one["code"] == code)


def rows(house: House) -> tuple[int, int, int]:
    """Cases, reviews and orders of its own."""
    [(cases,)] = house.sql("SELECT count(*) FROM cases_case")
    [(reviews,)] = house.sql("SELECT count(*) FROM reviews_review")
    [(orders,)] = house.sql("SELECT count(*) FROM rectification_work_order")
    return cases, reviews, orders


def test_what_happens_in_the_city_stands_in_province_and_nation(three):
    city, province, nation = three
    agent = {"name": "李大海", "phone": "13900000002"}
    applicant = {"name": "张小满", "phone": "13900000001", "birth_year": 1950, "agent": agent}
    city.does("case", "YC-1", applicant=applicant)
    city.does("case", "YC-2")
    city.does("review", "YC-2", 5, indicator_codes=["510"])
    _, review_id = city.does("review", "YC-1", 2, comment_text="跑了三趟")
    city.does("sign", review_id)

    settle(city, province)

    same(city, province, nation)
    [record] = [one for one in nation.does("records", worlds.CITY) if one["case"]["case_no"] == "YC-1"]
    assert record["reviews"][0]["claimed_provenance"] == "active_onsite_device"
    assert record["orders"][0]["state"] == "signed"
    assert "1390000000" not in str(record)
    told = nation.sql("SELECT by_agent, aged_60, person_id, agent_id FROM cases_case ORDER BY case_no")
    assert told == [(True, True, None, None), (False, None, None, None)]
    # Counted everywhere, handled in the city alone: no second order goes to anybody.
    assert (rows(city), rows(province), rows(nation)) == ((2, 2, 1), (2, 2, 0), (2, 2, 0))
    for house in three:
        found = house.does("figures")
        assert (found["cases"], found["bad_reviews"], found["orders"]) == (2, 1, 1)

    city.does("exclude", review_id)
    city.does("case", "YC-2", promised_limit="3 working_day")
    settle(city, province)

    same(city, province, nation)
    assert nation.does("figures")["bad_reviews"] == 0


def test_a_day_without_the_line_goes_up_afterwards_in_order(three):
    city, province, nation = three
    # The day is the last one: a web server goes by the real time.
    for house in three:
        house.does("wait", -23)
    settle(city, province)
    province.does("shut")
    for n in range(22):
        for house in three:
            house.does("wait", 1)
        city.does("case", f"YC-{n}")
        city.does("tell")
        city.does("review", f"YC-{n}", 5 - n % 3)
        city.does("tell")
    waiting = state(city, "province")
    assert (waiting["waiting"], waiting["error"]) == (44, "cannot be reached: ConnectionRefusedError")

    province.does("open")
    # Nobody hurries anything: what was tried in vain for a day is tried again by itself.
    for house in three:
        house.does("wait", 1)
    for house in (city, province):
        while house.does("tell"):
            pass

    same(city, province, nation)
    assert state(city, "province")["waiting"] == 0
    assert province.does("figures")["active_reviews"] == 22


def test_a_kill_in_the_middle_of_a_batch_leaves_nothing_of_it_and_then_it_comes_once(three):
    city, province, nation = three
    settle(city, province)
    city.does("cases", 1, 20)
    _, review_id = city.does("review", "N-1", 1)
    city.does("sign", review_id)
    before = rows(province)

    # Somebody else holds the last table that the batch is written to: cases and reviews are in when the process ends.
    with psycopg.connect(make_conninfo(os.environ["HAOCHAPING_OWNER_URL"], dbname=province.database)) as hand:
        hand.execute("LOCK TABLE levels_reported_order")
        city.ask("tell")
        until(
            lambda: province.sql(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'levels_reported_order'::regclass"
            )
        )
        province.kill()
        hand.rollback()
    assert city.hear() == 0

    assert rows(province) == before
    province.start()
    assert province.hear_it_is_there()
    province.does("open")
    settle(city, province)
    same(city, province, nation)
    assert province.does("figures")["cases"] == 20


def test_an_answer_that_is_lost_is_given_again(three):
    city, province, _ = three
    settle(city)
    province.does("shut")
    city.does("case", "YC-1")
    city.does("review", "YC-1", 3)
    city.does("tell")
    seq = state(city, "province")["told_seq"]
    content = b64decode(city.does("content", "province", seq))
    province.does("open")

    first = urlopen(Request(f"{province.url}/exchange/batches", content)).read()  # noqa: S310 - our own address
    settle(city)

    again = urlopen(Request(f"{province.url}/exchange/batches", content)).read()  # noqa: S310
    told = [keys.opened(answer, content_key(city)) for answer in (first, again)]
    assert told[0] == told[1]
    assert rows(province) == (1, 1, 0)
    assert state(city, "province")["waiting"] == 0
    same(city, province)


def test_what_village_county_city_and_province_hold_is_one_and_counts_once(found):
    village, county, city, province = found("village", "county", "city", "province")
    agree(village, county, worlds.COUNTY)
    agree(county, city, worlds.COUNTY)
    agree(county, province, worlds.COUNTY)
    agree(city, province, worlds.CITY)
    # The hall reports to the province itself, too.
    village.does("case", "YC-1")
    province.does("case", "YC-1")
    _, review_id = village.does("review", "YC-1", 1, comment_text="态度差")
    village.does("sign", review_id)

    settle(village, county, city, county, city)

    same(village, county, city, province, division=worlds.COUNTY)
    assert rows(village) == (1, 1, 1)
    assert [rows(house) for house in (county, city, province)] == [(1, 1, 0)] * 3
    for house in (county, city, province):
        told = house.does("figures")
        assert (told["cases"], told["bad_reviews"], told["orders"]) == (1, 1, 1)

    village.does("exclude", review_id)
    settle(village, county, city, county, city)

    same(village, county, city, province, division=worlds.COUNTY)
    assert province.does("figures")["bad_reviews"] == 0


def test_a_review_the_province_had_itself_keeps_its_own_order(found):
    city, province = found("city", "province")
    agree(city, province, worlds.CITY)
    at = datetime.now(UTC).isoformat()
    for house in (city, province):
        house.does("case", "YC-1")
        house.does("review", "YC-1", 1, assessed_at=at)
    city.does("case", "YC-2")
    city.does("review", "YC-2", 4)
    province.does("case", "YC-2")
    province.does("review", "YC-2", 2)

    settle(city)

    # The same words twice are one review; other words of another person come back for somebody to look at.
    assert rows(province) == (2, 2, 2)
    assert state(city, "province")["returned"] == 1
    assert province.does("figures")["bad_reviews"] == 2
    city.does("decide", "leave_out", "province", worlds.SOURCE, "YC-2", "两次来访")
    assert state(city, "province")["returned"] == 0
    # The two differ in it for good: below it is passed over, and above when it is named there, as the one with two orders.
    city.does("case", "YC-3")
    settle(city)
    twice = [worlds.SOURCE, "YC-1"]
    count, mark, without = city.does("digest", worlds.CITY, twice)
    assert (count, without) == (1, [twice, [worlds.SOURCE, "YC-2"]])
    assert province.does("digest", worlds.CITY, twice)[1] != mark
    assert province.does("digest", worlds.CITY, *without) == [count, mark, without]


def test_what_the_province_cannot_take_comes_back_and_goes_out_again_until_it_can(found):
    city, province = found("city", "province")
    agree(city, province, worlds.CITY)
    city.does("item", NEW_ITEM)
    city.does("case", "YC-1", item=NEW_ITEM)
    city.does("review", "YC-1", 2)
    settle(city)
    assert state(city, "province")["returned"] == 1
    [(code, times)] = city.sql("SELECT code, attempts FROM levels_returned_case")
    assert (code, times) == ("unknown_item", 1)

    province.does("item", NEW_ITEM)
    city.does("wait", 25)
    settle(city)

    same(city, province)
    assert state(city, "province")["returned"] == 0
    assert city.sql("SELECT state FROM levels_returned_case") == [("fixed",)]
    assert rows(province) == (1, 1, 0)
    assert province.does("figures")["orders"] == 0  # not out yet in the city


def test_a_quiet_day_is_told_and_silence_and_lateness_are_seen(found):
    city, province = found("city", "province")
    agree(city, province, worlds.CITY)
    settle(city)
    assert state(province, "city")["taken_seq"] == 1
    settle(city)
    assert state(province, "city")["taken_seq"] == 1

    begun = datetime.now(UTC) - timedelta(days=3)
    service = worlds.occurrence(1, begun)
    times = {"applied_at": service["at"], "completed_at": service["at"]}
    city.does("case", "YC-1", occurrences=[service], **times)
    city.does("review", "YC-1", 5, assessed_at=begun.isoformat())
    city.does("wait", 25)
    settle(city)
    told = state(province, "city")
    assert (told["taken_seq"], told["reviews"], told["late"], told["silent"]) == (2, 1, 1, False)

    city.does("wait", 25)
    settle(city)
    assert state(province, "city")["taken_seq"] == 3

    province.does("wait", 26)
    assert state(province, "city")["silent"] is True


def test_nobody_unknown_and_nothing_changed_is_taken(three):
    city, province, nation = three
    city.does("case", "YC-1")
    province.does("shut")
    city.does("tell")
    content = b64decode(city.does("content", "province", 1))
    province.does("open")
    packed = rules.unpack(keys.opened(content, content_key(province)))
    unsigned = packed.head + b"\n" + b"A" * 88 + b"\n" + packed.body

    def sealed(house: House, plain: bytes) -> bytes:
        return keys.sealed(plain, Suite.INTL, keys.own(content_key(house), Suite.INTL).public)

    answers = [
        _status(f"{house.url}/exchange/batches", plain)
        for house, plain in [
            (province, sealed(province, unsigned)),
            (nation, sealed(nation, packed.content)),
            (nation, content),
            (province, packed.content),
        ]
    ]

    assert answers == [401, 401, 400, 400]
    assert rows(province) == (0, 0, 0)


def _status(url: str, content: bytes) -> int:
    from urllib.error import HTTPError

    try:
        return int(urlopen(Request(url, content)).status)  # noqa: S310 - our own address
    except HTTPError as error:
        error.close()
        return error.code
