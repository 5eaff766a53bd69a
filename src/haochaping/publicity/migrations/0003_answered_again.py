"""A decision belongs to the words as they were written then: an order that is answered again has another answer to decide about."""

from django.db import migrations, models

_WAITS = """
CREATE OR REPLACE FUNCTION publicity_wait_for_decision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_TABLE_NAME = 'reviews_review' THEN
        INSERT INTO publicity_undecided AS known (review_id, part, division_id, staff_id, written_at)
        SELECT NEW.id, 'text', NEW.division_id, NEW.staff_id, NEW.assessed_at
         WHERE NOT EXISTS (SELECT FROM publicity_release WHERE review_id = NEW.id AND part = 'text')
        ON CONFLICT (review_id, part) DO UPDATE SET written_at = excluded.written_at;
    ELSE
        INSERT INTO publicity_undecided AS known (review_id, part, division_id, staff_id, written_at)
        SELECT NEW.review_id, 'reply', NEW.division_id, NEW.staff_id, coalesce(NEW.replied_at, now())
         WHERE NOT EXISTS (SELECT FROM publicity_release
                            WHERE review_id = NEW.review_id AND part = 'reply' {SINCE})
        ON CONFLICT (review_id, part) DO UPDATE SET written_at = excluded.written_at;
    END IF;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE FUNCTION publicity_decided() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM publicity_undecided WHERE review_id = NEW.review_id AND part = NEW.part {UNTIL};
    RETURN NULL;
END;
$$;
"""
KEPT_BY_THE_DATABASE = (
    _WAITS.replace("{SINCE}", "AND written_at >= NEW.replied_at").replace(
        "{UNTIL}", "AND written_at <= NEW.written_at"
    )
    # What was answered again since a decision has been waiting unseen.
    + """
INSERT INTO publicity_undecided (review_id, part, division_id, staff_id, written_at)
SELECT work.review_id, 'reply', work.division_id, work.staff_id, work.replied_at
  FROM rectification_work_order AS work
 WHERE work.reply_text <> ''
   AND EXISTS (SELECT FROM publicity_release WHERE review_id = work.review_id AND part = 'reply')
   AND NOT EXISTS (SELECT FROM publicity_release
                    WHERE review_id = work.review_id AND part = 'reply' AND written_at >= work.replied_at)
ON CONFLICT DO NOTHING;
"""
)
AS_BEFORE = _WAITS.replace("{SINCE}", "").replace("{UNTIL}", "")


class Migration(migrations.Migration):
    dependencies = [("publicity", "0002_undecided")]

    operations = [
        migrations.AddField("release", "written_at", models.DateTimeField(null=True)),
        # Nobody has noted which words it was; what was decided about was written before.
        migrations.RunSQL("UPDATE publicity_release SET written_at = decided_at", migrations.RunSQL.noop),
        migrations.AlterField("release", "written_at", models.DateTimeField()),
        migrations.RemoveConstraint("release", "release_unique_part"),
        migrations.AddConstraint(
            "release",
            models.UniqueConstraint(fields=["review", "part", "written_at"], name="release_once_for_words"),
        ),
        migrations.RunSQL(KEPT_BY_THE_DATABASE, AS_BEFORE),
    ]
