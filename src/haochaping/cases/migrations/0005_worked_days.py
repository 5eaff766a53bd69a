from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_statistics"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="worked_days",
            field=models.SmallIntegerField(null=True),
        ),
    ]
