"""`/oversight/same-source/`: items of one national code that offices describe otherwise (同源), and the file of them.

Name and type stand in the directory; limits, kind and channel are what the newest cases say of an item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from haochaping.accounts.terms import Power
from haochaping.cases import queries as cases
from haochaping.cases.terms import SaidOfItem
from haochaping.directory import match_queries as queries
from haochaping.directory.matching import normal_name
from haochaping.directory.terms import ITEM_TYPE_LABELS, ItemType
from haochaping.doors.desk import refusable
from haochaping.doors.gate import requires
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.paging import page_number
from haochaping.doors.sheets import csv_answer
from haochaping.doors.supervised import ON_PAGE, pager
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import SameItemRow

_HERE = "oversight_same_source"
_MOST_ROWS = 5000
_ROWS = [
    *("base_code", "item", "name", "type", "agency", "division"),
    *("promised_limit", "statutory_limit", "kind", "channel"),
]
_ELEMENTS = ("promised", "statutory", "kinds", "channels")
_WORDS = {
    "immediate": N_("settled at once"),
    "committed": N_("within a promised time"),
    "window": N_("Window"),
    "web": N_("Website"),
    "mobile": N_("Mobile"),
    "self_service": N_("Self-service terminal"),
    "hotline": N_("Hotline"),
    "courier": N_("Courier"),
    "other": N_("Other"),
}
_NOTHING = SaidOfItem()


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The national codes whose items are described in several ways, those said in the most ways first."""
    now, number = timezone.now(), page_number(request.GET.get("page", ""))
    day = local_day(now)
    differing = _differing(cases.said_of_items(now=now), day)
    found = queries.same_items(day, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE, also=differing)
    rows = [(row, differing.get(row.base_code, 1)) for row in found[:ON_PAGE]]
    return oversight_page(
        request, "oversight/same_source.html", {"rows": rows, **pager(number, len(found), "")}, here=_HERE
    )


def _differing(said: Mapping[int, SaidOfItem], day: date) -> dict[str, int]:
    """In how many ways cases state the limits and kind of one national code, where it is more than one."""
    ways: dict[str, list[SaidOfItem]] = {}
    for item_id, base in queries.bases_of(said, day).items():
        ways.setdefault(base, []).append(said[item_id])
    counted = {
        base: max(len(_all(those, element)) for element in _ELEMENTS[:3]) for base, those in ways.items()
    }
    return {base: n for base, n in counted.items() if n > 1}


def _all(said: Iterable[SaidOfItem], element: str) -> set[str]:
    return {word for one in said for word in getattr(one, element)}


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def one(request: HttpRequest, base: str) -> HttpResponse:
    """The items of one national code beside each other."""
    now = timezone.now()
    rows = queries.items_of_base(base, local_day(now))
    if not rows:
        raise Http404
    names = {normal_name(row.name) for row in rows}
    said = cases.said_of_items([row.id for row in rows], now=now)
    context = {
        "base": base,
        "rows": [(row, _type(row.item_type), _told(said.get(row.id, _NOTHING))) for row in rows],
        "only_written": len(names) == 1 and len({row.name for row in rows}) > 1,
        "differing": [element for element in _ELEMENTS if len(_all(said.values(), element)) > 1],
    }
    return oversight_page(request, "oversight/same_item.html", context, here=_HERE)


def _type(code: str) -> str:
    return gettext(ITEM_TYPE_LABELS[ItemType(code)]) if code in set(ItemType) else code


def _told(said: SaidOfItem) -> dict[str, list[str]]:
    return {element: [_word(word) for word in getattr(said, element)] for element in _ELEMENTS}


def _word(word: str) -> str:
    number, _, unit = word.partition(" ")
    if not number.isdecimal():
        return gettext(_WORDS.get(word, word))
    n = int(number)
    units = {
        "day": ngettext("{n} day", "{n} days", n),
        "working_day": ngettext("{n} working day", "{n} working days", n),
        "month": ngettext("{n} month", "{n} months", n),
        "year": ngettext("{n} year", "{n} years", n),
    }
    return units[unit].format(n=n) if unit in units else word


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def rows_csv(_request: HttpRequest) -> HttpResponse:
    """All items of such codes as a file; the directory is public, so that nothing is noted."""
    now = timezone.now()
    day = local_day(now)
    rows: list[tuple[str, SameItemRow]] = []
    for code in queries.same_items(day, also=_differing(cases.said_of_items(now=now), day)):
        rows += [(code.base_code, row) for row in queries.items_of_base(code.base_code, day)]
        if len(rows) >= _MOST_ROWS:
            break
    said = cases.said_of_items([row.id for _, row in rows], now=now)
    lines = [
        [base, row.code, row.name, row.item_type, row.agency, row.division]
        + ["、".join(getattr(said.get(row.id, _NOTHING), element)) for element in _ELEMENTS]
        for base, row in rows[:_MOST_ROWS]
    ]
    return csv_answer("same-source.csv", _ROWS, lines)
