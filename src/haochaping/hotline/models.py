"""12345 对接 tables: linked systems, orders at both sides, messages out and in, attachments."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from haochaping.hotline.terms import WORDS_KEPT, AttachmentKind, InState, Master, OutState, Saying, Telling
from haochaping.kernel.privacy import Emptied, Purpose

_BEAT = "empty messages of hotlines"


class HotlineLink(models.Model):
    """对接热线: where a division's hotline answers. Its secret is made of the installation's key and its id."""

    class Privacy:
        plain = ("url", "master")
        account = ("set_by",)

    id = models.UUIDField(primary_key=True)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")
    client = models.ForeignKey("accounts.ApiClient", models.PROTECT, null=True, related_name="+")
    url = models.CharField(max_length=300)
    master = models.CharField(max_length=8)
    begins_at = models.DateTimeField()
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=80)
    # Up to when the steps of its orders have been put into the queue.
    told_until = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "hotline_link"
        verbose_name = "对接热线"
        constraints = [
            CheckConstraint(condition=Q(master__in=list(Master)), name="hotline_link_master_known"),
            UniqueConstraint(
                fields=["division", "agency"],
                condition=Q(closed_at=None),
                nulls_distinct=False,
                name="hotline_link_once",
            ),
            UniqueConstraint(
                fields=["client"],
                condition=Q(closed_at=None, client__isnull=False),
                name="hotline_link_client",
            ),
        ]


class LinkedOrder(models.Model):
    """对应工单: our order and the hotline's number, with the last sequence of each side."""

    class Privacy:
        plain = ("master", "number", "duplicate_of")

    id = models.UUIDField(primary_key=True)
    link = models.ForeignKey(HotlineLink, models.PROTECT, related_name="+")
    order = models.ForeignKey("rectification.WorkOrder", models.PROTECT, related_name="+")
    master = models.CharField(max_length=8)
    number = models.CharField(max_length=60, blank=True)
    duplicate_of = models.CharField(max_length=60, blank=True)
    told_seq = models.IntegerField(default=0)
    heard_seq = models.IntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    linked_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "hotline_linked_order"
        verbose_name = "对应工单"
        indexes = [Index(fields=["link", "changed_at", "id"], name="hotline_linked_changed")]
        constraints = [
            CheckConstraint(condition=Q(master__in=list(Master)), name="hotline_linked_master_known"),
            UniqueConstraint(
                fields=["order"], condition=Q(ended_at=None), name="hotline_linked_one_for_an_order"
            ),
            UniqueConstraint(
                fields=["link", "number"],
                condition=~Q(number="") & Q(ended_at=None),
                name="hotline_linked_one_for_a_number",
            ),
        ]


class OutgoingMessage(models.Model):
    """去件: one message to the hotline. What it says is read when it is sent, so that nothing is copied here."""

    class Privacy:
        purpose = Purpose.EXCHANGE
        retention = Emptied(_BEAT, WORDS_KEPT, ("last_error",))
        plain = ("kind", "about", "state")
        account = ("settled_by",)
        never = ("last_error", "why")

    id = models.UUIDField(primary_key=True)
    linked = models.ForeignKey(LinkedOrder, models.PROTECT, related_name="+")
    seq = models.IntegerField()
    kind = models.CharField(max_length=8)
    about = models.CharField(max_length=40, blank=True)
    event_id = models.UUIDField()
    state = models.CharField(max_length=8)
    attempts = models.IntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "hotline_outgoing"
        verbose_name = "去件"
        indexes = [
            Index(fields=["due_at", "id"], condition=Q(state="queued"), name="hotline_outgoing_due"),
            Index(fields=["event_id"], name="hotline_outgoing_event"),
            Index(fields=["linked"], condition=Q(state="refused"), name="hotline_outgoing_refused"),
        ]
        constraints = [
            CheckConstraint(condition=Q(kind__in=list(Telling)), name="hotline_outgoing_kind_known"),
            CheckConstraint(condition=Q(state__in=list(OutState)), name="hotline_outgoing_state_known"),
            UniqueConstraint(fields=["linked", "seq"], name="hotline_outgoing_seq"),
            UniqueConstraint(fields=["linked", "event_id", "kind", "about"], name="hotline_outgoing_once"),
        ]


class IncomingMessage(models.Model):
    """来件: one message of the hotline, with what became of it; `linked` is null while nobody knows its order."""

    class Privacy:
        purpose = Purpose.EXCHANGE
        retention = Emptied(_BEAT, WORDS_KEPT, ("facts",))
        plain = ("message", "number", "kind", "state", "code", "reason", "remedy", "digest")
        account = ("settled_by",)
        never = ("facts", "params", "why")

    id = models.UUIDField(primary_key=True)
    link = models.ForeignKey(HotlineLink, models.PROTECT, related_name="+")
    linked = models.ForeignKey(LinkedOrder, models.PROTECT, null=True, related_name="+")
    message = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32)
    seq = models.IntegerField()
    number = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=16)
    said_at = models.DateTimeField()
    facts = models.JSONField()
    state = models.CharField(max_length=10)
    code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    remedy = models.CharField(max_length=300, blank=True)
    params = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "hotline_incoming"
        verbose_name = "来件"
        indexes = [
            Index(fields=["link", "received_at"], condition=Q(state="kept"), name="hotline_incoming_kept"),
            Index(fields=["linked", "seq"], condition=Q(state="held"), name="hotline_incoming_held"),
        ]
        constraints = [
            CheckConstraint(condition=Q(kind__in=list(Saying)), name="hotline_incoming_kind_known"),
            CheckConstraint(condition=Q(state__in=list(InState)), name="hotline_incoming_state_known"),
            CheckConstraint(condition=~Q(state="kept", code=""), name="hotline_kept_why"),
            UniqueConstraint(fields=["link", "message"], name="hotline_incoming_once"),
        ]


class Attachment(models.Model):
    """热线附件: what the hotline sent with an order; a picture as drawn anew here, a PDF as it came."""

    class Privacy:
        purpose = Purpose.EXCHANGE
        retention = Emptied(_BEAT, WORDS_KEPT, ("name", "content"))
        plain = ("kind", "code", "sha256")
        never = ("name", "content")

    id = models.UUIDField(primary_key=True)
    linked = models.ForeignKey(LinkedOrder, models.PROTECT, related_name="+")
    incoming = models.OneToOneField(IncomingMessage, models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=12)
    content = models.BinaryField()
    sha256 = models.BinaryField(max_length=32)
    size = models.IntegerField()
    code = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "hotline_attachment"
        verbose_name = "热线附件"
        constraints = [
            CheckConstraint(condition=Q(kind__in=list(AttachmentKind)), name="hotline_attachment_kind_known"),
            CheckConstraint(
                condition=Q(kind=AttachmentKind.QUARANTINED) ^ Q(code=""), name="hotline_attachment_why"
            ),
        ]


class UsedNonce(models.Model):
    """已用随机数: no request is taken twice while its moment counts."""

    class Privacy:
        plain = ("nonce",)

    link = models.ForeignKey(HotlineLink, models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "hotline_used_nonce"
        verbose_name = "已用随机数"
        constraints = [UniqueConstraint(fields=["link", "nonce"], name="hotline_nonce_once")]
