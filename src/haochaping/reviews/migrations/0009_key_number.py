from django.db import migrations, models

# What `reviews.rules.key_number` says of the reviews that are here already.
_OF_THOSE_HERE = r"""
UPDATE reviews_review AS review
   SET key_number = ('x' || encode(substr(sha256(convert_to(translate(work.case_no, E'\t\n', '  ') || E'\t' || service.no
           || E'\t' || review.assess_no, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
  FROM cases_service_occurrence AS service
  JOIN cases_case AS work ON work.id = service.case_id
 WHERE service.id = review.occurrence_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0008_concealment"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="key_number",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.RunSQL(_OF_THOSE_HERE, migrations.RunSQL.noop),
        # It is only ever grouped by its first twelve bits; thought to be unique, it would be added up by one process.
        migrations.RunSQL(
            "ALTER TABLE reviews_review ALTER COLUMN key_number SET (n_distinct = 4096)",
            migrations.RunSQL.noop,
        ),
    ]
