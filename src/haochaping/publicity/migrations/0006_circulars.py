"""Circulars: figures as of one moment, texts by versions, two persons; what is signed is changed by nobody."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

_OPEN = Q(state__in=["draft", "submitted"])
_SUBJECT = ["kind", "division", "agency", "item", "first_day", "last_day"]

_STAYS = """
CREATE FUNCTION publicity_circular_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF (NEW.id, NEW.kind, NEW.division_id, NEW.agency_id, NEW.item_id, NEW.first_day, NEW.last_day, NEW.number,
        NEW.corrects_id, NEW.correction, NEW.as_of, NEW.figures, NEW.made_by, NEW.made_at) IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.division_id, OLD.agency_id, OLD.item_id, OLD.first_day, OLD.last_day, OLD.number,
        OLD.corrects_id, OLD.correction, OLD.as_of, OLD.figures, OLD.made_by, OLD.made_at)
       OR (OLD.state, NEW.state) NOT IN (('draft', 'submitted'), ('draft', 'discarded'),
                                         ('submitted', 'draft'), ('submitted', 'signed')) THEN
        RAISE EXCEPTION 'of a circular nothing changes but the way to being signed'
              USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER circular_stays BEFORE UPDATE ON publicity_circular
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION publicity_circular_stays();
CREATE FUNCTION publicity_circular_written() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP <> 'INSERT' OR NOT EXISTS (SELECT FROM publicity_circular WHERE id = NEW.circular_id AND state = 'draft') THEN
        RAISE EXCEPTION 'texts of a circular are added to, and only while it is a draft'
              USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER circular_written BEFORE INSERT OR UPDATE OR DELETE ON publicity_circular_text
    FOR EACH ROW EXECUTE FUNCTION publicity_circular_written();
CREATE FUNCTION publicity_circular_stepped() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION 'steps of a circular are added to' USING ERRCODE = 'integrity_constraint_violation';
END;
$$;
CREATE TRIGGER circular_stepped BEFORE UPDATE OR DELETE ON publicity_circular_step
    FOR EACH ROW EXECUTE FUNCTION publicity_circular_stepped();
"""
_GOES = """
DROP TRIGGER circular_stepped ON publicity_circular_step;
DROP FUNCTION publicity_circular_stepped();
DROP TRIGGER circular_written ON publicity_circular_text;
DROP FUNCTION publicity_circular_written();
DROP TRIGGER circular_stays ON publicity_circular;
DROP FUNCTION publicity_circular_stays();
"""


def _place(to: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=f"directory.{to}", **more
    )


def _staff() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.BigIntegerField(), default=list, size=None
    )


class Migration(migrations.Migration):
    dependencies = [("directory", "__first__"), ("publicity", "0005_published_cells")]

    operations = [
        migrations.CreateModel(
            name="Circular",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("division", _place("division")),
                ("agency", _place("agency", null=True)),
                ("item", _place("serviceitem", null=True, db_index=False)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "corrects",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="publicity.circular",
                    ),
                ),
                ("correction", models.CharField(blank=True, max_length=300)),
                ("as_of", models.DateTimeField()),
                ("figures", models.JSONField()),
                ("state", models.CharField(max_length=10)),
                ("made_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
                ("submitted_by", models.CharField(blank=True, max_length=80)),
                ("submitted_staff", _staff()),
                ("submitted_at", models.DateTimeField(null=True)),
                ("signed_by", models.CharField(blank=True, max_length=80)),
                ("signed_staff", _staff()),
                ("signed_at", models.DateTimeField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "verbose_name": "通报",
                "db_table": "publicity_circular",
                "indexes": [models.Index(fields=["made_at"], name="circular_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=_SUBJECT, condition=_OPEN, nulls_distinct=False, name="circular_one_open"
                    ),
                    models.UniqueConstraint(
                        fields=_SUBJECT,
                        condition=Q(state="signed", corrects__isnull=True),
                        nulls_distinct=False,
                        name="circular_one_first",
                    ),
                    models.UniqueConstraint(
                        fields=["corrects"], condition=~Q(state="discarded"), name="circular_corrected_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(kind__in=["monthly", "special"]), name="circular_kind_known"
                    ),
                    models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="circular_days"),
                    models.CheckConstraint(
                        condition=Q(item__isnull=True) | Q(agency__isnull=False),
                        name="circular_item_of_agency",
                    ),
                    models.CheckConstraint(
                        condition=Q(kind="special") | Q(agency__isnull=True),
                        name="circular_monthly_of_division",
                    ),
                    models.CheckConstraint(
                        condition=(Q(corrects__isnull=True) & Q(correction=""))
                        | (Q(corrects__isnull=False) & ~Q(correction="")),
                        name="circular_corrected_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            state__in=["draft", "discarded"],
                            submitted_by="",
                            submitted_at__isnull=True,
                            signed_by="",
                            signed_at__isnull=True,
                            digest="",
                        )
                        | (
                            Q(
                                state="submitted",
                                submitted_at__isnull=False,
                                signed_by="",
                                signed_at__isnull=True,
                                digest="",
                            )
                            & ~Q(submitted_by="")
                        )
                        | (
                            Q(state="signed", submitted_at__isnull=False, signed_at__isnull=False)
                            & ~Q(submitted_by="")
                            & ~Q(signed_by="")
                            & ~Q(digest="")
                            & ~Q(signed_by=F("submitted_by"))
                            & ~Q(signed_staff__overlap=F("submitted_staff"))
                        ),
                        name="circular_two_persons",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CircularText",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "circular",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="publicity.circular",
                    ),
                ),
                ("block", models.CharField(max_length=20)),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("written_by", models.CharField(max_length=80)),
                ("written_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "通报文字",
                "db_table": "publicity_circular_text",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["circular", "block", "version"], name="circular_text_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(block__in=["introduction", "findings", "demands"]),
                        name="circular_text_block_known",
                    ),
                    models.CheckConstraint(condition=Q(version__gte=1), name="circular_text_version"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CircularStep",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "circular",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="publicity.circular",
                    ),
                ),
                ("move", models.CharField(max_length=10)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "verbose_name": "通报经过",
                "db_table": "publicity_circular_step",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            move__in=["make", "write", "submit", "take_back", "give_back", "sign", "discard"]
                        ),
                        name="circular_step_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(_STAYS, _GOES),
    ]
