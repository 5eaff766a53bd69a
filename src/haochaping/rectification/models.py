"""整改 tables: one order per bad review, its call-backs and its timeline."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Index, Q

from haochaping.rectification.terms import CallResult, HandlingOutcome, OrderState, ProjectState, Solved


def _since(state: list[OrderState], column: str, name: str) -> CheckConstraint:
    """States from which on a moment must be set, and before which it must not."""
    cancelled = Q(state=OrderState.CANCELLED)
    reached = Q(state__in=state, **{f"{column}__isnull": False})
    not_yet = ~Q(state__in=state) & Q(**{f"{column}__isnull": True})
    return CheckConstraint(condition=cancelled | reached | not_yet, name=name)


class WorkOrder(models.Model):
    """差评工单."""

    class Privacy:
        plain = ("state", "outcome")
        never = ("rectification_text", "reply_text")

    id = models.UUIDField(primary_key=True)
    review = models.OneToOneField("reviews.Review", models.PROTECT, related_name="+")
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, related_name="+")
    state = models.CharField(max_length=12)
    created_at = models.DateTimeField()
    dispatch_after = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)
    sign_due_at = models.DateTimeField(null=True)
    contact_due_at = models.DateTimeField(null=True)
    rectify_due_at = models.DateTimeField(null=True)
    deadline_known = models.BooleanField(default=True)
    signed_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    rectified_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=30, blank=True)
    rectification_text = models.TextField(blank=True)
    reply_text = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)
    thread_id = models.UUIDField(null=True)

    class Meta:
        db_table = "rectification_work_order"
        verbose_name = "差评工单"
        indexes = [
            Index(fields=["agency", "state"], name="order_agency_state"),
            Index(fields=["dispatch_after"], condition=Q(state="created"), name="order_to_dispatch"),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=list(OrderState)), name="order_state_known"),
            CheckConstraint(condition=Q(outcome__in=["", *HandlingOutcome]), name="order_outcome_known"),
            _since(
                [
                    OrderState.DISPATCHED,
                    OrderState.SIGNED,
                    OrderState.VERIFIED,
                    OrderState.RECTIFIED,
                    OrderState.REPLIED,
                ],
                "dispatched_at",
                "order_dispatched_at",
            ),
            _since(
                [OrderState.SIGNED, OrderState.VERIFIED, OrderState.RECTIFIED, OrderState.REPLIED],
                "signed_at",
                "order_signed_at",
            ),
            _since(
                [OrderState.VERIFIED, OrderState.RECTIFIED, OrderState.REPLIED],
                "verified_at",
                "order_verified_at",
            ),
            _since([OrderState.RECTIFIED, OrderState.REPLIED], "rectified_at", "order_rectified_at"),
            _since([OrderState.REPLIED], "replied_at", "order_replied_at"),
        ]


class Callback(models.Model):
    """回访核实: one attempt to hear the reviewer."""

    class Privacy:
        plain = ("result", "by")
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    result = models.CharField(max_length=12)
    is_true = models.BooleanField(null=True)
    is_reasonable = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "rectification_callback"
        verbose_name = "回访核实"
        constraints = [
            CheckConstraint(condition=Q(result__in=list(CallResult)), name="callback_result_known")
        ]


class SolutionAnswer(models.Model):
    """解决情况回答: the reviewer's own word on whether it is solved; each is a row, the newest stands."""

    class Privacy:
        plain = ("solved",)
        never = ("text",)

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    solved = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    answered_at = models.DateTimeField()
    changeable_until = models.DateTimeField()

    class Meta:
        db_table = "rectification_solution_answer"
        verbose_name = "解决情况回答"
        constraints = [CheckConstraint(condition=Q(solved__in=list(Solved)), name="solution_answer_known")]


class OrderEvent(models.Model):
    """工单流转: what happened, when, by whom."""

    class Privacy:
        plain = ("move", "by")
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    move = models.CharField(max_length=12)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        db_table = "rectification_order_event"
        verbose_name = "工单流转"


class Project(models.Model):
    """专项整改: many orders about one cause, put right once."""

    class Privacy:
        plain = ("state", "opened_by", "changed_by", "closed_by")
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
        plain = ("done_by",)
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
        plain = ("added_by",)

    id = models.UUIDField(primary_key=True)
    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)

    class Meta:
        db_table = "rectification_project_order"
        verbose_name = "专项整改工单"
