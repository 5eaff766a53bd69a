"""附件 tables: photographs and documents, in the database so that one backup holds them with what they belong to."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from haochaping.files.terms import DOCUMENT_BYTES, DOCUMENTS_ALLOWED, KEPT_BYTES, PHOTOS_ALLOWED, DocumentKind
from haochaping.kernel.privacy import Kept, Purpose


class Photo(models.Model):
    """照片: what somebody showed with a review. Removed by its sender, the picture is gone and the row stays."""

    class Privacy:
        purpose = Purpose.REVIEW
        retention = Kept.SENDER
        plain = ("subject_kind", "subject_id", "sha256")
        never = ("content",)

    id = models.UUIDField(primary_key=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    place = models.SmallIntegerField()
    content = models.BinaryField(null=True)
    sha256 = models.BinaryField(max_length=32)
    width = models.IntegerField()
    height = models.IntegerField()
    kept_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "files_photo"
        verbose_name = "照片"
        constraints = [
            UniqueConstraint(
                fields=["subject_kind", "subject_id", "place"],
                condition=Q(removed_at__isnull=True),
                name="photo_place_taken_once",
            ),
            CheckConstraint(condition=Q(place__gte=1, place__lte=PHOTOS_ALLOWED), name="photo_place"),
            CheckConstraint(
                condition=Q(content__isnull=True, removed_at__isnull=False)
                | Q(content__isnull=False, removed_at__isnull=True),
                name="photo_gone_when_removed",
            ),
            CheckConstraint(
                condition=Q(content__isnull=True) | Q(LessThanOrEqual(Length(F("content")), KEPT_BYTES)),
                name="photo_is_small",
            ),
        ]


class Document(models.Model):
    """证据文件: a recording, log or PDF by which somebody shows something, as it was sent. Its name is not kept."""

    class Privacy:
        purpose = Purpose.REDRESS
        retention = Kept.RECORD
        plain = ("subject_kind", "subject_id", "kind", "sha256")
        never = ("content",)

    id = models.UUIDField(primary_key=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    place = models.SmallIntegerField()
    kind = models.CharField(max_length=8)
    content = models.BinaryField()
    size = models.IntegerField()
    sha256 = models.BinaryField(max_length=32)
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "files_document"
        verbose_name = "证据文件"
        constraints = [
            UniqueConstraint(
                fields=["subject_kind", "subject_id", "place"], name="document_place_taken_once"
            ),
            CheckConstraint(condition=Q(place__gte=1, place__lte=DOCUMENTS_ALLOWED), name="document_place"),
            CheckConstraint(condition=Q(kind__in=list(DocumentKind)), name="document_kind_known"),
            CheckConstraint(
                condition=Q(size=Length(F("content")), size__lte=DOCUMENT_BYTES), name="document_is_bounded"
            ),
        ]
