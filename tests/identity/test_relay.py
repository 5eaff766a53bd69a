"""Calls through the relay: a purpose, an end, a limit, an entry for each use."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from haochaping.identity import actions, queries, relay
from haochaping.identity.models import RelayGrant
from haochaping.identity.terms import RelayPurpose
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind

from .conftest import NOW, staff

pytestmark = pytest.mark.django_db
ORDER = UUID(int=11)
CLERK, OTHER = staff("clerk"), staff("other")
DAYS = timedelta(days=2)


def grant(person, purpose: str = "verify", *, by=CLERK, now=NOW) -> UUID:
    return actions.grant_calls(person, basis=ORDER, purpose=purpose, attempts=3, within=DAYS, by=by, now=now)


def call(grant_id: UUID, folder, now=NOW) -> str:
    return actions.open_phone_for_call(grant_id, relay_keys=relay.load_keys(folder), by=SYSTEM, now=now)


def refused(run, code: str) -> None:
    with pytest.raises(Refused) as no:
        run()
    assert no.value.code == code


def test_a_call_opens_the_number_and_says_what_for(sealed, folder):
    granted = grant(sealed)

    assert call(granted, folder) == "13900000001"

    [entry] = ledger.entries_of("person", str(sealed))
    assert (entry.kind, entry.facts) == (
        EntryKind.RELAY_USED,
        {"purpose": "verify", "basis": f"grant:{granted}"},
    )
    assert queries.grants_of(ORDER)[0].calls_made == 1


def test_a_grant_is_recorded_with_its_end(sealed):
    granted = grant(sealed, "result")

    [entry] = ledger.entries_of("order", str(ORDER))
    until = (NOW + DAYS).isoformat()
    assert entry.kind == EntryKind.RELAY_GRANTED
    assert entry.facts == {"purpose": "result", "grant": str(granted), "until": until}
    assert queries.basis_of_grant(granted) == ORDER


@pytest.mark.parametrize("purpose", ["", "notice", "chat"])
def test_a_call_needs_a_purpose_of_the_list(sealed, purpose):
    refused(lambda: grant(sealed, purpose), "unknown_relay_purpose")


def test_a_grant_that_runs_is_the_one_that_is_given(sealed):
    first = grant(sealed)

    assert grant(sealed, now=NOW + timedelta(hours=1)) == first
    assert grant(sealed, "result") != first
    assert grant(sealed, by=OTHER) != first
    assert grant(sealed, now=NOW + DAYS) != first


def test_a_grant_ends_by_itself(sealed, folder):
    granted = grant(sealed)

    refused(lambda: call(granted, folder, NOW + DAYS), "relay_grant_over")
    assert call(granted, folder, NOW + DAYS - timedelta(seconds=1))


def test_all_grants_of_an_order_share_its_calls(sealed, folder):
    verify, result = grant(sealed), grant(sealed, "result", by=OTHER)
    for granted in (verify, result, verify):
        call(granted, folder)

    refused(lambda: call(verify, folder), "calls_used_up")
    refused(lambda: call(result, folder), "calls_used_up")
    refused(lambda: grant(sealed, "arrange"), "calls_used_up")
    assert len(ledger.entries_of("person", str(sealed))) == 3
    assert grant(sealed, "arrange", now=NOW + DAYS) not in {verify, result}


def test_without_a_grant_nothing_is_opened(sealed, folder):
    refused(lambda: call(UUID(int=7), folder), "no_relay_grant")


def test_a_call_that_cannot_be_made_is_not_counted(folder, db):
    granted = grant(UUID(int=9))

    refused(lambda: call(granted, folder), "unknown_person")
    assert queries.grants_of(ORDER)[0].calls_made == 0


@pytest.mark.parametrize("written", [{"calls_made": 4}, {"purpose": "notice"}, {"ends_at": NOW}])
def test_the_database_keeps_limit_purpose_and_end(sealed, written):
    grant(sealed)

    with pytest.raises(IntegrityError), transaction.atomic():
        RelayGrant.objects.update(**written)


def test_a_message_needs_no_grant_and_says_its_notice(sealed, folder):
    phone = actions.open_phone(
        sealed,
        relay_keys=relay.load_keys(folder),
        purpose=RelayPurpose.NOTICE,
        basis="delivery:7",
        by=SYSTEM,
        now=NOW,
    )

    assert phone == "13900000001"
    assert ledger.entries_of("person", str(sealed))[0].facts["basis"] == "delivery:7"
