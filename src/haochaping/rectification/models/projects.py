"""专项整改 tables."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q

from haochaping.kernel.privacy import Kept, Purpose
from haochaping.rectification.models.orders import WorkOrder
from haochaping.rectification.terms import ProjectState


class Project(models.Model):
    """专项整改: many orders about one cause, put right once."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("state",)
        account = ("opened_by", "changed_by", "closed_by")
        never = ("title", "root_cause", "change_text")

    id = models.UUIDField(primary_key=True)
    title = models.CharField(max_length=100)
    root_cause = models.TextField()
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    change_text = models.TextField(blank=True)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.CharField(max_length=80, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "rectification_project"
        verbose_name = "专项整改"
        constraints = [
            CheckConstraint(condition=Q(state__in=list(ProjectState)), name="project_state_known"),
            CheckConstraint(
                condition=Q(state=ProjectState.OPEN, changed_at__isnull=True, change_text="")
                | ~Q(state=ProjectState.OPEN) & Q(changed_at__isnull=False) & ~Q(change_text=""),
                name="project_changed_with_words",
            ),
            CheckConstraint(
                condition=Q(state=ProjectState.CLOSED, closed_at__isnull=False)
                | ~Q(state=ProjectState.CLOSED) & Q(closed_at__isnull=True),
                name="project_closed_at",
            ),
        ]


class ProjectTask(models.Model):
    """整改任务: one line of a project's list."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        account = ("done_by",)
        never = ("text",)

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    place = models.SmallIntegerField()
    text = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "rectification_project_task"
        verbose_name = "整改任务"
        constraints = [models.UniqueConstraint(fields=["project", "place"], name="project_task_place")]


class ProjectOrder(models.Model):
    """专项整改工单: an order whose cause is the project's; an order has one project at most."""

    class Privacy:
        account = ("added_by",)

    id = models.UUIDField(primary_key=True)
    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)

    class Meta:
        db_table = "rectification_project_order"
        verbose_name = "专项整改工单"
