"""时限 of orders: what starts, moves and stops them is an event; the columns of an order follow from its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.kernel.periods import local_day
from haochaping.postgres import writes
from haochaping.rectification import queries
from haochaping.rectification.models import ClockEvent, CoHandler
from haochaping.rectification.rules import helping, retold, standing
from haochaping.rectification.states import CLOCK_OF, HELPED
from haochaping.rectification.terms import ClockKind, ClockTick, OrderState, Tick
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.terms import Key, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.rectification.models import WorkOrder
    from haochaping.rulebook.terms import Terms

COLUMNS = (
    "sign_due_at",
    "contact_due_at",
    "rectify_due_at",
    "deadline_known",
    "clock",
    "due_at",
    "amber_at",
)
_PROMISES = {
    ClockKind.SIGN: "sign_due_at",
    ClockKind.CONTACT: "contact_due_at",
    ClockKind.RECTIFY: "rectify_due_at",
}


def begin(orders: Sequence[WorkOrder], now: datetime) -> None:
    """Start the three clocks of orders that go out now; their columns are set, not saved."""
    day = local_day(now)
    promised = {}
    for division_id in {order.division_id for order in orders}:
        terms = rulebook.terms_for_division(division_id, day)
        calendar = rulebook.calendar(terms, day)
        promised[division_id] = retold(_starts(terms, now), calendar, terms.amber_threshold)
    _write([(order.id, tick) for order in orders for tick in promised[order.division_id]])
    for order in orders:
        _wind(order, standing(promised[order.division_id]), {})


def restarted(order: WorkOrder, now: datetime) -> list[ClockTick]:
    """The three clocks started anew, for an order that goes out once more."""
    return _starts(rulebook.terms_for(order.division.path, local_day(now)), now)


def _starts(terms: Terms, now: datetime) -> list[ClockTick]:
    return [
        ClockTick(
            ClockKind.SIGN,
            Tick.START,
            now,
            terms.sign_limit_hours,
            Unit.WORKING_HOURS,
            Key.SIGN_LIMIT_WORKING_HOURS,
        ),
        _contact(terms, now),
        ClockTick(
            ClockKind.RECTIFY,
            Tick.START,
            now,
            terms.simple_rectify_days,
            terms.simple_rectify_unit,
            Key.SIMPLE_RECTIFY_LIMIT,
        ),
    ]


def _contact(terms: Terms, now: datetime) -> ClockTick:
    """The limit of the first contact, or the day of the dispatch itself where that is expected."""
    if terms.first_contact_same_day:
        return ClockTick(ClockKind.CONTACT, Tick.START, now, 0, Unit.WORKING_DAYS, Key.FIRST_CONTACT_SAME_DAY)
    return ClockTick(
        ClockKind.CONTACT,
        Tick.START,
        now,
        terms.first_contact_days,
        terms.first_contact_unit,
        Key.FIRST_CONTACT_LIMIT,
    )


def pass_on(order: WorkOrder, now: datetime, *new: ClockTick) -> None:
    """Add events to an order's clocks and stop those that its state has left behind; columns are set, not saved.

    Those of agencies that help are wound here and saved: once nobody can help any more, what is open of theirs ends.
    """
    ticks = ticks_of(order)
    stands, helps = standing(ticks), helping(ticks)
    state = OrderState(order.state)
    stops = [
        ClockTick(kind, Tick.STOP, now)
        for kind, tick in stands.items()
        if tick.tick != Tick.STOP and _is_behind(kind, state)
    ]
    over = [] if state in HELPED else [pk for pk, tick in helps.items() if tick.tick != Tick.STOP]
    added = [*new, *stops, *help_stops(over, now)]
    if any(tick.tick not in {Tick.STOP, Tick.PAUSE} for tick in added):
        told = queries.recomputed(order.division.path, [*ticks, *added])
        added = told[len(ticks) :]
    _write([(order.id, tick) for tick in added])
    order.ticks = [*ticks, *added]
    _wind_helpers(added)
    if over:
        writes.change(CoHandler.objects.filter(id__in=over), ended_at=now)
    _wind(order, stands | standing(added), helps | helping(added))


def help_begins(order: WorkOrder, helper_id: UUID, now: datetime) -> list[ClockTick]:
    """The clock of an agency that is asked to help now: the limit of a simple matter; it stands while the order's stands."""
    terms = rulebook.terms_for(order.division.path, local_day(now))
    start = ClockTick(
        ClockKind.HELP,
        Tick.START,
        now,
        terms.simple_rectify_days,
        terms.simple_rectify_unit,
        Key.SIMPLE_RECTIFY_LIMIT,
        helper=helper_id,
    )
    stands = order.paused_at is not None
    return [start, ClockTick(ClockKind.HELP, Tick.PAUSE, now, helper=helper_id)] if stands else [start]


def help_stops(helper_ids: Iterable[UUID], now: datetime) -> list[ClockTick]:
    """The end of the clocks of these agencies that help."""
    return [ClockTick(ClockKind.HELP, Tick.STOP, now, helper=pk) for pk in helper_ids]


def extended(order: WorkOrder, days: int, unit: Unit, now: datetime) -> list[ClockTick]:
    """More time for an order, and as much for each agency that is still to help."""
    helpers = [pk for pk, tick in helping(ticks_of(order)).items() if tick.tick != Tick.STOP]
    more = ClockTick(ClockKind.RECTIFY, Tick.EXTEND, now, days, unit, Key.EXTENSION_LIMIT)
    return [more, *(more._replace(clock=ClockKind.HELP, helper=pk) for pk in helpers)]


def check_limit(terms: Terms, now: datetime) -> ClockTick:
    """The clock of the quality check, which starts with the reply."""
    return ClockTick(
        ClockKind.CHECK,
        Tick.START,
        now,
        terms.quality_check_days,
        terms.quality_check_unit,
        Key.QUALITY_CHECK_LIMIT,
    )


def decision_limit(terms: Terms, now: datetime) -> ClockTick:
    """The clock of the office that decides about what stayed unsolved: the time that it gives to those it supervises."""
    return ClockTick(
        ClockKind.DECIDE,
        Tick.START,
        now,
        terms.supervision_answer_days,
        terms.supervision_answer_unit,
        Key.SUPERVISION_ANSWER_LIMIT,
    )


def complex_limit(terms: Terms, now: datetime) -> ClockTick:
    """The longer limit of a matter found complex, counted like the shorter one."""
    return ClockTick(
        ClockKind.RECTIFY,
        Tick.LIMIT,
        now,
        terms.complex_rectify_days,
        terms.complex_rectify_unit,
        Key.COMPLEX_RECTIFY_LIMIT,
    )


def again(order: WorkOrder, now: datetime) -> list[ClockTick]:
    """The rectification's clock as it last ran, for an order that is worked on again: it starts anew."""
    last = next(
        tick
        for tick in reversed(ticks_of(order))
        if tick.clock == ClockKind.RECTIFY and tick.tick in {Tick.START, Tick.LIMIT}
    )
    return [ClockTick(ClockKind.RECTIFY, Tick.START, now, last.number, last.unit, last.rule)]


def told(order: WorkOrder, ends: Mapping[ClockKind, datetime], now: datetime) -> list[ClockTick]:
    """The end that was told of each clock that has not stopped, where it is another one than is promised."""
    stands = standing(ticks_of(order))
    return [
        ClockTick(kind, Tick.TOLD, now, rule=Key.HOTLINE_CLOCK, due_at=end)
        for kind, end in ends.items()
        if kind in stands and stands[kind].tick != Tick.STOP and stands[kind].due_at != end
    ]


def paused(order: WorkOrder, now: datetime) -> list[ClockTick]:
    """A pause of every clock that has not stopped, of those who help too."""
    return [
        ClockTick(tick.clock, Tick.PAUSE, now, helper=tick.helper)
        for tick in _last(ticks_of(order))
        if tick.tick not in {Tick.STOP, Tick.PAUSE}
    ]


def resumed(order: WorkOrder, now: datetime) -> list[ClockTick]:
    """The end of the pause of every clock that is paused."""
    return [
        ClockTick(tick.clock, Tick.RESUME, now, helper=tick.helper)
        for tick in _last(ticks_of(order))
        if tick.tick == Tick.PAUSE
    ]


def now_known(order: WorkOrder, now: datetime) -> list[ClockTick]:
    """For each running clock whose end or amber the calendar could not tell and now tells: its limit said once more."""
    ticks = ticks_of(order)
    if not ticks:
        return []
    found = []
    for tick, anew in zip(_last(ticks), _last(queries.recomputed(order.division.path, ticks)), strict=True):
        if tick.tick in {Tick.STOP, Tick.PAUSE} or not _is_told_by(tick, anew):
            continue
        limit = next(
            one
            for one in reversed(ticks)
            if (one.clock, one.helper) == (tick.clock, tick.helper) and one.tick in {Tick.START, Tick.LIMIT}
        )
        found.append(limit._replace(tick=Tick.LIMIT, at=now))
    return found


def _is_told_by(tick: ClockTick, anew: ClockTick) -> bool:
    """Whether an event computed anew tells the end that it did not know, or of the same end when it is near."""
    if tick.due_at is None:
        return anew.due_at is not None
    return tick.amber_at is None and anew.amber_at is not None and tick.due_at == anew.due_at


def ticks_of(order: WorkOrder) -> list[ClockTick]:
    """Every event of an order's clocks, oldest first: those that came with it (steps.held), else asked for."""
    if order.ticks is None:
        order.ticks = queries.ticks_of(order.id).answer
    return order.ticks


def _last(ticks: Iterable[ClockTick]) -> list[ClockTick]:
    """The last event of each clock: the order's own, then those of who helps."""
    known = list(ticks)
    return [*standing(known).values(), *helping(known).values()]


def _is_behind(kind: ClockKind, state: OrderState) -> bool:
    """Whether a state is past what a clock measures, or back before the check of a reply or the office that decides."""
    running = CLOCK_OF.get(state)
    if running is None or kind in {ClockKind.CHECK, ClockKind.DECIDE}:
        return kind != running
    order = list(ClockKind)
    return order.index(kind) < order.index(running)


def _write(ticks: Iterable[tuple[UUID, ClockTick]]) -> None:
    writes.insert(
        [
            ClockEvent(
                order_id=order_id,
                clock=tick.clock,
                tick=tick.tick,
                at=tick.at,
                number=tick.number,
                unit=tick.unit,
                rule=tick.rule,
                due_at=tick.due_at,
                amber_at=tick.amber_at,
                helper_id=tick.helper,
            )
            for order_id, tick in ticks
        ]
    )


def _wind_helpers(added: Iterable[ClockTick]) -> None:
    """Save what new events come to for agencies that help; what was promised stays to be seen once a clock has stopped."""
    for helper_id, tick in helping(added).items():
        if tick.tick != Tick.STOP:
            part = CoHandler.objects.filter(id=helper_id)
            writes.change(part, due_at=tick.due_at, amber_at=tick.amber_at)


def _wind(order: WorkOrder, stands: Mapping[ClockKind, ClockTick], helps: Mapping[UUID, ClockTick]) -> None:
    """Set the columns: what was promised stays to be seen when it is past; what runs now has its moments."""
    running = CLOCK_OF.get(OrderState(order.state))
    for kind, tick in stands.items():
        if tick.tick not in {Tick.STOP, Tick.PAUSE} and kind in _PROMISES:
            setattr(order, _PROMISES[kind], tick.due_at)
    stand = stands.get(running) if running else None
    order.clock = running or ""
    order.due_at = stand.due_at if stand else None
    order.amber_at = stand.amber_at if stand else None
    order.deadline_known = all(
        tick.due_at is not None
        for tick in (*stands.values(), *helps.values())
        if tick.tick not in {Tick.STOP, Tick.PAUSE}
    )
