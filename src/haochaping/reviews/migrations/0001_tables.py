import django.contrib.postgres.fields
import django.db.models.deletion
import haochaping.reviews.paper.terms
import haochaping.reviews.terms
from django.db import migrations, models

# It is only ever grouped by its first twelve bits; thought to be unique, it would be added up by one process.
_GROUPED = "ALTER TABLE reviews_review ALTER COLUMN key_number SET (n_distinct = 4096)"


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("reviews", "0001_initial"),
        ("reviews", "0002_supplement"),
        ("reviews", "0003_follow_up"),
        ("reviews", "0004_leaner_keys"),
        ("reviews", "0005_asking"),
        ("reviews", "0006_time"),
        ("reviews", "0007_exclusion"),
        ("reviews", "0008_concealment"),
        ("reviews", "0009_key_number"),
        ("reviews", "0010_paper"),
        ("reviews", "0011_opted_out"),
        ("reviews", "0012_indicator_dates"),
    ]

    dependencies = [
        ("cases", "0001_tables"),
        ("directory", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="IndicatorSet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=100)),
            ],
            options={
                "verbose_name": "评价指标集",
                "db_table": "reviews_indicator_set",
            },
        ),
        migrations.CreateModel(
            name="ReviewIndicator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "indicator_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reviews.indicatorset",
                    ),
                ),
                ("code", models.CharField(max_length=10)),
                ("level", models.SmallIntegerField()),
                ("label", models.CharField(max_length=200)),
                ("basic", models.BooleanField()),
                ("effective_from", models.DateField(null=True)),
                ("effective_to", models.DateField(null=True)),
            ],
            options={
                "verbose_name": "评价指标",
                "db_table": "reviews_review_indicator",
                "constraints": [
                    models.UniqueConstraint(fields=("indicator_set", "code"), name="indicator_unique_in_set"),
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 5)), name="indicator_level_1_5"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective_from__lt", models.F("effective_to"))),
                        name="indicator_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "occurrence",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.serviceoccurrence",
                    ),
                ),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ask_at", models.DateTimeField(null=True)),
                ("asked", models.SmallIntegerField(db_default=0)),
                ("asking_ended", models.CharField(blank=True, db_default="", max_length=12)),
            ],
            options={
                "verbose_name": "邀评",
                "db_table": "reviews_invitation",
                "indexes": [
                    models.Index(
                        condition=models.Q(("ask_at__isnull", False)),
                        fields=["ask_at"],
                        name="invitation_to_ask",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "asking_ended__in",
                                [
                                    "",
                                    haochaping.reviews.terms.AskingEnd["ASKED_OUT"],
                                    haochaping.reviews.terms.AskingEnd["REVIEWED"],
                                    haochaping.reviews.terms.AskingEnd["CASE_OVER"],
                                    haochaping.reviews.terms.AskingEnd["EXPIRED"],
                                    haochaping.reviews.terms.AskingEnd["NO_PHONE"],
                                    haochaping.reviews.terms.AskingEnd["NO_SMS"],
                                    haochaping.reviews.terms.AskingEnd["MISSED"],
                                    haochaping.reviews.terms.AskingEnd["OPTED_OUT"],
                                ],
                            )
                        ),
                        name="invitation_ended_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "occurrence",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.serviceoccurrence",
                    ),
                ),
                ("assess_no", models.SmallIntegerField()),
                ("level", models.SmallIntegerField()),
                ("indicator_set", models.CharField(max_length=40)),
                (
                    "indicator_codes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10)),
                ),
                ("comment_text", models.TextField(blank=True)),
                ("reason_missing", models.BooleanField()),
                ("channel", models.CharField(max_length=20)),
                ("claimed_provenance", models.CharField(blank=True, max_length=40)),
                ("provenance", models.CharField(max_length=30)),
                ("anonymous", models.BooleanField()),
                ("status", models.CharField(max_length=12)),
                ("assessed_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("changeable_until", models.DateTimeField()),
                ("platform_id", models.BigIntegerField()),
                (
                    "division",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.division",
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
                ("hall_id", models.BigIntegerField(null=True)),
                ("window_id", models.BigIntegerField(null=True)),
                ("staff_id", models.BigIntegerField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("receipt_hash", models.BinaryField(max_length=32, unique=True)),
                ("digest", models.BinaryField(max_length=32)),
                ("sent_by", models.CharField(max_length=80)),
                ("key_number", models.BigIntegerField(db_default=0)),
            ],
            options={
                "verbose_name": "评价",
                "db_table": "reviews_review",
                "indexes": [
                    models.Index(fields=["agency", "level", "assessed_at"], name="review_agency_level_time"),
                    models.Index(fields=["assessed_at"], name="review_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("occurrence", "assess_no"), name="review_unique_per_occurrence"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 5)), name="review_level_1_5"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("assess_no__gte", 1), ("assess_no__lte", 2)),
                        name="review_assess_no_1_2",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    haochaping.reviews.terms.ReviewStatus["EFFECTIVE"],
                                    haochaping.reviews.terms.ReviewStatus["SUPERSEDED"],
                                    haochaping.reviews.terms.ReviewStatus["WITHDRAWN"],
                                    haochaping.reviews.terms.ReviewStatus["EXCLUDED"],
                                ],
                            )
                        ),
                        name="review_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "channel__in",
                                [
                                    haochaping.reviews.terms.ReviewChannel["PC"],
                                    haochaping.reviews.terms.ReviewChannel["MOBILE"],
                                    haochaping.reviews.terms.ReviewChannel["QR_CODE"],
                                    haochaping.reviews.terms.ReviewChannel["HALL_PAD"],
                                    haochaping.reviews.terms.ReviewChannel["HALL_TERMINAL"],
                                    haochaping.reviews.terms.ReviewChannel["PHONE"],
                                    haochaping.reviews.terms.ReviewChannel["SMS"],
                                ],
                            )
                        ),
                        name="review_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "provenance__in",
                                [
                                    haochaping.reviews.terms.Provenance["ACTIVE_SELF"],
                                    haochaping.reviews.terms.Provenance["ACTIVE_ONSITE_DEVICE"],
                                    haochaping.reviews.terms.Provenance["ACTIVE_PAPER_ENTERED"],
                                    haochaping.reviews.terms.Provenance["HOTLINE_CALL_BACK"],
                                    haochaping.reviews.terms.Provenance["DEFAULT_SYSTEM"],
                                    haochaping.reviews.terms.Provenance["BULK_IMPORT"],
                                    haochaping.reviews.terms.Provenance["UNVERIFIED"],
                                    haochaping.reviews.terms.Provenance["SUSPECTED_FABRICATED"],
                                ],
                            )
                        ),
                        name="review_provenance_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Supplement",
            fields=[
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="reviews.review",
                    ),
                ),
                ("may_call_back", models.BooleanField()),
                ("helped_by", models.CharField(blank=True, max_length=10)),
                ("concealed", models.BooleanField(db_default=False)),
                ("said_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "评价补充",
                "db_table": "reviews_supplement",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "helped_by__in",
                                [
                                    "",
                                    haochaping.reviews.terms.HelpedBy["NOBODY"],
                                    haochaping.reviews.terms.HelpedBy["FAMILY"],
                                    haochaping.reviews.terms.HelpedBy["STAFF"],
                                ],
                            )
                        ),
                        name="supplement_helped_by_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewChange",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.review"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("level", models.SmallIntegerField()),
                (
                    "indicator_codes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10)),
                ),
                ("comment_text", models.TextField(blank=True)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "评价更正",
                "db_table": "reviews_review_change",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    haochaping.reviews.terms.ChangeKind["LEVEL"],
                                    haochaping.reviews.terms.ChangeKind["REASONS"],
                                    haochaping.reviews.terms.ChangeKind["WITHDRAWN"],
                                    haochaping.reviews.terms.ChangeKind["RESTORED"],
                                    haochaping.reviews.terms.ChangeKind["CLAIMED"],
                                    haochaping.reviews.terms.ChangeKind["FOLLOWED_UP"],
                                    haochaping.reviews.terms.ChangeKind["EXCLUDED"],
                                ],
                            )
                        ),
                        name="review_change_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="reviews.review",
                    ),
                ),
                ("reason_class", models.CharField(max_length=10)),
                ("excluded_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "评价排除",
                "db_table": "reviews_exclusion",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason_class__in",
                                [
                                    haochaping.reviews.terms.ReasonClass["MISTAKEN"],
                                    haochaping.reviews.terms.ReasonClass["MALICIOUS"],
                                ],
                            )
                        ),
                        name="exclusion_class_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperSlip",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "occurrence",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.serviceoccurrence",
                    ),
                ),
                ("state", models.CharField(max_length=10)),
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
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
                ("staff_id", models.BigIntegerField(null=True)),
                ("first_by", models.CharField(max_length=80)),
                ("first_at", models.DateTimeField()),
                ("second_by", models.CharField(blank=True, max_length=80)),
                ("second_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=80)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_note", models.CharField(blank=True, max_length=300)),
                ("refusal", models.CharField(blank=True, max_length=40)),
                ("review_id", models.UUIDField(null=True)),
            ],
            options={
                "verbose_name": "纸质评价单",
                "db_table": "reviews_paper_slip",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.reviews.paper.terms.SlipState["WAITING"],
                                    haochaping.reviews.paper.terms.SlipState["DIFFERING"],
                                    haochaping.reviews.paper.terms.SlipState["AGREED"],
                                    haochaping.reviews.paper.terms.SlipState["TAKEN"],
                                    haochaping.reviews.paper.terms.SlipState["NOT_TAKEN"],
                                    haochaping.reviews.paper.terms.SlipState["SET_ASIDE"],
                                ],
                            )
                        ),
                        name="paper_slip_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("second_at__isnull", True), ("second_by", "")),
                            models.Q(
                                models.Q(("second_by", ""), _negated=True), ("second_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="paper_slip_second_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("second_by", models.F("first_by")), _negated=True),
                        name="paper_slip_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state__in",
                                    [
                                        haochaping.reviews.paper.terms.SlipState["AGREED"],
                                        haochaping.reviews.paper.terms.SlipState["TAKEN"],
                                    ],
                                ),
                                _negated=True,
                            ),
                            ("second_at__isnull", False),
                            _connector="OR",
                        ),
                        name="paper_slip_agreed_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("review_id__isnull", False),
                                ("state", haochaping.reviews.paper.terms.SlipState["TAKEN"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", haochaping.reviews.paper.terms.SlipState["TAKEN"]),
                                    _negated=True,
                                ),
                                ("review_id__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="paper_slip_taken_is_review",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.reviews.paper.terms.SlipState["AGREED"],
                                    haochaping.reviews.paper.terms.SlipState["DIFFERING"],
                                    haochaping.reviews.paper.terms.SlipState["WAITING"],
                                ],
                            )
                        ),
                        fields=("occurrence",),
                        name="paper_slip_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "slip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.paperslip"
                    ),
                ),
                ("by", models.CharField(max_length=80)),
                ("typed_at", models.DateTimeField()),
                (
                    "occurrence",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.serviceoccurrence",
                    ),
                ),
                ("level", models.SmallIntegerField()),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10)),
                ),
                ("words", models.TextField(blank=True)),
                ("given_on", models.DateField()),
            ],
            options={
                "verbose_name": "评价单录入",
                "db_table": "reviews_paper_entry",
                "constraints": [
                    models.UniqueConstraint(fields=("slip", "by"), name="paper_entry_one_each"),
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 5)), name="paper_entry_level_1_5"
                    ),
                ],
            },
        ),
        migrations.RunSQL(_GROUPED, migrations.RunSQL.noop),
    ]
