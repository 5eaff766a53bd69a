"""From a work order or a case to the request, and to telling the person afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.flows.open_identity import request_opening, tell_opened
from haochaping.flows.verify_ledger import verify_ledger
from haochaping.identity import actions as identity
from haochaping.identity import keys
from haochaping.identity import queries as identities
from haochaping.identity.models import OpeningRequest, SealedPerson
from haochaping.identity.terms import ErasureCause
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.notices.models import Delivery
from tests import worlds
from tests.flows.conftest import order_of
from tests.identity.conftest import CITY_PATH, OFFICES, SUPERVISOR, keeper

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path, settings):
    settings.KEYS_DIR = tmp_path
    keys.ensure(tmp_path)
    return tmp_path


@pytest.fixture
def bad(folder, world, now):
    """A bad review given by somebody else than the applicant."""
    outcome = worlds.give("YC-1", 1, now, reviewer={"name": "李样本", "phone": "13912345678"})
    assert outcome.id is not None
    return outcome.id


def ask(about: str, now, *, by=SUPERVISOR, told_forbidden: bool = False) -> UUID:
    return request_opening(
        about,
        purpose="retaliation",
        legal_basis="《优化营商环境条例》第四十九条",
        document="",
        told_forbidden=told_forbidden,
        by=by,
        now=now,
    )


def opened(request_id: UUID, folder, offices, now):
    for office in OFFICES[:2]:
        identity.approve_opening(request_id, by=keeper(office), now=now)
    key = keys.private_key(folder / "escrow.key")
    return identity.open_identity(request_id, escrow_key=key, by=OPERATOR, now=now + DAY)


@pytest.fixture
def offices(world, now):
    from haochaping.directory import actions as directory
    from haochaping.directory.terms import Kind

    rows = [
        {"code": code, "name": f"示例机构{n}", "division": worlds.CITY, "parent": "", "uscc": ""}
        for n, code in enumerate(OFFICES)
    ]
    assert directory.put(Kind.AGENCIES, rows, by=OPERATOR, now=now) == []


def test_behind_an_order_stands_who_reviewed(bad, folder, offices, now):
    request_id = ask(str(order_of(bad).id), now)

    assert opened(request_id, folder, offices, now).name == "李样本"


@pytest.mark.parametrize("about", ["YC-1", f"{worlds.SOURCE}/YC-1", " YC-1 "])
def test_behind_a_case_stands_who_applied(about, bad, folder, offices, now):
    request_id = ask(about, now)

    assert opened(request_id, folder, offices, now).name == "张小满"
    row = identities.opening(request_id, by=SUPERVISOR)
    assert row.division_path == f"{CITY_PATH}{worlds.COUNTY}."
    assert row.agency_path == f"{worlds.AGENCY}."


@pytest.mark.parametrize("about", ["", "NO-SUCH", "00000000-0000-7000-8000-000000000000", "x/y/z"])
def test_what_is_nowhere_has_nobody_behind_it(about, folder, world, now):
    with pytest.raises(Refused, match="nothing_sealed") as refused:
        ask(about, now)

    assert refused.value.complaint.field == "about"


def test_whoever_was_erased_is_not_asked_for(bad, now):
    ids = list(SealedPerson.objects.values_list("id", flat=True))
    identity.erase(ids, ErasureCause.RETENTION, by=SYSTEM, now=now)

    with pytest.raises(Refused, match="nothing_sealed"):
        ask("YC-1", now)


def test_whoever_was_opened_is_told_within_a_month(bad, folder, offices, now):
    request_id = ask("YC-1", now)
    opened(request_id, folder, offices, now)
    person = OpeningRequest.objects.get().person

    assert tell_opened(by=SYSTEM, now=now + 30 * DAY) == 0
    assert tell_opened(by=SYSTEM, now=now + 31 * DAY) == 1
    assert tell_opened(by=SYSTEM, now=now + 31 * DAY) == 0
    assert Delivery.objects.get(template="identity_opened").person == person


def test_what_a_court_forbids_is_not_told(bad, folder, offices, now):
    opened(ask("YC-1", now, told_forbidden=True), folder, offices, now)

    assert tell_opened(by=SYSTEM, now=now + 365 * DAY) == 0


def test_an_opening_without_its_entry_is_found(bad, folder, offices, now):
    """Every opening has its leaf: whoever sets the row by hand is found by the nightly check."""
    good, forged = ask("YC-1", now), ask(str(order_of(bad).id), now)
    opened(good, folder, offices, now)
    for office in OFFICES[:2]:
        identity.approve_opening(forged, by=keeper(office), now=now)
    OpeningRequest.objects.filter(id=forged).update(state="opened", opened_at=now + DAY)
    while ledger.chain(now=now + DAY):
        pass

    found = [(f.code, f.subject) for f in verify_ledger(now=now + DAY)]

    assert found == [("opening_missing", str(forged))]
