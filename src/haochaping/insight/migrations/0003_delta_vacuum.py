"""Keep the table of pending changes small: it empties every few seconds, and every page of figures reads it whole."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("insight", "0002_months")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE insight_fact_delta SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)",
            "ALTER TABLE insight_fact_delta RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)",
        ),
    ]
