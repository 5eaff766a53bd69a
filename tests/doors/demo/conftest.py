"""A small demo province: its own database, its own keys, its own accounts."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from django.db import connection, connections
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts.rules import one_time_code
from haochaping.doors.demo import handling, province
from haochaping.identity import relay
from tests.conftest import _use, cloned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pytest_django.plugin import DjangoDbBlocker

SCALE = 0.002


@dataclass
class Made:
    """The made province: how it came, and who has an account in it."""

    steps: list[province.Progress]
    now: datetime
    accounts: dict[str, dict[str, str]]

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Look into its database."""
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def sign_in(self, who: str, *, halfway: bool = False) -> Client:
        """The browser of an account after both factors, or before the second; the password was asked just now."""
        browser, account = Client(), self.accounts[who]
        browser.post(reverse("account_login"), {"login": who, "password": account["password"]})
        if not halfway:
            code = one_time_code(account["secret"], timezone.now())
            browser.post(reverse("mfa_authenticate"), {"code": code})
            browser.post(reverse("account_reauthenticate"), {"password": account["password"]})
        return browser


@pytest.fixture(scope="module")
def made(
    template_database: str,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Made]:
    """The province with demo mode on, until the tests of the module are done."""
    from django.conf import settings

    home = tmp_path_factory.mktemp("demo")
    shutil.copytree(settings.KEYS_DIR, home / "keys")
    before = connections["default"].settings_dict["NAME"]
    demo = override_settings(
        DEMO=True,
        KEYS_DIR=home / "keys",
        SMS_GATEWAY="demo",
        ROOT_URLCONF="tests.doors.demo.urls",
    )
    with cloned(template_database, "demo") as name, django_db_blocker.unblock(), demo:
        _use(name)
        now = timezone.now()
        with pytest.MonkeyPatch.context() as patch:
            # A province this small has few orders: of a tenth that are explained there might be none.
            patch.setattr(handling, "_EXPLAINED", 0.5)
            keys = relay.load_keys(home / "keys")
            steps = list(province.fill(scale=SCALE, seed=1, now=now, relay_keys=keys))
        accounts = json.loads(province.accounts_file().read_text(encoding="utf-8"))
        yield Made(steps, now, {row["username"]: row for row in accounts})
        _use(before)
