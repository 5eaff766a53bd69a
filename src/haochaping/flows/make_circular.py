"""通报专报: take the figures of a place and days as of one moment, and keep them with first texts as a draft.

The figures are those of its page: the same measures of the same tallies, withheld by the same rules, in bands by the same
function. All of them are read in one transaction that sees one moment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction

from haochaping.directory import queries as directory
from haochaping.directory.rules import code_of
from haochaping.directory.terms import DivisionRef
from haochaping.exchange.quality import queries as quality
from haochaping.exchange.quality.rules import RULES, withheld_at
from haochaping.insight import queries as insight
from haochaping.insight.comparison.boards import boards
from haochaping.insight.comparison.terms import Unit
from haochaping.insight.rules import BY_NAME, figures_of, published
from haochaping.insight.rules.left_out import left_out
from haochaping.insight.terms import UNKNOWN_AGENCY, UNKNOWN_DIVISION, UNKNOWN_ITEM, Place
from haochaping.kernel.periods import Period, local_day, months_after
from haochaping.kernel.refused import Refused
from haochaping.publicity.access import check_circulars
from haochaping.publicity.circulars import actions as circulars
from haochaping.publicity.circulars import queries
from haochaping.publicity.circulars.terms import (
    DAYS_WRONG,
    MONTH_NOT_OVER,
    CircularKind,
    Figures,
    Graded,
    Held,
    LeftOut,
    Line,
    Month,
    Named,
    Number,
    Part,
    Subject,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.directory.terms import AgencyRef, ItemRef, Ref
    from haochaping.exchange.quality.terms import HeldPlace
    from haochaping.insight.queries import Kind
    from haochaping.insight.terms import MeasureValue, Tally
    from haochaping.kernel.actor import Actor
    from haochaping.publicity.circulars.terms import SubjectKind, Words

# As the public pages of a place have them (doors/board): its months, and of each place inside.
DRAWN = tuple(BY_NAME[name] for name in ("bad_reviews", "rectification_rate", "participation_rate", "cases"))
OF_LINES = tuple(
    BY_NAME[name]
    for name in (
        "bad_reviews",
        "bad_rate",
        "rectification_rate",
        "participation_rate",
        "active_reviews",
        "cases",
    )
)
_MONTHS = 12
LISTED = 200
# What the rest of reviews is made of: withheld together with these.
_LEVELS = {"active_reviews", "unverified_reviews"}


def make_monthly(code: str, month: date, *, words: Words, by: Actor, now: datetime) -> UUID:
    """月度通报: a division in a month, named by any day of it, that is over.

    Raises:
        Refused: UNKNOWN_DIVISION, MONTH_NOT_OVER, and what `circulars.make` raises.
    """
    first = month.replace(day=1)
    last = months_after(first, 1) - timedelta(days=1)
    subject = _subject(CircularKind.MONTHLY, "division", code, first, last)
    if last >= local_day(now):
        raise Refused(MONTH_NOT_OVER, field="month", month=f"{first:%Y-%m}")
    return _make(subject, words=words, by=by, now=now)


def make_special(
    kind: SubjectKind, code: str, first: date, last: date, *, words: Words, by: Actor, now: datetime
) -> UUID:
    """专报: a division, agency or item over any days up to today.

    Raises:
        Refused: UNKNOWN_DIVISION, UNKNOWN_AGENCY, UNKNOWN_ITEM, DAYS_WRONG, and what `circulars.make` raises.
    """
    if not first <= last <= local_day(now):
        raise Refused(DAYS_WRONG, field="last", first=first, last=last)
    subject = _subject(CircularKind.SPECIAL, kind, code, first, last)
    return _make(subject, words=words, by=by, now=now)


def correct(circular_id: UUID, *, reason: str, words: Words, by: Actor, now: datetime) -> UUID:
    """更正: another draft about the same place and days, with figures as they are now, that names the signed one.

    Raises:
        Refused: NO_SUCH_CIRCULAR, and what `circulars.make` raises.
    """
    subject = queries.subject_of(circular_id, by=by)
    return _make(subject, corrects=circular_id, reason=reason, words=words, by=by, now=now)


def _make(
    subject: Subject,
    *,
    corrects: UUID | None = None,
    reason: str = "",
    words: Words,
    by: Actor,
    now: datetime,
) -> UUID:
    check_circulars(by, division_path=subject.division_path, agency_path=subject.agency_path)
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        figures = figures_now(subject, now=now)
        return circulars.make(
            subject, figures, words(figures), corrects=corrects, reason=reason, by=by, now=now
        )


def _subject(kind: CircularKind, about: SubjectKind, code: str, first: date, last: date) -> Subject:
    if about == "division":
        division = directory.division(code)
        if division is None:
            raise Refused(UNKNOWN_DIVISION, field="code", value=code)
        return Subject(kind, division.id, division.path, first, last)
    if about == "agency":
        agency = directory.agencies([code]).get(code)
        if agency is None:
            raise Refused(UNKNOWN_AGENCY, field="code", value=code)
        return _of_agency(kind, agency, first, last)
    item = directory.items([code]).get(code)
    if item is None:
        raise Refused(UNKNOWN_ITEM, field="code", value=code)
    whole = _of_agency(kind, directory.agency_by_id(item.agency_id), first, last)
    return replace(whole, item_id=item.id)


def _of_agency(kind: CircularKind, agency: AgencyRef, first: date, last: date) -> Subject:
    return Subject(kind, agency.division_id, agency.division_path, first, last, agency.id, agency.path)


def figures_now(subject: Subject, *, now: datetime) -> Figures:
    """All that a circular about a place and days holds, as it is published at this moment."""
    period = Period(subject.first, subject.last)
    kind, place_id, here, place = _place(subject)
    inside = _inside(kind, place_id)
    asked: dict[Kind, list[int]] = {kind: [place_id]}
    for one in inside:
        asked.setdefault(one.kind, []).extend(ref.id for ref in one.refs)
    tallies = insight.tally_of_each(asked, period)
    held = quality.withheld(period)
    withheld = withheld_at(held, subject.division_path)
    values = figures_of(tallies[kind][place_id], withheld)
    division = directory.division_by_id(subject.division_id)
    return Figures(
        kind=kind,
        place=here,
        division=Named(division.code, division.name),
        first=subject.first,
        last=subject.last,
        as_of=now,
        numbers=_numbers(values),
        months=_months(place, subject, now),
        parts=tuple(_part(one, tallies[one.kind], subject.division_path, held) for one in inside),
        left_out=_left_out(tallies[kind][place_id], values),
        held=_held(here, values, held, subject, kind),
        grades=_grades(subject, kind),
    )


def _place(subject: Subject) -> tuple[SubjectKind, int, Named, Place]:
    if subject.item_id is not None:
        item = directory.item_by_id(subject.item_id)
        return "item", item.id, Named(item.code, item.name), Place(item_id=item.id)
    if subject.agency_id is not None:
        agency = directory.agency_by_id(subject.agency_id)
        return "agency", agency.id, Named(agency.code, agency.name), Place(agency_path=agency.path)
    division = directory.division_by_id(subject.division_id)
    return "division", division.id, Named(division.code, division.name), Place(division_path=division.path)


class _Places(NamedTuple):
    kind: SubjectKind
    refs: Sequence[DivisionRef | Ref | ItemRef]
    more: bool


def _inside(kind: SubjectKind, place_id: int) -> list[_Places]:
    """The places in one by kind, so many at most, and whether there are more."""
    found: list[tuple[SubjectKind, Sequence[DivisionRef | Ref | ItemRef]]] = []
    if kind == "division":
        inside = directory.inside(place_id, limit=LISTED + 1)
        found = [("division", inside.divisions), ("agency", inside.agencies)]
    elif kind == "agency":
        found = [("item", directory.items_of_agency(place_id, limit=LISTED + 1))]
    return [_Places(of, refs[:LISTED], len(refs) > LISTED) for of, refs in found if refs]


def _numbers(values: Iterable[MeasureValue]) -> tuple[Number, ...]:
    return tuple(map(number_of, values))


def number_of(value: MeasureValue) -> Number:
    """A measure that was worked out, to be kept; of one that is withheld no number is."""
    if value.withheld:
        return Number(value.name, value.label, None, withheld=value.withheld, exclusions=value.exclusions)
    return Number(
        value.name,
        value.label,
        value.numerator,
        value.denominator,
        value.squares,
        exclusions=value.exclusions,
    )


def _months(place: Place, subject: Subject, now: datetime) -> tuple[Month, ...]:
    """The twelve whole months up to that of the last day.

    What is withheld anywhere in them is withheld in each (as on the page).
    """
    last = subject.last.replace(day=1)
    firsts = [months_after(last, -back) for back in reversed(range(_MONTHS))]
    each = {first: Period(first, months_after(first, 1) - timedelta(days=1)) for first in firsts}
    withheld = withheld_at(quality.withheld(Period(firsts[0], each[last].end)), subject.division_path)
    found = insight.measures_of_months(place, each, of=DRAWN)
    this = local_day(now).replace(day=1)
    return tuple(Month(first, first == this, _numbers(published(found[first], withheld))) for first in firsts)


def _part(
    places: _Places, tallies: Mapping[int, Tally], division_path: str, held: Sequence[HeldPlace]
) -> Part:
    lines, units = [], []
    for ref in places.refs:
        withheld = withheld_at(held, ref.path if isinstance(ref, DivisionRef) else division_path)
        values = figures_of(tallies[ref.id], withheld, OF_LINES)
        lines.append(Line(Named(ref.code, ref.name), _numbers(values)))
        bad = next(value for value in values if value.name == "bad_rate")
        if not bad.withheld and bad.denominator:
            units.append(Unit(ref.code, bad.numerator, bad.denominator))
    found = boards(units)
    return Part(
        places.kind,
        tuple(lines),
        places.more,
        tuple(str(unit.id) for unit in found.above),
        tuple(str(unit.id) for unit in found.below),
        len(found.within),
        len(found.few),
    )


def _left_out(tally: Tally, values: Iterable[MeasureValue]) -> tuple[LeftOut, ...] | None:
    """What enters no rate, by reason; None where reviews by level are withheld, for it could be worked out of them."""
    if any(value.withheld for value in values if value.name in _LEVELS):
        return None
    return tuple(LeftOut(reason, n) for reason, n in left_out(tally))


def _held(
    here: Named,
    values: Iterable[MeasureValue],
    held: Iterable[HeldPlace],
    subject: Subject,
    kind: SubjectKind,
) -> tuple[Held, ...]:
    """What is not published: of the place itself by rule, then of each division in it; of many days only once."""
    own: dict[str, list[str]] = {}
    for value in values:
        if value.withheld:
            own.setdefault(value.withheld, []).append(value.label)
    found = [Held(here.name, rule, tuple(labels)) for rule, labels in own.items()]
    if kind != "division":
        return tuple(found)
    path = subject.division_path
    inside = dict.fromkeys(
        (code_of(one.path), one.rule)
        for one in held
        if one.is_withheld and one.path.startswith(path) and one.path != path
    )
    names = directory.divisions({code for code, _ in inside})
    return (
        *found,
        *(
            Held(names[code].name, rule, tuple(map(_label, RULES[rule].withholds)))
            for code, rule in list(inside)[:LISTED]
            if code in names
        ),
    )


def _label(measure: str) -> str:
    return BY_NAME[measure].label if measure in BY_NAME else measure


def _grades(subject: Subject, kind: SubjectKind) -> tuple[Graded, ...]:
    if kind != "division":
        return ()
    before = months_after(subject.last, 1)
    return tuple(
        Graded(one.source_name, one.score, one.grade)
        for one in quality.last_month_of(subject.division_id, before=before).answer
    )
