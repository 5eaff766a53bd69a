"""Pages of agencies read months of agencies and not of all their items; the days at the ends of a period lie together."""

import django.db.models.deletion
from django.db import migrations, models

# No other program writes facts meanwhile: what is not folded yet is in neither table.
_FILL = """
INSERT INTO insight_agency_month (agency_id, month, kind, level, provenance, n)
SELECT agency_id, month, kind, level, provenance, sum(n) FROM insight_item_month
 GROUP BY agency_id, month, kind, level, provenance
"""


class Migration(migrations.Migration):
    dependencies = [("insight", "0001_tables")]

    operations = [
        migrations.CreateModel(
            name="AgencyMonth",
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
            ],
            options={
                "verbose_name": "机构月事实",
                "db_table": "insight_agency_month",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "month", "kind", "level", "provenance"), name="agency_month_unique"
                    )
                ],
            },
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.RemoveIndex("itemmonth", "item_month_agency"),
        migrations.AddConstraint(
            "fact",
            models.UniqueConstraint(
                fields=["day", "kind", "division", "agency", "item", "channel", "level", "provenance"],
                name="fact_unique_day",
            ),
        ),
        migrations.RemoveConstraint("fact", "fact_unique"),
    ]
