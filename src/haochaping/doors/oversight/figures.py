"""`/oversight/figures/`: what became of bad reviews and voices, by place and month, each number with its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.doors.confirmation import Fresh
from haochaping.doors.desk import INVALID, refusable
from haochaping.doors.gate import actor_of, leave_note, requires
from haochaping.doors.measures import COLUMNS, lines_of, measure_of
from haochaping.doors.oversight.figure_places import BY_LABELS, Step, asked_place, parts
from haochaping.doors.oversight.page import oversight_page
from haochaping.doors.period import asked, months
from haochaping.doors.sheets import EXPORT_AT_MOST, csv_answer, said_of_rest
from haochaping.insight import queries as insight
from haochaping.insight import row_queries
from haochaping.insight.rules import INSIDE, MEASURES, OF_ASKING, OF_HALLS, OF_HANDLING, OF_LOOP, OF_VOICES
from haochaping.kernel.periods import Period, local_day
from haochaping.kernel.ratios import Mean, Ratio
from haochaping.ledger.terms import EntryKind
from haochaping.ui.shapes import Link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from haochaping.doors.oversight.figure_places import Where
    from haochaping.doors.period import Asked
    from haochaping.insight.terms import Measure, MeasureValue, Place
    from haochaping.kernel.actor import Actor

# What people said, beside what became of it.
_OPINION = tuple(measure for measure in MEASURES if measure not in (*OF_ASKING, *OF_LOOP, *OF_HANDLING))
_SHOWN = (*_OPINION, *OF_ASKING, *OF_HANDLING, *OF_LOOP, *INSIDE, *OF_VOICES)
_NAMES = {measure.name: measure for measure in _SHOWN}
_MOST_MONTHS = 24
HERE = "oversight_figures"


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for, read from the address."""

    where: Where
    asked: Asked
    way: str
    measure: Measure

    def link(self, **changed: str) -> str:
        """The query of an address that differs in some fields."""
        fields = {**self.where.query, "from": self.asked.start, "to": self.asked.end}
        fields |= {"by": self.way, "measure": self.measure.name} | changed
        return "?" + urlencode({name: value for name, value in fields.items() if value})


@dataclass(frozen=True, slots=True)
class Line:
    """A number as a row of a table: whose it is, the share or average with its interval, the two counts."""

    title: Link
    value: MeasureValue
    rows: str = ""
    excluded: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """What was counted, or added up."""
        return self.value.numerator

    @property
    def ratio(self) -> Ratio | None:
        """The share, if it is one."""
        made_of = self.value.made_of
        return made_of if isinstance(made_of, Ratio) else None

    @property
    def mean(self) -> Mean | None:
        """The average, if it is one."""
        made_of = self.value.made_of
        return made_of if isinstance(made_of, Mean) else None


@requires(Power.ORDER_SUPERVISE)
@require_safe
@refusable
def page(request: HttpRequest) -> HttpResponse:
    """All figures of a place, and one of them for each of its parts."""
    by, now = actor_of(request), timezone.now()
    query = query_of(request, by)
    context: dict[str, object] = {"query": query, "trail": trail(query), "now": now}
    if query.asked.period is None:
        return oversight_page(request, "oversight/figures.html", context, here=HERE, status=INVALID)
    values = insight.measures(query.where.place, query.asked.period, of=_told_of(query.where.place))
    opinion, asking, handling, loop, rungs, voices = (
        [_line(query, value) for value in values if _NAMES[value.name] in of]
        for of in (_OPINION, OF_ASKING, OF_HANDLING, OF_LOOP, INSIDE, OF_VOICES)
    )
    context |= {
        "opinion": opinion,
        "asking": asking,
        "handling": handling,
        "loop": loop,
        "rungs": rungs,
        "voices": voices,
        "ways": [
            Link(gettext(BY_LABELS[way]), "" if way == query.way else query.link(by=way))
            for way in _ways(query.where, query.measure)
        ],
        "divided": gettext(BY_LABELS[query.way]),
        "parts": [_part(query, *one) for one in _parts(query, by, query.asked.period, (query.measure,))],
        "csv": reverse("oversight_figures_csv") + query.link(),
        "is_staff": query.way == "staff",
    }
    return oversight_page(request, "oversight/figures.html", context, here=HERE)


@requires(Power.ORDER_SUPERVISE, fresh=Fresh.ALWAYS)
@require_safe
@refusable
def table_csv(request: HttpRequest) -> HttpResponse:
    """The place and each of its parts with all figures, as a file of 1,000 parts at most; taking it away is recorded."""
    by, now = actor_of(request), timezone.now()
    query = query_of(request, by)
    if query.asked.period is None:
        raise Http404
    place = query.where.place
    here = (query.where.here, insight.measures(place, query.asked.period, of=_told_of(place)))
    divided = _parts(query, by, query.asked.period, _told_of(place, query.way))
    parts_taken = divided[:EXPORT_AT_MOST]
    leave_note(
        request,
        EntryKind.EXPORTED,
        "figure_table",
        query.way,
        rows=str(len(parts_taken)),
        **query.where.query,
    )
    lines = [
        line
        for step, values in [here, *parts_taken]
        for line in lines_of(
            step.code,
            step.name,
            [measure_of(value, inside=True) for value in values],
            query.asked.period,
            now,
        )
    ]
    mark = said_of_rest(len(divided), len(parts_taken))
    return csv_answer("figures.csv", [gettext(title) for title in COLUMNS], lines, mark=mark)


def query_of(request: HttpRequest, by: Actor) -> Query:
    """What an address asks for; an unknown figure is a page that is not there."""
    where = asked_place(request.GET, by)
    way, name = request.GET.get("by", ""), request.GET.get("measure", "")
    period = asked(request.GET, local_day(timezone.now()))
    measure = _NAMES.get(name or OF_LOOP[0].name)
    # Another figure than the one asked for would be believed.
    if measure is None or measure not in _told_of(where.place):
        raise Http404
    ways = _ways(where, measure)
    return Query(where, period, way if way in ways else ways[0], measure)


def _ways(where: Where, measure: Measure) -> list[str]:
    """In which ways a figure of a place can be divided: of single people there are those of orders, of halls not all."""
    told = {"staff": OF_LOOP, "hall": OF_HALLS}
    return [way for way in where.ways if measure in told.get(way, (measure,))]


def _told_of(place: Place, way: str = "") -> tuple[Measure, ...]:
    """The figures of a place, or of each of its parts."""
    return OF_HALLS if place.hall_id is not None or way == "hall" else _SHOWN


def _parts(
    query: Query, by: Actor, period: Period, of: Sequence[Measure]
) -> list[tuple[Step, list[MeasureValue]]]:
    """Each part of the place with its figures."""
    where, way = query.where, query.way
    if way == "month":
        each = months(period, local_day(timezone.now()), most=_MOST_MONTHS)
        return [
            (Step("month", f"{first:%Y-%m}", f"{first:%Y-%m}"), values)
            for first, values in insight.measures_of_months(where.place, each, of=of).items()
        ]
    if way == "staff":
        theirs = row_queries.measures_of_staff(by, where.place.agency_path or "", period)
        names = directory.refs(Kind.STAFF, theirs)
        wanted = {measure.name for measure in of}
        return [
            (Step("", ref.code, ref.name), [value for value in theirs[pk] if value.name in wanted])
            for pk, ref in sorted(names.items(), key=lambda one: one[1].code)
        ]
    kind, refs = parts(where, way)
    found = insight.measures_of_each(kind, [ref.id for ref in refs], period, of=of)
    return [(Step(kind, ref.code, ref.name), found[ref.id]) for ref in refs]


def _line(query: Query, value: MeasureValue) -> Line:
    """One figure of the place: it leads to the same of each part, and to its rows."""
    return Line(
        Link(gettext(value.label), query.link(measure=value.name) + "#parts"),
        value,
        reverse("oversight_figure_rows") + query.link(measure=value.name),
        tuple(gettext(part) for part in value.exclusions),
    )


def _part(query: Query, step: Step, values: Sequence[MeasureValue]) -> Line:
    """The chosen figure of one part; a division, agency, item or month leads to a page of its own."""
    (value,) = values
    address = _address(query, step)
    return Line(
        Link(step.name, reverse(HERE) + address if address else ""),
        value,
        reverse("oversight_figure_rows") + address if address else "",
    )


def _address(query: Query, step: Step) -> str:
    if step.kind == "month":
        first = date.fromisoformat(f"{step.code}-01")
        period = months(query.asked.period or Period(), first, most=1)[first]
        return query.link(**{"from": str(period.start), "to": str(period.end)})
    if not step.kind:
        return ""
    place = dict.fromkeys(("division", "agency", "item", "hall"), "")
    return query.link(**place | {step.kind: step.code, "by": ""})


def trail(query: Query) -> list[Link]:
    """The places from the top of the asker's reach down to the one that is asked for."""
    where = query.where
    steps = [
        Link(step.name, reverse(HERE) + _address(query, step) if step.code else reverse(HERE))
        for step in where.above
    ]
    return [*steps, Link(where.here.name)]
