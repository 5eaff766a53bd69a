"""下级工单: how the orders of reported reviews stand, as the installations that handle them tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from django.db import transaction

from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.levels.models import ReportedOrder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.levels.terms import Peer, ToldOrder

type Place = tuple[int, int, int]


@transaction.atomic
def report_orders(
    peer: Peer,
    told: Sequence[tuple[UUID, ToldOrder, Place, tuple[int, int] | None]],
    *,
    own: Mapping[UUID, object],
    by: Actor,
    now: datetime,
) -> list[UUID]:
    """Keep how orders stand below: (review, order, division, agency and item, where an appeal was filed).

    `own` are the reviews that have an order here: theirs below are kept and not counted. Returns the reviews whose
    order was news.
    """
    ids = [review_id for review_id, *_ in told]
    rows = ReportedOrder.objects.select_for_update(of=("self",)).select_related("peer")
    known = {row.review_id: row for row in rows.filter(review_id__in=ids)}
    news = []
    for review_id, order, (division_id, agency_id, item_id), appealed in told:
        facts = msgspec.to_builtins(order) | ({"appeal_place": list(appealed)} if appealed else {})
        row = known.get(review_id)
        # Of two that tell of the same order, the one that told of it first goes on doing so.
        if row is not None and (
            row.facts == facts or (row.peer_id != peer.id and row.peer.closed_at is None)
        ):
            continue
        said = {
            "peer_id": peer.id,
            "number": order.number,
            "state": order.state,
            "division_id": division_id,
            "agency_id": agency_id,
            "item_id": item_id,
            "created_at": order.created_at,
            "facts": facts,
            "reported_at": now,
        }
        if row is None:
            ReportedOrder.objects.create(review_id=review_id, counts=review_id not in own, **said)
        else:
            ReportedOrder.objects.filter(review_id=review_id).update(**said)
        news.append((review_id, order))
    entries = [
        NewEntry(
            EntryKind.ORDER_REPORTED,
            "review",
            str(review_id),
            facts={"peer": peer.code, "order": order.number, "state": order.state.value},
        )
        for review_id, order in news
    ]
    ledger.append(entries, by=by, now=now)
    return [review_id for review_id, _ in news]
