"""`/oversight/figures/rows`: the work orders, voices or supervision orders behind one number, as a page and as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING
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
from haochaping.doors.oversight.figures import HERE, query_of, trail
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.paging import page_number
from haochaping.doors.sheets import EXPORT_AT_MOST, csv_answer, said_of_rest
from haochaping.doors.supervised import ON_PAGE, pager, shown
from haochaping.insight import row_queries
from haochaping.insight.row_queries import moments
from haochaping.insight.rules import INSIDE, OF_LOOP, OF_VOICES
from haochaping.kernel.periods import Period
from haochaping.kernel.refused import N_
from haochaping.ledger.terms import EntryKind
from haochaping.rectification.terms import STATE_LABELS
from haochaping.supervision import queries as supervision
from haochaping.supervision.terms import Rung
from haochaping.ui.moments import iso, moment
from haochaping.voices.terms import KIND_LABELS
from haochaping.voices.terms import STATE_LABELS as VOICE_STATES

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from haochaping.doors.oversight.figures import Query
    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import OrderRow

_ROWS = (
    N_("Order"),
    N_("Opened on"),
    N_("Agency"),
    N_("Item"),
    N_("State"),
    N_("Counts above the line"),
)


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def rows(request: HttpRequest) -> HttpResponse:
    """The rows behind one number: work orders, or supervision orders."""
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
    elif query.measure in OF_VOICES:
        context |= _voices(request, query, by)
    else:
        context |= _orders(request, query, by)
    return oversight_page(request, "oversight/figure_rows.html", context, here=HERE)


def _orders(request: HttpRequest, query: Query, by: Actor) -> dict[str, object]:
    after, period = _uuid(request.GET.get("after", "")), query.asked.period or Period()
    found = row_queries.orders_behind(
        by, query.measure, query.where.place, period, after=after, limit=ON_PAGE
    )
    return {
        "orders": [(row, gettext(STATE_LABELS[row.state]), above) for row, above in found.rows],
        "is_rate": query.measure.denominator is not None,
        "next": query.link(after=str(found.after)) if found.after else "",
        "previous": query.link() if after else "",
        "csv": reverse("oversight_figure_rows_csv") + query.link(),
    }


def _voices(request: HttpRequest, query: Query, by: Actor) -> dict[str, object]:
    after, period = _uuid(request.GET.get("after", "")), query.asked.period or Period()
    found = row_queries.voices_behind(
        by, query.measure, query.where.place, period, after=after, limit=ON_PAGE
    )
    return {
        "voices": [
            (row, gettext(KIND_LABELS[row.kind]), gettext(VOICE_STATES[row.state]), above)
            for row, above in found.rows
        ],
        "next": query.link(after=str(found.after)) if found.after else "",
        "previous": query.link() if after else "",
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
    """The work orders behind one number as a file, the newest 1,000; that they were taken away is recorded."""
    by = actor_of(request)
    query = query_of(request, by)
    if query.asked.period is None or query.measure not in OF_LOOP:
        raise Http404
    found: list[tuple[OrderRow, bool]] = []
    after: UUID | None = None
    while len(found) <= EXPORT_AT_MOST:
        part = row_queries.orders_behind(
            by, query.measure, query.where.place, query.asked.period, after=after, limit=EXPORT_AT_MOST + 1
        )
        found += part.rows
        if (after := part.after) is None:
            break
    taken = found[:EXPORT_AT_MOST]
    leave_note(
        request, EntryKind.EXPORTED, "figure", query.measure.name, rows=str(len(taken)), **query.where.query
    )
    lines = [
        [
            str(row.id),
            iso(row.created_at),
            row.agency_name,
            row.item_name,
            gettext(STATE_LABELS[row.state]),
            gettext("Yes") if above else gettext("No"),
        ]
        for row, above in taken
    ]
    words = gettext("{what} · {who} · {when} · {count} orders · internal, not to be passed on")
    mark = words.format(
        what=gettext(query.measure.label),
        who=request.user.get_username(),
        when=moment(timezone.now()),
        count=len(lines),
    )
    mark = " · ".join(filter(None, [mark, said_of_rest(len(found), len(taken))]))
    return csv_answer(f"{query.measure.name}.csv", [gettext(title) for title in _ROWS], lines, mark=mark)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
