import haochaping.exchange.terms
from django.db import migrations, models

_KNOWN = models.Q(
    (
        "kind__in",
        [
            haochaping.exchange.terms.RecordKind["CASE"],
            haochaping.exchange.terms.RecordKind["REVIEW"],
            haochaping.exchange.terms.RecordKind["STEP"],
            haochaping.exchange.terms.RecordKind["VOICE"],
        ],
    )
)


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0010_stated_batch"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="quarantinedrecord", name="quarantine_kind_known"),
        migrations.RemoveConstraint(model_name="statedbatch", name="stated_batch_kind_known"),
        migrations.AddConstraint(
            model_name="quarantinedrecord",
            constraint=models.CheckConstraint(condition=_KNOWN, name="quarantine_kind_known"),
        ),
        migrations.AddConstraint(
            model_name="statedbatch",
            constraint=models.CheckConstraint(condition=_KNOWN, name="stated_batch_kind_known"),
        ),
    ]
