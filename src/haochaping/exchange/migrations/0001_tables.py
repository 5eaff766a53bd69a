import django.contrib.postgres.fields
import django.db.models.deletion
import haochaping.exchange.manifests.terms
import haochaping.exchange.quality.terms
import haochaping.exchange.reconciliation.terms
import haochaping.exchange.terms
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("exchange", "0001_initial"),
        ("exchange", "0002_quarantine_discarded"),
        ("exchange", "0003_wire_source"),
        ("exchange", "0004_visit_dialect"),
        ("exchange", "0005_reconciliation"),
        ("exchange", "0006_quality_card"),
        ("exchange", "0007_repeated_send"),
        ("exchange", "0008_statement_leaves"),
        ("exchange", "0009_step"),
        ("exchange", "0010_stated_batch"),
        ("exchange", "0011_voice_record"),
        ("exchange", "0012_empty_card"),
    ]

    dependencies = [
        ("directory", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="StatedBatch",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "platform",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.platform",
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
                ("seq", models.IntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=8)),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("rows", models.IntegerField()),
                ("code", models.CharField(blank=True, max_length=60)),
                ("sent_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "报送批次",
                "db_table": "exchange_stated_batch",
                "indexes": [models.Index(fields=["platform", "-received_at"], name="stated_batch_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            models.Q(
                                ("state", haochaping.exchange.manifests.terms.StatedState["REFUSED"]),
                                _negated=True,
                            ),
                        ),
                        fields=("platform", "seq"),
                        name="stated_batch_seq",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.exchange.manifests.terms.StatedState["TAKING"],
                                    haochaping.exchange.manifests.terms.StatedState["TAKEN"],
                                    haochaping.exchange.manifests.terms.StatedState["REFUSED"],
                                ],
                            )
                        ),
                        name="stated_batch_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    haochaping.exchange.terms.RecordKind["CASE"],
                                    haochaping.exchange.terms.RecordKind["REVIEW"],
                                    haochaping.exchange.terms.RecordKind["STEP"],
                                    haochaping.exchange.terms.RecordKind["VOICE"],
                                ],
                            )
                        ),
                        name="stated_batch_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityCard",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "platform",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.platform",
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
                ("day", models.DateField()),
                ("judged_at", models.DateTimeField()),
                ("newest", models.BooleanField()),
                ("reviews", models.IntegerField()),
                ("cases", models.IntegerField()),
                ("reviews_aside", models.IntegerField()),
                ("cases_aside", models.IntegerField()),
                ("timed", models.IntegerField()),
                ("coverage", models.IntegerField()),
                ("validity", models.IntegerField(null=True)),
                ("consistency", models.IntegerField(null=True)),
                ("timeliness", models.IntegerField(null=True)),
                ("uniqueness", models.IntegerField(null=True)),
                ("reconciliation", models.IntegerField(null=True)),
                ("score", models.IntegerField(null=True)),
                ("grade", models.CharField(blank=True, max_length=1)),
                ("wrong_fields", models.JSONField()),
            ],
            options={
                "verbose_name": "质量评分卡",
                "db_table": "exchange_quality_card",
                "indexes": [
                    models.Index(fields=["platform", "-day", "-judged_at"], name="quality_card_history"),
                    models.Index(fields=["division", "-day"], name="quality_card_of_division"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("newest", True)),
                        fields=("platform", "day"),
                        name="quality_card_one_newest",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 0), ("score__lte", 10000)),
                        name="quality_card_score_0_100",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exchange.qualitycard",
                    ),
                ),
                ("rule", models.CharField(max_length=5)),
                ("failing", models.IntegerField()),
                ("samples", models.JSONField()),
            ],
            options={
                "verbose_name": "质量问题",
                "db_table": "exchange_quality_finding",
                "constraints": [
                    models.UniqueConstraint(fields=("card", "rule"), name="quality_finding_once"),
                    models.CheckConstraint(
                        condition=models.Q(("failing__gt", 0)), name="quality_finding_failing"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WithheldFigure",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("rule", models.CharField(max_length=5)),
                ("source", models.CharField(blank=True, max_length=40)),
                (
                    "division",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.division",
                    ),
                ),
                ("below", models.BooleanField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("raised_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "暂不公布",
                "db_table": "exchange_withheld_figure",
                "indexes": [
                    models.Index(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=["first_day"],
                        name="withheld_figure_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("rule", "source", "division", "first_day"),
                        name="withheld_figure_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))),
                        name="withheld_figure_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RepeatedSend",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.platform",
                    ),
                ),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=20)),
                ("n", models.IntegerField()),
                ("ids", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField())),
            ],
            options={
                "verbose_name": "重复报送",
                "db_table": "exchange_repeated_send",
                "indexes": [models.Index(fields=["day", "platform"], name="repeated_send_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    haochaping.exchange.quality.terms.RepeatKind["AGAIN"],
                                    haochaping.exchange.quality.terms.RepeatKind["WAITING"],
                                    haochaping.exchange.quality.terms.RepeatKind["CONFLICT"],
                                ],
                            )
                        ),
                        name="repeated_send_kind_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("n__gt", 0)), name="repeated_send_some"),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuarantinedRecord",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("source", models.CharField(max_length=40)),
                ("case_no", models.CharField(max_length=50)),
                ("fields", models.JSONField()),
                ("sealed", models.JSONField()),
                ("digest", models.BinaryField(max_length=32, null=True)),
                ("receipt_hash", models.BinaryField(max_length=32, null=True, unique=True)),
                ("entrance", models.CharField(max_length=12)),
                ("sender", models.CharField(max_length=80)),
                ("scope_path", models.CharField(max_length=100, null=True)),
                ("code", models.CharField(max_length=60)),
                ("field", models.CharField(blank=True, max_length=100)),
                ("params", models.JSONField()),
                ("message", models.CharField(max_length=300)),
                ("remedy", models.CharField(max_length=300)),
                ("state", models.CharField(max_length=10)),
                ("attempts", models.SmallIntegerField()),
                ("received_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(blank=True, db_default="", max_length=80)),
                ("discard_reason", models.CharField(blank=True, db_default="", max_length=300)),
                ("result_id", models.UUIDField(null=True)),
            ],
            options={
                "verbose_name": "隔离区",
                "db_table": "exchange_quarantined_record",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["source", "case_no"],
                        name="quarantine_waiting_case",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["received_at"],
                        name="quarantine_waiting_age",
                    ),
                    models.Index(
                        condition=models.Q(("state", "discarded")),
                        fields=["settled_at"],
                        name="quarantine_discarded",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["digest"],
                        name="quarantine_waiting_same",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    haochaping.exchange.terms.RecordKind["CASE"],
                                    haochaping.exchange.terms.RecordKind["REVIEW"],
                                    haochaping.exchange.terms.RecordKind["STEP"],
                                    haochaping.exchange.terms.RecordKind["VOICE"],
                                ],
                            )
                        ),
                        name="quarantine_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("settled_at__isnull", True),
                                ("state", haochaping.exchange.terms.QuarantineState["WAITING"]),
                            ),
                            models.Q(
                                ("settled_at__isnull", False),
                                (
                                    "state__in",
                                    [
                                        haochaping.exchange.terms.QuarantineState["TAKEN"],
                                        haochaping.exchange.terms.QuarantineState["CORRECTED"],
                                        haochaping.exchange.terms.QuarantineState["DISCARDED"],
                                    ],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="quarantine_settled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", haochaping.exchange.terms.QuarantineState["DISCARDED"]),
                            ("discard_reason", ""),
                            _connector="XOR",
                        ),
                        name="quarantine_discarded_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GivenAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("client_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=200)),
                ("body_hash", models.BinaryField(max_length=32)),
                ("answer", models.JSONField()),
                ("given_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "已答请求",
                "db_table": "exchange_given_answer",
                "constraints": [
                    models.UniqueConstraint(fields=("client_id", "key"), name="answer_unique_per_client")
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                ("dialect", models.CharField(max_length=40)),
                ("fields", models.JSONField()),
                ("sealed", models.JSONField()),
                ("begun_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "评价页短时访问",
                "db_table": "exchange_visit",
            },
        ),
        migrations.CreateModel(
            name="WireSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "platform",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.platform"
                    ),
                ),
                ("dialect", models.CharField(max_length=40)),
                ("keys", models.BinaryField()),
                ("unsigned", models.BooleanField(default=False)),
                ("history", models.BooleanField(default=False)),
                ("window_seconds", models.IntegerField(default=300)),
                ("addresses", models.JSONField(default=dict)),
                ("set_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "报送来源",
                "db_table": "exchange_wire_source",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("window_seconds__gte", 30), ("window_seconds__lte", 86400)),
                        name="wire_source_window",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WireSignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exchange.wiresource",
                    ),
                ),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("body_hash", models.BinaryField(max_length=32)),
                ("used_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "用过的签名",
                "db_table": "exchange_wire_signature",
                "indexes": [models.Index(fields=["used_at"], name="wire_signature_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "fingerprint"), name="wire_signature_unique_per_source"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.platform"
                    ),
                ),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=10)),
                ("side", models.CharField(max_length=10)),
                ("made_at", models.DateTimeField()),
                ("count", models.IntegerField()),
                ("total", models.BigIntegerField()),
                ("digest", models.DecimalField(decimal_places=0, max_digits=20)),
                ("leaves", models.BinaryField()),
            ],
            options={
                "verbose_name": "日报数",
                "db_table": "exchange_statement",
                "indexes": [models.Index(fields=["made_at"], name="statement_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("platform", "day", "kind", "side"), name="statement_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    haochaping.exchange.reconciliation.terms.StatedKind["CASES"],
                                    haochaping.exchange.reconciliation.terms.StatedKind["REVIEWS"],
                                ],
                            )
                        ),
                        name="statement_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "side__in",
                                [
                                    haochaping.exchange.reconciliation.terms.StatementSide["RECEIVED"],
                                    haochaping.exchange.reconciliation.terms.StatementSide["HELD"],
                                ],
                            )
                        ),
                        name="statement_side_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "platform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.platform"
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=10)),
                ("our_count", models.IntegerField()),
                ("our_total", models.BigIntegerField()),
                ("our_digest", models.DecimalField(decimal_places=0, max_digits=20)),
                ("their_count", models.IntegerField()),
                ("their_total", models.BigIntegerField()),
                ("their_digest", models.DecimalField(decimal_places=0, max_digits=20)),
                ("differing", models.IntegerField()),
                ("agreement", models.DecimalField(decimal_places=1, max_digits=2, null=True)),
                (
                    "asked",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3)),
                ),
                ("told_by", models.CharField(max_length=80)),
                ("begun_at", models.DateTimeField()),
                ("compared_at", models.DateTimeField(null=True)),
                ("differed_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(blank=True, max_length=80)),
                ("explanation", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "verbose_name": "对账",
                "db_table": "exchange_reconciliation",
                "indexes": [
                    models.Index(fields=["division", "-day"], name="reconciliation_place"),
                    models.Index(
                        condition=models.Q(("state", "differing")),
                        fields=["-day"],
                        name="reconciliation_differing",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("platform", "day", "kind"), name="reconciliation_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    haochaping.exchange.reconciliation.terms.StatedKind["CASES"],
                                    haochaping.exchange.reconciliation.terms.StatedKind["REVIEWS"],
                                ],
                            )
                        ),
                        name="reconciliation_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.exchange.reconciliation.terms.ReconciliationState["COMPARING"],
                                    haochaping.exchange.reconciliation.terms.ReconciliationState["EQUAL"],
                                    haochaping.exchange.reconciliation.terms.ReconciliationState["DIFFERING"],
                                    haochaping.exchange.reconciliation.terms.ReconciliationState["SETTLED"],
                                ],
                            )
                        ),
                        name="reconciliation_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state",
                                haochaping.exchange.reconciliation.terms.ReconciliationState["SETTLED"],
                            ),
                            ("settled_at__isnull", True),
                            _connector="XOR",
                        ),
                        name="reconciliation_settled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state",
                                haochaping.exchange.reconciliation.terms.ReconciliationState["COMPARING"],
                            ),
                            ("agreement__isnull", False),
                            _connector="XOR",
                        ),
                        name="reconciliation_compared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DifferingRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reconciliation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="exchange.reconciliation",
                    ),
                ),
                ("case_no", models.CharField(max_length=50)),
                ("occurrence_no", models.SmallIntegerField(null=True)),
                ("assess_no", models.SmallIntegerField(null=True)),
                ("ours", models.CharField(blank=True, max_length=12)),
                ("theirs", models.CharField(blank=True, max_length=12)),
            ],
            options={
                "verbose_name": "差异记录",
                "db_table": "exchange_differing_record",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("reconciliation", "case_no", "occurrence_no", "assess_no"),
                        name="differing_record_unique",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
