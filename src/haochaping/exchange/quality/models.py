"""数据质量 tables: the card of a source's day with what was found, and figures that are withheld."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from haochaping.exchange.quality.terms import Grade, RepeatKind
from haochaping.exchange.reconciliation.terms import EXPLANATION_LIMIT


class QualityCard(models.Model):
    """质量评分卡: how good what a source sent on a day was, as judged at a moment. Judged again, a row is added."""

    class Privacy:
        plain = ("grade", "wrong_fields")

    id = models.UUIDField(primary_key=True)
    platform = models.ForeignKey("directory.Platform", models.PROTECT, related_name="+", db_index=False)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    judged_at = models.DateTimeField()
    newest = models.BooleanField()
    reviews = models.IntegerField()
    cases = models.IntegerField()
    reviews_aside = models.IntegerField()
    cases_aside = models.IntegerField()
    timed = models.IntegerField()
    # Shares in millionths, so that the same judgement is the same row.
    coverage = models.IntegerField()
    validity = models.IntegerField(null=True)
    consistency = models.IntegerField(null=True)
    timeliness = models.IntegerField(null=True)
    uniqueness = models.IntegerField(null=True)
    reconciliation = models.IntegerField(null=True)
    # In hundredths of a point; none of an empty day that is known to have been one.
    score = models.IntegerField(null=True)
    grade = models.CharField(max_length=1, blank=True)
    wrong_fields = models.JSONField()

    class Meta:
        db_table = "exchange_quality_card"
        verbose_name = "质量评分卡"
        constraints = [
            UniqueConstraint(
                fields=["platform", "day"], condition=Q(newest=True), name="quality_card_one_newest"
            ),
            CheckConstraint(
                condition=Q(grade__in=list(Grade), score__isnull=False) | Q(grade="", score__isnull=True),
                name="quality_card_grade_known",
            ),
            CheckConstraint(condition=Q(score__gte=0, score__lte=10_000), name="quality_card_score_0_100"),
        ]
        indexes = [
            Index(fields=["platform", "-day", "-judged_at"], name="quality_card_history"),
            Index(fields=["division", "-day"], name="quality_card_of_division"),
        ]


class QualityFinding(models.Model):
    """质量问题: what one rule found in a card; `samples` are kind, id, field and class of value of a few rows, no values."""

    class Privacy:
        plain = ("rule", "samples")

    card = models.ForeignKey(QualityCard, models.PROTECT, related_name="+")
    rule = models.CharField(max_length=5)
    failing = models.IntegerField()
    samples = models.JSONField()

    class Meta:
        db_table = "exchange_quality_finding"
        verbose_name = "质量问题"
        constraints = [
            UniqueConstraint(fields=["card", "rule"], name="quality_finding_once"),
            CheckConstraint(condition=Q(failing__gt=0), name="quality_finding_failing"),
        ]


class WithheldFigure(models.Model):
    """暂不公布: figures of a division and days that a broken rule keeps back, until it is lifted.

    `below`: of the divisions below as well. `source` where the rule is about what one source sent: it may explain until
    `explain_by`, none beyond the calendar, and the figures are kept back from `withheld_at` on, none before.
    """

    class Privacy:
        plain = ("rule", "source")

    id = models.UUIDField(primary_key=True)
    rule = models.CharField(max_length=5)
    source = models.CharField(max_length=40, blank=True)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+", db_index=False)
    below = models.BooleanField()
    first_day = models.DateField()
    last_day = models.DateField()
    raised_at = models.DateTimeField()
    explain_by = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exchange_withheld_figure"
        verbose_name = "暂不公布"
        constraints = [
            UniqueConstraint(
                fields=["rule", "source", "division", "first_day"],
                condition=Q(lifted_at__isnull=True),
                name="withheld_figure_once",
            ),
            CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="withheld_figure_days"),
            # What no source has sent, none can explain.
            CheckConstraint(
                condition=~Q(source="") | Q(withheld_at__isnull=False), name="withheld_figure_asks_a_source"
            ),
        ]
        indexes = [
            Index(fields=["first_day"], condition=Q(lifted_at__isnull=True), name="withheld_figure_open")
        ]


class FigureExplanation(models.Model):
    """来源说明: what whoever looks after a source says of figures that do not add up; once for each."""

    class Privacy:
        plain = ("text",)
        account = ("explained_by",)

    figure = models.OneToOneField(WithheldFigure, models.PROTECT, related_name="+", primary_key=True)
    text = models.CharField(max_length=EXPLANATION_LIMIT)
    explained_by = models.CharField(max_length=80)
    explained_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_figure_explanation"
        verbose_name = "来源说明"


class RepeatedSend(models.Model):
    """重复报送: how many rows of a source's day were here already, with the ids of a few that stand.

    Each batch that brings such rows adds a row, so that none waits for another; the night sums up those of a day.
    """

    class Privacy:
        plain = ("kind",)

    platform = models.ForeignKey("directory.Platform", models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    kind = models.CharField(max_length=20)
    n = models.IntegerField()
    ids = ArrayField(models.UUIDField())

    class Meta:
        db_table = "exchange_repeated_send"
        verbose_name = "重复报送"
        constraints = [
            CheckConstraint(condition=Q(kind__in=list(RepeatKind)), name="repeated_send_kind_known"),
            CheckConstraint(condition=Q(n__gt=0), name="repeated_send_some"),
        ]
        indexes = [Index(fields=["day", "platform"], name="repeated_send_day")]
