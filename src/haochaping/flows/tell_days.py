"""报对账单: what we hold of each platform's day goes to the installations above in the batches of the exchange.

So two installations reconcile without a line between them. As every question is a journey there and back, a statement
brings along the sums of its whole tree: what is asked for afterwards are rows.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import batched
from typing import TYPE_CHECKING

import msgspec
from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.exchange.reconciliation import actions, queries, rules
from haochaping.exchange.reconciliation.terms import Part, StatedKind, StatementSide
from haochaping.flows.reconcile import DAYS_TOLD
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.levels import actions as levels
from haochaping.levels.rules import cut
from haochaping.levels.terms import BatchKind, StatedDay

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from haochaping.directory.terms import PlacedRef
    from haochaping.exchange.reconciliation.rules import Side
    from haochaping.levels.terms import HeardDay, Peer

# Of a case only what a platform has sent is known above; of reviews also what people gave here.
_SIDES = {StatedKind.CASES: StatementSide.RECEIVED, StatedKind.REVIEWS: StatementSide.HELD}
# In one line; rows of more would make it very long.
_PARTS = 200


def queue_due(*, over_lines: bool, now: datetime) -> int:
    """Tell the peers above of yesterday and of the day a week ago; returns how many batches that makes.

    Without `over_lines`, those that are reached over the network are left out: they are told otherwise.
    """
    days = [local_day(now) - timedelta(days=days) for days in DAYS_TOLD]
    return queue_days(days, over_lines=over_lines, now=now)


@transaction.atomic
def queue_days(days: Sequence[date], *, code: str = "", over_lines: bool = True, now: datetime) -> int:
    """Put statements of these days into batches for the peers above, or for one; returns how many batches that makes."""
    peers = [peer for peer in levels.hold_senders(code) if over_lines or not peer.url]
    return sum(_queue(peer, day, now) for peer in peers for day in days)


def _queue(peer: Peer, day: date, now: datetime) -> int:
    told = queries.to_tell(day)
    platforms = directory.platforms({source for source, _ in told})
    statements = [
        _statement(platforms[source], kind, day, now)
        for source, kind in told
        if platforms[source].division_path.startswith(peer.division_path)
    ]
    for said in statements:
        levels.day_told(peer, said, now=now)
    return _send(peer, statements, day, now)


def _statement(platform: PlacedRef, kind: StatedKind, day: date, now: datetime) -> StatedDay:
    side, sums = actions.state(platform.id, kind, day, side=_SIDES[kind], now=now)
    return StatedDay(source=platform.code, kind=kind, day=day, statement=sums, parts=_tree(side))


def _tree(side: Side) -> list[Part]:
    """All the sums of a side from the top down, or its rows where these are few."""
    if rules.is_told_by_row(side, ""):
        return rules.answers(side, [""])
    parts, prefixes = [], [""]
    for prefix in prefixes:
        children = side.children(prefix)
        parts.append(Part(prefix, children=children))
        prefixes += [prefix + digit for digit in children if not rules.is_told_by_row(side, prefix + digit)]
    return parts


def go_on(peer: Peer, heard: Iterable[HeardDay], *, now: datetime) -> int:
    """Keep what a peer that is held has answered, and tell it the rows that it asks for; returns how many batches."""
    batches = 0
    for one in heard:
        levels.day_heard(peer, one, now=now)
        wanted = [prefix for prefix in one.wanted if rules.is_prefix(prefix)]
        platform = directory.platforms([one.source]).get(one.source)
        side = queries.stored(platform.id, one.kind, one.day, _SIDES[one.kind]) if platform else None
        if wanted and side:
            parts = rules.answers(side, wanted)
            lines = [
                StatedDay(source=one.source, kind=one.kind, day=one.day, parts=list(some))
                for some in batched(parts, _PARTS, strict=False)
            ]
            batches += _send(peer, lines, one.day, now)
    return batches


def _send(peer: Peer, said: Sequence[StatedDay], day: date, now: datetime) -> int:
    start = datetime.combine(day, time(), BEIJING)
    lines = [msgspec.to_builtins(one) for one in said]
    batches = list(cut(lines))
    levels.queue(peer, batches, kind=BatchKind.STATEMENT, period=(start, start + timedelta(days=1)), now=now)
    return len(batches)
