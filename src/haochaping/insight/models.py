"""分析 tables: facts by day, and the changes to them that are not folded yet."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from haochaping.insight.comparison.terms import Alike
from haochaping.insight.terms import NO_HALL


class FactGrain(models.Model):
    """The columns of `FactKey` with a number."""

    class Privacy:
        plain = ("kind", "channel", "provenance", "stage")

    kind = models.CharField(max_length=12)
    day = models.DateField()
    division = models.ForeignKey(
        "directory.Division", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    agency = models.ForeignKey(
        "directory.Agency", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    item = models.ForeignKey(
        "directory.ServiceItem", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    channel = models.CharField(max_length=20)
    level = models.SmallIntegerField()
    provenance = models.CharField(max_length=30)
    # 0 for none: so that a key is unique without saying what two unknowns are to each other.
    hall = models.ForeignKey(
        "directory.Hall",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        db_default=NO_HALL,
    )
    stage = models.CharField(max_length=10, blank=True, db_default="")
    n = models.BigIntegerField()

    class Meta:
        abstract = True


class Fact(FactGrain):
    """日粒度事实."""

    class Meta:
        db_table = "insight_fact"
        verbose_name = "日粒度事实"
        constraints = [
            UniqueConstraint(
                # The day first: the days at the ends of a period lie together.
                fields=[
                    "day",
                    "kind",
                    "division",
                    "agency",
                    "item",
                    "channel",
                    "level",
                    "provenance",
                    "hall",
                    "stage",
                ],
                name="fact_unique_grain",
            )
        ]
        indexes = [
            Index(fields=["item", "day"], name="fact_item_day"),
            Index(fields=["hall", "day"], name="fact_hall_day", condition=Q(hall__gt=NO_HALL)),
        ]


class MonthGrain(models.Model):
    """Facts of a whole month in one row, without the channel, so that long periods are short to add up."""

    class Privacy:
        plain = ("kind", "provenance")

    kind = models.CharField(max_length=12)
    month = models.DateField()
    level = models.SmallIntegerField()
    provenance = models.CharField(max_length=30)
    n = models.BigIntegerField()

    class Meta:
        abstract = True


class DivisionMonth(MonthGrain):
    """区划月事实: a division with all below it."""

    division = models.ForeignKey(
        "directory.Division", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        db_table = "insight_division_month"
        verbose_name = "区划月事实"
        constraints = [
            UniqueConstraint(
                fields=["division", "kind", "month", "level", "provenance"], name="division_month_unique"
            )
        ]


class ItemMonth(MonthGrain):
    """事项月事实: a service item as one agency carries it out."""

    agency = models.ForeignKey(
        "directory.Agency", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    item = models.ForeignKey(
        "directory.ServiceItem", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        db_table = "insight_item_month"
        verbose_name = "事项月事实"
        constraints = [
            UniqueConstraint(
                fields=["item", "agency", "month", "kind", "level", "provenance"], name="item_month_unique"
            )
        ]


class AgencyMonth(MonthGrain):
    """机构月事实: an agency by itself, without those below it: one that is moved takes along nothing but its own."""

    agency = models.ForeignKey(
        "directory.Agency", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        db_table = "insight_agency_month"
        verbose_name = "机构月事实"
        constraints = [
            UniqueConstraint(
                fields=["agency", "kind", "month", "level", "provenance"], name="agency_month_unique"
            )
        ]


class HallMonth(MonthGrain):
    """大厅月事实: what took place in a hall, whosever the service."""

    hall = models.ForeignKey(
        "directory.Hall", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        db_table = "insight_hall_month"
        verbose_name = "大厅月事实"
        constraints = [
            UniqueConstraint(
                fields=["hall", "kind", "month", "level", "provenance"], name="hall_month_unique"
            )
        ]


class ChannelMonth(MonthGrain):
    """渠道月事实: a division with all below it, each channel apart; of what has a channel."""

    class Privacy:
        plain = ("kind", "provenance", "channel")

    division = models.ForeignKey(
        "directory.Division", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    channel = models.CharField(max_length=20)

    class Meta:
        db_table = "insight_channel_month"
        verbose_name = "渠道月事实"
        constraints = [
            UniqueConstraint(
                fields=["division", "kind", "month", "channel", "level", "provenance"],
                name="channel_month_unique",
            )
        ]


class DayGrain(models.Model):
    """Facts of one day with the channel, whatever the item, hall and stage: most of what full facts tell apart."""

    class Privacy:
        plain = ("kind", "provenance", "channel")

    day = models.DateField()
    channel = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)
    level = models.SmallIntegerField()
    provenance = models.CharField(max_length=30)
    n = models.BigIntegerField()

    class Meta:
        abstract = True


class DivisionDay(DayGrain):
    """区划日事实: a division with all below it on one day, for periods that do not begin or end with a month."""

    division = models.ForeignKey(
        "directory.Division", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        db_table = "insight_division_day"
        verbose_name = "区划日事实"
        constraints = [
            UniqueConstraint(
                fields=["division", "day", "channel", "kind", "level", "provenance"],
                name="division_day_unique",
            )
        ]


class AgencyDay(DayGrain):
    """机构日事实: an agency by itself on one day, for its newest days and the ends of periods."""

    agency = models.ForeignKey(
        "directory.Agency", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        db_table = "insight_agency_day"
        verbose_name = "机构日事实"
        constraints = [
            UniqueConstraint(
                fields=["agency", "day", "channel", "kind", "level", "provenance"], name="agency_day_unique"
            )
        ]


class FactDelta(FactGrain):
    """未并入的增量: written in the transaction of what it counts, so that no two writers wait for one row."""

    class Meta:
        db_table = "insight_fact_delta"
        verbose_name = "未并入的增量"


class Recount(models.Model):
    """重新计数: an update counts more than the version before it. The days from `since` on are counted anew; null: none yet.

    The migration of that update adds the one row, the last day that is counted anew takes it away.
    """

    class Privacy:
        plain = ()

    since = models.DateField(null=True)

    class Meta:
        db_table = "insight_recount"
        verbose_name = "重新计数"


class Comparison(models.Model):
    """公平比较: the units of one kind below or in a division held against each other, over whole months, as of a moment.

    `stem` is the national code of items that are alike. What was found stays: later data make the next one, not this.
    """

    class Privacy:
        plain = ("kind", "stem", "seed", "target", "alpha", "beta", "tau2")

    division = models.ForeignKey(
        "directory.Division", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=12)
    stem = models.CharField(max_length=12, blank=True)
    first = models.DateField()
    last = models.DateField()
    seed = models.CharField(max_length=60)
    target = models.FloatField()
    alpha = models.FloatField(null=True)
    beta = models.FloatField(null=True)
    tau2 = models.FloatField()
    as_of = models.DateTimeField()

    class Meta:
        db_table = "insight_comparison"
        verbose_name = "公平比较"
        constraints = [
            UniqueConstraint(fields=["division", "kind", "stem", "last"], name="comparison_once"),
            CheckConstraint(condition=Q(kind__in=list(Alike)), name="comparison_kind_known"),
            CheckConstraint(condition=Q(kind=Alike.ITEMS) ^ Q(stem=""), name="comparison_stem_of_items"),
        ]


class ComparedUnit(models.Model):
    """比较结果: a unit among its like; empty where too few reviews are there to say it. Shares are of bad reviews."""

    class Privacy:
        plain = (
            *(
                "extent",
                "band",
                "worth_a_look",
                "unlike",
                "expected",
                "low",
                "high",
                "adjusted",
                "above",
                "target",
            ),
            *(
                "shrunk",
                "shrunk_low",
                "shrunk_high",
                "bound_low",
                "bound_high",
                "warning_low",
                "warning_high",
            ),
            *("limit_low", "limit_high", "wide_low", "wide_high"),
        )

    comparison = models.ForeignKey(Comparison, models.PROTECT, related_name="+", db_index=False)
    unit_id = models.BigIntegerField()
    bad = models.BigIntegerField()
    n = models.BigIntegerField()
    cases = models.BigIntegerField(null=True)
    expected = models.FloatField(null=True)
    extent = models.CharField(max_length=10)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    adjusted = models.FloatField(null=True)
    shrunk = models.FloatField(null=True)
    shrunk_low = models.FloatField(null=True)
    shrunk_high = models.FloatField(null=True)
    above = models.FloatField(null=True)
    bound_low = models.FloatField(null=True)
    bound_high = models.FloatField(null=True)
    band = models.CharField(max_length=6, blank=True)
    first_place = models.IntegerField(null=True)
    last_place = models.IntegerField(null=True)
    among = models.IntegerField(null=True)
    target = models.FloatField(null=True)
    warning_low = models.FloatField(null=True)
    warning_high = models.FloatField(null=True)
    limit_low = models.FloatField(null=True)
    limit_high = models.FloatField(null=True)
    wide_low = models.FloatField(null=True)
    wide_high = models.FloatField(null=True)
    worth_a_look = models.CharField(max_length=6, blank=True)
    unlike = models.CharField(max_length=6, blank=True)
    too_good = models.BooleanField()

    class Meta:
        db_table = "insight_compared_unit"
        verbose_name = "比较结果"
        constraints = [
            UniqueConstraint(fields=["comparison", "unit_id"], name="compared_unit_once"),
            CheckConstraint(condition=Q(bad__gte=0, bad__lte=models.F("n")), name="compared_unit_counts"),
        ]
