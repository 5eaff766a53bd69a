"""Reviews through the whole main road, against COPY of the same rows into the same table without the road.

Prints the ratio (road / COPY, rows per second of wall time in the same run) and the median of the runs.
Usage: python bench/bulk_intake.py [rows] [runs]
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta

from bench.world import build, cases, connect

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
BATCH = 1000


def main() -> None:
    """Fill a throw-away database, time both ways, print."""
    connect()
    from django.db import connection

    from haochaping.exchange.terms import Raw
    from haochaping.flows.receive_reviews import receive_reviews
    from haochaping.kernel.actor import OPERATOR
    from haochaping.reviews.terms import Entrance

    now = datetime.now(UTC)
    build(now - timedelta(hours=1))
    ratios = []
    for run in range(RUNS):
        numbers = cases(ROWS, f"run{run}", now - timedelta(minutes=30))
        raws = [
            Raw(
                {
                    "source": "bench",
                    "case_no": number,
                    "occurrence_no": 1,
                    "rating_value": 1 if n % 200 == 0 else 5,
                    "channel": "hall_pad",
                    "assessed_at": now.isoformat(),
                }
            )
            for n, number in enumerate(numbers)
        ]
        begun = time.perf_counter()
        for start in range(0, ROWS, BATCH):
            receive_reviews(raws[start : start + BATCH], entrance=Entrance.FILE, by=OPERATOR, now=now)
        road = ROWS / (time.perf_counter() - begun)
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE bench_rows AS SELECT * FROM reviews_review ORDER BY id DESC LIMIT %s",
                [ROWS],
            )
            cursor.execute("CREATE TEMP TABLE bench_copy (LIKE reviews_review INCLUDING ALL)")
            rows = cursor.connection.cursor()
            with rows.copy("COPY bench_rows TO STDOUT") as out:
                lines = b"".join(bytes(part) for part in out)
            begun = time.perf_counter()
            with rows.copy("COPY bench_copy FROM STDIN") as into:
                into.write(lines)
            plain = ROWS / (time.perf_counter() - begun)
            cursor.execute("DROP TABLE bench_rows, bench_copy")
        ratios.append(road / plain)
        print(f"run {run + 1}: road {road:,.0f}/s, COPY {plain:,.0f}/s, ratio {ratios[-1]:.3f}")
    print(f"bulk_intake: median ratio {statistics.median(ratios):.3f} of {RUNS} runs of {ROWS} reviews")


if __name__ == "__main__":
    main()
