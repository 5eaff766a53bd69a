from django.db import migrations, models

# The 32 codes of the first version ended when the 40 of the second began (domain.md §2.6); when they began nobody says.
_DATED = """
UPDATE reviews_review_indicator AS indicator
   SET effective_from = CASE WHEN indicator.active THEN edition.effective_from END,
       effective_to = CASE WHEN NOT indicator.active THEN edition.effective_from END
  FROM reviews_indicator_set AS edition
 WHERE edition.id = indicator.indicator_set_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0011_opted_out"),
    ]

    operations = [
        migrations.AddField(
            model_name="reviewindicator",
            name="effective_from",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="reviewindicator",
            name="effective_to",
            field=models.DateField(null=True),
        ),
        migrations.RunSQL(_DATED, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="reviewindicator",
            name="active",
        ),
        migrations.RemoveField(
            model_name="indicatorset",
            name="effective_from",
        ),
        migrations.AlterModelOptions(
            name="indicatorset",
            options={"verbose_name": "评价指标集"},
        ),
        migrations.AddConstraint(
            model_name="reviewindicator",
            constraint=models.CheckConstraint(
                condition=models.Q(effective_from__lt=models.F("effective_to")),
                name="indicator_ends_after_it_begins",
            ),
        ),
    ]
