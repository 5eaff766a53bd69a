"""`/oversight/same-source/`: items of one national code that offices describe otherwise (同源), and the file of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.accounts.terms import Power
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

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_HERE = "oversight_same_source"
_MOST_ROWS = 5000
_ROWS = ["base_code", "item", "name", "type", "agency", "division"]


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """The national codes whose items have several names or types, those said in the most ways first."""
    day, number = local_day(timezone.now()), page_number(request.GET.get("page", ""))
    found = queries.same_items(day, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE)
    context = {"rows": found[:ON_PAGE], **pager(number, len(found), "")}
    return oversight_page(request, "oversight/same_source.html", context, here=_HERE)


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def one(request: HttpRequest, base: str) -> HttpResponse:
    """The items of one national code beside each other."""
    rows = queries.items_of_base(base, local_day(timezone.now()))
    if not rows:
        raise Http404
    names = {normal_name(row.name) for row in rows}
    context = {
        "base": base,
        "rows": [(row, _type(row.item_type)) for row in rows],
        "only_written": len(names) == 1 and len({row.name for row in rows}) > 1,
    }
    return oversight_page(request, "oversight/same_item.html", context, here=_HERE)


def _type(code: str) -> str:
    return gettext(ITEM_TYPE_LABELS[ItemType(code)]) if code in set(ItemType) else code


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def rows_csv(_request: HttpRequest) -> HttpResponse:
    """All items of such codes as a file; the directory is public, so that nothing is noted."""
    day = local_day(timezone.now())
    lines: list[list[str]] = []
    for code in queries.same_items(day):
        lines += [
            [code.base_code, row.code, row.name, row.item_type, row.agency, row.division]
            for row in queries.items_of_base(code.base_code, day)
        ]
        if len(lines) >= _MOST_ROWS:
            break
    return csv_answer("same-source.csv", _ROWS, lines[:_MOST_ROWS])
