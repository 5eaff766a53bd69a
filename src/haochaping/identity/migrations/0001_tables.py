import django.db.models.deletion
import haochaping.identity.terms
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("identity", "0001_initial"),
        ("identity", "0002_leaner_keys"),
        ("identity", "0003_phone_and_end"),
        ("identity", "0004_opening_and_relay"),
        ("identity", "0005_leaner_index"),
        ("identity", "0006_sample_calls"),
        ("identity", "0007_refused_asking"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SealedBatch",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("suite", models.SmallIntegerField()),
                ("escrow_key_id", models.CharField(max_length=16)),
                ("escrow_wrapped", models.BinaryField()),
                ("relay_key_id", models.CharField(max_length=16)),
                ("relay_wrapped", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "身份封存批次",
                "db_table": "identity_sealed_batch",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("suite__in", [1, 2])), name="sealed_batch_suite"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SealedPerson",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.sealedbatch",
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("relay_sealed", models.BinaryField(null=True)),
            ],
            options={
                "verbose_name": "封存身份",
                "db_table": "identity_sealed_person",
            },
        ),
        migrations.CreateModel(
            name="BlindIndex",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id", "purpose", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.sealedperson",
                    ),
                ),
                ("purpose", models.CharField(max_length=12)),
                ("value", models.BinaryField()),
            ],
            options={
                "verbose_name": "身份盲索引",
                "db_table": "identity_blind_index",
                "indexes": [models.Index(fields=["purpose", "value"], name="blind_index_value")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["phone", "certificate", "phone_end"])),
                        name="blind_index_purpose",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedAsking",
            fields=[
                ("value", models.BinaryField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
            ],
            options={
                "verbose_name": "拒绝邀评",
                "db_table": "identity_refused_asking",
            },
        ),
        migrations.CreateModel(
            name="RelayGrant",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                ("basis", models.UUIDField()),
                ("purpose", models.CharField(max_length=10)),
                ("granted_to", models.CharField(max_length=100)),
                ("granted_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("calls_allowed", models.SmallIntegerField()),
                ("calls_made", models.SmallIntegerField(default=0)),
            ],
            options={
                "verbose_name": "中间号授权",
                "db_table": "identity_relay_grant",
                "indexes": [models.Index(fields=["basis", "granted_at"], name="relay_grant_of_basis")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["verify", "arrange", "result", "sample"])),
                        name="relay_grant_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("granted_at"))), name="relay_grant_ends"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("calls_made__gte", 0), ("calls_made__lte", models.F("calls_allowed"))
                        ),
                        name="relay_grant_limit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpeningRequest",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                ("subject_kind", models.CharField(max_length=10)),
                ("subject_id", models.CharField(max_length=40)),
                ("division_path", models.CharField(max_length=100)),
                ("agency_path", models.CharField(max_length=500)),
                ("purpose", models.CharField(max_length=20)),
                ("legal_basis", models.CharField(max_length=500)),
                ("document", models.CharField(blank=True, max_length=100)),
                ("told_forbidden", models.BooleanField(default=False)),
                ("state", models.CharField(max_length=10)),
                ("requested_by", models.CharField(max_length=100)),
                ("requested_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("first_by", models.CharField(blank=True, max_length=100)),
                ("first_organisation", models.CharField(blank=True, max_length=500)),
                ("first_at", models.DateTimeField(null=True)),
                ("second_by", models.CharField(blank=True, max_length=100)),
                ("second_organisation", models.CharField(blank=True, max_length=500)),
                ("second_at", models.DateTimeField(null=True)),
                ("opens_from", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=100)),
                ("ended_note", models.CharField(blank=True, max_length=500)),
                ("ended_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "开封申请",
                "db_table": "identity_opening_request",
                "indexes": [
                    models.Index(fields=["division_path", "requested_at"], name="opening_of_division"),
                    models.Index(
                        condition=models.Q(("opened_at__isnull", False)),
                        fields=["opened_at"],
                        name="opening_opened",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.identity.terms.OpeningState["REQUESTED"],
                                    haochaping.identity.terms.OpeningState["SECONDED"],
                                    haochaping.identity.terms.OpeningState["APPROVED"],
                                    haochaping.identity.terms.OpeningState["OPENED"],
                                    haochaping.identity.terms.OpeningState["REFUSED"],
                                    haochaping.identity.terms.OpeningState["WITHDRAWN"],
                                    haochaping.identity.terms.OpeningState["EXPIRED"],
                                ],
                            )
                        ),
                        name="opening_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "purpose__in",
                                [
                                    haochaping.identity.terms.OpeningPurpose["LIFE_SAFETY"],
                                    haochaping.identity.terms.OpeningPurpose["LAWFUL_REQUEST"],
                                    haochaping.identity.terms.OpeningPurpose["RETALIATION"],
                                    haochaping.identity.terms.OpeningPurpose["FABRICATION"],
                                ],
                            )
                        ),
                        name="opening_purpose_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("legal_basis", ""), _negated=True), name="opening_has_legal_basis"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("purpose", haochaping.identity.terms.OpeningPurpose["LAWFUL_REQUEST"]),
                                _negated=True,
                            ),
                            models.Q(("document", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="opening_by_law_has_document",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("first_by", ""), _negated=True),
                                models.Q(("first_organisation", ""), _negated=True),
                                ("first_at__isnull", False),
                            ),
                            models.Q(
                                ("first_at__isnull", True),
                                ("first_by", ""),
                                ("first_organisation", ""),
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            haochaping.identity.terms.OpeningState["SECONDED"],
                                            haochaping.identity.terms.OpeningState["APPROVED"],
                                            haochaping.identity.terms.OpeningState["OPENED"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="opening_first_approval",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("second_by", ""), _negated=True),
                                models.Q(("second_organisation", ""), _negated=True),
                                ("second_at__isnull", False),
                            ),
                            models.Q(
                                ("second_at__isnull", True),
                                ("second_by", ""),
                                ("second_organisation", ""),
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            haochaping.identity.terms.OpeningState["APPROVED"],
                                            haochaping.identity.terms.OpeningState["OPENED"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="opening_second_approval",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_by", models.F("requested_by")), _negated=True),
                            models.Q(("second_by", models.F("requested_by")), _negated=True),
                        ),
                        name="opening_not_by_requester",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("second_by", ""),
                            models.Q(
                                models.Q(("second_by", models.F("first_by")), _negated=True),
                                models.Q(
                                    ("second_organisation", models.F("first_organisation")), _negated=True
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="opening_two_persons_two_offices",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("opened_at__gte", models.F("opens_from")),
                                ("opened_at__isnull", False),
                                ("opened_at__lt", models.F("expires_at")),
                                ("opens_from__isnull", False),
                                ("state", haochaping.identity.terms.OpeningState["OPENED"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", haochaping.identity.terms.OpeningState["OPENED"]), _negated=True
                                ),
                                ("opened_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="opening_after_the_delay",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                (
                                    "state__in",
                                    [
                                        haochaping.identity.terms.OpeningState["REFUSED"],
                                        haochaping.identity.terms.OpeningState["WITHDRAWN"],
                                        haochaping.identity.terms.OpeningState["EXPIRED"],
                                    ],
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            haochaping.identity.terms.OpeningState["REFUSED"],
                                            haochaping.identity.terms.OpeningState["WITHDRAWN"],
                                            haochaping.identity.terms.OpeningState["EXPIRED"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="opening_ended",
                    ),
                ],
            },
        ),
    ]
