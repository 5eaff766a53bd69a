"""`/oversight/risks/` and `/oversight/blind-spots/`: units that stand out or are not heard of, with what that rests on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.doors.desk import refusable
from haochaping.doors.gate import actor_of, requires
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.oversight.unit_words import how_noticed, missing, unit_name, unit_page
from haochaping.doors.paging import page_number
from haochaping.doors.supervised import ON_PAGE, pager
from haochaping.flows.watch_units import versions
from haochaping.insight import queries as insight
from haochaping.insight.comparison.risk import ONE_IN, summed, watched_of
from haochaping.insight.comparison.silence import LISTENED
from haochaping.insight.comparison.terms import Position
from haochaping.insight.comparison.trend import Month, p_chart
from haochaping.insight.rules import BY_NAME, measures_of
from haochaping.insight.terms import Place
from haochaping.kernel.periods import Period
from haochaping.kernel.ratios import Ratio
from haochaping.supervision import queries
from haochaping.supervision.rules import last_day_of
from haochaping.supervision.terms import SignalKind
from haochaping.ui.numbers import between, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from haochaping.directory.terms import ItemRef
    from haochaping.insight.comparison.cusum import Cusum, Step
    from haochaping.insight.comparison.trend import Charted
    from haochaping.insight.terms import MeasureValue
    from haochaping.supervision.terms import SignalRow

_RISKS, _BLIND = "oversight_risks", "oversight_blind_spots"
_LISTED = 200
_HEARD = ("cases", "occurrences", "participation_rate", "active_reviews", "unverified_reviews")


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """Units whose bad reviews have become more than chance explains."""
    return _listed(request, SignalKind.RISK_POINT, _RISKS, how_noticed, {"one_in": ONE_IN})


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def blind_spots(request: HttpRequest) -> HttpResponse:
    """Units that serve people and of which nobody hears."""
    return _listed(request, SignalKind.BLIND_SPOT, _BLIND, missing, {"months": LISTENED})


def _listed(
    request: HttpRequest,
    kind: SignalKind,
    here: str,
    said: Callable[[SignalRow], str],
    more: dict[str, object],
) -> HttpResponse:
    taken = request.GET.get("list") == "taken"
    number = page_number(request.GET.get("page", ""))
    found = queries.signals(
        actor_of(request), kind=kind, taken=taken, limit=ON_PAGE + 1, offset=(number - 1) * ON_PAGE
    )
    shown = found[:ON_PAGE]
    names = _items(shown)
    context = {
        "rows": [
            {"row": row, "unit": unit_name(row, names), "said": said(row), "see": unit_page(row)}
            for row in shown
        ],
        "taken": taken,
        **more,
        **pager(number, len(found), "list=taken&" if taken else ""),
    }
    return oversight_page(request, f"oversight/{here.removeprefix('oversight_')}.html", context, here=here)


def _items(rows: Iterable[SignalRow]) -> dict[str, str]:
    ids = [int(row.facts["item"]) for row in rows if "item" in row.facts]
    return {str(pk): ref.name for pk, ref in directory.refs(Kind.ITEMS, ids).items()}


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def one(request: HttpRequest, signal_id: UUID) -> HttpResponse:
    """The months of such a unit as they are counted now, in its two charts, each with the way to its rows."""
    row = _of_kind(signal_id, SignalKind.RISK_POINT, request)
    place, fields, name = _unit(row)
    last = date.fromisoformat(f"{row.facts['month']}-01")
    months = _months(place, last)
    watched = watched_of(months, last)
    chart = summed(watched, float(row.facts["expected"] or 0))
    sums = dict(zip((month.first for month in watched), chart.steps, strict=False))
    looked_at = int(row.facts["looked_at"])
    context = {
        "row": row,
        "unit": name,
        "said": how_noticed(row),
        "months": [
            _line(charted, chart, sums.get(charted.month.first), fields)
            for charted in reversed(p_chart(months))
        ],
        "expected": share(float(row.facts["expected"])) if row.facts["expected"] else "",
        "false_alarm_months": row.facts["false_alarm_months"],
        "one_in": ONE_IN,
        "looked_at": looked_at,
        "by_chance": f"{looked_at / ONE_IN:.1f}",
        "now": timezone.now(),
    }
    return oversight_page(request, "oversight/risk.html", context, here=_RISKS)


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def blind_spot(request: HttpRequest, signal_id: UUID) -> HttpResponse:
    """What is counted of such a unit in the months it was listened to; of an agency item by item too."""
    row = _of_kind(signal_id, SignalKind.BLIND_SPOT, request)
    place, fields, name = _unit(row)
    first, last = date.fromisoformat(row.facts["from"]), date.fromisoformat(row.facts["to"])
    period, of = Period(first, last), [BY_NAME[measure] for measure in _HEARD]
    of = [measure for measure in of if measure in measures_of(place)]
    parts = _items_of(fields["agency"]) if "agency" in fields else []
    found = insight.measures_of_each("item", [ref.id for ref in parts], period, of=of) if parts else {}
    ((kind, code),) = fields.items()
    days = {"from": first.isoformat(), "to": last.isoformat()}
    context = {
        "row": row,
        "unit": name,
        "said": missing(row),
        "measures": [measure.label for measure in of],
        "lines": [
            (name, _cells(insight.measures(place, period, of=of))),
            *((ref.name, _cells(found[ref.id])) for ref in parts),
        ],
        "page": f"{reverse(kind, args=[code])}?{urlencode(days)}",
        "now": timezone.now(),
    }
    return oversight_page(request, "oversight/blind_spot.html", context, here=_BLIND)


def _of_kind(signal_id: UUID, kind: SignalKind, request: HttpRequest) -> SignalRow:
    row = queries.signal(signal_id, by=actor_of(request))
    if row.kind != kind:
        raise Http404
    return row


def _unit(row: SignalRow) -> tuple[Place, dict[str, str], str]:
    """Of whom figures are asked, how an address says so, and the name."""
    if row.facts.get("unit") == "hall":
        code = row.facts["hall_code"]
        hall = directory.halls([code])[code]
        return Place(hall_id=hall.id), {"hall": code}, hall.name
    if "item" in row.facts:
        pk = int(row.facts["item"])
        ref = directory.item_by_id(pk)
        return Place(item_id=pk), {"item": ref.code}, ref.name
    agency = directory.agencies([row.agency_code])[row.agency_code]
    return Place(agency_path=agency.path), {"agency": agency.code}, agency.name


def _items_of(agency_code: str) -> list[ItemRef]:
    agency = directory.agencies([agency_code])[agency_code]
    return directory.items_of_agency(agency.id, limit=_LISTED)


def _months(place: Place, last: date) -> list[Month]:
    """The months that are drawn, as the published bad rate counts them."""
    drawn = versions(last)
    found = insight.measures_of_months(
        place, {first: _whole(first) for first in drawn}, of=(BY_NAME["bad_rate"],)
    )
    months = []
    for first, (value,) in sorted(found.items()):
        n = value.denominator or 0
        months.append(Month(first, value.numerator, n, drawn[first]))
    return months


def _whole(first: date) -> Period:
    return Period(first, last_day_of(first))


def _line(charted: Charted, chart: Cusum, step: Step | None, fields: dict[str, str]) -> dict[str, object]:
    month = charted.month
    period = _whole(month.first)
    asked = {**fields, "from": str(period.start), "to": str(period.end), "measure": "bad_rate"}
    return {
        "month": month,
        "ratio": Ratio(month.bad, month.n),
        "warning": between(charted.warning),
        "limits": between(charted.limits),
        "above": charted.position == Position.ABOVE,
        "step": step,
        "threshold": chart.design.threshold if chart.design else None,
        "rows": f"{reverse('oversight_figure_rows')}?{urlencode(asked)}",
    }


def _cells(values: Iterable[MeasureValue]) -> list[tuple[int, int | None]]:
    return [(value.numerator, value.denominator) for value in values]
