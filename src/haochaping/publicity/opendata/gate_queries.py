"""开放数据 reads for the gate: what is out of its tables, and what it has to decide about."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from importlib import resources
from typing import Any

from django.db import connection

from haochaping.kernel.periods import BEIJING
from haochaping.publicity.opendata import rules
from haochaping.publicity.opendata.models import PublishedCell, PublishedTable
from haochaping.publicity.opendata.tables import FEATURES
from haochaping.publicity.opendata.terms import Cell
from haochaping.reviews.rules import ACTIVE

_SQL = resources.files("haochaping.publicity").joinpath("sql/opendata")
_APPLICANTS, _SERVICES, _TEXT_WEEKS = (
    _SQL.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    for name in ("applicants", "services", "text_weeks")
)
FEATURES_OF = {f"applicants:{feature.name}": feature for feature in FEATURES}
# Of each level by itself: that there was a review of this level somewhere that week is public at once.
LEVELS_OF = {f"texts:{level}": level for level in (1, 2, 3, 4, 5)}


def cells(name: str, first: date, last: date) -> list[Cell]:
    """What is out of a table of the gate in days that these meet."""
    found = PublishedCell.objects.filter(
        table__name=name, table__first_day__lte=last, table__last_day__gte=first
    )
    columns = ("place", "table__first_day", "table__last_day", "counts")
    return [Cell(place, start, end, tuple(n)) for place, start, end, n in found.values_list(*columns)]


def undecided_months(today: date) -> list[date]:
    """The months that are due at the gate and not decided about: from the one after the last that is, or the newest alone."""
    newest = rules.newest_month(today)
    decided = PublishedTable.objects.filter(name__in=FEATURES_OF).order_by("-first_day")
    last = decided.values_list("first_day", flat=True).first()
    months = []
    month = newest if last is None else rules.month_of(last + timedelta(days=31))
    while month <= newest:
        months.append(month)
        month = rules.month_of(month + timedelta(days=31))
    return months


def applicants(month: date) -> dict[str, list[Cell]]:
    """The cells of a month's reviews by who applied, of every place, by table of the gate."""
    last = rules.end_of_month(month)
    found = asked_rows(_APPLICANTS, {"active": list(ACTIVE)} | moments(month, last))
    by_table: dict[str, list[Cell]] = {}
    for n, name in enumerate(FEATURES_OF):
        leaves = [(rules.place_of(*row[:3]), row[3 + 2 * n : 5 + 2 * n]) for row in found]
        by_table[name] = rules.summed(leaves, month, last)
    return by_table


def undecided_weeks(today: date, *, weeks: int) -> list[date]:
    """The newest weeks of which texts were released and which are due at the gate and not decided about."""
    end = rules.newest_week(today) + timedelta(days=7)
    asked = {
        "start": midnight(end - timedelta(weeks=weeks)),
        "end": midnight(end),
        "names": list(LEVELS_OF),
    }
    return [week for (week,) in asked_rows(_TEXT_WEEKS, asked)]


def of_whom_texts_may_be(week: date) -> dict[str, list[Cell]]:
    """Services of a week by place, for each level of those places where a review of it was given, by table of the gate.

    Where and when reviews of which level were given is public at once: nobody of another place can be meant.
    """
    last = week + timedelta(days=6)
    found = asked_rows(_SERVICES, {"start": week, "end": last})
    return {
        name: rules.summed(
            [
                (rules.place_of(path, agency, item), (services,))
                for path, agency, item, services, levels in found
                if levels and level in levels
            ],
            week,
            last,
        )
        for name, level in LEVELS_OF.items()
    }


def midnight(day: date) -> datetime:
    """When a day begins in Beijing."""
    return datetime.combine(day, time(), BEIJING)


def moments(first: date, last: date) -> dict[str, Any]:
    """From when to when a period is, both days included."""
    return {"start": midnight(first), "end": midnight(last + timedelta(days=1))}


def asked_rows(statement: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What a statement of this sub-package answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
