from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_side_states"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="channel",
            field=models.CharField(blank=True, db_default="", max_length=12),
        ),
    ]
