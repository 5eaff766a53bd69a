import django.db.models.deletion
import haochaping.exchange.reconciliation.terms
import haochaping.ledger.terms
import haochaping.levels.terms
import haochaping.rectification.terms.orders
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("levels", "0001_initial"),
        ("levels", "0002_carried_source"),
        ("levels", "0003_seal"),
        ("levels", "0004_told_totals"),
        ("levels", "0005_news"),
    ]

    dependencies = [
        ("directory", "0001_tables"),
        ("reviews", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Peer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("known_as", models.CharField(max_length=40)),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                ("suite", models.SmallIntegerField(db_default=haochaping.ledger.terms.Suite["INTL"])),
                ("public_key", models.BinaryField(max_length=1248)),
                ("url", models.CharField(blank=True, max_length=300)),
                ("sends", models.BooleanField()),
                ("takes", models.BooleanField()),
                ("told_index", models.BigIntegerField(default=-1)),
                ("told_seq", models.IntegerField(default=0)),
                ("taken_seq", models.IntegerField(default=0)),
                ("attempts", models.IntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("heard_at", models.DateTimeField(null=True)),
                ("set_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "对端",
                "db_table": "levels_peer",
            },
        ),
        migrations.CreateModel(
            name="OutgoingBatch",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "peer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="levels.peer",
                    ),
                ),
                ("seq", models.IntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=12)),
                ("rows", models.IntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("attempts", models.IntegerField(default=0)),
                ("failures", models.IntegerField(db_default=0)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("code", models.CharField(blank=True, max_length=60)),
                ("message", models.CharField(blank=True, max_length=300)),
                ("params", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "去批",
                "db_table": "levels_outgoing_batch",
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.levels.terms.OutState["QUEUED"],
                                    haochaping.levels.terms.OutState["SENT"],
                                    haochaping.levels.terms.OutState["REJECTED"],
                                ],
                            )
                        ),
                        fields=["peer", "seq"],
                        name="outgoing_batch_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("peer", "seq"), name="outgoing_batch_seq"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    haochaping.levels.terms.BatchKind["RECORDS"],
                                    haochaping.levels.terms.BatchKind["STATEMENT"],
                                ],
                            )
                        ),
                        name="outgoing_batch_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.levels.terms.OutState["QUEUED"],
                                    haochaping.levels.terms.OutState["SENT"],
                                    haochaping.levels.terms.OutState["ACKED"],
                                    haochaping.levels.terms.OutState["DUPLICATE_OK"],
                                    haochaping.levels.terms.OutState["REJECTED"],
                                    haochaping.levels.terms.OutState["EXCLUDED"],
                                ],
                            )
                        ),
                        name="outgoing_batch_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IncomingBatch",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "peer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="levels.peer",
                    ),
                ),
                ("seq", models.IntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=8)),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("answer", models.BinaryField()),
                ("rows", models.IntegerField(default=0)),
                ("reviews", models.IntegerField(default=0)),
                ("late", models.IntegerField(default=0)),
                ("cases", models.IntegerField(db_default=0)),
                ("cases_late", models.IntegerField(db_default=0)),
                ("orders", models.IntegerField(db_default=0)),
                ("orders_late", models.IntegerField(db_default=0)),
                ("returned", models.IntegerField(default=0)),
                ("failures", models.IntegerField(db_default=0)),
                ("code", models.CharField(blank=True, max_length=60)),
                ("message", models.CharField(blank=True, max_length=300)),
                ("params", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "来批",
                "db_table": "levels_incoming_batch",
                "indexes": [models.Index(fields=["peer", "received_at"], name="incoming_batch_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state", haochaping.levels.terms.InState["REFUSED"]), _negated=True
                        ),
                        fields=("peer", "seq"),
                        name="incoming_batch_seq",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.levels.terms.InState["STAGED"],
                                    haochaping.levels.terms.InState["MERGED"],
                                    haochaping.levels.terms.InState["REFUSED"],
                                    haochaping.levels.terms.InState["FAILED"],
                                ],
                            )
                        ),
                        name="incoming_batch_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CarriedSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "peer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="levels.peer",
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
                ("since", models.DateField()),
            ],
            options={
                "verbose_name": "转报来源",
                "db_table": "levels_carried_source",
                "constraints": [
                    models.UniqueConstraint(fields=("peer", "platform"), name="carried_source_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnedCase",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "peer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="levels.peer",
                    ),
                ),
                ("source", models.CharField(max_length=40)),
                ("case_no", models.CharField(max_length=50)),
                ("code", models.CharField(max_length=60)),
                ("field", models.CharField(blank=True, max_length=100)),
                ("message", models.CharField(max_length=300)),
                ("params", models.JSONField(default=dict)),
                ("state", models.CharField(max_length=8)),
                ("attempts", models.IntegerField(default=1)),
                ("since", models.DateTimeField()),
                ("again_at", models.DateTimeField()),
                ("why", models.CharField(blank=True, max_length=300)),
                ("settled_by", models.CharField(blank=True, max_length=80)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "退回办件",
                "db_table": "levels_returned_case",
                "constraints": [
                    models.UniqueConstraint(fields=("peer", "source", "case_no"), name="returned_case_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.levels.terms.ReturnState["REJECTED"],
                                    haochaping.levels.terms.ReturnState["REQUEUED"],
                                    haochaping.levels.terms.ReturnState["FIXED"],
                                    haochaping.levels.terms.ReturnState["EXCLUDED"],
                                ],
                            )
                        ),
                        name="returned_case_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ToldDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "peer",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="levels.peer",
                    ),
                ),
                ("source", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=10)),
                ("day", models.DateField()),
                ("state", models.CharField(blank=True, max_length=10)),
                ("count", models.IntegerField()),
                ("said_count", models.IntegerField(null=True)),
                ("said_total", models.BigIntegerField(null=True)),
                ("there_count", models.IntegerField(null=True)),
                ("there_total", models.BigIntegerField(null=True)),
                ("differing", models.JSONField()),
                ("message", models.CharField(blank=True, max_length=300)),
                ("params", models.JSONField()),
                ("told_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "已报对账单",
                "db_table": "levels_told_day",
                "indexes": [
                    models.Index(fields=["told_at"], name="told_day_age"),
                    models.Index(fields=["day"], name="told_day_of_day"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("peer", "source", "kind", "day"), name="told_day_once", nulls_distinct=False
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
                        name="told_day_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportedOrder",
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
                (
                    "peer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="levels.peer",
                    ),
                ),
                ("number", models.CharField(max_length=40)),
                ("state", models.CharField(max_length=12)),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
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
                ("created_at", models.DateTimeField()),
                ("facts", models.JSONField()),
                ("counts", models.BooleanField()),
                ("reported_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "下级工单",
                "db_table": "levels_reported_order",
                "indexes": [models.Index(fields=["created_at"], name="reported_order_opened")],
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
                        name="reported_order_state_known",
                    )
                ],
            },
        ),
    ]
