"""规则库 in the database: what is shipped, what an administrator adds, which profile holds where and when."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError

from haochaping.directory import queries as directory
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rulebook import actions, queries
from haochaping.rulebook.models import CalendarDay, Profile, ProfileChoice, RuleValue
from haochaping.rulebook.rules import due_after_working_days
from haochaping.rulebook.terms import RULES, Key, Unit, Verified
from tests import worlds

pytestmark = pytest.mark.django_db
COUNTY_PATH = f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}."
DAY = date(2026, 6, 1)


@pytest.fixture
def world(now: datetime) -> None:
    worlds.build(now)


def choose(profile: str, division: str, since: date, **values: str) -> None:
    """Let a division follow a profile that sets some values since a day."""
    made, _ = Profile.objects.get_or_create(code=profile, defaults={"name": profile})
    found = directory.division(division)
    assert found is not None
    ProfileChoice.objects.create(division_id=found.id, profile=made, effective_from=since)
    for key, value in values.items():
        RuleValue.objects.create(
            profile=made,
            key=key,
            value=value,
            unit=RULES[Key(key)].units[0],
            source="试行办法",
            verified=Verified.YES,
            effective_from=since,
        )


def entries() -> int:
    return Entry.objects.filter(kind=EntryKind.RULEBOOK_CHANGED, subject_id="shipped").count()


def test_the_base_is_installed_once(now: datetime):
    before = entries()

    assert actions.install(by=OPERATOR, now=now) == 0
    assert entries() == before
    assert queries.is_installed()


def test_install_adds_what_is_missing_and_records_it(now: datetime):
    CalendarDay.objects.filter(day__year=2026).delete()
    RuleValue.objects.filter(key=Key.INVITATION_DAYS).delete()
    before = entries()

    assert actions.install(by=OPERATOR, now=now) == 365 + 1
    assert entries() == before + 1


def test_install_leaves_what_an_administrator_changed(now: datetime):
    CalendarDay.objects.filter(day=DAY).update(is_working=False)
    RuleValue.objects.filter(key=Key.INVITATION_DAYS).update(value="30")

    actions.install(by=OPERATOR, now=now)

    assert not CalendarDay.objects.get(day=DAY).is_working
    assert RuleValue.objects.get(key=Key.INVITATION_DAYS).value == "30"


def test_not_installed_without_the_base():
    RuleValue.objects.all().delete()
    Profile.objects.exclude(parent=None).delete()
    Profile.objects.all().delete()

    assert not queries.is_installed()


def test_every_shipped_value_names_its_source():
    shipped = RuleValue.objects.filter(profile__code=queries.BASE)

    assert {row.key for row in shipped} == set(Key)
    assert all(row.source and row.verified in set(Verified) for row in shipped)


def test_the_base_holds_where_nobody_chose(world: None):
    terms = queries.terms_for(COUNTY_PATH, DAY)

    assert terms.profile == queries.BASE
    assert terms.change_window == timedelta(minutes=10)
    assert (terms.workday_start, terms.workday_end) == (time(9), time(17, 30))


def test_the_nearest_profile_up_the_path_wins_over_the_base(world: None):
    choose("province", worlds.PROVINCE, DAY, invitation_days="30", sign_limit_working_hours="2")
    choose("city", worlds.CITY, DAY, invitation_days="15")

    county, other = queries.terms_for(COUNTY_PATH, DAY), directory.division(worlds.OTHER_CITY)

    assert (county.profile, county.invitation_valid) == ("city", timedelta(days=15))
    # One profile over the base, not a chain of them.
    assert county.sign_limit_hours == 4
    assert other is not None
    assert queries.terms_for_division(other.id, DAY).invitation_valid == timedelta(days=30)


def test_a_choice_holds_from_its_day_on(world: None):
    choose("city", worlds.CITY, DAY, invitation_days="15")
    choose("city-2", worlds.CITY, DAY + timedelta(days=10), invitation_days="7")

    found = [queries.terms_for(COUNTY_PATH, DAY + timedelta(days=n)).profile for n in (-1, 0, 9, 10)]

    assert found == ["cn-base", "city", "city", "city-2"]


def test_a_value_holds_from_its_day_on_and_the_newest_wins(world: None):
    base = Profile.objects.get(code=queries.BASE)
    for value, since in (("60", DAY), ("45", DAY + timedelta(days=5))):
        RuleValue.objects.create(
            profile=base,
            key=Key.INVITATION_DAYS,
            value=value,
            unit=Unit.DAYS,
            source="修订",
            verified=Verified.YES,
            effective_from=since,
        )

    found = [
        queries.terms_for(COUNTY_PATH, DAY + timedelta(days=n)).invitation_valid.days for n in (-1, 0, 4, 5)
    ]

    assert found == [90, 60, 60, 45]


def test_before_the_first_value_there_are_no_rules(world: None):
    with pytest.raises(Refused, match="no_rules"):
        queries.terms_for(COUNTY_PATH, date(2019, 12, 16))


def test_terms_cost_four_queries_and_one_once_they_are_known(world: None, django_assert_num_queries):
    choose("city", worlds.CITY, DAY, invitation_days="15")

    with django_assert_num_queries(4):
        queries.terms_for(COUNTY_PATH, DAY)
    with django_assert_num_queries(1):
        queries.terms_of_each([COUNTY_PATH] * 3, DAY)


def test_terms_of_several_divisions_are_those_of_each(world: None, django_assert_max_num_queries):
    choose("example-city", worlds.CITY, DAY, invitation_days="9")
    choose("example-county", worlds.COUNTY, DAY + timedelta(days=1), invitation_days="8")
    refs = directory.divisions([worlds.PROVINCE, worlds.CITY, worlds.COUNTY, worlds.OTHER_CITY]).values()

    for day in (DAY, DAY + timedelta(days=1)):
        with django_assert_max_num_queries(7):
            found = queries.terms_for_divisions([ref.id for ref in refs], day)
        assert found == {ref.id: queries.terms_for(ref.path, day) for ref in refs}


def test_divisions_that_no_profile_tells_apart_are_asked_for_once(world: None, django_assert_num_queries):
    refs = directory.divisions([worlds.PROVINCE, worlds.CITY, worlds.COUNTY, worlds.OTHER_CITY]).values()
    choose("city", worlds.CITY, DAY, invitation_days="16")

    # The version, whom the rules have heard of, what holds at the city and what elsewhere.
    with django_assert_num_queries(5):
        queries.terms_of_each([ref.path for ref in refs], DAY)


def test_calendar_reaches_the_longest_deadline_across_the_longest_holiday(django_assert_max_num_queries):
    terms = queries.terms_for("", DAY)
    begun = date(2025, 1, 20)

    with django_assert_max_num_queries(1):
        calendar = queries.calendar(terms, begun)

    assert calendar.is_working(begun)
    assert due_after_working_days(datetime(2025, 1, 20, 1, tzinfo=BEIJING), 15, calendar) is not None


def test_calendar_knows_the_adjusted_days():
    """调休 by name: a worked Sunday and a free Wednesday of 2025."""
    days = {
        row.day: row for row in CalendarDay.objects.filter(day__in=[date(2025, 9, 28), date(2025, 10, 1)])
    }

    assert days[date(2025, 9, 28)].is_working
    assert not days[date(2025, 10, 1)].is_working
    assert all(row.note for row in days.values())


def test_calendar_has_no_hole():
    first = CalendarDay.objects.order_by("day").first()
    last = queries.last_calendar_day()

    assert first is not None
    assert last is not None
    assert CalendarDay.objects.count() == (last - first.day).days + 1
    assert (last.month, last.day) == (12, 31)


def test_an_empty_calendar_ends_nowhere():
    CalendarDay.objects.all().delete()

    assert queries.last_calendar_day() is None


def test_a_value_is_not_set_twice_for_one_day():
    row = RuleValue.objects.filter(key=Key.INVITATION_DAYS).get()
    row.pk = None

    with pytest.raises(IntegrityError, match="rule_value_unique"):
        row.save(force_insert=True)
