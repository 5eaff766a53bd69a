"""A place makes rules of its own: from its day on, for itself and below, kept by its own administrators."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from haochaping.accounts.terms import Power
from haochaping.kernel.actor import OPERATOR, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rulebook import actions, queries
from haochaping.rulebook.models import Profile, ProfileChoice, RuleConfirmation
from haochaping.rulebook.terms import Assignment, Key, NewProfile, NewValue, Unit, Verified
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)
TOMORROW, LATER = TODAY + timedelta(days=1), TODAY + timedelta(days=30)
CITY = f"{worlds.PROVINCE}.{worlds.CITY}."
COUNTY = f"{CITY}{worlds.COUNTY}."
OTHER_CITY = f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."
CODE = "own-yuncheng"


def administrator(path: str) -> Actor:
    return Actor(
        ActorKind.STAFF, "1", powers=frozenset({Power.RULEBOOK_EDIT}), scope=Scope(division_path=path)
    )


HERE, BELOW, BESIDE = administrator(CITY), administrator(COUNTY), administrator(OTHER_CITY)
MADE = {
    "code": CODE,
    "name": "云城市规则",
    "parent": "sh",
    "division": worlds.CITY,
    "source": "云城市好差评办法（示例）",
    "effective_from": TOMORROW,
}


@pytest.fixture
def world(now: datetime) -> datetime:
    worlds.build(now)
    return now


def make(now: datetime, *, by: Actor = HERE, **changes: object) -> None:
    worlds.rule(NewProfile(**MADE | changes), by=by, now=now)  # type: ignore[arg-type]


def say(
    now: datetime, value: str = "41", *, by: Actor = HERE, profile: str = CODE, day: date = LATER
) -> None:
    source = "云城市好差评办法（示例）第三条"
    change = NewValue(profile, Key.INVITATION_DAYS, value, Unit.DAYS, source, Verified.YES, day)
    worlds.rule(change, by=by, now=now)


def followed(path: str, day: date) -> tuple[str, int]:
    terms = queries.terms_for(path, day)
    return terms.profile, terms.invitation_valid.days


def recorded() -> dict[str, dict[str, str]]:
    subjects = [f"profile:{CODE}", f"division:{worlds.CITY}"]
    rows = Entry.objects.filter(kind=EntryKind.RULEBOOK_CHANGED, subject_id__in=subjects)
    return {row.subject_id: row.facts for row in rows}


def test_two_cities_of_one_province_differ(world):
    make(world)
    make(world, by=BESIDE, code="own-other", division=worlds.OTHER_CITY, parent="cn-base")
    say(world, "41")
    say(world, "42", by=BESIDE, profile="own-other")

    assert followed(CITY, LATER) == (CODE, 41)
    assert followed(COUNTY, LATER) == (CODE, 41)
    assert followed(OTHER_CITY, LATER) == ("own-other", 42)
    assert followed(f"{worlds.PROVINCE}.", LATER)[0] == "cn-base"


def test_what_it_does_not_say_its_parent_says_from_the_first_day_on(world):
    make(world)

    assert queries.terms_for(CITY, TODAY).profile == "cn-base"
    assert queries.terms_for(CITY, TOMORROW).profile == CODE
    assert {row.profile for row in queries.explain(CITY, TOMORROW)} == {"sh", "cn-base"}
    assert {row.through for row in queries.explain(CITY, TOMORROW)} == {worlds.CITY}


def test_a_value_for_an_earlier_day_does_not_let_it_begin_earlier(world):
    make(world, effective_from=LATER)
    say(world, day=TOMORROW)

    assert followed(CITY, TOMORROW)[0] == "cn-base"
    assert followed(CITY, LATER) == (CODE, 41)


def test_it_takes_the_place_of_what_the_division_was_assigned(world):
    worlds.rule(Assignment(worlds.CITY, "js", TOMORROW), by=HERE, now=world)
    make(world, effective_from=LATER)

    assert queries.terms_for(CITY, TOMORROW).profile == "js"
    assert queries.terms_for(CITY, LATER).profile == CODE


def test_its_making_is_recorded_and_kept(world):
    make(world)

    assert recorded() == {
        f"profile:{CODE}": {"division": worlds.CITY, "parent": "sh", "from": "2026-06-02"},
        f"division:{worlds.CITY}": {"profile": CODE, "from": "2026-06-02"},
    }
    row = queries.profile(CODE)
    assert (row.name, row.parent, row.jurisdiction) == ("云城市规则", "sh", worlds.CITY)
    assert (row.source, row.effective_from) == ("云城市好差评办法（示例）", TOMORROW)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"division": "998800000000"}, "unknown_code"),
        ({"by": BELOW}, "rulebook_not_yours"),
        ({"by": BESIDE}, "rulebook_not_yours"),
        ({"by": Actor(ActorKind.STAFF, "3", scope=Scope(division_path=""))}, "rulebook_not_yours"),
        ({"parent": "mars"}, "unknown_profile"),
        ({"parent": "gd-2019-legacy"}, "historical_only"),
        ({"code": "yuncheng"}, "bad_profile_code"),
        ({"code": "own-Yuncheng"}, "bad_profile_code"),
        ({"code": "own-"}, "bad_profile_code"),
        ({"code": "own-" + "a" * 37}, "bad_profile_code"),
        ({"name": " "}, "missing_value"),
        ({"name": "字" * 101}, "too_long"),
        ({"source": ""}, "missing_value"),
        ({"source": "字" * 301}, "too_long"),
        ({"effective_from": TODAY}, "day_has_begun"),
    ],
)
def test_a_profile_that_is_refused_leaves_nothing(world, changes, code):
    before = Profile.objects.count()

    with pytest.raises(Refused, match=code):
        make(world, **changes)

    assert Profile.objects.count() == before
    assert not ProfileChoice.objects.exists()
    assert recorded() == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"code": "own-second"}, "division"), ({"division": worlds.COUNTY}, "code")],
)
def test_a_division_has_one_profile_and_a_code_one_meaning(world, changes, field):
    make(world)

    with pytest.raises(Refused, match="profile_taken") as refused:
        make(world, **changes)

    assert (refused.value.complaint.field, refused.value.complaint.params["value"]) == (field, CODE)
    assert Profile.objects.filter(code__startswith="own-").count() == 1


@pytest.mark.parametrize("by", [HERE, OPERATOR, administrator(f"{worlds.PROVINCE}."), administrator("")])
def test_its_values_are_its_places_and_whoever_is_above(world, by):
    make(world)
    say(world, by=by)
    RuleConfirmation.objects.all().delete()

    newest = queries.confirmation(CODE).newest
    actions.confirm_profile(profile=CODE, newest=newest, by=by, now=world)

    assert queries.confirmation(CODE).actor == str(by)


@pytest.mark.parametrize("by", [BELOW, BESIDE])
def test_nobody_else_changes_or_confirms_them(world, by):
    make(world)
    say(world)
    RuleConfirmation.objects.all().delete()

    with pytest.raises(Refused, match="rulebook_not_yours"):
        say(world, by=by)
    with pytest.raises(Refused, match="rulebook_not_yours"):
        actions.confirm_profile(profile=CODE, newest=queries.confirmation(CODE).newest, by=by, now=world)

    assert len(queries.values(CODE)) == 1
    assert not RuleConfirmation.objects.exists()


@pytest.mark.parametrize("profile", ["cn-base", "sh"])
def test_what_is_everybodys_is_no_single_places(world, profile):
    """`sh` is the law of a place that is not in the directory here."""
    with pytest.raises(Refused, match="rulebook_not_yours"):
        say(world, profile=profile)


def test_a_later_version_that_ships_rules_of_the_same_place_leaves_it_its_own(world):
    make(world)
    Profile.objects.filter(code="sh").update(jurisdiction="")
    Profile.objects.filter(code=CODE).update(jurisdiction="310000000000")

    actions.install(by=OPERATOR, now=world)

    places = dict(Profile.objects.values_list("code", "jurisdiction"))
    assert (places[CODE], places["sh"]) == ("310000000000", "")


@pytest.mark.parametrize("changes", [{"source": "甲"}, {"effective_from": TODAY}])
def test_the_database_keeps_source_and_day_together(world, changes):
    with pytest.raises(IntegrityError, match="profile_of_its_own"), transaction.atomic():
        Profile.objects.filter(code="sh").update(**changes)
