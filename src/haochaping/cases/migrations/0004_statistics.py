"""The database learns how many places, items and rows of numbers the cases of a day name: few, however many cases.

Without that it takes every case for one of its own kind, and sums that rules of data quality make are made by one process.
"""

from __future__ import annotations

from django.db import migrations

_DAY = "(date 'epoch' + floor((date_part('epoch', received_at) + 28800) / 86400)::int)"


class Migration(migrations.Migration):
    """Statistics over several columns, and over the day in Beijing as `exchange/sql/quality/relation_case.sql` says it."""

    dependencies = [("cases", "0003_told_at")]

    operations = [
        migrations.RunSQL(
            f"CREATE STATISTICS case_places (ndistinct) ON platform_id, {_DAY}, division_id, agency_id, item_id, status"
            " FROM cases_case",
            "DROP STATISTICS case_places",
        ),
        migrations.RunSQL(
            f"CREATE STATISTICS case_numbers (ndistinct) ON platform_id, {_DAY}, (left(case_no, -5)) FROM cases_case",
            "DROP STATISTICS case_numbers",
        ),
    ]
