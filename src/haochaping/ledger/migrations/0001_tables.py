from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = Path(__file__).parent.parent / "sql" / "append_only.sql"


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("ledger", "0001_initial"),
        ("ledger", "0002_leaner_keys"),
        ("ledger", "0003_audit"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.SmallIntegerField()),
                ("suite", models.SmallIntegerField()),
                ("day", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("actor", models.CharField(max_length=100)),
                ("subject_kind", models.CharField(max_length=40)),
                ("subject_id", models.CharField(max_length=100)),
                ("facts", models.JSONField(default=dict)),
                ("has_fields", models.BooleanField()),
                ("commitment", models.BinaryField()),
                ("text_commitment", models.BinaryField(null=True)),
            ],
            options={
                "verbose_name": "账目",
                "db_table": "ledger_entry",
                "indexes": [
                    models.Index(fields=["subject_id", "kind"], name="ledger_entry_subject"),
                    models.Index(
                        condition=models.Q(("actor__startswith", "staff:")),
                        fields=["actor", "id"],
                        name="ledger_entry_staff",
                    ),
                    models.Index(
                        condition=models.Q(("kind__gte", 160)),
                        fields=["kind", "id"],
                        name="ledger_entry_conduct",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__gte", 1), ("kind__lte", 255)), name="entry_kind_is_a_byte"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("suite__in", [1, 2])), name="entry_suite_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("commitment__length", 32)), name="entry_commitment_32_bytes"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Salt",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entry_id", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
                ("name", models.CharField(max_length=6)),
                ("salt", models.BinaryField()),
            ],
            options={
                "verbose_name": "盐",
                "db_table": "ledger_salt",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("salt__length", 32)), name="salt_32_bytes")
                ],
            },
        ),
        migrations.CreateModel(
            name="Pending",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="ledger.entry",
                    ),
                ),
            ],
            options={
                "verbose_name": "待入链账目",
                "db_table": "ledger_pending",
            },
        ),
        migrations.CreateModel(
            name="ChainLink",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.entry"
                    ),
                ),
                ("leaf", models.BinaryField()),
                ("head", models.BinaryField()),
                ("chained_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "链环",
                "db_table": "ledger_chain",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("leaf__length", 41)), name="link_leaf_41_bytes"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("head__length", 32)), name="link_head_32_bytes"
                    ),
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY.read_text(), "DROP FUNCTION ledger_refuse_change() CASCADE"),
    ]
