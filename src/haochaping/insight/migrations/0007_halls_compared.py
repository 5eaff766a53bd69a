"""Halls are compared as well (decision 0064)."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("insight", "0006_recount")]

    operations = [
        migrations.RemoveConstraint(model_name="comparison", name="comparison_kind_known"),
        migrations.AddConstraint(
            model_name="comparison",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=["division", "agency", "hall", "item"]), name="comparison_kind_known"
            ),
        ),
    ]
