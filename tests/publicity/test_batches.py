"""提请发布: the words of a week come before the publishers together, small cells stand elsewhere, what waits is counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from haochaping.directory import queries as directory
from haochaping.flows import offer_texts
from haochaping.insight import actions as insight
from haochaping.insight.terms import Place
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.notices.models import StaffNotice
from haochaping.publicity import actions, queries
from haochaping.publicity.models import Release, Undecided
from haochaping.publicity.rules import alarm_of, in_all, offered_from, quarter_of
from haochaping.publicity.terms import Decision, Part, WaitingCount, Wanted, week_of
from haochaping.rectification.terms import Alarm
from haochaping.rulebook.rules import WorkingCalendar, sample_days
from haochaping.rulebook.terms import Unit
from tests import worlds
from tests.publicity import test_actions

if TYPE_CHECKING:
    from uuid import UUID

CITY = Place(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.")
COUNTY_PATH = f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}."
MONDAY = date(2026, 6, 1)
CALENDAR = WorkingCalendar(sample_days(date(2026, 1, 1), date(2026, 12, 31)), time(9), time(17, 30))


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), BEIJING)


class TestRules:
    def test_seven_working_days_after_the_week(self):
        terms = worlds.terms(text_release_after=7)

        assert offered_from(MONDAY, terms, CALENDAR) == at(date(2026, 6, 16)).replace(hour=17, minute=30)

    def test_days_of_the_calendar_where_the_profile_says_so(self):
        terms = worlds.terms(text_release_after=7, text_release_after_unit=Unit.DAYS)

        assert offered_from(MONDAY, terms, CALENDAR) == at(date(2026, 6, 14)).replace(hour=17, minute=30)

    def test_beyond_the_calendar_nothing_is_known(self):
        assert offered_from(date(2026, 12, 28), worlds.terms(), CALENDAR) is None

    @given(st.integers(0, 200 * 24))
    def test_nothing_is_offered_sooner_than_seven_days_and_a_week_at_once(self, hours: int):
        """The moment of the offer depends on the week alone, and is never within seven days (trust.md §3.4)."""
        given_at = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=hours)
        offered = offered_from(week_of(given_at), worlds.terms(), CALENDAR)

        assert offered is not None
        assert offered - given_at >= timedelta(days=7)
        assert offered == offered_from(week_of(at(week_of(given_at))), worlds.terms(), CALENDAR)

    @pytest.mark.parametrize(
        ("amber", "due", "alarm"),
        [(None, None, 0), (1, 2, 0), (0, 2, 1), (-2, 0, 1), (-2, -1, 2), (None, -1, 2)],
    )
    def test_amber_near_the_deadline_red_beyond_it(self, amber, due, alarm):
        now = at(MONDAY)
        amber_at, due_at = (None if n is None else now + timedelta(hours=n) for n in (amber, due))

        assert alarm_of(amber_at, due_at, now) == alarm

    @pytest.mark.parametrize(("month", "first"), [(1, 1), (3, 1), (4, 4), (6, 4), (9, 7), (10, 10), (12, 10)])
    def test_quarters(self, month, first):
        assert quarter_of(date(2026, month, 28)) == date(2026, first, 1)

    def test_counts_of_places_together(self):
        early, late = at(MONDAY), at(MONDAY, 13)

        assert in_all([]) == WaitingCount()
        assert in_all(
            [WaitingCount(1, 0, 2, late, late), WaitingCount(2, 1, 0, early, early)]
        ) == WaitingCount(3, 1, 2, early, early)


@pytest.fixture
def world(db: None, now: datetime) -> datetime:
    worlds.build(now)
    return now


def words(case_no: str, now: datetime, text: str = test_actions.WORDS) -> UUID:
    """A bad review with words, not offered yet."""
    review_id = test_actions.bad_review(case_no, now, text=text)
    Undecided.objects.update(offered_at=None, due_at=None, amber_at=None)
    return review_id


def due(now: datetime) -> datetime:
    """A moment at which the words of this week are offered."""
    terms = worlds.terms()
    last = week_of(now) + timedelta(days=6)
    moment = at(last) + timedelta(days=1)
    worked = 0
    while worked < terms.text_release_after:
        worked += is_working(local_day(moment))
        moment += timedelta(days=1)
    return moment


def is_working(day: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_working FROM rulebook_calendar_day WHERE day = %s", [day])
        [(works,)] = cursor.fetchall()
    return bool(works)


def cases(n: int, now: datetime) -> None:
    """More completed cases of the same item, agency and day."""
    for number in range(n):
        worlds.take_case(f"MORE-{number}", now)
    insight.fold()


def test_words_are_offered_when_their_week_is_due_and_not_before(world: datetime):
    review_id = words("C1", world)
    later = due(world)

    assert offer_texts.offer_due(by=SYSTEM, now=later - timedelta(days=2)) == 0
    assert queries.candidates(worlds.PUBLISHER, now=later) == []
    assert offer_texts.offer_due(by=SYSTEM, now=later) == 1
    assert offer_texts.offer_due(by=SYSTEM, now=later) == 0

    [one] = queries.candidates(worlds.PUBLISHER, now=later)
    assert (one.review_id, one.part) == (review_id, Part.TEXT)
    assert one.due_at is not None
    assert one.amber_at is not None
    assert later < one.amber_at < one.due_at
    entry = Entry.objects.get(kind=EntryKind.TEXTS_OFFERED)
    assert entry.facts == {"part": "text", "week": week_of(world).isoformat(), "texts": "1"}


def test_what_is_not_offered_is_not_proposed(world: datetime):
    review_id = words("C1", world)

    with pytest.raises(Exception, match="nothing_to_release"):
        actions.propose([Wanted(review_id, Part.TEXT, Decision.RELEASED)], by=worlds.PUBLISHER, now=world)


def test_a_reply_waits_for_no_week(world: datetime):
    review_id = words("C1", world, text="")
    test_actions.answered(review_id, world)
    Undecided.objects.update(offered_at=None, due_at=None, amber_at=None)

    assert offer_texts.offer_due(by=SYSTEM, now=world + timedelta(hours=1)) == 1


def test_history_of_years_ago_is_offered_though_no_calendar_reaches_it(world: datetime):
    words("C1", world)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_review SET assessed_at = assessed_at - interval '9 years'")

    assert offer_texts.offer_due(by=SYSTEM, now=world + timedelta(hours=1)) == 1


def test_the_order_of_a_batch_tells_nothing_of_the_time(world: datetime):
    given_in_turn = [words(f"C{n}", world + timedelta(minutes=n)) for n in range(12)]
    offer_texts.offer_due(by=SYSTEM, now=due(world))

    shown = [one.review_id for one in queries.candidates(worlds.PUBLISHER, now=due(world))]

    assert sorted(shown) == sorted(given_in_turn)
    assert shown not in (given_in_turn, given_in_turn[::-1])


class TestSmallCells:
    def test_words_of_many_cases_stand_with_their_item(self, world: datetime):
        words("C1", world)
        cases(9, world)

        offer_texts.offer_due(by=SYSTEM, now=due(world))

        [one] = queries.candidates(worlds.PUBLISHER, now=due(world))
        assert (one.raised_to, one.raised_name) == (None, "")

    def test_words_of_few_cases_stand_under_the_nearest_division_that_has_many(self, world: datetime):
        review_id = words("C1", world)
        cases(8, world)
        later = due(world)
        offer_texts.offer_due(by=SYSTEM, now=later)
        [one] = queries.candidates(worlds.PUBLISHER, now=later)
        province = directory.division(worlds.PROVINCE)
        assert province
        assert (one.raised_to, one.raised_name) == (province.id, "云川省")

        worlds.decide(review_id, Part.TEXT, Decision.RELEASED, now=later)

        [shown] = queries.published(CITY)
        assert (shown.has_text, shown.text, shown.text_taken_down) == (True, None, False)
        [raised] = queries.raised(province.id)
        assert (raised.text, raised.level, raised.week) == ("跑了三次，电话＊＊＊", 1, week_of(world))
        county = directory.division(worlds.COUNTY)
        assert county
        assert queries.raised(county.id) == []

    def test_taken_down_there_they_leave_their_note_there_only(self, world: datetime):
        review_id = words("C1", world)
        later = due(world)
        offer_texts.offer_due(by=SYSTEM, now=later)
        for decision in (Decision.RELEASED, Decision.TAKEN_DOWN):
            worlds.decide(review_id, Part.TEXT, decision, reason="含姓名", now=later)

        [shown] = queries.published(CITY)
        assert (shown.text_taken_down, shown.text_down) == (False, None)
        province = directory.division(worlds.PROVINCE)
        assert province
        [raised] = queries.raised(province.id)
        assert raised.text is None
        assert raised.text_down is not None
        assert (raised.text_down.at, raised.text_down.ground) == (later, "privacy")

        worlds.decide(review_id, Part.TEXT, Decision.RESTORED, now=later)
        assert [one.text for one in queries.raised(province.id)] == ["跑了三次，电话＊＊＊"]
        assert set(Release.objects.values_list("raised_to_id", flat=True)) == {province.id}

    def test_cases_that_nobody_has_signed_make_no_cell_large(self, world: datetime):
        words("C1", world)
        cases(9, world)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE insight_fact SET provenance = 'unverified' WHERE kind = 'case'")

        offer_texts.offer_due(by=SYSTEM, now=due(world))

        [one] = queries.candidates(worlds.PUBLISHER, now=due(world))
        assert one.raised_name == "云川省"


class TestDeadlines:
    @pytest.fixture
    def offered(self, world: datetime) -> datetime:
        words("C1", world)
        words("C2", world)
        later = due(world)
        offer_texts.offer_due(by=SYSTEM, now=later)
        return later

    def test_what_waits_is_counted_by_division(self, offered: datetime, world: datetime):
        assert queries.waiting(COUNTY_PATH)[""].offered == 2
        assert queries.waiting(CITY.division_path)[worlds.COUNTY].overdue == 0
        words("C3", offered)

        actions.count_waiting(now=offered + timedelta(days=30))

        found = queries.waiting(CITY.division_path)[worlds.COUNTY]
        assert (found.offered, found.overdue, found.coming) == (0, 0, 3)

    def test_beyond_the_deadline_it_is_counted_and_the_publishers_are_told_once(self, offered: datetime):
        late = offered + timedelta(days=30)
        assert offer_texts.tell_alarms(offered) == 0

        assert [offer_texts.tell_alarms(late) for _ in range(2)] == [2, 0]

        assert set(Undecided.objects.values_list("alarm", flat=True)) == {Alarm.RED}
        [notice] = StaffNotice.objects.filter(kind="texts_due")
        assert (notice.subject_kind, notice.facts) == ("texts", {"agency": "河湾区"})
        actions.count_waiting(now=late)
        assert queries.waiting(COUNTY_PATH)[""].overdue == 2

    def test_amber_is_told_and_then_red(self, offered: datetime):
        [amber, *_] = Undecided.objects.values_list("amber_at", flat=True)
        assert amber is not None

        told = [offer_texts.tell_alarms(moment) for moment in (amber, amber, offered + timedelta(days=30))]

        assert told == [2, 0, 2]

    def test_what_is_decided_waits_no_more(self, offered: datetime):
        for pk in list(Undecided.objects.values_list("review_id", flat=True)):
            worlds.decide(pk, Part.TEXT, Decision.RELEASED, now=offered)

        actions.count_waiting(now=offered)

        assert queries.waiting(COUNTY_PATH) == {}


class TestCounts:
    def test_decisions_are_counted_by_quarter_agency_and_ground(self, world: datetime):
        kept = [words(f"C{n}", world) for n in range(3)]
        worlds.decide(kept[0], Part.TEXT, Decision.RELEASED, now=world)
        for pk in kept[1:]:
            worlds.decide(pk, Part.TEXT, Decision.HELD, reason="含姓名", now=world)
        worlds.decide(kept[1], Part.TEXT, Decision.RESTORED, now=world)
        quarter = quarter_of(local_day(world))

        found = {(one.decision, one.ground): one.n for one in queries.decisions(CITY.division_path, quarter)}

        assert found == {("released", ""): 1, ("held", "privacy"): 2, ("restored", ""): 1}
        assert queries.decisions(CITY.division_path, quarter_of(quarter - timedelta(days=1))) == []
        assert queries.decisions(f"{worlds.PROVINCE}.{worlds.OTHER_CITY}.", quarter) == []

    def test_the_page_of_a_place_has_them_at_a_glance(self, world: datetime):
        worlds.decide(words("C1", world), Part.TEXT, Decision.HELD, reason="含姓名", now=world)
        words("C2", world)
        worlds.offer(world)
        actions.count_waiting(now=world + timedelta(days=8))
        quarter = quarter_of(local_day(world))

        assert queries.glance(CITY, quarter).answer == (1, 1, 1, 0)
        assert queries.glance(Place(agency_path=f"{worlds.AGENCY}."), quarter).answer == (None, None, 1, 0)
        assert queries.glance(Place(agency_path=f"{worlds.OTHER_AGENCY}."), quarter).answer == (
            None,
            None,
            0,
            0,
        )

    def test_a_proposal_counts_for_nothing(self, world: datetime):
        review_id = words("C1", world)
        worlds.offer(world)
        wanted = Wanted(review_id, Part.TEXT, Decision.HELD, "含姓名", "minor")
        actions.propose([wanted], by=worlds.PUBLISHER, now=world)

        assert queries.decisions(CITY.division_path, quarter_of(local_day(world))) == []
