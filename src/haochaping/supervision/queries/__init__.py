"""监督 reads: what calls for supervision, the live map of work orders, supervision orders, proposals, urgings, figures."""

from haochaping.supervision.queries.live import late_helpers, live_orders, order_map
from haochaping.supervision.queries.of_order import of_order
from haochaping.supervision.queries.reports import report, report_events, report_of, reports
from haochaping.supervision.queries.rows import (
    measures,
    proposal,
    proposals,
    signal,
    signals,
    supervision,
    supervisions,
    timeline,
    unanswered,
    urging,
    urgings,
    waiting,
    was_talked_to,
)
from haochaping.supervision.queries.watch import (
    alarms,
    behind,
    fared_worse,
    last_windows,
    left_behind,
    over,
    reached,
    repeat_offenders,
)

__all__ = [
    "alarms",
    "behind",
    "fared_worse",
    "last_windows",
    "late_helpers",
    "left_behind",
    "live_orders",
    "measures",
    "of_order",
    "order_map",
    "over",
    "proposal",
    "proposals",
    "reached",
    "repeat_offenders",
    "report",
    "report_events",
    "report_of",
    "reports",
    "signal",
    "signals",
    "supervision",
    "supervisions",
    "timeline",
    "unanswered",
    "urging",
    "urgings",
    "waiting",
    "was_talked_to",
]
