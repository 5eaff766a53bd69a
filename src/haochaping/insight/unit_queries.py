"""分析 reads of all units at once, for what watches over them: in a few statements, however many there are.

From folded months alone: what waits to be folded is there a second later, and nobody looks more than once a day.
"""

from __future__ import annotations

from collections import defaultdict
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection

from haochaping.insight.comparison.risk import Series
from haochaping.insight.comparison.silence import Heard
from haochaping.insight.comparison.trend import Month
from haochaping.insight.terms import FactKind
from haochaping.kernel.periods import months_after
from haochaping.reviews.rules import is_active, is_bad
from haochaping.reviews.terms import Level, Provenance

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

_FOLDER = resources.files("haochaping.insight").joinpath("sql")
_SERIES, _HEARD = (
    "".join(_FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8") for name in ("units", asked))
    for asked in ("series", "heard")
)
_BAD = [int(level) for level in Level if is_bad(level)]
_ACTIVE = [str(one) for one in Provenance if is_active(one)]
_OF_SERVICES = [
    str(kind)
    for kind in (FactKind.CASE, FactKind.OCCURRENCE, FactKind.REVIEWED, FactKind.REVIEW, FactKind.INVITED)
]
_SERVING = _FOLDER.joinpath("serving.sql").read_text(encoding="utf-8")


def series(versions: Mapping[date, str], today: date) -> dict[str, list[Series]]:
    """The reviews that people gave themselves, by kind of unit, unit and month; months by their first days.

    `versions` names the months and, for each, the version of the indicator set that was in force.
    """
    if not versions:
        return {}
    wanted = {"first": min(versions), "end": months_after(max(versions), 1), "kinds": [str(FactKind.REVIEW)]}
    found: defaultdict[str, list[Series]] = defaultdict(list)
    for by, pk, division_id, agency_id, months, bad, n in _asked(_SERIES, today, wanted):
        charted = (
            Month(first, of_bad, of_all, versions[first])
            for first, of_bad, of_all in zip(months, bad, n, strict=True)
        )
        found[by].append(Series(by, pk, division_id, agency_id, tuple(charted)))
    return dict(found)


def heard(first: date, middle: date, this: date, today: date) -> list[Heard]:
    """What was heard of every unit from `middle` to before `this` month, and of services from `first` on."""
    wanted = {
        "first": first,
        "middle": middle,
        "this": this,
        "end": months_after(this, 1),
        "kinds": _OF_SERVICES,
        "invited": str(Provenance.ACTIVE_SELF),
    }
    return [Heard(*row) for row in _asked(_HEARD, today, wanted)]


def serving(halls: Collection[int], first: date, this: date) -> dict[int, int]:
    """Which agency serves most in each of some halls, from a day to before another: who is asked about it."""
    if not halls:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SERVING, {"halls": list(halls), "first": first, "end": this})
        return dict(cursor.fetchall())


def _asked(statement: str, today: date, wanted: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"today": today, "bad": _BAD, "active": _ACTIVE, **wanted})
        return list(cursor.fetchall())
