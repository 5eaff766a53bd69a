"""Impatient fingers: several taps of one person in the same moment, on a database that really commits."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from haochaping.flows.invite import invite_case
from haochaping.kernel.actor import SYSTEM
from haochaping.reviews.models import Review
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
