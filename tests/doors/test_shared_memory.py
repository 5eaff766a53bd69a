"""Failed log-ins and used codes are remembered by all processes together."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from haochaping.accounts import rules
from haochaping.accounts.terms import Role
from tests.doors.conftest import PASSWORD, Person

_ELSEWHERE = """
import django
django.setup()
from django.test import Client
from django.urls import reverse
browser = Client()
answer = browser.post(reverse("account_login"), {{"login": "{username}", "password": "{password}"}})
print(answer.status_code)
if answer.status_code == 302:
    print(browser.post(reverse("mfa_authenticate"), {{"code": "{code}"}}).status_code)
"""


def elsewhere(database: str, username: str, code: str) -> list[str]:
    """The same log-in in another process: the status of each step."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "haochaping.config.settings",
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=database),
        "HAOCHAPING_HOSTS": "testserver",
    }
    program = _ELSEWHERE.format(username=username, password=PASSWORD, code=code)
    run = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return run.stdout.split()


@pytest.fixture
def _real_passwords(settings, _quick_passwords) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]


@pytest.mark.usefixtures("_real_passwords")
def test_what_locks_one_process_locks_the_other(committed_db):
    clerk = Person(Role.CLERK)
    assert clerk.enrolment is not None
    code = clerk.enrolment.recovery_codes[0]
    assert elsewhere(committed_db, clerk.username, code) == ["302", "302"]
    for _ in range(5):
        clerk.give_password("wrong wrong wrong")

    assert elsewhere(committed_db, clerk.username, code) == ["200"]


@pytest.mark.usefixtures("_real_passwords")
def test_a_code_used_in_one_process_is_used_in_the_other(committed_db):
    clerk = Person(Role.CLERK)
    assert clerk.enrolment is not None
    # A code of the next half minute is taken already, and is still one if the clock ticks meanwhile.
    code = rules.one_time_code(clerk.enrolment.secret, timezone.now() + timedelta(seconds=30))
    clerk.give_password()
    assert clerk.give_code(code).status_code == 302

    assert elsewhere(committed_db, clerk.username, code) == ["302", "200"]


@pytest.mark.django_db
def test_a_used_code_is_remembered_as_long_as_it_would_be_taken(person):
    clerk = person(Role.CLERK)
    clerk.give_password()
    assert clerk.give_code().status_code == 302

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT expires - now() FROM accounts_shared_memory WHERE cache_key LIKE %s", ["%totp.used%"]
        )
        (left,) = cursor.fetchone()
    assert left > timedelta(seconds=80)


@pytest.mark.django_db
def test_other_things_are_remembered_as_long_as_was_said():
    assert cache.add("a", 1, timeout=30)
    assert not cache.add("a", 2, timeout=30)

    with connection.cursor() as cursor:
        cursor.execute("SELECT max(expires - now()) FROM accounts_shared_memory")
        (left,) = cursor.fetchone()
    assert left < timedelta(seconds=40)
