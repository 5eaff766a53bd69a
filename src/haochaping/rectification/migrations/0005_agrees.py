from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rectification", "0004_dropped_lines")]

    operations = [migrations.AddField("appeal", "agrees", models.BooleanField(null=True))]
