from django.db import migrations, models
from django.db.models import Q

_KINDS = (
    "overdue voice_overdue repeat_offender appeal_anomaly reopened quality_check_failed sampling_failed escalated "
    "illegal_condition integrity pressed service_fault reform_late agency_ended window_last fared_worse help_late "
    "risk_point blind_spot"
).split()


class Migration(migrations.Migration):
    dependencies = [("supervision", "0004_interviews")]

    operations = [
        migrations.RemoveConstraint("signal", "signal_kind_known"),
        migrations.AddConstraint(
            "signal",
            models.CheckConstraint(condition=Q(kind__in=_KINDS), name="signal_kind_known"),
        ),
    ]
