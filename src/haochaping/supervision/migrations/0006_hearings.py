from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supervision", "0005_units")]

    operations = [
        migrations.AddField(
            "proposal",
            "heard_before",
            models.JSONField(default=list, db_default=models.Value([], models.JSONField())),
        ),
    ]
