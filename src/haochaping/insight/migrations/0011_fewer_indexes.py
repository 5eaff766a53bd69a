"""Days of divisions and agencies are read from their own tables: facts keep no index for them, and are folded sooner."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("insight", "0010_agency_day")]

    operations = [
        migrations.RemoveIndex("fact", "fact_division_day"),
        migrations.RemoveIndex("fact", "fact_agency_day"),
    ]
