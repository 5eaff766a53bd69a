"""Pages of accounts show people and keys, and nothing of what proves who somebody is."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from haochaping.accounts.models import User
from haochaping.accounts.terms import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_secrets_are_nowhere(signed_in, person, role):
    clerk, admin = person(Role.CLERK), signed_in(role)
    hidden = [str(User.objects.get(pk=clerk.id).password)]
    hidden += [
        str(row.data["secret"])
        for row in Authenticator.objects.filter(user_id=clerk.id)
        if "secret" in row.data
    ]

    pages = [
        reverse("account_people"),
        reverse("account_person", args=[clerk.id]),
        reverse("account_sessions"),
    ]
    shown = [admin.browser.get(address).content.decode() for address in pages]

    assert len(hidden) > 1
    assert clerk.username in shown[1]
    assert [secret for secret in hidden if any(secret in page for page in shown)] == []
