"""监督 tables: draws of reviews, what their reviewers say when asked again, and the calls to them."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from haochaping.supervision.rules import OPEN
from haochaping.supervision.terms import AnsweredBy, DidRate, SampleCallResult, SampleKind, SampleState


class SampleDraw(models.Model):
    """抽样: one of each kind for a division and month; seed, list and size are public."""

    class Privacy:
        plain = ("kind", "head", "list_hash", "drawn_by")

    id = models.UUIDField(primary_key=True)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    month = models.DateField()
    kind = models.CharField(max_length=10)
    head = models.CharField(max_length=64)
    head_index = models.BigIntegerField()
    population = models.IntegerField()
    list_hash = models.CharField(max_length=64)
    size = models.IntegerField()
    drawn_at = models.DateTimeField()
    drawn_by = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "supervision_sample_draw"
        verbose_name = "抽样"
        constraints = [
            UniqueConstraint(fields=["division", "month", "kind"], name="sample_draw_once"),
            CheckConstraint(condition=Q(kind__in=list(SampleKind)), name="sample_draw_kind_known"),
            CheckConstraint(
                condition=Q(size__gt=0, size__lte=models.F("population")), name="sample_draw_size"
            ),
        ]
        indexes = [Index(fields=["month", "division"], name="sample_draw_month")]


class SampledReview(models.Model):
    """抽样件: a drawn review; `due_at` is when its reviewer is asked, or passes to a caller; `level` is today's."""

    class Privacy:
        plain = ("state", "did_rate", "answered_by")
        never = ("words",)

    id = models.UUIDField(primary_key=True)
    draw = models.ForeignKey(SampleDraw, models.PROTECT, related_name="+", db_index=False)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+", db_index=False)
    review = models.OneToOneField("reviews.Review", models.PROTECT, related_name="+")
    rank = models.IntegerField()
    reported_level = models.SmallIntegerField()
    state = models.CharField(max_length=12)
    due_at = models.DateTimeField(null=True)
    did_rate = models.CharField(max_length=6, blank=True)
    level = models.SmallIntegerField(null=True)
    words = models.TextField(blank=True)
    answered_by = models.CharField(max_length=4, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "supervision_sampled_review"
        verbose_name = "抽样件"
        constraints = [
            UniqueConstraint(fields=["draw", "rank"], name="sampled_rank"),
            CheckConstraint(condition=Q(state__in=list(SampleState)), name="sampled_state_known"),
            CheckConstraint(
                condition=Q(state__in=sorted(OPEN), settled_at__isnull=True)
                | (~Q(state__in=sorted(OPEN)) & Q(settled_at__isnull=False, due_at__isnull=True)),
                name="sampled_settled",
            ),
            CheckConstraint(
                condition=Q(
                    state=SampleState.ANSWERED, did_rate__in=list(DidRate), answered_by__in=list(AnsweredBy)
                )
                | (
                    ~Q(state=SampleState.ANSWERED)
                    & Q(did_rate="", level__isnull=True, words="", answered_by="")
                ),
                name="sampled_answer",
            ),
            CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__gte=1, level__lte=5), name="sampled_level_1_5"
            ),
        ]
        indexes = [
            Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="sampled_due"),
            Index(fields=["division"], condition=Q(state="to_call"), name="sampled_to_call"),
        ]


class SampleCall(models.Model):
    """抽样回访: one call through the relay with what it brought; `called_at` is when it was asked for."""

    class Privacy:
        plain = ("result", "by")

    id = models.UUIDField(primary_key=True)
    sample = models.ForeignKey(SampledReview, models.PROTECT, related_name="+")
    # The call itself is a delivery of room notices, which is no room below: an id without a key.
    call = models.UUIDField(unique=True)
    called_at = models.DateTimeField()
    result = models.CharField(max_length=12)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "supervision_sample_call"
        verbose_name = "抽样回访"
        constraints = [
            CheckConstraint(condition=Q(result__in=list(SampleCallResult)), name="sample_call_result_known")
        ]
