"""The pages about installations above and below: what a supervisor sees of them, and of the orders handled below."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.utils import timezone

from haochaping.flows.take_batch import take
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.identifiers import uuid7
from haochaping.ledger.terms import Suite
from haochaping.levels import actions, keys, queries
from haochaping.levels.models import ReturnedCase
from haochaping.levels.terms import ANSWER_FORMAT, OTHER_CONTENT, Answer, InState, ReturnState
from tests import worlds
from tests.levels import made

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

PAGE = "/oversight/exchange/"


@pytest.fixture
def told(world) -> None:
    """A city that has told of a bad review, of an item nobody knows, and of batch 4 before batch 3."""
    now = timezone.now() - timedelta(hours=2)
    key = made.city(now)
    unknown = made.record("YC-77777777", now) | {"case": worlds.case("YC-77777777", now, item="1" * 31)}
    take(made.batch(key, 1, [made.record("YC-88888888", now, 2), unknown], now), now=now)
    take(made.batch(key, 2, [], now, bytes=5), now=now)
    take(made.batch(key, 4, [], now), now=now)


def html(browser: Client, path: str = "") -> str:
    answer = browser.get(f"{PAGE}{path}", headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def test_what_came_what_is_missing_and_what_was_not_taken_stand_there(told, one):
    page = html(one)

    assert "city" in page
    assert "batches missing: 2, 3" in page
    assert "0 of 1 reviews" in page
    assert "0 of 1 new cases" in page
    assert "0 of 1 steps of work orders" in page
    assert "1 case came back to the sender" in page
    assert "“bytes”" not in page
    assert "does not agree with what was read" in page


def test_what_came_back_from_above_is_named_without_its_number(world, one):
    now = timezone.now()
    key = keys.key_text(queries.our_keys(Suite.INTL))
    actions.add_peer(
        "province",
        known_as="city",
        division=worlds.CITY,
        key=key,
        sends=True,
        takes=False,
        by=OPERATOR,
        now=now,
    )
    peer = queries.peer("province")
    assert peer
    ReturnedCase.objects.create(
        id=uuid7(now),
        peer_id=peer.id,
        source=worlds.SOURCE,
        case_no="YC-20260001",
        code="unknown_item",
        message="The service item “{value}” is not in the directory.",
        params={"value": "111"},
        state=ReturnState.REJECTED,
        since=now,
        again_at=now,
    )

    page = html(one)

    assert "The service item “111” is not in the directory." in page
    assert "YC-20260001" not in page


def test_a_batch_that_was_refused_above_says_why_and_from_which_number_to_go_on(world, one):
    now = timezone.now()
    key = keys.key_text(queries.our_keys(Suite.INTL))
    place: dict[str, Any] = {"known_as": "city", "division": worlds.CITY, "key": key}
    actions.add_peer("province", **place, sends=True, takes=False, by=OPERATOR, now=now)
    peer = queries.peer("province")
    assert peer
    with transaction.atomic():
        actions.queue(peer, [[]], period=(now, now), now=now)
    batch = queries.out_batch(peer.id, 1)
    assert batch
    refused = Answer(
        format=ANSWER_FORMAT,
        sender="province",
        receiver="city",
        seq=1,
        sha256=batch.sha256,
        state=InState.REFUSED,
        at=now,
        next_seq=7,
        code=OTHER_CONTENT.code,
        message=OTHER_CONTENT.message,
        params={"seq": "1", "value": "city", "expected": "7"},
    )
    actions.answered(peer, batch, refused, by=OPERATOR, now=now)

    page = html(one)

    assert "batch 1 was refused there: Batch 1 of “city” has come before with other content" in page
    assert "go on with number 7" in page


def test_orders_handled_below_stand_on_a_page_of_their_own(told, one):
    page = html(one, "orders")

    assert "食品经营许可" in page
    assert "Signed for" in page
    assert "No work order" in html(one, "orders?list=done")


def test_nobody_sees_what_lies_in_another_place(told, supervisor_of: Callable[..., Client]):
    other = supervisor_of("other", worlds.OTHER_CITY)

    assert "No other installation" in html(other)
    assert "No work order" in html(other, "orders")
