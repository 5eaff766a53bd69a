"""`/account/hotlines/`: a link with its secret once; only below what the operator allows."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts.terms import Role
from haochaping.hotline import queries
from haochaping.kernel.periods import local_day
from haochaping.ledger import queries as ledger
from haochaping.notices.rules import endpoint_secret
from tests import worlds

pytestmark = pytest.mark.django_db
ORIGIN = "https://hotline.example"


@pytest.fixture
def admin(signed_in, settings):
    settings.WEBHOOK_ORIGINS = frozenset({ORIGIN})
    worlds.build(timezone.now())
    return signed_in(Role.SECURITY_ADMIN)


def typed(**changes: str) -> dict[str, str]:
    day = local_day(timezone.now()).isoformat()
    return {
        "division": worlds.CITY,
        "url": f"{ORIGIN}/12345",
        "master": "theirs",
        "enabled_from": day,
    } | changes


def test_a_link_is_set_with_a_secret_that_is_shown_once_and_closed_again(admin, settings):
    page = reverse("account_hotlines")

    answer = admin.browser.post(page, typed())

    [link] = queries.links()
    secret = endpoint_secret(settings.WEBHOOK_KEY, link.id)
    assert secret in answer.content.decode()
    again = admin.browser.get(page).content.decode()
    assert f"{ORIGIN}/12345/events" in again
    assert reverse("wire_hotline_events", args=[link.id]) in again
    assert secret not in again
    assert admin.browser.post(reverse("account_hotline_step", args=[link.id, "close"])).status_code == 303
    assert queries.links() == []
    changes = [entry.facts["change"] for entry in ledger.entries_of("hotline_link", str(link.id))]
    assert changes == ["set", "closed"]


@pytest.mark.parametrize(
    "changes",
    [{"url": "https://elsewhere.example/"}, {"master": ""}, {"division": "1"}, {"enabled_from": "soon"}],
)
def test_what_cannot_be_linked_is_said_at_its_field(admin, changes):
    answer = admin.browser.post(reverse("account_hotlines"), typed(**changes))

    assert answer.status_code == 422
    assert f'id="id_{next(iter(changes))}"' in answer.content.decode()
    assert queries.links() == []


def test_one_that_does_not_answer_is_called_so(admin):
    admin.browser.post(reverse("account_hotlines"), typed(url=ORIGIN))
    [link] = queries.links()

    assert admin.browser.post(reverse("account_hotline_step", args=[link.id, "test"])).status_code == 303

    assert "连不上" in admin.browser.get(reverse("account_hotlines")).content.decode()
    assert admin.browser.post(reverse("account_hotline_step", args=[link.id, "burn"])).status_code == 404
