"""派单规则 table."""

from __future__ import annotations

from django.db import models


class DispatchRule(models.Model):
    """派单规则: which agency gets the orders of a division that fit; a row is added, none overwritten."""

    class Privacy:
        plain = ("stage", "indicator", "source")
        account = ("made_by",)

    id = models.BigAutoField(primary_key=True)
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    rank = models.SmallIntegerField()
    item = models.ForeignKey("directory.ServiceItem", models.PROTECT, null=True, related_name="+")
    served_by = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")
    stage = models.CharField(max_length=10, blank=True)
    indicator = models.CharField(max_length=20, blank=True)
    agency = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")
    effective_from = models.DateField()
    version = models.IntegerField()
    source = models.CharField(max_length=200)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "rectification_dispatch_rule"
        verbose_name = "派单规则"
        constraints = [
            models.UniqueConstraint(fields=["division", "rank", "version"], name="dispatch_rule_version")
        ]
