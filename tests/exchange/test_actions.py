from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from haochaping.exchange import actions, queries
from haochaping.exchange.models import GivenAnswer, QuarantinedRecord
from haochaping.exchange.rules import storable
from haochaping.exchange.terms import ORPHAN, Quarantined, QuarantineState, RecordKind
from haochaping.kernel.actor import OPERATOR, Actor, ActorKind, Scope
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.reviews.rules import receipt_hash

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db

CLIENT = Actor(ActorKind.CLIENT, "7", scope=Scope(division_path="990000000000."))
RECEIPT = "7ZK3Q9V1M4T8C2R6X0B5N7H3WJ"


RECORD = Quarantined(
    kind=RecordKind.REVIEW,
    fields={"source": "yc-hall", "case_no": "YC-1"},
    sealed={"reviewer": UUID(int=5)},
    digest=b"d" * 32,
    receipt_hash=receipt_hash(RECEIPT),
    entrance="client",
    code=ORPHAN.code,
    field="case_no",
    params={"case_no": "YC-1"},
    message=ORPHAN.message,
    remedy=ORPHAN.remedy,
)


def kinds() -> list[int]:
    return list(Entry.objects.order_by("id").values_list("kind", flat=True))


def test_record_is_put_aside_with_its_reason_and_a_ledger_entry(now: datetime):
    before = len(kinds())

    ids = actions.quarantine([RECORD], by=CLIENT, now=now)

    row = queries.waiting()[0]
    assert [row.id] == ids
    assert (row.source, row.case_no, row.code, row.sender) == ("yc-hall", "YC-1", "orphan", "client:7")
    assert (row.scope_path, row.sealed, row.attempts) == ("990000000000.", {"reviewer": UUID(int=5)}, 0)
    assert len(kinds()) == before + 1


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (" YC-1 ", "YC-1"),
        (17, "17"),
        (None, ""),
        ("\0\ud800", "\ufffd\ufffd"),
        ("x" * 99, "x" * 50),
        ([1], "[1]"),
    ],
)
def test_case_number_is_kept_as_the_case_will_have_it(now: datetime, said, kept):
    actions.quarantine([replace(RECORD, fields={"case_no": storable(said)})], by=CLIENT, now=now)

    assert QuarantinedRecord.objects.get().case_no == kept


def test_settled_record_waits_no_longer(now: datetime):
    record_id = actions.quarantine([RECORD], by=CLIENT, now=now)[0]
    result = uuid4()
    before = len(kinds())

    actions.settle(record_id, result, by=OPERATOR, now=now + timedelta(minutes=1))

    assert queries.waiting_count() == 0
    row = QuarantinedRecord.objects.get()
    assert (row.state, row.result_id, row.settled_at) == ("taken", result, now + timedelta(minutes=1))
    assert len(kinds()) == before + 1


def test_record_that_failed_again_keeps_the_newest_reason(now: datetime):
    record_id = actions.quarantine([RECORD], by=CLIENT, now=now)[0]

    actions.keep(record_id, code="missing", field="channel", params={"x": 1}, message="m", remedy="r")

    row = queries.waiting()[0]
    assert (row.code, row.field, row.params, row.message, row.attempts) == (
        "missing",
        "channel",
        {"x": 1},
        "m",
        1,
    )


def test_discarded_record_stays_with_reason_and_person(now: datetime):
    record_id = actions.quarantine([RECORD], by=CLIENT, now=now)[0]
    before = kinds()
    later = now + timedelta(minutes=1)

    assert actions.discard([record_id], " 试运行的数据 ", by=OPERATOR, now=later) == 1

    assert queries.waiting() == []
    [row] = queries.settled(QuarantineState.DISCARDED)
    assert (row.id, row.fields) == (record_id, RECORD.fields)
    assert (row.discard_reason, row.settled_by, row.settled_at) == ("试运行的数据", str(OPERATOR), later)
    assert sorted(kinds()) == sorted([*before, EntryKind.QUARANTINE_DISCARDED])
    found = queries.by_receipt(RECEIPT)
    assert found is not None
    assert found.state == QuarantineState.DISCARDED


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("", "discard_unexplained"),
        (" \n", "discard_unexplained"),
        ("长" * 301, "too_long"),
        ("a\0", "control_characters"),
    ],
)
def test_discarding_needs_a_reason(now: datetime, reason, code):
    record_id = actions.quarantine([RECORD], by=CLIENT, now=now)[0]

    with pytest.raises(Refused) as no:
        actions.discard([record_id], reason, by=OPERATOR, now=now)

    assert (no.value.code, no.value.complaint.field) == (code, "reason")
    assert queries.waiting_count() == 1


def test_records_are_discarded_all_or_none(now: datetime):
    first, second = actions.quarantine([RECORD, replace(RECORD, receipt_hash=None)], by=CLIENT, now=now)
    actions.settle(second, None, by=OPERATOR, now=now)

    with pytest.raises(Refused) as no:
        actions.discard([first, second], "不需要", by=OPERATOR, now=now)

    assert no.value.code == "not_waiting"
    assert [row.id for row in queries.waiting()] == [first]


def test_answer_is_kept_sealed_and_given_back_byte_for_byte(now: datetime):
    answer = b'{"results": [{"receipt": "' + RECEIPT.encode() + b'"}]}'

    actions.remember_answer(7, "k", b"h" * 32, answer, now=now)

    assert queries.given_answer(7, "k") == (b"h" * 32, answer)
    assert RECEIPT not in str(GivenAnswer.objects.get().answer)


def test_answer_sealed_under_the_other_suite_stays_readable(now: datetime, settings):
    settings.SUITE = "gm"
    actions.remember_answer(7, "k", b"h" * 32, b"answer", now=now)
    settings.SUITE = "intl"

    assert queries.given_answer(7, "k") == (b"h" * 32, b"answer")


def test_answers_are_forgotten_after_their_time(now: datetime):
    actions.remember_answer(7, "old", b"h" * 32, b"a", now=now)
    actions.remember_answer(7, "new", b"h" * 32, b"a", now=now + timedelta(days=1))

    assert actions.forget_answers(now=now + timedelta(days=7)) == 0
    assert actions.forget_answers(now=now + timedelta(days=7, seconds=1)) == 1

    assert queries.given_answer(7, "old") == (b"h" * 32, None)
    assert queries.given_answer(7, "new") == (b"h" * 32, b"a")
    assert actions.forget_answers(now=now + timedelta(days=7, seconds=1)) == 0


def test_key_is_held_until_the_transaction_ends(now: datetime):
    actions.hold_key(7, "k")
    actions.hold_key(7, "k")


def test_visit_is_remembered_until_it_ends(now: datetime):
    token = RECEIPT
    actions.begin_visit(
        token,
        dialect="anhui",
        fields={"a": 1},
        sealed={"applicant": UUID(int=1)},
        lasts=timedelta(minutes=30),
        now=now,
    )

    assert queries.visit(token, now=now)[1:] == ({"a": 1}, {"applicant": UUID(int=1)})
    with pytest.raises(Refused, match="visit_over"):
        queries.visit(token, now=now + timedelta(minutes=30))
    with pytest.raises(Refused, match="visit_over"):
        queries.visit("other", now=now)


def test_visits_that_are_over_are_erased(now: datetime):
    for n, minutes in enumerate((10, 30)):
        actions.begin_visit(
            str(n), dialect="anhui", fields={}, sealed={}, lasts=timedelta(minutes=minutes), now=now
        )

    assert actions.forget_visits(before=now + timedelta(minutes=20)) == 1
