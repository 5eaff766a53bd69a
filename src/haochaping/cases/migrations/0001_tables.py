import django.db.models.deletion
import haochaping.cases.terms
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("cases", "0001_initial"),
        ("cases", "0002_leaner_keys"),
        ("cases", "0003_of_person"),
        ("cases", "0004_changed"),
        ("cases", "0005_person_doubt"),
        ("cases", "0006_side_states"),
        ("cases", "0007_channel"),
        ("cases", "0008_revised_at"),
        ("cases", "0009_code_doubt"),
    ]

    dependencies = [
        ("directory", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "platform",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.platform",
                    ),
                ),
                ("case_no", models.CharField(max_length=50)),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.division",
                    ),
                ),
                ("status", models.CharField(max_length=20)),
                ("kind", models.CharField(max_length=12)),
                ("channel", models.CharField(blank=True, db_default="", max_length=12)),
                ("applied_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("completed_at", models.DateTimeField(null=True)),
                ("promised_limit", models.CharField(blank=True, max_length=30)),
                ("statutory_limit", models.CharField(blank=True, max_length=30)),
                ("trips", models.SmallIntegerField(null=True)),
                ("materials", models.SmallIntegerField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("person_kind", models.CharField(max_length=30)),
                ("person_doubt", models.CharField(blank=True, db_default="", max_length=12)),
                ("code_doubt", models.CharField(blank=True, db_default="", max_length=12)),
                ("by_agent", models.BooleanField()),
                ("agent_id", models.UUIDField(null=True)),
                ("aged_60", models.BooleanField(null=True)),
                ("verified", models.BooleanField()),
                ("revised_at", models.DateTimeField(null=True)),
                ("digest", models.BinaryField(max_length=32)),
                ("received_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "办件",
                "db_table": "cases_case",
                "indexes": [
                    models.Index(
                        condition=models.Q(("person_id__isnull", False)),
                        fields=["person_id"],
                        name="case_of_person",
                    ),
                    models.Index(
                        condition=models.Q(("updated_at__gt", models.F("received_at"))),
                        fields=["updated_at"],
                        name="case_changed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("platform", "case_no"), name="case_unique_in_platform"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    haochaping.cases.terms.CaseStatus["SUBMITTED"],
                                    haochaping.cases.terms.CaseStatus["ACCEPTED"],
                                    haochaping.cases.terms.CaseStatus["IN_PROCESS"],
                                    haochaping.cases.terms.CaseStatus["SUPPLEMENT_REQUESTED"],
                                    haochaping.cases.terms.CaseStatus["SUSPENDED"],
                                    haochaping.cases.terms.CaseStatus["RETURNED"],
                                    haochaping.cases.terms.CaseStatus["COMPLETED"],
                                    haochaping.cases.terms.CaseStatus["REJECTED"],
                                    haochaping.cases.terms.CaseStatus["WITHDRAWN"],
                                ],
                            )
                        ),
                        name="case_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    haochaping.cases.terms.CaseKind["IMMEDIATE"],
                                    haochaping.cases.terms.CaseKind["COMMITTED"],
                                    haochaping.cases.terms.CaseKind["OTHER"],
                                ],
                            )
                        ),
                        name="case_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceOccurrence",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                ("no", models.SmallIntegerField()),
                ("name", models.CharField(max_length=100)),
                ("stage", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("channel", models.CharField(max_length=12)),
                (
                    "hall",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.hall",
                    ),
                ),
                (
                    "window",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.window",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
            ],
            options={
                "verbose_name": "服务",
                "db_table": "cases_service_occurrence",
                "constraints": [
                    models.UniqueConstraint(fields=("case", "no"), name="occurrence_unique_in_case"),
                    models.CheckConstraint(
                        condition=models.Q(("no__gte", 1), ("no__lte", 99)), name="occurrence_no_1_99"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "stage__in",
                                [
                                    haochaping.cases.terms.Stage["INTAKE"],
                                    haochaping.cases.terms.Stage["DELIVERY"],
                                    haochaping.cases.terms.Stage["OTHER"],
                                ],
                            )
                        ),
                        name="occurrence_stage_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "channel__in",
                                [
                                    haochaping.cases.terms.ServiceChannel["WINDOW"],
                                    haochaping.cases.terms.ServiceChannel["WEB"],
                                    haochaping.cases.terms.ServiceChannel["MOBILE"],
                                    haochaping.cases.terms.ServiceChannel["SELF_SERVICE"],
                                    haochaping.cases.terms.ServiceChannel["HOTLINE"],
                                    haochaping.cases.terms.ServiceChannel["COURIER"],
                                    haochaping.cases.terms.ServiceChannel["OTHER"],
                                ],
                            )
                        ),
                        name="occurrence_channel_known",
                    ),
                ],
            },
        ),
    ]
