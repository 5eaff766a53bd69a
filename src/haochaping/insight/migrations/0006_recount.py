"""What was counted before halls and stages were told apart is counted anew by the worker, day by day, the newest first."""

from django.db import migrations, models

# Where nothing was counted yet there is nothing to count anew.
_MARK = """
INSERT INTO insight_recount (since)
SELECT NULL WHERE EXISTS (SELECT FROM insight_fact) OR EXISTS (SELECT FROM insight_fact_delta)
"""


class Migration(migrations.Migration):
    dependencies = [("insight", "0005_compared")]

    operations = [
        migrations.CreateModel(
            name="Recount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField(null=True)),
            ],
            options={"verbose_name": "重新计数", "db_table": "insight_recount"},
        ),
        migrations.RunSQL(_MARK, migrations.RunSQL.noop),
    ]
