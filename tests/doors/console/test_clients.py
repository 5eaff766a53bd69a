"""API clients in the console: made with a key that is shown once, and revoked."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions, queries
from haochaping.accounts.models import ApiClient
from haochaping.accounts.terms import KEY_START, Place, Role
from haochaping.kernel.actor import OPERATOR
from tests import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(world, signed_in):
    return signed_in(Role.SECURITY_ADMIN)


def make(admin, **changes: str):
    typed = {"name": "示例平台", "division": worlds.CITY} | changes
    return admin.browser.post(reverse("account_clients"), typed)


def test_key_is_shown_once_and_worthless_when_revoked(admin):
    answer = make(admin)
    key = answer.context["key"]
    [client] = queries.clients()
    page = reverse("account_client", args=[client.id])

    assert key.startswith(KEY_START)
    assert key in answer.content.decode()
    for address in (reverse("account_clients"), page):
        shown = admin.browser.get(address).content.decode()
        assert client.key_prefix in shown
        assert key not in shown
        assert ApiClient.objects.get().key_hash not in shown
    found = queries.client_by_key(key)
    assert found is not None
    assert found.division_code == worlds.CITY

    revoked = admin.browser.post(reverse("account_client_revoke", args=[client.id]))

    assert revoked.status_code == 303
    assert queries.client_by_key(key) is None
    who = [line[1] for line in admin.browser.get(page).context["trail"]["rows"]]
    assert who == ["示例人员 (security-admin)"] * 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": " "}, "name"), ({"name": "长" * 101}, "name"), ({"division": "9977"}, "division")],
)
def test_a_client_that_cannot_be_made_is_said_at_its_field(admin, changes, field):
    answer = make(admin, **changes)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_name_is_taken_once(admin):
    make(admin)

    assert list(make(admin).context["form"].errors) == ["name"]
    assert ApiClient.objects.count() == 1


def test_local_administrator_sees_and_makes_those_of_the_remit(admin):
    actions.create_client(name="别处", division_code=worlds.OTHER_CITY, by=OPERATOR, now=timezone.now())
    [other] = queries.clients()
    place = Place(division_code=worlds.CITY)
    actions.revoke_role(user_id=admin.id, role=Role.SECURITY_ADMIN, by=OPERATOR, now=timezone.now())
    actions.grant_role(
        user_id=admin.id, role=Role.SECURITY_ADMIN, place=place, by=OPERATOR, now=timezone.now()
    )

    assert "别处" not in admin.browser.get(reverse("account_clients")).content.decode()
    assert admin.browser.get(reverse("account_client", args=[other.id])).status_code == 403
    assert admin.browser.post(reverse("account_client_revoke", args=[other.id])).status_code == 403
    assert make(admin, division=worlds.OTHER_CITY).status_code == 403
    assert make(admin).status_code == 200


def test_client_that_is_none_is_not_there(admin):
    assert admin.browser.get(reverse("account_client", args=[0])).status_code == 404
    assert admin.browser.post(reverse("account_client_revoke", args=[0])).status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SECURITY_ADMIN])
def test_only_the_security_administrator_sees_clients(signed_in, role):
    browser = signed_in(role).browser

    assert browser.get(reverse("account_clients")).status_code == 403
    assert browser.get(reverse("account_client", args=[1])).status_code == 403


def test_clients_are_searched_and_paged(admin, monkeypatch):
    monkeypatch.setattr("haochaping.doors.console.clients._ON_PAGE", 1)
    for name in ("甲平台", "乙平台", "丙系统"):
        make(admin, name=name)

    first = admin.browser.get(reverse("account_clients"), {"q": "平台"})
    second = admin.browser.get(reverse("account_clients") + first.context["next"])
    none = admin.browser.get(reverse("account_clients"), {"q": "\x00无"})

    names = [row[0].text for page in (first, second) for row in page.context["rows"]]
    assert sorted(names) == ["乙平台", "甲平台"]
    assert second.context["next"] == ""
    assert "page=1" in second.context["previous"]
    assert none.context["rows"] == []
