import django.db.models.deletion
import haochaping.publicity.terms
from django.db import migrations, models

# Whoever writes a text or a reply, by whatever way, cannot forget to put it before a publisher. A decision belongs to
# the words as they were written then: an order that is answered again has another answer to decide about.
KEPT_BY_THE_DATABASE = """
CREATE FUNCTION publicity_wait_for_decision() RETURNS trigger
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
                            WHERE review_id = NEW.review_id AND part = 'reply' AND written_at >= NEW.replied_at)
        ON CONFLICT (review_id, part) DO UPDATE SET written_at = excluded.written_at;
    END IF;
    RETURN NULL;
END;
$$;
CREATE FUNCTION publicity_decided() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM publicity_undecided WHERE review_id = NEW.review_id AND part = NEW.part AND written_at <= NEW.written_at;
    RETURN NULL;
END;
$$;
CREATE TRIGGER review_text_waits AFTER INSERT OR UPDATE OF comment_text ON reviews_review
    FOR EACH ROW WHEN (NEW.comment_text <> '') EXECUTE FUNCTION publicity_wait_for_decision();
CREATE TRIGGER order_reply_waits AFTER INSERT OR UPDATE OF reply_text ON rectification_work_order
    FOR EACH ROW WHEN (NEW.reply_text <> '') EXECUTE FUNCTION publicity_wait_for_decision();
CREATE TRIGGER release_decides AFTER INSERT ON publicity_release
    FOR EACH ROW EXECUTE FUNCTION publicity_decided();
"""
NO_MORE = """
DROP TRIGGER review_text_waits ON reviews_review;
DROP TRIGGER order_reply_waits ON rectification_work_order;
DROP TRIGGER release_decides ON publicity_release;
DROP FUNCTION publicity_wait_for_decision();
DROP FUNCTION publicity_decided();
"""


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("publicity", "0001_initial"),
        ("publicity", "0002_undecided"),
        ("publicity", "0003_answered_again"),
    ]

    dependencies = [
        ("directory", "0001_tables"),
        ("rectification", "0001_tables"),
        ("reviews", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.review"
                    ),
                ),
                ("part", models.CharField(max_length=10)),
                ("written_at", models.DateTimeField()),
                ("decision", models.CharField(max_length=10)),
                ("text", models.TextField(blank=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("decided_by", models.CharField(max_length=80)),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "发布",
                "db_table": "publicity_release",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("review", "part", "written_at"), name="release_once_for_words"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "part__in",
                                [
                                    haochaping.publicity.terms.Part["TEXT"],
                                    haochaping.publicity.terms.Part["REPLY"],
                                ],
                            )
                        ),
                        name="release_part_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decision", haochaping.publicity.terms.Decision["RELEASED"]), ("reason", "")
                            ),
                            models.Q(
                                ("decision", haochaping.publicity.terms.Decision["HELD"]),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="release_reason_when_held",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Undecided",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "review",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reviews.review",
                    ),
                ),
                ("part", models.CharField(max_length=10)),
                (
                    "division",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.division",
                    ),
                ),
                ("staff_id", models.BigIntegerField(null=True)),
                ("written_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "待审",
                "db_table": "publicity_undecided",
                "indexes": [models.Index(fields=["written_at", "review"], name="undecided_oldest")],
                "constraints": [
                    models.UniqueConstraint(fields=("review", "part"), name="undecided_unique_part"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "part__in",
                                [
                                    haochaping.publicity.terms.Part["TEXT"],
                                    haochaping.publicity.terms.Part["REPLY"],
                                ],
                            )
                        ),
                        name="undecided_part_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT_BY_THE_DATABASE, NO_MORE),
    ]
