"""What the application and the administrators of its database can read of a person: nothing.

Canary persons go in by every road. Then everything that the application's role, and the owner of the tables, can
read is searched for them in every encoding; and every key file of the web processes is tried on every envelope.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64encode
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import ProgrammingError
from psycopg import sql
from psycopg.conninfo import make_conninfo

from haochaping.doors.reach import within
from haochaping.exchange.terms import Raw
from haochaping.flows import call_back, handle_bad_review
from haochaping.flows.erase_persons import erase_persons
from haochaping.flows.open_identity import request_opening
from haochaping.flows.open_visit import open_address_visit
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.identity import actions as identity
from haochaping.identity import keys, relay, rules, sealing
from haochaping.identity.models import SealedBatch, SealedPerson
from haochaping.identity.terms import RelayPurpose
from haochaping.kernel.actor import EVERYWHERE, REVIEWER, SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.notices.models import Delivery
from haochaping.rectification import actions as rectification
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import Entrance, SupplementRow
from tests import worlds
from tests.exchange.dialects.anhui_address import query
from tests.exchange.dialects.test_anhui import ANHUI, EVALUATE
from tests.flows.conftest import order_of
from tests.identity.conftest import SUPERVISOR

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

APPLICANT = {
    "name": "欧阳金丝雀",
    "phone": "13987654321",
    "certificate_type": "111",
    "certificate_no": "990105194912310027",
}
AGENT = APPLICANT | {"name": "司徒黄鹂", "phone": "13987654322", "certificate_no": "990105194912310035"}
REVIEWER_SELF = APPLICANT | {"name": "上官画眉", "phone": "0990-87654323", "certificate_no": "E87654324"}
ORPHAN = APPLICANT | {"name": "诸葛百灵", "phone": "+85287654325", "certificate_no": "H87654326"}
WORDS = sorted(
    {
        person[name]
        for person in (APPLICANT, AGENT, REVIEWER_SELF, ORPHAN)
        for name in ("name", "phone", "certificate_no")
    }
    | {"099087654323", "夏侯云雀", "13987654329", "990101199001019999"}
)


@pytest.fixture
def keys_of_the_web(tmp_path: Path, settings) -> Path:
    """The keys of an installation as its web processes have them; the two private ones lie elsewhere."""
    web, away = tmp_path / "web", tmp_path / "away"
    keys.ensure(web)
    away.mkdir()
    settings.KEYS_DIR, settings.SMS_GATEWAY = web, "demo"
    return web


def put_away(web: Path) -> Path:
    away = web.with_name("away")
    for name in ("relay.key", "escrow.key"):
        (web / name).rename(away / name)
    return away


@pytest.fixture
def canaries(keys_of_the_web: Path, committed_db: str, now: datetime) -> Path:
    """Everybody sealed, by every road, and everything done with them that a working day does."""
    worlds.build(now)
    worlds.take_case("YC-1", now, applicant=APPLICANT | {"agent": AGENT})
    outcome = worlds.give("YC-1", 1, now, reviewer=REVIEWER_SELF)
    worlds.give("NO-CASE", 2, now, reviewer=ORPHAN)
    wrong = worlds.case("YC-3", now, applicant=ORPHAN, item="NO-ITEM")
    take_in_cases([Raw(wrong)], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now)
    broken = worlds.review("YC-1", "seven", now, reviewer=ORPHAN)
    receive_reviews([Raw(broken)], entrance=Entrance.CLIENT, by=worlds.CLIENT, now=now)
    open_address_visit(
        ANHUI,
        EVALUATE,
        query(
            applicantName="夏侯云雀",
            applicantPhone="13987654329",
            applicantCardNumber="990101199001019999",
            projName="关于夏侯云雀测试事项的业务",
        ),
        now=now,
    )
    assert outcome.id is not None
    reviews.supplement(outcome.id, SupplementRow(may_call_back=True), by=REVIEWER, now=now)
    handle_bad_review.dispatch_due(by=SYSTEM, now=now)
    order = order_of(outcome.id).id
    rectification.sign_for(order, by=worlds.CLERK, now=now)
    handle_bad_review.write_to_reviewer(order, "请问是哪一天？", by=worlds.CLERK, now=now)
    call = call_back.request_call(order, purpose="verify", line="8001", by=worlds.CLERK, now=now)
    call_back.connect_call(call, relay_keys=relay.load_keys(keys_of_the_web), by=SYSTEM, now=now)
    assert Delivery.objects.get(id=call).state == "sent"
    request_opening(
        str(order),
        purpose="retaliation",
        legal_basis="《优化营商环境条例》",
        document="",
        told_forbidden=False,
        by=SUPERVISOR,
        now=now,
    )
    put_away(keys_of_the_web)
    return keys_of_the_web


def disguises(word: str) -> Iterator[bytes]:
    """A word as it may stand somewhere: in any encoding, as text of bytes, or as a digest without a key."""
    plain = [word.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
    yield from plain
    yield json.dumps(word)[1:-1].encode()
    for one in plain:
        yield one.hex().encode()
        for shift in range(3):
            # Whatever stands before it, one of the three alignments is how base64 writes its middle.
            yield b64encode(b"\0" * shift + one)[4:-4] or b64encode(one)
    for name in ("md5", "sha1", "sha256", "sm3"):
        digest = hashlib.new(name, plain[0]).digest()
        yield from (digest, digest.hex().encode())


def everything(url: str) -> bytes:
    """Every cell of every table that a role can read, one after another."""
    cells = []
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p', 'm', 'v')"
            " AND has_table_privilege(oid, 'SELECT') AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        for (table,) in tables:
            name = sql.Identifier(table.strip('"'))
            for row in connection.execute(sql.SQL("SELECT * FROM {}").format(name)):
                cells += [_bytes(cell) for cell in row]
    return b"\n".join(cells)


def _bytes(cell: object) -> bytes:
    if isinstance(cell, bytes | memoryview):
        return bytes(cell)
    text = json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, dict | list) else str(cell)
    return text.encode()


def found(words: list[str], where: bytes) -> list[str]:
    return [word for word in words if any(disguise in where for disguise in disguises(word))]


@pytest.mark.parametrize("role", ["DATABASE_URL", "HAOCHAPING_OWNER_URL"])
def test_no_role_of_the_database_reads_a_person(canaries, committed_db, role):
    read = everything(make_conninfo(os.environ[role], dbname=committed_db))

    assert SealedPerson.objects.count() == 7
    assert b"YC-1" in read
    assert found(WORDS, read) == []


@pytest.mark.parametrize(
    "how",
    [
        lambda w: w.encode(),
        lambda w: w.encode("utf-16-be"),
        lambda w: w.encode().hex().encode(),
        lambda w: b64encode(b"ab" + w.encode() + b"abc"),
        lambda w: b64encode(b"a" + w.encode() + b"abc"),
        lambda w: hashlib.sha256(w.encode()).digest(),
    ],
)
@pytest.mark.parametrize("word", ["欧阳金丝雀", "13987654321"])
def test_the_search_finds_what_is_there(word, how):
    assert found([word], b"before" + how(word) + b"after") == [word]


def test_no_key_of_a_web_process_opens_an_envelope(canaries):
    """Each file of the folder, whole and in parts, against each row and each batch key."""
    secrets = [bytes.fromhex(path.read_text()) for path in canaries.glob("*.key")]
    assert len(secrets) >= 3
    opened = []
    for person in SealedPerson.objects.all():
        places = (sealing.person_place(person.id), sealing.phone_place(person.id))
        for envelope in (bytes(person.sealed), bytes(person.relay_sealed or b"")):
            opened += [
                key
                for key in secrets
                for part in (key, key[:16])
                for place in places
                if _opens(part, envelope, place)
            ]

    assert opened == []


def _opens(key: bytes, envelope: bytes, place: bytes) -> bool:
    try:
        sealing.open_row(key, envelope, place)
    except sealing.BrokenSeal:
        return False
    return True


def test_no_file_of_a_web_process_is_a_private_key(canaries):
    for path in canaries.iterdir():
        with pytest.raises(keys.KeysMissing):
            keys.private_key(path)
    with pytest.raises(keys.KeysMissing):
        relay.load_keys(canaries)


def test_without_the_relays_keys_no_action_opens_a_number(canaries, now):
    for person in SealedPerson.objects.exclude(relay_sealed=None):
        with pytest.raises(Refused, match="other_relay_key"):
            identity.open_phone(
                person.id, relay_keys={}, purpose=RelayPurpose.NOTICE, basis="d:7", by=SYSTEM, now=now
            )


def test_with_the_keys_brought_back_everything_opens(canaries, now):
    """The test above would pass on an empty house too: here are the persons."""
    away = canaries.with_name("away")
    escrow, phones = keys.private_key(away / "escrow.key"), set()
    names = set()
    for person in SealedPerson.objects.all():
        batch = SealedBatch.objects.get(id=person.batch_id)
        key = sealing.unwrap(bytes(batch.escrow_wrapped), escrow.key, sealing.escrow_purpose(batch.id))
        name, phone, *_ = json.loads(
            sealing.open_row(key, bytes(person.sealed), sealing.person_place(person.id))
        )
        names.add(name)
        phones.add(rules.normal_phone(phone))

    assert names == {"欧阳金丝雀", "司徒黄鹂", "上官画眉", "诸葛百灵", "夏侯云雀"}
    assert phones == {"13987654321", "13987654322", "099087654323", "+85287654325", "13987654329"}


def test_rows_hidden_by_a_policy_erase_nobody(committed_world, now):
    """Where a policy hides rows from whoever runs it, a reference might not be seen."""
    from datetime import timedelta

    with within(EVERYWHERE), pytest.raises(ProgrammingError, match="row-level security"):
        erase_persons(by=SYSTEM, now=now + timedelta(days=31))

    assert SealedPerson.objects.count() == 1
