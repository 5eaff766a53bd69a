"""Words are offered a week at a time and have a deadline; what is kept back has a ground; decisions are counted by quarter."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import MD5, Cast

from haochaping.kernel.two_persons import TwoPersonState
from haochaping.publicity.terms import APPEARING, Decision, Ground
from haochaping.rectification.terms import Alarm

# What is decided changes no more (0002): only its class is added to the reason that it has.
_UNCLASSED = """
ALTER TABLE publicity_release DISABLE TRIGGER release_stays;
UPDATE publicity_release SET ground = 'unclassed' WHERE decision IN ('held', 'taken_down');
ALTER TABLE publicity_release ENABLE TRIGGER release_stays;
"""
_STAYS = """
CREATE OR REPLACE FUNCTION publicity_release_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.state <> 'proposed' OR
       (NEW.turn, NEW.id, NEW.review_id, NEW.part, NEW.written_at, NEW.decision, NEW.text, NEW.reason,
        {NEW}NEW.proposed_by, NEW.proposed_staff, NEW.proposed_at) IS DISTINCT FROM
       (OLD.turn, OLD.id, OLD.review_id, OLD.part, OLD.written_at, OLD.decision, OLD.text, OLD.reason,
        {OLD}OLD.proposed_by, OLD.proposed_staff, OLD.proposed_at) THEN
        RAISE EXCEPTION 'a release changes once: when what was proposed is confirmed, refused or withdrawn'
              USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END;
$$;
"""
# Words that are written anew are offered anew.
_WAITS = """
CREATE OR REPLACE FUNCTION publicity_wait_for_decision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_TABLE_NAME = 'reviews_review' THEN
        INSERT INTO publicity_undecided AS known (review_id, part, division_id, staff_id, written_at)
        SELECT NEW.id, 'text', NEW.division_id, NEW.staff_id, NEW.assessed_at
         WHERE NOT EXISTS (SELECT FROM publicity_release WHERE review_id = NEW.id AND part = 'text' AND state = 'confirmed')
        ON CONFLICT (review_id, part) DO UPDATE SET written_at = excluded.written_at{ANEW};
    ELSE
        INSERT INTO publicity_undecided AS known (review_id, part, division_id, staff_id, written_at)
        SELECT NEW.review_id, 'reply', NEW.division_id, NEW.staff_id, coalesce(NEW.replied_at, now())
         WHERE NOT EXISTS (SELECT FROM publicity_release
                            WHERE review_id = NEW.review_id AND part = 'reply' AND written_at >= NEW.replied_at
                              AND state = 'confirmed')
        ON CONFLICT (review_id, part) DO UPDATE SET written_at = excluded.written_at{ANEW};
    END IF;
    RETURN NULL;
END;
$$;
"""
_ANEW = ", offered_at = NULL, amber_at = NULL, due_at = NULL, alarm = 0, raised_to_id = NULL"
# Whoever lets out or keeps back words, by whatever way, is counted.
_DECIDED = """
CREATE OR REPLACE FUNCTION publicity_decided() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM publicity_undecided WHERE review_id = NEW.review_id AND part = NEW.part AND written_at <= NEW.written_at;
{COUNTED}    RETURN NULL;
END;
$$;
"""
_COUNTED = """    INSERT INTO publicity_decision_count AS known (quarter, division_id, agency_id, decision, ground, n)
    SELECT date_trunc('quarter', NEW.decided_at AT TIME ZONE 'Asia/Shanghai')::date, review.division_id, review.agency_id,
           NEW.decision, NEW.ground, 1
      FROM reviews_review AS review WHERE review.id = NEW.review_id
    ON CONFLICT (quarter, division_id, agency_id, decision, ground) DO UPDATE SET n = known.n + 1;
"""
_NEW, _OLD = (f"{row}.ground, {row}.raised_to_id, " for row in ("NEW", "OLD"))
_COUNT = """
INSERT INTO publicity_decision_count (quarter, division_id, agency_id, decision, ground, n)
SELECT date_trunc('quarter', release.decided_at AT TIME ZONE 'Asia/Shanghai')::date, review.division_id, review.agency_id,
       release.decision, release.ground, count(*)
  FROM publicity_release AS release JOIN reviews_review AS review ON review.id = release.review_id
 WHERE release.state = 'confirmed'
 GROUP BY 1, 2, 3, 4, 5
"""


def _division() -> models.ForeignKey:
    return models.ForeignKey(
        "directory.Division", django.db.models.deletion.PROTECT, related_name="+", db_index=False
    )


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0002_alike"),
        ("publicity", "0003_turns"),
        ("reviews", "0002_asking"),
    ]

    operations = [
        migrations.RemoveConstraint("release", "release_reason_when_held"),
        migrations.AddField(
            "release", "ground", models.CharField(max_length=20, blank=True, default=""), False
        ),
        migrations.RunSQL(_UNCLASSED, migrations.RunSQL.noop),
        migrations.AddField(
            "release",
            "raised_to",
            models.ForeignKey(
                "directory.Division",
                django.db.models.deletion.PROTECT,
                null=True,
                related_name="+",
                db_index=False,
            ),
        ),
        migrations.RunSQL(_STAYS.format(NEW=_NEW, OLD=_OLD), _STAYS.format(NEW="", OLD="")),
        migrations.AddConstraint(
            "release",
            models.CheckConstraint(
                condition=Q(decision__in=APPEARING, reason="", ground="")
                | (
                    Q(decision__in=[Decision.HELD, Decision.TAKEN_DOWN], ground__in=list(Ground))
                    & ~Q(reason="")
                ),
                name="release_reason_when_held",
            ),
        ),
        migrations.AddIndex(
            "release",
            models.Index(
                fields=["raised_to", "decided_at"],
                condition=Q(state=TwoPersonState.CONFIRMED, decision__in=APPEARING, raised_to__isnull=False),
                name="release_raised",
            ),
        ),
        migrations.RemoveIndex("undecided", "undecided_oldest"),
        migrations.AddField("undecided", "offered_at", models.DateTimeField(null=True)),
        migrations.AddField("undecided", "amber_at", models.DateTimeField(null=True)),
        migrations.AddField("undecided", "due_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "undecided",
            "alarm",
            models.SmallIntegerField(default=Alarm.NONE, db_default=Alarm.NONE.value),
        ),
        migrations.AddField(
            "undecided",
            "raised_to",
            models.ForeignKey(
                "directory.Division",
                django.db.models.deletion.PROTECT,
                null=True,
                related_name="+",
                db_index=False,
                db_constraint=False,
            ),
        ),
        migrations.AddConstraint(
            "undecided",
            models.CheckConstraint(condition=Q(alarm__in=list(Alarm)), name="undecided_alarm_known"),
        ),
        migrations.AddIndex(
            "undecided",
            models.Index(
                fields=["written_at"], condition=Q(offered_at__isnull=True), name="undecided_to_offer"
            ),
        ),
        migrations.AddIndex(
            "undecided",
            models.Index(
                F("due_at"),
                MD5(Cast("review_id", models.TextField())),
                condition=Q(offered_at__isnull=False),
                name="undecided_in_turn",
            ),
        ),
        migrations.AddIndex(
            "undecided",
            models.Index(
                fields=["amber_at"],
                condition=Q(alarm__lt=Alarm.RED, offered_at__isnull=False),
                name="undecided_to_alarm",
            ),
        ),
        migrations.RunSQL(_WAITS.replace("{ANEW}", _ANEW), _WAITS.replace("{ANEW}", "")),
        migrations.CreateModel(
            "WaitingTexts",
            [
                (
                    "division",
                    models.OneToOneField(
                        "directory.Division",
                        django.db.models.deletion.PROTECT,
                        related_name="+",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("offered", models.IntegerField()),
                ("overdue", models.IntegerField()),
                ("coming", models.IntegerField()),
                ("oldest_due_at", models.DateTimeField(null=True)),
                ("counted_at", models.DateTimeField()),
            ],
            {"verbose_name": "待审数", "db_table": "publicity_waiting_texts"},
        ),
        migrations.CreateModel(
            "DecisionCount",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("division", _division()),
                (
                    "agency",
                    models.ForeignKey(
                        "directory.Agency", django.db.models.deletion.PROTECT, related_name="+"
                    ),
                ),
                ("quarter", models.DateField()),
                ("decision", models.CharField(max_length=10)),
                ("ground", models.CharField(max_length=20, blank=True)),
                ("n", models.IntegerField()),
            ],
            {
                "verbose_name": "发布决定数",
                "db_table": "publicity_decision_count",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["quarter", "division", "agency", "decision", "ground"],
                        name="decision_count_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(ground__in=["", *Ground]), name="decision_count_ground_known"
                    ),
                    models.CheckConstraint(condition=Q(n__gt=0), name="decision_count_some"),
                ],
            },
        ),
        migrations.RunSQL(_COUNT, migrations.RunSQL.noop),
        migrations.RunSQL(_DECIDED.replace("{COUNTED}", _COUNTED), _DECIDED.replace("{COUNTED}", "")),
    ]
