"""What only shows when transactions really commit: two connections, two sequencers, late commits."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from haochaping.kernel.actor import SYSTEM
from haochaping.ledger import actions, queries
from haochaping.ledger.models import ChainLink
from haochaping.ledger.terms import SaltName
from tests.ledger.conftest import NOW, step, write

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("nothing_waiting")


@pytest.fixture
def nothing_waiting(committed_db: str) -> None:
    """What the installation itself recorded is chained before the test begins."""
    actions.chain(now=NOW)


def on_another_connection[T](call: Callable[[], T]) -> T:
    """Do something in a thread, and so on a connection, of its own."""
    answers: list[T] = []

    def run() -> None:
        try:
            answers.append(call())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=20)
    return answers[0]


def test_append_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction"):
        actions.append([step("o1")], by=SYSTEM, now=NOW)


def test_an_entry_that_commits_late_is_chained_late():
    with transaction.atomic():
        [early] = actions.append([step("o1")], by=SYSTEM, now=NOW)
        [late] = on_another_connection(lambda: write(step("o2"), now=NOW + timedelta(seconds=1)))
        assert on_another_connection(lambda: actions.chain(now=NOW)) == 1

    assert actions.chain(now=NOW) == 1
    last = ChainLink.objects.order_by("-index").values_list("entry_id", flat=True)[:2]
    assert list(last) == [early, late]
    assert queries.first_break(now=NOW) is None


def test_a_second_sequencer_leaves_at_once_and_the_first_takes_all():
    ids = write(step("o1"), step("o2"))

    with transaction.atomic():
        assert actions.chain(now=NOW) == 2
        assert on_another_connection(lambda: actions.chain(now=NOW)) == 0

    assert actions.chain(now=NOW) == 0
    assert ChainLink.objects.filter(entry__in=ids).count() == 2


def test_a_sequencer_that_fails_loses_nothing():
    write(step("o1"))
    with transaction.atomic():
        assert actions.chain(now=NOW) == 1
        transaction.set_rollback(True)

    assert actions.chain(now=NOW) == 1


def test_many_writers_and_sequencers_at_once_make_one_whole_chain():
    def writer(name: int) -> Callable[[], None]:
        def work() -> None:
            for n in range(10):
                write(step(f"o{name}-{n}"))
                actions.chain(now=NOW)
            connection.close()

        return work

    before = ChainLink.objects.count()
    threads = [threading.Thread(target=writer(name)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    actions.chain(now=NOW)

    assert ChainLink.objects.count() == before + 40
    assert queries.first_break(now=NOW + timedelta(hours=1)) is None


CHANGES = [
    "UPDATE ledger_entry SET kind = kind", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry CASCADE",
    "UPDATE ledger_chain SET index = index", "DELETE FROM ledger_chain", "TRUNCATE ledger_chain",
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_the_application_role_has_no_right_to_change(chained_for_good, change):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)

    assert queries.first_break(now=NOW) is None


@pytest.mark.parametrize("change", CHANGES)
def test_the_owner_is_refused_as_well(chained_for_good, owner, change):
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        owner(change)

    assert queries.first_break(now=NOW) is None


def test_grants_take_back_what_was_given_too_much(chained_for_good, owner):
    owner("GRANT ALL ON ALL TABLES IN SCHEMA public TO haochaping_app")
    for statement in actions.grants("haochaping_app"):
        owner(statement)

    for change in CHANGES:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(change)
    write(step("o9"))
    assert actions.chain(now=NOW) == 1
    actions.destroy_salt(chained_for_good[0], SaltName.FIELDS, by=SYSTEM, now=NOW, reason="erasure")
