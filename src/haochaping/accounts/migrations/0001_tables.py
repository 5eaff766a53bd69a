import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# The table of Django's database cache: failed log-ins and used codes are remembered by all processes together.
_SHARED_MEMORY = """
    CREATE TABLE accounts_shared_memory (
        cache_key varchar(255) PRIMARY KEY,
        value text NOT NULL,
        expires timestamptz NOT NULL
    );
    CREATE INDEX accounts_shared_memory_expires ON accounts_shared_memory (expires);
"""


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_links_and_roles"),
        ("accounts", "0003_identity_keeper"),
        ("accounts", "0004_former_passwords"),
        ("accounts", "0005_member"),
    ]

    dependencies = [
        ("directory", "0001_tables"),
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
            name="RoleGrant",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("role", models.CharField(max_length=20)),
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
                    "agency",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.agency",
                    ),
                ),
                ("everywhere", models.BooleanField(default=False)),
                ("granted_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
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
                                    "hall_manager",
                                    "dispatcher",
                                    "hotline_operator",
                                    "supervisor",
                                    "experience_officer",
                                    "assessor",
                                    "publisher",
                                    "identity_keeper",
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
        migrations.CreateModel(
            name="StaffBinding",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "staff_member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.staffmember",
                    ),
                ),
                ("bound_at", models.DateTimeField()),
                ("unbound_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "人员绑定",
                "verbose_name_plural": "人员绑定",
                "db_table": "accounts_staff_binding",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("unbound_at", None)),
                        fields=("user", "staff_member"),
                        name="staff_binding_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OneTimeLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("purpose", models.CharField(max_length=12)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("role", models.CharField(blank=True, max_length=20)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "一次性链接",
                "verbose_name_plural": "一次性链接",
                "db_table": "accounts_one_time_link",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("purpose", "password"), ("role", ""), ("user__isnull", False)),
                            models.Q(
                                ("purpose", "first_admin"),
                                ("role__in", ["auditor", "security_admin", "system_admin"]),
                                ("user", None),
                            ),
                            _connector="OR",
                        ),
                        name="one_time_link_for_somebody",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerPassword",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("password", models.CharField(max_length=128)),
                ("set_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name": "用过的口令",
                "verbose_name_plural": "用过的口令",
                "db_table": "accounts_former_password",
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
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division"
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
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
        migrations.RunSQL(_SHARED_MEMORY, "DROP TABLE accounts_shared_memory"),
    ]
