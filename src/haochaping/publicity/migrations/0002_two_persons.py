"""One publisher proposes, another one confirms: only then something is decided, and what is decided changes no more."""

import django.contrib.postgres.fields
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q

from haochaping.kernel.two_persons import TwoPersonState
from haochaping.publicity.terms import Decision

_STANDS = Q(state__in=[TwoPersonState.PROPOSED, TwoPersonState.CONFIRMED])
_WORDS = ["review", "part", "written_at"]

# A text that is proposed waits as before; taking down decides nothing about words that wait.
_WAITS = """
CREATE OR REPLACE FUNCTION publicity_wait_for_decision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_TABLE_NAME = 'reviews_review' THEN
        INSERT INTO publicity_undecided AS known (review_id, part, division_id, staff_id, written_at)
        SELECT NEW.id, 'text', NEW.division_id, NEW.staff_id, NEW.assessed_at
         WHERE NOT EXISTS (SELECT FROM publicity_release WHERE review_id = NEW.id AND part = 'text' {DECIDED})
        ON CONFLICT (review_id, part) DO UPDATE SET written_at = excluded.written_at;
    ELSE
        INSERT INTO publicity_undecided AS known (review_id, part, division_id, staff_id, written_at)
        SELECT NEW.review_id, 'reply', NEW.division_id, NEW.staff_id, coalesce(NEW.replied_at, now())
         WHERE NOT EXISTS (SELECT FROM publicity_release
                            WHERE review_id = NEW.review_id AND part = 'reply' AND written_at >= NEW.replied_at {DECIDED})
        ON CONFLICT (review_id, part) DO UPDATE SET written_at = excluded.written_at;
    END IF;
    RETURN NULL;
END;
$$;
DROP TRIGGER release_decides ON publicity_release;
"""
_TWO_PERSONS = (
    _WAITS.replace("{DECIDED}", "AND state = 'confirmed'")
    + """
CREATE TRIGGER release_decides AFTER INSERT OR UPDATE OF state ON publicity_release
    FOR EACH ROW WHEN (NEW.state = 'confirmed') EXECUTE FUNCTION publicity_decided();
CREATE FUNCTION publicity_release_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.state <> 'proposed' OR
       (NEW.id, NEW.review_id, NEW.part, NEW.written_at, NEW.decision, NEW.text, NEW.reason,
        NEW.proposed_by, NEW.proposed_staff, NEW.proposed_at) IS DISTINCT FROM
       (OLD.id, OLD.review_id, OLD.part, OLD.written_at, OLD.decision, OLD.text, OLD.reason,
        OLD.proposed_by, OLD.proposed_staff, OLD.proposed_at) THEN
        RAISE EXCEPTION 'a release changes once: when what was proposed is confirmed, refused or withdrawn'
              USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER release_stays BEFORE UPDATE ON publicity_release
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION publicity_release_stays();
"""
)
_ONE_PERSON = (
    """
DROP TRIGGER release_stays ON publicity_release;
DROP FUNCTION publicity_release_stays();
"""
    + _WAITS.replace("{DECIDED}", "")
    + """
CREATE TRIGGER release_decides AFTER INSERT ON publicity_release
    FOR EACH ROW EXECUTE FUNCTION publicity_decided();
"""
)


def _staff() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.BigIntegerField(), default=list, size=None
    )


class Migration(migrations.Migration):
    dependencies = [("publicity", "0001_tables")]

    operations = [
        # One publisher decided until now; nobody proposed it, and it stands.
        migrations.AddField("release", "state", models.CharField(max_length=10, default="confirmed"), False),
        migrations.AddField("release", "proposed_by", models.CharField(max_length=80, default=""), False),
        migrations.AddField("release", "proposed_staff", _staff()),
        migrations.AddField("release", "proposed_at", models.DateTimeField(null=True)),
        migrations.RunSQL("UPDATE publicity_release SET proposed_at = decided_at", migrations.RunSQL.noop),
        migrations.AlterField("release", "proposed_at", models.DateTimeField()),
        migrations.AlterField("release", "decided_by", models.CharField(max_length=80, blank=True)),
        migrations.AddField("release", "decided_staff", _staff()),
        migrations.AlterField("release", "decided_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "release", "refusal", models.CharField(max_length=300, blank=True, default=""), False
        ),
        migrations.RemoveConstraint("release", "release_once_for_words"),
        migrations.RemoveConstraint("release", "release_reason_when_held"),
        migrations.AddConstraint(
            "release",
            models.UniqueConstraint(
                fields=_WORDS,
                condition=_STANDS & ~Q(decision=Decision.TAKEN_DOWN),
                name="release_once_for_words",
            ),
        ),
        migrations.AddConstraint(
            "release",
            models.UniqueConstraint(
                fields=_WORDS,
                condition=_STANDS & Q(decision=Decision.TAKEN_DOWN),
                name="release_taken_down_once",
            ),
        ),
        migrations.AddConstraint(
            "release",
            models.CheckConstraint(
                condition=Q(decision=Decision.RELEASED, reason="")
                | (Q(decision__in=[Decision.HELD, Decision.TAKEN_DOWN]) & ~Q(reason="")),
                name="release_reason_when_held",
            ),
        ),
        migrations.AddConstraint(
            "release",
            models.CheckConstraint(
                condition=(Q(state=TwoPersonState.REFUSED) & ~Q(refusal=""))
                | (~Q(state=TwoPersonState.REFUSED) & Q(refusal="")),
                name="release_refused_with_reason",
            ),
        ),
        AddConstraintNotValid(
            "release",
            models.CheckConstraint(
                condition=Q(state=TwoPersonState.PROPOSED, decided_by="", decided_at__isnull=True)
                | Q(state=TwoPersonState.WITHDRAWN, decided_by=F("proposed_by"), decided_at__isnull=False)
                | (
                    Q(state__in=[TwoPersonState.CONFIRMED, TwoPersonState.REFUSED], decided_at__isnull=False)
                    & ~Q(proposed_by="")
                    & ~Q(decided_by="")
                    & ~Q(decided_by=F("proposed_by"))
                    & ~Q(decided_staff__overlap=F("proposed_staff"))
                ),
                name="release_two_persons",
            ),
        ),
        migrations.AddIndex(
            "release",
            models.Index(
                fields=["proposed_at"],
                condition=Q(state=TwoPersonState.PROPOSED),
                name="release_to_confirm",
            ),
        ),
        migrations.RunSQL(_TWO_PERSONS, _ONE_PERSON),
    ]
