"""辖区规则档: what is shipped is well-formed, holds where its jurisdiction is, and is filled from its parents."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from importlib import resources

import pytest

from haochaping.directory import actions as directory
from haochaping.directory import queries as places
from haochaping.directory.terms import Kind
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.refused import Refused
from haochaping.rulebook import queries
from haochaping.rulebook.models import Profile, ProfileChoice, RuleValue
from haochaping.rulebook.rules import value_complaint
from haochaping.rulebook.terms import HISTORICAL_ONLY, RULES, Key, Unit, Verified
from tests import worlds

SHIPPED = tomllib.loads(
    resources.files("haochaping.rulebook").joinpath("data/profiles.toml").read_text(encoding="utf-8")
)
# domain.md §7.7, clause by clause.
CLAUSES = {
    "gd-shenzhen": {
        "first_contact_limit": "3",
        "simple_rectify_limit": "10",
        "rectify_target": "100",
        "level_scores": "10,8,6,3,0",
        "dispatch_via": "hotline_12345",
        "review_stages": "intake,delivery",
    },
    "gd-2019-legacy": {
        "default_on_expiry": "basically_satisfied",
        "review_window": "7",
        "default_marked": "yes",
    },
    "sh": {
        "bad_needs_text": "yes",
        "returns_at_most": "0",
        "first_contact_limit": "1",
        "first_contact_same_day": "yes",
        "review_form": "stars,score,comment",
    },
    "zj": {
        "first_contact_limit": "1",
        "complex_rectify_limit": "15",
        "follow_up_reviews": "1",
        "item_score": "yes",
        "public_ranking": "yes",
    },
    "jx-ganzhou": {"review_window": "5", "invitation_channel": "sms", "automatic_order": "yes"},
    "js": {
        "dispatch_via": "hotline_12345",
        "reply_target": "100",
        "rectify_target": "100",
        "callback_target": "100",
    },
    "sc": {"complex_rectify_limit": "15", "callback_target": "100", "interview_after_months": "2"},
    "bj": {"simple_rectify_limit": "7", "rectification_levels": "3"},
    "sd-dezhou": {"simple_rectify_limit": "5", "callback_target": "100", "upstream_adapter": "shandong"},
    "ah-bozhou": {
        "invitation_after_days": "3",
        "review_stages": "receipt,acceptance,completion",
        "review_targets": "case,item,staff,hall",
    },
    "ha": {
        "single_provincial_page": "yes",
        "malicious_is_invalid": "yes",
        "invitation_channel": "phone",
        "active_rate_appraised": "yes",
    },
}
BASE = {
    "first_contact_limit": "1",
    "simple_rectify_limit": "5",
    "complex_rectify_limit": "15",
    "follow_up_reviews": "1",
    "default_on_expiry": "none",
    "callback_target": "100",
    "publish_by_default": "yes",
}
DAY = date(2026, 6, 1)


def said(profile: str) -> dict[str, str]:
    return {term["key"]: term["value"] for term in SHIPPED[profile]["terms"]}


def test_twelve_profiles_are_shipped():
    assert SHIPPED.keys() == CLAUSES.keys() | {"cn-base"}


@pytest.mark.parametrize(("profile", "clauses"), [*CLAUSES.items(), ("cn-base", BASE)])
def test_every_clause_of_the_domain_is_a_row(profile, clauses):
    assert clauses.items() <= said(profile).items()


@pytest.mark.parametrize("profile", SHIPPED)
def test_every_shipped_value_is_written_in_its_unit_and_says_where_it_comes_from(profile):
    for term in SHIPPED[profile]["terms"]:
        assert value_complaint(term["key"], term["value"], term["unit"]) is None
        assert term["source"]
        assert term["verified"] in set(Verified)


def test_the_base_says_everything_so_that_no_terms_have_a_hole():
    assert said("cn-base").keys() == set(Key)
    assert set(Key) == RULES.keys()


def test_days_of_the_calendar_stay_days_of_the_calendar():
    """浙江 and 北京 count natural days; turning them into working days would lengthen a promise."""
    units = {(p, t["key"]): t["unit"] for p in ("zj", "bj") for t in SHIPPED[p]["terms"]}

    assert units["zj", "first_contact_limit"] == units["zj", "complex_rectify_limit"] == Unit.DAYS
    assert units["bj", "simple_rectify_limit"] == Unit.DAYS


@pytest.mark.parametrize("profile", ["bj", "sd-dezhou"])
def test_where_a_place_has_one_limit_only_a_complex_matter_has_no_longer_one(profile):
    limits = {t["key"]: (t["value"], t["unit"]) for t in SHIPPED[profile]["terms"]}

    assert limits["complex_rectify_limit"] == limits["simple_rectify_limit"]


@pytest.mark.django_db
class TestInForce:
    @pytest.mark.parametrize(
        ("path", "profile"),
        [
            ("310000000000.", "sh"),
            ("310000000000.310100000000.310101000000.", "sh"),
            ("440000000000.440300000000.440305000000.", "gd-shenzhen"),
            ("440000000000.440100000000.", "cn-base"),
            ("360000000000.360700000000.", "jx-ganzhou"),
            ("990000000000.990100000000.", "cn-base"),
            ("", "cn-base"),
        ],
    )
    def test_a_profile_holds_by_itself_at_its_jurisdiction_and_below(self, path, profile):
        assert queries.terms_for(path, DAY).profile == profile

    def test_before_its_first_day_a_profile_holds_nowhere(self):
        path = "440000000000.440300000000."

        assert queries.terms_for(path, date(2021, 4, 30)).profile == "cn-base"
        assert queries.terms_for(path, date(2021, 5, 1)).profile == "gd-shenzhen"

    def test_terms_carry_units_and_place(self):
        terms = queries.terms_for("110000000000.", DAY)

        assert (terms.simple_rectify_days, terms.simple_rectify_unit) == (7, Unit.DAYS)
        assert (terms.complex_rectify_days, terms.complex_rectify_unit) == (7, Unit.DAYS)
        assert terms.division_path == "110000000000."

    def test_the_legacy_profile_is_never_followed_even_if_a_row_says_so(self, now):
        worlds.build(now)
        place = places.division(worlds.PROVINCE)
        assert place is not None
        ProfileChoice.objects.create(
            division_id=place.id, profile=Profile.objects.get(code="gd-2019-legacy"), effective_from=DAY
        )

        assert queries.terms_for(place.path, DAY).profile == "cn-base"
        assert queries.terms_for("440000000000.", DAY).profile == "cn-base"
        assert {row.code for row in queries.profiles() if not row.may_choose} == {"gd-2019-legacy"}

    def test_an_assignment_goes_before_the_jurisdiction_but_not_before_a_nearer_place(self, now):
        rows = [
            {"code": "310000", "name": "一"},
            {"code": "310100", "name": "二"},
            {"code": "310101", "name": "三"},
        ]
        assert directory.put(Kind.DIVISIONS, rows, by=OPERATOR, now=now) == []
        place = places.division("310000000000")
        assert place is not None
        ProfileChoice.objects.create(
            division_id=place.id, profile=Profile.objects.get(code="js"), effective_from=DAY
        )

        assert queries.terms_for("310000000000.310100000000.", DAY).profile == "js"
        assert queries.terms_for("310000000000.", DAY - timedelta(days=1)).profile == "sh"
        assert queries.terms_for("310000000000.440300000000.", DAY).profile == "gd-shenzhen"

    def test_what_a_profile_does_not_say_its_parents_say_in_order(self):
        province = Profile.objects.create(code="p", name="省", parent=Profile.objects.get(code="cn-base"))
        city = Profile.objects.create(code="c", name="市", parent=province, jurisdiction="990100000000")
        for owner, key, value in [
            (province, Key.RETURNS_AT_MOST, "3"),
            (province, Key.CALL_ATTEMPTS, "4"),
            (city, Key.CALL_ATTEMPTS, "5"),
        ]:
            RuleValue.objects.create(
                profile=owner, key=key, value=value, unit=Unit.COUNT, source="试行", verified="no",
                effective_from=DAY,
            )  # fmt: skip

        found = {row.key: row for row in queries.explain("990000000000.990100000000.", DAY)}

        assert found.keys() == set(Key)
        assert (found["call_attempts"].value, found["call_attempts"].profile) == ("5", "c")
        assert (found["returns_at_most"].value, found["returns_at_most"].profile) == ("3", "p")
        assert (found["levels"].profile, found["levels"].verified) == ("cn-base", Verified.SECONDARY)
        assert {row.through for row in found.values()} == {"990100000000"}

    def test_explanation_is_what_the_terms_are_made_of(self):
        path = "330000000000.330100000000."
        found = {row.key: row for row in queries.explain(path, DAY)}
        terms = queries.terms_for(path, DAY)

        assert found["complex_rectify_limit"].profile == terms.profile == "zj"
        assert found["complex_rectify_limit"].source
        assert int(found["complex_rectify_limit"].value) == terms.complex_rectify_days
        assert {row.through for row in queries.explain("", DAY)} == {""}

    def test_a_value_ends_with_its_last_day(self):
        base = Profile.objects.get(code="cn-base")
        RuleValue.objects.create(
            profile=base, key=Key.INVITATION_DAYS, value="30", unit=Unit.DAYS, source="试行", verified="no",
            effective_from=DAY, effective_to=DAY + timedelta(days=9),
        )  # fmt: skip

        found = [queries.terms_for("", DAY + timedelta(days=n)).invitation_valid.days for n in (-1, 0, 9, 10)]

        assert found == [90, 30, 30, 90]

    def test_the_newest_version_of_a_day_holds_and_the_old_one_stays(self):
        row = RuleValue.objects.get(profile__code="cn-base", key=Key.INVITATION_DAYS)
        row.pk, row.version, row.value = None, 2, "60"
        row.save(force_insert=True)

        assert queries.terms_for("", DAY).invitation_valid.days == 60
        assert [v.value for v in queries.values("cn-base") if v.key == "invitation_days"] == ["60", "90"]

    def test_profiles_are_listed_with_parent_and_jurisdiction(self):
        found = {row.code: row for row in queries.profiles()}

        assert len(found) == 12
        assert queries.profiles()[0].code == "cn-base"
        assert (found["zj"].parent, found["zj"].jurisdiction) == ("cn-base", "330000000000")

    def test_an_unknown_profile_is_refused_with_those_that_can_be_chosen(self):
        with pytest.raises(Refused, match="unknown_profile") as refused:
            queries.profile("mars")

        choices = refused.value.complaint.params["choices"]
        assert isinstance(choices, str)
        assert "gd-shenzhen" in choices
        assert "legacy" not in choices

    def test_two_profiles_do_not_share_a_jurisdiction_but_an_old_one_may(self):
        from django.db import IntegrityError, transaction

        Profile.objects.create(code="old", name="旧", jurisdiction="310000000000", historical_only=True)
        with pytest.raises(IntegrityError, match="profile_of_jurisdiction"), transaction.atomic():
            Profile.objects.create(code="new", name="新", jurisdiction="310000000000")


def test_the_legacy_profile_is_refused_by_rule():
    from haochaping.rulebook.rules import check_may_follow
    from haochaping.rulebook.terms import ProfileRow

    check_may_follow(ProfileRow("sh", "上海", "cn-base", "310000000000", may_choose=True))
    with pytest.raises(Refused) as refused:
        check_may_follow(ProfileRow("old", "旧", "cn-base", "", may_choose=False))
    assert refused.value.complaint.reason is HISTORICAL_ONLY
