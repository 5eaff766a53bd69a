import django.db.models.deletion
from django.db import migrations, models

# Pending changes come and go every few seconds, and every page of figures reads the table whole: it is to stay small.
_KEPT_SMALL = """
    ALTER TABLE insight_fact_delta SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)
"""


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("insight", "0001_initial"),
        ("insight", "0002_months"),
        ("insight", "0003_delta_vacuum"),
        ("insight", "0004_voided_services"),
    ]

    dependencies = [
        ("directory", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("day", models.DateField()),
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
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
                ("channel", models.CharField(max_length=20)),
                ("level", models.SmallIntegerField()),
                ("provenance", models.CharField(max_length=30)),
                ("n", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "日粒度事实",
                "db_table": "insight_fact",
                "indexes": [
                    models.Index(fields=["division", "kind", "day"], name="fact_division"),
                    models.Index(fields=["agency", "kind", "day"], name="fact_agency"),
                    models.Index(fields=["item", "kind", "day"], name="fact_item"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "kind",
                            "day",
                            "division",
                            "agency",
                            "item",
                            "channel",
                            "level",
                            "provenance",
                        ),
                        name="fact_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DivisionMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("month", models.DateField()),
                ("level", models.SmallIntegerField()),
                ("provenance", models.CharField(max_length=30)),
                ("n", models.BigIntegerField()),
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
            ],
            options={
                "verbose_name": "区划月事实",
                "db_table": "insight_division_month",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("division", "month", "kind", "level", "provenance"),
                        name="division_month_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("month", models.DateField()),
                ("level", models.SmallIntegerField()),
                ("provenance", models.CharField(max_length=30)),
                ("n", models.BigIntegerField()),
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
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
            ],
            options={
                "verbose_name": "事项月事实",
                "db_table": "insight_item_month",
                "indexes": [models.Index(fields=["agency", "month"], name="item_month_agency")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "agency", "month", "kind", "level", "provenance"),
                        name="item_month_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FactDelta",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("day", models.DateField()),
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
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
                ("channel", models.CharField(max_length=20)),
                ("level", models.SmallIntegerField()),
                ("provenance", models.CharField(max_length=30)),
                ("n", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "未并入的增量",
                "db_table": "insight_fact_delta",
            },
        ),
        migrations.RunSQL(_KEPT_SMALL, migrations.RunSQL.noop),
    ]
