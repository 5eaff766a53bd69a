"""The jobs of the house, by the names that rooms and flows defer (`outbox.actions.defer`).

A job is thin: keyword-only ids in, one call inward, nothing decided here. It may run twice (a worker can
die after its work and before saying so), so what it calls is idempotent. Its docstring says “Tried again
…”. A job that has used up its retries stays in `haochaping jobs list` with its last error until a person
runs it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from haochaping.doors.jobs.registry import job
from haochaping.flows import call_invited, enter_paper, hotline_out, merge_orders, show_evidence
from haochaping.flows.call_back import connect_call
from haochaping.flows.deliver_notice import deliver_notice, deliver_notices
from haochaping.flows.tell_reviewers import queue_steps
from haochaping.identity import relay
from haochaping.kernel.actor import SYSTEM
from haochaping.notices import actions as notices
from haochaping.notices.terms import Template

if TYPE_CHECKING:
    from haochaping.identity.keys import PrivateKey


def _relay_keys() -> dict[str, PrivateKey]:
    # Read for each job, so that a worker goes on through a rotation.
    return relay.load_keys(settings.KEYS_DIR)


@job("notices.deliver")
def deliver(*, delivery_id: str) -> None:
    """Send one notice. Tried again for a quarter of an hour; what may have gone out is never sent twice."""
    deliver_notice(UUID(delivery_id), relay_keys=_relay_keys(), by=SYSTEM, now=timezone.now())


@job("notices.connect")
def connect(*, delivery_id: str) -> None:
    """Have the relay connect one call. Tried again never: whoever asked is not waiting any more, and asks anew."""
    connect_call(UUID(delivery_id), relay_keys=_relay_keys(), by=SYSTEM, now=timezone.now())


@job("notices.deliver_many")
def deliver_many(*, delivery_ids: list[str]) -> None:
    """Send some notices. Tried again for an hour for those that failed; what may have gone out is never sent twice."""
    ids = [UUID(delivery_id) for delivery_id in delivery_ids]
    deliver_notices(ids, relay_keys=_relay_keys(), by=SYSTEM, now=timezone.now())


@job("notices.address")
def address(*, notice_ids: list[str]) -> None:
    """Find out whom notices concern. Tried again for an hour; a notice that is addressed is not addressed again."""
    notices.address([UUID(notice_id) for notice_id in notice_ids], now=timezone.now())


@job("paper.take")
def take_paper(*, slip_id: int) -> None:
    """Make a review of a slip both typed alike. Tried again for an hour; what is settled is not taken again."""
    enter_paper.take(slip_id, by=SYSTEM, now=timezone.now())


@job("invitations.heard")
def take_heard(*, call_id: str) -> None:
    """Make a review of what was said by phone, or keep a refusal. Tried again for an hour; what is settled stays so."""
    call_invited.take_heard(UUID(call_id), by=SYSTEM, now=timezone.now())


@job("files.erase_evidence")
def erase_evidence(*, evidence_id: str) -> None:
    """Erase the photographs of evidence taken away. Tried again for an hour; what is erased is not erased again."""
    show_evidence.erase(UUID(evidence_id), by=SYSTEM, now=timezone.now())


@job("orders.give_back")
def give_back(*, review_id: str) -> None:
    """Give back what was merged with an order that ended. Tried again for an hour; what is given back stays so."""
    merge_orders.give_back(UUID(review_id), now=timezone.now())


@job("hotline.review_changed")
def review_changed(*, change_id: str, review_id: str) -> None:
    """Queue what a reviewer changed for the hotline. Tried again for an hour; a change is not queued twice."""
    hotline_out.queue_change(UUID(change_id), UUID(review_id), now=timezone.now())


@job("notices.tell_reviewers")
def tell_reviewers(*, template: str, review_ids: list[str], cause: str) -> None:
    """Queue the messages of a step. Tried again for an hour; a cause tells nobody twice."""
    ids = [UUID(review_id) for review_id in review_ids]
    queue_steps(Template(template), ids, cause=UUID(cause), by=SYSTEM, now=timezone.now())
