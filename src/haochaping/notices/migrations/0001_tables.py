import django.db.models.deletion
import haochaping.notices.terms.deliveries
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("notices", "0001_initial"),
        ("notices", "0002_sign_in_code"),
        ("notices", "0003_calls"),
        ("notices", "0004_staff_notices"),
        ("notices", "0005_order_templates"),
        ("notices", "0006_about_staff"),
        ("notices", "0007_asking"),
        ("notices", "0008_reform"),
        ("notices", "0009_delivery_about"),
        ("notices", "0010_helping"),
        ("notices", "0011_office_notices"),
        ("notices", "0012_voice_alarms"),
        ("notices", "0013_order_excluded"),
        ("notices", "0014_demo_channel"),
    ]

    dependencies = [
        ("accounts", "0001_tables"),
        ("directory", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.CharField(max_length=40)),
                ("person", models.UUIDField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=100)),
            ],
            options={
                "verbose_name": "会话",
                "db_table": "notices_thread",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject_kind", "subject_id"), name="thread_one_per_subject"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notices.thread",
                    ),
                ),
                ("side", models.CharField(max_length=10)),
                ("author", models.CharField(max_length=100)),
                ("text", models.TextField()),
                ("sent_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "会话消息",
                "db_table": "notices_message",
                "indexes": [models.Index(fields=["thread", "id"], name="message_of_thread")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["agency", "reviewer", "system"])),
                        name="message_side",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="message_not_empty"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notices.message",
                    ),
                ),
                ("person", models.UUIDField(db_index=True)),
                ("grant", models.UUIDField(null=True)),
                ("template", models.CharField(max_length=20)),
                ("params", models.JSONField(default=dict)),
                ("channel", models.CharField(max_length=5)),
                ("state", models.CharField(max_length=10)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=200)),
                ("gateway_ref", models.CharField(blank=True, max_length=100)),
                ("queued_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("moved_by", models.CharField(max_length=100)),
                ("about", models.UUIDField(null=True)),
                ("cause", models.UUIDField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "外发通知",
                "db_table": "notices_delivery",
                "indexes": [
                    models.Index(
                        condition=models.Q(("grant__isnull", False)),
                        fields=["grant"],
                        name="delivery_of_grant",
                    ),
                    models.Index(
                        condition=models.Q(("about__isnull", False)), fields=["about"], name="delivery_about"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["sent", "no_phone", "replaced"]), _negated=True),
                        fields=["at"],
                        name="delivery_unfinished",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["queued", "sending", "sent", "failed", "no_phone", "unclear", "replaced"],
                            )
                        ),
                        name="delivery_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["sms", "call", "ivr"])), name="delivery_channel"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "template__in",
                                [
                                    "invitation",
                                    "receipt",
                                    "agency_wrote",
                                    "order_replied",
                                    "order_again",
                                    "sign_in_code",
                                    "call",
                                    "identity_opened",
                                    "sample_question",
                                    "order_dispatched",
                                    "order_extended",
                                    "solved_question",
                                    "order_closed",
                                    "appeal_heard",
                                    "voice_answered",
                                    "appeal_asked",
                                    "appeal_decided",
                                    "sample_call",
                                    "order_signed",
                                    "order_ledgered",
                                    "order_unreached",
                                    "order_merged",
                                    "order_escalated",
                                    "appeal_contested",
                                    "voice_decided",
                                ],
                            )
                        ),
                        name="delivery_template",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("channel", "call"), ("grant__isnull", False), ("template", "call")),
                            models.Q(
                                models.Q(("channel", "call"), _negated=True),
                                models.Q(("template", "call"), _negated=True),
                                ("grant__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="delivery_call_has_grant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("channel", "ivr"), ("template", "sample_call")),
                            models.Q(
                                models.Q(("channel", "ivr"), _negated=True),
                                models.Q(("template", "sample_call"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="delivery_asks_by_phone",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cause__isnull", False)),
                        fields=("cause", "about"),
                        name="delivery_once_for_a_cause",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DemoMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        db_default="sms",
                        default=haochaping.notices.terms.deliveries.Channel["SMS"],
                        max_length=10,
                    ),
                ),
                ("masked_to", models.CharField(max_length=40)),
                ("text", models.TextField()),
                ("reference", models.CharField(max_length=40, unique=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "示例短信",
                "db_table": "notices_demo_message",
            },
        ),
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                ("url", models.CharField(max_length=300)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=100)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "通知接收地址",
                "db_table": "notices_endpoint",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("division",),
                        name="endpoint_one_of_a_division",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffMessage",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=8)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notices.endpoint",
                    ),
                ),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("count", models.IntegerField()),
                ("state", models.CharField(max_length=10)),
                ("attempts", models.SmallIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=200)),
                ("due_at", models.DateTimeField(null=True)),
                ("queued_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "外发工作通知",
                "db_table": "notices_staff_message",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["channel", "due_at"],
                        name="staff_message_due",
                    ),
                    models.Index(fields=["user", "channel", "kind", "-at"], name="staff_message_last"),
                    models.Index(
                        condition=models.Q(("endpoint__isnull", False)),
                        fields=["endpoint", "-at"],
                        name="staff_message_pushed",
                    ),
                    models.Index(
                        condition=models.Q(("state", "sending")), fields=["at"], name="staff_message_sending"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["queued", "sending", "sent", "failed", "no_phone", "unclear", "replaced"],
                            )
                        ),
                        name="staff_message_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("channel__in", ["email", "sms"]), ("endpoint", None), ("user__isnull", False)
                            ),
                            models.Q(("channel", "webhook"), ("endpoint__isnull", False), ("user", None)),
                            _connector="OR",
                        ),
                        name="staff_message_to_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "queued")),
                        fields=("user", "channel", "kind"),
                        name="staff_message_one_gathers",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffNotice",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
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
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.CharField(max_length=40)),
                ("staff_id", models.BigIntegerField(null=True)),
                ("facts", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("caused_by", models.CharField(max_length=100)),
                ("addressed_at", models.DateTimeField(null=True)),
                ("unread_due_at", models.DateTimeField(null=True)),
                (
                    "pushed",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="notices.staffmessage",
                    ),
                ),
            ],
            options={
                "verbose_name": "工作通知",
                "db_table": "notices_staff_notice",
                "indexes": [
                    models.Index(
                        condition=models.Q(("unread_due_at__isnull", False)),
                        fields=["unread_due_at"],
                        name="staff_notice_unread_due",
                    ),
                    models.Index(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "unread",
                                    "unread_at_office",
                                    "unread_message",
                                    "unread_supervision",
                                    "unread_voice",
                                ],
                            )
                        ),
                        fields=["subject_id"],
                        name="staff_notice_higher_up",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "order_dispatched",
                                    "order_amber",
                                    "order_red",
                                    "order_returned",
                                    "reply_sent_back",
                                    "reviewer_message",
                                    "not_solved",
                                    "appeal",
                                    "supervision_order",
                                    "urging",
                                    "reform",
                                    "opening_request",
                                    "unread",
                                    "voice_received",
                                    "voice_transferred",
                                    "voice_at_office",
                                    "voice_amber",
                                    "voice_red",
                                    "office_voice_due",
                                    "extension_asked",
                                    "extension_granted",
                                    "extension_refused",
                                    "reprisal_report",
                                    "help_asked",
                                    "help_given",
                                    "help_amber",
                                    "help_red",
                                    "appeal_proposed",
                                    "appeal_contested",
                                    "appeal_accepted",
                                    "appeal_refused",
                                    "appeal_decided",
                                    "appeal_objected",
                                    "supervision_answered",
                                    "office_urged",
                                    "urging_answered",
                                    "office_help_asked",
                                    "voice_urged",
                                    "office_voice_urged",
                                    "milestone_missed",
                                    "order_excluded",
                                    "unread_message",
                                    "unread_supervision",
                                    "unread_below",
                                    "unread_voice",
                                    "unread_at_office",
                                ],
                            )
                        ),
                        name="staff_notice_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeCopy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="notices.staffnotice",
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
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "通知送达",
                "db_table": "notices_notice_copy",
                "indexes": [
                    models.Index(fields=["user", "-notice"], name="notice_copy_of_user"),
                    models.Index(
                        condition=models.Q(("read_at", None)), fields=["user"], name="notice_copy_unread"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("notice", "user"), name="notice_copy_once")],
            },
        ),
        migrations.CreateModel(
            name="NoticeChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                ("kind", models.CharField(max_length=20)),
                ("mail", models.CharField(max_length=10)),
                ("sms", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "通知选择",
                "db_table": "notices_notice_choice",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind"), name="notice_choice_once"),
                    models.CheckConstraint(
                        condition=models.Q(("mail__in", ["none", "at_once", "daily"])),
                        name="notice_choice_mail",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "order_dispatched",
                                    "order_amber",
                                    "order_red",
                                    "order_returned",
                                    "reply_sent_back",
                                    "reviewer_message",
                                    "not_solved",
                                    "appeal",
                                    "supervision_order",
                                    "urging",
                                    "reform",
                                    "opening_request",
                                    "unread",
                                    "voice_received",
                                    "voice_transferred",
                                    "voice_at_office",
                                    "voice_amber",
                                    "voice_red",
                                    "office_voice_due",
                                    "extension_asked",
                                    "extension_granted",
                                    "extension_refused",
                                    "reprisal_report",
                                    "help_asked",
                                    "help_given",
                                    "help_amber",
                                    "help_red",
                                    "appeal_proposed",
                                    "appeal_contested",
                                    "appeal_accepted",
                                    "appeal_refused",
                                    "appeal_decided",
                                    "appeal_objected",
                                    "supervision_answered",
                                    "office_urged",
                                    "urging_answered",
                                    "office_help_asked",
                                    "voice_urged",
                                    "office_voice_urged",
                                    "milestone_missed",
                                    "order_excluded",
                                    "unread_message",
                                    "unread_supervision",
                                    "unread_below",
                                    "unread_voice",
                                    "unread_at_office",
                                ],
                            )
                        ),
                        name="notice_choice_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffContact",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=11)),
            ],
            options={
                "verbose_name": "工作联系方式",
                "db_table": "notices_staff_contact",
            },
        ),
    ]
