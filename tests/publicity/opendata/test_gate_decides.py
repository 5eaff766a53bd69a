"""What passes the gate of a month and of a week, and that it stands: figures counted by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest

from haochaping.directory import queries as directory
from haochaping.flows.pass_gate import decide_due
from haochaping.insight.terms import Place
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import BEIJING, Period, local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.publicity.opendata import actions, queries
from haochaping.publicity.opendata.models import PublishedCell, PublishedTable
from haochaping.publicity.opendata.queries import Asked
from haochaping.publicity.opendata.tables import APPLICANTS, TEXTS
from haochaping.publicity.opendata.terms import Cell
from haochaping.publicity.terms import Decision
from tests import worlds
from tests.publicity.opendata.world import THERE, came, release

pytestmark = pytest.mark.django_db
# A Tuesday in May, and days on which May and its week are due.
MAY = datetime(2026, 5, 12, 10, 0, tzinfo=BEIJING)
WEEK = date(2026, 5, 11)
JUNE = datetime(2026, 6, 8, 12, 0, tzinfo=BEIJING)
CITY_PATH = f"{worlds.PROVINCE}.{worlds.CITY}."


@pytest.fixture(autouse=True)
def _world() -> None:
    worlds.build(MAY)


def decide(now: datetime) -> None:
    decide_due(local_day(now), by=SYSTEM, now=now)


def rows_of_applicants(**asked: object) -> set[tuple[object, ...]]:
    return set(queries.rows(APPLICANTS, Asked(local_day(JUNE), **asked), at_once=3))  # type: ignore[arg-type]


def texts(now: datetime = JUNE, **asked: object) -> list[tuple[object, ...]]:
    return list(queries.rows(TEXTS, Asked(local_day(now), **asked), at_once=1))  # type: ignore[arg-type]


def test_a_month_is_told_by_who_applied_as_far_as_nobody_is_pointed_at():
    came(MAY, 12)
    came(MAY, 11, kind="enterprise")
    came(MAY, 10, agent=True, **THERE)
    came(MAY, 13, kind="enterprise", agent=True, **THERE)
    decide(JUNE)

    told = rows_of_applicants()

    here, there = ("2026-05", worlds.COUNTY, worlds.AGENCY, worlds.ITEM), ("2026-05", worlds.OTHER_CITY)
    assert {(*here, "person", "natural_person", 12), (*here, "person", "other", 11)} <= told
    assert ("2026-05", "", "", "", "person", "other", 24) in told
    assert (*there, worlds.OTHER_AGENCY, worlds.OTHER_ITEM, "person", "natural_person", 10) in told
    # All together 23 applied themselves and 23 by an agent; each place has one of them alone, and stands in the whole.
    assert {row for row in told if row[4] == "agent"} == {
        ("2026-05", *place, "agent", value, 23)
        for place in [("", "", ""), (worlds.PROVINCE, "", "")]
        for value in ("by_agent", "by_themselves")
    }
    # Nobody's age is known.
    assert [row for row in told if row[4] == "age"] == []


def test_who_comes_late_changes_nothing_that_is_out():
    came(MAY, 12)
    came(MAY, 11, kind="enterprise")
    decide(JUNE)
    before = rows_of_applicants()

    came(MAY, 1, kind="enterprise")
    decide(JUNE + timedelta(days=1))

    assert before
    assert rows_of_applicants() == before


def test_people_of_sixty_are_told_of_beside_the_others():
    came(MAY, 10, birth_year=1950)
    came(MAY, 10, birth_year=1990)
    came(MAY, 1)
    decide(JUNE)

    assert {row[4:] for row in rows_of_applicants() if row[3] and row[4] == "age"} == {
        ("age", "60_and_over", 10),
        ("age", "not_known_to_be", 11),
    }


def test_what_is_kept_apart_is_of_nobody_who_applied():
    came(MAY, 12)
    came(MAY, 9, kind="enterprise")
    worlds.take_case("IMPORTED", MAY, applicant={"name": "某公司", "kind": "enterprise"})
    worlds.give("IMPORTED", 5, MAY, claimed_provenance="bulk_import")
    decide(JUNE)

    assert rows_of_applicants() == set()


def test_cells_are_asked_for_by_place_and_month():
    came(MAY, 24)
    came(MAY, 24, kind="enterprise")
    came(MAY, 12, **THERE)
    came(MAY, 12, kind="enterprise", **THERE)
    decide(JUNE)
    there = directory.items([worlds.OTHER_ITEM])[worlds.OTHER_ITEM]

    in_city = rows_of_applicants(place=Place(division_path=CITY_PATH))
    of_agency = rows_of_applicants(place=Place(agency_path=f"{worlds.OTHER_AGENCY}."))
    of_item = rows_of_applicants(place=Place(item_id=there.id))

    assert {row[1] for row in in_city} == {worlds.CITY, worlds.COUNTY}
    assert {row[2] for row in of_agency} == {worlds.OTHER_AGENCY}
    assert {row[3] for row in of_item} == {worlds.OTHER_ITEM}
    assert rows_of_applicants(period=Period(start=date(2026, 6, 1))) == set()
    assert rows_of_applicants(period=Period(end=date(2026, 5, 2))) == rows_of_applicants()


def test_a_decision_is_made_once_and_stands_in_the_ledger():
    cells = [Cell("", WEEK, WEEK, (20, 20)), Cell("99.", WEEK, WEEK, (9, 20))]

    assert actions.decide("t", WEEK, WEEK, cells, by=SYSTEM, now=JUNE) == 1
    assert actions.decide("t", WEEK, WEEK, [Cell("", WEEK, WEEK, (21, 20))], by=SYSTEM, now=JUNE) == 0

    assert PublishedCell.objects.get().counts == [20, 20]
    entry = Entry.objects.get(kind=EntryKind.OPEN_DATA_PUBLISHED)
    assert (entry.subject_kind, entry.subject_id, entry.facts["cells"]) == ("open_data_table", "t", "1")


def test_of_days_that_meet_days_that_are_out_the_gate_knows_both():
    month = date(2026, 5, 1), date(2026, 5, 31)
    actions.decide("t", *month, [Cell("", *month, (15, 25))], by=SYSTEM, now=JUNE)

    assert actions.decide("t", WEEK, WEEK, [Cell("", WEEK, WEEK, (10, 12))], by=SYSTEM, now=JUNE) == 0


def test_months_that_were_missed_are_made_up_for():
    came(MAY, 1)
    decide(JUNE)
    decide(JUNE + timedelta(days=70))

    decided = PublishedTable.objects.filter(name="applicants:age").order_by("first_day")
    assert [one.first_day.month for one in decided] == [5, 6, 7]


def test_a_text_stands_where_ten_were_served_with_the_week_and_not_the_day():
    *_, review_id = came(MAY, 10, words="跑了三次，电话13912345678")
    release(review_id, MAY + timedelta(hours=1))
    decide(JUNE)

    assert texts() == [
        (f"{WEEK}", worlds.COUNTY, worlds.AGENCY, worlds.ITEM, 5, "yes", "跑了三次，电话＊＊＊", "")
    ]  # fmt: skip


def test_where_few_were_served_the_place_is_wider_or_the_text_left_out():
    came(MAY, 9)
    [alone] = came(MAY, 1, words="只有我一个人", **THERE)
    release(alone, MAY + timedelta(hours=1))
    [rare] = came(MAY, 1, level=4, words="别处没有人给四分", **THERE)
    release(rare, MAY + timedelta(hours=1))
    decide(JUNE)

    # Eleven were served where somebody gave five, of whom two there; only there somebody gave four.
    assert texts() == [(f"{WEEK}", worlds.PROVINCE, "", "", 5, "yes", "只有我一个人", "")]


def test_a_text_of_the_small_one_is_no_text_of_the_large_ones():
    """The province less the city that is told of by itself would be the other one."""
    came(MAY, 30)
    [alone] = came(MAY, 1, words="只有我一个人", **THERE)
    release(alone, MAY + timedelta(hours=1))
    decide(JUNE)

    assert texts() == [(f"{WEEK}", worlds.PROVINCE, "", "", 5, "yes", "只有我一个人", "")]
    assert {cell.place for cell in PublishedCell.objects.all()} == {"", f"{worlds.PROVINCE}."}


def test_a_text_is_asked_for_by_the_place_that_is_public_alone():
    came(MAY, 9)
    [alone] = came(MAY, 1, words="只有我一个人", **THERE)
    release(alone, MAY + timedelta(hours=1))
    decide(JUNE)
    item = directory.items([worlds.OTHER_ITEM])[worlds.OTHER_ITEM]

    assert texts(place=Place(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}.")) == []
    assert texts(place=Place(agency_path=f"{worlds.OTHER_AGENCY}.")) == []
    assert texts(place=Place(item_id=item.id)) == []
    assert len(texts(place=Place(division_path=f"{worlds.PROVINCE}."))) == 1


def test_nobody_who_knows_a_review_finds_its_text_by_the_order():
    """A sender has the ids of its reviews: no cursor may be worked out of them."""
    *_, first, second = came(MAY, 10, words="很快")
    for review_id in (first, second):
        release(review_id, MAY + timedelta(hours=1))
    decide(JUNE)

    after = queries.page(TEXTS, Asked(local_day(JUNE)), limit=1).after

    assert after is not None
    assert after[1] not in {
        sha256(said).hexdigest()
        for one in (first, second)
        for said in (one.bytes, one.hex.encode(), str(one).encode())
    }


def test_texts_come_out_a_week_after_and_on_mondays():
    *_, review_id = came(MAY, 10, words="很快")
    release(review_id, MAY + timedelta(hours=1))
    # The week is over on the 17th.
    decide(MAY + timedelta(days=12))
    assert PublishedTable.objects.filter(name="texts:5").count() == 0

    decide(MAY + timedelta(days=13))
    assert len(texts(MAY + timedelta(days=13))) == 1

    *_, late = came(MAY, 1, words="很慢")
    release(late, JUNE + timedelta(hours=1))
    assert [row[-2] for row in texts(JUNE + timedelta(days=6))] == ["很快"]
    assert {row[-2] for row in texts(JUNE + timedelta(days=7))} == {"很快", "很慢"}


def test_a_text_that_was_taken_down_is_gone_at_once():
    *_, review_id = came(MAY, 10, words="很快")
    release(review_id, MAY + timedelta(hours=1))
    decide(JUNE)
    assert texts()

    release(review_id, JUNE + timedelta(minutes=1), Decision.TAKEN_DOWN)

    assert texts() == []
