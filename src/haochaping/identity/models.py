"""身份 tables: envelopes and blind indexes; no name, phone or certificate number, not even masked."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q

from haochaping.identity.terms import IndexPurpose
from haochaping.ledger.terms import Suite


class SealedBatch(models.Model):
    """封存批次: two batch keys, one wrapped for the escrow office, one for the relay."""

    class Privacy:
        plain = ("escrow_key_id", "relay_key_id")
        sealed = ("escrow_wrapped", "relay_wrapped")

    id = models.UUIDField(primary_key=True)
    suite = models.SmallIntegerField()
    escrow_key_id = models.CharField(max_length=16)
    escrow_wrapped = models.BinaryField()
    relay_key_id = models.CharField(max_length=16)
    relay_wrapped = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "identity_sealed_batch"
        verbose_name = "身份封存批次"
        constraints = [
            CheckConstraint(condition=Q(suite__in=[s.value for s in Suite]), name="sealed_batch_suite")
        ]


class SealedPerson(models.Model):
    """封存身份: everything under the escrow's batch key; the phone once more under the relay's."""

    class Privacy:
        sealed = ("sealed", "relay_sealed")

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey(SealedBatch, models.PROTECT, related_name="+", db_constraint=False)
    sealed = models.BinaryField()
    relay_sealed = models.BinaryField(null=True)

    class Meta:
        db_table = "identity_sealed_person"
        verbose_name = "封存身份"


class BlindIndex(models.Model):
    """盲索引: a keyed fingerprint by which equal phones or certificates are found without being known."""

    class Privacy:
        plain = ("purpose",)
        sealed = ("value",)

    pk = models.CompositePrimaryKey("person_id", "purpose")
    person = models.ForeignKey(
        SealedPerson, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    purpose = models.CharField(max_length=12)
    value = models.BinaryField()

    class Meta:
        db_table = "identity_blind_index"
        verbose_name = "身份盲索引"
        constraints = [
            CheckConstraint(
                condition=Q(purpose__in=[p.value for p in IndexPurpose]), name="blind_index_purpose"
            ),
        ]
        indexes = [models.Index(fields=["purpose", "value"], name="blind_index_value")]
