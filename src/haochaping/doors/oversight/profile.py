"""`/oversight/profiles/`: windows and staff of an agency or a hall side by side, inside the authority alone (擂台).

Bands by the raw rate's own interval and no ranks: they are no verdict on a person. Each look is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.accounts.access import check_scope
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.doors.desk import refusable
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.doors.oversight.page import oversight_page
from haochaping.insight import row_queries
from haochaping.insight.comparison import boards
from haochaping.insight.comparison.terms import BAND_LABELS, Position
from haochaping.kernel.periods import Period, local_day, months_after
from haochaping.kernel.ratios import MINIMUM_N, Ratio
from haochaping.kernel.refused import N_
from haochaping.ledger.terms import EntryKind
from haochaping.supervision.rules import last_day_of, last_month
from haochaping.ui.numbers import between, percent
from haochaping.ui.shapes import Column, Link

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from django.http import HttpRequest, HttpResponse

    from haochaping.insight.comparison.terms import Unit, UnitId

_MONTHS = 3
_LEAST_UNITS = 2
_FEW = N_("Fewer than 100 reviews: a rate with its interval, and no comparison")
_ALONE = N_("Nobody else has 100 reviews: no comparison")
_COLUMNS = (N_("Bad reviews"), N_("Reviews"), N_("Rate of bad reviews"), N_("Interval (95 %)"))


@dataclass(frozen=True, slots=True)
class Desks:
    """Windows or staff members with enough reviews, by number, and how many have fewer; `whole` are all together."""

    caption: str
    columns: list[Column]
    rows: list[list[str | int | Link]]
    few: int
    whole: str


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """The staff of an agency with all below it, and the windows at which it serves."""
    found = directory.agencies([code]).get(code)
    if found is None:
        raise Http404
    check_scope(actor_of(request), division_path=found.division_path, agency_path=found.path)
    leave_note(request, EntryKind.PERSONAL_DATA_READ, "agency_profile", found.code)
    public = Link(found.name, reverse("agency_profile", args=[found.code]))
    figures = reverse("oversight_figures") + f"?agency={found.code}&by=staff"
    return _page(request, public, figures, agency_path=found.path)


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def hall(request: HttpRequest, code: str) -> HttpResponse:
    """The windows of a hall, and who serves there, of whichever agency."""
    found = directory.halls([code]).get(code)
    if found is None:
        raise Http404
    check_scope(actor_of(request), division_path=found.division_path)
    leave_note(request, EntryKind.PERSONAL_DATA_READ, "hall_profile", found.code)
    public = Link(found.name, reverse("hall_profile", args=[found.code]))
    return _page(request, public, "", hall_id=found.id)


def _page(
    request: HttpRequest,
    public: Link,
    figures: str,
    *,
    agency_path: str | None = None,
    hall_id: int | None = None,
) -> HttpResponse:
    by, now = actor_of(request), timezone.now()
    last = last_month(local_day(now))
    period = Period(months_after(last, 1 - _MONTHS), last_day_of(last))
    windows, staff = (
        row_queries.reviews_by_desk(by, desk, period, agency_path=agency_path, hall_id=hall_id)
        for desk in _DESKS
    )
    context = {
        "name": public.text,
        "trail": [public, Link(gettext("Windows and staff"))],
        "period": period,
        "now": now,
        "figures": figures,
        "desks": [
            _desks(gettext("Windows"), gettext("Window"), Kind.WINDOWS, windows),
            _desks(gettext("Staff members"), gettext("Staff member"), Kind.STAFF, staff),
        ],
    }
    return oversight_page(request, "oversight/profile.html", context, here="oversight_figures")


_DESKS: tuple[Literal["window_id", "staff_id"], ...] = ("window_id", "staff_id")


def _desks(caption: str, first: str, kind: Kind, units: Sequence[Unit]) -> Desks:
    """Those with a rate, in the order of their numbers; who has fewer reviews is only counted."""
    told = {unit.id: unit for unit in units if unit.n >= MINIMUM_N}
    names = directory.refs(kind, [int(pk) for pk in told])
    bands = _bands(units)
    rows: list[list[str | int | Link]] = [
        [
            f"{ref.name} {ref.code}".strip(),
            told[pk].bad,
            told[pk].n,
            percent(Ratio(told[pk].bad, told[pk].n)),
            between(Ratio(told[pk].bad, told[pk].n).interval),
            gettext(bands[pk]),
        ]
        for pk, ref in sorted(names.items(), key=lambda one: one[1].code)
    ]
    whole = Ratio(sum(unit.bad for unit in units), sum(unit.n for unit in units))
    numeric = [Column(gettext(text), numeric=True) for text in _COLUMNS]
    columns = [Column(first), *numeric, Column(gettext("Against all together"))]
    return Desks(caption, columns, rows, len(units) - len(rows), _said(whole))


def _bands(units: Sequence[Unit]) -> dict[UnitId, str]:
    found = boards.boards(units)
    placed: dict[UnitId, str] = {unit.id: _FEW for unit in found.few}
    for position, there in (
        (Position.ABOVE, found.above),
        (Position.WITHIN, found.within),
        (Position.BELOW, found.below),
    ):
        placed |= {unit.id: BAND_LABELS[position] if found.held >= _LEAST_UNITS else _ALONE for unit in there}
    return placed


def _said(whole: Ratio) -> str:
    return gettext("{share} ({numerator}/{denominator})").format(
        share=percent(whole), numerator=f"{whole.numerator:,}", denominator=f"{whole.denominator:,}"
    )
