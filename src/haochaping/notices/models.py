"""通知 tables: threads with a reviewer nobody can name, their messages, and what went out."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from haochaping.notices.terms import Channel, DeliveryState, Side, Template


class Thread(models.Model):
    """会话: one per subject; `person` is a sealed person's id, without a key because rooms are equals."""

    class Privacy:
        plain = ("subject_kind", "subject_id")
        kept = ("opened_by",)

    id = models.UUIDField(primary_key=True)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=40)
    person = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=100)

    class Meta:
        db_table = "notices_thread"
        verbose_name = "会话"
        constraints = [UniqueConstraint(fields=["subject_kind", "subject_id"], name="thread_one_per_subject")]


class Message(models.Model):
    """会话消息; the author is for the authority's own eyes."""

    class Privacy:
        plain = ("side",)
        kept = ("author", "text")

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="+", db_index=False)
    side = models.CharField(max_length=10)
    author = models.CharField(max_length=100)
    text = models.TextField()
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_message"
        verbose_name = "会话消息"
        constraints = [
            CheckConstraint(condition=Q(side__in=[s.value for s in Side]), name="message_side"),
            CheckConstraint(condition=~Q(text=""), name="message_not_empty"),
        ]
        indexes = [models.Index(fields=["thread", "id"], name="message_of_thread")]


class Delivery(models.Model):
    """外发通知: a message or a call; `params` is empty once it has gone out; `at`, `moved_by` are of the last move."""

    class Privacy:
        plain = ("template", "channel", "state", "last_error", "gateway_ref")
        kept = ("moved_by",)
        never = ("params",)

    id = models.UUIDField(primary_key=True)
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="+")
    person = models.UUIDField(db_index=True)
    grant = models.UUIDField(null=True)
    template = models.CharField(max_length=20)
    params = models.JSONField(default=dict)
    channel = models.CharField(max_length=5)
    state = models.CharField(max_length=10)
    attempts = models.SmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    gateway_ref = models.CharField(max_length=100, blank=True)
    queued_at = models.DateTimeField()
    at = models.DateTimeField()
    moved_by = models.CharField(max_length=100)

    class Meta:
        db_table = "notices_delivery"
        verbose_name = "外发通知"
        constraints = [
            CheckConstraint(condition=Q(state__in=[s.value for s in DeliveryState]), name="delivery_state"),
            CheckConstraint(condition=Q(channel__in=[c.value for c in Channel]), name="delivery_channel"),
            CheckConstraint(condition=Q(template__in=[t.value for t in Template]), name="delivery_template"),
            # A call has its permission, kept by room identity; a message needs none.
            CheckConstraint(
                condition=Q(channel=Channel.CALL.value, template=Template.CALL.value, grant__isnull=False)
                | (~Q(channel=Channel.CALL.value) & ~Q(template=Template.CALL.value) & Q(grant__isnull=True)),
                name="delivery_call_has_grant",
            ),
        ]
        indexes = [
            models.Index(fields=["grant"], name="delivery_of_grant", condition=Q(grant__isnull=False)),
            models.Index(
                fields=["at"],
                name="delivery_unfinished",
                condition=~Q(state__in=[DeliveryState.SENT.value, DeliveryState.NO_PHONE.value]),
            ),
        ]


class DemoMessage(models.Model):
    """示例短信: what the demo's gateway would have sent, with the phone masked."""

    class Privacy:
        masked = ("masked_phone",)
        plain = ("reference",)
        never = ("text",)

    masked_phone = models.CharField(max_length=20)
    text = models.TextField()
    reference = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "notices_demo_message"
        verbose_name = "示例短信"
