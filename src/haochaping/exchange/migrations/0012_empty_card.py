import haochaping.exchange.quality.terms
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0011_voice_record"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="qualitycard", name="quality_card_grade_known"),
        migrations.AlterField(
            model_name="qualitycard", name="grade", field=models.CharField(blank=True, max_length=1)
        ),
        migrations.AlterField(model_name="qualitycard", name="score", field=models.IntegerField(null=True)),
        migrations.AddConstraint(
            model_name="qualitycard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "grade__in",
                            [
                                haochaping.exchange.quality.terms.Grade["A"],
                                haochaping.exchange.quality.terms.Grade["B"],
                                haochaping.exchange.quality.terms.Grade["C"],
                                haochaping.exchange.quality.terms.Grade["D"],
                            ],
                        ),
                        ("score__isnull", False),
                    ),
                    models.Q(("grade", ""), ("score__isnull", True)),
                    _connector="OR",
                ),
                name="quality_card_grade_known",
            ),
        ),
    ]
