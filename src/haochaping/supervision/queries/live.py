"""The live map: open work orders by agency and state, and the rows behind every number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.rectification import queries as work_orders
from haochaping.rectification.queries import help as help_queries
from haochaping.supervision.queries.statements import asked, reach
from haochaping.supervision.terms import MapRow

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import HelpRow, OrderRow


def order_map(by: Actor, now: datetime) -> list[MapRow]:
    """Each agency with open work orders in one's divisions: how many in each state, how many overdue."""
    check_power(by, Power.ORDER_SUPERVISE)
    counts: dict[tuple[int, str, str], dict[str, int]] = {}
    late: dict[tuple[int, str, str], int] = {}
    for agency_id, agency, division, state, count, overdue in asked("map", reach(by) | {"now": now}):
        key = (agency_id, agency, division)
        counts.setdefault(key, {})[state] = count
        late[key] = late.get(key, 0) + overdue
    return [MapRow(*key, found, late[key]) for key, found in counts.items()]


def live_orders(
    by: Actor,
    now: datetime,
    *,
    agency_id: int | None = None,
    state: str = "",
    overdue: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> list[OrderRow]:
    """The open work orders behind a number of the map, the least time left first."""
    check_power(by, Power.ORDER_SUPERVISE)
    wanted = {"agency": agency_id, "state": state, "overdue": overdue, "limit": limit, "offset": offset}
    ids = [row[0] for row in asked("live", reach(by) | {"now": now} | wanted)]
    found = {row.id: row for row in work_orders.rows(ids)}
    return [found[pk] for pk in ids]


def late_helpers(by: Actor, now: datetime, *, agency_id: int | None = None, limit: int = 50) -> list[HelpRow]:
    """The agencies that are overdue with their part of an order of one's divisions: they are late, and not who leads."""
    check_power(by, Power.ORDER_SUPERVISE)
    return help_queries.late_parts(by, now, agency_id=agency_id, limit=limit)
