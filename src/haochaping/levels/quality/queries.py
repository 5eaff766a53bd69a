"""批次质量 reads: the batches of a day and what was told above of it, for the scorecards of platforms."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from importlib import resources
from typing import TYPE_CHECKING

from django.db import connection

from haochaping.exchange.quality.terms import SILENT_AFTER, Batches, OrdersBelow, OtherSide, TwoSides
from haochaping.kernel.periods import BEIJING
from haochaping.levels.quality.rules import CameBatch, judge_batches
from haochaping.levels.terms import InState
from haochaping.postgres.rows import array

if TYPE_CHECKING:
    from datetime import date

_FOLDER = resources.files("haochaping.levels").joinpath("sql")
_CARRIED = _FOLDER.joinpath("carried_sources.sql").read_text(encoding="utf-8")
_TOLD = _FOLDER.joinpath("told_totals.sql").read_text(encoding="utf-8")
_ORDERS = _FOLDER.joinpath("orders_below.sql").read_text(encoding="utf-8")
_BATCHES = _FOLDER.joinpath("batches_of_day.sql").read_text(encoding="utf-8")


def told_above(day: date) -> dict[str, list[TwoSides]]:
    """The totals of a day that were told to the levels above, beside what is there, by the code of the platform."""
    found: dict[str, list[TwoSides]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, {"day": day})
        for source, peer, kind, *totals in cursor.fetchall():
            here, there = (totals[0], totals[1]), (totals[2], totals[3])
            found.setdefault(source, []).append(TwoSides(OtherSide.ABOVE, peer, kind, here, there))
    return found


def orders_below(until: date, *, months: int) -> list[OrdersBelow]:
    """The orders that are handled below, by platform and month of opening, of the whole months before that of a day.

    Those that were merged, excluded or cancelled there are none, nor are those counted as an order of our own.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, {"until": until, "months": months})
        return [OrdersBelow(*row) for row in cursor.fetchall()]


def batches_of(day: date) -> dict[int, Batches]:
    """The batches of a day by platform, of those that peers report; where several report one, all of theirs."""
    begin = datetime.combine(day, time(), BEIJING)
    end = begin + timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(_CARRIED, {"day": day})
        carried = cursor.fetchall()
        if not carried:
            return {}
        peers = {peer_id: (code, taken_seq) for _, peer_id, code, taken_seq in carried}
        cursor.execute(_BATCHES, {"peers": array(peers), "heard_from": end - SILENT_AFTER, "end": end})
        came: dict[int, list[CameBatch]] = defaultdict(list)
        for peer_id, seq, state, code, at in cursor.fetchall():
            came[peer_id].append(CameBatch(seq, InState(state), code, at))
    judged = {
        peer_id: judge_batches(code, taken_seq, came[peer_id], begin=begin, end=end)
        for peer_id, (code, taken_seq) in peers.items()
    }
    found: dict[int, Batches] = {}
    for platform_id, peer_id, _, _ in carried:
        one, stood = judged[peer_id], found.get(platform_id, Batches(0, 0))
        found[platform_id] = Batches(
            stood.received + one.received, stood.expected + one.expected, (*stood.findings, *one.findings)
        )
    return found
