from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.db import InternalError, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import POWERS_OF, Power, Role
from haochaping.doors import gate
from haochaping.doors.gate import Passage, declared_views
from haochaping.kernel.actor import OPERATOR


@pytest.fixture
def _pages(settings) -> None:
    settings.ROOT_URLCONF = "tests.doors.gate_pages"


pages = pytest.mark.usefixtures("_pages")


def test_every_address_of_the_house_says_who_may():
    silent = [
        f"{view.route} ({view.name})"
        for view in declared_views(get_resolver("haochaping.config.urls"))
        if view.gate is None
    ]

    assert silent == []


def test_tables_of_third_parties_name_nothing_that_is_gone():
    names = {view.name for view in declared_views(get_resolver("tests.doors.gate_pages"))}

    assert gate.THIRD_PARTY.keys() - {"set_language"} <= names


@pages
def test_forgotten_page_is_refused_and_logged(client, caplog):
    with caplog.at_level(logging.ERROR, "haochaping.gate"):
        answer = client.get("/forgotten")

    assert answer.status_code == 403
    assert "undeclared view forgotten" in caplog.text
    assert [
        view.name for view in declared_views(get_resolver("tests.doors.gate_pages")) if view.gate is None
    ] == ["forgotten"]


@pages
@pytest.mark.django_db
def test_public_page_is_open(client):
    assert client.get("/street").content == b"open"


@pages
@pytest.mark.django_db
@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_a_page_is_asked_for_or_sent_to_and_nothing_else(client, method):
    assert getattr(client, method)("/street").status_code == 405


@pages
@pytest.mark.django_db
def test_machine_page_needs_no_csrf_token():
    assert Client(enforce_csrf_checks=True).post("/hatch").content == b"POST"


@pages
@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/lobby", "/desk", "/admin/directory/", "/accounts/2fa/"])
def test_stranger_is_sent_to_log_in(client, path):
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/accounts/login/?next={path}"


@pages
@pytest.mark.django_db
def test_looking_cannot_write(client):
    with pytest.raises(InternalError, match="read-only"), transaction.atomic():
        client.get("/careless")


@pages
@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), [("post", "/careless"), ("get", "/careful")])
def test_writing_where_it_is_said(client, method, path):
    assert getattr(client, method)(path).content == b"written"


@pages
def test_password_alone_leads_to_the_second_step(person):
    clerk = person(Role.CLERK)

    answer = clerk.give_password()

    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert clerk.browser.get("/desk").headers["Location"].startswith(reverse("account_login"))


@pages
def test_password_alone_without_a_second_factor_leads_to_making_one(person):
    clerk = person(Role.CLERK, enrolled=False)
    clerk.give_password()

    answer = clerk.browser.get("/desk")

    assert answer.headers["Location"] == f"{reverse('mfa_activate_totp')}?next=%2Fdesk"


@pages
def test_factor_made_during_the_session_must_be_shown(person):
    clerk = person(Role.CLERK, enrolled=False)
    clerk.give_password()
    clerk.enrolment = accounts.enrol_totp(user_id=clerk.id, by=OPERATOR, now=timezone.now())

    assert clerk.browser.get("/desk").headers["Location"] == f"{reverse('mfa_reauthenticate')}?next=%2Fdesk"

    code = clerk.enrolment.recovery_codes[0]
    answer = clerk.browser.post(f"{reverse('mfa_reauthenticate')}?next=/desk", {"code": code})
    assert answer.headers["Location"] == "/desk"
    assert clerk.browser.get("/desk").status_code == 200


@pages
def test_both_factors_open_the_page(signed_in):
    clerk = signed_in(Role.CLERK)

    assert clerk.browser.get("/desk").content.decode() == f"staff:{clerk.id}"


@pages
def test_one_time_code_serves_instead_of_the_app_and_only_once(person):
    clerk = person(Role.CLERK)
    code = clerk.enrolment.recovery_codes[0]
    clerk.give_password()
    assert clerk.give_code(code).status_code == 302
    assert clerk.browser.get("/desk").status_code == 200

    clerk.browser = Client()
    clerk.give_password()

    assert clerk.give_code(code).status_code == 200
    assert clerk.browser.get("/desk").status_code == 302


@pages
@pytest.mark.parametrize("role", Role)
def test_pages_open_to_powers_and_to_nothing_else(signed_in, role, caplog):
    somebody = signed_in(role)
    may_desk = bool(POWERS_OF[role] & {Power.ORDER_HANDLE, Power.ORDER_DISPATCH})
    may_console = Power.DIRECTORY_EDIT in POWERS_OF[role]

    with caplog.at_level(logging.WARNING, "haochaping.gate"):
        seen = {
            path: somebody.browser.get(path).status_code
            for path in ("/street", "/lobby", "/desk", "/admin/directory/")
        }

    assert seen == {
        "/street": 200,
        "/lobby": 200,
        "/desk": 200 if may_desk else 403,
        "/admin/directory/": 200 if may_console else 403,
    }
    assert caplog.text.count(f"denied staff:{somebody.id}") == [may_desk, may_console].count(False)


@pages
def test_disabled_person_is_out_with_the_next_request(signed_in):
    clerk = signed_in(Role.CLERK)

    accounts.disable(user_id=clerk.id, by=OPERATOR, now=timezone.now())

    assert clerk.browser.get("/desk").headers["Location"].startswith(reverse("account_login"))


@pages
def test_disabled_person_does_not_get_in_again(signed_in):
    clerk = signed_in(Role.CLERK)
    accounts.disable(user_id=clerk.id, by=OPERATOR, now=timezone.now())
    clerk.browser = Client()

    clerk.give_password()

    assert clerk.browser.get("/desk").headers["Location"].startswith(reverse("account_login"))


@pages
def test_revoked_role_is_gone_with_the_next_request(signed_in):
    clerk = signed_in(Role.CLERK)

    accounts.revoke_role(user_id=clerk.id, role=Role.CLERK, by=OPERATOR, now=timezone.now())

    assert clerk.browser.get("/desk").status_code == 403


@pages
@pytest.mark.parametrize(
    ("since", "seen", "is_out"),
    [
        (timedelta(hours=1), timedelta(minutes=14), False),
        (timedelta(hours=1), timedelta(minutes=16), True),
        (timedelta(hours=7, minutes=59), timedelta(minutes=2), False),
        (timedelta(hours=8, minutes=1), timedelta(minutes=2), True),
    ],
)
def test_session_ends_after_idling_and_after_a_working_day(signed_in, since, seen, is_out):
    clerk = signed_in(Role.CLERK)
    clerk.browser.get("/desk")
    session = clerk.browser.session
    session["gate.since"] = (timezone.now() - since).timestamp()
    session["gate.seen"] = (timezone.now() - seen).timestamp()
    session.save()

    answer = clerk.browser.get("/desk")

    assert answer.status_code == (302 if is_out else 200)
    assert ("_auth_user_id" not in clerk.browser.session) is is_out


@pages
def test_reading_pages_keeps_a_session_alive(signed_in):
    clerk = signed_in(Role.CLERK)
    clerk.browser.get("/desk")
    session = clerk.browser.session
    session["gate.seen"] = (timezone.now() - timedelta(minutes=10)).timestamp()
    session.save()

    clerk.browser.get("/desk")

    assert timezone.now().timestamp() - clerk.browser.session["gate.seen"] < 60


@pages
@pytest.mark.parametrize(
    "name",
    [name for name, own in gate.THIRD_PARTY.items() if own.passage is Passage.CLOSED and "key" not in name],
)
def test_closed_pages_are_not_there(signed_in, name):
    arguments = {"account_confirm_email": ["key"], "admin:view_on_site": ["1", "1"]}.get(name, [])

    assert signed_in(Role.SYSTEM_ADMIN).browser.get(reverse(name, args=arguments)).status_code == 404


@pages
def test_five_wrong_passwords_lock_the_pair_of_person_and_address(person):
    clerk = person(Role.CLERK)
    for _ in range(5):
        clerk.give_password("wrong wrong wrong")

    assert clerk.give_password().status_code == 200
    assert clerk.give_password(address="127.0.0.9").status_code == 302


@pages
def test_unknown_name_and_wrong_password_read_the_same(person):
    clerk = person(Role.CLERK)
    wrong = clerk.give_password("wrong wrong wrong").context["form"].errors
    clerk.username = "nobody.at.all"

    assert clerk.give_password().context["form"].errors == wrong


@pages
def test_nobody_takes_the_second_factor_off(signed_in):
    clerk = signed_in(Role.CLERK)

    assert clerk.browser.post(reverse("mfa_deactivate_totp")).status_code == 404
    assert clerk.browser.get("/desk").status_code == 200


@pages
def test_answer_is_given_although_the_proxy_did_not_say_where_it_goes(signed_in):
    clerk = signed_in(Role.CLERK)

    assert clerk.browser.get("/desk", REMOTE_ADDR="").status_code == 200


@pages
@pytest.mark.parametrize("path", ["/desk", "/lobby"])
def test_pages_of_staff_are_kept_by_nobody(signed_in, path):
    assert signed_in(Role.CLERK).browser.get(path).headers["Cache-Control"] == "no-store"


@pages
def test_old_password_leads_to_setting_a_new_one(signed_in, settings):
    clerk = signed_in(Role.CLERK)
    settings.PASSWORDS_AGE = True

    answer = clerk.browser.get("/desk")

    assert answer.headers["Location"] == reverse("account_change_password")
    assert clerk.browser.get(reverse("account_change_password")).status_code == 200
