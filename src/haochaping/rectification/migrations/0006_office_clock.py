from django.db import migrations, models
from django.db.models import Q

# 移交监督: the office that decides about what stayed unsolved has a clock of its own.
_CLOCKS = "sign contact rectify check decide".split()


class Migration(migrations.Migration):
    dependencies = [("rectification", "0005_agrees")]

    operations = [
        migrations.RemoveConstraint(model_name="clockevent", name="clock_event_clock_known"),
        migrations.AddConstraint(
            model_name="clockevent",
            constraint=models.CheckConstraint(
                condition=Q(clock__in=_CLOCKS, helper__isnull=True) | Q(clock="help", helper__isnull=False),
                name="clock_event_clock_known",
            ),
        ),
        migrations.RemoveConstraint(model_name="workorder", name="order_clock_known"),
        migrations.AddConstraint(
            model_name="workorder",
            constraint=models.CheckConstraint(
                condition=Q(clock__in=["", *_CLOCKS]), name="order_clock_known"
            ),
        ),
    ]
