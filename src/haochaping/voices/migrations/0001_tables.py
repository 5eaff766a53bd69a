import django.contrib.postgres.fields
import django.db.models.deletion
import haochaping.rectification.terms.orders
import haochaping.voices.terms
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("voices", "0001_voices"),
        ("voices", "0002_handling"),
        ("voices", "0003_clock"),
        ("voices", "0004_at_agency"),
        ("voices", "0005_past_voice"),
        ("voices", "0006_own_data"),
    ]

    dependencies = [
        ("directory", "0001_tables"),
        ("reviews", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Voice",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=12)),
                ("matter", models.CharField(blank=True, max_length=20)),
                (
                    "review",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reviews.review",
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
                ("text", models.TextField()),
                ("note", models.TextField(blank=True)),
                ("state", models.CharField(max_length=12)),
                ("received_at", models.DateTimeField()),
                ("received_by", models.CharField(max_length=80)),
                ("receipt_hash", models.BinaryField(max_length=32, null=True, unique=True)),
                ("person_id", models.UUIDField(null=True)),
                (
                    "persons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), db_default=[], default=list
                    ),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("amber_at", models.DateTimeField(null=True)),
                (
                    "alarm",
                    models.SmallIntegerField(
                        db_default=0, default=haochaping.rectification.terms.orders.Alarm["NONE"]
                    ),
                ),
                ("answer_kept", models.BooleanField(null=True)),
                ("urged_at", models.DateTimeField(null=True)),
                ("urged", models.IntegerField(default=0)),
                ("outcome", models.CharField(blank=True, max_length=12)),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "next_item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
                ("word_until", models.DateTimeField(null=True)),
                ("solved", models.CharField(blank=True, max_length=10)),
                ("solved_text", models.TextField(blank=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("round", models.SmallIntegerField(default=1)),
                ("escalated_at", models.DateTimeField(null=True)),
                ("decision", models.TextField(blank=True)),
                (
                    "platform",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.platform",
                    ),
                ),
                ("entry_no", models.CharField(blank=True, db_default="", max_length=50)),
                ("entry_digest", models.BinaryField(max_length=32, null=True)),
            ],
            options={
                "verbose_name": "诉求",
                "db_table": "voices_voice",
                "indexes": [
                    models.Index(fields=["division", "state", "due_at"], name="voice_division_state_due"),
                    models.Index(fields=["agency", "state", "due_at"], name="voice_agency_state_due"),
                    models.Index(
                        condition=models.Q(("state", "answered")),
                        fields=["word_until"],
                        name="voice_to_close",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("alarm__lt", haochaping.rectification.terms.orders.Alarm["RED"]),
                            models.Q(
                                (
                                    "state__in",
                                    [
                                        haochaping.voices.terms.VoiceState["ANSWERED"],
                                        haochaping.voices.terms.VoiceState["CLOSED"],
                                    ],
                                ),
                                _negated=True,
                            ),
                        ),
                        fields=["due_at"],
                        name="voice_to_tell",
                    ),
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.voices.terms.VoiceState["TRANSFERRED"],
                                    haochaping.voices.terms.VoiceState["SIGNED"],
                                ],
                            )
                        ),
                        fields=["due_at"],
                        name="voice_at_agency",
                    ),
                    models.Index(
                        condition=models.Q(
                            (
                                "kind__in",
                                (
                                    haochaping.voices.terms.VoiceKind["HANDLING"],
                                    haochaping.voices.terms.VoiceKind["OWN_DATA"],
                                ),
                            ),
                            ("escalated_at__isnull", False),
                            _connector="OR",
                        ),
                        fields=["division", "received_at"],
                        name="voice_at_office",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("kind", haochaping.voices.terms.VoiceKind["HANDLING"]), _negated=True
                        ),
                        fields=("review", "kind"),
                        name="voice_once_per_review_and_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("kind", haochaping.voices.terms.VoiceKind["HANDLING"]),
                            models.Q(("state", haochaping.voices.terms.VoiceState["CLOSED"]), _negated=True),
                        ),
                        fields=("review",),
                        name="voice_one_open_about_handling",
                    ),
                    models.UniqueConstraint(fields=("platform", "entry_no"), name="voice_once_per_entry"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    haochaping.voices.terms.VoiceKind["COMPLAINT"],
                                    haochaping.voices.terms.VoiceKind["SUGGESTION"],
                                    haochaping.voices.terms.VoiceKind["AFTER_SALES"],
                                    haochaping.voices.terms.VoiceKind["HANDLING"],
                                    haochaping.voices.terms.VoiceKind["OWN_DATA"],
                                ],
                            )
                        ),
                        name="voice_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "matter__in",
                                [
                                    "",
                                    haochaping.voices.terms.Matter["WRONG_CERTIFICATE"],
                                    haochaping.voices.terms.Matter["FURTHER_QUESTION"],
                                    haochaping.voices.terms.Matter["NEXT_ITEM"],
                                    haochaping.voices.terms.Matter["NOT_ANSWERED"],
                                    haochaping.voices.terms.Matter["PRESSED"],
                                    haochaping.voices.terms.Matter["CONTACTED"],
                                    haochaping.voices.terms.Matter["RUDE_CALL"],
                                    haochaping.voices.terms.Matter["OTHER"],
                                    haochaping.voices.terms.Matter["SEE"],
                                    haochaping.voices.terms.Matter["CORRECT"],
                                    haochaping.voices.terms.Matter["ERASE"],
                                ],
                            )
                        ),
                        name="voice_matter_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", haochaping.voices.terms.VoiceKind["AFTER_SALES"]),
                                (
                                    "matter__in",
                                    [
                                        haochaping.voices.terms.Matter["WRONG_CERTIFICATE"],
                                        haochaping.voices.terms.Matter["FURTHER_QUESTION"],
                                        haochaping.voices.terms.Matter["NEXT_ITEM"],
                                    ],
                                ),
                            ),
                            models.Q(
                                ("kind", haochaping.voices.terms.VoiceKind["HANDLING"]),
                                (
                                    "matter__in",
                                    [
                                        haochaping.voices.terms.Matter["NOT_ANSWERED"],
                                        haochaping.voices.terms.Matter["PRESSED"],
                                        haochaping.voices.terms.Matter["CONTACTED"],
                                        haochaping.voices.terms.Matter["RUDE_CALL"],
                                        haochaping.voices.terms.Matter["OTHER"],
                                    ],
                                ),
                            ),
                            models.Q(
                                ("kind", haochaping.voices.terms.VoiceKind["OWN_DATA"]),
                                (
                                    "matter__in",
                                    [
                                        haochaping.voices.terms.Matter["SEE"],
                                        haochaping.voices.terms.Matter["CORRECT"],
                                        haochaping.voices.terms.Matter["ERASE"],
                                    ],
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "kind__in",
                                        [
                                            haochaping.voices.terms.VoiceKind["AFTER_SALES"],
                                            haochaping.voices.terms.VoiceKind["HANDLING"],
                                            haochaping.voices.terms.VoiceKind["OWN_DATA"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                ("matter", ""),
                            ),
                            _connector="OR",
                        ),
                        name="voice_matter_of_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.voices.terms.VoiceState["RECEIVED"],
                                    haochaping.voices.terms.VoiceState["TRANSFERRED"],
                                    haochaping.voices.terms.VoiceState["SIGNED"],
                                    haochaping.voices.terms.VoiceState["ANSWERED"],
                                    haochaping.voices.terms.VoiceState["ESCALATED"],
                                    haochaping.voices.terms.VoiceState["CLOSED"],
                                ],
                            )
                        ),
                        name="voice_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "",
                                    haochaping.voices.terms.VoiceOutcome["ADOPTED"],
                                    haochaping.voices.terms.VoiceOutcome["NOT_ADOPTED"],
                                    haochaping.voices.terms.VoiceOutcome["SETTLED"],
                                    haochaping.voices.terms.VoiceOutcome["EXPLAINED"],
                                    haochaping.voices.terms.VoiceOutcome["ERASED"],
                                    haochaping.voices.terms.VoiceOutcome["DECLINED"],
                                ],
                            )
                        ),
                        name="voice_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "solved__in",
                                [
                                    "",
                                    haochaping.rectification.terms.orders.Solved["YES"],
                                    haochaping.rectification.terms.orders.Solved["PARTLY"],
                                    haochaping.rectification.terms.orders.Solved["NO"],
                                ],
                            )
                        ),
                        name="voice_solved_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "alarm__in",
                                [
                                    haochaping.rectification.terms.orders.Alarm["NONE"],
                                    haochaping.rectification.terms.orders.Alarm["AMBER"],
                                    haochaping.rectification.terms.orders.Alarm["RED"],
                                ],
                            )
                        ),
                        name="voice_alarm_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", False),
                                (
                                    "state__in",
                                    [
                                        haochaping.voices.terms.VoiceState["ANSWERED"],
                                        haochaping.voices.terms.VoiceState["ESCALATED"],
                                        haochaping.voices.terms.VoiceState["CLOSED"],
                                    ],
                                ),
                                models.Q(("answer", ""), _negated=True),
                                models.Q(
                                    models.Q(
                                        ("word_until__isnull", False),
                                        models.Q(("outcome", ""), _negated=True),
                                    ),
                                    ("platform__isnull", False),
                                    _connector="OR",
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            haochaping.voices.terms.VoiceState["ANSWERED"],
                                            haochaping.voices.terms.VoiceState["ESCALATED"],
                                            haochaping.voices.terms.VoiceState["CLOSED"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                ("answer", ""),
                                ("answered_at__isnull", True),
                                ("outcome", ""),
                                ("word_until__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="voice_answered_with_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state", haochaping.voices.terms.VoiceState["CLOSED"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", haochaping.voices.terms.VoiceState["CLOSED"]), _negated=True
                                ),
                                ("closed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="voice_closed_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("agency", None), ("kind", haochaping.voices.terms.VoiceKind["OWN_DATA"])
                            ),
                            models.Q(
                                models.Q(
                                    ("kind", haochaping.voices.terms.VoiceKind["OWN_DATA"]), _negated=True
                                ),
                                ("agency__isnull", False),
                                ("persons", []),
                            ),
                            _connector="OR",
                        ),
                        name="voice_own_data_or_an_agency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("receipt_hash__isnull", False),
                            ("review__isnull", False),
                            ("platform__isnull", False),
                            _connector="OR",
                        ),
                        name="voice_has_origin",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("entry_digest__isnull", True), ("entry_no", ""), ("platform__isnull", True)
                            ),
                            models.Q(
                                ("entry_digest__isnull", False),
                                ("platform__isnull", False),
                                models.Q(("entry_no", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="voice_entry_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VoiceEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "voice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="voices.voice"
                    ),
                ),
                ("move", models.CharField(max_length=12)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "诉求流转",
                "db_table": "voices_event",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "move__in",
                                [
                                    haochaping.voices.terms.VoiceMove["RECEIVE"],
                                    haochaping.voices.terms.VoiceMove["IMPORT"],
                                    haochaping.voices.terms.VoiceMove["TRANSFER"],
                                    haochaping.voices.terms.VoiceMove["HAND_ON"],
                                    haochaping.voices.terms.VoiceMove["SIGN_FOR"],
                                    haochaping.voices.terms.VoiceMove["URGE"],
                                    haochaping.voices.terms.VoiceMove["ANSWER"],
                                    haochaping.voices.terms.VoiceMove["REOPEN"],
                                    haochaping.voices.terms.VoiceMove["ESCALATE"],
                                    haochaping.voices.terms.VoiceMove["END"],
                                    haochaping.voices.terms.VoiceMove["CLOSE"],
                                ],
                            )
                        ),
                        name="voice_move_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VoiceClockEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "voice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="voices.voice"
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.division",
                    ),
                ),
                ("tick", models.CharField(max_length=8)),
                ("at", models.DateTimeField()),
                ("number", models.SmallIntegerField(default=0)),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("rule", models.CharField(blank=True, max_length=40)),
                ("due_at", models.DateTimeField(null=True)),
                ("amber_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "诉求时限事件",
                "db_table": "voices_clock_event",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("division", None),
                                ("tick", haochaping.rectification.terms.orders.Tick["STOP"]),
                            ),
                            models.Q(
                                ("division__isnull", False),
                                (
                                    "tick__in",
                                    [
                                        haochaping.rectification.terms.orders.Tick["START"],
                                        haochaping.rectification.terms.orders.Tick["LIMIT"],
                                    ],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="voice_clock_event_known",
                    )
                ],
            },
        ),
    ]
