"""办理 tables: evidence, who helps, the lines of a plan."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Index, Q

from haochaping.kernel.privacy import Kept, Purpose
from haochaping.rectification.models.orders import WorkOrder

# Still to be done.
HELP_OPEN = Q(done_at__isnull=True, ended_at__isnull=True)
LINE_LEFT = Q(done_at__isnull=True, ended_at__isnull=True, dropped_at__isnull=True)


class Evidence(models.Model):
    """整改佐证: photographs of what was put right, with what they show; `shown` to the reviewer too. Removed, the row stays."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        account = ("added_by", "removed_by")
        never = ("caption",)

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    caption = models.CharField(max_length=200)
    shown = models.BooleanField()
    added_by = models.CharField(max_length=80)
    added_at = models.DateTimeField()
    removed_by = models.CharField(max_length=80, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rectification_evidence"
        verbose_name = "整改佐证"
        constraints = [
            CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by="")
                | Q(removed_at__isnull=False) & ~Q(removed_by=""),
                name="evidence_removed_by",
            )
        ]


class CoHandler(models.Model):
    """协办: another agency that helps with an order, by a clock of its own, whose moments follow from its events.

    `due_at` stays to be seen once the clock has stopped. `ended_at`: the order went on without its part, or is its own now.
    """

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        account = ("asked_by", "done_by")
        never = ("task", "contribution")

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    task = models.TextField()
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    amber_at = models.DateTimeField(null=True)
    contribution = models.TextField(blank=True)
    done_by = models.CharField(max_length=80, blank=True)
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # 已发预警 of the end of its clock (`Alarm`); of another end nothing has been told yet.
    told_due_at = models.DateTimeField(null=True)
    told_alarm = models.SmallIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "rectification_co_handler"
        verbose_name = "协办"
        indexes = [
            Index(fields=["agency", "due_at"], condition=HELP_OPEN, name="co_handler_open"),
            Index(fields=["amber_at"], condition=HELP_OPEN, name="co_handler_soon_amber"),
            Index(fields=["due_at"], condition=HELP_OPEN, name="co_handler_soon_red"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "agency"], condition=HELP_OPEN, name="co_handler_once"),
            CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(ended_at__isnull=True), name="co_handler_ended_once"
            ),
        ]


class Milestone(models.Model):
    """整改台账节点: what is to be done by which day; `missed_at` is when the agency was told that it was not.

    `dropped_at`: it is not done any more, and the note says why. `ended_at`: the agency's time has begun anew since, and
    the line is of an earlier plan. `done_by` is who ticked or dropped it.
    """

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        account = ("done_by",)
        never = ("text", "note")

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    text = models.CharField(max_length=200)
    due_on = models.DateField()
    note = models.TextField(blank=True)
    done_by = models.CharField(max_length=80, blank=True)
    done_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rectification_milestone"
        verbose_name = "整改台账节点"
        indexes = [
            Index(
                fields=["due_on"],
                condition=Q(done_at__isnull=True, missed_at__isnull=True, ended_at__isnull=True),
                name="milestone_to_miss",
            )
        ]
        constraints = [
            CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(dropped_at__isnull=True),
                name="milestone_done_or_dropped",
            )
        ]
