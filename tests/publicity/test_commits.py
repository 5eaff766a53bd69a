"""Two publishers act on one text at the same moment: the database lets one of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.publicity import actions
from haochaping.publicity.models import Release
from haochaping.publicity.terms import Decision, Part, Wanted
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@pytest.fixture
def review_id(committed_db: str, now: datetime) -> UUID:
    worlds.build(now)
    worlds.take_case("C1", now)
    given = worlds.give("C1", 1, now, comment_text="慢").id
    assert given is not None
    worlds.offer(now)
    return given


def test_the_second_who_proposes_hears_that_it_is_proposed(review_id: UUID, now: datetime):
    def propose(decision: Decision, by: Actor) -> None:
        actions.propose([Wanted(review_id, Part.TEXT, decision, "含姓名", "privacy")], by=by, now=now)

    heard = at_once(
        lambda: propose(Decision.HELD, worlds.PUBLISHER),
        lambda: propose(Decision.RELEASED, worlds.EVERYBODY),
    )

    assert heard == ["already_proposed"]
    assert Release.objects.get().decision == "held"
    assert Entry.objects.filter(kind=EntryKind.RELEASE_PROPOSED).count() == 1


def test_the_second_who_confirms_hears_that_nothing_waits(review_id: UUID, now: datetime):
    wanted = [Wanted(review_id, Part.TEXT, Decision.RELEASED)]
    made = actions.propose(wanted, by=worlds.PUBLISHER, now=now)

    heard = at_once(
        lambda: actions.confirm(made, by=worlds.SECOND_PUBLISHER, now=now),
        lambda: actions.confirm(made, by=worlds.EVERYBODY, now=now),
    )

    assert heard == ["not_proposed"]
    assert Release.objects.get().decided_by == "staff:second-publisher"
    assert Entry.objects.filter(kind=EntryKind.RELEASE_DECIDED).count() == 1


def at_once(first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """What the second hears, who begins while the first has not committed yet."""
    heard: list[str] = []
    looking = threading.Event()

    def begin() -> None:
        try:
            looking.set()
            second()
        except Refused as refused:
            heard.append(refused.code)
        finally:
            connection.close()

    thread = threading.Thread(target=begin)
    with transaction.atomic():
        first()
        thread.start()
        looking.wait(timeout=20)
        wait_until_somebody_waits()
    thread.join(timeout=20)
    return heard


def wait_until_somebody_waits() -> None:
    """Until the other connection hangs on our uncommitted row."""
    with connection.cursor() as cursor:
        for _ in range(10_000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
    raise AssertionError("the second publisher never came")
