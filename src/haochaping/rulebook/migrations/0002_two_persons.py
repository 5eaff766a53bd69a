"""Proposals of changes, which a second person confirms."""

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import F, Q

from haochaping.kernel.two_persons import TwoPersonState


def _staff() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.BigIntegerField(), default=list, size=None
    )


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0001_tables")]

    operations = [
        migrations.CreateModel(
            name="RuleProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_path", models.CharField(blank=True, max_length=100)),
                ("said", models.JSONField()),
                ("state", models.CharField(max_length=10)),
                ("proposed_by", models.CharField(max_length=100)),
                ("proposed_staff", _staff()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, max_length=100)),
                ("decided_staff", _staff()),
                ("decided_at", models.DateTimeField(null=True)),
                ("refusal", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "verbose_name": "规则变更提议",
                "db_table": "rulebook_rule_proposal",
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(proposed_by="")
                        & (
                            Q(state=TwoPersonState.PROPOSED, decided_by="", decided_at__isnull=True)
                            | Q(
                                state=TwoPersonState.WITHDRAWN,
                                decided_by=F("proposed_by"),
                                decided_at__isnull=False,
                            )
                            | Q(
                                ~Q(decided_by=""),
                                ~Q(decided_by=F("proposed_by")),
                                ~Q(decided_staff__overlap=F("proposed_staff")),
                                state__in=[TwoPersonState.CONFIRMED, TwoPersonState.REFUSED],
                                decided_at__isnull=False,
                            )
                        ),
                        name="rule_proposal_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=(Q(state=TwoPersonState.REFUSED) & ~Q(refusal=""))
                        | (~Q(state=TwoPersonState.REFUSED) & Q(refusal="")),
                        name="rule_proposal_refused_with_reason",
                    ),
                ],
            },
        ),
    ]
