from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rectification", "0006_office_clock")]

    operations = [
        migrations.AddField("takenstep", "content", models.BinaryField(max_length=32, null=True)),
    ]
