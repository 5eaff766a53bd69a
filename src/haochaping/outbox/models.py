"""待办箱 table: the last error of a job. The jobs themselves are rows of procrastinate."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q


class Failure(models.Model):
    """失败记录: why a job failed last, and who had it run again. Gone when the job succeeds."""

    class Privacy:
        plain = ("name", "error")
        account = ("rerun_by",)

    job = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=128)
    attempts = models.IntegerField()
    error = models.TextField()
    failed_at = models.DateTimeField()
    rerun_by = models.CharField(max_length=100, blank=True)
    rerun_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outbox_failure"
        verbose_name = "任务失败记录"
        constraints = [
            CheckConstraint(
                condition=Q(rerun_by="", rerun_at=None) | (~Q(rerun_by="") & Q(rerun_at__isnull=False)),
                name="failure_rerun_by_and_at",
            ),
        ]
