"""身份 tables: envelopes and blind indexes; no name, phone or certificate number, not even masked."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q

from haochaping.identity.terms import GRANTED_PURPOSES, RETENTION, IndexPurpose, OpeningPurpose, OpeningState
from haochaping.kernel.privacy import Erased, Kept, Purpose
from haochaping.ledger.terms import Suite


class SealedBatch(models.Model):
    """封存批次: two batch keys, one wrapped for the escrow office, one for the relay."""

    class Privacy:
        purpose = Purpose.IDENTITY
        retention = Erased("erase identities nobody needs", RETENTION)
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
        purpose = Purpose.IDENTITY
        retention = Erased("erase identities nobody needs", RETENTION)
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
        purpose = Purpose.IDENTITY
        retention = Erased("erase identities nobody needs", RETENTION)
        plain = ("purpose",)
        linked = ("person",)
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


class RefusedAsking(models.Model):
    """拒绝邀评: the fingerprint of a number whose owner does not want to be asked by SMS, whoever is sealed with it later.

    It outlives the sealed persons: the wish is the number's owner's, not a case's.
    """

    class Privacy:
        purpose = Purpose.NOTICE
        retention = Kept.OWNER
        sealed = ("value",)

    value = models.BinaryField(primary_key=True)
    since = models.DateTimeField()

    class Meta:
        db_table = "identity_refused_asking"
        verbose_name = "拒绝邀评"


class RelayGrant(models.Model):
    """中间号授权: who may call which sealed person about which work order, what for, until when, how often."""

    class Privacy:
        purpose = Purpose.IDENTITY
        retention = Kept.RECORD
        plain = ("purpose",)
        account = ("granted_to",)
        linked = ("person",)

    id = models.UUIDField(primary_key=True)
    person = models.UUIDField()
    basis = models.UUIDField()
    purpose = models.CharField(max_length=10)
    granted_to = models.CharField(max_length=100)
    granted_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    calls_allowed = models.SmallIntegerField()
    calls_made = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "identity_relay_grant"
        verbose_name = "中间号授权"
        indexes = [Index(fields=["basis", "granted_at"], name="relay_grant_of_basis")]
        constraints = [
            CheckConstraint(
                condition=Q(purpose__in=[str(p) for p in GRANTED_PURPOSES]), name="relay_grant_purpose"
            ),
            CheckConstraint(condition=Q(ends_at__gt=F("granted_at")), name="relay_grant_ends"),
            CheckConstraint(
                condition=Q(calls_made__gte=0, calls_made__lte=F("calls_allowed")), name="relay_grant_limit"
            ),
        ]


def _together(number: str, states: list[OpeningState]) -> CheckConstraint:
    """An approval has person, office and time or none of them, and these states need it."""
    given = (
        ~Q(**{f"{number}_by": ""})
        & ~Q(**{f"{number}_organisation": ""})
        & Q(**{f"{number}_at__isnull": False})
    )
    none = Q(**{f"{number}_by": "", f"{number}_organisation": "", f"{number}_at__isnull": True})
    return CheckConstraint(condition=given | (none & ~Q(state__in=states)), name=f"opening_{number}_approval")


class OpeningRequest(models.Model):
    """开封申请: to open one sealed person, once; two persons of two offices decide, the database insists."""

    class Privacy:
        purpose = Purpose.IDENTITY
        retention = Kept.RECORD
        plain = (
            "subject_kind",
            "subject_id",
            "division_path",
            "agency_path",
            "purpose",
            "state",
            "first_organisation",
            "second_organisation",
        )
        account = ("requested_by", "first_by", "second_by", "ended_by")
        linked = ("person",)
        never = ("legal_basis", "document", "ended_note")

    id = models.UUIDField(primary_key=True)
    person = models.UUIDField()
    subject_kind = models.CharField(max_length=10)
    subject_id = models.CharField(max_length=40)
    division_path = models.CharField(max_length=100)
    agency_path = models.CharField(max_length=500)
    purpose = models.CharField(max_length=20)
    legal_basis = models.CharField(max_length=500)
    document = models.CharField(max_length=100, blank=True)
    told_forbidden = models.BooleanField(default=False)
    state = models.CharField(max_length=10)
    requested_by = models.CharField(max_length=100)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    first_by = models.CharField(max_length=100, blank=True)
    first_organisation = models.CharField(max_length=500, blank=True)
    first_at = models.DateTimeField(null=True)
    second_by = models.CharField(max_length=100, blank=True)
    second_organisation = models.CharField(max_length=500, blank=True)
    second_at = models.DateTimeField(null=True)
    opens_from = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=100, blank=True)
    ended_note = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_opening_request"
        verbose_name = "开封申请"
        indexes = [
            Index(fields=["division_path", "requested_at"], name="opening_of_division"),
            Index(fields=["opened_at"], condition=Q(opened_at__isnull=False), name="opening_opened"),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=list(OpeningState)), name="opening_state_known"),
            CheckConstraint(condition=Q(purpose__in=list(OpeningPurpose)), name="opening_purpose_known"),
            CheckConstraint(condition=~Q(legal_basis=""), name="opening_has_legal_basis"),
            CheckConstraint(
                condition=~Q(purpose=OpeningPurpose.LAWFUL_REQUEST) | ~Q(document=""),
                name="opening_by_law_has_document",
            ),
            _together("first", [OpeningState.SECONDED, OpeningState.APPROVED, OpeningState.OPENED]),
            _together("second", [OpeningState.APPROVED, OpeningState.OPENED]),
            CheckConstraint(
                condition=~Q(first_by=F("requested_by")) & ~Q(second_by=F("requested_by")),
                name="opening_not_by_requester",
            ),
            CheckConstraint(
                condition=Q(second_by="")
                | (~Q(second_by=F("first_by")) & ~Q(second_organisation=F("first_organisation"))),
                name="opening_two_persons_two_offices",
            ),
            CheckConstraint(
                condition=Q(
                    state=OpeningState.OPENED,
                    # A comparison with nothing would pass the check.
                    opens_from__isnull=False,
                    opened_at__isnull=False,
                    opened_at__gte=F("opens_from"),
                    opened_at__lt=F("expires_at"),
                )
                | (~Q(state=OpeningState.OPENED) & Q(opened_at__isnull=True)),
                name="opening_after_the_delay",
            ),
            CheckConstraint(
                condition=Q(
                    state__in=[OpeningState.REFUSED, OpeningState.WITHDRAWN, OpeningState.EXPIRED],
                    ended_at__isnull=False,
                )
                | (
                    ~Q(state__in=[OpeningState.REFUSED, OpeningState.WITHDRAWN, OpeningState.EXPIRED])
                    & Q(ended_at__isnull=True)
                ),
                name="opening_ended",
            ),
        ]
