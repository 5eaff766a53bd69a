"""A local administrator sees the accounts, roles and programs of the own place, and no other's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import Place, Role
from haochaping.kernel.actor import OPERATOR
from tests import worlds

if TYPE_CHECKING:
    from tests.doors.conftest import Person
    from tests.doors.workbench.conftest import Where

pytestmark = pytest.mark.django_db
PLACES: dict[str, Where] = {
    "ours": {"agency_code": worlds.AGENCY},
    "of-our-division": {"division_code": worlds.COUNTY},
    "theirs": {"agency_code": worlds.OTHER_AGENCY},
    "of-the-city": {"division_code": worlds.CITY},
    "of-the-house": {"everywhere": True},
}


@pytest.fixture
def people() -> dict[str, int]:
    now = timezone.now()
    worlds.build(now)
    made = {
        name: accounts.create_staff(
            username=name,
            display_name=name,
            role=Role.CLERK,
            password="a quiet river at dusk",
            by=OPERATOR,
            now=now,
            **place,
        )
        for name, place in PLACES.items()
    }
    made["new"] = accounts.open_account(username="new", display_name="new", by=OPERATOR, now=now)
    for pk in made.values():
        accounts.issue_password_link(user_id=pk, by=OPERATOR, now=now)
    for code in (worlds.COUNTY, worlds.OTHER_CITY):
        accounts.create_client(name=f"program-{code}", division_code=code, by=OPERATOR, now=now)
    return made


@pytest.fixture
def local(people, signed_in):
    """A system administrator of the county."""
    admin = signed_in(Role.SYSTEM_ADMIN)
    _only_in_the_county(admin, Role.SYSTEM_ADMIN)
    return admin.browser


def _only_in_the_county(admin: Person, role: Role) -> None:
    now, place = timezone.now(), Place(division_code=worlds.COUNTY)
    accounts.revoke_role(user_id=admin.id, role=role, by=OPERATOR, now=now)
    accounts.grant_role(user_id=admin.id, role=role, place=place, by=OPERATOR, now=now)


def named(page: str, names: dict[str, int]) -> set[str]:
    return {name for name in names if f">{name}<" in page or f"> {name} <" in page or f"{name}</" in page}


def test_lists_of_people_end_at_the_border(local, people):
    html = local.get(reverse("account_people")).content.decode()

    assert named(html, people) == {"ours", "of-our-division", "new"}


def test_programs_of_another_division_are_not_shown(people, signed_in):
    admin = signed_in(Role.SECURITY_ADMIN)
    _only_in_the_county(admin, Role.SECURITY_ADMIN)
    html = admin.browser.get(reverse("account_clients")).content.decode()

    assert f"program-{worlds.COUNTY}" in html
    assert f"program-{worlds.OTHER_CITY}" not in html


def test_a_row_of_another_place_is_not_opened(local, people):
    assert local.get(reverse("account_person", args=[people["theirs"]])).status_code == 403
    assert local.get(reverse("account_person", args=[people["ours"]])).status_code == 200
