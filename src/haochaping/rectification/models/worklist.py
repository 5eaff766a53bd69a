"""工作清单 tables: when somebody looked, how one looks at one's list, what was taken away."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from haochaping.kernel.privacy import Kept, Purpose
from haochaping.rectification.models.orders import WorkOrder


class OrderLook(models.Model):
    """查看记录: when somebody looked at an order last; what happened since is new to them."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "rectification_order_look"
        verbose_name = "查看记录"
        constraints = [UniqueConstraint(fields=["order", "user"], name="order_look_once")]


class SavedFilter(models.Model):
    """常用筛选: a way to look at one's list that one person keeps under a name."""

    class Privacy:
        purpose = Purpose.STAFF
        retention = Kept.OWNER
        never = ("name", "asked")

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    asked = models.JSONField()

    class Meta:
        db_table = "rectification_saved_filter"
        verbose_name = "常用筛选"
        constraints = [UniqueConstraint(fields=["user", "name"], name="saved_filter_name_once")]


class ListExport(models.Model):
    """清单导出: a list that somebody took away; its number stands in the file."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("format",)
        account = ("by",)
        never = ("asked",)

    id = models.BigAutoField(primary_key=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    format = models.CharField(max_length=4)
    rows = models.IntegerField()
    asked = models.JSONField()

    class Meta:
        db_table = "rectification_list_export"
        verbose_name = "清单导出"
        constraints = [CheckConstraint(condition=Q(format__in=["csv", "xlsx"]), name="list_export_format")]
