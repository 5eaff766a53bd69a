"""时限 tables: what the clocks of an order did, and more time asked for."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q

from haochaping.kernel.privacy import Kept, Purpose
from haochaping.rectification.models.orders import WorkOrder
from haochaping.rectification.terms import Alarm, ClockKind, Tick


class ClockEvent(models.Model):
    """时限事件: a start, pause, extension or stop of one clock, with what was promised by it."""

    class Privacy:
        plain = ("clock", "tick", "unit", "rule")

    # In the order in which they were written: the clocks of two machines need not agree to the second.
    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    clock = models.CharField(max_length=8)
    tick = models.CharField(max_length=8)
    at = models.DateTimeField()
    number = models.SmallIntegerField(default=0)
    unit = models.CharField(max_length=20, blank=True)
    rule = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField(null=True)
    amber_at = models.DateTimeField(null=True)
    # Whose clock it is, where it is that of an agency that helps. Nobody asks for the events of one clock alone.
    helper = models.ForeignKey(
        "rectification.CoHandler", models.PROTECT, null=True, db_index=False, related_name="+"
    )

    class Meta:
        db_table = "rectification_clock_event"
        verbose_name = "时限事件"
        constraints = [
            CheckConstraint(
                condition=Q(
                    clock__in=[kind for kind in ClockKind if kind != ClockKind.HELP], helper__isnull=True
                )
                | Q(clock=ClockKind.HELP, helper__isnull=False),
                name="clock_event_clock_known",
            ),
            CheckConstraint(condition=Q(tick__in=list(Tick)), name="clock_event_tick_known"),
        ]


class ToldAlarm(models.Model):
    """已发预警: what was told of the end of an order's running clock; of another end nothing has been told yet.

    Apart from the order, whose row and many indexes would else be written anew for every alarm.
    """

    order = models.OneToOneField(
        WorkOrder, models.DO_NOTHING, related_name="+", primary_key=True, db_constraint=False
    )
    due_at = models.DateTimeField()
    alarm = models.SmallIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        db_table = "rectification_told_alarm"
        verbose_name = "已发预警"
        constraints = [
            CheckConstraint(condition=Q(alarm__in=[Alarm.AMBER, Alarm.RED]), name="told_alarm_known")
        ]


class Extension(models.Model):
    """延期申请: asked for by the agency, decided by a dispatcher, told to the reviewer with its reason."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        account = ("asked_by", "decided_by")
        never = ("reason", "note")

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    days = models.SmallIntegerField()
    reason = models.TextField()
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    granted = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rectification_extension"
        verbose_name = "延期申请"
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(granted__isnull=True), name="extension_one_open"
            )
        ]
