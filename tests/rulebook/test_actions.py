"""规则库 actions: one test for each exit, with its ledger entry; what is past stays, and nothing is overwritten."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import chinese_calendar
import pytest

from haochaping.accounts.terms import Power
from haochaping.directory import actions as directory
from haochaping.directory import queries as places
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import OPERATOR, Actor, ActorKind, Scope
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.postgres.together import together
from haochaping.rulebook import access, actions, queries
from haochaping.rulebook.models import CalendarDay, CalendarOverlay, Profile, ProfileChoice, RuleValue
from haochaping.rulebook.rules import due_after_working_days
from haochaping.rulebook.terms import Assignment, DayChange, DaySaid, Key, NewValue, Unit, Verified
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
CITY_PATH = f"{worlds.PROVINCE}.{worlds.CITY}."
COUNTY_PATH = f"{CITY_PATH}{worlds.COUNTY}."
ADMIN = Actor(
    ActorKind.STAFF, "1", powers=frozenset({Power.RULEBOOK_EDIT}), scope=Scope(division_path=CITY_PATH)
)
NATION = Actor(ActorKind.STAFF, "2", powers=frozenset({Power.RULEBOOK_EDIT}), scope=Scope(division_path=""))
POWERLESS = Actor(ActorKind.STAFF, "3", scope=Scope(division_path=""))
NOTICE = [
    {"from": "2027-01-01", "to": "2027-01-03", "working": "no", "name": "元旦"},
    {"from": "2027-02-05", "to": "2027-02-11", "working": "no", "name": "春节"},
    {"from": "2027-02-13", "to": "", "working": "yes", "name": "春节"},
    {"from": "2027-04-03", "to": "2027-04-05", "working": "no", "name": "清明节"},
    {"from": "2027-05-01", "to": "2027-05-05", "working": "no", "name": "劳动节"},
    {"from": "2027-06-09", "to": "", "working": "no", "name": "端午节"},
    {"from": "2027-09-15", "to": "", "working": "no", "name": "中秋节"},
    {"from": "2027-10-01", "to": "2027-10-07", "working": "no", "name": "国庆节"},
]  # fmt: skip


@pytest.fixture
def world(now: datetime) -> datetime:
    worlds.build(now)
    return now


def facts(subject: str) -> list[dict[str, str]]:
    rows = Entry.objects.filter(kind=EntryKind.RULEBOOK_CHANGED, subject_kind="rulebook", subject_id=subject)
    return [row.facts for row in rows.order_by("recorded_at", "pk")]


def assign(
    now: datetime,
    profile: str = "sh",
    *,
    division: str = worlds.CITY,
    day: date = TOMORROW,
    by: Actor = ADMIN,
) -> None:
    worlds.rule(Assignment(division, profile, day), by=by, now=now)


def set_value(
    now: datetime,
    *,
    profile: str = "cn-base",
    key: str = Key.INVITATION_DAYS,
    value: str = "30",
    unit: str = Unit.DAYS,
    source: str = "修订",
    effective_from: date = TOMORROW,
    effective_to: date | None = None,
    by: Actor = NATION,
) -> None:
    change = NewValue(profile, key, value, unit, source, Verified.YES, effective_from, effective_to)
    worlds.rule(change, by=by, now=now)


def declare(
    now: datetime,
    *,
    works: bool,
    division: str = worlds.CITY,
    day: date = TOMORROW,
    by: Actor = ADMIN,
    reason: str = "台风",
) -> None:
    worlds.rule(DaySaid(division, day, reason, is_working=works), by=by, now=now)


def withdraw(now: datetime, division: str = worlds.CITY, by: Actor = ADMIN) -> None:
    worlds.rule(DaySaid(division, TOMORROW, "误报", is_working=None), by=by, now=now)


def works(path: str, day: date) -> bool | None:
    return queries.calendar(queries.terms_for(path, TODAY), TODAY).is_working(day)


def test_the_power_is_the_one_that_accounts_grants():
    assert access.EDIT == Power.RULEBOOK_EDIT


def test_an_assigned_profile_holds_below_from_its_day_on(world):
    assign(world, day=TOMORROW)

    assert queries.terms_for(COUNTY_PATH, TODAY).profile == "cn-base"
    assert queries.terms_for(COUNTY_PATH, TOMORROW).profile == "sh"
    assert queries.terms_for(f"{worlds.PROVINCE}.{worlds.OTHER_CITY}.", TOMORROW).profile == "cn-base"
    assert facts(f"division:{worlds.CITY}") == [{"profile": "sh", "from": "2026-06-02"}]


def test_the_newer_of_two_assignments_for_one_day_holds_and_both_stay(world):
    assign(world)
    assign(world + timedelta(minutes=1), "js")

    assert queries.terms_for(CITY_PATH, TOMORROW).profile == "js"
    assert [(row.profile, row.version) for row in queries.choices()] == [("js", 2), ("sh", 1)]
    assert [fact["profile"] for fact in facts(f"division:{worlds.CITY}")] == ["sh", "js"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"profile": "gd-2019-legacy"}, "historical_only"),
        ({"profile": "mars"}, "unknown_profile"),
        ({"division": "998800000000"}, "unknown_code"),
        ({"day": YESTERDAY}, "day_has_begun"),
        ({"day": TODAY}, "day_has_begun"),
        ({"division": worlds.PROVINCE}, "rulebook_not_yours"),
        ({"division": worlds.OTHER_CITY}, "rulebook_not_yours"),
        ({"by": POWERLESS}, "rulebook_not_yours"),
    ],
)
def test_an_assignment_that_is_refused_leaves_nothing(world, changes, code):
    with pytest.raises(Refused, match=code):
        assign(world, **changes)

    assert not ProfileChoice.objects.exists()
    assert facts(f"division:{worlds.CITY}") == []


def test_no_rule_makes_a_review_of_silence(world):
    key, unit = Key.DEFAULT_ON_EXPIRY, Unit.CHOICE
    with pytest.raises(Refused, match="silence_is_no_review"):
        set_value(world, key=key, value="satisfied", unit=unit)

    set_value(world, key=key, value="none", unit=unit)
    set_value(world, profile="gd-2019-legacy", key=key, value="satisfied", unit=unit)

    assert facts("profile:cn-base")[-1]["value"] == "none"


def test_a_change_of_the_rules_is_seen_at_once_by_whoever_knew_the_old(world):
    paths = [COUNTY_PATH, f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."]
    before = queries.terms_of_each(paths, TOMORROW)
    set_value(world, value="45")
    assign(world)

    after = queries.terms_of_each(paths, TOMORROW)

    assert {terms.invitation_valid.days for terms in before.values()} == {90}
    assert {terms.invitation_valid.days for terms in after.values()} == {45}
    assert [after[path].profile for path in paths] == ["sh", "cn-base"]


def test_a_new_value_adds_a_row_and_leaves_the_old(world):
    set_value(world)
    set_value(world + timedelta(minutes=1), value="45")

    found = [row for row in queries.values("cn-base") if row.key == Key.INVITATION_DAYS]
    assert [(row.value, row.effective_from, row.version) for row in found] == [
        ("45", TOMORROW, 2),
        ("30", TOMORROW, 1),
        ("90", date(2019, 12, 17), 1),
    ]
    assert queries.terms_for("", TODAY).invitation_valid.days == 90
    assert queries.terms_for("", TOMORROW).invitation_valid.days == 45
    assert [fact["value"] for fact in facts("profile:cn-base")] == ["30", "45"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"profile": "mars"}, "unknown_profile"),
        ({"key": "mars"}, "unknown_rule"),
        ({"value": "ten"}, "bad_rule_value"),
        ({"unit": Unit.WORKING_DAYS}, "bad_rule_value"),
        ({"source": " "}, "missing_value"),
        ({"source": "字" * 301}, "too_long"),
        ({"effective_from": YESTERDAY}, "day_has_begun"),
        ({"effective_from": TODAY}, "day_has_begun"),
        ({"effective_to": TODAY}, "ends_before_it_begins"),
        ({"by": ADMIN}, "rulebook_not_yours"),
    ],
)
def test_a_value_that_is_refused_leaves_nothing(world, changes, code):
    before = RuleValue.objects.count()

    with pytest.raises(Refused, match=code):
        set_value(world, **changes)

    assert RuleValue.objects.count() == before
    assert facts("profile:cn-base") == []


def test_a_declared_day_holds_below_and_nowhere_else(world):
    assert works(COUNTY_PATH, TOMORROW) is True

    declare(world, works=False)

    assert works(COUNTY_PATH, TOMORROW) is False
    assert works(f"{worlds.PROVINCE}.", TOMORROW) is True
    assert works(f"{worlds.PROVINCE}.{worlds.OTHER_CITY}.", TOMORROW) is True
    assert works("", TOMORROW) is True
    assert facts(f"division:{worlds.CITY}") == [{"day": "2026-06-02", "says": "off"}]
    changed = {"kind": EntryKind.RULEBOOK_CHANGED, "subject_id": f"division:{worlds.CITY}"}
    assert Entry.objects.get(**changed).has_fields


def test_the_nearest_declaration_goes_first_and_withdrawn_it_falls_back(world):
    declare(world, works=False)
    declare(world, works=True, division=worlds.COUNTY)
    assert (works(CITY_PATH, TOMORROW), works(COUNTY_PATH, TOMORROW)) == (False, True)

    for place in (worlds.COUNTY, worlds.CITY):
        later = world + timedelta(minutes=1)
        withdraw(later, place)
        assert works(COUNTY_PATH, TOMORROW) is (place == worlds.CITY)

    said = [(row.division, row.is_working, row.version) for row in queries.overlay(2026)]
    assert said == [
        (worlds.CITY, None, 2),
        (worlds.CITY, False, 1),
        (worlds.COUNTY, None, 2),
        (worlds.COUNTY, True, 1),
    ]
    assert facts(f"division:{worlds.COUNTY}")[-1] == {"day": "2026-06-02", "says": "withdrawn"}


def test_a_declared_day_moves_the_deadline_of_the_division(world):
    begun = world.astimezone(BEIJING)
    declare(world, works=False)

    for path, day in ((COUNTY_PATH, 3), ("", 2)):
        calendar = queries.calendar(queries.terms_for(path, TODAY), TODAY)
        due = due_after_working_days(begun, 1, calendar)
        assert due is not None
        assert due.date() == date(2026, 6, day)


def test_calendars_of_several_divisions_are_asked_at_once_and_keep_apart(world, django_assert_num_queries):
    declare(world, works=False, division=worlds.COUNTY)
    terms = queries.terms_of_each([CITY_PATH, COUNTY_PATH, ""], TODAY)
    calendars = queries.Calendars(terms, TODAY, TOMORROW)

    with django_assert_num_queries(1):
        together(calendars.asked)
        said = [calendars.of(terms[path]).is_working(TOMORROW) for path in (CITY_PATH, COUNTY_PATH, "")]

    assert said == [True, False, True]
    assert calendars.of(terms[""]).is_working(TOMORROW + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"division": "998800000000"}, "unknown_code"),
        ({"day": YESTERDAY}, "in_the_past"),
        ({"reason": ""}, "missing_value"),
        ({"reason": "a\0b"}, "control_characters"),
        ({"reason": "字" * 101}, "too_long"),
        ({"division": worlds.PROVINCE}, "rulebook_not_yours"),
        ({"by": POWERLESS}, "rulebook_not_yours"),
    ],
)
def test_a_declaration_that_is_refused_leaves_nothing(world, changes, code):
    with pytest.raises(Refused, match=code):
        declare(world, works=False, **changes)

    assert not CalendarOverlay.objects.exists()
    assert facts(f"division:{worlds.CITY}") == []


@pytest.mark.parametrize(("by", "code"), [(ADMIN, "nothing_to_withdraw"), (POWERLESS, "rulebook_not_yours")])
def test_nothing_is_withdrawn_that_was_not_said(world, by, code):
    with pytest.raises(Refused, match=code):
        withdraw(world, by=by)


def test_nothing_is_withdrawn_twice(world):
    declare(world, works=False)
    withdraw(world)

    with pytest.raises(Refused, match="nothing_to_withdraw"):
        withdraw(world)


def test_a_year_is_imported_whole(now):
    changed, complaints = actions.import_year(year=2027, rows=NOTICE, by=NATION, now=now)

    assert (len(changed), complaints) == (365, [])
    days = dict(CalendarDay.objects.filter(day__year=2027).values_list("day", "is_working"))
    assert len(days) == 365
    assert [days[date(2027, *day)] for day in ((1, 1), (1, 4), (2, 13), (2, 14), (10, 7), (10, 8))] == [
        False, True, True, False, False, True,
    ]  # fmt: skip
    assert CalendarDay.objects.get(day=date(2027, 2, 13)).note == "春节"
    assert queries.last_calendar_day() == date(2027, 12, 31)
    assert facts("calendar:2027") == [{"days": "365", "changed": ""}]


def test_the_same_notice_again_changes_nothing(now):
    actions.import_year(year=2027, rows=NOTICE, by=NATION, now=now)

    assert actions.import_year(year=2027, rows=NOTICE, by=NATION, now=now) == ([], [])
    assert len(facts("calendar:2027")) == 1


def test_a_later_notice_changes_days_to_come_and_the_ledger_names_them(now):
    actions.import_year(year=2027, rows=NOTICE, by=NATION, now=now)
    longer = [*NOTICE, {"from": "2027-02-12", "to": "", "working": "no", "name": "春节延长"}]

    changed, _ = actions.import_year(year=2027, rows=longer, by=NATION, now=now + timedelta(days=1))

    assert changed == [DayChange(date(2027, 2, 12), before=True, works=False, name="春节延长")]
    assert not CalendarDay.objects.get(day=date(2027, 2, 12)).is_working
    assert facts("calendar:2027")[-1] == {"days": "1", "changed": "2027-02-12:off"}


def test_a_notice_late_in_its_year_fills_days_past_but_changes_none(now):
    late = now.replace(year=2027, month=2, day=20)
    assert len(actions.import_year(year=2027, rows=NOTICE, by=NATION, now=late)[0]) == 365

    longer = [*NOTICE, {"from": "2027-02-12", "to": "", "working": "no", "name": "春节延长"}]
    with pytest.raises(Refused, match="in_the_past"):
        actions.import_year(year=2027, rows=longer, by=NATION, now=late)


def test_a_dry_run_says_what_would_change_and_writes_nothing(now):
    changed, _ = actions.import_year(year=2027, rows=NOTICE, by=NATION, now=now, dry_run=True)

    assert len(changed) == 365
    assert not CalendarDay.objects.filter(day__year=2027).exists()
    assert facts("calendar:2027") == []


def test_a_bad_row_leaves_the_year_unknown(now):
    rows = [*NOTICE, {"from": "2027-13-01", "to": "", "working": "no", "name": "?"}]

    changed, complaints = actions.import_year(year=2027, rows=rows, by=NATION, now=now)

    assert changed == []
    assert [(n, complaint.code) for n, complaint in complaints] == [(8, "bad_day")]
    assert not CalendarDay.objects.filter(day__year=2027).exists()


@pytest.mark.parametrize(
    ("by", "rows", "code"), [(ADMIN, NOTICE, "not_yours"), (NATION, NOTICE[1:], "holiday_missing")]
)
def test_a_year_is_refused_as_a_whole(now, by, rows, code):
    with pytest.raises(Refused, match=code):
        actions.import_year(year=2027, rows=rows, by=by, now=now)


def assume(now: datetime, division: str = worlds.PROVINCE, by: Actor = OPERATOR) -> int:
    until = date(2027, 12, 31)
    return actions.assume_days(division=division, until=until, reason="示例", by=by, now=now)


def test_a_made_up_division_works_on_sample_days_where_the_calendar_knows_none(world):
    CalendarDay.objects.filter(day__gt="2026-12-31").delete()
    worlds.rule(DaySaid(worlds.PROVINCE, date(2027, 3, 1), "停电", is_working=False), now=world)

    assert (assume(world), assume(world)) == (364, 0)

    place = places.division(worlds.COUNTY)
    assert place is not None
    held = queries.calendar(queries.terms_for(place.path, date(2026, 12, 20)), date(2026, 12, 20))
    told = {
        date(2026, 12, 25): True,
        date(2027, 1, 1): False,
        date(2027, 1, 4): True,
        date(2027, 1, 9): False,
    }
    assert {day: held.is_working(day) for day in told} == told
    assert not queries.calendar(queries.terms_for(place.path, TODAY), date(2027, 3, 1)).is_working(
        date(2027, 3, 1)
    )
    assert {"days": "364", "to": "2027-12-31", "says": "sample"} in facts(f"division:{worlds.PROVINCE}")
    # What the nation works on nobody has made up.
    assert queries.last_calendar_day() == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("division", "by", "code"),
    [
        ("110000000000", OPERATOR, "no_sample_here"),
        ("999999999999", OPERATOR, "unknown_code"),
        (worlds.PROVINCE, POWERLESS, "rulebook_not_yours"),
    ],
)
def test_a_real_division_waits_for_the_notice(world, division, by, code):
    directory.put(Kind.DIVISIONS, [{"code": "110000000000", "name": "甲市"}], by=OPERATOR, now=world)

    with pytest.raises(Refused) as refused:
        assume(world, division, by)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("moment", "missing"),
    [
        ((2026, 6, 1), []),
        ((2026, 11, 16), []),
        ((2026, 11, 17), [2027]),
        ((2027, 1, 1), [2027]),
        ((2027, 11, 17), [2027, 2028]),
    ],
)
def test_years_that_a_deadline_could_reach_and_nobody_knows(now, moment, missing):
    year, month, day = moment

    assert queries.years_missing(now.replace(year=year, month=month, day=day)) == missing


def test_every_year_of_the_library_is_there():
    published = {day.year for day in chinese_calendar.holidays}

    assert {day.year for day in CalendarDay.objects.values_list("day", flat=True)} == published
    assert {2004, 2026} <= published


def test_install_gives_profiles_their_place_again(now):
    """As an installation made before profiles had one."""
    Profile.objects.update(jurisdiction="", parent=None)

    actions.install(by=NATION, now=now)

    found = {row.code: (row.parent, row.jurisdiction) for row in queries.profiles()}
    assert found["sh"] == ("cn-base", "310000000000")


def confirm(
    now: datetime, profile: str = "cn-base", *, newest: int | None = None, by: Actor = NATION
) -> None:
    seen = queries.confirmation(profile).newest if newest is None else newest
    actions.confirm_profile(profile=profile, newest=seen, by=by, now=now)


def test_a_fresh_house_names_the_base_and_what_its_places_follow(world):
    assert queries.unconfirmed() == ["cn-base"]

    assign(world, day=TOMORROW)

    assert queries.unconfirmed() == ["cn-base", "sh"]


def test_a_confirmed_profile_is_no_longer_named(world):
    count = len(queries.values("cn-base"))

    confirm(world)

    found = queries.confirmation("cn-base")
    assert (found.waiting, found.at, found.actor) == (0, world, str(NATION))
    assert queries.unconfirmed() == []
    assert facts("profile:cn-base") == [{"confirmed": str(count)}]


def test_who_adds_a_value_to_a_confirmed_profile_confirms_it(world):
    set_value(world)
    assert queries.unconfirmed() == ["cn-base"]

    confirm(world)
    set_value(world, value="31")

    assert queries.unconfirmed() == []


def test_what_a_new_version_ships_is_to_be_confirmed(world):
    confirm(world)
    base = Profile.objects.get(code="cn-base")

    RuleValue.objects.create(
        profile=base, key="levels", value="5", unit="count", source="新", verified="no", effective_from=TODAY
    )

    assert queries.unconfirmed() == ["cn-base"]
    assert queries.confirmation("cn-base").waiting == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"by": ADMIN}, "rulebook_not_yours"),
        ({"by": POWERLESS}, "rulebook_not_yours"),
        ({"profile": "mars", "newest": 1}, "unknown_profile"),
        ({"newest": 1}, "values_added"),
    ],
)
def test_a_confirmation_that_will_not_do_is_refused(world, changes, code):
    with pytest.raises(Refused) as refused:
        confirm(world, **changes)

    assert refused.value.code == code
    assert facts("profile:cn-base") == []


def test_nothing_is_confirmed_twice(world):
    confirm(world)

    with pytest.raises(Refused, match="nothing_to_confirm"):
        confirm(world)
