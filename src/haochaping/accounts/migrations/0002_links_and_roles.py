import django.db.models.deletion
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
    dependencies = [
        ("accounts", "0001_initial"),
        ("directory", "0001_initial"),
    ]

    operations = [
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
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "一次性链接",
                "verbose_name_plural": "一次性链接",
                "db_table": "accounts_one_time_link",
            },
        ),
        migrations.RemoveConstraint(
            model_name="rolegrant",
            name="role_grant_known_role",
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
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
                            "auditor",
                            "system_admin",
                            "security_admin",
                        ],
                    )
                ),
                name="role_grant_known_role",
            ),
        ),
        migrations.AddField(
            model_name="onetimelink",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="onetimelink",
            constraint=models.CheckConstraint(
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
            ),
        ),
        migrations.RunSQL(_SHARED_MEMORY, "DROP TABLE accounts_shared_memory"),
    ]
