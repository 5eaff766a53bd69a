"""The rulebook in the console: looked at, confirmed, added to, assigned, explained; local working days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import chinese_calendar
import pytest
from django.urls import reverse
from django.utils import timezone, translation

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import POWERS_OF, Place, Power, Role
from haochaping.doors.console.calendar import HOLIDAYS
from haochaping.doors.console.rulebook_forms import ValueForm
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import local_day
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.rulebook import queries
from haochaping.rulebook.models import CalendarDay, RuleProposal, RuleValue
from haochaping.rulebook.terms import NOT_READ, Key, NewValue
from tests import worlds

pytestmark = pytest.mark.django_db
COUNTY_PATH = f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}."
YES = {"confirmed": "yes"}
ENGLISH = {"accept-language": "en"}


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


def step(name: str) -> str:
    """The address of a step about the newest proposal."""
    return reverse("console_proposal", args=[RuleProposal.objects.latest("id").id, name])


def test_a_new_version_is_asked_about_then_proposed_then_added(admin, second):
    before = RuleValue.objects.count()
    asked = admin.browser.post(profile_page(), value())
    assert asked.status_code == 200
    assert RuleValue.objects.count() == before
    assert dict(asked.context["hidden"]) == value()

    done = admin.browser.post(profile_page(), dict(asked.context["hidden"]) | YES)

    assert done.status_code == 303
    assert RuleValue.objects.count() == before
    assert second.browser.post(step("confirm")).headers["Location"] == profile_page()
    row = queries.values(BASE)
    assert ("7", 1) in [(one.value, one.version) for one in row if one.key == "simple_rectify_limit"]
    assert facts()[-1]["value"] == "7"
    trail = admin.browser.get(profile_page()).context["trail"]["rows"]
    assert [row[1] for row in trail[:2]] == ["示例人员 (second-admin)", "示例人员 (system-admin)"]


def test_what_waits_is_shown_with_who_and_when_and_what_can_be_done(admin, second):
    admin.browser.post(profile_page(), value() | YES)

    mine, others = (who.browser.get(profile_page(), headers=ENGLISH) for who in (admin, second))

    for page in (mine, others):
        text = page.content.decode()
        assert "7 working days" in text
        assert "示例市实施办法第八条" in text
        assert "by 示例人员 (system-admin)." in text
    assert step("withdraw") in mine.content.decode()
    assert step("confirm") not in mine.content.decode()
    assert step("confirm") in others.content.decode()
    assert step("withdraw") not in others.content.decode()


def test_nobody_confirms_what_they_proposed(admin):
    admin.browser.post(profile_page(), value() | YES)

    answers = [
        admin.browser.post(step(name), {"reason": "不妥"}, headers=ENGLISH) for name in ("confirm", "refuse")
    ]

    for answer in answers:
        assert answer.status_code == 403
        assert "You have proposed this yourself" in answer.content.decode()
    assert [one for one in facts() if "key" in one] == []


def test_what_waits_is_refused_with_a_reason_or_taken_back(admin, second):
    admin.browser.post(profile_page(), value() | YES)
    assert second.browser.post(step("withdraw")).status_code == 404
    assert second.browser.post(step("refuse"), {"reason": " "}).status_code == 422
    assert second.browser.post(step("refuse"), {"reason": "依据不足"}).status_code == 303
    admin.browser.post(profile_page(), value() | YES)
    assert admin.browser.post(step("withdraw")).status_code == 303
    assert admin.browser.post(step("withdraw")).status_code == 404
    assert admin.browser.post(step("forget")).status_code == 404

    assert [row.state for row in RuleProposal.objects.order_by("id")] == ["refused", "withdrawn"]
    assert admin.browser.get(profile_page()).context["proposals"] == []


def test_who_proposed_reads_why_it_was_refused_and_nobody_else_does(admin, second):
    admin.browser.post(profile_page(), value() | YES)
    second.browser.post(step("refuse"), {"reason": "依据不足"})

    mine, others = (
        who.browser.get(reverse("console_rulebook"), headers=ENGLISH).content.decode()
        for who in (admin, second)
    )

    assert "依据不足" in mine
    assert "Refused lately" in mine
    assert "7 working days" in mine
    assert "by 示例人员 (second-admin)." in mine
    assert "依据不足" not in others


@pytest.mark.parametrize("page", ["desk", "console_rulebook"])
def test_a_value_that_waits_is_told_where_the_second_person_begins(admin, second, page):
    address = reverse(page)
    before = second.browser.get(address, headers=ENGLISH).content.decode()
    admin.browser.post(profile_page(), value() | YES)

    after = second.browser.get(address, headers=ENGLISH).content.decode()

    assert "Waits for a second person" not in before
    assert "Waits for a second person" in after
    assert ("1 change of the rulebook" in after) == (page == "desk")
    assert (step("confirm") in after) == (page == "console_rulebook")


@pytest.mark.parametrize("page", ["desk", "console_rulebook"])
def test_a_calendar_that_ends_too_early_is_told_to_whoever_can_mend_it(admin, page):
    CalendarDay.objects.all().delete()
    year = local_day(timezone.now()).year

    text = admin.browser.get(reverse(page), headers=ENGLISH).content.decode()

    assert "The working calendar ends too early" in text
    assert f'href="{reverse("console_calendar")}?year={year}"' in text


@pytest.mark.parametrize(
    ("key", "unit", "typed", "kept"),
    [
        ("invitation_channel", "choice", "SMS, a call", "sms,phone"),
        ("invitation_channel", "choice", "sms,page", "sms,page"),
        ("item_score", "yes_no", "Yes", "yes"),
    ],
)
def test_choices_are_typed_and_shown_in_words(admin, second, key, unit, typed, kept):
    sent = value(key=key, unit=unit, value=typed) | YES

    assert admin.browser.post(profile_page(), sent, headers=ENGLISH).status_code == 303

    assert RuleProposal.objects.get().said["value"] == kept
    second.browser.post(step("confirm"))
    rows = admin.browser.get(profile_page(), headers=ENGLISH).context["rows"]
    assert all(
        "_" not in row[1] and row[1] not in {"sms", "yes", "no"} for row in rows if row[1] != "national-2020"
    )


def test_what_will_not_do_is_said_in_words(admin):
    sent = value(key="dispatch_via", unit="days", value="7")

    english = admin.browser.post(profile_page(), sent, headers=ENGLISH).content.decode()
    chinese = admin.browser.post(profile_page(), sent).content.decode()

    assert "not a value in days for the rule “Who dispatches”" in english
    assert (
        "units a choice, and one of the choices where there are any: the agency, the 12345 hotline."
        in english
    )
    assert "机构，12345热线" in chinese.replace("、", "，")


@pytest.mark.parametrize("confirmed", [{}, YES])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "soon"}, "value"),
        ({"effective_from": "2020-01-01"}, "effective_from"),
        ({"effective_from": local_day(timezone.now()).isoformat()}, "effective_from"),
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
    today = local_day(timezone.now())
    for number, day in (("6", today), ("7", today), ("8", today + timedelta(days=1))):
        written_yesterday = timezone.now() - timedelta(days=1)
        typed = value(value=number) | {"effective_from": day, "effective_to": None}
        worlds.rule(NewValue(profile=BASE, **typed), now=written_yesterday)  # type: ignore[arg-type]

    rows = admin.browser.get(profile_page()).context["rows"]

    standing = [(row[1].split()[0], row[6]) for row in rows if row[2] == "示例市实施办法第八条"]
    assert len({said for _, said in standing}) == 3
    assert [number for number, _ in standing] == ["8", "7", "6"]


def test_profile_says_that_where_it_was_read_and_that_it_was_confirmed_are_two_things(admin):
    page = admin.browser.get(profile_page(), headers={"accept-language": "en"}).content.decode()

    assert "“How sure” says where a shipped value was read" in page
    assert "Neither follows from the other" in page


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


def test_division_follows_a_profile_once_that_was_confirmed(admin, second):
    typed = {"division": worlds.CITY, "profile": "sh", "effective_from": soon()}
    asked = admin.browser.post(reverse("console_rulebook"), typed)
    assert (asked.status_code, queries.choices()) == (200, [])

    done = admin.browser.post(reverse("console_rulebook"), typed | YES)
    wrong = admin.browser.post(reverse("console_rulebook"), typed | YES | {"division": "9977"})
    assert queries.choices() == []
    assert second.browser.post(step("confirm")).headers["Location"] == reverse("console_rulebook")

    assert (done.status_code, wrong.status_code) == (303, 422)
    assert list(wrong.context["form"].errors) == ["division"]
    place = admin.browser.get(reverse("console_place"), {"division": worlds.COUNTY, "day": soon()})
    inherited = [row[6:] for row in place.context["rows"]]
    assert ["sh", worlds.CITY] in inherited
    assert [BASE, worlds.CITY] in inherited


OWN = {
    "division": worlds.CITY,
    "code": "own-yuncheng",
    "name": "云城市规则",
    "parent": "sh",
    "source": "云城市好差评办法（示例）",
}


def test_a_place_makes_a_profile_of_its_own_and_adds_to_it(admin, second):
    at_home(admin)
    at_home(second)
    page, typed = reverse("console_profile_new"), OWN | {"effective_from": soon()}
    assert admin.browser.get(page).status_code == 200
    asked = admin.browser.post(page, typed)
    assert (asked.status_code, queries.choices()) == (200, [])

    made = admin.browser.post(page, typed | YES)
    assert made.headers["Location"] == reverse("console_rulebook")
    assert OWN["name"] in second.browser.get(reverse("console_rulebook")).content.decode()
    assert second.browser.post(step("confirm")).status_code == 303
    assert admin.browser.post(profile_page(OWN["code"]), value() | YES).status_code == 303
    assert second.browser.post(step("confirm")).headers["Location"] == profile_page(OWN["code"])
    place = admin.browser.get(reverse("console_place"), {"division": worlds.COUNTY, "day": soon()})
    assert [OWN["code"], worlds.CITY] in [row[6:] for row in place.context["rows"]]
    shown = admin.browser.get(profile_page(OWN["code"]))
    assert OWN["source"] in shown.content.decode()
    names = [row[1] for row in shown.context["trail"]["rows"]]
    assert names == ["示例人员 (second-admin)", "示例人员 (system-admin)"] * 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "sh"}, "code"),
        ({"parent": "gd-2019-legacy"}, "parent"),
        ({"division": "9977"}, "division"),
        ({"name": "字" * 101}, "name"),
        ({"source": "字" * 301}, "source"),
        ({"effective_from": local_day(timezone.now()).isoformat()}, "effective_from"),
    ],
)
def test_a_profile_that_cannot_be_made_is_said_at_its_field(admin, changes, field):
    typed = OWN | {"effective_from": soon()} | changes

    answer = admin.browser.post(reverse("console_profile_new"), typed | YES)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert [row.code for row in queries.profiles() if row.source] == []


def test_who_assigned_what_and_when_is_shown(admin, second):
    typed = {"division": worlds.CITY, "profile": "sh", "effective_from": soon()} | YES
    for one in (admin, second):
        one.browser.post(reverse("console_rulebook"), typed)
        (admin if one is second else second).browser.post(step("confirm"))

    page = admin.browser.get(reverse("console_rulebook"))
    place = admin.browser.get(reverse("console_place"), {"division": worlds.CITY, "day": soon()})

    shown = [(row[3], row[5]) for row in page.context["choices"]]
    assert shown == [(2, "示例人员 (system-admin)"), (1, "示例人员 (second-admin)")]
    assert all(row[4] != "–" for row in page.context["choices"])
    assert [row[1] for row in place.context["trail"]["rows"]] == [
        "示例人员 (system-admin)",
        "示例人员 (second-admin)",
        "示例人员 (second-admin)",
        "示例人员 (system-admin)",
    ]


def test_an_assignment_that_no_entry_tells_of_is_shown_without(admin):
    worlds.follow(worlds.CITY, timezone.now())

    [row] = admin.browser.get(reverse("console_rulebook")).context["choices"]

    assert row[4:] == ["–", "–"]


def test_the_nations_year_is_shown_where_it_is_no_ordinary_week(admin):
    page = admin.browser.get(reverse("console_calendar"), {"year": "2026"}, headers={"accept-language": "en"})

    assert page.context["known"] == 365
    assert page.context["worked"] + page.context["free"] == 365
    spans = [(row[0], row[1], row[2], row[3]) for row in page.context["national"]]
    assert ("1 Oct 2026", "7 Oct 2026", "The day is free", "National Day") in spans
    assert any(row[2] == "The day is worked" for row in spans)
    assert all(row[3] != "–" for row in spans)


def test_a_year_the_nation_has_not_decided_is_said_so(admin):
    page = admin.browser.get(reverse("console_calendar"), {"year": "2019"}, headers={"accept-language": "en"})
    missing = admin.browser.get(
        reverse("console_calendar"), {"year": "2090"}, headers={"accept-language": "en"}
    )

    assert page.context["known"] > 0
    assert "does not know this year" not in page.content.decode()
    assert "does not know this year" in missing.content.decode()


def test_every_holiday_of_the_calendar_library_has_words():
    assert {holiday.value for holiday in chinese_calendar.Holiday} == set(HOLIDAYS)


def test_a_rule_that_nothing_acts_by_says_so_in_the_form():
    with translation.override("en"):
        field: Any = ValueForm().fields["key"]
        told = {key: str(label) for key, label in field.choices if key}

    assert told.keys() == set(Key)
    assert {key for key, label in told.items() if "nothing acts by it yet" in label} == NOT_READ


def test_and_beside_its_values(admin):
    rows = admin.browser.get(profile_page(), headers={"accept-language": "en"}).context["rows"]

    marked = [row[0] for row in rows if "nothing acts by it yet" in str(row[0])]
    assert len(marked) == len({row.key for row in queries.values(BASE)} & NOT_READ)
    assert marked


def test_a_place_that_is_none_is_said(admin):
    page = reverse("console_place")

    assert admin.browser.get(page).status_code == 200
    assert admin.browser.get(page, {"division": "9977", "day": soon()}).status_code == 422
    assert admin.browser.get(page, {"division": worlds.CITY, "day": "soon"}).status_code == 422


def test_a_day_is_declared_and_withdrawn(admin, second):
    page, day = reverse("console_calendar"), soon()
    typed = {"division": worlds.CITY, "day": day, "says": "off", "reason": "示例节"}

    assert admin.browser.post(page, typed).status_code == 200
    declared = admin.browser.post(page, typed | YES)
    assert "示例节" in second.browser.get(page, {"year": day[:4]}).content.decode()
    assert second.browser.post(step("confirm")).headers["Location"] == f"{page}?year={day[:4]}"
    withdrawn = admin.browser.post(page, typed | YES | {"says": "withdrawn"})
    second.browser.post(step("confirm"))
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


def at_home(admin) -> None:
    """Let the administrator be that of the city alone."""
    accounts.revoke_role(user_id=admin.id, role=Role.SYSTEM_ADMIN, by=OPERATOR, now=timezone.now())
    place = Place(division_code=worlds.CITY)
    accounts.grant_role(
        user_id=admin.id, role=Role.SYSTEM_ADMIN, place=place, by=OPERATOR, now=timezone.now()
    )


def test_local_administrator_assigns_at_home_and_sets_nobody_elses_value(admin):
    at_home(admin)
    typed = {"profile": "sh", "effective_from": soon()} | YES

    def assign(division: str) -> int:
        answer = admin.browser.post(reverse("console_rulebook"), typed | {"division": division})
        return int(answer.status_code)

    assert assign(worlds.CITY) == 303
    assert assign(worlds.OTHER_CITY) == 403
    assert admin.browser.post(profile_page(), value() | YES).status_code == 403
    assert admin.browser.get(profile_page()).context["form"] is None
    elsewhere = OWN | {"division": worlds.OTHER_CITY, "effective_from": soon()} | YES
    assert admin.browser.post(reverse("console_profile_new"), elsewhere).status_code == 403
    assert (
        admin.browser.post(reverse("console_profile_confirm", args=[BASE]), {"newest": 1}).status_code == 403
    )


def test_local_administrator_confirms_nothing_of_another_place(admin, second):
    at_home(second)
    typed = {"division": worlds.OTHER_CITY, "profile": "sh", "effective_from": soon()} | YES
    admin.browser.post(reverse("console_rulebook"), typed)

    page = second.browser.get(reverse("console_rulebook")).content.decode()

    assert worlds.OTHER_CITY in page
    assert step("confirm") not in page
    assert second.browser.post(step("confirm")).status_code == 403
    assert second.browser.post(step("refuse"), {"reason": "不妥"}).status_code == 403
    assert queries.choices() == []


@pytest.mark.parametrize("role", Role)
def test_only_who_edits_the_rulebook_sees_it(signed_in, role):
    browser = signed_in(role).browser
    status = 200 if Power.RULEBOOK_EDIT in POWERS_OF[role] else 403

    pages = ("console_rulebook", "console_calendar", "console_profile_new")
    for page in (profile_page(), *map(reverse, pages)):
        assert browser.get(page).status_code == status


def test_a_profile_that_is_none_is_said(admin):
    assert admin.browser.get(profile_page("xx")).status_code == 404


def test_pages_ask_the_database_little(admin, django_assert_max_num_queries):
    admin.browser.get(reverse("desk"))

    for page in (profile_page(), reverse("console_calendar"), reverse("console_rulebook")):
        with django_assert_max_num_queries(18):  # four of them for the reach
            admin.browser.get(page)
