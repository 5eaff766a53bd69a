"""通知 writes: conversations and notices to reviewers, notices to staff, addresses that are told by machine."""

from haochaping.notices.actions.choices import choose
from haochaping.notices.actions.deliveries import (
    deliver,
    give_up_failed,
    keep_demo_message,
    mark_read,
    open_thread,
    queue_call,
    queue_many,
    queue_sms,
    requeue,
    write,
)
from haochaping.notices.actions.endpoints import close_endpoint, set_endpoint
from haochaping.notices.actions.staff import address, escalate, mark_notices_read, note_staff, set_about
from haochaping.notices.actions.staff_messages import requeue_message, send_due
from haochaping.notices.actions.steps import queue_steps

__all__ = [
    "address",
    "choose",
    "close_endpoint",
    "deliver",
    "escalate",
    "give_up_failed",
    "keep_demo_message",
    "mark_notices_read",
    "mark_read",
    "note_staff",
    "open_thread",
    "queue_call",
    "queue_many",
    "queue_sms",
    "queue_steps",
    "requeue",
    "requeue_message",
    "send_due",
    "set_about",
    "set_endpoint",
    "write",
]
