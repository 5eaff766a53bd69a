"""A linked hotline: its process, our web server, and one bad review with its order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as ours
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from haochaping.flows import handle_bad_review, hotline_out
from haochaping.hotline import actions, queries
from haochaping.hotline.models import OutgoingMessage
from haochaping.hotline.terms import Master, ProposedLink
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.notices.rules import endpoint_secret
from haochaping.rectification import queries as orders
from tests import worlds
from tests.flows.conftest import order_of, services
from tests.peers.started import Peer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from haochaping.hotline.terms import LinkedRow
    from haochaping.rectification.terms import OrderRow

MINUTE = timedelta(minutes=1)


@pytest.fixture
def peer(tmp_path, settings) -> Iterator[Peer]:
    """The hotline, not started yet; the operator allows its address."""
    made = Peer(tmp_path)
    settings.WEBHOOK_ORIGINS = frozenset({made.origin})
    yield made
    made.stop()


@pytest.fixture
def site(committed_db: str) -> Iterator[str]:
    """Our web server, and the small world with the completed cases YC-1, of two services, and YC-2."""
    now = timezone.now()
    worlds.build(now)
    worlds.take_case("YC-1", now, occurrences=services(now, 2))
    worlds.take_case("YC-2", now)
    server = LiveServer("127.0.0.1:0")
    yield server.url
    server.stop()


class Both:
    """The two systems side by side."""

    def __init__(self, peer: Peer, site: str, master: Master) -> None:
        self.peer, self.now = peer, timezone.now()
        self.link_id = link_to(peer.origin, master, self.now)
        peer.secret = endpoint_secret(ours.WEBHOOK_KEY, self.link_id)
        peer.ours = site + reverse("wire_hotline_events", args=[self.link_id])
        peer.start()

    def later(self, by: timedelta = MINUTE) -> datetime:
        """Let time pass on our side."""
        self.now += by
        return self.now

    def bad_review(self, case_no: str = "YC-1", **changes: Any) -> OrderRow:
        """A bad review whose order is dispatched and, if the other side answers, there."""
        outcome = worlds.give(case_no, 1, self.later(), **changes)
        assert outcome.id is not None
        assert handle_bad_review.dispatch_due(by=SYSTEM, now=self.later()) == 1
        self.tell()
        return order_of(outcome.id)

    def tell(self, by: timedelta = timedelta(0)) -> int:
        """Our worker's beats, once everything that is due; returns how many messages went out."""
        self.now += by
        self.peer_clock()
        hotline_out.queue_steps(now=self.now)
        gone = 0
        while sent := hotline_out.send_due(now=self.now):
            gone += sent
        return gone

    def peer_clock(self) -> None:
        """The other side's clock goes as ours does."""
        if self.peer.process:
            self.peer.ask("set", now=self.now.timestamp())

    def linked(self, order: OrderRow) -> LinkedRow:
        found = queries.linked_of_order(order.id).answer
        assert found is not None
        return found

    def waiting(self) -> int:
        return OutgoingMessage.objects.filter(state="queued").count()


def link_to(origin: str, master: Master, now: datetime) -> UUID:
    """Link the hotline of the city."""
    proposed = ProposedLink(worlds.CITY, f"{origin}/", master, local_day(now) - timedelta(days=1))
    return actions.set_link(proposed, allowed=ours.WEBHOOK_ORIGINS, by=OPERATOR, now=now)


@pytest.fixture
def theirs(peer: Peer, site: str) -> Both:
    """A hotline that leads."""
    return Both(peer, site, Master.THEIRS)


@pytest.fixture
def led_here(peer: Peer, site: str) -> Both:
    """A hotline that we lead."""
    return Both(peer, site, Master.OURS)


def state(order: OrderRow) -> str:
    """Where the order stands now."""
    [row] = orders.rows([order.id])
    return row.state.value
