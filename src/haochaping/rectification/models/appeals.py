"""申诉 tables."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from haochaping.kernel.privacy import Kept, Purpose
from haochaping.rectification.models.orders import WorkOrder
from haochaping.rectification.terms import AppealRefusal, AppealState, Ground, ProvenFact, Verdict


class Appeal(models.Model):
    """申诉: the handling agency says that the review of an order should not count. One for an order."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("state", "ground", "fact", "refusal")
        account = ("filed_by", "contested_by")
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
    # 是否如机构所说: None while the reviewer has not said.
    agrees = models.BooleanField(null=True)
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
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("verdict", "fact", "proposed_path", "confirmed_path")
        account = ("proposed_by", "confirmed_by", "sent_back_by")
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
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("move",)
        account = ("by",)
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
