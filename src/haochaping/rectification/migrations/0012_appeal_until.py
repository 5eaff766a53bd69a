from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rectification", "0011_promises")]

    operations = [
        migrations.AddField("workorder", "appeal_until", models.DateTimeField(null=True)),
    ]
