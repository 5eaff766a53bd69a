import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("levels", "0003_seal"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="toldday",
            name="told_day_once",
        ),
        migrations.AddField(
            model_name="toldday",
            name="said_count",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="toldday",
            name="said_total",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="toldday",
            name="there_count",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="toldday",
            name="there_total",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="toldday",
            name="peer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="levels.peer",
            ),
        ),
        migrations.AddConstraint(
            model_name="toldday",
            constraint=models.UniqueConstraint(
                fields=("peer", "source", "kind", "day"), name="told_day_once", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="toldday",
            index=models.Index(fields=["day"], name="told_day_of_day"),
        ),
    ]
