"""Conversations with a reviewer whose number nobody sees, and notices to reviewers that go out once."""

from __future__ import annotations

from functools import partial, reduce
from itertools import batched
from operator import or_
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from haochaping.kernel.identifiers import next_uuid7, uuid7
from haochaping.kernel.masking import masked_email, masked_phone
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.notices import rules, states
from haochaping.notices.models import Delivery, DemoMessage, Message, Thread
from haochaping.notices.terms import (
    BAD_LINE,
    CALL_WAITS,
    NO_DELIVERY,
    NO_THREAD,
    NOT_FAILED,
    OVERTAKES,
    QUESTIONS,
    UNREACHABLE,
    WRONG_PARAMS,
    WRONG_SIDE,
    Channel,
    DeliveryState,
    GatewayFailed,
    Side,
    Template,
)
from haochaping.outbox import actions as outbox
from haochaping.postgres import writes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.notices.gateway import Gateway

_ERROR_LENGTH = 200
_JOB = {Channel.SMS: "notices.deliver", Channel.CALL: "notices.connect", Channel.IVR: "notices.deliver"}
TOGETHER = 50


@transaction.atomic
def open_thread(subject_kind: str, subject_id: str, *, person: UUID | None, by: Actor, now: datetime) -> UUID:
    """Open the conversation about a subject, or find the one that is open; returns its id."""
    thread = Thread(
        id=uuid7(now),
        subject_kind=subject_kind,
        subject_id=subject_id,
        person=person,
        opened_at=now,
        opened_by=str(by),
    )
    writes.insert([thread], ignore_conflicts=True)
    return Thread.objects.values_list("id", flat=True).get(subject_kind=subject_kind, subject_id=subject_id)


@transaction.atomic
def write(thread_id: UUID, side: Side, text: str, *, by: Actor, now: datetime) -> int:
    """Add a message to a thread and return its id.

    Raises `Refused` with `WRONG_SIDE` (nobody writes in the reviewer's name), `NO_THREAD`, `EMPTY_MESSAGE`,
    `LONG_MESSAGE` or `CONTROL_CHARACTERS`.
    """
    if not rules.may_speak(side, by.kind):
        raise Refused(WRONG_SIDE)
    text = clean(text)
    if complaint := rules.text_complaint(text):
        raise Refused(complaint.reason, field=complaint.field, **complaint.params)
    if not Thread.objects.filter(id=thread_id).exists():
        raise Refused(NO_THREAD)
    message = Message.objects.create(thread_id=thread_id, side=side, author=str(by), text=text, sent_at=now)
    return message.pk


@transaction.atomic
def mark_read(thread_id: UUID, side: Side, *, by: Actor, now: datetime) -> int:
    """Mark what the others wrote as read by this side; returns how many messages were new."""
    if not rules.may_speak(side, by.kind):
        raise Refused(WRONG_SIDE)
    return Message.objects.filter(thread_id=thread_id, read_at=None).exclude(side=side).update(read_at=now)


@transaction.atomic
def queue_sms(
    person_id: UUID,
    template: Template,
    params: Mapping[str, str],
    *,
    message_id: int | None = None,
    about: UUID | None = None,
    by: Actor,
    now: datetime,
) -> UUID:
    """Queue one text message to a sealed person and the job `notices.deliver`; returns the delivery's id.

    `about` is the review it speaks of; those of `OVERTAKES` leave nothing for the steps that wait about it to say.

    Raises `Refused(WRONG_PARAMS)` unless `params` are exactly the values of the template.
    """
    check_params(template, params)
    delivery = Delivery(
        id=uuid7(now),
        message_id=message_id,
        person=person_id,
        about=about,
        template=template,
        params=dict(params),
        channel=Channel.SMS,
        state=DeliveryState.QUEUED,
        queued_at=now,
        at=now,
        moved_by=str(by),
    )
    writes.insert([delivery])
    _defer(delivery.pk)
    return delivery.pk


@transaction.atomic
def queue_call(person_id: UUID, *, grant: UUID, line: str, by: Actor, now: datetime) -> UUID:
    """Queue one call between a desk's line and a sealed person, under a grant of the relay; returns the delivery's id.

    Raises `Refused` with `BAD_LINE`, or `CALL_WAITS` while one to this person is under way.
    """
    rung = rules.normal_line(line)
    if rung is None:
        raise Refused(BAD_LINE, field="line")
    underway = (DeliveryState.QUEUED, DeliveryState.SENDING)
    if Delivery.objects.filter(person=person_id, channel=Channel.CALL, state__in=underway).exists():
        raise Refused(CALL_WAITS)
    call = Delivery(
        id=uuid7(now),
        person=person_id,
        grant=grant,
        template=Template.CALL,
        params={"line": rung},
        channel=Channel.CALL,
        state=DeliveryState.QUEUED,
        queued_at=now,
        at=now,
        moved_by=str(by),
    )
    writes.insert([call])
    _defer(call.pk, Channel.CALL)
    return call.pk


def queue_many(
    messages: Sequence[tuple[UUID, Mapping[str, str]]], template: Template, *, by: Actor, now: datetime
) -> list[UUID]:
    """Queue a template's message, or automatic call, to many sealed persons, and one job for each `TOGETHER` of them.

    Returns the ids.

    Raises `Refused(WRONG_PARAMS)` unless every message has exactly the values of the template.
    """
    for _, params in messages:
        check_params(template, params)
    rows = [
        Delivery(
            id=uuid7(now),
            person=person_id,
            template=template,
            params=dict(params),
            channel=Channel.IVR if template in QUESTIONS else Channel.SMS,
            state=DeliveryState.QUEUED,
            queued_at=now,
            at=now,
            moved_by=str(by),
        )
        for person_id, params in messages
    ]
    Delivery.objects.bulk_create(rows)
    ids = [row.id for row in rows]
    for some in batched(ids, TOGETHER):
        outbox.defer("notices.deliver_many", delivery_ids=[str(delivery_id) for delivery_id in some])
    return ids


def deliver(
    delivery_id: UUID,
    *,
    gateway: Gateway,
    phone_of: Callable[[UUID], str],
    translate: Callable[[str], str],
    by: Actor,
    now: datetime,
) -> DeliveryState:
    """Send one queued notice or connect one call; safe to call again: what may have gone out is not sent again.

    The attempt is committed before the gateway is called, so that a crash in between is seen afterwards
    (`UNCLEAR`) instead of repeated; must not run inside another transaction. `phone_of` opens the number (it
    may refuse), `translate` picks the language. Returns the state; `FAILED` may be tried again, `GIVEN_UP` is not.
    """
    claimed = _claim(delivery_id, by, now)
    if isinstance(claimed, DeliveryState):
        return claimed
    person, template, params, attempts = claimed
    try:
        phone = phone_of(person)
        go_out = _way_out(template, params, translate, gateway)
    except Refused as no:
        state = DeliveryState.NO_PHONE if no.code in UNREACHABLE else DeliveryState.FAILED
        return _settle(delivery_id, state, by, now, error=no.code)
    except Exception as error:
        # Nothing has gone out yet: the notice stays open for another try once the cause is mended.
        _settle(delivery_id, DeliveryState.FAILED, by, now, error=type(error).__name__)
        raise
    try:
        ref = go_out(phone, reference=str(delivery_id), now=now)
    except GatewayFailed as failure:
        state = rules.after_failure(template, failure, attempts)
        return _settle(delivery_id, state, by, now, error=str(failure))
    return _settle(delivery_id, DeliveryState.SENT, by, now, ref=ref)


def _way_out(
    template: Template, params: Mapping[str, str], translate: Callable[[str], str], gateway: Gateway
) -> Callable[..., str]:
    """What the gateway does for a template, but for the phone: a message is sent, a call connected, somebody asked."""
    if template == Template.CALL:
        return partial(gateway.connect, params["line"])
    if template in QUESTIONS:
        script = rules.script(template, translate)
        return lambda phone, **sent: gateway.ask(phone, script, answers_to=params["link"], **sent)
    text = rules.wording(template, params, translate)
    return lambda phone, **sent: gateway.send(phone, text, **sent)


@transaction.atomic
def requeue(delivery_id: UUID, *, by: Actor, now: datetime) -> None:
    """Queue a failed or interrupted notice again: a person decides that it has not arrived.

    Raises `Refused` with `NO_DELIVERY` or `NOT_FAILED`.
    """
    delivery = _locked(delivery_id)
    if not states.may_follow(DeliveryState(delivery.state), DeliveryState.QUEUED):
        raise Refused(NOT_FAILED)
    Delivery.objects.filter(id=delivery_id).update(state=DeliveryState.QUEUED, at=now, moved_by=str(by))
    _defer(delivery_id, Channel(delivery.channel))


def give_up_failed(*, by: Actor, now: datetime) -> int:
    """Give up what has failed too long ago for anybody to send it after all; returns how many.

    It keeps neither its link nor its sealed person: nothing needs them any more.
    """
    old = (Q(template=template, at__lt=now - after) for template, after in rules.GIVEN_UP_AFTER.items())
    failed = Delivery.objects.filter(reduce(or_, old), state=DeliveryState.FAILED)
    return failed.update(state=DeliveryState.GIVEN_UP, params={}, at=now, moved_by=str(by))


def keep_demo_message(*, channel: Channel, to: str, text: str, reference: str, now: datetime) -> str:
    """Keep what the demo's gateway would have sent, or that it rang, once per reference; returns the gateway's number.

    `to` is a phone or an address of mail.
    """
    masked = masked_email(to) if "@" in to else masked_phone(to)
    DemoMessage.objects.bulk_create(
        [DemoMessage(channel=channel, masked_to=masked, text=text, reference=reference, at=now)],
        ignore_conflicts=True,
    )
    return f"demo-{reference}"


@transaction.atomic(durable=True)
def _claim(
    delivery_id: UUID, by: Actor, now: datetime
) -> DeliveryState | tuple[UUID, Template, dict[str, str], int]:
    delivery = _locked(delivery_id)
    state = DeliveryState(delivery.state)
    if state == DeliveryState.SENDING:
        Delivery.objects.filter(id=delivery_id).update(state=DeliveryState.UNCLEAR, at=now, moved_by=str(by))
        return DeliveryState.UNCLEAR
    if not states.may_follow(state, DeliveryState.SENDING):
        return state
    if state == DeliveryState.QUEUED and _is_overtaken(delivery):
        Delivery.objects.filter(id=delivery_id).update(
            state=DeliveryState.REPLACED, params={}, at=now, moved_by=str(by)
        )
        return DeliveryState.REPLACED
    Delivery.objects.filter(id=delivery_id).update(
        state=DeliveryState.SENDING, attempts=delivery.attempts + 1, last_error="", at=now, moved_by=str(by)
    )
    return delivery.person, Template(delivery.template), delivery.params, delivery.attempts + 1


def _is_overtaken(step: Delivery) -> bool:
    """Whether more was said at once about the review since the step was taken: asked when its turn comes.

    Whoever says it, a clerk, may not touch what waits (doors/tables.py).
    """
    if step.cause is None or step.about is None:
        return False
    said = Delivery.objects.filter(about=step.about, cause=None, template__in=OVERTAKES)
    return said.filter(id__gte=next_uuid7(step.cause)).exists()


@transaction.atomic(durable=True)
def _settle(
    delivery_id: UUID, state: DeliveryState, by: Actor, now: datetime, *, error: str = "", ref: str = ""
) -> DeliveryState:
    facts: dict[str, object] = {
        "state": state,
        "last_error": error[:_ERROR_LENGTH],
        "gateway_ref": ref[:100],
        "at": now,
        "moved_by": str(by),
    }
    if state in {DeliveryState.SENT, DeliveryState.NO_PHONE, DeliveryState.GIVEN_UP}:
        # The link opens the reviewer's own page: it does not stay here once it has been sent.
        facts["params"] = {}
    Delivery.objects.filter(id=delivery_id).exclude(state=DeliveryState.SENT).update(**facts)
    return state


def check_params(template: Template, params: Mapping[str, str]) -> None:
    """Refuse `WRONG_PARAMS` unless these are exactly the values of the template."""
    needed = rules.placeholders(template)
    if needed != params.keys():
        raise Refused(WRONG_PARAMS, template=template.value, needed=", ".join(sorted(needed)))


def _locked(delivery_id: UUID) -> Delivery:
    delivery = Delivery.objects.select_for_update().filter(id=delivery_id).first()
    if delivery is None:
        raise Refused(NO_DELIVERY)
    return delivery


def _defer(delivery_id: UUID, channel: Channel = Channel.SMS) -> None:
    outbox.defer(_JOB[channel], lock=f"delivery-{delivery_id}", delivery_id=str(delivery_id))
