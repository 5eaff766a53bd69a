from django.db import migrations, models
from django.db.models import Q

_KINDS = (
    "order_dispatched order_amber order_red order_returned return_granted return_refused reply_sent_back reviewer_message "
    "not_solved appeal supervision_order urging reform opening_request unread voice_received voice_transferred "
    "voice_at_office voice_amber voice_red office_voice_due office_order_due extension_asked extension_granted "
    "extension_refused reprisal_report help_asked help_given help_amber help_red appeal_proposed appeal_contested "
    "appeal_accepted appeal_refused appeal_decided appeal_objected supervision_answered office_urged urging_answered "
    "office_help_asked voice_urged office_voice_urged milestone_missed order_excluded unread_message unread_supervision "
    "unread_below unread_voice unread_at_office texts_due figure_asked figure_withheld"
).split()
_KNOWN = {"noticechoice": "notice_choice_kind", "staffnotice": "staff_notice_kind"}


class Migration(migrations.Migration):
    dependencies = [("notices", "0004_office_order")]

    operations = [
        operation
        for model, name in _KNOWN.items()
        for operation in (
            migrations.RemoveConstraint(model, name),
            migrations.AddConstraint(model, models.CheckConstraint(condition=Q(kind__in=_KINDS), name=name)),
        )
    ]
