"""办件 tables. Hot: the database holds the keys that matter, intake checks the rest set-wise."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from haochaping.cases.terms import CaseKind, CaseStatus, ServiceChannel, Stage
from haochaping.kernel.masking import masked_number
from haochaping.kernel.privacy import Kept, Purpose


class Case(models.Model):
    """办件: one application for a service item, unique by (platform, case number). Persons are sealed elsewhere."""

    class Privacy:
        purpose = Purpose.REVIEW
        retention = Kept.RECORD
        plain = (
            "status",
            "kind",
            "channel",
            "promised_limit",
            "statutory_limit",
            "person_kind",
            "person_doubt",
            "code_doubt",
            "digest",
        )
        linked = ("person_id", "agent_id")
        kept = ("aged_60",)
        masked = {"case_no": masked_number}

    id = models.UUIDField(primary_key=True)
    platform = models.ForeignKey(
        "directory.Platform", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    case_no = models.CharField(max_length=50)
    item = models.ForeignKey(
        "directory.ServiceItem", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    agency = models.ForeignKey(
        "directory.Agency", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    division = models.ForeignKey(
        "directory.Division", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    status = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)
    channel = models.CharField(max_length=12, blank=True, db_default="")
    applied_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    promised_limit = models.CharField(max_length=30, blank=True)
    statutory_limit = models.CharField(max_length=30, blank=True)
    trips = models.SmallIntegerField(null=True)
    materials = models.SmallIntegerField(null=True)
    # 用时（工作日）: by the calendar that held when the case was told, so that what was counted stays.
    worked_days = models.SmallIntegerField(null=True)
    person_id = models.UUIDField(null=True)
    person_kind = models.CharField(max_length=30)
    person_doubt = models.CharField(max_length=12, blank=True, db_default="")
    code_doubt = models.CharField(max_length=12, blank=True, db_default="")
    by_agent = models.BooleanField()
    agent_id = models.UUIDField(null=True)
    aged_60 = models.BooleanField(null=True)
    verified = models.BooleanField()
    # 来源版本: when its source last changed it, by the source's own clock.
    revised_at = models.DateTimeField(null=True)
    digest = models.BinaryField(max_length=32)
    received_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # When what stands was told, where that was before it was written: it had waited in quarantine.
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_case"
        verbose_name = "办件"
        constraints = [
            UniqueConstraint(fields=["platform", "case_no"], name="case_unique_in_platform"),
            CheckConstraint(condition=Q(status__in=list(CaseStatus)), name="case_status_known"),
            CheckConstraint(condition=Q(kind__in=list(CaseKind)), name="case_kind_known"),
        ]
        indexes = [
            models.Index(fields=["person_id"], name="case_of_person", condition=Q(person_id__isnull=False)),
            models.Index(fields=["agent_id"], name="case_of_agent", condition=Q(agent_id__isnull=False)),
            # What was written over since it came; whoever reports upward looks there.
            models.Index(
                fields=["updated_at"], name="case_changed", condition=Q(updated_at__gt=F("received_at"))
            ),
        ]


class ServiceOccurrence(models.Model):
    """服务: the reviewable unit, numbered inside its case."""

    class Privacy:
        plain = ("name", "stage", "channel")

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    no = models.SmallIntegerField()
    name = models.CharField(max_length=100)
    stage = models.CharField(max_length=10)
    at = models.DateTimeField()
    channel = models.CharField(max_length=12)
    hall = models.ForeignKey(
        "directory.Hall", models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    window = models.ForeignKey(
        "directory.Window", models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    staff = models.ForeignKey(
        "directory.StaffMember",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        db_table = "cases_service_occurrence"
        verbose_name = "服务"
        constraints = [
            UniqueConstraint(fields=["case", "no"], name="occurrence_unique_in_case"),
            CheckConstraint(condition=Q(no__gte=1, no__lte=99), name="occurrence_no_1_99"),
            CheckConstraint(condition=Q(stage__in=list(Stage)), name="occurrence_stage_known"),
            CheckConstraint(condition=Q(channel__in=list(ServiceChannel)), name="occurrence_channel_known"),
        ]
