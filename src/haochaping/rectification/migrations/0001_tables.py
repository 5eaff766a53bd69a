import django.contrib.postgres.fields
import django.db.models.deletion
import haochaping.rectification.terms.appeals
import haochaping.rectification.terms.faults
import haochaping.rectification.terms.orders
import haochaping.rectification.terms.projects
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("rectification", "0001_initial"),
        ("rectification", "0002_solution_answer"),
        ("rectification", "0003_closed_loop"),
        ("rectification", "0004_projects"),
        ("rectification", "0005_appeal"),
        ("rectification", "0006_named_staff"),
        ("rectification", "0007_told_deadline"),
        ("rectification", "0008_worklist"),
        ("rectification", "0009_faults"),
        ("rectification", "0010_evidence"),
        ("rectification", "0011_promises"),
        ("rectification", "0012_appeal_until"),
        ("rectification", "0013_told_alarm"),
        ("rectification", "0014_helping"),
        ("rectification", "0015_contact"),
        ("rectification", "0016_missed_milestone"),
        ("rectification", "0017_contact_missed"),
        ("rectification", "0018_earlier_plans"),
        ("rectification", "0019_unreachable"),
    ]

    dependencies = [
        ("accounts", "0001_tables"),
        ("directory", "0001_tables"),
        ("reviews", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkOrder",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.review"
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
                (
                    "assignee",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), null=True
                    ),
                ),
                ("staff_id", models.BigIntegerField(null=True)),
                ("state", models.CharField(max_length=12)),
                ("round", models.SmallIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("dispatch_after", models.DateTimeField()),
                ("dispatched_at", models.DateTimeField(null=True)),
                ("sign_due_at", models.DateTimeField(null=True)),
                ("contact_due_at", models.DateTimeField(null=True)),
                ("rectify_due_at", models.DateTimeField(null=True)),
                ("deadline_known", models.BooleanField(default=True)),
                ("clock", models.CharField(blank=True, max_length=8)),
                ("due_at", models.DateTimeField(null=True)),
                ("amber_at", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("signed_at", models.DateTimeField(null=True)),
                ("appeal_until", models.DateTimeField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("rectified_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=30)),
                ("rectification_text", models.TextField(blank=True)),
                ("reply_text", models.TextField(blank=True)),
                ("replied_at", models.DateTimeField(null=True)),
                ("rating_until", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "merged_into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                ("thread_id", models.UUIDField(null=True)),
                ("contact_kept", models.BooleanField(null=True)),
                ("contact_missed_at", models.DateTimeField(null=True)),
                ("rectify_kept", models.BooleanField(null=True)),
                ("first_replied_at", models.DateTimeField(null=True)),
                ("repeats", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "verbose_name": "差评工单",
                "db_table": "rectification_work_order",
                "indexes": [
                    models.Index(fields=["agency", "state"], name="order_agency_state"),
                    models.Index(
                        condition=models.Q(("state", "created")),
                        fields=["dispatch_after"],
                        name="order_to_dispatch",
                    ),
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["DISPATCHED"],
                                    haochaping.rectification.terms.orders.OrderState["RETURN_ASKED"],
                                    haochaping.rectification.terms.orders.OrderState["SIGNED"],
                                    haochaping.rectification.terms.orders.OrderState["VERIFIED"],
                                    haochaping.rectification.terms.orders.OrderState["LEDGERED"],
                                    haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                    haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                    haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                ],
                            )
                        ),
                        fields=["agency", "due_at", "id"],
                        name="order_open_of_agency",
                    ),
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["DISPATCHED"],
                                    haochaping.rectification.terms.orders.OrderState["RETURN_ASKED"],
                                    haochaping.rectification.terms.orders.OrderState["SIGNED"],
                                    haochaping.rectification.terms.orders.OrderState["VERIFIED"],
                                    haochaping.rectification.terms.orders.OrderState["LEDGERED"],
                                    haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                    haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                    haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                ],
                            )
                        ),
                        fields=["due_at", "id"],
                        name="order_open_by_time_left",
                    ),
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["DISPATCHED"],
                                    haochaping.rectification.terms.orders.OrderState["RETURN_ASKED"],
                                    haochaping.rectification.terms.orders.OrderState["SIGNED"],
                                    haochaping.rectification.terms.orders.OrderState["VERIFIED"],
                                    haochaping.rectification.terms.orders.OrderState["LEDGERED"],
                                    haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                    haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                    haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                ],
                            )
                        ),
                        fields=["division", "due_at", "id"],
                        include=(
                            "state",
                            "dispatched_at",
                            "amber_at",
                            "paused_at",
                            "assignee",
                            "agency",
                            "staff_id",
                        ),
                        name="order_open_of_division",
                    ),
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["DISPATCHED"],
                                    haochaping.rectification.terms.orders.OrderState["RETURN_ASKED"],
                                    haochaping.rectification.terms.orders.OrderState["SIGNED"],
                                    haochaping.rectification.terms.orders.OrderState["VERIFIED"],
                                    haochaping.rectification.terms.orders.OrderState["LEDGERED"],
                                    haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                    haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                    haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                ],
                            ),
                            ("assignee__isnull", False),
                        ),
                        fields=["assignee"],
                        name="order_open_of_assignee",
                    ),
                    models.Index(
                        condition=models.Q(("replied_at__isnull", False)),
                        fields=["agency", "-replied_at"],
                        name="order_replies_of_agency",
                    ),
                    models.Index(
                        condition=models.Q(("amber_at__isnull", False)),
                        fields=["amber_at"],
                        name="order_soon_amber",
                    ),
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="order_soon_red",
                    ),
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                    haochaping.rectification.terms.orders.OrderState["CHECKED"],
                                ],
                            )
                        ),
                        fields=["rating_until"],
                        name="order_to_settle",
                    ),
                    models.Index(
                        condition=models.Q(
                            models.Q(("contact_kept__isnull", True), ("contact_kept", True), _connector="OR"),
                            ("paused_at__isnull", True),
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["DISPATCHED"],
                                    haochaping.rectification.terms.orders.OrderState["RETURN_ASKED"],
                                    haochaping.rectification.terms.orders.OrderState["SIGNED"],
                                ],
                            ),
                        ),
                        fields=["contact_due_at"],
                        name="order_soon_late_contact",
                    ),
                    models.Index(
                        condition=models.Q(
                            models.Q(("rectify_kept__isnull", True), ("rectify_kept", True), _connector="OR"),
                            ("paused_at__isnull", True),
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["DISPATCHED"],
                                    haochaping.rectification.terms.orders.OrderState["RETURN_ASKED"],
                                    haochaping.rectification.terms.orders.OrderState["SIGNED"],
                                    haochaping.rectification.terms.orders.OrderState["VERIFIED"],
                                    haochaping.rectification.terms.orders.OrderState["LEDGERED"],
                                    haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                ],
                            ),
                        ),
                        fields=["rectify_due_at"],
                        name="order_soon_late_answer",
                    ),
                    models.Index(fields=["item", "first_replied_at"], name="order_answered_of_item"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["CREATED"],
                                    haochaping.rectification.terms.orders.OrderState["DISPATCHED"],
                                    haochaping.rectification.terms.orders.OrderState["RETURN_ASKED"],
                                    haochaping.rectification.terms.orders.OrderState["SIGNED"],
                                    haochaping.rectification.terms.orders.OrderState["VERIFIED"],
                                    haochaping.rectification.terms.orders.OrderState["LEDGERED"],
                                    haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                    haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                    haochaping.rectification.terms.orders.OrderState["CHECKED"],
                                    haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                    haochaping.rectification.terms.orders.OrderState["CLOSED"],
                                    haochaping.rectification.terms.orders.OrderState["MERGED"],
                                    haochaping.rectification.terms.orders.OrderState["EXCLUDED"],
                                    haochaping.rectification.terms.orders.OrderState["CANCELLED"],
                                ],
                            )
                        ),
                        name="order_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "",
                                    haochaping.rectification.terms.orders.HandlingOutcome[
                                        "IMMEDIATE_RECTIFIED"
                                    ],
                                    haochaping.rectification.terms.orders.HandlingOutcome[
                                        "TIME_LIMITED_RECTIFIED"
                                    ],
                                    haochaping.rectification.terms.orders.HandlingOutcome["EXPLAINED"],
                                    haochaping.rectification.terms.orders.HandlingOutcome["NOT_UPHELD"],
                                    haochaping.rectification.terms.orders.HandlingOutcome[
                                        "UNREACHABLE_CLOSED"
                                    ],
                                    haochaping.rectification.terms.orders.HandlingOutcome["DUPLICATE_MERGED"],
                                    haochaping.rectification.terms.orders.HandlingOutcome[
                                        "MISTAKEN_EXCLUDED"
                                    ],
                                    haochaping.rectification.terms.orders.HandlingOutcome[
                                        "MALICIOUS_EXCLUDED"
                                    ],
                                ],
                            )
                        ),
                        name="order_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "clock__in",
                                [
                                    "",
                                    haochaping.rectification.terms.orders.ClockKind["SIGN"],
                                    haochaping.rectification.terms.orders.ClockKind["CONTACT"],
                                    haochaping.rectification.terms.orders.ClockKind["RECTIFY"],
                                    haochaping.rectification.terms.orders.ClockKind["CHECK"],
                                ],
                            )
                        ),
                        name="order_clock_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("merged_into__isnull", False),
                                ("state", haochaping.rectification.terms.orders.OrderState["MERGED"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", haochaping.rectification.terms.orders.OrderState["MERGED"]),
                                    _negated=True,
                                ),
                                ("merged_into__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="order_merged_into",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["MERGED"],
                                    haochaping.rectification.terms.orders.OrderState["EXCLUDED"],
                                    haochaping.rectification.terms.orders.OrderState["CANCELLED"],
                                ],
                            ),
                            models.Q(
                                ("dispatched_at__isnull", False),
                                (
                                    "state__in",
                                    [
                                        haochaping.rectification.terms.orders.OrderState["DISPATCHED"],
                                        haochaping.rectification.terms.orders.OrderState["RETURN_ASKED"],
                                        haochaping.rectification.terms.orders.OrderState["SIGNED"],
                                        haochaping.rectification.terms.orders.OrderState["VERIFIED"],
                                        haochaping.rectification.terms.orders.OrderState["LEDGERED"],
                                        haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                        haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                        haochaping.rectification.terms.orders.OrderState["CHECKED"],
                                        haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                        haochaping.rectification.terms.orders.OrderState["CLOSED"],
                                    ],
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            haochaping.rectification.terms.orders.OrderState["DISPATCHED"],
                                            haochaping.rectification.terms.orders.OrderState["RETURN_ASKED"],
                                            haochaping.rectification.terms.orders.OrderState["SIGNED"],
                                            haochaping.rectification.terms.orders.OrderState["VERIFIED"],
                                            haochaping.rectification.terms.orders.OrderState["LEDGERED"],
                                            haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                            haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                            haochaping.rectification.terms.orders.OrderState["CHECKED"],
                                            haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                            haochaping.rectification.terms.orders.OrderState["CLOSED"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                ("dispatched_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="order_dispatched_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["MERGED"],
                                    haochaping.rectification.terms.orders.OrderState["EXCLUDED"],
                                    haochaping.rectification.terms.orders.OrderState["CANCELLED"],
                                ],
                            ),
                            models.Q(
                                ("signed_at__isnull", False),
                                (
                                    "state__in",
                                    [
                                        haochaping.rectification.terms.orders.OrderState["SIGNED"],
                                        haochaping.rectification.terms.orders.OrderState["VERIFIED"],
                                        haochaping.rectification.terms.orders.OrderState["LEDGERED"],
                                        haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                        haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                        haochaping.rectification.terms.orders.OrderState["CHECKED"],
                                        haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                        haochaping.rectification.terms.orders.OrderState["CLOSED"],
                                    ],
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            haochaping.rectification.terms.orders.OrderState["SIGNED"],
                                            haochaping.rectification.terms.orders.OrderState["VERIFIED"],
                                            haochaping.rectification.terms.orders.OrderState["LEDGERED"],
                                            haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                            haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                            haochaping.rectification.terms.orders.OrderState["CHECKED"],
                                            haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                            haochaping.rectification.terms.orders.OrderState["CLOSED"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                ("signed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="order_signed_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["MERGED"],
                                    haochaping.rectification.terms.orders.OrderState["EXCLUDED"],
                                    haochaping.rectification.terms.orders.OrderState["CANCELLED"],
                                ],
                            ),
                            models.Q(
                                (
                                    "state__in",
                                    [
                                        haochaping.rectification.terms.orders.OrderState["VERIFIED"],
                                        haochaping.rectification.terms.orders.OrderState["LEDGERED"],
                                        haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                        haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                        haochaping.rectification.terms.orders.OrderState["CHECKED"],
                                        haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                        haochaping.rectification.terms.orders.OrderState["CLOSED"],
                                    ],
                                ),
                                ("verified_at__isnull", False),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            haochaping.rectification.terms.orders.OrderState["VERIFIED"],
                                            haochaping.rectification.terms.orders.OrderState["LEDGERED"],
                                            haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                            haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                            haochaping.rectification.terms.orders.OrderState["CHECKED"],
                                            haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                            haochaping.rectification.terms.orders.OrderState["CLOSED"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                ("verified_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="order_verified_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["MERGED"],
                                    haochaping.rectification.terms.orders.OrderState["EXCLUDED"],
                                    haochaping.rectification.terms.orders.OrderState["CANCELLED"],
                                ],
                            ),
                            models.Q(
                                ("rectified_at__isnull", False),
                                (
                                    "state__in",
                                    [
                                        haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                        haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                        haochaping.rectification.terms.orders.OrderState["CHECKED"],
                                        haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                        haochaping.rectification.terms.orders.OrderState["CLOSED"],
                                    ],
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            haochaping.rectification.terms.orders.OrderState["RECTIFIED"],
                                            haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                            haochaping.rectification.terms.orders.OrderState["CHECKED"],
                                            haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                            haochaping.rectification.terms.orders.OrderState["CLOSED"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                ("rectified_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="order_rectified_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["MERGED"],
                                    haochaping.rectification.terms.orders.OrderState["EXCLUDED"],
                                    haochaping.rectification.terms.orders.OrderState["CANCELLED"],
                                ],
                            ),
                            models.Q(
                                ("replied_at__isnull", False),
                                (
                                    "state__in",
                                    [
                                        haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                        haochaping.rectification.terms.orders.OrderState["CHECKED"],
                                        haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                        haochaping.rectification.terms.orders.OrderState["CLOSED"],
                                    ],
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            haochaping.rectification.terms.orders.OrderState["REPLIED"],
                                            haochaping.rectification.terms.orders.OrderState["CHECKED"],
                                            haochaping.rectification.terms.orders.OrderState["ESCALATED"],
                                            haochaping.rectification.terms.orders.OrderState["CLOSED"],
                                        ],
                                    ),
                                    _negated=True,
                                ),
                                ("replied_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="order_replied_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.orders.OrderState["MERGED"],
                                    haochaping.rectification.terms.orders.OrderState["EXCLUDED"],
                                    haochaping.rectification.terms.orders.OrderState["CANCELLED"],
                                ],
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state__in", [haochaping.rectification.terms.orders.OrderState["CLOSED"]]),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [haochaping.rectification.terms.orders.OrderState["CLOSED"]],
                                    ),
                                    _negated=True,
                                ),
                                ("closed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="order_closed_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Callback",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                ("round", models.SmallIntegerField(default=1)),
                ("result", models.CharField(max_length=12)),
                ("is_true", models.BooleanField(null=True)),
                ("is_reasonable", models.BooleanField(null=True)),
                ("note", models.TextField(blank=True)),
                ("recording", models.CharField(blank=True, max_length=60)),
                ("means", models.CharField(blank=True, db_default="", max_length=8)),
                ("contact", models.CharField(blank=True, db_default="", max_length=60)),
                ("called_at", models.DateTimeField(null=True)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "回访核实",
                "db_table": "rectification_callback",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "result__in",
                                [
                                    haochaping.rectification.terms.orders.CallResult["ANSWERED"],
                                    haochaping.rectification.terms.orders.CallResult["NOT_REACHED"],
                                    haochaping.rectification.terms.orders.CallResult["DECLINED"],
                                    haochaping.rectification.terms.orders.CallResult["NOT_POSSIBLE"],
                                ],
                            )
                        ),
                        name="callback_result_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("called_at", None), ("contact", ""), ("means", "")),
                            models.Q(
                                ("called_at__isnull", False),
                                (
                                    "means__in",
                                    [
                                        haochaping.rectification.terms.orders.Means["RELAY"],
                                        haochaping.rectification.terms.orders.Means["MESSAGE"],
                                        haochaping.rectification.terms.orders.Means["OWN"],
                                    ],
                                ),
                                models.Q(("contact", ""), _negated=True),
                                models.Q(
                                    (
                                        "result",
                                        haochaping.rectification.terms.orders.CallResult["NOT_POSSIBLE"],
                                    ),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="callback_has_contact",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "means__in",
                                [
                                    haochaping.rectification.terms.orders.Means["RELAY"],
                                    haochaping.rectification.terms.orders.Means["MESSAGE"],
                                ],
                            )
                        ),
                        fields=("means", "contact"),
                        name="callback_contact_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("means", haochaping.rectification.terms.orders.Means["OWN"])),
                        fields=("order", "contact"),
                        name="callback_reference_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SolutionAnswer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                ("solved", models.CharField(max_length=10)),
                ("text", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField()),
                ("changeable_until", models.DateTimeField()),
            ],
            options={
                "verbose_name": "解决情况回答",
                "db_table": "rectification_solution_answer",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "solved__in",
                                [
                                    haochaping.rectification.terms.orders.Solved["YES"],
                                    haochaping.rectification.terms.orders.Solved["PARTLY"],
                                    haochaping.rectification.terms.orders.Solved["NO"],
                                ],
                            )
                        ),
                        name="solution_answer_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                ("move", models.CharField(max_length=16)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
                ("warned", models.CharField(blank=True, db_default="", default="", max_length=40)),
            ],
            options={
                "verbose_name": "工单流转",
                "db_table": "rectification_order_event",
            },
        ),
        migrations.CreateModel(
            name="TakenStep",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                ("mark", models.CharField(max_length=64, unique=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "已办步骤",
                "db_table": "rectification_taken_step",
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
                ("state", models.CharField(max_length=12)),
                ("ground", models.CharField(max_length=20)),
                ("fact", models.CharField(blank=True, max_length=20)),
                ("text", models.TextField()),
                ("reference", models.CharField(blank=True, max_length=100)),
                ("filed_by", models.CharField(max_length=80)),
                ("filed_at", models.DateTimeField()),
                ("since", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("refusal", models.CharField(blank=True, max_length=12)),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("objection", models.TextField(blank=True)),
                ("contested_by", models.CharField(blank=True, max_length=80)),
                ("contested_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "申诉",
                "db_table": "rectification_appeal",
                "indexes": [
                    models.Index(fields=["agency", "filed_at"], name="appeal_agency_filed"),
                    models.Index(
                        condition=models.Q(("state__in", ["accepted", "decided"])),
                        fields=["due_at"],
                        name="appeal_to_lapse",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.appeals.AppealState["FILED"],
                                    haochaping.rectification.terms.appeals.AppealState["ACCEPTED"],
                                    haochaping.rectification.terms.appeals.AppealState["HEARD"],
                                    haochaping.rectification.terms.appeals.AppealState["PROPOSED"],
                                    haochaping.rectification.terms.appeals.AppealState["DECIDED"],
                                    haochaping.rectification.terms.appeals.AppealState["CONTESTED"],
                                    haochaping.rectification.terms.appeals.AppealState["REPROPOSED"],
                                    haochaping.rectification.terms.appeals.AppealState["FINAL"],
                                    haochaping.rectification.terms.appeals.AppealState["REFUSED"],
                                    haochaping.rectification.terms.appeals.AppealState["WITHDRAWN"],
                                    haochaping.rectification.terms.appeals.AppealState["MOOT"],
                                ],
                            )
                        ),
                        name="appeal_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ground__in",
                                [
                                    haochaping.rectification.terms.appeals.Ground["MIS_TAP"],
                                    haochaping.rectification.terms.appeals.Ground["WRONG_SERVICE"],
                                    haochaping.rectification.terms.appeals.Ground["DUPLICATE"],
                                    haochaping.rectification.terms.appeals.Ground["NOT_A_CUSTOMER"],
                                    haochaping.rectification.terms.appeals.Ground["MALICIOUS"],
                                ],
                            )
                        ),
                        name="appeal_ground_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "fact__in",
                                    [
                                        haochaping.rectification.terms.appeals.ProvenFact["FLOOD"],
                                        haochaping.rectification.terms.appeals.ProvenFact["NO_CASE"],
                                        haochaping.rectification.terms.appeals.ProvenFact["THREATS"],
                                        haochaping.rectification.terms.appeals.ProvenFact["COMPETITOR"],
                                    ],
                                ),
                                ("ground", haochaping.rectification.terms.appeals.Ground["MALICIOUS"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("ground", haochaping.rectification.terms.appeals.Ground["MALICIOUS"]),
                                    _negated=True,
                                ),
                                ("fact", ""),
                            ),
                            _connector="OR",
                        ),
                        name="appeal_fact_of_malicious",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "refusal__in",
                                [
                                    "",
                                    haochaping.rectification.terms.appeals.AppealRefusal["LATE"],
                                    haochaping.rectification.terms.appeals.AppealRefusal["NO_GROUND"],
                                ],
                            )
                        ),
                        name="appeal_refusal_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AppealDecision",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.appeal",
                    ),
                ),
                ("instance", models.SmallIntegerField()),
                ("verdict", models.CharField(max_length=10)),
                ("fact", models.CharField(blank=True, max_length=20)),
                (
                    "evidence",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100)),
                ),
                ("text", models.TextField()),
                ("proposed_by", models.CharField(max_length=80)),
                ("proposed_path", models.CharField(blank=True, max_length=200)),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_by", models.CharField(blank=True, max_length=80)),
                ("confirmed_path", models.CharField(blank=True, max_length=200)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("sent_back_by", models.CharField(blank=True, max_length=80)),
                ("sent_back_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "申诉决定",
                "db_table": "rectification_appeal_decision",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "verdict__in",
                                [
                                    haochaping.rectification.terms.appeals.Verdict["MISTAKEN"],
                                    haochaping.rectification.terms.appeals.Verdict["MALICIOUS"],
                                    haochaping.rectification.terms.appeals.Verdict["PARTLY"],
                                    haochaping.rectification.terms.appeals.Verdict["REJECTED"],
                                ],
                            )
                        ),
                        name="appeal_verdict_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("instance__in", [1, 2])), name="appeal_instance_1_2"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            models.Q(("proposed_by", ""), _negated=True),
                        ),
                        name="appeal_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by", "")),
                            models.Q(
                                ("confirmed_at__isnull", False), models.Q(("confirmed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="appeal_confirmed_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("verdict", haochaping.rectification.terms.appeals.Verdict["MALICIOUS"]),
                                _negated=True,
                            ),
                            models.Q(
                                ("evidence__len__gte", 1),
                                (
                                    "fact__in",
                                    [
                                        haochaping.rectification.terms.appeals.ProvenFact["FLOOD"],
                                        haochaping.rectification.terms.appeals.ProvenFact["NO_CASE"],
                                        haochaping.rectification.terms.appeals.ProvenFact["THREATS"],
                                        haochaping.rectification.terms.appeals.ProvenFact["COMPETITOR"],
                                    ],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="appeal_malicious_is_proved",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("sent_back_at__isnull", True)),
                        fields=("appeal", "instance"),
                        name="appeal_decided_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AppealEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.appeal",
                    ),
                ),
                ("move", models.CharField(max_length=12)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "申诉流转",
                "db_table": "rectification_appeal_event",
            },
        ),
        migrations.CreateModel(
            name="ToldAlarm",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="rectification.workorder",
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("alarm", models.SmallIntegerField()),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "已发预警",
                "db_table": "rectification_told_alarm",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "alarm__in",
                                [
                                    haochaping.rectification.terms.orders.Alarm["AMBER"],
                                    haochaping.rectification.terms.orders.Alarm["RED"],
                                ],
                            )
                        ),
                        name="told_alarm_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Extension",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                ("days", models.SmallIntegerField()),
                ("reason", models.TextField()),
                ("asked_by", models.CharField(max_length=80)),
                ("asked_at", models.DateTimeField()),
                ("granted", models.BooleanField(null=True)),
                ("note", models.TextField(blank=True)),
                ("decided_by", models.CharField(blank=True, max_length=80)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "延期申请",
                "db_table": "rectification_extension",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("granted__isnull", True)),
                        fields=("order",),
                        name="extension_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DispatchRule",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                ("rank", models.SmallIntegerField()),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
                (
                    "served_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
                ("stage", models.CharField(blank=True, max_length=10)),
                ("indicator", models.CharField(blank=True, max_length=20)),
                (
                    "agency",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
                ("effective_from", models.DateField()),
                ("version", models.IntegerField()),
                ("source", models.CharField(max_length=200)),
                ("made_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "派单规则",
                "db_table": "rectification_dispatch_rule",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("division", "rank", "version"), name="dispatch_rule_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Fault",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                ("responsibility", models.CharField(max_length=8)),
                ("note", models.TextField()),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "责任划分",
                "db_table": "rectification_fault",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "responsibility__in",
                                [
                                    haochaping.rectification.terms.faults.Responsibility["BUSINESS"],
                                    haochaping.rectification.terms.faults.Responsibility["SERVICE"],
                                ],
                            )
                        ),
                        name="fault_known",
                    ),
                    models.UniqueConstraint(fields=("order", "responsibility"), name="fault_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reform",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
                (
                    "from_division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                (
                    "from_agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
                ("staff_id", models.BigIntegerField(null=True)),
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
                ("state", models.CharField(max_length=10)),
                ("text", models.TextField()),
                ("drafted_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "parts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), default=list
                    ),
                ),
                ("change_text", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "改革建议",
                "db_table": "rectification_reform",
                "indexes": [
                    models.Index(fields=["agency", "drafted_at"], name="reform_by_agency"),
                    models.Index(fields=["from_division", "drafted_at"], name="reform_by_division"),
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="reform_due"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.faults.ReformState["DRAFTED"],
                                    haochaping.rectification.terms.faults.ReformState["SENT"],
                                    haochaping.rectification.terms.faults.ReformState["ACCEPTED"],
                                    haochaping.rectification.terms.faults.ReformState["DONE"],
                                    haochaping.rectification.terms.faults.ReformState["CHECKED"],
                                    haochaping.rectification.terms.faults.ReformState["DECLINED"],
                                    haochaping.rectification.terms.faults.ReformState["DROPPED"],
                                ],
                            )
                        ),
                        name="reform_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("parts__len__gte", 1),
                                (
                                    "state__in",
                                    [
                                        haochaping.rectification.terms.faults.ReformState["DONE"],
                                        haochaping.rectification.terms.faults.ReformState["CHECKED"],
                                    ],
                                ),
                                models.Q(("change_text", ""), _negated=True),
                            ),
                            models.Q(
                                (
                                    "state__in",
                                    [
                                        haochaping.rectification.terms.faults.ReformState["DONE"],
                                        haochaping.rectification.terms.faults.ReformState["CHECKED"],
                                    ],
                                ),
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                        name="reform_done_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.faults.ReformState["SENT"],
                                    haochaping.rectification.terms.faults.ReformState["ACCEPTED"],
                                ],
                            ),
                            ("due_at__isnull", True),
                            _connector="OR",
                        ),
                        name="reform_due_while_owed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "parts__contained_by",
                                [
                                    haochaping.rectification.terms.faults.ReformPart["GUIDE"],
                                    haochaping.rectification.terms.faults.ReformPart["MATERIAL"],
                                    haochaping.rectification.terms.faults.ReformPart["STEP"],
                                    haochaping.rectification.terms.faults.ReformPart["TIME_LIMIT"],
                                    haochaping.rectification.terms.faults.ReformPart["OTHER"],
                                ],
                            )
                        ),
                        name="reform_parts_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReformEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "reform",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.reform",
                    ),
                ),
                ("move", models.CharField(max_length=10)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "改革建议流转",
                "db_table": "rectification_reform_event",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "move__in",
                                [
                                    haochaping.rectification.terms.faults.ReformMove["DRAFT"],
                                    haochaping.rectification.terms.faults.ReformMove["SEND"],
                                    haochaping.rectification.terms.faults.ReformMove["DROP"],
                                    haochaping.rectification.terms.faults.ReformMove["ACCEPT"],
                                    haochaping.rectification.terms.faults.ReformMove["DECLINE"],
                                    haochaping.rectification.terms.faults.ReformMove["CARRY_OUT"],
                                    haochaping.rectification.terms.faults.ReformMove["CHECK"],
                                    haochaping.rectification.terms.faults.ReformMove["SEND_BACK"],
                                    haochaping.rectification.terms.faults.ReformMove["HAND_ON"],
                                ],
                            )
                        ),
                        name="reform_event_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                ("caption", models.CharField(max_length=200)),
                ("shown", models.BooleanField()),
                ("added_by", models.CharField(max_length=80)),
                ("added_at", models.DateTimeField()),
                ("removed_by", models.CharField(blank=True, max_length=80)),
                ("removed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "整改佐证",
                "db_table": "rectification_evidence",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("removed_at__isnull", True), ("removed_by", "")),
                            models.Q(
                                ("removed_at__isnull", False), models.Q(("removed_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="evidence_removed_by",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CoHandler",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
                ("task", models.TextField()),
                ("asked_by", models.CharField(max_length=80)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("amber_at", models.DateTimeField(null=True)),
                ("contribution", models.TextField(blank=True)),
                ("done_by", models.CharField(blank=True, max_length=80)),
                ("done_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("told_due_at", models.DateTimeField(null=True)),
                ("told_alarm", models.SmallIntegerField(db_default=0, default=0)),
            ],
            options={
                "verbose_name": "协办",
                "db_table": "rectification_co_handler",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True), ("ended_at__isnull", True)),
                        fields=["agency", "due_at"],
                        name="co_handler_open",
                    ),
                    models.Index(
                        condition=models.Q(("done_at__isnull", True), ("ended_at__isnull", True)),
                        fields=["amber_at"],
                        name="co_handler_soon_amber",
                    ),
                    models.Index(
                        condition=models.Q(("done_at__isnull", True), ("ended_at__isnull", True)),
                        fields=["due_at"],
                        name="co_handler_soon_red",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at__isnull", True), ("ended_at__isnull", True)),
                        fields=("order", "agency"),
                        name="co_handler_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at__isnull", True), ("ended_at__isnull", True), _connector="OR"
                        ),
                        name="co_handler_ended_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClockEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                ("clock", models.CharField(max_length=8)),
                ("tick", models.CharField(max_length=8)),
                ("at", models.DateTimeField()),
                ("number", models.SmallIntegerField(default=0)),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("rule", models.CharField(blank=True, max_length=40)),
                ("due_at", models.DateTimeField(null=True)),
                ("amber_at", models.DateTimeField(null=True)),
                (
                    "helper",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.cohandler",
                    ),
                ),
            ],
            options={
                "verbose_name": "时限事件",
                "db_table": "rectification_clock_event",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "clock__in",
                                    [
                                        haochaping.rectification.terms.orders.ClockKind["SIGN"],
                                        haochaping.rectification.terms.orders.ClockKind["CONTACT"],
                                        haochaping.rectification.terms.orders.ClockKind["RECTIFY"],
                                        haochaping.rectification.terms.orders.ClockKind["CHECK"],
                                    ],
                                ),
                                ("helper__isnull", True),
                            ),
                            models.Q(
                                ("clock", haochaping.rectification.terms.orders.ClockKind["HELP"]),
                                ("helper__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="clock_event_clock_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "tick__in",
                                [
                                    haochaping.rectification.terms.orders.Tick["START"],
                                    haochaping.rectification.terms.orders.Tick["LIMIT"],
                                    haochaping.rectification.terms.orders.Tick["TOLD"],
                                    haochaping.rectification.terms.orders.Tick["EXTEND"],
                                    haochaping.rectification.terms.orders.Tick["PAUSE"],
                                    haochaping.rectification.terms.orders.Tick["RESUME"],
                                    haochaping.rectification.terms.orders.Tick["STOP"],
                                ],
                            )
                        ),
                        name="clock_event_tick_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("due_on", models.DateField()),
                ("note", models.TextField(blank=True)),
                ("done_by", models.CharField(blank=True, max_length=80)),
                ("done_at", models.DateTimeField(null=True)),
                ("missed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "整改台账节点",
                "db_table": "rectification_milestone",
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("done_at__isnull", True), ("ended_at__isnull", True), ("missed_at__isnull", True)
                        ),
                        fields=["due_on"],
                        name="milestone_to_miss",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=100)),
                ("root_cause", models.TextField()),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
                ("state", models.CharField(max_length=10)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=80)),
                ("change_text", models.TextField(blank=True)),
                ("changed_at", models.DateTimeField(null=True)),
                ("changed_by", models.CharField(blank=True, max_length=80)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "verbose_name": "专项整改",
                "db_table": "rectification_project",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.rectification.terms.projects.ProjectState["OPEN"],
                                    haochaping.rectification.terms.projects.ProjectState["CHANGED"],
                                    haochaping.rectification.terms.projects.ProjectState["CLOSED"],
                                ],
                            )
                        ),
                        name="project_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("change_text", ""),
                                ("changed_at__isnull", True),
                                ("state", haochaping.rectification.terms.projects.ProjectState["OPEN"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", haochaping.rectification.terms.projects.ProjectState["OPEN"]),
                                    _negated=True,
                                ),
                                ("changed_at__isnull", False),
                                models.Q(("change_text", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="project_changed_with_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state", haochaping.rectification.terms.projects.ProjectState["CLOSED"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", haochaping.rectification.terms.projects.ProjectState["CLOSED"]),
                                    _negated=True,
                                ),
                                ("closed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="project_closed_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectTask",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.project",
                    ),
                ),
                ("place", models.SmallIntegerField()),
                ("text", models.CharField(max_length=200)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "verbose_name": "整改任务",
                "db_table": "rectification_project_task",
                "constraints": [
                    models.UniqueConstraint(fields=("project", "place"), name="project_task_place")
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectOrder",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.project",
                    ),
                ),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(max_length=80)),
            ],
            options={
                "verbose_name": "专项整改工单",
                "db_table": "rectification_project_order",
            },
        ),
        migrations.CreateModel(
            name="OrderLook",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rectification.workorder",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "查看记录",
                "db_table": "rectification_order_look",
                "constraints": [models.UniqueConstraint(fields=("order", "user"), name="order_look_once")],
            },
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("asked", models.JSONField()),
            ],
            options={
                "verbose_name": "常用筛选",
                "db_table": "rectification_saved_filter",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "name"), name="saved_filter_name_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ListExport",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("format", models.CharField(max_length=4)),
                ("rows", models.IntegerField()),
                ("asked", models.JSONField()),
            ],
            options={
                "verbose_name": "清单导出",
                "db_table": "rectification_list_export",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["csv", "xlsx"])), name="list_export_format"
                    )
                ],
            },
        ),
    ]
