"""目录 tables. Rows are dated, never deleted; trees carry a path so that a subtree is one range."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint


class Dated(models.Model):
    """A row that holds from a day to a day."""

    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


class Division(Dated):
    """行政区划."""

    class Privacy:
        plain = ("code", "name", "path")

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=100)
    level = models.SmallIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    path = models.CharField(max_length=100, unique=True, db_collation="C")

    class Meta:
        db_table = "directory_division"
        verbose_name = "行政区划"
        constraints = [
            CheckConstraint(condition=Q(code__regex=r"^[0-9]{12}$"), name="division_code_12_digits"),
            CheckConstraint(condition=Q(level__gte=0, level__lte=5), name="division_level_0_5"),
        ]


class Agency(Dated):
    """政务服务机构."""

    class Privacy:
        plain = ("code", "uscc", "name", "path")

    code = models.CharField(max_length=40, unique=True)
    uscc = models.CharField(max_length=18, blank=True)
    name = models.CharField(max_length=200)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    path = models.CharField(max_length=400, unique=True, db_collation="C")

    class Meta:
        db_table = "directory_agency"
        verbose_name = "政务服务机构"


class ServiceItem(Dated):
    """政务服务事项 as one agency carries it out (实施编码, 31 characters; handling items 33)."""

    class Privacy:
        plain = ("code", "name", "item_type")

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=300)
    item_type = models.CharField(max_length=2)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")

    class Meta:
        db_table = "directory_service_item"
        verbose_name = "政务服务事项"


class Platform(Dated):
    """政务服务平台: a system that sends cases and reviews; its code is the `source` of what it sends."""

    class Privacy:
        plain = ("code", "name")

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")

    class Meta:
        db_table = "directory_platform"
        verbose_name = "政务服务平台"


class Hall(Dated):
    """政务大厅、便民服务中心或站点."""

    class Privacy:
        plain = ("code", "name")

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")

    class Meta:
        db_table = "directory_hall"
        verbose_name = "政务大厅"


class Window(Dated):
    """窗口 of a hall."""

    class Privacy:
        plain = ("code", "name")

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="+")

    class Meta:
        db_table = "directory_window"
        verbose_name = "窗口"
        constraints = [UniqueConstraint(fields=["hall", "code"], name="window_unique_in_hall")]


class StaffMember(Dated):
    """窗口人员, known by number; the name is for the authority's own pages."""

    class Privacy:
        plain = ("code",)
        kept = ("name",)

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")

    class Meta:
        db_table = "directory_staff_member"
        verbose_name = "窗口人员"
        constraints = [UniqueConstraint(fields=["agency", "code"], name="staff_unique_in_agency")]
