"""通报专报 tables: a circular with its figures, each version of its texts, each step. What stands there is changed by nobody."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from haochaping.kernel.privacy import Kept, Purpose
from haochaping.publicity.circulars.terms import Block, CircularKind, CircularMove, CircularState

_OPEN = Q(state__in=[CircularState.DRAFT, CircularState.SUBMITTED])
_SUBJECT = ["kind", "division", "agency", "item", "first_day", "last_day"]


class Circular(models.Model):
    """通报: figures of a place and days as of one moment, with texts; signed by a second person it never changes.

    A correction is another one that `corrects` it. Figures, subject and days never change, and in no state does anything
    change but the way to being signed (migration 0006).
    """

    class Privacy:
        plain = ("kind", "figures", "state", "correction", "digest")
        account = ("made_by", "submitted_by", "signed_by")

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10)
    # What it is about: the division, or an agency or item that lies in it.
    division = models.ForeignKey("directory.Division", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, null=True, related_name="+")
    item = models.ForeignKey(
        "directory.ServiceItem", models.PROTECT, null=True, related_name="+", db_index=False
    )
    first_day = models.DateField()
    last_day = models.DateField()
    # The how many-eth about the same place and days it is.
    number = models.PositiveSmallIntegerField()
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    correction = models.CharField(max_length=300, blank=True)
    as_of = models.DateTimeField()
    # `terms.Figures`.
    figures = models.JSONField()
    state = models.CharField(max_length=10)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=80, blank=True)
    # The staff members of the directory that the account was or is, then: two accounts may be one person.
    submitted_staff = ArrayField(models.BigIntegerField(), default=list)
    submitted_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=80, blank=True)
    signed_staff = ArrayField(models.BigIntegerField(), default=list)
    signed_at = models.DateTimeField(null=True)
    # `rules.digest` of what was signed.
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "publicity_circular"
        verbose_name = "通报"
        indexes = [Index(fields=["made_at"], name="circular_newest")]
        constraints = [
            UniqueConstraint(
                fields=_SUBJECT, condition=_OPEN, nulls_distinct=False, name="circular_one_open"
            ),
            UniqueConstraint(
                fields=_SUBJECT,
                condition=Q(state=CircularState.SIGNED, corrects__isnull=True),
                nulls_distinct=False,
                name="circular_one_first",
            ),
            UniqueConstraint(
                fields=["corrects"],
                condition=~Q(state=CircularState.DISCARDED),
                name="circular_corrected_once",
            ),
            CheckConstraint(condition=Q(kind__in=list(CircularKind)), name="circular_kind_known"),
            CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="circular_days"),
            CheckConstraint(
                condition=Q(item__isnull=True) | Q(agency__isnull=False), name="circular_item_of_agency"
            ),
            CheckConstraint(
                condition=Q(kind=CircularKind.SPECIAL) | Q(agency__isnull=True),
                name="circular_monthly_of_division",
            ),
            CheckConstraint(
                condition=(Q(corrects__isnull=True) & Q(correction=""))
                | (Q(corrects__isnull=False) & ~Q(correction="")),
                name="circular_corrected_with_reason",
            ),
            # Two different persons, whatever the code above says (trust.md C45).
            CheckConstraint(
                condition=Q(
                    state__in=[CircularState.DRAFT, CircularState.DISCARDED],
                    submitted_by="",
                    submitted_at__isnull=True,
                    signed_by="",
                    signed_at__isnull=True,
                    digest="",
                )
                | (
                    Q(
                        state=CircularState.SUBMITTED,
                        submitted_at__isnull=False,
                        signed_by="",
                        signed_at__isnull=True,
                        digest="",
                    )
                    & ~Q(submitted_by="")
                )
                | (
                    Q(state=CircularState.SIGNED, submitted_at__isnull=False, signed_at__isnull=False)
                    & ~Q(submitted_by="")
                    & ~Q(signed_by="")
                    & ~Q(digest="")
                    & ~Q(signed_by=F("submitted_by"))
                    & ~Q(signed_staff__overlap=F("submitted_staff"))
                ),
                name="circular_two_persons",
            ),
        ]


class CircularText(models.Model):
    """通报文字: one version of one block; a later one stands beside it, and only while the circular is a draft."""

    class Privacy:
        purpose = Purpose.SUPERVISION
        retention = Kept.RECORD
        plain = ("block",)
        account = ("written_by",)
        never = ("text",)

    id = models.BigAutoField(primary_key=True)
    circular = models.ForeignKey(Circular, models.PROTECT, related_name="+", db_index=False)
    block = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    written_by = models.CharField(max_length=80)
    written_at = models.DateTimeField()

    class Meta:
        db_table = "publicity_circular_text"
        verbose_name = "通报文字"
        constraints = [
            UniqueConstraint(fields=["circular", "block", "version"], name="circular_text_once"),
            CheckConstraint(condition=Q(block__in=list(Block)), name="circular_text_block_known"),
            CheckConstraint(condition=Q(version__gte=1), name="circular_text_version"),
        ]


class CircularStep(models.Model):
    """通报经过: what somebody did with a circular, and why where a reason is needed."""

    class Privacy:
        plain = ("move", "reason")
        account = ("by",)

    id = models.BigAutoField(primary_key=True)
    circular = models.ForeignKey(Circular, models.PROTECT, related_name="+")
    move = models.CharField(max_length=10)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "publicity_circular_step"
        verbose_name = "通报经过"
        constraints = [CheckConstraint(condition=Q(move__in=list(CircularMove)), name="circular_step_known")]
