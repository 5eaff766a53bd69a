import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# What was taken up from a review, or is about its handling, is about whom the review names.
_NAMED = """
UPDATE voices_voice AS voice SET staff_id = review.staff_id
  FROM reviews_review AS review WHERE review.id = voice.review_id AND review.staff_id IS NOT NULL
"""
_MOVES = "receive import transfer hand_on sign_for name urge answer reopen escalate end close".split()


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0002_alike"),
        ("reviews", "0002_asking"),
        ("voices", "0001_tables"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="voiceevent", name="voice_move_known"),
        migrations.AddConstraint(
            model_name="voiceevent",
            constraint=models.CheckConstraint(condition=Q(move__in=_MOVES), name="voice_move_known"),
        ),
        migrations.AddField(
            model_name="voice",
            name="badge",
            field=models.CharField(blank=True, db_default="", max_length=40),
        ),
        migrations.AddField(
            model_name="voice",
            name="staff",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="directory.staffmember",
            ),
        ),
        migrations.RunSQL(_NAMED, migrations.RunSQL.noop),
    ]
