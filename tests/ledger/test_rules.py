from __future__ import annotations

import hmac
import json
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import blake2b, sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haochaping.ledger import rules
from haochaping.ledger.terms import KIND_LABELS, ROW_FIELD, EntryKind, Suite

SALT = bytes(range(32))
DAY = date(2026, 11, 24)
ENTRY = UUID("01a20af6-7d99-7430-a14f-50478c045e37")
NOW = datetime(2026, 11, 24, 1, 2, 3, 4, tzinfo=UTC)
ROW = rules.row_value(
    entry_id=ENTRY, recorded_at=NOW, actor="staff:7", subject_kind="review", subject_id="r1", facts={}
)


def commit(
    suite: Suite = Suite.INTL, *, salt: bytes = SALT, text: bytes | None = None, **fields: str
) -> bytes:
    return rules.entry_commitment(suite, salt=salt, row=ROW, fields=fields, text_commitment=text)


def test_leaf_has_the_bytes_of_the_paper():
    encoded = rules.leaf(DAY, EntryKind.REVIEW_ACCEPTED, Suite.GM, b"\xab" * 32)

    days = (DAY - date(1970, 1, 1)).days
    assert encoded == b"\x01" + days.to_bytes(4) + b"\x01" + b"\x02" + (2026).to_bytes(2) + b"\xab" * 32
    assert len(encoded) == 41


@given(
    day=st.dates(date(1970, 1, 1), date(9999, 12, 31)),
    kind=st.sampled_from(EntryKind),
    suite=st.sampled_from(Suite),
    commitment=st.binary(min_size=32, max_size=32),
)
def test_leaf_is_read_as_it_was_written(day, kind, suite, commitment):
    read = rules.read_leaf(rules.leaf(day, kind, suite, commitment))

    assert (read.day, read.kind, read.suite, read.shard, read.commitment) == (
        day,
        kind,
        suite,
        day.year,
        commitment,
    )


@pytest.mark.parametrize(
    "encoded",
    [b"", b"\x00" * 41, b"\x01" * 40, b"\x01" * 42, b"\x02" + rules.leaf(DAY, 1, Suite.INTL, SALT)[1:],
     rules.leaf(DAY, 1, Suite.INTL, SALT)[:6] + b"\x11" + rules.leaf(DAY, 1, Suite.INTL, SALT)[7:],
     rules.leaf(DAY, 1, Suite.INTL, SALT)[:6] + b"\x03" + rules.leaf(DAY, 1, Suite.INTL, SALT)[7:]],
)  # fmt: skip
def test_what_is_not_a_leaf_is_refused(encoded):
    with pytest.raises(ValueError, match=r"leaf|Suite"):
        rules.read_leaf(encoded)


def test_commitment_of_suite_1_is_the_formula_of_the_paper():
    def keyed(key: bytes, data: bytes) -> bytes:
        return blake2b(data, key=key, digest_size=32).digest()

    parts = {ROW_FIELD: ROW, "score": "1", "org": "甲局"}
    joined = b"".join(keyed(keyed(SALT, name.encode()), parts[name].encode()) for name in sorted(parts))

    assert commit(score="1", org="甲局") == sha256(b"\x02" + joined).digest()


def test_commitment_of_suite_2_is_hmac_sm3_in_both_places():
    def keyed(key: bytes, data: bytes) -> bytes:
        return hmac.new(key, data, "sm3").digest()

    parts = {ROW_FIELD: ROW, "score": "1"}
    joined = b"".join(keyed(keyed(SALT, name.encode()), parts[name].encode()) for name in sorted(parts))

    assert commit(Suite.GM, score="1") == sha256(b"\x02" + joined).digest()


@pytest.mark.parametrize("suite", Suite)
def test_a_shown_key_opens_its_field_and_no_other(suite):
    parts = rules.committed(suite, SALT, {"score": "1", "item": "x"})
    key = rules.field_key(suite, SALT, "score")

    assert rules.field_commitment(suite, key, "1") == parts["score"]
    assert rules.field_commitment(suite, key, "5") != parts["score"]
    assert rules.field_commitment(suite, key, "x") != parts["item"]


@given(
    a=st.dictionaries(st.sampled_from(["score", "org", "item", "tags"]), st.text(max_size=5)),
    b=st.dictionaries(st.sampled_from(["score", "org", "item", "tags"]), st.text(max_size=5)),
)
def test_commitments_are_equal_only_for_equal_fields(a, b):
    a, b = (
        {name: value.encode(errors="replace").decode() for name, value in fields.items()} for fields in (a, b)
    )
    assert (commit(**a) == commit(**b)) is (a == b)


def test_commitment_does_not_depend_on_the_order_of_fields():
    assert commit(a="1", b="2") == commit(b="2", a="1")


def test_same_values_under_another_salt_look_unrelated():
    assert commit(score="1") != commit(score="1", salt=SALT[::-1])


def test_the_text_counts_by_its_own_commitment():
    with_text = commit(score="1", text=b"\x01" * 32)

    assert with_text != commit(score="1")
    assert with_text != commit(score="1", text=b"\x02" * 32)
    assert with_text == commit(score="1", text=b"\x01" * 32, text_sha="left to its own salt")


@pytest.mark.parametrize(
    "changed",
    [
        {"entry_id": UUID(int=1)}, {"recorded_at": NOW + timedelta(microseconds=1)}, {"actor": "staff:8"},
        {"subject_kind": "order"}, {"subject_id": "r2"}, {"facts": {"reason": "x"}},
    ],
)  # fmt: skip
def test_the_row_holds_each_of_its_columns(changed):
    columns = {
        "entry_id": ENTRY,
        "recorded_at": NOW,
        "actor": "staff:7",
        "subject_kind": "review",
        "subject_id": "r1",
    }

    assert rules.row_value(**{**columns, "facts": {}, **changed}) != ROW


def test_the_row_reads_the_same_in_every_time_zone():
    there = NOW.astimezone(timezone(timedelta(hours=8)))

    row = rules.row_value(
        entry_id=ENTRY, recorded_at=there, actor="staff:7", subject_kind="review", subject_id="r1", facts={}
    )

    assert row == ROW


@given(
    texts=st.lists(st.text(st.characters(codec="utf-8")), min_size=3, max_size=3),
    facts=st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))),
)
def test_the_row_is_written_as_it_was_from_the_first_day(texts, facts):
    """Entries of years ago are computed anew: the same columns must give the same bytes for ever."""
    actor, subject_kind, subject_id = texts

    row = rules.row_value(
        entry_id=ENTRY,
        recorded_at=NOW,
        actor=actor,
        subject_kind=subject_kind,
        subject_id=subject_id,
        facts=facts,
    )

    moment = NOW.astimezone(UTC).isoformat(timespec="microseconds")
    columns = [str(ENTRY), moment, actor, subject_kind, subject_id, sorted(facts.items())]
    assert row == json.dumps(columns, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(
    ("suite", "expected"),
    [
        (Suite.INTL, "5f44f01a831d374f32bc6939a14afb394995449a7613d57bba9f4eb04a110b63"),
        (Suite.GM, "0f0cffc1deee54b3366d527dbca0cf5426fa5dd7e11295550865ac6616b3dd8f"),
    ],
)
def test_the_commitment_to_an_entry_is_what_it_was_from_the_first_day(suite, expected):
    made = rules.entry_commitment(
        suite,
        salt=bytes(range(32)),
        row='["entry","时间"]',
        fields={"score": "1", "org": "3:4", "text_sha": "left to its own salt"},
        text_commitment=b"\x07" * 32,
    )

    assert made.hex() == expected


def test_head_follows_from_the_head_before_and_the_leaf():
    leaf = rules.leaf(DAY, 1, Suite.INTL, SALT)

    assert rules.next_head(rules.GENESIS, leaf) == sha256(rules.GENESIS + leaf).digest()


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (rules.leaf(DAY + timedelta(days=1), 1, Suite.INTL, SALT), "day"),
        (rules.leaf(DAY, 2, Suite.INTL, SALT), "kind"),
        (rules.leaf(DAY, 1, Suite.GM, SALT), "suite"),
        (rules.leaf(DAY, 1, Suite.INTL, SALT[::-1]), "commitment"),
        (rules.leaf(DAY, 1, Suite.INTL, SALT), ""),
    ],
)
def test_leaf_difference_names_the_part(other, named):
    assert rules.leaf_difference(rules.leaf(DAY, 1, Suite.INTL, SALT), other) == named


def test_every_kind_has_a_label():
    assert set(KIND_LABELS) == set(EntryKind)
