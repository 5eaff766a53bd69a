"""Whatever a linked hotline says, signed: never a fault of ours, and what is said to be new is in the books, once."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.conf import settings as ours
from django.db import transaction
from django.test import Client
from django.utils import timezone

from haochaping.exchange.rules import read_json
from haochaping.flows import handle_bad_review, hotline_out
from haochaping.hotline import queries, rules
from haochaping.hotline.models import IncomingMessage
from haochaping.hotline.terms import Master, Said
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.refused import Refused
from haochaping.notices.rules import endpoint_secret
from haochaping.ui.sentences import say
from tests import worlds
from tests.flows.conftest import order_of
from tests.fuzz.corpus import fuzzed, seeds
from tests.hotline.conftest import link_to

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.urls("tests.fuzz.urls")
_ORIGIN = "http://127.0.0.1:9"
_PLACE = b"@ORDER@"
_FACTS = ("reason", "until", "days", "agency", "text", "content", "deadlines", "call", "is_true")


def test_messages():
    def attempt(data: bytes) -> None:
        with suppress(UnicodeDecodeError, Refused):
            body = read_json(data.replace(_PLACE, str(UUID(int=1)).encode()).decode())
            said = _or_no(partial(rules.read, body))
            if isinstance(said, Said):
                for name in _FACTS:
                    for read in (rules.moment, rules.word, rules.whole, rules.flag, rules.inner):
                        _or_no(partial(read, said.facts, name))

    fuzzed("hotline", attempt)


def _or_no(read: Callable[[], object]) -> object:
    try:
        return read()
    except Refused as no:
        assert say(no.complaint).message
        return None


@pytest.fixture(params=list(Master))
def linked(db: None, settings, request) -> tuple[UUID, UUID]:
    """A link and an order that went through it, at the hotline that leads or is led."""
    settings.WEBHOOK_ORIGINS = frozenset({_ORIGIN})
    now = timezone.now() - timedelta(hours=1)
    worlds.build(now)
    worlds.take_case("YC-1", now)
    link_id = link_to(_ORIGIN, request.param, now)
    outcome = worlds.give("YC-1", 1, now + timedelta(minutes=1))
    assert outcome.id is not None
    handle_bad_review.dispatch_due(by=SYSTEM, now=now + timedelta(minutes=30))
    hotline_out.queue_steps(now=now + timedelta(minutes=31))
    order_id = order_of(outcome.id).id
    assert queries.linked_of_order(order_id).answer is not None
    return link_id, order_id


def test_the_door(linked):
    link_id, order_id = linked
    secret = endpoint_secret(ours.WEBHOOK_KEY, link_id)
    new = 0

    def attempt(data: bytes) -> None:
        nonlocal new
        body = data.replace(_PLACE, str(order_id).encode())
        with transaction.atomic():
            before = IncomingMessage.objects.count()
            answers = [_said(link_id, secret, nonce, body) for nonce in ("first", "again")]
            assert all(status < 500 for status, _ in answers), answers
            (status, told), (_, again) = answers
            kept = IncomingMessage.objects.count() - before
            assert kept == (status == 200 and told["new"]), answers
            assert status != 200 or not again["new"], "the same message again is the same"
            assert status == 200 or told["reason"], answers
            new += kept
            transaction.set_rollback(True)

    fuzzed("hotline", attempt, few=25)
    assert new >= len(seeds("hotline")) // 2, "else nothing of it was tried"


def _said(link_id: UUID, secret: str, nonce: str, body: bytes) -> tuple[int, dict[str, object]]:
    stamp = str(int(timezone.now().timestamp()))
    answer = Client().post(
        f"/wire/hotline/{link_id}/events",
        body,
        content_type="application/json",
        headers={
            "X-Hotline-Timestamp": stamp,
            "X-Hotline-Nonce": nonce,
            "X-Hotline-Signature": f"v1={rules.signature(secret, rules.THEIRS, stamp, nonce, body)}",
        },
    )
    return answer.status_code, json.loads(answer.content)
