"""层级交换 writes: peers, batches of both directions, cases that came back, orders told from below."""

from haochaping.levels.actions.carried import carry
from haochaping.levels.actions.days import day_compared, day_heard, day_told, forget_days
from haochaping.levels.actions.incoming import empty_answers, failed, hold, merged, refused, stage
from haochaping.levels.actions.orders import report_orders
from haochaping.levels.actions.outgoing import (
    answered,
    away,
    exclude,
    hold_senders,
    queue,
    requeue,
    sent,
    set_aside,
    start_over,
    told_until,
    try_now,
)
from haochaping.levels.actions.peers import add_peer, close_peer
from haochaping.levels.actions.returns import leave_out, send_again, settle_returns

__all__ = [
    "add_peer",
    "answered",
    "away",
    "carry",
    "close_peer",
    "day_compared",
    "day_heard",
    "day_told",
    "empty_answers",
    "exclude",
    "failed",
    "forget_days",
    "hold",
    "hold_senders",
    "leave_out",
    "merged",
    "queue",
    "refused",
    "report_orders",
    "requeue",
    "send_again",
    "sent",
    "set_aside",
    "settle_returns",
    "stage",
    "start_over",
    "told_until",
    "try_now",
]
