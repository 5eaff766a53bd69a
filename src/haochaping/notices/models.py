"""通知 tables: threads with a reviewer nobody can name, their messages, and what went out."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from haochaping.accounts.models import User
from haochaping.directory.models import Agency, Division
from haochaping.kernel.masking import masked_phone
from haochaping.kernel.privacy import Kept, Purpose
from haochaping.notices.terms import (
    TOLD_HIGHER_UP,
    Channel,
    DeliveryState,
    MailChoice,
    NoticeKind,
    Side,
    Template,
)


class Thread(models.Model):
    """会话: one per subject; `person` is a sealed person's id, without a key because rooms are equals."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("subject_kind", "subject_id")
        account = ("opened_by",)
        linked = ("person",)

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
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("side",)
        account = ("author",)
        never = ("text",)

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
    """外发通知: a message or a call; `params` is empty once it has gone out; `at`, `moved_by` are of the last move.

    Of a review it names which; a notice of a step (`STEPS`) also what caused it, and the moment before which it waits.
    """

    class Privacy:
        purpose = Purpose.NOTICE
        retention = Kept.SENT
        plain = ("template", "channel", "state", "last_error", "gateway_ref")
        account = ("moved_by",)
        linked = ("person",)
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
    about = models.UUIDField(null=True)
    cause = models.UUIDField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_delivery"
        verbose_name = "外发通知"
        constraints = [
            CheckConstraint(condition=Q(state__in=[s.value for s in DeliveryState]), name="delivery_state"),
            CheckConstraint(
                condition=Q(channel__in=[Channel.SMS.value, Channel.CALL.value, Channel.IVR.value]),
                name="delivery_channel",
            ),
            CheckConstraint(condition=Q(template__in=[t.value for t in Template]), name="delivery_template"),
            # A call has its permission, kept by room identity; a message needs none.
            CheckConstraint(
                condition=Q(channel=Channel.CALL.value, template=Template.CALL.value, grant__isnull=False)
                | (~Q(channel=Channel.CALL.value) & ~Q(template=Template.CALL.value) & Q(grant__isnull=True)),
                name="delivery_call_has_grant",
            ),
            CheckConstraint(
                condition=Q(channel=Channel.IVR.value, template=Template.SAMPLE_CALL.value)
                | ~Q(channel=Channel.IVR.value) & ~Q(template=Template.SAMPLE_CALL.value),
                name="delivery_asks_by_phone",
            ),
            # A job that runs twice tells nobody twice.
            UniqueConstraint(
                fields=["cause", "about"], condition=Q(cause__isnull=False), name="delivery_once_for_a_cause"
            ),
        ]
        indexes = [
            models.Index(fields=["grant"], name="delivery_of_grant", condition=Q(grant__isnull=False)),
            models.Index(fields=["about"], name="delivery_about", condition=Q(about__isnull=False)),
            models.Index(
                fields=["at"],
                name="delivery_unfinished",
                condition=~Q(
                    state__in=[
                        DeliveryState.SENT.value,
                        DeliveryState.NO_PHONE.value,
                        DeliveryState.REPLACED.value,
                        DeliveryState.GIVEN_UP.value,
                    ]
                ),
            ),
        ]


class DemoMessage(models.Model):
    """示例短信: what the demo's gateway would have sent, calls and mails too, with phone or address masked."""

    class Privacy:
        purpose = Purpose.NOTICE
        retention = Kept.DEMO
        plain = ("reference", "channel")
        masked = {"masked_to": masked_phone}
        never = ("text",)

    channel = models.CharField(max_length=10, default=Channel.SMS, db_default=Channel.SMS.value)
    masked_to = models.CharField(max_length=40)
    text = models.TextField()
    reference = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "notices_demo_message"
        verbose_name = "示例短信"


class Endpoint(models.Model):
    """通知接收地址: where a program of a division is told; what it is signed with comes from a key file and the id."""

    class Privacy:
        plain = ("url",)
        account = ("set_by",)

    id = models.UUIDField(primary_key=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    url = models.CharField(max_length=300)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=100)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_endpoint"
        verbose_name = "通知接收地址"
        constraints = [
            UniqueConstraint(
                fields=["division"], condition=Q(closed_at=None), name="endpoint_one_of_a_division"
            )
        ]


class StaffMessage(models.Model):
    """外发工作通知: a mail, a text message or a signed request that tells of one notice or of many.

    While it is `queued` it gathers what belongs to it; `kind` is empty where it tells of several. `due_at` is None when
    nothing more happens to it by itself.
    """

    class Privacy:
        plain = ("channel", "kind", "state", "last_error")

    id = models.UUIDField(primary_key=True)
    channel = models.CharField(max_length=8)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, blank=True)
    count = models.IntegerField()
    state = models.CharField(max_length=10)
    attempts = models.SmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        db_table = "notices_staff_message"
        verbose_name = "外发工作通知"
        constraints = [
            CheckConstraint(
                condition=Q(state__in=[one.value for one in DeliveryState]), name="staff_message_state"
            ),
            CheckConstraint(
                condition=Q(channel__in=["email", "sms"], user__isnull=False, endpoint=None)
                | Q(channel="webhook", user=None, endpoint__isnull=False),
                name="staff_message_to_somebody",
            ),
            # What makes a burst one message.
            UniqueConstraint(
                fields=["user", "channel", "kind"],
                condition=Q(state=DeliveryState.QUEUED.value),
                name="staff_message_one_gathers",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "due_at"], name="staff_message_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["user", "channel", "kind", "-at"], name="staff_message_last"),
            models.Index(
                fields=["endpoint", "-at"],
                name="staff_message_pushed",
                condition=Q(endpoint__isnull=False),
            ),
            models.Index(fields=["at"], name="staff_message_sending", condition=Q(state="sending")),
        ]


class StaffNotice(models.Model):
    """工作通知: one event and the people it is addressed to by their powers in its place."""

    class Privacy:
        plain = ("kind", "subject_kind", "subject_id", "facts")
        account = ("caused_by",)

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", db_index=False)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=40)
    staff_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    caused_by = models.CharField(max_length=100)
    addressed_at = models.DateTimeField(null=True)
    unread_due_at = models.DateTimeField(null=True)
    pushed = models.ForeignKey(StaffMessage, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "notices_staff_notice"
        verbose_name = "工作通知"
        constraints = [
            CheckConstraint(condition=Q(kind__in=[one.value for one in NoticeKind]), name="staff_notice_kind")
        ]
        indexes = [
            models.Index(
                fields=["unread_due_at"],
                name="staff_notice_unread_due",
                condition=Q(unread_due_at__isnull=False),
            ),
            models.Index(
                fields=["subject_id"],
                name="staff_notice_higher_up",
                condition=Q(kind__in=sorted({kind.value for kind in TOLD_HIGHER_UP.values()})),
            ),
        ]


class NoticeCopy(models.Model):
    """通知送达: one notice in the list of one person."""

    notice = models.ForeignKey(StaffNotice, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_notice_copy"
        verbose_name = "通知送达"
        constraints = [UniqueConstraint(fields=["notice", "user"], name="notice_copy_once")]
        indexes = [
            models.Index(fields=["user", "-notice"], name="notice_copy_of_user"),
            models.Index(fields=["user"], name="notice_copy_unread", condition=Q(read_at=None)),
        ]


class NoticeChoice(models.Model):
    """通知选择: how one person wants to be told of one kind; without a row, at the desk only."""

    class Privacy:
        plain = ("kind", "mail")

    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    mail = models.CharField(max_length=10)
    sms = models.BooleanField(default=False)

    class Meta:
        db_table = "notices_notice_choice"
        verbose_name = "通知选择"
        constraints = [
            UniqueConstraint(fields=["user", "kind"], name="notice_choice_once"),
            CheckConstraint(
                condition=Q(mail__in=[one.value for one in MailChoice]), name="notice_choice_mail"
            ),
            CheckConstraint(
                condition=Q(kind__in=[one.value for one in NoticeKind]), name="notice_choice_kind"
            ),
        ]


class StaffContact(models.Model):
    """工作联系方式: where one person's notices go besides the desk; given by themselves."""

    class Privacy:
        purpose = Purpose.STAFF
        retention = Kept.OWNER
        kept = ("email", "phone")

    user = models.OneToOneField(User, models.PROTECT, related_name="+", primary_key=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=11, blank=True)

    class Meta:
        db_table = "notices_staff_contact"
        verbose_name = "工作联系方式"
