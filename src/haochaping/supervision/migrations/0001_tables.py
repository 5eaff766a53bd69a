import django.db.models.deletion
import haochaping.supervision.terms.orders
import haochaping.supervision.terms.reports
import haochaping.supervision.terms.samples
import haochaping.supervision.terms.signals
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("supervision", "0001_supervision"),
        ("supervision", "0002_samples"),
        ("supervision", "0003_reprisal_report"),
        ("supervision", "0004_ivr"),
        ("supervision", "0005_measures"),
        ("supervision", "0006_illegal_condition"),
        ("supervision", "0007_helping"),
        ("supervision", "0008_upward"),
        ("supervision", "0009_voice_overdue"),
        ("supervision", "0010_parts"),
        ("supervision", "0011_voices"),
    ]

    dependencies = [
        ("directory", "0001_tables"),
        ("rectification", "0001_tables"),
        ("reviews", "0001_tables"),
        ("voices", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="SupervisionOrder",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.UUIDField(unique=True)),
                ("rung", models.CharField(max_length=16)),
                ("state", models.CharField(max_length=16)),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
                (
                    "work_order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.cohandler",
                    ),
                ),
                (
                    "voice",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="voices.voice",
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("response", models.TextField(blank=True)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=80)),
                ("due_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "督办单",
                "db_table": "supervision_order",
                "indexes": [
                    models.Index(fields=["division", "opened_at"], name="supervision_by_division"),
                    models.Index(fields=["agency", "opened_at"], name="supervision_by_agency"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rung__in",
                                [
                                    haochaping.supervision.terms.orders.Rung["REMINDER"],
                                    haochaping.supervision.terms.orders.Rung["WARNING"],
                                    haochaping.supervision.terms.orders.Rung["LETTER"],
                                ],
                            )
                        ),
                        name="supervision_rung_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.supervision.terms.orders.SupervisionState["OPENED"],
                                    haochaping.supervision.terms.orders.SupervisionState["NOTIFIED"],
                                    haochaping.supervision.terms.orders.SupervisionState["RESPONDED"],
                                    haochaping.supervision.terms.orders.SupervisionState["CHECKED"],
                                    haochaping.supervision.terms.orders.SupervisionState["LIFTED"],
                                    haochaping.supervision.terms.orders.SupervisionState["CIRCULATED"],
                                    haochaping.supervision.terms.orders.SupervisionState["INTERVIEWED"],
                                    haochaping.supervision.terms.orders.SupervisionState["ACCOUNTABILITY"],
                                ],
                            )
                        ),
                        name="supervision_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("part__isnull", True),
                            (
                                "rung__in",
                                [
                                    haochaping.supervision.terms.orders.Rung["REMINDER"],
                                    haochaping.supervision.terms.orders.Rung["WARNING"],
                                ],
                            ),
                        ),
                        fields=("work_order", "rung"),
                        name="supervision_one_automatic",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("part__isnull", False)),
                        fields=("part", "rung"),
                        name="supervision_one_of_part",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("part__isnull", True),
                            models.Q(
                                (
                                    "rung__in",
                                    [
                                        haochaping.supervision.terms.orders.Rung["REMINDER"],
                                        haochaping.supervision.terms.orders.Rung["WARNING"],
                                    ],
                                ),
                                ("work_order__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="supervision_part_of_order",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("voice__isnull", False)),
                        fields=("voice", "rung"),
                        name="supervision_one_of_voice",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("voice__isnull", True),
                            models.Q(
                                (
                                    "rung__in",
                                    [
                                        haochaping.supervision.terms.orders.Rung["REMINDER"],
                                        haochaping.supervision.terms.orders.Rung["WARNING"],
                                    ],
                                ),
                                ("work_order__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="supervision_voice_alone",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("rung", haochaping.supervision.terms.orders.Rung["LETTER"]),
                            (
                                "state__in",
                                [
                                    haochaping.supervision.terms.orders.SupervisionState["OPENED"],
                                    haochaping.supervision.terms.orders.SupervisionState["NOTIFIED"],
                                    haochaping.supervision.terms.orders.SupervisionState["RESPONDED"],
                                    haochaping.supervision.terms.orders.SupervisionState["CHECKED"],
                                ],
                            ),
                        ),
                        fields=("work_order", "agency"),
                        name="supervision_one_open_letter",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupervisionEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "supervision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.supervisionorder",
                    ),
                ),
                ("move", models.CharField(max_length=16)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "督办流转",
                "db_table": "supervision_event",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "move__in",
                                [
                                    haochaping.supervision.terms.orders.SupervisionMove["OPEN"],
                                    haochaping.supervision.terms.orders.SupervisionMove["NOTIFY"],
                                    haochaping.supervision.terms.orders.SupervisionMove["RESPOND"],
                                    haochaping.supervision.terms.orders.SupervisionMove["CHECK"],
                                    haochaping.supervision.terms.orders.SupervisionMove["LIFT"],
                                    haochaping.supervision.terms.orders.SupervisionMove["SETTLE"],
                                    haochaping.supervision.terms.orders.SupervisionMove["CIRCULATE"],
                                    haochaping.supervision.terms.orders.SupervisionMove["INTERVIEW"],
                                    haochaping.supervision.terms.orders.SupervisionMove["HOLD_ACCOUNTABLE"],
                                ],
                            )
                        ),
                        name="supervision_event_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Signal",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=24)),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
                ("subject", models.CharField(max_length=80)),
                ("day", models.DateField()),
                (
                    "work_order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                ("facts", models.JSONField(default=dict)),
                ("raised_at", models.DateTimeField()),
                (
                    "supervision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.supervisionorder",
                    ),
                ),
                ("measure_id", models.UUIDField(null=True)),
            ],
            options={
                "verbose_name": "监督线索",
                "db_table": "supervision_signal",
                "indexes": [models.Index(fields=["division", "raised_at"], name="signal_by_division")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    haochaping.supervision.terms.signals.SignalKind["OVERDUE"],
                                    haochaping.supervision.terms.signals.SignalKind["VOICE_OVERDUE"],
                                    haochaping.supervision.terms.signals.SignalKind["REPEAT_OFFENDER"],
                                    haochaping.supervision.terms.signals.SignalKind["APPEAL_ANOMALY"],
                                    haochaping.supervision.terms.signals.SignalKind["REOPENED"],
                                    haochaping.supervision.terms.signals.SignalKind["QUALITY_CHECK_FAILED"],
                                    haochaping.supervision.terms.signals.SignalKind["SAMPLING_FAILED"],
                                    haochaping.supervision.terms.signals.SignalKind["ESCALATED"],
                                    haochaping.supervision.terms.signals.SignalKind["ILLEGAL_CONDITION"],
                                    haochaping.supervision.terms.signals.SignalKind["INTEGRITY"],
                                    haochaping.supervision.terms.signals.SignalKind["PRESSED"],
                                    haochaping.supervision.terms.signals.SignalKind["SERVICE_FAULT"],
                                    haochaping.supervision.terms.signals.SignalKind["REFORM_LATE"],
                                    haochaping.supervision.terms.signals.SignalKind["AGENCY_ENDED"],
                                    haochaping.supervision.terms.signals.SignalKind["WINDOW_LAST"],
                                    haochaping.supervision.terms.signals.SignalKind["FARED_WORSE"],
                                    haochaping.supervision.terms.signals.SignalKind["HELP_LATE"],
                                ],
                            )
                        ),
                        name="signal_kind_known",
                    ),
                    models.UniqueConstraint(fields=("kind", "subject", "day"), name="signal_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "supervision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.supervisionorder",
                    ),
                ),
                (
                    "work_order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                ("rung", models.CharField(max_length=16)),
                ("state", models.CharField(max_length=10)),
                ("reason", models.TextField()),
                ("proposed_by", models.CharField(max_length=80)),
                ("proposed_at", models.DateTimeField()),
                ("decision", models.TextField(blank=True)),
                ("decided_by", models.CharField(blank=True, max_length=80)),
                ("decided_at", models.DateTimeField(null=True)),
                ("heard", models.TextField(blank=True, db_default="")),
                ("heard_by", models.CharField(blank=True, db_default="", max_length=80)),
                ("heard_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(blank=True, db_default="")),
                ("done_by", models.CharField(blank=True, db_default="", max_length=80)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "监督建议",
                "db_table": "supervision_proposal",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "rung__in",
                                    [
                                        haochaping.supervision.terms.orders.Rung["CIRCULAR"],
                                        haochaping.supervision.terms.orders.Rung["INTERVIEW"],
                                        haochaping.supervision.terms.orders.Rung["AWARD_EXCLUSION"],
                                        haochaping.supervision.terms.orders.Rung["ACCOUNTABILITY"],
                                        haochaping.supervision.terms.orders.Rung["REFERRAL"],
                                    ],
                                ),
                                ("staff", None),
                                ("supervision__isnull", False),
                                ("work_order", None),
                            ),
                            models.Q(
                                (
                                    "rung__in",
                                    [
                                        haochaping.supervision.terms.orders.Rung["EDUCATION"],
                                        haochaping.supervision.terms.orders.Rung["INTERVIEW"],
                                        haochaping.supervision.terms.orders.Rung["ACCOUNTABILITY"],
                                    ],
                                ),
                                ("staff__isnull", False),
                                ("supervision", None),
                                ("work_order__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_about_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("done_at__isnull", False),
                                ("staff__isnull", False),
                                ("state", haochaping.supervision.terms.orders.ProposalState["DONE"]),
                                models.Q(("done_by", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", haochaping.supervision.terms.orders.ProposalState["DONE"]),
                                    _negated=True,
                                ),
                                ("done_at", None),
                                ("done_by", ""),
                                ("outcome", ""),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_done",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("heard_at", None),
                            ("rung__in", [haochaping.supervision.terms.orders.Rung["ACCOUNTABILITY"]]),
                            ("staff__isnull", False),
                            (
                                "state__in",
                                [
                                    haochaping.supervision.terms.orders.ProposalState["ADOPTED"],
                                    haochaping.supervision.terms.orders.ProposalState["DONE"],
                                ],
                            ),
                            _negated=True,
                        ),
                        name="proposal_heard",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.supervision.terms.orders.ProposalState["WAITING"],
                                    haochaping.supervision.terms.orders.ProposalState["ADOPTED"],
                                    haochaping.supervision.terms.orders.ProposalState["REJECTED"],
                                    haochaping.supervision.terms.orders.ProposalState["DONE"],
                                ],
                            )
                        ),
                        name="proposal_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None),
                                ("decided_by", ""),
                                ("state", haochaping.supervision.terms.orders.ProposalState["WAITING"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", haochaping.supervision.terms.orders.ProposalState["WAITING"]),
                                    _negated=True,
                                ),
                                ("decided_at__isnull", False),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                        name="proposal_two_persons",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state", haochaping.supervision.terms.orders.ProposalState["WAITING"])
                        ),
                        fields=("supervision",),
                        name="proposal_one_waiting",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.supervision.terms.orders.ProposalState["WAITING"],
                                    haochaping.supervision.terms.orders.ProposalState["ADOPTED"],
                                ],
                            )
                        ),
                        fields=("work_order", "staff"),
                        name="proposal_one_of_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Urging",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.UUIDField(unique=True)),
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
                    "work_order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                ("text", models.TextField()),
                ("urged_by", models.CharField(max_length=80)),
                ("urged_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("upward", models.BooleanField(db_default=False, default=False)),
                ("answer", models.TextField(blank=True)),
                ("answered_by", models.CharField(blank=True, max_length=80)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "督促",
                "db_table": "supervision_urging",
                "indexes": [models.Index(fields=["division", "urged_at"], name="urging_by_division")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None), ("answered_by", "")),
                            models.Q(
                                ("answered_at__isnull", False),
                                models.Q(("answered_by", ""), _negated=True),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="urging_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("upward", False), models.Q(("agency", None), ("due_at", None)), _connector="OR"
                        ),
                        name="urging_upward_of_office",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SampleDraw",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                ("month", models.DateField()),
                ("kind", models.CharField(max_length=10)),
                ("head", models.CharField(max_length=64)),
                ("head_index", models.BigIntegerField()),
                ("population", models.IntegerField()),
                ("list_hash", models.CharField(max_length=64)),
                ("size", models.IntegerField()),
                ("drawn_at", models.DateTimeField()),
                ("drawn_by", models.CharField(max_length=80)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "抽样",
                "db_table": "supervision_sample_draw",
                "indexes": [models.Index(fields=["month", "division"], name="sample_draw_month")],
                "constraints": [
                    models.UniqueConstraint(fields=("division", "month", "kind"), name="sample_draw_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    haochaping.supervision.terms.samples.SampleKind["BAD_CLOSED"],
                                    haochaping.supervision.terms.samples.SampleKind["GOOD"],
                                ],
                            )
                        ),
                        name="sample_draw_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0), ("size__lte", models.F("population"))),
                        name="sample_draw_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SampledReview",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "draw",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.sampledraw",
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.division",
                    ),
                ),
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.review"
                    ),
                ),
                ("rank", models.IntegerField()),
                ("reported_level", models.SmallIntegerField()),
                ("state", models.CharField(max_length=12)),
                ("due_at", models.DateTimeField(null=True)),
                ("did_rate", models.CharField(blank=True, max_length=6)),
                ("level", models.SmallIntegerField(null=True)),
                ("words", models.TextField(blank=True)),
                ("answered_by", models.CharField(blank=True, max_length=4)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "抽样件",
                "db_table": "supervision_sampled_review",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="sampled_due"
                    ),
                    models.Index(
                        condition=models.Q(("state", "to_call")), fields=["division"], name="sampled_to_call"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("draw", "rank"), name="sampled_rank"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.supervision.terms.samples.SampleState["TO_ASK"],
                                    haochaping.supervision.terms.samples.SampleState["ASKED"],
                                    haochaping.supervision.terms.samples.SampleState["TO_CALL"],
                                    haochaping.supervision.terms.samples.SampleState["ANSWERED"],
                                    haochaping.supervision.terms.samples.SampleState["REFUSED"],
                                    haochaping.supervision.terms.samples.SampleState["NOT_REACHED"],
                                    haochaping.supervision.terms.samples.SampleState["LAPSED"],
                                ],
                            )
                        ),
                        name="sampled_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("settled_at__isnull", True),
                                (
                                    "state__in",
                                    [
                                        haochaping.supervision.terms.samples.SampleState["ASKED"],
                                        haochaping.supervision.terms.samples.SampleState["TO_ASK"],
                                        haochaping.supervision.terms.samples.SampleState["TO_CALL"],
                                    ],
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            haochaping.supervision.terms.samples.SampleState["ASKED"],
                                            haochaping.supervision.terms.samples.SampleState["TO_ASK"],
                                            haochaping.supervision.terms.samples.SampleState["TO_CALL"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                ("due_at__isnull", True),
                                ("settled_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="sampled_settled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "answered_by__in",
                                    [
                                        haochaping.supervision.terms.samples.AnsweredBy["PAGE"],
                                        haochaping.supervision.terms.samples.AnsweredBy["CALL"],
                                        haochaping.supervision.terms.samples.AnsweredBy["IVR"],
                                    ],
                                ),
                                (
                                    "did_rate__in",
                                    [
                                        haochaping.supervision.terms.samples.DidRate["YES"],
                                        haochaping.supervision.terms.samples.DidRate["NO"],
                                        haochaping.supervision.terms.samples.DidRate["UNSURE"],
                                    ],
                                ),
                                ("state", haochaping.supervision.terms.samples.SampleState["ANSWERED"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", haochaping.supervision.terms.samples.SampleState["ANSWERED"]),
                                    _negated=True,
                                ),
                                ("answered_by", ""),
                                ("did_rate", ""),
                                ("level__isnull", True),
                                ("words", ""),
                            ),
                            _connector="OR",
                        ),
                        name="sampled_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level__isnull", True),
                            models.Q(("level__gte", 1), ("level__lte", 5)),
                            _connector="OR",
                        ),
                        name="sampled_level_1_5",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SampleCall",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.sampledreview",
                    ),
                ),
                ("call", models.UUIDField(unique=True)),
                ("called_at", models.DateTimeField()),
                ("result", models.CharField(max_length=12)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "抽样回访",
                "db_table": "supervision_sample_call",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "result__in",
                                [
                                    haochaping.supervision.terms.samples.SampleCallResult["ANSWERED"],
                                    haochaping.supervision.terms.samples.SampleCallResult["NOT_REACHED"],
                                    haochaping.supervision.terms.samples.SampleCallResult["DECLINED"],
                                    haochaping.supervision.terms.samples.SampleCallResult["WRONG_NUMBER"],
                                ],
                            )
                        ),
                        name="sample_call_result_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReprisalReport",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.review"
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                ("state", models.CharField(max_length=12)),
                ("text", models.TextField()),
                ("receipt_hash", models.BinaryField(max_length=32, unique=True)),
                ("reported_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "权益保护反映",
                "db_table": "supervision_reprisal_report",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.supervision.terms.reports.ReportState["OPEN"],
                                    haochaping.supervision.terms.reports.ReportState["LOOKED_INTO"],
                                    haochaping.supervision.terms.reports.ReportState["CLOSED"],
                                ],
                            )
                        ),
                        name="reprisal_report_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state", haochaping.supervision.terms.reports.ReportState["CLOSED"]),
                            _negated=True,
                        ),
                        fields=("review",),
                        name="reprisal_report_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReprisalEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.reprisalreport",
                    ),
                ),
                ("move", models.CharField(max_length=12)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("note", models.TextField()),
            ],
            options={
                "verbose_name": "权益保护经过",
                "db_table": "supervision_reprisal_event",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "move__in",
                                [
                                    haochaping.supervision.terms.reports.ReportMove["LOOK_INTO"],
                                    haochaping.supervision.terms.reports.ReportMove["CLOSE"],
                                    haochaping.supervision.terms.reports.ReportMove["NOTE"],
                                ],
                            )
                        ),
                        name="reprisal_event_known",
                    )
                ],
            },
        ),
    ]
