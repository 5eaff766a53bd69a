from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_leaner_keys"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("actor__startswith", "staff:")),
                fields=["actor", "id"],
                name="ledger_entry_staff",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("kind__gte", 160)), fields=["kind", "id"], name="ledger_entry_conduct"
            ),
        ),
    ]
