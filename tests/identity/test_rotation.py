"""A new pair of keys: rows stay as they are, batch keys are wrapped anew, and every moment in between opens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from haochaping.identity import actions, keys, queries, relay, sealing
from haochaping.identity.models import SealedBatch, SealedPerson
from haochaping.identity.terms import KeyPair, PlainPerson, RelayPurpose
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind

from .conftest import NOW
from .test_actions import opened_by_escrow

pytestmark = pytest.mark.django_db


def phone_of(folder, person) -> str:
    return actions.open_phone(
        person,
        relay_keys=relay.load_keys(folder),
        purpose=RelayPurpose.NOTICE,
        basis="delivery:7",
        by=SYSTEM,
        now=NOW,
    )


def envelopes() -> dict[object, tuple[bytes, bytes]]:
    rows = SealedPerson.objects.values_list("id", "sealed", "relay_sealed")
    return {person: (bytes(sealed), bytes(phone or b"")) for person, sealed, phone in rows}


@pytest.fixture
def persons(folder):
    """Three batches of one person each."""
    return [actions.seal([PlainPerson(phone=f"1390000000{n}")], now=NOW)[0] for n in range(3)]


def rewrap_relay(folder, limit: int) -> int:
    new = keys.renew_relay(folder)
    return actions.rewrap(
        KeyPair.RELAY, old=relay.load_keys(folder), new=new, by=OPERATOR, now=NOW, limit=limit
    )


def test_every_moment_of_a_rotation_opens_and_no_row_changes(folder, persons):
    rows = envelopes()
    phones = [f"1390000000{n}" for n in range(3)]
    done: list[int] = []
    while not done or done[-1]:
        done.append(rewrap_relay(folder, 2))
        assert [phone_of(folder, person) for person in persons] == phones

    assert done == [2, 1, 0]
    assert envelopes() == rows
    present = keys.application_keys(folder).relay.id
    assert [(fact.key_id, fact.batches) for fact in queries.wrapped_under(KeyPair.RELAY)] == [(present, 3)]


def test_what_is_sealed_meanwhile_takes_the_new_key_without_a_restart(folder, persons):
    before = keys.application_keys(folder).relay.id
    keys.renew_relay(folder)

    [late] = actions.seal([PlainPerson(phone="13900000009")], now=NOW)

    assert phone_of(folder, late) == "13900000009"
    assert {fact.key_id: fact.batches for fact in queries.wrapped_under(KeyPair.RELAY)}[before] == 3
    assert keys.application_keys(folder).relay.id != before


def test_the_former_key_opens_nothing_afterwards(folder, persons):
    former = relay.load_keys(folder)
    while rewrap_relay(folder, 2):
        pass

    with pytest.raises(Refused, match="other_relay_key"):
        actions.open_phone(
            persons[0], relay_keys=former, purpose=RelayPurpose.NOTICE, basis="delivery:7", by=SYSTEM, now=NOW
        )


@pytest.mark.parametrize("call", ["link", "replace"])
@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_broken_off_anywhere_a_renewal_is_gone_on_with(folder, monkeypatch, call, after):
    """A process that dies at any step leaves keys that open, and the next call finishes the same renewal."""
    [person] = actions.seal([PlainPerson(phone="13900000001")], now=NOW)
    owner = os if call == "link" else Path
    real, left = getattr(owner, call), [after]

    def dies(*arguments, **named):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(owner, call, dies)
        try:
            keys.renew_relay(folder)
        except KeyboardInterrupt:
            assert phone_of(folder, person) == "13900000001"
    new = keys.renew_relay(folder)

    assert phone_of(folder, person) == "13900000001"
    assert len(list(folder.glob("relay-*.key"))) == 1
    assert keys.private_key(folder / "relay.key").id == new.id == keys.application_keys(folder).relay.id


def test_no_further_key_is_made_while_a_former_one_is_left(folder, persons):
    new = keys.renew_relay(folder)

    assert keys.renew_relay(folder).id == new.id
    [former] = folder.glob("relay-*.key")
    former.unlink()
    assert keys.renew_relay(folder).id != new.id


def test_the_escrow_key_is_replaced_by_one_kept_elsewhere(folder, persons, tmp_path):
    former = keys.private_key(folder / "escrow.key")
    keys.make_private(tmp_path / "next.key")
    new = keys.publish(folder, KeyPair.ESCROW, tmp_path / "next.key")

    done = actions.rewrap(KeyPair.ESCROW, old={former.id: former}, new=new, by=OPERATOR, now=NOW)

    assert done == 3
    (folder / "escrow.key").write_text((tmp_path / "next.key").read_text())
    assert opened_by_escrow(folder, persons[0]).phone == "13900000000"
    assert phone_of(folder, persons[0]) == "13900000000"


def test_each_part_and_each_key_is_recorded_once(folder, persons):
    new = keys.renew_relay(folder)
    subject = f"relay:{new.id}"

    assert actions.begin_rotation(KeyPair.RELAY, new=new, by=OPERATOR, now=NOW)
    assert not actions.begin_rotation(KeyPair.RELAY, new=new, by=OPERATOR, now=NOW)
    while rewrap_relay(folder, 2):
        pass

    found = [(entry.kind, entry.facts) for entry in ledger.entries_of("key", subject)]
    assert (EntryKind.KEY_CHANGED, {"pair": "relay", "to": new.id}) in found
    parts = [facts["batches"] for kind, facts in found if kind == EntryKind.KEYS_REWRAPPED]
    assert sorted(parts) == ["1", "2"]
    assert len(found) == 3


def test_an_altered_batch_stops_the_rotation_and_stays_as_it_is(folder, persons):
    SealedBatch.objects.filter(id=SealedBatch.objects.order_by("id").values("id")[:1]).update(
        relay_wrapped=b"\x01" + bytes(1200)
    )

    with pytest.raises(Refused, match="broken_seal"):
        rewrap_relay(folder, 1)


def test_a_batch_of_another_installation_is_left_alone(folder, persons, tmp_path):
    keys.ensure(tmp_path / "other")
    stranger = keys.private_key(tmp_path / "other" / "relay.key")
    new = keys.renew_relay(folder)

    assert actions.rewrap(KeyPair.RELAY, old={stranger.id: stranger}, new=new, by=OPERATOR, now=NOW) == 0


def test_a_wrapped_key_stays_bound_to_its_batch(folder, persons):
    while rewrap_relay(folder, 2):
        pass
    first, second = SealedBatch.objects.order_by("id")[:2]
    [present] = [k for k in relay.load_keys(folder).values() if k.id == first.relay_key_id]

    with pytest.raises(sealing.BrokenSeal):
        sealing.unwrap(bytes(first.relay_wrapped), present.key, sealing.relay_purpose(second.id))
