"""`/oversight/figures/rows`: the rows behind one number, of whatever it counts, as a page and as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.accounts.terms import Power
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import refusable
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.doors.oversight.figure_subjects import SUBJECTS, heading
from haochaping.doors.oversight.figures import HERE, query_of, trail
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.paging import page_number
from haochaping.doors.sheets import EXPORT_AT_MOST, csv_answer, said_of_rest
from haochaping.doors.supervised import ON_PAGE, pager, shown
from haochaping.insight.row_queries import moments
from haochaping.insight.rules import INSIDE
from haochaping.kernel.periods import Period
from haochaping.ledger.terms import EntryKind
from haochaping.supervision import queries as supervision
from haochaping.supervision.terms import Rung
from haochaping.ui.moments import iso, moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from haochaping.doors.oversight.figure_subjects import Row, Rows
    from haochaping.doors.oversight.figures import Query
    from haochaping.insight.terms import Behind
    from haochaping.kernel.actor import Actor


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def rows(request: HttpRequest) -> HttpResponse:
    """The rows behind one number: work orders, voices or supervision orders."""
    by, now = actor_of(request), timezone.now()
    query = query_of(request, by)
    if query.asked.period is None:
        raise Http404
    context: dict[str, object] = {
        "query": query,
        "trail": trail(query),
        "back": reverse(HERE) + query.link(),
        "now": now,
    }
    if query.measure in INSIDE:
        context |= _supervisions(request, query, by)
    else:
        context |= _page_of(request, query, by)
    return oversight_page(request, "oversight/figure_rows.html", context, here=HERE)


def _page_of(request: HttpRequest, query: Query, by: Actor) -> dict[str, object]:
    after, period = _uuid(request.GET.get("after", "")), query.asked.period or Period()
    subject = SUBJECTS[query.measure.day]
    found = subject.behind(by, query.measure, query.where.place, period, after=after, limit=ON_PAGE)
    return {
        "caption": gettext(subject.caption),
        "columns": [gettext(column) for column in subject.columns],
        "rows": subject.said(found.rows),
        "is_rate": query.measure.denominator is not None,
        "is_average": query.measure.squares is not None,
        "next": query.link(after=str(found.after)) if found.after else "",
        "previous": query.link() if after else "",
        "csv": reverse("oversight_figure_rows_csv") + query.link(),
    }


def _supervisions(request: HttpRequest, query: Query, by: Actor) -> dict[str, object]:
    number, place = page_number(request.GET.get("page", "")), query.where.place
    found = supervision.behind(
        by,
        Rung(query.measure.name.removeprefix("supervision_")),
        (place.division_path, place.agency_path, place.item_id),
        *moments(query.asked.period or Period()),
        limit=ON_PAGE + 1,
        offset=(number - 1) * ON_PAGE,
    )
    now = timezone.now()
    return {
        "supervisions": [shown(row, now) for row in found[:ON_PAGE]],
        **pager(number, len(found), query.link()[1:] + "&"),
    }


@requires(Power.ORDER_SUPERVISE, fresh=Fresh.ALWAYS)
@require_safe
@refusable
def rows_csv(request: HttpRequest) -> HttpResponse:
    """The orders or voices behind one number as a file, the newest 1,000; that they were taken away is recorded."""
    by = actor_of(request)
    query = query_of(request, by)
    if query.asked.period is None or query.measure in INSIDE:
        raise Http404
    subject = SUBJECTS[query.measure.day]
    found = subject.said(_all(subject.behind, query, by))
    is_average = query.measure.squares is not None
    lines = [_line(row, is_average=is_average) for row in found[:EXPORT_AT_MOST]]
    leave_note(
        request, EntryKind.EXPORTED, "figure", query.measure.name, rows=str(len(lines)), **query.where.query
    )
    words = gettext("{what} · {who} · {when} · {count} rows · internal, not to be passed on")
    mark = words.format(
        what=gettext(query.measure.label),
        who=request.user.get_username(),
        when=moment(timezone.now()),
        count=len(lines),
    )
    mark = " · ".join(filter(None, [mark, said_of_rest(len(found), len(lines))]))
    titles = [gettext(title) for title in heading(subject)]
    return csv_answer(f"{query.measure.name}.csv", titles, lines, mark=mark)


def _all(behind: Callable[..., Behind[Any]], query: Query, by: Actor) -> Rows:
    """The rows that a file takes, and one more where there are more."""
    found: Rows = []
    after: UUID | None = None
    while len(found) <= EXPORT_AT_MOST:
        part = behind(
            by, query.measure, query.where.place, query.asked.period, after=after, limit=EXPORT_AT_MOST + 1
        )
        found += part.rows
        if (after := part.after) is None:
            break
    return found


def _line(row: Row, *, is_average: bool) -> list[str]:
    counts = gettext("Yes") if row.above else gettext("No")
    adds = str(row.above) if is_average else counts
    return [str(row.id), row.title, row.below, iso(row.at), *row.said, adds]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
