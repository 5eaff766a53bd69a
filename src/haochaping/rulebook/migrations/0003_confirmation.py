import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rulebook", "0002_profiles_and_overlay"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleConfirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_value", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=100)),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rulebook.profile"
                    ),
                ),
            ],
            options={"verbose_name": "规则确认", "db_table": "rulebook_rule_confirmation"},
        ),
    ]
