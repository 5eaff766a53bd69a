"""What has passed the gate of open data is remembered, so that no later table tells more beside it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publicity", "0004_batches")]

    operations = [
        migrations.CreateModel(
            name="PublishedTable",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=30)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "已过关的表",
                "db_table": "publicity_published_table",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "first_day", "last_day"), name="published_table_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))),
                        name="published_table_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(db_collation="C", max_length=200)),
                (
                    "counts",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "table",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="publicity.publishedtable",
                    ),
                ),
            ],
            options={
                "verbose_name": "已公开的单元格",
                "db_table": "publicity_published_cell",
                "constraints": [
                    models.UniqueConstraint(fields=("table", "place"), name="published_cell_once")
                ],
            },
        ),
    ]
