"""公开 tables: what a publisher let out or held back."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from haochaping.publicity.terms import Decision, Part


class Release(models.Model):
    """发布: one decision about words as they were written then; they stand here as they were published.

    An order that is opened again is answered again, and that answer is decided about on its own.
    """

    class Privacy:
        plain = ("part", "decision", "reason", "text")
        account = ("decided_by",)

    id = models.UUIDField(primary_key=True)
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="+")
    part = models.CharField(max_length=10)
    written_at = models.DateTimeField()
    decision = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "publicity_release"
        verbose_name = "发布"
        constraints = [
            UniqueConstraint(fields=["review", "part", "written_at"], name="release_once_for_words"),
            CheckConstraint(condition=Q(part__in=list(Part)), name="release_part_known"),
            CheckConstraint(
                condition=Q(decision=Decision.RELEASED, reason="")
                | (Q(decision=Decision.HELD) & ~Q(reason="")),
                name="release_reason_when_held",
            ),
        ]


class Undecided(models.Model):
    """待审: a text or reply on which nobody has decided. The database puts it here and takes it away (see migrations)."""

    class Privacy:
        plain = ("part",)

    id = models.BigAutoField(primary_key=True)
    # It is made of rows that are there, and none of them is ever taken away: nothing is left to check.
    review = models.ForeignKey(
        "reviews.Review", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    part = models.CharField(max_length=10)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+", db_constraint=False)
    # Whom the review names, who sees nothing of it.
    staff_id = models.BigIntegerField(null=True)
    written_at = models.DateTimeField()

    class Meta:
        db_table = "publicity_undecided"
        verbose_name = "待审"
        constraints = [
            UniqueConstraint(fields=["review", "part"], name="undecided_unique_part"),
            CheckConstraint(condition=Q(part__in=list(Part)), name="undecided_part_known"),
        ]
        indexes = [Index(fields=["written_at", "review"], name="undecided_oldest")]
