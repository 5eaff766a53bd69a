from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_revised_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="code_doubt",
            field=models.CharField(blank=True, db_default="", max_length=12),
        ),
    ]
