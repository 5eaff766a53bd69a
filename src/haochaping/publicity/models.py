"""公开 tables: what a publisher let out or held back."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from haochaping.publicity.terms import Decision, Part


class Release(models.Model):
    """发布: one decision about one text; the text stands here as it was published."""

    class Privacy:
        plain = ("part", "decision", "reason", "text", "decided_by")

    id = models.UUIDField(primary_key=True)
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="+")
    part = models.CharField(max_length=10)
    decision = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "publicity_release"
        verbose_name = "发布"
        constraints = [
            UniqueConstraint(fields=["review", "part"], name="release_unique_part"),
            CheckConstraint(condition=Q(part__in=list(Part)), name="release_part_known"),
            CheckConstraint(
                condition=Q(decision=Decision.RELEASED, reason="")
                | (Q(decision=Decision.HELD) & ~Q(reason="")),
                name="release_reason_when_held",
            ),
        ]
