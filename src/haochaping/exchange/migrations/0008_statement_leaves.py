from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0007_repeated_send"),
    ]

    operations = [
        # Their digests are worked out differently from now on; each is made anew when it is asked for.
        migrations.RunSQL("TRUNCATE exchange_statement_part, exchange_statement", migrations.RunSQL.noop),
        migrations.DeleteModel(name="StatementPart"),
        migrations.RemoveField(model_name="statement", name="depth"),
        migrations.AddField(
            model_name="statement",
            name="leaves",
            field=models.BinaryField(default=b""),
            preserve_default=False,
        ),
    ]
