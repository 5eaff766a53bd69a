import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("username", models.CharField(max_length=40, unique=True)),
                ("display_name", models.CharField(max_length=100)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("is_active", models.BooleanField(default=True)),
                ("date_joined", models.DateTimeField()),
            ],
            options={
                "verbose_name": "工作人员账户",
                "verbose_name_plural": "工作人员账户",
                "db_table": "accounts_user",
            },
        ),
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("key_hash", models.CharField(max_length=64, unique=True)),
                ("key_prefix", models.CharField(max_length=12)),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
            ],
            options={
                "verbose_name": "接口客户端",
                "verbose_name_plural": "接口客户端",
                "db_table": "accounts_api_client",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("active", True), ("revoked_at", None)),
                            models.Q(("active", False), ("revoked_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="api_client_revoked_is_inactive",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role", models.CharField(max_length=20)),
                ("everywhere", models.BooleanField(default=False)),
                ("granted_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
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
                    "division",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.division",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "角色授权",
                "verbose_name_plural": "角色授权",
                "db_table": "accounts_role_grant",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "clerk",
                                    "agency_lead",
                                    "dispatcher",
                                    "supervisor",
                                    "publisher",
                                    "auditor",
                                    "system_admin",
                                    "security_admin",
                                ],
                            )
                        ),
                        name="role_grant_known_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agency", None), ("division", None), ("everywhere", True)),
                            models.Q(("agency", None), ("division__isnull", False), ("everywhere", False)),
                            models.Q(("agency__isnull", False), ("division", None), ("everywhere", False)),
                            _connector="OR",
                        ),
                        name="role_grant_one_place",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("user", "role", "division", "agency"),
                        name="role_grant_once",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("revoked_at", None), ("role__in", ["auditor", "security_admin", "system_admin"])
                        ),
                        fields=("user",),
                        name="role_grant_administrators_apart",
                    ),
                ],
            },
        ),
    ]
