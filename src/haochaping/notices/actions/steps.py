"""Notices to reviewers at the steps of their order: each once, at its hour, and only the newest."""

from __future__ import annotations

from itertools import batched, groupby
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from haochaping.kernel.identifiers import next_uuid7, uuid7
from haochaping.notices.actions.deliveries import TOGETHER, check_params
from haochaping.notices.models import Delivery
from haochaping.notices.terms import OVERTAKES, STEPS, Channel, DeliveryState
from haochaping.outbox import actions as outbox

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.notices.terms import Step, Template


@transaction.atomic
def queue_steps(
    steps: Sequence[Step], template: Template, *, cause: UUID, by: Actor, now: datetime
) -> list[UUID]:
    """Queue a step's message to many reviewers, each to be sent when it is due; returns the ids.

    Called twice with one `cause` it queues once. What still waits about the same review is replaced: a person who
    wakes up reads what holds then. Nor is told what a later step has overtaken before its message was queued.
    """
    for step in steps:
        check_params(template, step.params)
    told = set(Delivery.objects.filter(cause=cause).values_list("about", flat=True))
    told |= _overtaken([step.about for step in steps], cause)
    fresh = [step for step in steps if step.about not in told]
    waiting = Q(state=DeliveryState.QUEUED, due_at__gt=now, template__in=STEPS)
    Delivery.objects.filter(waiting, about__in=[step.about for step in fresh]).update(
        state=DeliveryState.REPLACED, params={}, at=now, moved_by=str(by)
    )
    rows = [
        Delivery(
            id=uuid7(now),
            person=step.person,
            about=step.about,
            cause=cause,
            template=template,
            params=dict(step.params),
            channel=Channel.SMS,
            state=DeliveryState.QUEUED,
            due_at=step.due_at,
            queued_at=now,
            at=now,
            moved_by=str(by),
        )
        for step in sorted(fresh, key=lambda step: step.due_at)
    ]
    Delivery.objects.bulk_create(rows)
    for due_at, due in groupby(rows, key=lambda row: row.due_at):
        for some in batched((str(row.id) for row in due), TOGETHER):
            at = due_at if due_at and due_at > now else None
            outbox.defer("notices.deliver_many", at=at, delivery_ids=list(some))
    return [row.id for row in rows]


def _overtaken(about: Collection[UUID], cause: UUID) -> set[UUID]:
    """Of which of these reviews something was told, or waits to be, that happened after `cause`."""
    later = next_uuid7(cause)
    newer = Q(cause__gte=later) | Q(cause=None, id__gte=later, template__in=OVERTAKES)
    found = Delivery.objects.filter(newer, about__in=about).values_list("about", flat=True)
    return {review_id for review_id in found if review_id is not None}
