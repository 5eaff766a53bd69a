from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from haochaping.identity import actions, keys, queries, relay, sealing
from haochaping.identity.models import SealedBatch, SealedPerson
from haochaping.identity.terms import PlainPerson, RelayPurpose
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
SAMPLE = PlainPerson("欧阳试例", "139 0000 0001", "111", "99010519491231002x")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
suites = pytest.mark.parametrize("suite", ["intl", "gm"])


@contextmanager
def copies() -> Iterator[list[str]]:
    """The tables into which rows are copied meanwhile."""
    tables: list[str] = []
    copy = psycopg.Cursor.copy

    def noted(cursor: Any, statement: Any, *rest: Any, **options: Any) -> Any:
        tables.append(statement.as_string().split('"')[1])
        return copy(cursor, statement, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "copy", noted)
        yield tables


def opened_by_escrow(folder: Path, person_id: UUID) -> PlainPerson:
    """What the escrow office reads from one row with its key."""
    escrow = keys.private_key(folder / "escrow.key")
    person = SealedPerson.objects.get(id=person_id)
    batch = SealedBatch.objects.get(id=person.batch_id)
    batch_key = sealing.unwrap(bytes(batch.escrow_wrapped), escrow.key, sealing.escrow_purpose(batch.pk))
    return PlainPerson(
        *json.loads(sealing.open_row(batch_key, bytes(person.sealed), sealing.person_place(person_id)))
    )


def open_phone(folder: Path, person_id: UUID) -> str:
    return actions.open_phone(
        person_id,
        relay_keys=relay.load_keys(folder),
        purpose=RelayPurpose.NOTICE,
        basis="delivery:7",
        by=SYSTEM,
        now=NOW,
    )


def cells_holding(value: str) -> list[str]:
    """Tables of the database in which a row holds the value, as text or as bytes."""
    found = []
    with connection.cursor() as cursor:
        # What this role may not read, it cannot have written either.
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND has_table_privilege(oid, 'SELECT')"
            " AND relnamespace = current_schema()::regnamespace"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE strpos(t::text, %s) > 0 OR strpos(t::text, %s) > 0',
                [value, value.encode().hex()],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


@suites
def test_sealed_persons_come_back_in_order(folder, settings, suite):
    settings.SUITE = suite
    persons = [SAMPLE, PlainPerson("李样本"), PlainPerson(phone="13900000002")]

    ids = actions.seal(persons, now=NOW)

    assert [opened_by_escrow(folder, person_id) for person_id in ids] == persons
    assert open_phone(folder, ids[0]) == "13900000001"
    assert open_phone(folder, ids[2]) == "13900000002"
    assert SealedPerson.objects.get(id=ids[0]).sealed[0] == {"intl": 1, "gm": 2}[suite]


@effort(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(persons=st.lists(st.builds(PlainPerson, TEXTS, TEXTS, TEXTS, TEXTS), max_size=4))
def test_whatever_a_source_sends_is_kept(folder, persons):
    ids = actions.seal(persons, now=NOW)

    assert [opened_by_escrow(folder, person_id) for person_id in ids] == persons


@suites
def test_no_table_holds_a_plain_value(folder, settings, suite):
    settings.SUITE = suite
    [person_id] = actions.seal([SAMPLE], now=NOW)
    open_phone(folder, person_id)

    for value in ("欧阳试例", "欧阳", "13900000001", "139 0000 0001", "99010519491231002", "19491231"):
        assert cells_holding(value) == []
    # The search itself finds what is there.
    assert "identity_sealed_batch" in cells_holding(keys.application_keys(folder).relay.id)


def test_any_number_of_persons_takes_one_insert_and_two_copies(folder):
    with CaptureQueriesContext(connection) as captured, copies() as copied:
        actions.seal([SAMPLE] * 500, now=NOW)

    assert sum("INSERT" in query["sql"] for query in captured) == 1
    assert copied == ["identity_sealed_person", "identity_blind_index"]
    assert SealedPerson.objects.count() == 500


def test_nobody_to_seal_writes_nothing(folder):
    assert actions.seal([], now=NOW) == []
    assert not SealedBatch.objects.exists()


def test_an_installation_without_keys_takes_no_person(tmp_path, settings):
    settings.KEYS_DIR = tmp_path

    with pytest.raises(keys.KeysMissing):
        actions.seal([SAMPLE], now=NOW)


@pytest.mark.parametrize("column", ["sealed", "relay_sealed"])
def test_a_ciphertext_moved_to_another_row_does_not_open(folder, column):
    first, second = actions.seal([SAMPLE, PlainPerson("李样本", "13900000002")], now=NOW)

    moved = getattr(SealedPerson.objects.get(id=second), column)
    SealedPerson.objects.filter(id=first).update(**{column: moved})

    if column == "sealed":
        with pytest.raises(sealing.BrokenSeal):
            opened_by_escrow(folder, first)
    else:
        with pytest.raises(Refused, match="broken_seal"):
            open_phone(folder, first)
        assert ledger.entries_of("person", str(first)) == []


def test_the_relay_key_opens_no_name_and_no_certificate(folder):
    [person_id] = actions.seal([SAMPLE], now=NOW)
    person, batch = SealedPerson.objects.get(id=person_id), SealedBatch.objects.get()
    [relay_key] = relay.load_keys(folder).values()
    own = sealing.unwrap(bytes(batch.relay_wrapped), relay_key.key, sealing.relay_purpose(batch.pk))

    for purpose in (sealing.escrow_purpose(batch.pk), sealing.relay_purpose(batch.pk)):
        with pytest.raises(sealing.BrokenSeal):
            sealing.unwrap(bytes(batch.escrow_wrapped), relay_key.key, purpose)
    for place in (sealing.person_place(person_id), sealing.phone_place(person_id)):
        with pytest.raises(sealing.BrokenSeal):
            sealing.open_row(own, bytes(person.sealed), place)


def test_a_process_without_private_keys_seals_compares_and_opens_nothing(folder):
    (folder / "escrow.key").unlink()
    (folder / "relay.key").unlink()

    [person_id] = actions.seal([SAMPLE], now=NOW)

    assert queries.person_by_phone_index("13900000001") == [person_id]
    with pytest.raises(keys.KeysMissing):
        relay.load_keys(folder)


def test_every_use_of_the_relay_is_recorded(folder):
    [person_id] = actions.seal([SAMPLE], now=NOW)

    open_phone(folder, person_id)

    [entry] = ledger.entries_of("person", str(person_id))
    assert (entry.kind, entry.actor, entry.facts) == (
        EntryKind.RELAY_USED,
        str(SYSTEM),
        {"purpose": "notice", "basis": "delivery:7"},
    )


def test_an_unknown_person_has_no_phone_to_open(folder):
    with pytest.raises(Refused, match="unknown_person"):
        open_phone(folder, UUID(int=7))


@pytest.mark.parametrize("phone", ["", "无", "12345"])
def test_what_is_no_phone_number_is_left_to_the_escrow(folder, phone):
    [person_id] = actions.seal([PlainPerson("李样本", phone)], now=NOW)

    with pytest.raises(Refused, match="no_phone"):
        open_phone(folder, person_id)
    assert opened_by_escrow(folder, person_id).phone == phone


def test_the_relay_key_of_another_installation_is_named(folder, tmp_path):
    [person_id] = actions.seal([SAMPLE], now=NOW)
    keys.ensure(tmp_path / "other")

    with pytest.raises(Refused, match="other_relay_key") as refused:
        open_phone(tmp_path / "other", person_id)

    assert refused.value.complaint.params == {"key_id": next(iter(relay.load_keys(folder)))}
    assert ledger.entries_of("person", str(person_id)) == []


def test_a_person_does_not_show_in_a_traceback():
    assert repr(SAMPLE) == str(SAMPLE) == f"{SAMPLE}" == "PlainPerson(…)"


@pytest.mark.parametrize(
    ("person", "empty"),
    [
        (PlainPerson(), True),
        (PlainPerson(certificate_type="111"), True),
        (PlainPerson("李样本"), False),
        (PlainPerson(phone="13900000001"), False),
        (PlainPerson(certificate_no="E12345678"), False),
    ],
)
def test_a_person_without_name_phone_and_certificate_is_empty(person, empty):
    assert person.is_empty is empty
