"""What is said of all units of a province: risk points and blind spots once a day, comparisons once a month.

1,520 agencies and some 28,500 items, 24 months of facts made by SQL; two items in a hundred have no review, one has four times
the bad ones for three months. Limits: all risk points within 90 s, all blind spots within 15 s, a unit compared within 7 ms;
exit status 1 when one does not hold.
Usage: python -m bench.risk [counties]
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bench.world import connect

if TYPE_CHECKING:
    from collections.abc import Callable

COUNTIES = int(sys.argv[1]) if len(sys.argv) > 1 else 150
LIMIT_RISKS_S, LIMIT_SILENCE_S, LIMIT_UNIT_S = 90.0, 15.0, 0.007
_CITIES, _MONTHS = 15, 24
_PLACES = """
INSERT INTO directory_division (code, name, level, parent_id, path) VALUES ('990000000000', '云川省', 1, NULL, '990000000000.');
INSERT INTO directory_division (code, name, level, parent_id, path)
SELECT made.code, '市' || n, 2, top.id, top.path || made.code || '.'
  FROM generate_series(1, %(cities)s) AS n, LATERAL (SELECT '99' || lpad(n::text, 2, '0') || '00000000' AS code) AS made,
       directory_division AS top WHERE top.code = '990000000000';
INSERT INTO directory_division (code, name, level, parent_id, path)
SELECT made.code, '县' || n, 3, city.id, city.path || made.code || '.'
  FROM generate_series(1, %(counties)s) AS n
  JOIN directory_division AS city ON city.code = '99' || lpad((1 + n %% %(cities)s)::text, 2, '0') || '00000000',
       LATERAL (SELECT left(city.code, 4) || lpad((n / %(cities)s + 1)::text, 2, '0') || '000000' AS code) AS made;
INSERT INTO directory_agency (code, uscc, name, division_id, parent_id, path)
SELECT division.code || '_' || n, '', '部门' || n, division.id, NULL, division.code || '_' || n || '.'
  FROM directory_division AS division
  JOIN generate_series(1, 20) AS n ON n <= CASE division.level WHEN 1 THEN 20 WHEN 2 THEN 10 ELSE 9 END;
INSERT INTO directory_service_item (code, name, item_type, agency_id)
SELECT lpad(agency.id::text, 19, '0') || lpad((split_part(agency.code, '_', 2)::int * 100 + n)::text, 12, '0'), '事项' || n,
       lpad((1 + n %% 10)::text, 2, '0'), agency.id
  FROM directory_agency AS agency
  JOIN directory_division AS division ON division.id = agency.division_id
  JOIN generate_series(1, 20) AS n ON division.level = 3 OR n <= 9
"""
_FACTS = """
SELECT setseed(0.5);
CREATE TEMP TABLE plan AS
SELECT item.id AS item_id, item.agency_id, exp(3 + sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) AS size,
       0.002 + 0.02 * random() * random() AS rate, random() < 0.02 AS silent
  FROM directory_service_item AS item;
CREATE TEMP TABLE told AS
SELECT item_id, agency_id, month::date, silent, n, least(n, greatest(0, round(likely + z * sqrt(likely))))::int AS bad
  FROM plan, generate_series(%(first)s::date, %(last)s::date, '1 month') AS month,
       LATERAL (SELECT 1 + (size * (0.5 + random()))::int AS n,
                       sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS z) AS drawn,
       LATERAL (SELECT n * rate * CASE WHEN item_id %% 100 = 0 AND month > %(last)s::date - 80 THEN 4 ELSE 1 END AS likely)
         AS chance;
INSERT INTO insight_item_month (item_id, agency_id, month, kind, level, provenance, n)
SELECT item_id, agency_id, month, 'review', 5, 'active_self', n - bad FROM told WHERE NOT silent
UNION ALL SELECT item_id, agency_id, month, 'review', 1, 'active_self', bad FROM told WHERE NOT silent AND bad > 0
UNION ALL SELECT item_id, agency_id, month, 'reviewed', 0, 'active_self', n FROM told WHERE NOT silent
UNION ALL SELECT item_id, agency_id, month, 'occurrence', 0, 'reported', n * 8 FROM told;
INSERT INTO insight_agency_month (agency_id, month, kind, level, provenance, n)
SELECT agency_id, month, kind, level, provenance, sum(n) FROM insight_item_month
 GROUP BY agency_id, month, kind, level, provenance;
INSERT INTO insight_division_month (division_id, month, kind, level, provenance, n)
SELECT above.id, month, kind, fact.level, provenance, sum(n)
  FROM insight_agency_month AS fact
  JOIN directory_agency AS agency ON agency.id = fact.agency_id
  JOIN directory_division AS part ON part.id = agency.division_id
 CROSS JOIN unnest(string_to_array(part.path, '.')) AS named (code)
  JOIN directory_division AS above ON above.code = named.code
 GROUP BY above.id, month, kind, fact.level, provenance
"""


def main() -> int:
    """Make the province, watch it and compare it; returns the exit status."""
    connect()
    now = datetime.now(UTC)
    units = _made(now)
    from haochaping.flows import watch_units

    risks, seconds = _timed(lambda: watch_units.watch_risks(now))
    print(
        f"risk: {units:,} units: {risks} risk points in {seconds:.1f} s (limit {LIMIT_RISKS_S:.0f})",
        flush=True,
    )
    blind, listening = _timed(lambda: watch_units.watch_silence(now))
    print(f"risk: {blind} blind spots in {listening:.1f} s (limit {LIMIT_SILENCE_S:.0f})", flush=True)
    compared, comparing = _timed(lambda: _compared(now))
    each = comparing / compared
    print(
        f"risk: {compared:,} units compared in {comparing:.0f} s, {each * 1e3:.1f} ms each"
        f" (limit {LIMIT_UNIT_S * 1e3:.0f})",
        flush=True,
    )
    return int(seconds > LIMIT_RISKS_S or listening > LIMIT_SILENCE_S or each > LIMIT_UNIT_S)


def _made(now: datetime) -> int:
    """Directory and facts; returns how many units there are."""
    from django.db import connection, connections, transaction

    from haochaping.kernel.periods import local_day, months_after

    this = local_day(now).replace(day=1)
    told: dict[str, Any] = {
        "cities": _CITIES,
        "counties": COUNTIES,
        "first": months_after(this, -_MONTHS),
        "last": months_after(this, -1),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in f"{_PLACES};{_FACTS}".split(";"):
            cursor.execute(statement, told)
        cursor.execute(
            "SELECT (SELECT count(*) FROM directory_agency) + (SELECT count(*) FROM directory_service_item)"
        )
        units = int(cursor.fetchone()[0])
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return units


def _timed(job: Callable[[], int]) -> tuple[int, float]:
    begun = perf_counter()
    return job(), perf_counter() - begun


def _compared(now: datetime) -> int:
    from haochaping.flows import compare_units

    units = 0
    while n := compare_units.compare_due(now):
        units += n
    return units


if __name__ == "__main__":
    sys.exit(main())
