"""Services of withdrawn cases that nobody had reviewed are void: they could not be reviewed, and were counted as such."""

from django.db import migrations

TAKEN_OFF = """
    INSERT INTO insight_fact_delta (kind, day, division_id, agency_id, item_id, channel, level, provenance, n)
    SELECT 'occurrence', (service.at AT TIME ZONE 'Asia/Shanghai')::date, work.division_id, work.agency_id, work.item_id,
           '', 0, CASE WHEN work.verified THEN 'reported' ELSE 'unverified' END, -count(*)
      FROM cases_case AS work
      JOIN cases_service_occurrence AS service ON service.case_id = work.id
     WHERE work.status = 'withdrawn'
       AND NOT EXISTS (
           SELECT FROM reviews_review AS review
            WHERE review.occurrence_id = service.id AND review.assess_no = 1 AND review.status <> 'withdrawn'
       )
     GROUP BY 2, 3, 4, 5, 8
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0009_code_doubt"),
        ("insight", "0003_delta_vacuum"),
        ("reviews", "0009_key_number"),
    ]

    operations = [migrations.RunSQL(TAKEN_OFF, migrations.RunSQL.noop)]
