"""A province that grows: its rows over and over again with their facts, or only the facts of many more reviews.

Copies stand up to thirteen days earlier than what they were copied from, so that days fill up as they would: facts of
copies are exactly what the copied rows come to, except that cases nobody reviewed are facts only. For what no disk here
holds as rows the facts of five years are loaded, of the last year day by day: each key that the province has, on each day as
often as it is to be expected there. Every statement works on sets, and the cursor is that of the tables' owner.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from haochaping.kernel.periods import months_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from django.db.backends.utils import CursorWrapper

YEARS = 5


class Counts(NamedTuple):
    """Rows of reviews, reviews that the facts count, and rows of facts by day."""

    rows: int
    reviews: int
    facts: int


# Over so many days the copies of a day are spread.
_SPREAD = 14
_PLACE = "division_id, agency_id, item_id, channel, level, provenance, hall_id"
_CELL = f"kind, {_PLACE}, stage"
_KEY = f"kind, day, {_PLACE}, stage"
_MOMENT = "timestamp with time zone"
_SETTINGS = "SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'; SET synchronous_commit = off"


def _new(column: str) -> str:
    """The id of a copy, from that of what it is copied from; whoever points to it comes to the same."""
    return f"md5({column}::text || n)::uuid"


# What is copied, in an order that keys allow: the table, which of its rows, what differs in a copy.
_OF_REVIEW = "review_id IN (SELECT id FROM bench_review)"
_COPIED: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    (
        "cases_case",
        "id IN (SELECT case_id FROM bench_review)",
        {
            "id": _new("id"),
            "case_no": "case_no || '-' || n",
            "person_id": "NULL::uuid",
            "agent_id": "NULL::uuid",
        },
    ),
    (
        "cases_service_occurrence",
        "id IN (SELECT occurrence_id FROM bench_review)",
        {"id": _new("id"), "case_id": _new("case_id")},
    ),
    (
        "reviews_invitation",
        "occurrence_id IN (SELECT occurrence_id FROM bench_review)",
        {"id": _new("id"), "occurrence_id": _new("occurrence_id")},
    ),
    (
        "reviews_review",
        "id IN (SELECT id FROM bench_review)",
        {
            "id": _new("id"),
            "occurrence_id": _new("occurrence_id"),
            "person_id": "NULL::uuid",
            "receipt_hash": "decode(md5('receipt' || id || n) || md5('again' || id || n), 'hex')",
        },
    ),
    ("reviews_exclusion", _OF_REVIEW, {"review_id": _new("review_id")}),
    (
        "rectification_work_order",
        _OF_REVIEW,
        {"id": _new("id"), "review_id": _new("review_id"), "thread_id": "NULL::uuid"},
    ),
    (
        "rectification_solution_answer",
        f"order_id IN (SELECT id FROM rectification_work_order WHERE {_OF_REVIEW})",
        {"id": _new("id"), "order_id": _new("order_id")},
    ),
    ("publicity_release", _OF_REVIEW, {"id": _new("id"), "review_id": _new("review_id")}),
)
# Rows lie in the table in the order in which they came.
_IN_ORDER = {"reviews_review": f"ORDER BY assessed_at - make_interval(days => mod(n, {_SPREAD}))"}

_FACTS_OF_ROWS = f"""
    SELECT kind, day - days, {_PLACE}, stage, sum(n * times)
      FROM bench_fact CROSS JOIN (
               SELECT mod(copy, {_SPREAD}) AS days, count(*) AS times FROM generate_series(0, {{copies}} - 1) AS copy GROUP BY 1
           ) AS moved
     GROUP BY kind, day - days, {_PLACE}, stage
"""
# As often as is to be expected, and once more so often that the average is right.
_FACTS_OF_YEARS = f"""
    SELECT kind, day::date, {_PLACE}, stage, n
      FROM bench_cell
     CROSS JOIN generate_series('{{first}}'::date, '{{last}}'::date, interval '1 day') AS day
     CROSS JOIN LATERAL (SELECT floor(daily * {{times}} + random())::bigint AS n) AS expected
     WHERE n > 0
"""
_MONTHS_OF_DAYS = f"""
    CREATE UNLOGGED TABLE bench_month AS
    SELECT kind, date_trunc('month', day)::date AS month, {_PLACE}, sum(n)::bigint AS n
      FROM insight_fact
     GROUP BY kind, date_trunc('month', day), {_PLACE}
"""
_MONTHS_BEFORE = f"""
    INSERT INTO bench_month
    SELECT kind, month::date, {_PLACE}, n
      FROM (SELECT kind, {_PLACE}, sum(daily) AS daily FROM bench_cell GROUP BY kind, {_PLACE}) AS cell
     CROSS JOIN generate_series('{{first}}'::date, '{{last}}'::date - interval '1 month', interval '1 month') AS month
     CROSS JOIN LATERAL (
         SELECT floor(daily * {{times}} * extract(day FROM month + interval '1 month' - interval '1 day') + random())::bigint AS n
     ) AS expected
     WHERE n > 0
"""
_ALL_MONTHS = f"""
    INSERT INTO bench_month
    SELECT kind, date '0001-01-01', {_PLACE}, sum(n) FROM bench_month GROUP BY kind, {_PLACE}
"""
_ABOVE = """
      JOIN directory_division AS part ON part.id = fact.division_id
     CROSS JOIN unnest(string_to_array(part.path, '.')) AS named (code)
      JOIN directory_division AS above ON above.code = named.code
"""
# As the fold adds them up (insight/sql/fold.sql).
_SUMS = {
    "insight_division_day": (
        "division_id, day, channel, kind, level, provenance, n",
        f"""SELECT above.id, day, channel, kind, fact.level, provenance, sum(n) FROM insight_fact AS fact {_ABOVE}
             GROUP BY above.id, day, channel, kind, fact.level, provenance""",
    ),
    "insight_agency_day": (
        "agency_id, day, channel, kind, level, provenance, n",
        """SELECT agency_id, day, channel, kind, level, provenance, sum(n) FROM insight_fact
            GROUP BY agency_id, day, channel, kind, level, provenance""",
    ),
    "insight_division_month": (
        "division_id, month, kind, level, provenance, n",
        f"""SELECT above.id, month, kind, fact.level, provenance, sum(n) FROM bench_month AS fact {_ABOVE}
             GROUP BY above.id, month, kind, fact.level, provenance""",
    ),
    "insight_channel_month": (
        "division_id, month, channel, kind, level, provenance, n",
        f"""SELECT above.id, month, channel, kind, fact.level, provenance, sum(n) FROM bench_month AS fact {_ABOVE}
             WHERE channel <> '' GROUP BY above.id, month, channel, kind, fact.level, provenance""",
    ),
    "insight_agency_month": (
        "agency_id, month, kind, level, provenance, n",
        """SELECT agency_id, month, kind, level, provenance, sum(n) FROM bench_month
            GROUP BY agency_id, month, kind, level, provenance""",
    ),
    "insight_item_month": (
        "item_id, agency_id, month, kind, level, provenance, n",
        """SELECT item_id, agency_id, month, kind, level, provenance, sum(n) FROM bench_month
            GROUP BY item_id, agency_id, month, kind, level, provenance""",
    ),
    "insight_hall_month": (
        "hall_id, month, kind, level, provenance, n",
        """SELECT hall_id, month, kind, level, provenance, sum(n) FROM bench_month
            WHERE hall_id <> 0 GROUP BY hall_id, month, kind, level, provenance""",
    ),
}


def prepare(cursor: CursorWrapper) -> int:
    """Remember what there is, all of it folded, as what is copied; returns how many reviews that are."""
    cursor.execute(
        """CREATE UNLOGGED TABLE bench_review AS
           SELECT review.id, occurrence_id, case_id FROM reviews_review AS review
             JOIN cases_service_occurrence AS service ON service.id = occurrence_id"""
    )
    cursor.execute(f"CREATE UNLOGGED TABLE bench_fact AS SELECT {_KEY}, n FROM insight_fact")
    cursor.execute(
        f"""CREATE UNLOGGED TABLE bench_cell AS
            SELECT {_CELL}, sum(n)::float8 / (SELECT max(day) - min(day) + 1 FROM bench_fact) AS daily
              FROM bench_fact GROUP BY {_CELL}"""
    )
    # What is loaded is read the same, whether a crash would lose it or not.
    for table in ("insight_fact", "insight_division_day", "insight_agency_day"):
        cursor.execute(f"ALTER TABLE {table} SET UNLOGGED")
    return int(_number(cursor, "SELECT count(*) FROM bench_review"))


def copy_rows(cursor: CursorWrapper, first: int, last: int) -> None:
    """Copy the reviews with what belongs to them so many times more: the copies of these numbers, from 1 on."""
    cursor.execute(_SETTINGS)
    for table, which, changes in _COPIED:
        with _without_indexes(cursor, table):
            cursor.execute(_copies(cursor, table, which, changes, range(first, last + 1)))


def count_rows(cursor: CursorWrapper, copies: int) -> None:
    """Load the facts of everything so many times, as `copy_rows` moves it."""
    _load(cursor, _FACTS_OF_ROWS.format(copies=copies))
    cursor.execute(_MONTHS_OF_DAYS)
    cursor.execute(_ALL_MONTHS)
    _add_up(cursor)


def count_years(cursor: CursorWrapper, reviews: int, today: date) -> None:
    """Load the facts of so many reviews over five years, the last of them by day and month, those before by month."""
    cursor.execute("SELECT setseed(0.5)")
    first = months_after(today.replace(day=1), 1 - 12 * YEARS)
    by_day = months_after(today.replace(day=1), -12)
    days = (today - first).days + 1
    daily = _number(cursor, "SELECT sum(daily) FROM bench_cell WHERE kind = 'review'")
    times = reviews / days / daily
    _load(cursor, _FACTS_OF_YEARS.format(first=by_day, last=today, times=times))
    cursor.execute(_MONTHS_OF_DAYS)
    cursor.execute(_MONTHS_BEFORE.format(first=first, last=by_day, times=times))
    cursor.execute(_ALL_MONTHS)
    _add_up(cursor)


def counted(cursor: CursorWrapper) -> Counts:
    """How much there is."""
    return Counts(
        int(_number(cursor, "SELECT count(*) FROM reviews_review")),
        int(
            _number(
                cursor,
                """SELECT coalesce(sum(n), 0) FROM insight_division_month
                    WHERE kind = 'review' AND month = date '0001-01-01'
                      AND division_id IN (SELECT id FROM directory_division WHERE parent_id IS NULL)""",
            )
        ),
        int(_number(cursor, "SELECT count(*) FROM insight_fact")),
    )


def _copies(cursor: CursorWrapper, table: str, which: str, changes: Mapping[str, str], numbers: range) -> str:
    cursor.execute(
        """SELECT column_name, data_type FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'""",
        [table],
    )
    values = {
        name: changes.get(name)
        or (f"{name} - make_interval(days => mod(n, {_SPREAD}))" if kind == _MOMENT else name)
        for name, kind in cursor.fetchall()
    }
    order = _IN_ORDER.get(table, "")
    return f"""INSERT INTO {table} ({", ".join(values)}) SELECT {", ".join(values.values())}
                 FROM {table} CROSS JOIN generate_series({numbers.start}, {numbers.stop - 1}) AS n WHERE {which} {order}"""


def _load(cursor: CursorWrapper, facts: str) -> None:
    cursor.execute(_SETTINGS)
    cursor.execute(f"TRUNCATE insight_fact, insight_fact_delta, {', '.join(_SUMS)}")
    cursor.execute("DROP TABLE IF EXISTS bench_month")
    with _without_indexes(cursor, "insight_fact"):
        cursor.execute(f"INSERT INTO insight_fact ({_KEY}, n) {facts}")


def _add_up(cursor: CursorWrapper) -> None:
    for table, (columns, statement) in _SUMS.items():
        with _without_indexes(cursor, table):
            cursor.execute(f"INSERT INTO {table} ({columns}) {statement}")
    cursor.execute("DROP TABLE bench_month")
    cursor.execute("VACUUM (ANALYZE)")


@contextmanager
def _without_indexes(cursor: CursorWrapper, table: str) -> Iterator[None]:
    """Have the indexes of a table made once, when its rows are there; the primary key stays."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'",
        [table],
    )
    constraints = cursor.fetchall()
    for name, _ in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    cursor.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid = %s::regclass AND NOT indisprimary""",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        cursor.execute(str(definition))
    for name, definition in constraints:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _number(cursor: CursorWrapper, statement: str) -> float:
    cursor.execute(statement)
    return float(cursor.fetchone()[0])
