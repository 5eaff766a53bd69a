"""Impatient fingers: several taps of one person in the same moment, on a database that really commits."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from haochaping.flows.answer_invitation import answer_invitation
from haochaping.flows.invite import invite_case
from haochaping.kernel.actor import REVIEWER, SYSTEM
from haochaping.reviews.models import Review
from haochaping.reviews.terms import ReviewChannel
from tests import worlds

pytestmark = pytest.mark.urls("tests.doors.portal.urls")


def test_two_taps_at_once_are_one_review_and_no_error(committed_db):
    now = timezone.now()
    worlds.build(now)
    worlds.take_case("YC-9", now)
    address = "/r/" + invite_case(worlds.SOURCE, "YC-9", by=SYSTEM, now=now)[0].rpartition("/")[2]
    together, answers = threading.Barrier(4), []

    def tap(level: int) -> None:
        together.wait()
        answers.append(Client().post(address, {"level": str(level)}).status_code)
        connection.close()

    threads = [threading.Thread(target=tap, args=(level,)) for level in (1, 5, 1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [303] * 4
    assert Review.objects.count() == 1


def test_the_later_of_two_taps_stands(committed_db):
    """The second tap begins while the first is not committed yet, and waits for it."""
    now = timezone.now()
    worlds.build(now)
    worlds.take_case("YC-9", now)
    token = invite_case(worlds.SOURCE, "YC-9", by=SYSTEM, now=now)[0].rpartition("/")[2]
    given, may_commit, receipts = threading.Event(), threading.Event(), []

    def tap(level: str) -> None:
        with transaction.atomic():
            answered = answer_invitation(
                token, level, channel=ReviewChannel.MOBILE, by=REVIEWER, now=timezone.now()
            )
            receipts.append(answered.receipt)
            given.set()
            may_commit.wait(20)
        connection.close()

    first, second = (threading.Thread(target=tap, args=(level,)) for level in "15")
    first.start()
    given.wait(20)
    second.start()
    with connection.cursor() as cursor:
        waiting = 0
        while second.is_alive() and not waiting:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'",
                [committed_db],
            )
            waiting = cursor.fetchone()[0]
    may_commit.set()
    first.join()
    second.join()

    assert [bool(receipt) for receipt in receipts] == [True, False]
    assert Review.objects.get().level == 5
