"""What matters most is asked of people who have just shown that it is them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import get_resolver, reverse
from django.utils import timezone

from haochaping.accounts import queries
from haochaping.accounts.terms import Role
from haochaping.doors.confirmation import WINDOW, Fresh
from haochaping.doors.gate import declared_views
from haochaping.ledger.models import Entry
from tests.doors.conftest import PASSWORD, wait

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pages(settings) -> None:
    settings.ROOT_URLCONF = "tests.doors.gate_pages"


@pytest.mark.parametrize(
    ("method", "path", "minutes", "is_asked"),
    [
        ("get", "/vault", 14, False),
        ("get", "/vault", 16, True),
        ("get", "/seal", 16, False),
        ("post", "/seal", 14, False),
        ("post", "/seal", 16, True),
        ("post", "/desk", 16, False),
    ],
)
def test_confirmation_is_asked_where_it_is_declared(signed_in, method, path, minutes, is_asked):
    clerk = signed_in(Role.CLERK)
    wait(clerk.browser, minutes)

    answer = getattr(clerk.browser, method)(path)

    assert answer.status_code == (302 if is_asked else 200)
    if is_asked:
        assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))


def test_after_the_confirmation_one_goes_on_where_one_was(signed_in):
    clerk = signed_in(Role.CLERK)
    wait(clerk.browser, 60)
    asked = clerk.browser.get("/vault?year=2026").headers["Location"]

    answer = clerk.browser.post(asked, {"code": clerk.enrolment.recovery_codes[0]})

    assert answer.headers["Location"] == "/vault?year=2026"
    assert clerk.browser.get("/vault?year=2026").content == b"taken away"


def test_after_the_confirmation_for_a_file_one_is_on_its_page(signed_in):
    """A browser that was sent on to the file would go on showing the question."""
    clerk = signed_in(Role.CLERK)
    wait(clerk.browser, 60)
    clerk.browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    asked = clerk.browser.get("/vault?year=2026", headers={"referer": "http://testserver/desk?page=2"})
    question = clerk.browser.get(asked.headers["Location"])

    answer = clerk.browser.post(asked.headers["Location"], {"code": clerk.enrolment.recovery_codes[0]})

    assert "then take the file again" in question.content.decode()
    assert answer.headers["Location"] == "/desk?page=2"


def test_confirmation_takes_a_new_session_that_stays_in_the_list_and_is_recorded(signed_in):
    clerk = signed_in(Role.CLERK)
    before = clerk.browser.session.session_key

    clerk.browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    after = clerk.browser.session.session_key
    assert after != before
    assert not Session.objects.filter(session_key=before).exists()
    assert [row.key for row in queries.sessions_of(clerk.id, now=timezone.now())] == [after]
    newest = Entry.objects.order_by("-pk").first()
    assert newest is not None
    assert newest.facts["how"] == "password again"


def test_password_confirms_too(signed_in):
    clerk = signed_in(Role.CLERK)
    wait(clerk.browser, 60)

    clerk.browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert clerk.browser.get("/vault").status_code == 200


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/desk?page=2", "%2Fdesk%3Fpage%3D2"),
        ("http://elsewhere.example/desk", "%2Fdesk%2F"),
        ("", "%2Fdesk%2F"),
    ],
)
def test_form_sent_too_late_is_not_carried_out_and_its_page_comes_back(signed_in, referer, back):
    clerk = signed_in(Role.CLERK)
    wait(clerk.browser, 60)

    answer = clerk.browser.post("/seal", {"reason": "words"}, headers={"referer": referer})

    assert answer.headers["Location"] == f"{reverse('mfa_reauthenticate')}?next={back}"
    assert "words" not in str(dict(clerk.browser.session))


def test_whoever_came_by_the_identity_provider_logs_in_there_again(signed_in, monkeypatch):
    clerk = signed_in(Role.CLERK)
    wait(clerk.browser, 60)
    monkeypatch.setattr("haochaping.doors.confirmation.is_mfa_enabled", lambda _user: False)

    answer = clerk.browser.get("/vault")

    assert answer.headers["Location"] == f"{reverse('account_login')}?next=/vault"
    assert "_auth_user_id" not in clerk.browser.session


def test_what_publishes_or_touches_accounts_asks_for_it():
    asking = {
        view.name
        for view in declared_views(get_resolver("haochaping.config.urls"))
        if view.gate and view.gate.fresh is not Fresh.NEVER
    }

    assert {
        "desk_release",
        "account_people",
        "account_person_step",
        "account_sessions_end",
        "account_clients",
        "account_audit_export",
        "console_profile_confirm",
        "desk_opening_step",
    } <= asking


def test_window_is_no_longer_than_a_desk_may_idle():
    assert timedelta(minutes=15) >= WINDOW
