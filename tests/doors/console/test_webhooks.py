"""`/account/webhooks/`: only where the operator allows, with the secret once, and with an entry."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts.terms import Role
from haochaping.ledger import queries as ledger
from haochaping.notices import queries
from haochaping.notices.rules import endpoint_secret, may_be_told
from tests import worlds

pytestmark = pytest.mark.django_db
ORIGIN = "https://oa.example"


@pytest.fixture
def admin(signed_in, settings):
    settings.WEBHOOK_ORIGINS = frozenset({ORIGIN})
    worlds.build(timezone.now())
    return signed_in(Role.SECURITY_ADMIN)


@pytest.mark.parametrize("page", ["account_webhooks", "account_hotlines"])
def test_where_no_origin_is_allowed_the_setting_is_named(admin, settings, page):
    settings.WEBHOOK_ORIGINS = frozenset()

    assert "HAOCHAPING_WEBHOOK_ORIGINS" in admin.browser.get(reverse(page)).content.decode()


def test_an_address_is_set_with_a_secret_that_is_shown_once_and_taken_away_again(admin, settings):
    page = reverse("account_webhooks")

    answer = admin.browser.post(page, {"division": worlds.CITY, "url": f"{ORIGIN}/told"})

    [row] = queries.endpoints()
    secret = endpoint_secret(settings.WEBHOOK_KEY, row.id)
    assert secret in answer.content.decode()
    again = admin.browser.get(page).content.decode()
    assert f"{ORIGIN}/told" in again
    assert secret not in again

    assert admin.browser.post(reverse("account_webhook_close", args=[row.id])).status_code == 303
    assert queries.endpoints() == []
    changes = [entry.facts["change"] for entry in ledger.entries_of("endpoint", str(row.id))]
    assert changes == ["endpoint_set", "endpoint_closed"]


def test_a_new_address_takes_the_place_of_the_old(admin):
    for path in ("one", "two"):
        admin.browser.post(reverse("account_webhooks"), {"division": worlds.CITY, "url": f"{ORIGIN}/{path}"})

    assert [row.url for row in queries.endpoints()] == [f"{ORIGIN}/two"]


@pytest.mark.parametrize(
    "url",
    [
        "https://oa.example.evil/told",
        "https://oa.example@10.0.0.1/told",
        "http://oa.example/told",
        "https://oa.example:8443/told",
        "http://127.0.0.1:8000/told",
        "file:///etc/passwd",
        "https://oa.example/\r\nHost: evil",
        "nonsense",
    ],
)
def test_no_other_door_is_knocked_at(admin, url):
    answer = admin.browser.post(reverse("account_webhooks"), {"division": worlds.CITY, "url": url})

    assert answer.status_code == 422
    assert queries.endpoints() == []
    assert not may_be_told(url, {ORIGIN})
