"""Accounts at the doors: one-time links, sessions, what administrators do for others, who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from haochaping.accounts import actions, queries
from haochaping.accounts.models import OneTimeLink, User
from haochaping.accounts.terms import POWERS_OF, ROLE_LABELS, Power, Role
from haochaping.kernel.actor import OPERATOR
from tests import worlds
from tests.doors.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "a louder river at noon"
FIRST = {"username": "admin.one", "display_name": "首位管理员", "password": NEW, "again": NEW}


def first_link(role=Role.SYSTEM_ADMIN) -> str:
    token = actions.issue_first_admin_link(role=role, by=OPERATOR, now=timezone.now())
    return reverse("account_link", args=[token])


def password_link(somebody) -> str:
    token = actions.issue_password_link(user_id=somebody.id, by=OPERATOR, now=timezone.now())
    return reverse("account_link", args=[token])


def log_in(username: str, password: str):
    return Client().post(reverse("account_login"), {"login": username, "password": password})


def test_first_administrator_makes_an_account_and_logs_in():
    address = first_link()

    page = Client().get(address)
    answer = Client().post(address, FIRST)

    assert page.context["role"] == gettext(ROLE_LABELS[Role.SYSTEM_ADMIN])
    assert page.headers["Cache-Control"] == "no-store"
    assert answer.headers["Location"] == reverse("account_login")
    assert log_in("admin.one", NEW).status_code == 302
    assert Client().get(address).status_code == 410


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"username": "x"}, "username"),
        ({"password": "short", "again": "short"}, "password"),
        ({"again": "something else"}, "again"),
        ({"display_name": ""}, "display_name"),
    ],
)
def test_what_was_typed_wrong_is_said_and_the_link_stays(typed, field):
    address = first_link()

    answer = Client().post(address, FIRST | typed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Client().post(address, FIRST).status_code == 302


def test_password_link_ends_all_sessions(signed_in):
    clerk = signed_in(Role.CLERK)

    Client().post(password_link(clerk), {"password": NEW, "again": NEW})

    assert clerk.browser.get(reverse("desk")).status_code == 302
    assert log_in(clerk.username, PASSWORD).status_code == 200
    assert log_in(clerk.username, NEW).status_code == 302


def test_old_and_invented_links_read_the_same(person):
    address = password_link(person(Role.CLERK))
    OneTimeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    old, invented = Client().get(address), Client().get(reverse("account_link", args=["nothing"]))

    assert old.status_code == invented.status_code == 410
    assert old.context["sentence"] == invented.context["sentence"]


def test_own_sessions_are_listed_and_one_is_ended(signed_in):
    clerk = signed_in(Role.CLERK)
    phone = Client(headers={"user-agent": "Mobile 1.0"})
    phone.post(reverse("account_login"), {"login": clerk.username, "password": PASSWORD})
    phone.post(reverse("mfa_authenticate"), {"code": clerk.enrolment.recovery_codes[0]})
    assert phone.get(reverse("desk")).status_code == 200

    rows = clerk.browser.get(reverse("account_sessions")).context["rows"]
    chosen = next(row for row in rows if row.browser == "Mobile 1.0")
    clerk.browser.post(reverse("account_sessions_end"), {"session": chosen.id})

    assert len(rows) == 2
    assert phone.get(reverse("desk")).status_code == 302
    assert clerk.browser.get(reverse("desk")).status_code == 200


def test_all_own_sessions_are_ended_with_the_present_one(signed_in):
    clerk = signed_in(Role.CLERK)

    clerk.browser.post(reverse("account_sessions_end"))

    assert clerk.browser.get(reverse("desk")).status_code == 302


def test_session_of_somebody_else_is_not_ended(signed_in):
    clerk, other = signed_in(Role.CLERK), signed_in(Role.DISPATCHER)
    theirs = queries.sessions_of(other.id, now=timezone.now())[0]

    clerk.browser.post(reverse("account_sessions_end"), {"session": theirs.id})

    assert other.browser.get(reverse("desk")).status_code == 200


def test_log_in_takes_a_new_session(person):
    clerk = person(Role.CLERK)
    clerk.browser.get(reverse("account_login"))
    session = clerk.browser.session
    session["planted"] = "1"
    session.save()
    before = session.session_key

    clerk.give_password()
    clerk.give_code()

    assert clerk.browser.session.session_key != before


STEPS = {
    "link": Power.ACCOUNT_MANAGE,
    "bind": Power.ACCOUNT_MANAGE,
    "unbind": Power.ACCOUNT_MANAGE,
    "bind-member": Power.ACCOUNT_MANAGE,
    "unbind-member": Power.ACCOUNT_MANAGE,
    "reset-factor": Power.FACTOR_RESET,
    "end-sessions": Power.SESSION_END,
    "rename": Power.ACCOUNT_MANAGE,
    "grant": Power.ROLE_GRANT,
    "revoke": Power.ROLE_GRANT,
    "disable": Power.ACCOUNT_MANAGE,
}
MEMBER = {"agency": worlds.AGENCY, "number": "S1"}
FORMS = {
    "bind-member": MEMBER,
    "unbind-member": MEMBER,
    "bind": {"subject": "s-1"},
    "rename": {"display_name": "新名"},
    "grant": {"role": "supervisor", "everywhere": "on"},
    "revoke": {"role": "clerk"},
}


@pytest.mark.parametrize("role", Role)
def test_steps_for_others_are_taken_by_whose_power_it_is(signed_in, role):
    by = signed_in(role)
    worlds.build(timezone.now())
    clerk_id = actions.create_staff(
        username="li.wei",
        display_name="李薇",
        role=Role.CLERK,
        everywhere=True,
        password=PASSWORD,
        by=OPERATOR,
        now=timezone.now(),
    )
    actions.enrol_totp(user_id=clerk_id, by=OPERATOR, now=timezone.now())

    for step, power in STEPS.items():
        form = FORMS.get(step, {})
        answer = by.browser.post(reverse("account_person_step", args=[clerk_id, step]), form)
        # Nobody is logged in as the clerk: that there is no session to end is said behind the power.
        done = 422 if step == "end-sessions" else 303
        assert answer.status_code == (done if power in POWERS_OF[role] else 403), step
    opens = bool(POWERS_OF[role] & set(STEPS.values()))
    assert by.browser.get(reverse("account_people")).status_code == (200 if opens else 403)
    assert by.browser.get(reverse("account_person", args=[clerk_id])).status_code == (200 if opens else 403)


def test_the_link_for_a_password_is_shown_to_the_system_administrator(signed_in, person, settings):
    settings.DESK_URL = "https://desk.example"
    admin, clerk = signed_in(Role.SYSTEM_ADMIN), person(Role.CLERK)

    answer = admin.browser.post(reverse("account_person_step", args=[clerk.id, "link"]))

    shown = admin.browser.get(answer.headers["Location"]).content.decode()
    assert "https://desk.example/account/link/" in shown
    address = shown[shown.index("/account/link/") :].split()[0].partition("<")[0]
    assert Client().post(address, {"password": NEW, "again": NEW}).status_code == 302
    assert User.objects.get(pk=clerk.id).check_password(NEW)


def test_all_sessions_of_a_person_are_ended_by_the_security_administrator(signed_in):
    admin, clerk = signed_in(Role.SECURITY_ADMIN), signed_in(Role.CLERK)
    page = admin.browser.get(reverse("account_person", args=[clerk.id]))
    assert len(page.context["sessions"]) == 1

    admin.browser.post(reverse("account_person_step", args=[clerk.id, "end-sessions"]))

    assert clerk.browser.get(reverse("desk")).status_code == 302


def test_the_system_administrator_sees_no_sessions(signed_in):
    admin, clerk = signed_in(Role.SYSTEM_ADMIN), signed_in(Role.CLERK)

    page = admin.browser.get(reverse("account_person", args=[clerk.id]))

    assert page.context["sessions"] == []
    assert "127.0.0.1" not in page.content.decode()


def test_account_is_opened_and_found(signed_in):
    admin = signed_in(Role.SYSTEM_ADMIN)

    answer = admin.browser.post(reverse("account_people"), {"username": "new.one", "display_name": "新人"})

    row = queries.staff_by_username("new.one")
    assert row is not None
    assert answer.headers["Location"] == reverse("account_person", args=[row.id])
    assert "new.one" in admin.browser.get(reverse("account_people"), {"q": "new"}).content.decode()
    assert "new.one" not in admin.browser.get(reverse("account_people"), {"q": "old"}).content.decode()
    again = admin.browser.post(reverse("account_people"), {"username": "new.one", "display_name": "新人"})
    assert again.status_code == 422


@pytest.mark.parametrize("step", ["link", "nonsense"])
def test_nobody_and_nothing_is_not_there(signed_in, step):
    admin = signed_in(Role.SYSTEM_ADMIN)

    assert admin.browser.post(reverse("account_person_step", args=[0, step])).status_code == 404
    assert admin.browser.get(reverse("account_person", args=[0])).status_code == 404


def step(somebody, user_id: int, name: str, **typed: str):
    return somebody.browser.post(reverse("account_person_step", args=[user_id, name]), typed)


def test_role_is_given_where_it_holds_and_taken_away(signed_in, person):
    worlds.build(timezone.now())
    admin, clerk = signed_in(Role.SECURITY_ADMIN), person(Role.CLERK)
    actions.revoke_role(user_id=clerk.id, role="clerk", by=OPERATOR, now=timezone.now())

    given = step(admin, clerk.id, "grant", role="supervisor", division=worlds.CITY)
    page = admin.browser.get(reverse("account_person", args=[clerk.id]))
    taken = step(admin, clerk.id, "revoke", role="supervisor")

    assert (given.status_code, taken.status_code) == (303, 303)
    assert [(row.place_code, row.place_name) for _, row in page.context["grants"]] == [
        (worlds.CITY, "云城市")
    ]
    assert page.context["trail"]["rows"][0][1] == "示例人员 (security-admin)"
    row = queries.person(clerk.id)
    assert row
    assert row.grants == ()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"role": ""}, "role"),
        ({"role": "clerk", "everywhere": "on"}, "role"),
        ({"role": "supervisor"}, "__all__"),
        ({"role": "supervisor", "division": "9977"}, "division"),
        ({"role": "supervisor", "agency": "nobody"}, "agency"),
        ({"role": "supervisor", "division": worlds.CITY}, "__all__"),
    ],
)
def test_a_role_that_cannot_be_given_is_said_in_the_form(signed_in, person, typed, field):
    worlds.build(timezone.now())
    admin, clerk = signed_in(Role.SECURITY_ADMIN), person(Role.CLERK)

    answer = step(admin, clerk.id, "grant", **typed)

    assert answer.status_code == 422
    assert list(answer.context["grant_form"].errors) == [field]


def test_administrators_stay_three_people(signed_in, person):
    admin, other = signed_in(Role.SECURITY_ADMIN), person(Role.AUDITOR)

    assert step(admin, other.id, "grant", role="system_admin", everywhere="on").status_code == 422
    assert step(admin, admin.id, "grant", role="clerk", everywhere="on").status_code == 422


def test_name_is_changed_and_account_disabled(signed_in, person):
    admin, clerk = signed_in(Role.SYSTEM_ADMIN), person(Role.CLERK)

    wrong = step(admin, clerk.id, "rename", display_name=" ")
    right = step(admin, clerk.id, "rename", display_name="新名")
    disabled = step(admin, clerk.id, "disable")
    again = step(admin, clerk.id, "disable")

    assert [a.status_code for a in (wrong, right, disabled, again)] == [422, 303, 303, 422]
    assert queries.display_names([clerk.id]) == {clerk.id: "新名"}
    assert not User.objects.get(pk=clerk.id).is_active


def test_a_disabled_account_is_enabled_without_its_old_session_password_and_roles(signed_in):
    admin, clerk = signed_in(Role.SYSTEM_ADMIN), signed_in(Role.CLERK)
    page = reverse("account_person", args=[clerk.id])
    enable = reverse("account_person_step", args=[clerk.id, "enable"])
    assert enable not in admin.browser.get(page).content.decode()
    step(admin, clerk.id, "disable")
    assert enable in admin.browser.get(page).content.decode()

    enabled, again = step(admin, clerk.id, "enable"), step(admin, clerk.id, "enable")

    assert [enabled.status_code, again.status_code] == [303, 422]
    assert clerk.browser.get(reverse("desk")).status_code == 302
    assert clerk.give_password().status_code == 200
    assert queries.standing_of_user(clerk.id).actor.powers == frozenset()
    assert "重新启用" in str(admin.browser.get(page).context["trail"]["rows"])


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDITOR])
def test_other_administrators_enable_nobody(signed_in, person, role):
    other, clerk = signed_in(role), person(Role.CLERK)
    actions.disable(user_id=clerk.id, by=OPERATOR, now=timezone.now())

    assert step(other, clerk.id, "enable").status_code == 403
    assert not User.objects.get(pk=clerk.id).is_active


def test_accounts_are_searched_by_name_role_place_and_state(signed_in, person):
    worlds.build(timezone.now())
    admin, auditor = signed_in(Role.SYSTEM_ADMIN), person(Role.AUDITOR)
    actions.create_staff(
        username="zhang",
        display_name="张三",
        role=Role.CLERK,
        agency_code=worlds.AGENCY,
        password=PASSWORD,
        by=OPERATOR,
        now=timezone.now(),
    )
    actions.disable(user_id=auditor.id, by=OPERATOR, now=timezone.now())

    def found(**asked: str) -> list[str]:
        rows = admin.browser.get(reverse("account_people"), asked).context["rows"]
        return [row.username for row, _ in rows]

    assert found(q="张") == ["zhang"]
    assert found(role="clerk") == ["zhang"]
    assert found(place=worlds.COUNTY) == ["zhang"]
    assert found(state="disabled") == ["auditor"]
    assert found(q="none", role="clerk") == []


def test_a_search_that_is_none_is_said_and_finds_nobody(signed_in):
    answer = signed_in(Role.SYSTEM_ADMIN).browser.get(reverse("account_people"), {"role": "king"})

    assert answer.status_code == 422
    assert answer.context["rows"] == []


def test_a_search_is_kept_from_page_to_page(signed_in, monkeypatch):
    monkeypatch.setattr("haochaping.doors.console.people._ON_PAGE", 1)
    admin = signed_in(Role.SYSTEM_ADMIN)
    for n in range(2):
        actions.open_account(username=f"new.{n}", display_name="新人", by=OPERATOR, now=timezone.now())

    first = admin.browser.get(reverse("account_people"), {"q": "新人"})
    second = admin.browser.get(reverse("account_people") + first.context["next"])

    assert [row.username for row, _ in second.context["rows"]] == ["new.1"]
    assert second.context["next"] == ""
    assert "page=1" in second.context["previous"]


def test_a_person_is_bound_to_the_numbers_they_serve_under(signed_in, person):
    worlds.build(timezone.now())
    admin, clerk = signed_in(Role.SYSTEM_ADMIN), person(Role.CLERK)

    wrong = step(admin, clerk.id, "bind-member", agency=worlds.AGENCY, number="S9")
    empty = step(admin, clerk.id, "bind-member", agency=worlds.AGENCY)
    bound = step(admin, clerk.id, "bind-member", **MEMBER)
    page = admin.browser.get(reverse("account_person", args=[clerk.id])).content.decode()
    taken = step(admin, clerk.id, "unbind-member", **MEMBER)
    again = step(admin, clerk.id, "unbind-member", **MEMBER)

    answers = (wrong, empty, bound, taken, again)
    assert [answer.status_code for answer in answers] == [422, 422, 303, 303, 422]
    assert (
        list(wrong.context["member_form"].errors) == list(empty.context["member_form"].errors) == ["number"]
    )
    assert f"{worlds.AGENCY}</span> · S1" in page
    assert queries.standing_of_user(clerk.id).actor.staff_ids == frozenset()


def test_every_page_of_staff_leads_to_ones_own_sessions(signed_in):
    page = signed_in(Role.CLERK).browser.get(reverse("desk")).content.decode()

    assert f'href="{reverse("account_sessions")}"' in page


def test_page_of_a_person_asks_the_database_little(signed_in, person, django_assert_max_num_queries):
    admin, clerk = signed_in(Role.SECURITY_ADMIN), signed_in(Role.CLERK)
    actions.revoke_role(user_id=clerk.id, role="clerk", by=OPERATOR, now=timezone.now())
    step(admin, clerk.id, "grant", role="supervisor", everywhere="on")
    admin.browser.get(reverse("account_person", args=[clerk.id]))

    with django_assert_max_num_queries(19):  # five of them for the reach and the border of the remit
        admin.browser.get(reverse("account_person", args=[clerk.id]))


def test_a_code_that_was_used_is_said_to_work_once_and_in_our_words(signed_in):
    """The library calls it wrong."""
    person = signed_in(Role.CLERK)
    person.browser.post(reverse("account_logout"))
    person.give_password()

    page = person.give_code().content.decode()

    assert "每个验证码只能用一次" in page
    assert ">一次性验证码<" in page
    assert "placeholder" not in page


def test_what_was_left_empty_is_said_in_our_words(client, db):
    page = client.post(reverse("account_login"), {}).content.decode()

    assert "请填写或选择此项。" in page
