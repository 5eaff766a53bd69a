"""数据交换 tables: records put aside with their reason, answers already given, short visits."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from haochaping.exchange.manifests.models import StatedBatch
from haochaping.exchange.quality.models import (
    FigureExplanation,
    QualityCard,
    QualityFinding,
    RepeatedSend,
    WithheldFigure,
)
from haochaping.exchange.reconciliation.terms import ReconciliationState, StatedKind, StatementSide
from haochaping.exchange.references.models import CaseReference
from haochaping.exchange.terms import KEYS_KEPT, SETTLED_KEPT, QuarantineState, RecordKind
from haochaping.kernel.masking import masked_number
from haochaping.kernel.privacy import Emptied, Erased, Kept, Purpose

__all__ = [
    "CaseReference",
    "DifferingRecord",
    "FigureExplanation",
    "GivenAnswer",
    "QualityCard",
    "QualityFinding",
    "QuarantinedRecord",
    "Reconciliation",
    "RepeatedSend",
    "StatedBatch",
    "Statement",
    "Visit",
    "WireSignature",
    "WireSource",
    "WithheldFigure",
]


class QuarantinedRecord(models.Model):
    """隔离区: what could not be taken, kept with its reason until it can. Persons in it are sealed."""

    class Privacy:
        purpose = Purpose.REVIEW
        retention = Emptied("empty settled records", SETTLED_KEPT, ("fields", "params"))
        plain = (
            "kind",
            "source",
            "digest",
            "receipt_hash",
            "entrance",
            "scope_path",
            "code",
            "field",
            "message",
            "remedy",
            "state",
        )
        account = ("sender", "settled_by")
        linked = ("sealed",)
        masked = {"case_no": masked_number}
        never = ("fields", "params", "discard_reason")

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10)
    source = models.CharField(max_length=40)
    case_no = models.CharField(max_length=50)
    fields = models.JSONField()
    sealed = models.JSONField()
    digest = models.BinaryField(max_length=32, null=True)
    receipt_hash = models.BinaryField(max_length=32, null=True, unique=True)
    entrance = models.CharField(max_length=12)
    sender = models.CharField(max_length=80)
    scope_path = models.CharField(max_length=100, null=True)  # noqa: DJ001 - None: no scope; "": everywhere
    code = models.CharField(max_length=60)
    field = models.CharField(max_length=100, blank=True)
    params = models.JSONField()
    message = models.CharField(max_length=300)
    remedy = models.CharField(max_length=300)
    state = models.CharField(max_length=10)
    attempts = models.SmallIntegerField()
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True, db_default="")
    discard_reason = models.CharField(max_length=300, blank=True, db_default="")
    result_id = models.UUIDField(null=True)

    class Meta:
        db_table = "exchange_quarantined_record"
        verbose_name = "隔离区"
        constraints = [
            CheckConstraint(condition=Q(kind__in=list(RecordKind)), name="quarantine_kind_known"),
            CheckConstraint(
                condition=Q(state=QuarantineState.WAITING, settled_at__isnull=True)
                | Q(
                    state__in=[QuarantineState.TAKEN, QuarantineState.CORRECTED, QuarantineState.DISCARDED],
                    settled_at__isnull=False,
                ),
                name="quarantine_settled",
            ),
            CheckConstraint(
                condition=Q(state=QuarantineState.DISCARDED) ^ Q(discard_reason=""),
                name="quarantine_discarded_with_reason",
            ),
        ]
        indexes = [
            Index(fields=["source", "case_no"], condition=Q(state="waiting"), name="quarantine_waiting_case"),
            Index(fields=["received_at"], condition=Q(state="waiting"), name="quarantine_waiting_age"),
            Index(fields=["settled_at"], condition=Q(state="discarded"), name="quarantine_discarded"),
            Index(fields=["digest"], condition=Q(state="waiting"), name="quarantine_waiting_same"),
        ]


class GivenAnswer(models.Model):
    """已答请求: the answer to a keyed request, stored with what it did, so that a repetition hears the same.

    After `ANSWERS_KEPT` the answer is empty: only the fingerprint of what was asked is left.
    """

    class Privacy:
        purpose = Purpose.REVIEW
        retention = Erased("forget old answers", KEYS_KEPT)
        plain = ("key", "body_hash")
        never = ("answer",)

    client_id = models.BigIntegerField()
    key = models.CharField(max_length=200)
    body_hash = models.BinaryField(max_length=32)
    answer = models.JSONField()
    given_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_given_answer"
        verbose_name = "已答请求"
        constraints = [UniqueConstraint(fields=["client_id", "key"], name="answer_unique_per_client")]


class Visit(models.Model):
    """评价页短时访问: what an unsigned address or call said of a service, with its persons sealed at once."""

    class Privacy:
        purpose = Purpose.REVIEW
        retention = Erased("forget ended visits", timedelta())
        plain = ("dialect", "token_hash")
        linked = ("sealed",)
        never = ("fields",)

    id = models.UUIDField(primary_key=True)
    token_hash = models.BinaryField(max_length=32, unique=True)
    dialect = models.CharField(max_length=40)
    fields = models.JSONField()
    sealed = models.JSONField()
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_visit"
        verbose_name = "评价页短时访问"


class WireSource(models.Model):
    """报送来源: the dialect a platform speaks, and what was agreed with it. Keys are sealed under a key not kept here."""

    class Privacy:
        plain = ("dialect", "addresses")
        secret = ("keys",)

    platform = models.OneToOneField("directory.Platform", models.PROTECT, related_name="+")
    dialect = models.CharField(max_length=40)
    keys = models.BinaryField()
    unsigned = models.BooleanField(default=False)
    history = models.BooleanField(default=False)
    window_seconds = models.IntegerField(default=300)
    addresses = models.JSONField(default=dict)
    set_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exchange_wire_source"
        verbose_name = "报送来源"
        constraints = [
            CheckConstraint(
                condition=Q(window_seconds__gte=30, window_seconds__lte=86_400), name="wire_source_window"
            )
        ]


class WireSignature(models.Model):
    """用过的签名: a signature that a message bore, kept while it could be used for another."""

    class Privacy:
        plain = ("fingerprint", "body_hash")

    source = models.ForeignKey(WireSource, models.PROTECT, related_name="+")
    fingerprint = models.BinaryField(max_length=32)
    body_hash = models.BinaryField(max_length=32)
    used_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_wire_signature"
        verbose_name = "用过的签名"
        constraints = [
            UniqueConstraint(fields=["source", "fingerprint"], name="wire_signature_unique_per_source")
        ]
        indexes = [Index(fields=["used_at"], name="wire_signature_age")]


class Statement(models.Model):
    """日报数: what this installation holds of a source's day, as it was when it was made. Made anew it replaces itself."""

    class Privacy:
        plain = ("kind", "side", "digest", "leaves")

    platform = models.ForeignKey("directory.Platform", models.PROTECT, related_name="+")
    day = models.DateField()
    kind = models.CharField(max_length=10)
    side = models.CharField(max_length=10)
    made_at = models.DateTimeField()
    count = models.IntegerField()
    total = models.BigIntegerField()
    digest = models.DecimalField(max_digits=20, decimal_places=0)
    # The sums of its 4,096 leaves, 18 bytes each (`rules.packed`); rows are read anew when they are asked for.
    leaves = models.BinaryField()

    class Meta:
        db_table = "exchange_statement"
        verbose_name = "日报数"
        constraints = [
            UniqueConstraint(fields=["platform", "day", "kind", "side"], name="statement_unique"),
            CheckConstraint(condition=Q(kind__in=list(StatedKind)), name="statement_kind_known"),
            CheckConstraint(condition=Q(side__in=list(StatementSide)), name="statement_side_known"),
        ]
        indexes = [Index(fields=["made_at"], name="statement_age")]


class Reconciliation(models.Model):
    """对账: a source's statement of a day against ours, with what became of it.

    `asked` are the parts that the source has still to tell; `agreement` is R of the source's scorecard.
    """

    class Privacy:
        purpose = Purpose.EXCHANGE
        retention = Kept.RECORD
        plain = ("kind", "state", "our_digest", "their_digest", "agreement", "asked")
        account = ("told_by", "settled_by")
        never = ("explanation",)

    id = models.UUIDField(primary_key=True)
    platform = models.ForeignKey("directory.Platform", models.PROTECT, related_name="+")
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    day = models.DateField()
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    our_count = models.IntegerField()
    our_total = models.BigIntegerField()
    our_digest = models.DecimalField(max_digits=20, decimal_places=0)
    their_count = models.IntegerField()
    their_total = models.BigIntegerField()
    their_digest = models.DecimalField(max_digits=20, decimal_places=0)
    differing = models.IntegerField()
    agreement = models.DecimalField(max_digits=2, decimal_places=1, null=True)
    asked = ArrayField(models.CharField(max_length=3))
    told_by = models.CharField(max_length=80)
    begun_at = models.DateTimeField()
    compared_at = models.DateTimeField(null=True)
    differed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)
    explanation = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "exchange_reconciliation"
        verbose_name = "对账"
        constraints = [
            UniqueConstraint(fields=["platform", "day", "kind"], name="reconciliation_unique"),
            CheckConstraint(condition=Q(kind__in=list(StatedKind)), name="reconciliation_kind_known"),
            CheckConstraint(
                condition=Q(state__in=list(ReconciliationState)), name="reconciliation_state_known"
            ),
            CheckConstraint(
                condition=Q(state=ReconciliationState.SETTLED) ^ Q(settled_at__isnull=True),
                name="reconciliation_settled",
            ),
            CheckConstraint(
                condition=Q(state=ReconciliationState.COMPARING) ^ Q(agreement__isnull=False),
                name="reconciliation_compared",
            ),
        ]
        indexes = [
            Index(fields=["division", "-day"], name="reconciliation_place"),
            Index(fields=["-day"], condition=Q(state="differing"), name="reconciliation_differing"),
        ]


class DifferingRecord(models.Model):
    """差异记录: one record that the sides of a reconciliation do not have alike; an empty value means not there."""

    class Privacy:
        purpose = Purpose.EXCHANGE
        retention = Kept.RECORD
        plain = ("ours", "theirs")
        masked = {"case_no": masked_number}

    reconciliation = models.ForeignKey(Reconciliation, models.PROTECT, related_name="+", db_index=False)
    case_no = models.CharField(max_length=50)
    occurrence_no = models.SmallIntegerField(null=True)
    assess_no = models.SmallIntegerField(null=True)
    ours = models.CharField(max_length=12, blank=True)
    theirs = models.CharField(max_length=12, blank=True)

    class Meta:
        db_table = "exchange_differing_record"
        verbose_name = "差异记录"
        constraints = [
            UniqueConstraint(
                fields=["reconciliation", "case_no", "occurrence_no", "assess_no"],
                name="differing_record_unique",
                nulls_distinct=False,
            )
        ]
