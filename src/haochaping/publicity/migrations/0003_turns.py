"""What was held back or taken down can be restored, by two persons again: decisions about the same words take turns."""

from django.db import migrations, models
from django.db.models import Q

from haochaping.kernel.two_persons import TwoPersonState
from haochaping.publicity.terms import APPEARING, Decision

_STANDS = Q(state__in=[TwoPersonState.PROPOSED, TwoPersonState.CONFIRMED])
# What is decided changes no more (0002), not even to say which turn it was.
_SECOND_TURNS = """
ALTER TABLE publicity_release DISABLE TRIGGER release_stays;
UPDATE publicity_release SET turn = 2 WHERE decision = 'taken_down';
ALTER TABLE publicity_release ENABLE TRIGGER release_stays;
"""
_STAYS = """
CREATE OR REPLACE FUNCTION publicity_release_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.state <> 'proposed' OR
       ({NEW}NEW.id, NEW.review_id, NEW.part, NEW.written_at, NEW.decision, NEW.text, NEW.reason,
        NEW.proposed_by, NEW.proposed_staff, NEW.proposed_at) IS DISTINCT FROM
       ({OLD}OLD.id, OLD.review_id, OLD.part, OLD.written_at, OLD.decision, OLD.text, OLD.reason,
        OLD.proposed_by, OLD.proposed_staff, OLD.proposed_at) THEN
        RAISE EXCEPTION 'a release changes once: when what was proposed is confirmed, refused or withdrawn'
              USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END;
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("publicity", "0002_two_persons")]

    operations = [
        migrations.AddField("release", "turn", models.PositiveSmallIntegerField(default=1)),
        migrations.RunSQL(_SECOND_TURNS, migrations.RunSQL.noop),
        migrations.RunSQL(_STAYS.format(NEW="NEW.turn, ", OLD="OLD.turn, "), _STAYS.format(NEW="", OLD="")),
        migrations.RemoveConstraint("release", "release_once_for_words"),
        migrations.RemoveConstraint("release", "release_taken_down_once"),
        migrations.RemoveConstraint("release", "release_reason_when_held"),
        migrations.AddConstraint(
            "release",
            models.UniqueConstraint(
                fields=["review", "part", "written_at", "turn"],
                condition=_STANDS,
                name="release_once_a_turn",
            ),
        ),
        migrations.AddConstraint(
            "release",
            models.CheckConstraint(
                condition=Q(turn=1, decision__in=[Decision.RELEASED, Decision.HELD])
                | Q(turn__gt=1, decision__in=[Decision.TAKEN_DOWN, Decision.RESTORED]),
                name="release_turn_of_decision",
            ),
        ),
        migrations.AddConstraint(
            "release",
            models.CheckConstraint(
                condition=Q(decision__in=APPEARING, reason="")
                | (Q(decision__in=[Decision.HELD, Decision.TAKEN_DOWN]) & ~Q(reason="")),
                name="release_reason_when_held",
            ),
        ),
        migrations.AddIndex(
            "release",
            models.Index(
                fields=["decided_at"],
                condition=Q(
                    state=TwoPersonState.CONFIRMED, decision__in=[Decision.HELD, Decision.TAKEN_DOWN]
                ),
                name="release_kept_back",
            ),
        ),
    ]
