"""整改 tables: one order per bad review, its call-backs and its timeline."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from haochaping.rectification.terms import (
    AppealRefusal,
    AppealState,
    CallResult,
    Ground,
    HandlingOutcome,
    OrderState,
    ProvenFact,
    Solved,
    Verdict,
)


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


class Appeal(models.Model):
    """申诉: the handling agency says that the review of an order should not count. One for an order."""

    class Privacy:
        plain = ("state", "ground", "fact", "filed_by", "refusal", "contested_by")
        never = ("text", "reference", "answer", "objection")

    id = models.UUIDField(primary_key=True)
    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="+")
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    state = models.CharField(max_length=12)
    ground = models.CharField(max_length=20)
    fact = models.CharField(max_length=20, blank=True)
    text = models.TextField()
    reference = models.CharField(max_length=100, blank=True)
    filed_by = models.CharField(max_length=80)
    filed_at = models.DateTimeField()
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=12, blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    objection = models.TextField(blank=True)
    contested_by = models.CharField(max_length=80, blank=True)
    contested_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rectification_appeal"
        verbose_name = "申诉"
        indexes = [
            Index(fields=["agency", "filed_at"], name="appeal_agency_filed"),
            Index(fields=["due_at"], condition=Q(state__in=["accepted", "decided"]), name="appeal_to_lapse"),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=list(AppealState)), name="appeal_state_known"),
            CheckConstraint(condition=Q(ground__in=list(Ground)), name="appeal_ground_known"),
            CheckConstraint(
                condition=Q(ground=Ground.MALICIOUS, fact__in=list(ProvenFact))
                | ~Q(ground=Ground.MALICIOUS) & Q(fact=""),
                name="appeal_fact_of_malicious",
            ),
            CheckConstraint(condition=Q(refusal__in=["", *AppealRefusal]), name="appeal_refusal_known"),
        ]


class AppealDecision(models.Model):
    """申诉决定: one proposal; it decides once another person has confirmed it."""

    class Privacy:
        plain = (
            "verdict",
            "fact",
            "proposed_by",
            "proposed_path",
            "confirmed_by",
            "confirmed_path",
            "sent_back_by",
        )
        never = ("text",)

    id = models.UUIDField(primary_key=True)
    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="+")
    instance = models.SmallIntegerField()
    verdict = models.CharField(max_length=10)
    fact = models.CharField(max_length=20, blank=True)
    evidence = ArrayField(models.CharField(max_length=100))
    text = models.TextField()
    proposed_by = models.CharField(max_length=80)
    proposed_path = models.CharField(max_length=200, blank=True)
    proposed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=80, blank=True)
    confirmed_path = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    sent_back_by = models.CharField(max_length=80, blank=True)
    sent_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rectification_appeal_decision"
        verbose_name = "申诉决定"
        constraints = [
            CheckConstraint(condition=Q(verdict__in=list(Verdict)), name="appeal_verdict_known"),
            CheckConstraint(condition=Q(instance__in=[1, 2]), name="appeal_instance_1_2"),
            # Two different persons, whatever the code above says (trust.md §2.3.5).
            CheckConstraint(
                condition=~Q(confirmed_by=F("proposed_by")) & ~Q(proposed_by=""), name="appeal_two_persons"
            ),
            CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by=""),
                name="appeal_confirmed_by",
            ),
            CheckConstraint(
                condition=~Q(verdict=Verdict.MALICIOUS) | Q(fact__in=list(ProvenFact), evidence__len__gte=1),
                name="appeal_malicious_is_proved",
            ),
            UniqueConstraint(
                fields=["appeal", "instance"],
                condition=Q(sent_back_at__isnull=True),
                name="appeal_decided_once",
            ),
        ]


class AppealEvent(models.Model):
    """申诉流转: what happened, when, by whom."""

    class Privacy:
        plain = ("move", "by")
        never = ("note",)

    id = models.UUIDField(primary_key=True)
    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="+")
    move = models.CharField(max_length=12)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        db_table = "rectification_appeal_event"
        verbose_name = "申诉流转"
