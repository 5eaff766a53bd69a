"""Facts tell halls and stages apart, and have months of halls and of channels.

What was counted before stands at no hall and no stage until it is counted again (0006_recount); the
figures of divisions, agencies, items and channels are right meanwhile.
"""

import django.db.models.deletion
from django.db import migrations, models

# No other program writes facts meanwhile: what is not folded yet is in neither table.
_FILL = """
INSERT INTO insight_channel_month (division_id, month, channel, kind, level, provenance, n)
SELECT above.id, fact.month, fact.channel, fact.kind, fact.level, fact.provenance, sum(fact.n)
  FROM (
      SELECT division_id, date_trunc('month', day)::date AS month, channel, kind, level, provenance, sum(n) AS n
        FROM insight_fact
       WHERE channel <> ''
       GROUP BY division_id, date_trunc('month', day)::date, channel, kind, level, provenance
  ) AS fact
  JOIN directory_division AS part ON part.id = fact.division_id
 CROSS JOIN unnest(string_to_array(part.path, '.')) AS named (code)
  JOIN directory_division AS above ON above.code = named.code
 GROUP BY above.id, fact.month, fact.channel, fact.kind, fact.level, fact.provenance
"""


def _place(model, **more):
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=f"directory.{model}",
        **more,
    )


_MONTH = [
    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
    ("kind", models.CharField(max_length=12)),
    ("month", models.DateField()),
    ("level", models.SmallIntegerField()),
    ("provenance", models.CharField(max_length=30)),
    ("n", models.BigIntegerField()),
]


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_tables"), ("insight", "0002_agency_month")]

    operations = [
        migrations.AddField("fact", "hall", _place("hall", db_default=0)),
        migrations.AddField("fact", "stage", models.CharField(blank=True, db_default="", max_length=10)),
        migrations.AddField("factdelta", "hall", _place("hall", db_default=0)),
        migrations.AddField("factdelta", "stage", models.CharField(blank=True, db_default="", max_length=10)),
        migrations.AddConstraint(
            "fact",
            models.UniqueConstraint(
                fields=[
                    "day",
                    "kind",
                    "division",
                    "agency",
                    "item",
                    "channel",
                    "level",
                    "provenance",
                    "hall",
                    "stage",
                ],
                name="fact_unique_grain",
            ),
        ),
        migrations.RemoveConstraint("fact", "fact_unique_day"),
        migrations.AddIndex(
            "fact",
            models.Index(
                condition=models.Q(("hall__gt", 0)), fields=["hall", "kind", "day"], name="fact_hall"
            ),
        ),
        migrations.CreateModel(
            name="HallMonth",
            fields=[*_MONTH, ("hall", _place("hall"))],
            options={
                "verbose_name": "大厅月事实",
                "db_table": "insight_hall_month",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("hall", "month", "kind", "level", "provenance"), name="hall_month_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ChannelMonth",
            fields=[
                *_MONTH,
                ("channel", models.CharField(max_length=20)),
                ("division", _place("division")),
            ],
            options={
                "verbose_name": "渠道月事实",
                "db_table": "insight_channel_month",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("division", "month", "channel", "kind", "level", "provenance"),
                        name="channel_month_unique",
                    )
                ],
            },
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
