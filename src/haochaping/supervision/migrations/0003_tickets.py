"""A sample is drawn by tickets, whose list stays and is public (0044); a signal says whom its review names."""

from django.db import migrations, models
from django.db.models import Q

from haochaping.supervision.terms import DrawMethod

# What was drawn before stays as it was drawn, and is made again so.
_NAMED = """
UPDATE supervision_signal AS raised SET staff_id = review.staff_id
  FROM reviews_review AS review
 WHERE raised.kind = 'sampling_failed' AND raised.subject = 'review:' || review.id::text
"""


class Migration(migrations.Migration):
    dependencies = [("supervision", "0002_handing_on"), ("reviews", "0001_tables")]

    operations = [
        migrations.AddField("signal", "staff_id", models.BigIntegerField(null=True)),
        migrations.RunSQL(_NAMED, migrations.RunSQL.noop),
        migrations.AddField(
            "sampledraw", "method", models.SmallIntegerField(default=DrawMethod.BY_REVIEW), False
        ),
        migrations.AddConstraint(
            "sampledraw",
            models.CheckConstraint(condition=Q(method__in=list(DrawMethod)), name="sample_draw_method_known"),
        ),
        migrations.AddField(
            "sampledreview", "ticket", models.CharField(blank=True, default="", max_length=32), False
        ),
        migrations.CreateModel(
            "SampleList",
            [
                (
                    "draw",
                    models.OneToOneField(
                        on_delete=models.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="supervision.sampledraw",
                    ),
                ),
                ("tickets", models.BinaryField()),
            ],
            {"db_table": "supervision_sample_list", "verbose_name": "抽样名单"},
        ),
    ]
