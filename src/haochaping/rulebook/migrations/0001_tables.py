import django.db.models.deletion
import haochaping.rulebook.terms.units
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("rulebook", "0001_initial"),
        ("rulebook", "0002_profiles_and_overlay"),
        ("rulebook", "0003_confirmation"),
        ("rulebook", "0004_own_profile"),
    ]

    dependencies = [
        ("directory", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Profile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rulebook.profile",
                    ),
                ),
                ("jurisdiction", models.CharField(blank=True, default="", max_length=12)),
                ("historical_only", models.BooleanField(default=False)),
                ("source", models.CharField(blank=True, default="", max_length=300)),
                ("effective_from", models.DateField(null=True)),
            ],
            options={
                "verbose_name": "辖区规则档",
                "db_table": "rulebook_profile",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("effective_from", None), ("source", "")),
                            models.Q(
                                models.Q(("source", ""), _negated=True),
                                models.Q(("effective_from", None), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="profile_of_its_own",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("historical_only", False), models.Q(("jurisdiction", ""), _negated=True)
                        ),
                        fields=("jurisdiction",),
                        name="profile_of_jurisdiction",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rulebook.profile"
                    ),
                ),
                ("key", models.CharField(max_length=60)),
                ("value", models.CharField(max_length=60)),
                ("unit", models.CharField(max_length=20)),
                ("source", models.CharField(max_length=300)),
                ("verified", models.CharField(max_length=10)),
                ("effective_from", models.DateField()),
                ("effective_to", models.DateField(null=True)),
                ("version", models.SmallIntegerField(default=1)),
            ],
            options={
                "verbose_name": "规则值",
                "db_table": "rulebook_rule_value",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("profile", "key", "effective_from", "version"), name="rule_value_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "verified__in",
                                [
                                    haochaping.rulebook.terms.units.Verified["YES"],
                                    haochaping.rulebook.terms.units.Verified["SECONDARY"],
                                    haochaping.rulebook.terms.units.Verified["NO"],
                                ],
                            )
                        ),
                        name="rule_value_verified",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "unit__in",
                                [
                                    haochaping.rulebook.terms.units.Unit["MINUTES"],
                                    haochaping.rulebook.terms.units.Unit["WORKING_HOURS"],
                                    haochaping.rulebook.terms.units.Unit["WORKING_DAYS"],
                                    haochaping.rulebook.terms.units.Unit["DAYS"],
                                    haochaping.rulebook.terms.units.Unit["MONTHS"],
                                    haochaping.rulebook.terms.units.Unit["COUNT"],
                                    haochaping.rulebook.terms.units.Unit["PERCENT"],
                                    haochaping.rulebook.terms.units.Unit["CLOCK"],
                                    haochaping.rulebook.terms.units.Unit["LEVELS"],
                                    haochaping.rulebook.terms.units.Unit["POINTS"],
                                    haochaping.rulebook.terms.units.Unit["YES_NO"],
                                    haochaping.rulebook.terms.units.Unit["CHOICE"],
                                    haochaping.rulebook.terms.units.Unit["CODE"],
                                ],
                            )
                        ),
                        name="rule_value_unit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_to", None),
                            ("effective_to__gte", models.F("effective_from")),
                            _connector="OR",
                        ),
                        name="rule_value_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProfileChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rulebook.profile"
                    ),
                ),
                ("effective_from", models.DateField()),
                ("version", models.SmallIntegerField(default=1)),
            ],
            options={
                "verbose_name": "规则适用",
                "db_table": "rulebook_profile_choice",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("division", "effective_from", "version"), name="profile_choice_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleConfirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rulebook.profile"
                    ),
                ),
                ("last_value", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=100)),
            ],
            options={
                "verbose_name": "规则确认",
                "db_table": "rulebook_rule_confirmation",
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("is_working", models.BooleanField()),
                ("note", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "verbose_name": "工作日历",
                "db_table": "rulebook_calendar_day",
            },
        ),
        migrations.CreateModel(
            name="CalendarOverlay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                ("day", models.DateField()),
                ("is_working", models.BooleanField(null=True)),
                ("reason", models.CharField(max_length=100)),
                ("version", models.SmallIntegerField()),
            ],
            options={
                "verbose_name": "地方工作日",
                "db_table": "rulebook_calendar_overlay",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("division", "day", "version"), name="calendar_overlay_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="calendar_overlay_reason"
                    ),
                ],
            },
        ),
    ]
