"""公平比较: governments, departments, halls and items of one national code held against their like, once a month, for pages.

Of the twelve whole months before this one. A page has 50 ms, a comparison of 300 units takes 0.6 s (decision 0045).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.directory import match_queries
from haochaping.directory import queries as directory
from haochaping.insight import actions as insight
from haochaping.insight import comparison_queries as comparisons
from haochaping.insight import queries
from haochaping.insight.comparison.standard import expected
from haochaping.insight.comparison.terms import Alike, Group, Unit
from haochaping.insight.rules import BY_NAME
from haochaping.kernel.periods import Period, local_day, months_after
from haochaping.supervision.rules import last_day_of, last_month

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from haochaping.insight.comparison.terms import UnitId
    from haochaping.insight.queries import Kind
    from haochaping.insight.terms import Tally

# Months that are compared, and how many units at a time: a worker is to stop within seconds.
COMPARED, _AT_ONCE, _STEPS = 12, 1_000, 100
_BAD, _SERVICES = BY_NAME["bad_rate"], BY_NAME["occurrences"]


def compare_due(now: datetime) -> int:
    """Compare what was not compared yet for the months before this one, so much at a time; how many units, 0 when all were.

    What is kept is never changed: nothing is compared while what an older version counted is counted anew.
    """
    if queries.recounting():
        return 0
    last = last_month(local_day(now))
    months = months_after(last, 1 - COMPARED), last
    units = steps = 0
    while units < _AT_ONCE and steps < _STEPS:
        division_id = comparisons.next_to_compare(*months)
        if division_id is None:
            break
        units += _compare_next(division_id, months, now)
        steps += 1
    return units


def _compare_next(division_id: int, months: tuple[date, date], now: datetime) -> int:
    division = directory.division_by_id(division_id)
    to_do = _items_to_do(division_id, division.path, months[1])
    if to_do:
        return _compare_items(division_id, division.code, to_do, months, now)
    return _compare_places(division_id, division.code, months, now)


def _items_to_do(division_id: int, path: str, last: date) -> dict[str, list[int]]:
    """The next items that are alike, by national code, until they are enough for one time."""
    done = comparisons.compared_stems(division_id, last)
    to_do: dict[str, list[int]] = {}
    for stem, items in match_queries.alike_under(path, last_day_of(last)).items():
        if stem not in done and sum(map(len, to_do.values())) < _AT_ONCE:
            to_do[stem] = items
    return to_do


def _compare_items(
    division_id: int, code: str, to_do: Mapping[str, Sequence[int]], months: tuple[date, date], now: datetime
) -> int:
    tallies = queries.tally_of_each(
        {"item": [pk for items in to_do.values() for pk in items]}, _whole(months)
    )
    return sum(
        insight.keep_comparison(
            _group(division_id, code, Alike.ITEMS, months, stem),
            [_unit(pk, tallies["item"][pk]) for pk in items],
            now=now,
        )
        for stem, items in to_do.items()
    )


def _compare_places(division_id: int, code: str, months: tuple[date, date], now: datetime) -> int:
    """The divisions below one, the halls here and next below, and then its agencies: with these it is done."""
    asked: dict[Kind, Sequence[int]] = {
        "division": [one.id for one in directory.children(division_id)],
        "hall": [hall.id for hall in directory.halls_beside(division_id)],
        "agency": directory.top_agencies_of(division_id),
    }
    tallies, mixes = queries.tally_of_each(asked, _whole(months)), comparisons.mix(asked, *months)
    kinds: tuple[tuple[Kind, Alike], ...] = (
        ("division", Alike.DIVISIONS),
        ("hall", Alike.HALLS),
        ("agency", Alike.AGENCIES),
    )
    return sum(
        insight.keep_comparison(
            _group(division_id, code, kind, months), _at_their_mix(by, tallies[by], mixes), now=now
        )
        for by, kind in kinds
    )


def _at_their_mix(
    by: Kind, tallies: Mapping[int, Tally], mixes: Mapping[tuple[str, int], Mapping[str, tuple[int, int]]]
) -> list[Unit]:
    """Units with the bad reviews expected of their mix of items, where the types of their items tell."""
    cells: dict[tuple[UnitId, str], tuple[int, int]] = {
        (pk, item_type): counts for pk in tallies for item_type, counts in mixes.get((by, pk), {}).items()
    }
    likely, all_n = expected(cells), _sums(cells)
    units = [_unit(pk, tally) for pk, tally in tallies.items()]
    if any(unit.n and not all_n.get(unit.id) for unit in units):
        return units
    return [_unit(pk, tally, likely.get(pk, 0.0) / max(all_n.get(pk, 0), 1)) for pk, tally in tallies.items()]


def _sums(cells: Mapping[tuple[UnitId, str], tuple[int, int]]) -> dict[UnitId, int]:
    sums: dict[UnitId, int] = {}
    for (pk, _), (_, n) in cells.items():
        sums[pk] = sums.get(pk, 0) + n
    return sums


def _unit(pk: int, tally: Tally, rate_expected: float | None = None) -> Unit:
    """A unit as the measures count it: the same numbers as on its page for the same months."""
    n = _BAD.denominator(tally) if _BAD.denominator else 0
    bad, cases = _BAD.numerator(tally), _SERVICES.numerator(tally)
    return Unit(pk, bad, n, None if rate_expected is None else rate_expected * n, cases)


def _group(division_id: int, code: str, kind: Alike, months: tuple[date, date], stem: str = "") -> Group:
    first, last = months
    seed = "/".join([code, kind, *([stem] if stem else []), f"{last:%Y-%m}"])
    return Group(division_id, kind, stem, first, last, seed)


def _whole(months: tuple[date, date]) -> Period:
    return Period(months[0], last_day_of(months[1]))
