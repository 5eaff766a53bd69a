from __future__ import annotations

import pytest
from django.db import transaction

from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions, queries, rules
from haochaping.ledger.models import ChainLink, Entry, Pending, Salt
from haochaping.ledger.terms import SALT_GONE, EntryKind, Head, NewEntry, SaltName, Suite
from tests.ledger.conftest import NOW, REVIEW, review, step, write

pytestmark = pytest.mark.django_db


def test_append_writes_entry_salts_and_place_in_the_queue():
    first, second = write(review("r1"), review("r2", text_sha="ab" * 32))

    entry = Entry.objects.get(pk=first)
    assert (entry.kind, entry.suite, entry.actor, entry.subject_id) == (1, 1, "system:haochaping", "r1")
    assert entry.day.isoformat() == "2026-11-24"
    assert set(Salt.objects.filter(entry__in=[first, second]).values_list("entry_id", "name")) == {
        (first, "fields"),
        (second, "fields"),
        (second, "text"),
    }
    assert Pending.objects.filter(entry__in=[first, second]).count() == 2


def test_append_takes_the_day_of_beijing():
    [entry] = write(step("o1"), now=NOW.replace(hour=16, minute=30))

    assert Entry.objects.get(pk=entry).day.isoformat() == "2026-11-25"


def test_append_keeps_no_committed_value_in_the_entry():
    [entry] = write(review("r1", secret="不可读"))

    stored = Entry.objects.values().get(pk=entry)
    assert "不可读" not in str(stored)
    assert stored["facts"] == {}


def test_append_of_nothing_writes_nothing():
    assert write() == []


def test_append_refuses_the_name_it_keeps_for_itself():
    with pytest.raises(ValueError, match="entry"):
        write(review("r1", entry="mine"))


def test_append_follows_the_suite_of_the_installation(settings):
    settings.SUITE = "gm"
    [entry] = write(review("r1", text_sha="cd" * 32))
    actions.chain(now=NOW)

    assert rules.read_leaf(bytes(ChainLink.objects.get(entry=entry).leaf)).suite is Suite.GM
    assert queries.matches(entry, {**REVIEW, "text_sha": "cd" * 32})
    assert queries.first_break(now=NOW) is None


def test_a_rolled_back_transaction_leaves_nothing():
    with transaction.atomic():
        [entry] = actions.append([review("r1")], by=SYSTEM, now=NOW)
        assert Pending.objects.filter(entry=entry).exists()
        transaction.set_rollback(True)

    assert not Entry.objects.filter(pk=entry).exists()
    assert not Salt.objects.filter(entry=entry).exists()
    assert not Pending.objects.filter(entry=entry).exists()


def test_chain_links_every_waiting_entry_once(chained):
    indexes = list(ChainLink.objects.order_by("index").values_list("index", flat=True))
    assert indexes == list(range(len(indexes)))
    assert ChainLink.objects.filter(entry__in=chained).count() == 5
    assert not Pending.objects.exists()
    assert actions.chain(now=NOW) == 0


def test_chain_goes_on_from_the_last_head(chained):
    before = queries.head()
    [entry] = write(step("o3"))
    actions.chain(now=NOW)

    link = ChainLink.objects.get(entry=entry)
    assert before is not None
    assert queries.head() == Head(before.index + 1, rules.next_head(before.head, bytes(link.leaf)), NOW)


def test_chain_shuffles_a_batch():
    ids = write(*(step(f"o{n}") for n in range(64)))
    actions.chain(now=NOW)

    links = ChainLink.objects.filter(entry__in=ids).order_by("index")
    order = list(links.values_list("entry_id", flat=True))
    assert sorted(order) == sorted(ids)
    assert order != ids


def test_destroy_salt_is_recorded_and_leaves_the_chain_whole(chained):
    actions.destroy_salt(chained[1], SaltName.TEXT, by=OPERATOR, now=NOW, reason="text_redacted")
    actions.chain(now=NOW)

    [said] = queries.entries_of("entry", str(chained[1]))
    assert (said.kind, said.facts) == (EntryKind.SALT_DESTROYED, {"salt": "text", "reason": "text_redacted"})
    assert queries.matches(chained[1], REVIEW)
    assert queries.openings(chained[1], ["score", "text_sha"]).keys() == {"score"}
    assert queries.first_break(now=NOW) is None


@pytest.mark.parametrize("name", [SaltName.TEXT, SaltName.FIELDS])
def test_destroy_salt_twice_is_refused(chained, name):
    actions.destroy_salt(chained[1], name, by=OPERATOR, now=NOW, reason="erasure")

    with pytest.raises(Refused) as refused:
        actions.destroy_salt(chained[1], name, by=OPERATOR, now=NOW, reason="erasure")
    assert refused.value.code == SALT_GONE.code
    assert Entry.objects.filter(kind=EntryKind.SALT_DESTROYED).count() == 1


def test_grants_name_every_table_of_the_room():
    tables = {model._meta.db_table for model in (Entry, Salt, Pending, ChainLink)}
    written = " ".join(actions.grants('odd"role'))

    assert all(table in written for table in tables)
    assert '"odd""role"' in written
    assert "UPDATE" not in written


def test_entries_of_one_moment_are_told_apart():
    ids = write(*(NewEntry(EntryKind.REVIEW_ACCEPTED, "review", "same") for _ in range(3)))

    assert len({bytes(c) for c in Entry.objects.filter(pk__in=ids).values_list("commitment", flat=True)}) == 3
