"""Two installations reconcile over HTTP: here the upper one is this one too, which was not sent what people gave here."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from haochaping.accounts import actions as accounts
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.exchange.models import Reconciliation
from haochaping.exchange.reconciliation import actions, rules
from haochaping.exchange.reconciliation.terms import (
    Heard,
    OtherSideAwayError,
    OtherSideRefusedError,
    ReconciliationState,
    RowDifference,
    StatedKind,
    Sums,
)
from haochaping.exchange.terms import Raw
from haochaping.flows import reconcile
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import local_day
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.flows.conftest import at_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

CASES, REVIEWS = StatedKind.CASES, StatedKind.REVIEWS


class Upper(NamedTuple):
    """The installation above: its address, our key there, and the day that is reconciled."""

    address: str
    key: str
    now: datetime

    @property
    def day(self) -> date:
        return local_day(self.now) - timedelta(days=1)

    def told(self, kind: StatedKind = REVIEWS) -> Heard:
        return reconcile.tell(self.address, self.key, worlds.SOURCE, kind, self.day, now=self.now)


@pytest.fixture
def upper(committed_db: str) -> Iterator[Upper]:
    # A case is of an hour before: at noon it is of the same day, at whatever hour this runs.
    now = timezone.now() - timedelta(hours=(timezone.localtime().hour - 12) % 24)
    before = now - timedelta(days=1)
    worlds.build(before)
    for n in (1, 2, 3):
        worlds.take_case(f"YC-{n}", before)
    worlds.give("YC-1", 5, before)
    worlds.give("YC-2", 4, before)
    _, key = accounts.create_client(name="city", division_code=worlds.CITY, by=OPERATOR, now=now)
    server = LiveServer("127.0.0.1:0")
    yield Upper(server.url, key, now)
    server.stop()


def given_here(upper: Upper) -> None:
    """A review that came with an invitation, so that nobody has sent it."""
    before = upper.now - timedelta(days=1)
    receive_reviews(
        [Raw(worlds.review("YC-3", 3, before))], entrance=Entrance.TOKEN, by=worlds.REVIEWER, now=before
    )


def test_equal_days_are_told_in_one_message(upper):
    heard = upper.told()

    assert (heard.state, heard.here.count, heard.wanted) == (ReconciliationState.EQUAL, 2, [])
    assert upper.told(CASES).state == ReconciliationState.EQUAL


def test_what_only_we_have_comes_back_by_its_key(upper):
    given_here(upper)

    heard = upper.told()

    assert (heard.state, heard.count) == (ReconciliationState.DIFFERING, 1)
    assert heard.differing == [RowDifference("YC-3\t1\t1", "", "3")]
    assert Reconciliation.objects.get().told_by == "client:1"


@pytest.mark.parametrize("rows_told", [0, 1])
def test_however_small_the_parts_the_same_is_found(upper, monkeypatch, rows_told):
    """With parts of so few rows, each round goes one digit deeper, down to the deepest."""
    monkeypatch.setattr(rules, "ROWS_TOLD", rows_told)
    given_here(upper)

    assert upper.told().differing == [RowDifference("YC-3\t1\t1", "", "3")]


def test_a_key_that_is_none_is_refused_with_its_reason(upper):
    with pytest.raises(OtherSideRefusedError, match="401"):
        upper._replace(key="no").told()


def test_a_platform_that_has_another_code_above_is_named_by_it(upper, caplog):
    now = upper.now
    row = {"code": "above", "name": "上级平台", "division": worlds.CITY}
    assert directory.put(Kind.PLATFORMS, [row], by=OPERATOR, now=now) == []

    heard = reconcile.tell(
        upper.address, upper.key, worlds.SOURCE, REVIEWS, upper.day, known_as="above", now=now
    )

    # Nothing is known under that code here, and each of ours is named.
    assert (heard.state, heard.count) == (ReconciliationState.DIFFERING, 2)
    with pytest.raises(OtherSideRefusedError) as no:
        reconcile.tell(upper.address, upper.key, worlds.SOURCE, REVIEWS, upper.day, known_as="x", now=now)
    assert no.value.code == "no_such_platform"


def test_nobody_there_is_told_from_a_refusal(upper):
    with pytest.raises(OtherSideAwayError):
        upper._replace(address="http://127.0.0.1:1").told()
    with pytest.raises(OtherSideRefusedError, match="404"):
        upper._replace(address=f"{upper.address}/nowhere").told()


def test_the_beat_tells_what_every_platform_has(upper):
    given_here(upper)

    assert reconcile.tell_due(upper.address, upper.key, now=upper.now) == 1

    found = Reconciliation.objects.order_by("day", "kind").values_list("kind", "state", "our_count")
    assert list(found) == [
        ("cases", "equal", 0),
        ("reviews", "equal", 0),
        ("cases", "equal", 3),
        ("reviews", "differing", 2),
    ]


def test_the_beat_waits_for_tomorrow_when_nobody_answers(upper, caplog):
    def told() -> int:
        return sum(record.name == reconcile.__name__ for record in caplog.records)

    caplog.set_level(logging.WARNING)
    assert reconcile.tell_due("", "", now=upper.now) == 0
    assert reconcile.tell_due("http://127.0.0.1:1", "", now=upper.now) == 0
    assert told() == 1
    assert reconcile.tell_due(upper.address, "no", now=upper.now) == 0
    assert told() == 1 + 2 * len(reconcile.DAYS_TOLD)


def test_a_file_tells_the_whole_day(upper):
    lines = [rules.review_line("YC-1", 1, 1, 5), rules.review_line("YC-2", 1, 1, 1)]

    heard = reconcile.hear_whole(worlds.SOURCE, REVIEWS, upper.day, lines, by=OPERATOR, now=upper.now)

    assert heard.differing == [RowDifference("YC-2\t1\t1", "4", "1")]


def test_two_who_begin_at_once_leave_one_reconciliation(upper):
    def begin() -> ReconciliationState:
        return actions.begin(
            worlds.SOURCE, REVIEWS, upper.day, Sums(9, 9, 9), by=OPERATOR, now=upper.now
        ).state

    assert at_once([begin, begin]) == [ReconciliationState.COMPARING] * 2
    assert Reconciliation.objects.count() == 1
