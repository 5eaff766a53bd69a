"""The machines' door for a linked 12345: its orders out, page by page, and progress in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone

from haochaping.accounts import queries as accounts
from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.doors.api import bodies, shapes
from haochaping.doors.api.problems import BAD_CURSOR, NOT_UTF8, answering
from haochaping.doors.gate import machine, set_actor
from haochaping.exchange.fields import shown
from haochaping.exchange.rules import read_json
from haochaping.flows import hotline_in, hotline_out
from haochaping.hotline import queries
from haochaping.hotline.terms import BAD_MESSAGE
from haochaping.kernel.periods import BEIJING
from haochaping.kernel.refused import Refused
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import NO_SUCH_ORDER
from haochaping.ui.sentences import say

if TYPE_CHECKING:
    from django.http import HttpRequest

    from haochaping.hotline.terms import LinkedRow
    from haochaping.kernel.actor import Actor

_ON_PAGE = 100
# What is still being written may show an earlier moment than what is read already: so far back is read again.
_STILL_WRITTEN = timedelta(seconds=60)


def _client(request: HttpRequest) -> Actor:
    actor = accounts.actor_of_client(bodies.client_of(request))
    set_actor(request, actor)
    check_power(actor, Power.ORDER_EXCHANGE)
    return actor


@answering("GET", "HEAD")
@machine
def linked_orders(request: HttpRequest) -> HttpResponse:
    """`GET orders[?cursor=]`: the orders of the client's link that have changed since, oldest change first."""
    actor = _client(request)
    link = queries.link_of_client(int(actor.id))
    asked = bodies.parameters_of(request, frozenset({"cursor"})).get("cursor", "")
    since, after = _cursor(asked)
    rows = queries.changed_since(link.id, since, after, limit=_ON_PAGE)
    found = {row.id: row for row in orders.rows([row.order_id for row in rows])}
    told = shapes.LinkedOrders(
        orders=[
            shapes.LinkedOrder(
                id=row.order_id,
                number=row.number,
                master=row.master,
                changed_at=row.changed_at.astimezone(BEIJING),
                facts=hotline_out.order_facts(found[row.order_id]),
            )
            for row in rows
            if row.order_id in found
        ],
        cursor=_next(rows, asked),
        more=len(rows) == _ON_PAGE,
    )
    return _json(msgspec.json.encode(told))


def _cursor(text: str) -> tuple[datetime, UUID | None]:
    """Where to read on: a moment, and the last row of that moment."""
    if not text:
        return datetime(2000, 1, 1, tzinfo=UTC), None
    moment, _, row = text.partition("_")
    try:
        since, after = datetime.fromisoformat(moment), UUID(row) if row else None
        if since.tzinfo is not None:
            return since.astimezone(UTC), after
    except (ValueError, OverflowError):
        pass
    raise Refused(BAD_CURSOR, field="cursor", value=shown(text))


def _next(rows: list[LinkedRow], asked: str) -> str:
    settled = timezone.now() - _STILL_WRITTEN
    if rows and (len(rows) == _ON_PAGE or rows[-1].changed_at < settled):
        return f"{_written(rows[-1].changed_at)}_{rows[-1].id}"
    return _written(settled) if rows or not asked else asked


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@answering("POST")
@machine
def progress(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """`POST orders/{id}/progress`: one message about an order, as it would come signed; the same id is taken once."""
    actor = _client(request)
    body = bodies.body_of(request)
    try:
        said = read_json(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refused(NOT_UTF8, position=error.start) from None
    if not isinstance(said, dict):
        raise Refused(BAD_MESSAGE, field="message", value="message")
    link = queries.link_of_client(int(actor.id))
    linked = queries.linked_of_order(order_id).answer
    if linked is None or linked.link_id != link.id:
        raise Refused(NO_SUCH_ORDER, field="id")
    message = cast("dict[str, object]", said) | {"order": str(order_id)}
    taken = hotline_in.receive(link, message, now=timezone.now())
    why = None
    if taken.complaint:
        sentence = say(taken.complaint)
        why = shapes.Why(sentence.code, sentence.field, shown(sentence.message, 2000), sentence.remedy)
    return _json(msgspec.json.encode(shapes.Taken(taken.state, taken.is_new, why)))


def _json(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "no-store"})
