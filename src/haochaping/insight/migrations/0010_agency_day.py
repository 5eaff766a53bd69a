"""Agencies have facts of days as divisions have: their newest days by channel cost the same, however many items they have."""

import django.db.models.deletion
from django.db import migrations, models

# No other program writes facts meanwhile: what is not folded yet is in neither table.
_FILL = """
INSERT INTO insight_agency_day (agency_id, day, channel, kind, level, provenance, n)
SELECT agency_id, day, channel, kind, level, provenance, sum(n)
  FROM insight_fact
 GROUP BY agency_id, day, channel, kind, level, provenance
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_tables"), ("insight", "0009_all_months")]

    operations = [
        migrations.CreateModel(
            name="AgencyDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("channel", models.CharField(max_length=20)),
                ("kind", models.CharField(max_length=12)),
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
            ],
            options={
                "verbose_name": "机构日事实",
                "db_table": "insight_agency_day",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "day", "channel", "kind", "level", "provenance"),
                        name="agency_day_unique",
                    )
                ],
            },
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
