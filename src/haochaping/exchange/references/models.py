"""办件引用号 tables: by what else than its number a source names a case."""

from __future__ import annotations

from django.db import models
from django.db.models import UniqueConstraint

from haochaping.exchange.rules import CASE_NO_LENGTH, REFERENCE_LENGTH
from haochaping.kernel.masking import masked_number
from haochaping.kernel.privacy import Kept, Purpose


class CaseReference(models.Model):
    """办件引用号: what stands for the number of a case in later messages of its source (归集的 orgbusno)."""

    class Privacy:
        purpose = Purpose.REVIEW
        retention = Kept.RECORD
        plain = ("reference",)
        masked = {"case_no": masked_number}

    platform = models.ForeignKey("directory.Platform", models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(max_length=REFERENCE_LENGTH)
    case_no = models.CharField(max_length=CASE_NO_LENGTH)

    class Meta:
        db_table = "exchange_case_reference"
        verbose_name = "办件引用号"
        constraints = [
            UniqueConstraint(fields=["platform", "reference"], name="case_reference_unique_per_platform")
        ]
