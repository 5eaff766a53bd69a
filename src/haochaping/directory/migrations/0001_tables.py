import django.db.models.deletion
import haochaping.directory.terms
from django.db import migrations, models

# Everything below a place is a stretch of its path, and paths of one province begin alike: with the usual hundred bounds
# a city with all below it is guessed to be one place, and its orders to be a handful.
_FINER = """
    ALTER TABLE directory_division ALTER COLUMN path SET STATISTICS 1000;
    ALTER TABLE directory_agency ALTER COLUMN path SET STATISTICS 1000;
"""


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("directory", "0001_initial"),
        ("directory", "0002_history_devices_parents"),
        ("directory", "0003_path_statistics"),
        ("directory", "0004_item_match"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Division",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("code", models.CharField(max_length=12, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("level", models.SmallIntegerField()),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.division",
                    ),
                ),
                ("path", models.CharField(db_collation="C", max_length=100, unique=True)),
            ],
            options={
                "verbose_name": "行政区划",
                "db_table": "directory_division",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{12}$")), name="division_code_12_digits"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 0), ("level__lte", 5)), name="division_level_0_5"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Agency",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("code", models.CharField(max_length=40, unique=True)),
                ("uscc", models.CharField(blank=True, max_length=18)),
                ("name", models.CharField(max_length=200)),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
                ("path", models.CharField(db_collation="C", max_length=400, unique=True)),
            ],
            options={
                "verbose_name": "政务服务机构",
                "db_table": "directory_agency",
            },
        ),
        migrations.CreateModel(
            name="ServiceItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=300)),
                ("item_type", models.CharField(max_length=2)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
            ],
            options={
                "verbose_name": "政务服务事项",
                "db_table": "directory_service_item",
            },
        ),
        migrations.CreateModel(
            name="Platform",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
            ],
            options={
                "verbose_name": "政务服务平台",
                "db_table": "directory_platform",
            },
        ),
        migrations.CreateModel(
            name="Hall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
            ],
            options={
                "verbose_name": "政务大厅",
                "db_table": "directory_hall",
            },
        ),
        migrations.CreateModel(
            name="Window",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("code", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=200)),
                (
                    "hall",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.hall"
                    ),
                ),
            ],
            options={
                "verbose_name": "窗口",
                "db_table": "directory_window",
                "constraints": [
                    models.UniqueConstraint(fields=("hall", "code"), name="window_unique_in_hall")
                ],
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("device_type", models.CharField(max_length=20)),
                (
                    "hall",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.hall"
                    ),
                ),
                (
                    "window",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.window",
                    ),
                ),
            ],
            options={
                "verbose_name": "设备",
                "db_table": "directory_device",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "device_type__in",
                                [
                                    haochaping.directory.terms.DeviceType["EVALUATOR"],
                                    haochaping.directory.terms.DeviceType["KEYPAD"],
                                    haochaping.directory.terms.DeviceType["TABLET"],
                                    haochaping.directory.terms.DeviceType["KIOSK"],
                                    haochaping.directory.terms.DeviceType["QR_SIGN"],
                                ],
                            )
                        ),
                        name="device_type_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("code", models.CharField(max_length=40)),
                ("name", models.CharField(blank=True, max_length=100)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
            ],
            options={
                "verbose_name": "窗口人员",
                "db_table": "directory_staff_member",
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "code"), name="staff_unique_in_agency")
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemMatch",
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
                ("code", models.CharField(max_length=40)),
                ("name", models.CharField(blank=True, max_length=300)),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.serviceitem",
                    ),
                ),
                ("state", models.CharField(max_length=10)),
                ("way", models.CharField(max_length=10)),
                ("records", models.IntegerField()),
                ("seen_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=100)),
            ],
            options={
                "verbose_name": "事项匹配",
                "db_table": "directory_item_match",
                "constraints": [
                    models.UniqueConstraint(fields=("platform", "code"), name="match_unique_in_platform"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    haochaping.directory.terms.MatchState["WAITING"],
                                    haochaping.directory.terms.MatchState["MATCHED"],
                                    haochaping.directory.terms.MatchState["NO_ITEM"],
                                ],
                            )
                        ),
                        name="match_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "way__in",
                                [
                                    haochaping.directory.terms.MatchWay["SAME_BASE"],
                                    haochaping.directory.terms.MatchWay["SAME_NAME"],
                                    haochaping.directory.terms.MatchWay["PERSON"],
                                    haochaping.directory.terms.MatchWay["NONE"],
                                ],
                            )
                        ),
                        name="match_way_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", haochaping.directory.terms.MatchState["WAITING"]),
                            ("decided_at__isnull", False),
                            _connector="XOR",
                        ),
                        name="match_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", haochaping.directory.terms.MatchState["MATCHED"]), _negated=True
                            ),
                            ("item__isnull", False),
                            _connector="OR",
                        ),
                        name="match_has_item",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.BigIntegerField()),
                ("column", models.CharField(max_length=20)),
                ("before", models.CharField(blank=True, max_length=300)),
                ("after", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=100)),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "verbose_name": "目录变更",
                "db_table": "directory_change",
                "indexes": [models.Index(fields=["kind", "object_id"], name="directory_change_object")],
            },
        ),
        migrations.RunSQL(_FINER, migrations.RunSQL.noop),
    ]
