"""What intake is measured against: plain COPY into a table that stays as it is, however ours grows or shrinks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

# 27 columns, six indexes (two of them by constraint), one key: to the case.
_TABLES = """
    CREATE TABLE bench_case (id uuid PRIMARY KEY);
    CREATE TABLE bench_review (
        id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES bench_case,
        occurrence_id uuid NOT NULL,
        assess_no smallint NOT NULL,
        level smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
        indicator_set varchar(40) NOT NULL,
        indicator_codes varchar(10)[] NOT NULL,
        comment_text text NOT NULL,
        reason_missing boolean NOT NULL,
        channel varchar(20) NOT NULL,
        provenance varchar(30) NOT NULL,
        anonymous boolean NOT NULL,
        status varchar(12) NOT NULL,
        assessed_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        finished_at timestamptz,
        changeable_until timestamptz NOT NULL,
        platform_id bigint NOT NULL,
        division_id bigint NOT NULL,
        agency_id bigint NOT NULL,
        item_id bigint NOT NULL,
        hall_id bigint,
        window_id bigint,
        staff_id bigint,
        person_id uuid,
        receipt_hash bytea NOT NULL,
        sent_by varchar(80) NOT NULL,
        UNIQUE (occurrence_id, assess_no)
    );
    CREATE INDEX ON bench_review (agency_id, level, assessed_at);
    CREATE INDEX ON bench_review (division_id, assessed_at);
    CREATE INDEX ON bench_review (item_id, assessed_at);
    CREATE INDEX ON bench_review (receipt_hash);
    INSERT INTO bench_case SELECT gen_random_uuid() FROM generate_series(1, {rows});
"""
_ROWS = """
    COPY (
        SELECT gen_random_uuid(), id, gen_random_uuid(), 1, 5, 'national-2020', '{{510,517}}', '', false, 'hall_pad',
               'bulk_import', true, 'effective', now(), now(), now(), now(), 1, 1 + n % 20, 1 + n % 60, 1 + n % 400,
               1 + n % 12, 1 + n % 150, 1 + n % 600, NULL, sha256(id::text::bytea), 'operator:shell'
        FROM (SELECT id, row_number() OVER () AS n FROM bench_case) AS c
    ) TO STDOUT
"""
_PIECE = 1 << 20


def make_tables(owner_url: str, rows: int) -> None:
    """Make the reference tables, with that many cases in them."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_review, bench_case")
        connection.execute(_TABLES.format(rows=rows))


def copied_per_second(owner_url: str, rows: int) -> float:
    """Rows per second of wall time of one COPY of `rows` rows, in one transaction; leaves nothing behind."""
    make_tables(owner_url, rows)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        with connection.cursor().copy(_ROWS.format()) as out:
            text = b"".join(bytes(piece) for piece in out)
        begun = time.perf_counter()
        with connection.transaction(), connection.cursor().copy("COPY bench_review FROM STDIN") as into:
            for piece in _pieces(text):
                into.write(piece)
        taken = time.perf_counter() - begun
        connection.execute("DROP TABLE bench_review, bench_case")
        return rows / taken


def _pieces(text: bytes) -> Iterator[bytes]:
    return (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
