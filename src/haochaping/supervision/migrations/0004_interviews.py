from django.db import migrations, models
from django.db.models import Q

_OPEN = "opened notified responded checked called".split()
_STATES = "opened notified responded checked lifted circulated called interviewed accountability".split()
_MOVES = "open notify respond check lift settle hand_on circulate interview hold_interview hold_accountable".split()


class Migration(migrations.Migration):
    dependencies = [("supervision", "0003_tickets")]

    operations = [
        migrations.RemoveConstraint("supervisionorder", "supervision_state_known"),
        migrations.AddConstraint(
            "supervisionorder",
            models.CheckConstraint(condition=Q(state__in=_STATES), name="supervision_state_known"),
        ),
        migrations.RemoveConstraint("supervisionorder", "supervision_one_open_letter"),
        migrations.AddConstraint(
            "supervisionorder",
            models.UniqueConstraint(
                fields=["work_order", "agency"],
                condition=Q(rung="letter", state__in=_OPEN),
                name="supervision_one_open_letter",
            ),
        ),
        migrations.RemoveConstraint("supervisionevent", "supervision_event_known"),
        migrations.AddConstraint(
            "supervisionevent",
            models.CheckConstraint(condition=Q(move__in=_MOVES), name="supervision_event_known"),
        ),
    ]
