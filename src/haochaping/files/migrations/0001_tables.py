import django.db.models.functions.text
import django.db.models.lookups
import haochaping.files.terms
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("files", "0001_initial"),
        ("files", "0002_document"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("subject_kind", models.CharField(max_length=40)),
                ("subject_id", models.CharField(max_length=40)),
                ("place", models.SmallIntegerField()),
                ("content", models.BinaryField(null=True)),
                ("sha256", models.BinaryField(max_length=32)),
                ("width", models.IntegerField()),
                ("height", models.IntegerField()),
                ("kept_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "照片",
                "db_table": "files_photo",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=("subject_kind", "subject_id", "place"),
                        name="photo_place_taken_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("place__gte", 1), ("place__lte", 3)), name="photo_place"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("content__isnull", True), ("removed_at__isnull", False)),
                            models.Q(("content__isnull", False), ("removed_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="photo_gone_when_removed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("content__isnull", True),
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length(models.F("content")), 409600
                            ),
                            _connector="OR",
                        ),
                        name="photo_is_small",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("subject_kind", models.CharField(max_length=40)),
                ("subject_id", models.CharField(max_length=40)),
                ("place", models.SmallIntegerField()),
                ("kind", models.CharField(max_length=8)),
                ("content", models.BinaryField()),
                ("size", models.IntegerField()),
                ("sha256", models.BinaryField(max_length=32)),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "证据文件",
                "db_table": "files_document",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject_kind", "subject_id", "place"), name="document_place_taken_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("place__gte", 1), ("place__lte", 3)), name="document_place"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    haochaping.files.terms.DocumentKind["WAV"],
                                    haochaping.files.terms.DocumentKind["MPEG"],
                                    haochaping.files.terms.DocumentKind["MPEG_FOUR"],
                                    haochaping.files.terms.DocumentKind["OGG"],
                                    haochaping.files.terms.DocumentKind["PDF"],
                                    haochaping.files.terms.DocumentKind["TEXT"],
                                ],
                            )
                        ),
                        name="document_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("size", django.db.models.functions.text.Length(models.F("content"))),
                            ("size__lte", 10485760),
                        ),
                        name="document_is_bounded",
                    ),
                ],
            },
        ),
    ]
