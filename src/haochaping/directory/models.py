"""目录 tables. Rows are dated, never deleted; trees carry a path so that a subtree is one range."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import CheckConstraint, F, Func, Index, Q, UniqueConstraint

from haochaping.directory.terms import DeviceType, MatchState, MatchWay
from haochaping.kernel.privacy import Kept, Purpose


def _searched(name: str) -> GinIndex:
    """By any two characters beside each other: Chinese sets no words apart, and people search by two (migration 0003)."""
    return GinIndex(Func(F("name"), function="directory_pairs"), name=name)


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
        indexes = [_searched("division_name_pairs")]
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
        indexes = [_searched("agency_name_pairs")]


class ServiceItem(Dated):
    """政务服务事项 as one agency carries it out (实施编码, 31 characters; handling items 33)."""

    class Privacy:
        plain = ("code", "name", "item_type")

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=300)
    item_type = models.CharField(max_length=2)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    # 主项 of a 子项, or the item of a 办理项.
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "directory_service_item"
        verbose_name = "政务服务事项"
        indexes = [_searched("item_name_pairs")]


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
        indexes = [_searched("hall_name_pairs")]


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


class Device(Dated):
    """设备 in a hall, perhaps at one of its windows; its number is the device's own everywhere."""

    class Privacy:
        plain = ("code", "name", "device_type")

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    device_type = models.CharField(max_length=20)
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="+")
    window = models.ForeignKey(Window, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "directory_device"
        verbose_name = "设备"
        constraints = [
            CheckConstraint(condition=Q(device_type__in=list(DeviceType)), name="device_type_known")
        ]


class StaffMember(Dated):
    """窗口人员, known by number; the name is for the authority's own pages."""

    class Privacy:
        purpose = Purpose.STAFF
        retention = Kept.ENTRY
        plain = ("code",)
        kept = ("name",)

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")

    class Meta:
        db_table = "directory_staff_member"
        verbose_name = "窗口人员"
        constraints = [UniqueConstraint(fields=["agency", "code"], name="staff_unique_in_agency")]


class ItemMatch(models.Model):
    """事项匹配: a code that a source uses for an item, and which of ours a person has said it means."""

    class Privacy:
        plain = ("code", "name", "state", "way")
        account = ("decided_by",)

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=300, blank=True)
    # Proposed while it waits; where several are alike, those are the ids of a few, the nearest first.
    item = models.ForeignKey(ServiceItem, models.PROTECT, null=True, related_name="+")
    alike = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    state = models.CharField(max_length=10)
    way = models.CharField(max_length=10)
    records = models.IntegerField()
    seen_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=100, blank=True)

    class Meta:
        db_table = "directory_item_match"
        verbose_name = "事项匹配"
        constraints = [
            UniqueConstraint(fields=["platform", "code"], name="match_unique_in_platform"),
            CheckConstraint(condition=Q(state__in=list(MatchState)), name="match_state_known"),
            CheckConstraint(condition=Q(way__in=list(MatchWay)), name="match_way_known"),
            CheckConstraint(
                condition=Q(state=MatchState.WAITING) ^ Q(decided_at__isnull=False), name="match_decided"
            ),
            CheckConstraint(
                condition=~Q(state=MatchState.MATCHED) | Q(item__isnull=False), name="match_has_item"
            ),
        ]


class Change(models.Model):
    """目录变更: one value of one row before and after. The name of a staff member may stand in it."""

    class Privacy:
        purpose = Purpose.STAFF
        retention = Kept.ENTRY
        plain = ("kind", "column")
        account = ("actor",)
        kept = ("before", "after")

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    column = models.CharField(max_length=20)
    before = models.CharField(max_length=300, blank=True)
    after = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    entry_id = models.UUIDField()

    class Meta:
        db_table = "directory_change"
        verbose_name = "目录变更"
        indexes = [Index(fields=["kind", "object_id"], name="directory_change_object")]
