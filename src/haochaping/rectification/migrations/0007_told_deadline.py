from __future__ import annotations

from django.db import migrations, models

_TICKS = ["start", "limit", "told", "extend", "pause", "resume", "stop"]


class Migration(migrations.Migration):
    dependencies = [("rectification", "0006_named_staff")]

    operations = [
        migrations.RemoveConstraint(model_name="clockevent", name="clock_event_tick_known"),
        migrations.AddConstraint(
            model_name="clockevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("tick__in", _TICKS)), name="clock_event_tick_known"
            ),
        ),
    ]
