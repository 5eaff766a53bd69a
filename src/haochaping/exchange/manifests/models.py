"""批次清单 tables: what was said of the numbered batches of a source."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from haochaping.exchange.manifests.terms import StatedState
from haochaping.exchange.terms import RecordKind


class StatedBatch(models.Model):
    """报送批次: a batch that its sender has numbered and counted, taken or refused; `ended_at` where its numbering was ended."""

    class Privacy:
        plain = ("kind", "state", "code", "fingerprint")
        account = ("sent_by",)

    id = models.UUIDField(primary_key=True)
    platform = models.ForeignKey("directory.Platform", models.PROTECT, related_name="+", db_index=False)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=8)
    # Keyed, because a bare hash of few rows could be searched for.
    fingerprint = models.BinaryField(max_length=32)
    rows = models.IntegerField()
    code = models.CharField(max_length=60, blank=True)
    sent_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    received_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exchange_stated_batch"
        verbose_name = "报送批次"
        constraints = [
            UniqueConstraint(
                fields=["platform", "seq"],
                condition=Q(ended_at__isnull=True) & ~Q(state=StatedState.REFUSED),
                name="stated_batch_seq",
            ),
            CheckConstraint(condition=Q(state__in=list(StatedState)), name="stated_batch_state_known"),
            CheckConstraint(condition=Q(kind__in=list(RecordKind)), name="stated_batch_kind_known"),
        ]
        indexes = [Index(fields=["platform", "-received_at"], name="stated_batch_newest")]
