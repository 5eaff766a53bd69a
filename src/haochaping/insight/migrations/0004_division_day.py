"""Divisions have facts of days, and what is read of a place on some days is found by place and day alone."""

import django.db.models.deletion
from django.db import migrations, models

# No other program writes facts meanwhile: what is not folded yet is in neither table.
_FILL = """
INSERT INTO insight_division_day (division_id, day, channel, kind, level, provenance, n)
SELECT above.id, fact.day, fact.channel, fact.kind, fact.level, fact.provenance, sum(fact.n)
  FROM (
      SELECT division_id, day, channel, kind, level, provenance, sum(n) AS n
        FROM insight_fact
       GROUP BY division_id, day, channel, kind, level, provenance
  ) AS fact
  JOIN directory_division AS part ON part.id = fact.division_id
 CROSS JOIN unnest(string_to_array(part.path, '.')) AS named (code)
  JOIN directory_division AS above ON above.code = named.code
 GROUP BY above.id, fact.day, fact.channel, fact.kind, fact.level, fact.provenance
"""
_HALLS = models.Q(("hall__gt", 0))


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_tables"), ("insight", "0003_halls")]

    operations = [
        migrations.CreateModel(
            name="DivisionDay",
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
                "verbose_name": "区划日事实",
                "db_table": "insight_division_day",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("division", "day", "channel", "kind", "level", "provenance"),
                        name="division_day_unique",
                    )
                ],
            },
        ),
        *(
            operation
            for place in ("division", "agency", "item", "hall")
            for operation in (
                migrations.RemoveIndex("fact", f"fact_{place}"),
                migrations.AddIndex(
                    "fact",
                    models.Index(
                        fields=[place, "day"],
                        name=f"fact_{place}_day",
                        **({"condition": _HALLS} if place == "hall" else {}),
                    ),
                ),
            )
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
