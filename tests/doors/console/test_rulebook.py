"""The rulebook in the console: looked at, confirmed, added to, assigned, explained; local working days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import POWERS_OF, Place, Power, Role
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rulebook import queries
from haochaping.rulebook.models import RuleValue
from tests import worlds

pytestmark = pytest.mark.django_db
COUNTY_PATH = f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}."
YES = {"confirmed": "yes"}


def soon() -> str:
    return (local_day(timezone.now()) + timedelta(days=1)).isoformat()


def value(**changes: str) -> dict[str, str]:
    typed = {
        "key": "simple_rectify_limit",
        "value": "7",
        "unit": "working_days",
        "source": "示例市实施办法第八条",
        "verified": "yes",
        "effective_from": soon(),
        "effective_to": "",
    }
    return typed | changes


def facts() -> list[dict[str, str]]:
    return [entry.facts for entry in Entry.objects.filter(kind=EntryKind.RULEBOOK_CHANGED).order_by("id")]


BASE = "cn-base"


def profile_page(code: str = BASE) -> str:
    return reverse("console_profile", args=[code])


def test_a_new_version_is_asked_about_then_added(admin):
    before = RuleValue.objects.count()
    asked = admin.browser.post(profile_page(), value())
    assert asked.status_code == 200
    assert RuleValue.objects.count() == before
    assert dict(asked.context["hidden"]) == value()

    done = admin.browser.post(profile_page(), dict(asked.context["hidden"]) | YES)

    assert done.status_code == 303
    row = queries.values(BASE)
    assert ("7", 1) in [(one.value, one.version) for one in row if one.key == "simple_rectify_limit"]
    assert facts()[-1]["value"] == "7"
    trail = admin.browser.get(profile_page()).context["trail"]["rows"]
    assert trail[0][1] == "示例人员 (system-admin)"


@pytest.mark.parametrize("confirmed", [{}, YES])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "soon"}, "value"),
        ({"effective_from": "2020-01-01"}, "effective_from"),
        ({"effective_to": "2020-01-01"}, "effective_to"),
        ({"source": "长" * 301}, "source"),
        ({"key": ""}, "key"),
    ],
)
def test_a_value_that_will_not_do_is_said_at_its_field(admin, changes, field, confirmed):
    """Before anybody is asked whether it shall be so, too."""
    answer = admin.browser.post(profile_page(), value(**changes) | confirmed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_which_row_of_a_rule_holds_is_shown(admin):
    today = local_day(timezone.now()).isoformat()
    for number, day in (("6", today), ("7", today), ("8", soon())):
        admin.browser.post(profile_page(), value(value=number, effective_from=day) | YES)

    rows = admin.browser.get(profile_page()).context["rows"]

    standing = [(row[1].split()[0], row[6]) for row in rows if row[2] == "示例市实施办法第八条"]
    assert len({said for _, said in standing}) == 3
    assert [number for number, _ in standing] == ["8", "7", "6"]


def test_profile_is_confirmed_and_named_until_then(admin):
    page = admin.browser.get(reverse("console_rulebook"))
    assert BASE in page.context["waiting"]
    assert profile_page() in admin.browser.get(reverse("desk")).content.decode()
    state = admin.browser.get(profile_page()).context["state"]

    confirm = reverse("console_profile_confirm", args=[BASE])
    stale = admin.browser.post(confirm, {"newest": state.newest - 1})
    done = admin.browser.post(confirm, {"newest": state.newest})
    again = admin.browser.post(confirm, {"newest": state.newest})

    assert [stale.status_code, done.status_code, again.status_code] == [409, 303, 409]
    assert queries.unconfirmed() == []
    assert admin.browser.get(profile_page()).context["confirmed_by"] == "示例人员 (system-admin)"
    assert profile_page() not in admin.browser.get(reverse("desk")).content.decode()


def test_division_follows_a_profile_once_that_was_confirmed(admin):
    typed = {
        "division": worlds.CITY,
        "profile": "sh",
        "effective_from": local_day(timezone.now()).isoformat(),
    }
    asked = admin.browser.post(reverse("console_rulebook"), typed)
    assert (asked.status_code, queries.choices()) == (200, [])

    done = admin.browser.post(reverse("console_rulebook"), typed | YES)
    wrong = admin.browser.post(reverse("console_rulebook"), typed | YES | {"division": "9977"})

    assert (done.status_code, wrong.status_code) == (303, 422)
    assert list(wrong.context["form"].errors) == ["division"]
    place = admin.browser.get(reverse("console_place"), {"division": worlds.COUNTY, "day": soon()})
    inherited = [row[6:] for row in place.context["rows"]]
    assert ["sh", worlds.CITY] in inherited
    assert [BASE, worlds.CITY] in inherited


def test_a_place_that_is_none_is_said(admin):
    page = reverse("console_place")

    assert admin.browser.get(page).status_code == 200
    assert admin.browser.get(page, {"division": "9977", "day": soon()}).status_code == 422
    assert admin.browser.get(page, {"division": worlds.CITY, "day": "soon"}).status_code == 422


def test_a_day_is_declared_and_withdrawn(admin):
    page, day = reverse("console_calendar"), soon()
    typed = {"division": worlds.CITY, "day": day, "says": "off", "reason": "示例节"}

    assert admin.browser.post(page, typed).status_code == 200
    declared = admin.browser.post(page, typed | YES)
    withdrawn = admin.browser.post(page, typed | YES | {"says": "withdrawn"})
    again = admin.browser.post(page, typed | YES | {"says": "withdrawn"})
    past = admin.browser.post(page, typed | {"day": "2020-01-01"})

    assert [answer.status_code for answer in (declared, withdrawn, again, past)] == [303, 303, 422, 422]
    assert list(past.context["form"].errors) == ["day"]
    assert [fact["says"] for fact in facts() if "says" in fact] == ["off", "withdrawn"]
    rows = admin.browser.get(page, {"year": day[:4]}).context["rows"]
    assert [(row[1], row[3], row[4]) for row in rows] == [
        (worlds.CITY, "示例节", 2),
        (worlds.CITY, "示例节", 1),
    ]


def test_local_administrator_assigns_at_home_and_sets_no_value(admin):
    accounts.revoke_role(user_id=admin.id, role=Role.SYSTEM_ADMIN, by=OPERATOR, now=timezone.now())
    place = Place(division_code=worlds.CITY)
    accounts.grant_role(
        user_id=admin.id, role=Role.SYSTEM_ADMIN, place=place, by=OPERATOR, now=timezone.now()
    )
    typed = {"profile": "sh", "effective_from": soon()} | YES

    def assign(division: str) -> int:
        answer = admin.browser.post(reverse("console_rulebook"), typed | {"division": division})
        return int(answer.status_code)

    assert assign(worlds.CITY) == 303
    assert assign(worlds.OTHER_CITY) == 403
    assert admin.browser.post(profile_page(), value() | YES).status_code == 403
    assert (
        admin.browser.post(reverse("console_profile_confirm", args=[BASE]), {"newest": 1}).status_code == 403
    )


@pytest.mark.parametrize("role", Role)
def test_only_who_edits_the_rulebook_sees_it(signed_in, role):
    browser = signed_in(role).browser
    status = 200 if Power.RULEBOOK_EDIT in POWERS_OF[role] else 403

    for page in (reverse("console_rulebook"), profile_page(), reverse("console_calendar")):
        assert browser.get(page).status_code == status


def test_a_profile_that_is_none_is_said(admin):
    assert admin.browser.get(profile_page("xx")).status_code == 404


def test_pages_ask_the_database_little(admin, django_assert_max_num_queries):
    admin.browser.get(reverse("desk"))

    for page in (profile_page(), reverse("console_calendar"), reverse("console_rulebook")):
        with django_assert_max_num_queries(17):  # four of them for the reach
            admin.browser.get(page)


def test_a_value_that_orders_what_is_not_done_yet_says_so(admin):
    """河南 orders invitations by phone; nobody shall confirm it and believe that somebody is called."""
    page = admin.browser.get(profile_page("ha")).content.decode()

    assert "phone（暂不起作用）" in page
    assert "暂不起作用" not in admin.browser.get(profile_page()).content.decode()
