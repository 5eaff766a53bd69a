from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.kernel.actor import OPERATOR
from haochaping.ledger import actions, queries, rules
from haochaping.ledger.models import ChainLink, Salt
from haochaping.ledger.terms import (
    BREAKS,
    MISMATCHES,
    BreakKind,
    EntryKind,
    Mismatch,
    MismatchKind,
    NewEntry,
    SaltName,
    Suite,
)
from tests.ledger.conftest import NOW, REVIEW, review, step, write

ACCEPTED = EntryKind.REVIEW_ACCEPTED
SUPERSEDED = EntryKind.REVIEW_SUPERSEDED
DIFFERS = Mismatch(MismatchKind.DIFFERS, ACCEPTED, "r1")
FLIPPED = "set_byte({0}, 20, get_byte({0}, 20) # 1)"


def end_of_chain() -> int:
    last = queries.head()
    assert last is not None
    return last.index


def index_of(entry) -> int:
    return ChainLink.objects.get(entry=entry).index


def test_before_the_first_link_there_is_no_head_and_no_break(db):
    long_ago = NOW - timedelta(days=3650)

    assert queries.head() is None
    assert queries.first_break(now=long_ago) is None


def test_a_whole_chain_has_no_break(chained):
    assert queries.first_break(now=NOW) is None


def test_a_chain_longer_than_a_batch_has_no_break(chained, monkeypatch):
    monkeypatch.setattr(queries, "_BATCH", 2)

    assert queries.first_break(now=NOW) is None


@pytest.mark.parametrize(
    ("column", "what", "detail"),
    [
        (f"commitment = {FLIPPED.format('commitment')}", BreakKind.LEAF_DIFFERS, "commitment"),
        ("kind = 2", BreakKind.LEAF_DIFFERS, "kind"),
        ("suite = 2", BreakKind.LEAF_DIFFERS, "suite"),
        ("day = day + 1", BreakKind.LEAF_DIFFERS, "day"),
        ("actor = 'staff:8'", BreakKind.ROW_DIFFERS, ""),
        ("subject_id = 'o9'", BreakKind.ROW_DIFFERS, ""),
        ("subject_kind = 'other'", BreakKind.ROW_DIFFERS, ""),
        ("recorded_at = recorded_at + interval '1 microsecond'", BreakKind.ROW_DIFFERS, ""),
        ("""facts = '{"clerk": "staff:8"}'""", BreakKind.ROW_DIFFERS, ""),
    ],
)
def test_a_changed_entry_is_named(chained_for_good, tamper, column, what, detail):
    tamper(f"UPDATE ledger_entry SET {column} WHERE id = %s", chained_for_good[3])

    found = queries.first_break(now=NOW)

    assert found is not None
    assert (found.what, found.index, found.entry, found.detail) == (
        what,
        index_of(chained_for_good[3]),
        chained_for_good[3],
        detail,
    )


@pytest.mark.parametrize(
    ("column", "what"), [("leaf", BreakKind.LEAF_DIFFERS), ("head", BreakKind.HEAD_DIFFERS)]
)
def test_one_flipped_byte_of_a_link_is_named(chained_for_good, tamper, column, what):
    tamper(
        f"UPDATE ledger_chain SET {column} = {FLIPPED.format(column)} WHERE entry_id = %s",
        chained_for_good[2],
    )

    found = queries.first_break(now=NOW)

    assert found is not None
    assert (found.what, found.index, found.entry) == (
        what,
        index_of(chained_for_good[2]),
        chained_for_good[2],
    )


def test_an_entry_and_its_leaf_rewritten_together_break_the_head(chained_for_good, tamper):
    link = ChainLink.objects.get(entry=chained_for_good[1])
    old = rules.read_leaf(bytes(link.leaf))
    forged = rules.leaf(old.day, 2, Suite.INTL, old.commitment)
    tamper("UPDATE ledger_entry SET kind = 2 WHERE id = %s", link.entry_id)
    tamper("UPDATE ledger_chain SET leaf = %s WHERE index = %s", forged, link.index)

    found = queries.first_break(now=NOW)

    assert found is not None
    assert (found.what, found.index, found.entry) == (BreakKind.HEAD_DIFFERS, link.index, link.entry_id)


def test_a_missing_link_is_named(chained_for_good, tamper):
    inside = end_of_chain() - 1
    tamper("DELETE FROM ledger_chain WHERE index = %s", inside)

    found = queries.first_break(now=NOW)

    assert found is not None
    assert (found.what, found.index) == (BreakKind.GAP, inside)


def test_a_missing_entry_is_named(chained_for_good, tamper):
    tamper("DELETE FROM ledger_entry WHERE id = %s", chained_for_good[0])

    found = queries.first_break(now=NOW)

    assert found is not None
    assert (found.what, found.index, found.entry) == (
        BreakKind.ENTRY_MISSING,
        index_of(chained_for_good[0]),
        chained_for_good[0],
    )


@pytest.mark.parametrize("name", SaltName)
def test_a_salt_that_vanished_without_a_record_is_named(chained, name):
    Salt.objects.filter(entry_id=chained[1], name=name).delete()

    found = queries.first_break(now=NOW)

    assert found is not None
    assert (found.what, found.entry, found.detail) == (BreakKind.SALT_MISSING, chained[1], name)


def test_an_entry_left_out_of_the_chain_is_named(chained_for_good, tamper):
    [entry] = write(step("o9"))
    tamper("DELETE FROM ledger_pending WHERE entry_id = %s", entry)
    assert actions.chain(now=NOW) == 0

    late = queries.first_break(now=NOW + timedelta(seconds=61))

    assert queries.first_break(now=NOW + timedelta(seconds=59)) is None
    assert late is not None
    assert (late.what, late.entry) == (BreakKind.UNCHAINED, entry)


def test_a_cut_off_end_shows_as_unchained(chained_for_good, tamper):
    tamper("DELETE FROM ledger_chain WHERE index = %s", end_of_chain())

    late = queries.first_break(now=NOW + timedelta(minutes=5))

    assert late is not None
    assert late.what is BreakKind.UNCHAINED


def test_every_break_and_mismatch_has_its_sentence():
    assert set(BREAKS) == set(BreakKind)
    assert set(MISMATCHES) == set(MismatchKind)


def test_lag_counts_what_waits(db):
    actions.chain(now=NOW)
    write(step("o1"), now=NOW)
    write(step("o2"), now=NOW + timedelta(seconds=3))

    assert (queries.lag().waiting, queries.lag().oldest) == (2, NOW)


def test_head_is_the_last_link(chained):
    last = queries.head()

    assert last is not None
    assert last.index == ChainLink.objects.count() - 1
    assert last.head == bytes(ChainLink.objects.get(index=last.index).head)


def test_matches_only_the_values_that_were_committed(chained):
    text = {"text_sha": "ab" * 32}

    assert queries.matches(chained[0], REVIEW)
    assert queries.matches(chained[1], REVIEW | text)
    assert not queries.matches(chained[0], REVIEW | {"score": "5"})
    assert not queries.matches(chained[0], REVIEW | text)
    assert not queries.matches(chained[1], REVIEW)
    assert not queries.matches(chained[1], REVIEW | {"text_sha": "cd" * 32})


def test_nothing_matches_once_the_fields_are_erased(chained):
    actions.destroy_salt(chained[0], SaltName.FIELDS, by=OPERATOR, now=NOW, reason="erasure")

    assert not queries.matches(chained[0], REVIEW)
    assert queries.openings(chained[0], ["score"]) == {}


def test_openings_open_their_field(chained):
    keys = queries.openings(chained[1], ["score", "text_sha"])

    fields = Salt.objects.get(entry_id=chained[1], name=SaltName.FIELDS)
    assert keys["score"] == rules.field_key(Suite.INTL, bytes(fields.salt), "score")
    assert bytes(fields.salt) not in keys.values()
    assert keys["text_sha"] != rules.field_key(Suite.INTL, bytes(fields.salt), "text_sha")


def test_mismatches_tell_missing_several_and_different_apart(chained):
    write(review("twice"), review("twice"))
    rows = [
        ("r1", REVIEW), ("r2", {**REVIEW, "text_sha": "ab" * 32}),
        ("r3", {**REVIEW, "score": "5"}), ("twice", REVIEW), ("never", REVIEW),
    ]  # fmt: skip

    assert list(queries.mismatches(ACCEPTED, iter(rows))) == [
        Mismatch(MismatchKind.DIFFERS, ACCEPTED, "r3"),
        Mismatch(MismatchKind.SEVERAL, ACCEPTED, "twice"),
        Mismatch(MismatchKind.MISSING, ACCEPTED, "never"),
    ]


@pytest.mark.parametrize("later", [timedelta(0), timedelta(seconds=1)])
def test_mismatches_compare_with_the_latest_of_superseding_entries(chained, later):
    changed = REVIEW | {"score": "5"}
    write(NewEntry(SUPERSEDED, "review", "r1", changed), now=NOW + later)

    assert list(queries.mismatches(ACCEPTED, [("r1", changed)], superseded_by={SUPERSEDED})) == []
    assert list(queries.mismatches(ACCEPTED, [("r1", changed)])) == [DIFFERS]


def test_mismatches_do_not_take_a_superseded_value_for_the_latest(chained):
    write(NewEntry(SUPERSEDED, "review", "r1", REVIEW | {"score": "5"}), now=NOW + timedelta(seconds=1))

    assert list(queries.mismatches(ACCEPTED, [("r1", REVIEW)], superseded_by={SUPERSEDED})) == [DIFFERS]


def test_mismatches_notice_a_changed_column_of_the_entry(chained_for_good, tamper):
    tamper("UPDATE ledger_entry SET actor = 'staff:8' WHERE id = %s", chained_for_good[0])

    assert list(queries.mismatches(ACCEPTED, [("r1", REVIEW)])) == [
        Mismatch(MismatchKind.DIFFERS, ACCEPTED, "r1")
    ]


def test_mismatches_pass_over_erased_entries(chained):
    actions.destroy_salt(chained[0], SaltName.FIELDS, by=OPERATOR, now=NOW, reason="erasure")

    assert list(queries.mismatches(ACCEPTED, [("r1", {})])) == []


def test_subjects_are_counted_across_batches(chained, monkeypatch):
    monkeypatch.setattr(queries, "_BATCH", 2)
    write(review("twice"), review("twice"))

    subjects = ["r1", "never", "r2", "twice", "r3"]
    assert list(queries.subjects_without_exactly_one(ACCEPTED, subjects)) == [("never", 0), ("twice", 2)]
    assert sorted(queries.subjects_of(ACCEPTED)) == ["r1", "r2", "r3", "twice", "twice"]
    assert queries.count(ACCEPTED) == 5


def test_a_timeline_shows_facts_and_place(chained):
    write(step("o1"), now=NOW + timedelta(hours=1))

    first, second = queries.entries_of("order", "o1")

    assert (first.kind, first.actor, first.facts) == (
        EntryKind.ORDER_SIGNED_FOR, "system:haochaping", {"clerk": "staff:7"},
    )  # fmt: skip
    assert first.index == index_of(chained[2])
    assert second.index is None


def test_of_a_subject_with_many_entries_the_newest_are_told_in_order(db):
    for n in range(3):
        entry = NewEntry(EntryKind.ORDER_SIGNED_FOR, "order", "o9", facts={"n": str(n)})
        write(entry, now=NOW + timedelta(minutes=n))

    assert [row.facts["n"] for row in queries.entries_of("order", "o9", limit=2)] == ["1", "2"]


def test_entries_are_asked_by_subject(db):
    write(step("o1"), step("o2"))

    assert [row.subject_id for row in queries.entries_by(subject=("order", "o2"))] == ["o2"]
    assert [row.subject_id for row in queries.entries_by(subject=("", "o2"))] == ["o2"]
    assert queries.entries_by(subject=("user", "o2")) == []


def test_of_a_subject_that_cannot_be_nothing_is_recorded(db):
    assert queries.entries_of("\0", "\0") == []
