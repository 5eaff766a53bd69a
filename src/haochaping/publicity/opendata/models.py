"""开放数据 tables: what has passed the gate, so that nothing is told again or beside it from which more could be worked out."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint


class PublishedTable(models.Model):
    """已过关的表: a table of the gate and its days, decided about once: which of its cells are public. It changes no more."""

    class Privacy:
        plain = ("name",)

    name = models.CharField(max_length=30)
    first_day = models.DateField()
    last_day = models.DateField()
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "publicity_published_table"
        verbose_name = "已过关的表"
        constraints = [
            UniqueConstraint(fields=["name", "first_day", "last_day"], name="published_table_once"),
            CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="published_table_days"),
        ]


class PublishedCell(models.Model):
    """已公开的单元格: a place of such a table, with its numbers as they are public."""

    class Privacy:
        plain = ("place",)

    table = models.ForeignKey(PublishedTable, models.PROTECT, related_name="+", db_index=False)
    # `opendata.rules.place_of`.
    place = models.CharField(max_length=200, db_collation="C")
    counts = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "publicity_published_cell"
        verbose_name = "已公开的单元格"
        constraints = [UniqueConstraint(fields=["table", "place"], name="published_cell_once")]
