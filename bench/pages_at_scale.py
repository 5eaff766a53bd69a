"""What every public page costs as the reviews of a province become a hundred times as many, and ten thousand times.

One small demo province, whose addresses stay the same. At the smallest and the middle size its reviews are rows, with
their cases, services, invitations, work orders, replies and released words, and its facts are what they come to (cases
that nobody reviewed are facts only). At the largest the rows stay those of the middle size, and the facts are those of as
many reviews over five years, loaded by SQL. Comparisons are worked out anew at each size.

Limits: 50 ms for 95 of 100 visits of each page, and at the largest size at most half as much again as at the smallest
one (medians). A page that answers otherwise than before is over its limit too. Beside them stands the processor time of a page,
here and in its backend of PostgreSQL, which other programs on the machine do not lengthen. The exit status is 1 when any
page is over a limit.
Usage: python -m bench.pages_at_scale [smallest] [middle] [largest] [visits]
"""

from __future__ import annotations

import logging
import math
import os
import statistics
import sys
from dataclasses import dataclass
from itertools import chain
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from bench import growth, pages, visits
from bench.world import connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.visits import Visit

    type Asked = Mapping[tuple[str, str], tuple[Visit, str]]
    type Measured = dict[tuple[str, str], Taken]

LIMIT_MS, LIMIT_RATIO = 50.0, 1.5
# Of a province, whose 40,000 reviews at scale 1 take minutes to be made.
_MADE, _AT_SCALE_1 = 5_000, 40_000
# Statements are prepared and their plans settled by then.
_WARM_UP = 12


@dataclass(frozen=True, slots=True)
class Taken:
    """What the visits of a page took, in milliseconds, and what it answered; `cpu` is the median of processor time."""

    median: float
    p95: float
    cpu: float
    status: int

    @classmethod
    def of(cls, taken: Sequence[float], spent: Sequence[float], status: int) -> Taken:
        """The medians, and what 95 of 100 visits do not exceed."""
        p95 = sorted(taken)[math.ceil(0.95 * len(taken)) - 1]
        return cls(statistics.median(taken), p95, statistics.median(spent), status)


def main(smallest: str = "1e4", middle: str = "1e6", largest: str = "1e8", runs: str = "30") -> int:
    """Make the province, let it grow, visit it at each size; returns the exit status."""
    sizes = [int(float(size)) for size in (smallest, middle, largest)]
    os.environ["HAOCHAPING_DEMO"] = "1"
    connect()
    # Some pages say that there is nothing, at each visit.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    asked = _made(min(_MADE, sizes[0] // 2))
    found: list[Measured] = []
    for size in _grown(sizes):
        found.append(_visited(asked, int(runs)))
        _tell(found, size)
    return _concluded(found)


def _made(reviews: int) -> Asked:
    """Make the province with about so many reviews; the pages and who asks for them, by name and address."""
    from django.conf import settings
    from django.utils import timezone

    from haochaping.doors.demo.province import fill
    from haochaping.identity import relay

    begun = perf_counter()
    keys = relay.load_keys(settings.KEYS_DIR)
    for _ in fill(scale=reviews / _AT_SCALE_1, seed=1, now=timezone.now(), relay_keys=keys):
        pass
    print(
        f"pages_at_scale: province of {reviews:,} reviews made in {perf_counter() - begun:.0f} s", flush=True
    )
    cookies = {"": "", pages.CITIZEN: pages.citizen()}
    return {(one.name, one.address): (one, cookies[one.who]) for one in chain(visits.public(), _more())}


def _more() -> Iterator[Visit]:
    """Where a list goes far back, or looks for what is rare; and figures as files."""
    from django.db import connection

    from haochaping.doors.demo import names

    with connection.cursor() as cursor:
        cursor.execute(_QUIET)
        agency, item = cursor.fetchone()
    for name, address in (
        ("division, far back", f"/divisions/{names.PROVINCE[0]}?page=500"),
        ("agency, quiet", f"/agencies/{agency}"),
        ("item, quiet", f"/items/{item}"),
        ("reviews, quiet agency", f"/reviews?agency={agency}&level=bad"),
        ("reviews, rare", "/reviews?level=bad&channel=sms&reason=113"),
        ("hot_reasons, quiet agency", f"/reasons?agency={agency}"),
        ("division_file", f"/divisions/{names.PROVINCE[0]}/measures.csv"),
        ("agency_file", f"/agencies/{visits.BUSY_AGENCY}/measures.json"),
        ("api:measures", f"/api/v1/measures?division={names.PROVINCE[0]}"),
    ):
        yield visits.Visit(name, address)


# The agency of which the fewest reviews were given, and such an item.
_QUIET = """
    SELECT (SELECT agency.code FROM directory_agency AS agency
              JOIN directory_service_item AS item ON item.agency_id = agency.id
              LEFT JOIN reviews_review AS review ON review.item_id = item.id
             GROUP BY agency.code ORDER BY count(review.id), agency.code LIMIT 1),
           (SELECT item.code FROM directory_service_item AS item
              LEFT JOIN reviews_review AS review ON review.item_id = item.id
             GROUP BY item.code ORDER BY count(review.id), item.code LIMIT 1)
"""


def _grown(sizes: Sequence[int]) -> Iterator[str]:
    """Bring the province to each size, and say in words of what it consists then."""
    from django.db import connections
    from django.utils import timezone

    from haochaping.insight import actions as insight
    from haochaping.kernel.periods import local_day

    while insight.fold():
        pass
    smallest, middle, largest = sizes
    copies = 1
    with connections["owner"].cursor() as cursor:
        each = growth.prepare(cursor)
    for size in (smallest, middle):
        begun, before = perf_counter(), copies
        copies = max(before, round(size / each))
        with connections["owner"].cursor() as cursor:
            growth.copy_rows(cursor, before, copies - 1)
            growth.count_rows(cursor, copies)
        yield _ready(begun, "rows of reviews, and their facts")
    begun = perf_counter()
    with connections["owner"].cursor() as cursor:
        growth.count_years(cursor, largest, local_day(timezone.now()))
    yield _ready(begun, f"loaded facts of {growth.YEARS} years, of the last one by day")


def _ready(begun: float, of_what: str) -> str:
    """Work out what is worked out now and then, and let every statement be planned anew."""
    from django.db import connections
    from django.utils import timezone

    from haochaping.doors.pools import close_pools
    from haochaping.flows.compare_units import compare_due

    with connections["owner"].cursor() as cursor:
        cursor.execute("TRUNCATE insight_comparison, insight_compared_unit")
        while compare_due(timezone.now()):
            pass
        cursor.execute("ANALYZE insight_comparison, insight_compared_unit")
        counts = growth.counted(cursor)
    close_pools()
    return (
        f"{counts.reviews:,} reviews: {of_what} ({counts.rows:,} rows of reviews, {counts.facts:,} of facts by day,"
        f" in {perf_counter() - begun:.0f} s)"
    )


def _visited(asked: Asked, runs: int) -> Measured:
    from haochaping.config.wsgi import application

    found = {}
    backend = pages.backend_pid()
    for key, (visit, cookies) in asked.items():
        taken, spent, status = [], [], 0
        for run in range(_WARM_UP + runs):
            begun, cpu = perf_counter(), process_time() + pages.cpu_of(backend)
            _, status = pages.ask_page(application, visit.address, cookies)
            if run >= _WARM_UP:
                taken.append((perf_counter() - begun) * 1000)
                spent.append((process_time() + pages.cpu_of(backend) - cpu) * 1000)
        found[key] = Taken.of(taken, spent, status)
    return found


def _tell(found: Sequence[Measured], size: str) -> None:
    """A line a page at the size that was visited last, with the ratio to the first one."""
    print(f"\npages_at_scale: {size}")
    print(f"{'page':<28}{'p95 ms':>8}{'median':>8}{'ratio':>7}{'cpu ms':>8}{'ratio':>7}  address")
    for key, taken in found[-1].items():
        first = found[0][key]
        wall = f"{taken.p95:>8.1f}{taken.median:>8.1f}{taken.median / first.median:>7.2f}"
        line = f"{key[0]:<28}{wall}{taken.cpu:>8.1f}{taken.cpu / first.cpu:>7.2f}  {key[1][:70]}"
        wrong = faults(taken, first, is_last=len(found) == 3)
        print(f"{line} ({taken.status}){'  ← ' + ', '.join(wrong) if wrong else ''}", flush=True)


def faults(taken: Taken, first: Taken, *, is_last: bool) -> list[str]:
    """What is wrong with a page, in words; how it has grown is judged at the last size."""
    return [
        word
        for word, is_so in (
            (f"p95 over {LIMIT_MS:.0f} ms", taken.p95 > LIMIT_MS),
            (f"more than {LIMIT_RATIO} of the first", is_last and taken.median > LIMIT_RATIO * first.median),
            (f"answered {first.status} at first", taken.status != first.status),
        )
        if is_so
    ]


def _concluded(found: Sequence[Measured]) -> int:
    """All pages together in one line; 1 when any is over a limit."""
    first, last = found[0], found[-1]
    ratios = {key: last[key].median / first[key].median for key in first}
    worst = max(ratios, key=lambda key: ratios[key])
    over = sum(
        bool(faults(taken, first[key], is_last=measured is last))
        for measured in found
        for key, taken in measured.items()
    )
    together = sum(one.median for one in last.values()) / sum(one.median for one in first.values())
    cpu = sum(one.cpu for one in last.values()) / sum(one.cpu for one in first.values())
    slowest = max(one.p95 for measured in found for one in measured.values())
    print(
        f"\npages_at_scale: largest to smallest {together:.2f} of all pages together ({cpu:.2f} of the processor),"
        f" {ratios[worst]:.2f} of the worst ({worst[1][:70]}), limit {LIMIT_RATIO};"
        f" p95 {slowest:.1f} ms at most, limit {LIMIT_MS:.0f}; {over} over a limit"
    )
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
