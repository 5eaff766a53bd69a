"""Two publishers decide about one text at the same moment: the database lets one of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from django.db import connection, transaction

from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.publicity import actions
from haochaping.publicity.models import Release
from haochaping.publicity.terms import Decision, Part
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime


def test_the_second_of_two_publishers_hears_that_it_is_decided(committed_db: str, now: datetime):
    worlds.build(now)
    worlds.take_case("C1", now)
    review_id = worlds.give("C1", 1, now, comment_text="慢").id
    assert review_id is not None
    heard: list[str] = []
    looking = threading.Event()

    def second() -> None:
        try:
            looking.set()
            actions.decide(review_id, Part.TEXT, Decision.RELEASED, by=worlds.EVERYBODY, now=now)
        except Refused as refused:
            heard.append(refused.code)
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        actions.decide(review_id, Part.TEXT, Decision.HELD, reason="含姓名", by=worlds.PUBLISHER, now=now)
        thread.start()
        looking.wait(timeout=20)
        wait_until_somebody_waits()
    thread.join(timeout=20)

    assert heard == ["already_decided"]
    assert Release.objects.get().decision == "held"
    assert Entry.objects.filter(kind=EntryKind.RELEASE_DECIDED).count() == 1


def wait_until_somebody_waits() -> None:
    """Until the other connection hangs on our uncommitted row."""
    with connection.cursor() as cursor:
        for _ in range(10_000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
    raise AssertionError("the second publisher never came")
