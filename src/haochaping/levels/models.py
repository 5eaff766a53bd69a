"""层级交换 tables: peers, batches of both directions, cases that came back, orders told from below."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from haochaping.exchange.reconciliation.terms import STATEMENTS_KEPT, StatedKind
from haochaping.kernel.masking import masked_number
from haochaping.kernel.privacy import Emptied, Erased, Kept, Purpose
from haochaping.ledger.terms import Suite
from haochaping.levels.terms import BATCH_ANSWERS_KEPT, BatchKind, InState, OutState, ReturnState
from haochaping.rectification.terms import OrderState


class Peer(models.Model):
    """对端: another installation that reports to us, or that we report to, and how far each of us has come."""

    class Privacy:
        plain = ("code", "known_as", "url", "public_key", "last_error")

    code = models.CharField(max_length=40, unique=True)
    known_as = models.CharField(max_length=40)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    suite = models.SmallIntegerField(db_default=Suite.INTL)
    public_key = models.BinaryField(max_length=1248)
    url = models.CharField(max_length=300, blank=True)
    sends = models.BooleanField()
    takes = models.BooleanField()
    # The last entry of the ledger that has been looked at for it.
    told_index = models.BigIntegerField(default=-1)
    told_seq = models.IntegerField(default=0)
    taken_seq = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    last_error = models.CharField(max_length=300, blank=True)
    heard_at = models.DateTimeField(null=True)
    # The number that it expects next, as it has said last, and when it said so: answers are carried in any order.
    expects = models.IntegerField(null=True)
    expects_at = models.DateTimeField(null=True)
    set_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "levels_peer"
        verbose_name = "对端"


class OutgoingBatch(models.Model):
    """去批: a signed batch to a peer, kept byte for byte until it has been taken there."""

    class Privacy:
        purpose = Purpose.EXCHANGE
        retention = Kept.SENT
        plain = ("kind", "state", "sha256", "code", "message", "params", "why")
        never = ("content",)

    id = models.UUIDField(primary_key=True)
    peer = models.ForeignKey(Peer, models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=12)
    rows = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    attempts = models.IntegerField(default=0)
    # How often the receiver has said that it failed to take it.
    failures = models.IntegerField(db_default=0)
    why = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300, blank=True)
    params = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "levels_outgoing_batch"
        verbose_name = "去批"
        constraints = [
            UniqueConstraint(fields=["peer", "seq"], name="outgoing_batch_seq"),
            CheckConstraint(condition=Q(kind__in=list(BatchKind)), name="outgoing_batch_kind_known"),
            CheckConstraint(condition=Q(state__in=list(OutState)), name="outgoing_batch_state_known"),
        ]
        indexes = [
            Index(
                fields=["peer", "seq"],
                condition=Q(state__in=[OutState.QUEUED, OutState.SENT, OutState.REJECTED]),
                name="outgoing_batch_open",
            )
        ]


class IncomingBatch(models.Model):
    """来批: a batch of a peer, with the answer it was given; its body stays only while it waits for one before it or fails.

    The answer names cases that were returned; once it is emptied, the same batch is told only how it ended.
    """

    class Privacy:
        purpose = Purpose.EXCHANGE
        retention = Emptied("empty answers to batches", BATCH_ANSWERS_KEPT, ("answer",))
        plain = ("kind", "state", "sha256", "code", "message", "params")
        never = ("content", "answer")

    id = models.UUIDField(primary_key=True)
    peer = models.ForeignKey(Peer, models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    answer = models.BinaryField()
    rows = models.IntegerField(default=0)
    # What was news in it: reviews, cases and steps of orders, with how much of each came late (`terms.News`).
    reviews = models.IntegerField(default=0)
    late = models.IntegerField(default=0)
    cases = models.IntegerField(db_default=0)
    cases_late = models.IntegerField(db_default=0)
    orders = models.IntegerField(db_default=0)
    orders_late = models.IntegerField(db_default=0)
    returned = models.IntegerField(default=0)
    failures = models.IntegerField(db_default=0)
    code = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300, blank=True)
    params = models.JSONField(default=dict)
    # When its sender made it; unknown of those that came before this was kept.
    made_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "levels_incoming_batch"
        verbose_name = "来批"
        constraints = [
            UniqueConstraint(
                fields=["peer", "seq"], condition=~Q(state=InState.REFUSED), name="incoming_batch_seq"
            ),
            CheckConstraint(condition=Q(state__in=list(InState)), name="incoming_batch_state_known"),
        ]
        indexes = [Index(fields=["peer", "received_at"], name="incoming_batch_newest")]


class CarriedSource(models.Model):
    """转报来源: a platform in a peer's division whose cases come in its batches, and since which day."""

    peer = models.ForeignKey(Peer, models.PROTECT, related_name="+", db_index=False)
    platform = models.ForeignKey("directory.Platform", models.PROTECT, related_name="+", db_index=False)
    since = models.DateField()

    class Meta:
        db_table = "levels_carried_source"
        verbose_name = "转报来源"
        constraints = [UniqueConstraint(fields=["peer", "platform"], name="carried_source_once")]


class ReturnedCase(models.Model):
    """退回办件: a case of ours that a peer could not take whole, with its reason; sent again until it is fixed or left out."""

    class Privacy:
        purpose = Purpose.EXCHANGE
        retention = Kept.RECORD
        plain = ("source", "code", "field", "message", "params", "state", "why")
        account = ("settled_by",)
        masked = {"case_no": masked_number}

    id = models.UUIDField(primary_key=True)
    peer = models.ForeignKey(Peer, models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=40)
    case_no = models.CharField(max_length=50)
    code = models.CharField(max_length=60)
    field = models.CharField(max_length=100, blank=True)
    message = models.CharField(max_length=300)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=8)
    attempts = models.IntegerField(default=1)
    since = models.DateTimeField()
    again_at = models.DateTimeField()
    why = models.CharField(max_length=300, blank=True)
    settled_by = models.CharField(max_length=80, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "levels_returned_case"
        verbose_name = "退回办件"
        constraints = [
            UniqueConstraint(fields=["peer", "source", "case_no"], name="returned_case_once"),
            CheckConstraint(condition=Q(state__in=list(ReturnState)), name="returned_case_state_known"),
        ]


class ToldDay(models.Model):
    """对账单 that was told to a level above: a platform's day, and what it answered. Told anew it replaces itself.

    `peer` is null where the level above is asked on the line (HAOCHAPING_RECONCILE_WITH). `said_…` is what we told,
    `there_…` what is there; of reviews the totals are sums of levels.
    """

    class Privacy:
        purpose = Purpose.EXCHANGE
        retention = Erased("forget days told above", STATEMENTS_KEPT)
        plain = ("source", "kind", "state", "message", "params")
        never = ("differing",)

    peer = models.ForeignKey(Peer, models.PROTECT, null=True, related_name="+", db_index=False)
    source = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)
    day = models.DateField()
    # Empty until it is answered, or when it was not taken.
    state = models.CharField(max_length=10, blank=True)
    count = models.IntegerField()
    said_count = models.IntegerField(null=True)
    said_total = models.BigIntegerField(null=True)
    there_count = models.IntegerField(null=True)
    there_total = models.BigIntegerField(null=True)
    differing = models.JSONField()
    message = models.CharField(max_length=300, blank=True)
    params = models.JSONField()
    told_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "levels_told_day"
        verbose_name = "已报对账单"
        constraints = [
            UniqueConstraint(
                fields=["peer", "source", "kind", "day"], name="told_day_once", nulls_distinct=False
            ),
            CheckConstraint(condition=Q(kind__in=list(StatedKind)), name="told_day_kind_known"),
        ]
        indexes = [
            Index(fields=["told_at"], name="told_day_age"),
            Index(fields=["day"], name="told_day_of_day"),
        ]


class ReportedOrder(models.Model):
    """下级工单: the order of a reported review, which is handled below; here it is only seen and counted.

    `counts` is false where this installation has an order of its own for the review.
    """

    class Privacy:
        plain = ("number", "state", "facts")

    review = models.OneToOneField("reviews.Review", models.PROTECT, primary_key=True, related_name="+")
    peer = models.ForeignKey(Peer, models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=40)
    state = models.CharField(max_length=12)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    facts = models.JSONField()
    counts = models.BooleanField()
    reported_at = models.DateTimeField()

    class Meta:
        db_table = "levels_reported_order"
        verbose_name = "下级工单"
        constraints = [
            CheckConstraint(condition=Q(state__in=list(OrderState)), name="reported_order_state_known")
        ]
        indexes = [Index(fields=["created_at"], name="reported_order_opened")]
