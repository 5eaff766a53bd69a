from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("rulebook", "0003_confirmation"),
    ]

    operations = [
        migrations.AddField(
            model_name="profile",
            name="effective_from",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="profile",
            name="source",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddConstraint(
            model_name="profile",
            constraint=models.CheckConstraint(
                condition=Q(("effective_from", None), ("source", ""))
                | Q(
                    Q(("source", ""), _negated=True),
                    Q(("effective_from", None), _negated=True),
                ),
                name="profile_of_its_own",
            ),
        ),
    ]
