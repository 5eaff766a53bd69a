"""Comparisons are worked out once a month and kept for pages to read (decision 0053)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0002_alike"),
        ("insight", "0004_division_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="Comparison",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("stem", models.CharField(blank=True, max_length=12)),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("seed", models.CharField(max_length=60)),
                ("target", models.FloatField()),
                ("alpha", models.FloatField(null=True)),
                ("beta", models.FloatField(null=True)),
                ("tau2", models.FloatField()),
                ("as_of", models.DateTimeField()),
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
                "verbose_name": "公平比较",
                "db_table": "insight_comparison",
            },
        ),
        migrations.CreateModel(
            name="ComparedUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit_id", models.BigIntegerField()),
                ("bad", models.BigIntegerField()),
                ("n", models.BigIntegerField()),
                ("cases", models.BigIntegerField(null=True)),
                ("expected", models.FloatField(null=True)),
                ("extent", models.CharField(max_length=10)),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("adjusted", models.FloatField(null=True)),
                ("shrunk", models.FloatField(null=True)),
                ("shrunk_low", models.FloatField(null=True)),
                ("shrunk_high", models.FloatField(null=True)),
                ("above", models.FloatField(null=True)),
                ("bound_low", models.FloatField(null=True)),
                ("bound_high", models.FloatField(null=True)),
                ("band", models.CharField(blank=True, max_length=6)),
                ("first_place", models.IntegerField(null=True)),
                ("last_place", models.IntegerField(null=True)),
                ("among", models.IntegerField(null=True)),
                ("target", models.FloatField(null=True)),
                ("warning_low", models.FloatField(null=True)),
                ("warning_high", models.FloatField(null=True)),
                ("limit_low", models.FloatField(null=True)),
                ("limit_high", models.FloatField(null=True)),
                ("wide_low", models.FloatField(null=True)),
                ("wide_high", models.FloatField(null=True)),
                ("worth_a_look", models.CharField(blank=True, max_length=6)),
                ("unlike", models.CharField(blank=True, max_length=6)),
                ("too_good", models.BooleanField()),
                (
                    "comparison",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insight.comparison",
                    ),
                ),
            ],
            options={
                "verbose_name": "比较结果",
                "db_table": "insight_compared_unit",
            },
        ),
        migrations.AddConstraint(
            model_name="comparison",
            constraint=models.UniqueConstraint(
                fields=("division", "kind", "stem", "last"), name="comparison_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="comparison",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["division", "agency", "item"])), name="comparison_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="comparison",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "item"), ("stem", ""), _connector="XOR"),
                name="comparison_stem_of_items",
            ),
        ),
        migrations.AddConstraint(
            model_name="comparedunit",
            constraint=models.UniqueConstraint(fields=("comparison", "unit_id"), name="compared_unit_once"),
        ),
        migrations.AddConstraint(
            model_name="comparedunit",
            constraint=models.CheckConstraint(
                condition=models.Q(("bad__gte", 0), ("bad__lte", models.F("n"))), name="compared_unit_counts"
            ),
        ),
    ]
