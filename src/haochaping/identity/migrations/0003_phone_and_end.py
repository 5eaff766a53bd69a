from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_leaner_keys"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="blindindex",
            name="blind_index_purpose",
        ),
        migrations.AddConstraint(
            model_name="blindindex",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["phone", "certificate", "phone_end"])),
                name="blind_index_purpose",
            ),
        ),
    ]
