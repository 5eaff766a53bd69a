"""账本 tables. Entries and links are append-only for everybody (by triggers); salts can be erased."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.db.models.functions import Length

from haochaping.ledger.terms import FIRST_CONDUCT_KIND

models.BinaryField.register_lookup(Length)


class Entry(models.Model):
    """账目: that something happened, to what, by whom, and a commitment to its particulars."""

    class Privacy:
        plain = ("subject_kind", "subject_id", "facts", "commitment", "text_commitment")
        account = ("actor",)

    id = models.UUIDField(primary_key=True)
    kind = models.SmallIntegerField()
    suite = models.SmallIntegerField()
    day = models.DateField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=100)
    facts = models.JSONField(default=dict)
    has_fields = models.BooleanField()
    commitment = models.BinaryField()
    text_commitment = models.BinaryField(null=True)

    class Meta:
        db_table = "ledger_entry"
        verbose_name = "账目"
        indexes = [
            Index(fields=["subject_id", "kind"], name="ledger_entry_subject"),
            # The auditor's questions. Reviewers and the program itself are nearly all entries and no answer.
            Index(fields=["actor", "id"], name="ledger_entry_staff", condition=Q(actor__startswith="staff:")),
            Index(
                fields=["kind", "id"], name="ledger_entry_conduct", condition=Q(kind__gte=FIRST_CONDUCT_KIND)
            ),
        ]
        constraints = [
            CheckConstraint(condition=Q(kind__gte=1, kind__lte=255), name="entry_kind_is_a_byte"),
            CheckConstraint(condition=Q(suite__in=[1, 2]), name="entry_suite_known"),
            CheckConstraint(condition=Q(commitment__length=32), name="entry_commitment_32_bytes"),
        ]


class Salt(models.Model):
    """盐: the secret of an entry's commitment; deleting it erases what it protected."""

    class Privacy:
        plain = ("name",)
        secret = ("salt",)

    pk = models.CompositePrimaryKey("entry_id", "name")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    name = models.CharField(max_length=6)
    salt = models.BinaryField()

    class Meta:
        db_table = "ledger_salt"
        verbose_name = "盐"
        constraints = [
            CheckConstraint(condition=Q(salt__length=32), name="salt_32_bytes"),
        ]


class Pending(models.Model):
    """待入链: written with the entry, taken by the sequencer: so late commits are found as well."""

    entry = models.OneToOneField(
        Entry, models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )

    class Meta:
        db_table = "ledger_pending"
        verbose_name = "待入链账目"


class ChainLink(models.Model):
    """链环: a leaf at its place in the one order of all entries."""

    class Privacy:
        plain = ("leaf", "head")

    index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    leaf = models.BinaryField()
    head = models.BinaryField()
    chained_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_chain"
        verbose_name = "链环"
        constraints = [
            CheckConstraint(condition=Q(leaf__length=41), name="link_leaf_41_bytes"),
            CheckConstraint(condition=Q(head__length=32), name="link_head_32_bytes"),
        ]
