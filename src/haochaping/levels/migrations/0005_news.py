from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("levels", "0004_told_totals"),
    ]

    operations = [
        migrations.AddField(
            model_name="incomingbatch",
            name="cases",
            field=models.IntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="incomingbatch",
            name="cases_late",
            field=models.IntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="incomingbatch",
            name="orders",
            field=models.IntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="incomingbatch",
            name="orders_late",
            field=models.IntegerField(db_default=0),
        ),
    ]
