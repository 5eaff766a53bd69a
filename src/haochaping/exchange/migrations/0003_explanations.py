"""A source may explain before a broken rule withholds its figures; what is withheld already was without being asked."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_alike"), ("exchange", "0002_reference")]

    operations = [
        migrations.CreateModel(
            "FigureExplanation",
            [
                (
                    "figure",
                    models.OneToOneField(
                        "exchange.WithheldFigure",
                        django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                ("explained_by", models.CharField(max_length=80)),
                ("explained_at", models.DateTimeField()),
            ],
            {"verbose_name": "来源说明", "db_table": "exchange_figure_explanation"},
        ),
        migrations.AddField("withheldfigure", "explain_by", models.DateTimeField(null=True)),
        migrations.AddField("withheldfigure", "withheld_at", models.DateTimeField(null=True)),
        migrations.RunSQL(
            "UPDATE exchange_withheld_figure SET withheld_at = raised_at", migrations.RunSQL.noop
        ),
        migrations.AddConstraint(
            "withheldfigure",
            models.CheckConstraint(
                condition=~Q(source="") | Q(withheld_at__isnull=False), name="withheld_figure_asks_a_source"
            ),
        ),
    ]
