"""责任划分 and 改革建议 tables."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from haochaping.kernel.privacy import Kept, Purpose
from haochaping.rectification.models.orders import WorkOrder
from haochaping.rectification.terms import ReformMove, ReformPart, ReformState, Responsibility


class Fault(models.Model):
    """责任划分: what a fault that a call-back found true lies in; said once of each kind."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("responsibility",)
        account = ("by",)
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    responsibility = models.CharField(max_length=8)
    note = models.TextField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "rectification_fault"
        verbose_name = "责任划分"
        constraints = [
            CheckConstraint(condition=Q(responsibility__in=list(Responsibility)), name="fault_known"),
            UniqueConstraint(fields=["order", "responsibility"], name="fault_once"),
        ]


class Reform(models.Model):
    """改革建议: asks the agency that decides about an item (`agency`, in `division`) to change it.

    Where it comes from and whom the review names are copied from its order, which the addressee need not see.
    """

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("state", "parts")
        never = ("text", "change_text")

    id = models.UUIDField(primary_key=True)
    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="+")
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, related_name="+")
    from_division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    from_agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    staff_id = models.BigIntegerField(null=True)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    text = models.TextField()
    drafted_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    parts = ArrayField(models.CharField(max_length=10), default=list)
    change_text = models.TextField(blank=True)

    class Meta:
        db_table = "rectification_reform"
        verbose_name = "改革建议"
        indexes = [
            Index(fields=["agency", "drafted_at"], name="reform_by_agency"),
            Index(fields=["from_division", "drafted_at"], name="reform_by_division"),
            Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="reform_due"),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=list(ReformState)), name="reform_state_known"),
            CheckConstraint(
                condition=Q(state__in=[ReformState.DONE, ReformState.CHECKED], parts__len__gte=1)
                & ~Q(change_text="")
                | ~Q(state__in=[ReformState.DONE, ReformState.CHECKED]),
                name="reform_done_says_what",
            ),
            CheckConstraint(
                condition=Q(state__in=[ReformState.SENT, ReformState.ACCEPTED]) | Q(due_at__isnull=True),
                name="reform_due_while_owed",
            ),
            CheckConstraint(condition=Q(parts__contained_by=list(ReformPart)), name="reform_parts_known"),
        ]


class ReformEvent(models.Model):
    """改革建议流转: what happened, when, by whom."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("move",)
        account = ("by",)
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    reform = models.ForeignKey(Reform, models.PROTECT, related_name="+")
    move = models.CharField(max_length=10)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        db_table = "rectification_reform_event"
        verbose_name = "改革建议流转"
        constraints = [CheckConstraint(condition=Q(move__in=list(ReformMove)), name="reform_event_known")]
