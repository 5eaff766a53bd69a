"""The clocks of an order, computed from their events; whether the reviewer was heard; the plan as typed; who gets it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from haochaping.directory.rules import path_above
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.ratios import Ratio
from haochaping.kernel.refused import Complaint, Refused
from haochaping.rectification.terms import (
    EVIDENCE_NEEDED,
    FACT_NEEDED,
    HEARD_OF,
    MISTAKE_DENIED,
    NO_PLAN,
    NO_SUCH_DAY,
    AppealState,
    CallResult,
    ClockTick,
    Ground,
    Heard,
    Move,
    ProvenFact,
    Solved,
    Tick,
    Verdict,
)
from haochaping.rulebook.rules import (
    add_working_days,
    after_share_of_time,
    after_working_time,
    due_after,
    due_after_working_hours,
    due_same_day,
    working_days_between,
    working_time_between,
)
from haochaping.rulebook.terms import Unit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.rectification.terms import (
        ClockKind,
        DispatchFacts,
        DispatchRuleRow,
        EventRow,
        OrderRow,
        SolutionRow,
    )
    from haochaping.rulebook.rules import WorkingCalendar
    from haochaping.rulebook.terms import Terms

# The moves with which the time of an agency begins anew.
_BEGINS = frozenset(
    {
        Move.DISPATCH,
        Move.GRANT_RETURN,
        Move.REDISPATCH,
        Move.SEPARATE,
        Move.REDO,
        Move.DO_AGAIN,
        Move.RESTORE,
    }
)
_DAY_LENGTH = 10
_LOOKS_LIKE_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# A bad review repeats one that was answered at most so long before (issue 4: recurrence within 90 days).
REPEATS_WITHIN = timedelta(days=90)
# Upheld in whole or part: an appeal that changed something.
UPHELD = frozenset({Verdict.MISTAKEN, Verdict.MALICIOUS, Verdict.PARTLY})
# Upheld in whole: what takes two organisations (`malicious` excludes only where the rulebook says so, and is as grave).
EXCLUDING = UPHELD - {Verdict.PARTLY}


@dataclass(slots=True)
class _Run:
    """One clock from its start on, which is told in Beijing time: what it is compared with is too."""

    begun: datetime
    number: int
    unit: Unit
    told: datetime | None = None
    more: list[tuple[int, Unit]] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    paused_at: datetime | None = None
    stopped: bool = False


def retold(ticks: Iterable[ClockTick], calendar: WorkingCalendar, amber_percent: int) -> list[ClockTick]:
    """The events of an order’s clocks and its helpers’, oldest first, each with what is due by it: all computed anew.

    A start or another limit counts from the clock's start; more time follows the last day; a pause moves the end by
    as many working days (days, working hours) as it lasted. An end that was told is as it was told, and stays in place
    of any limit. Paused or stopped, nothing is due.
    """
    runs: dict[tuple[ClockKind, UUID | None], _Run] = {}
    told = []
    for tick in ticks:
        run = _wound(runs.get((tick.clock, tick.helper)), tick)
        runs[tick.clock, tick.helper] = run
        due = amber = None
        if run.paused_at is None and not run.stopped:
            due = _due(run, calendar)
            amber = _amber(run, due, calendar, amber_percent)
        told.append(tick._replace(due_at=due, amber_at=amber))
    return told


def _wound(run: _Run | None, tick: ClockTick) -> _Run:
    if tick.tick == Tick.START or run is None:
        return _Run(tick.at.astimezone(BEIJING), tick.number, Unit(tick.unit))
    match tick.tick:
        case Tick.LIMIT:
            run.number, run.unit = tick.number, Unit(tick.unit)
        case Tick.TOLD:
            # Whose word rules has said when it ends: what was added before is in it.
            run.told, run.more, run.pauses = tick.due_at, [], []
        case Tick.EXTEND:
            run.more.append((tick.number, Unit(tick.unit)))
        case Tick.PAUSE:
            run.paused_at = tick.at
        case Tick.RESUME if run.paused_at is not None:
            run.pauses.append((run.paused_at, tick.at))
            run.paused_at = None
        case Tick.STOP:
            run.stopped = True
    return run


def _due(run: _Run, calendar: WorkingCalendar) -> datetime | None:
    due: datetime | None
    if run.told is not None:
        due = run.told
    elif run.unit == Unit.WORKING_DAYS and run.number == 0:
        due = due_same_day(run.begun, calendar)
    elif run.unit == Unit.WORKING_HOURS:
        due = due_after_working_hours(run.begun, run.number, calendar)
    else:
        due = due_after(run.begun, run.number, run.unit, calendar)
    for number, unit in run.more:
        due = due and due_after(due, number, unit, calendar)
    for paused, resumed in run.pauses:
        due = due and _moved(due, paused, resumed, run.unit, calendar)
    return due


def _moved(
    due: datetime, paused: datetime, resumed: datetime, unit: Unit, calendar: WorkingCalendar
) -> datetime | None:
    if unit == Unit.DAYS:
        return due + timedelta(days=(local_day(resumed) - local_day(paused)).days)
    if unit == Unit.WORKING_HOURS:
        lost = working_time_between(paused, resumed, calendar)
        return None if lost is None else after_working_time(due, lost, calendar)
    days = working_days_between(local_day(paused), local_day(resumed), calendar)
    last = None if days is None else add_working_days(local_day(due), days, calendar)
    return (
        None
        if last is None
        else due.astimezone(BEIJING).replace(year=last.year, month=last.month, day=last.day)
    )


def _amber(run: _Run, due: datetime | None, calendar: WorkingCalendar, percent: int) -> datetime | None:
    """When so many percent of the time from start to end are used, in working time; of days of the calendar in time."""
    if due is None:
        return None
    if run.unit == Unit.DAYS:
        return run.begun + (due - run.begun) * percent / 100
    return after_share_of_time(run.begun, due, percent, calendar)


def standing(ticks: Iterable[ClockTick]) -> dict[ClockKind, ClockTick]:
    """The last event of each clock of the order itself, which says what is due by it."""
    return {tick.clock: tick for tick in ticks if tick.helper is None}


def helping(ticks: Iterable[ClockTick]) -> dict[UUID, ClockTick]:
    """The last event of the clock of each agency that helps."""
    return {tick.helper: tick for tick in ticks if tick.helper is not None}


def was_heard(calls: Sequence[tuple[str, datetime]], needed: int) -> tuple[bool, int]:
    """Whether the reviewer was heard or tried often enough, and how many attempts at different hours there were.

    One call answered or declined, or no call possible, is enough; otherwise so many attempts at different hours.
    """
    if any(result != CallResult.NOT_REACHED for result, _ in calls):
        return True, len(calls)
    hours = {at.astimezone(BEIJING).strftime("%Y-%m-%d %H") for _, at in calls}
    return len(hours) >= needed, len(hours)


def next_call_from(
    calls: Iterable[tuple[str, datetime]], waiting: Iterable[datetime], now: datetime
) -> datetime | None:
    """From when a call is one more attempt to reach somebody who was not heard; None when one made now is, or was heard.

    `waiting` are calls that have rung and of which nobody has said what they brought.
    """
    made = list(calls)
    if any(result != CallResult.NOT_REACHED for result, _ in made):
        return None
    begun = now.astimezone(BEIJING).replace(minute=0, second=0, microsecond=0)
    rung = [*(at for _, at in made), *waiting]
    return begun + timedelta(hours=1) if any(begun <= at <= now for at in rung) else None


def was_unreached(calls: Sequence[tuple[str, datetime]], needed: int) -> bool:
    """Whether so many attempts at different hours, and every one of them, reached nobody (domain.md §6.5 unreachable)."""
    return all(result == CallResult.NOT_REACHED for result, _ in calls) and was_heard(calls, needed)[0]


def offered(levels: int) -> tuple[Solved, ...]:
    """The words between which the reviewer chooses: solved or not, and where there are three, partly."""
    return tuple(word for word in Solved if levels > 2 or word != Solved.PARTLY)  # noqa: PLR2004 - two words or three


def of_this_round(said: SolutionRow | None, replied_at: datetime | None) -> SolutionRow | None:
    """The reviewer's word if it is about the reply that stands, None if it was about an earlier one."""
    return said if said and replied_at and said.answered_at >= replied_at else None


def of_this_clock(events: Sequence[EventRow]) -> list[EventRow]:
    """What has happened since the agency's time began for the last time: what was granted before belongs to that."""
    begun = [n for n, event in enumerate(events) if event.move in _BEGINS]
    return list(events[begun[-1] :]) if begun else list(events)


def best_of(calls: Iterable[str]) -> str:
    """The best that any attempt to call the reviewer came to (`Heard`); empty where nobody tried."""
    tried = {HEARD_OF[CallResult(result)] for result in calls}
    return next((heard.value for heard in Heard if heard in tried), "")


def kept(was: bool | None, due_at: datetime | None, *, paused: bool, now: datetime) -> bool | None:
    """Whether a promise counts as kept once what it promised is done now.

    One that was broken before, in an earlier round too, stays broken; a clock that is paused has not run out; of a day
    that the calendar does not know nothing can be said.
    """
    if was is False or paused:
        return was is not False
    return was if due_at is None else now <= due_at


def plan_of(text: str) -> list[tuple[date, str]]:
    """The lines of a plan: a day, then what is to be done by it.

    Raises:
        Refused: NO_PLAN naming the line that does not begin with a day, NO_SUCH_DAY one whose day is in no calendar.
    """
    plan = []
    for n, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        day, words = line.strip()[:_DAY_LENGTH], line.strip()[_DAY_LENGTH:].strip()
        try:
            when = date.fromisoformat(day)
        except ValueError:
            when = None
        if when is None and _LOOKS_LIKE_A_DAY.fullmatch(day):
            raise Refused(NO_SUCH_DAY, field="plan", line=n, value=day)
        if when is None or not words:
            raise Refused(NO_PLAN, field="plan", line=n, value=line.strip()[:40])
        plan.append((when, words))
    return plan


def is_overdue(order: OrderRow, now: datetime) -> bool:
    """Whether the open step's deadline has passed."""
    return order.due_at is not None and now > order.due_at


# trust.md §4.1: more than half upheld, of ten or more, calls for a look at the agency. A threshold of ours, no regulation's.
_ANOMALY_FROM = 10


def window_ends(begun: datetime, terms: Terms, calendar: WorkingCalendar) -> datetime | None:
    """Until when either side of an appeal may speak, counted from when it was its turn; None beyond the calendar."""
    return due_after(begun, terms.appeal_days, terms.appeal_unit, calendar)


def decision_due(begun: datetime, terms: Terms, calendar: WorkingCalendar) -> datetime | None:
    """Until when the deciders of an appeal have to act; None beyond the calendar."""
    return due_after(begun, terms.appeal_decision_days, terms.appeal_decision_unit, calendar)


# Whose time runs in a state: a side's to speak, or the deciders'.
_SPOKEN = frozenset({AppealState.ACCEPTED, AppealState.DECIDED})


def appeal_due(
    state: AppealState, since: datetime, terms: Terms, calendar: WorkingCalendar
) -> datetime | None:
    """Until when whoever is to act in this state should have done so; None beyond the calendar."""
    return (window_ends if state in _SPOKEN else decision_due)(since, terms, calendar)


def excludes(verdict: Verdict, *, malicious_is_invalid: bool) -> bool:
    """Whether a decision takes the review out of the count."""
    return verdict == Verdict.MISTAKEN or (verdict == Verdict.MALICIOUS and malicious_is_invalid)


def may_contest(verdict: Verdict, *, reviewer: bool) -> bool:
    """Whether a decision went against this side, wholly or in part."""
    lost = {Verdict.MISTAKEN, Verdict.MALICIOUS} if reviewer else {Verdict.REJECTED}
    return verdict in lost or verdict == Verdict.PARTLY


def decision_complaint(
    verdict: Verdict, fact: str, evidence: Sequence[str], *, ground: Ground, agrees: bool | None
) -> Complaint | None:
    """What is missing from a decision: each exclusion names its evidence (trust.md §4.3), malicious a fact of the list too.

    Whoever made a mistake proves it by saying so. What somebody meant to choose nobody else knows: denied, it was no
    mistake; another ground can be proved whatever the reviewer says.
    """
    if verdict not in EXCLUDING:
        return None
    if verdict == Verdict.MALICIOUS and fact not in set(ProvenFact):
        return Complaint(FACT_NEEDED, "fact")
    if verdict == Verdict.MISTAKEN and ground != Ground.MALICIOUS:
        if agrees:
            return None
        if ground == Ground.MIS_TAP and agrees is False:
            return Complaint(MISTAKE_DENIED, "verdict")
    return None if evidence else Complaint(EVIDENCE_NEEDED, "evidence")


def is_higher(path: str, decided: Sequence[str]) -> bool:
    """Whether a remit lies above those of the two who decided first; at the top of the tree it may be their own."""
    level = min(decided, key=len)
    return level.startswith(path) and (path != level or level.count(".") <= 1)


def second_level(decided: Sequence[str]) -> str:
    """The remit from which on, upwards, the second review is decided."""
    return path_above(min(decided, key=len))


def of_two_organisations(remits: tuple[str, str], agencies: tuple[Collection[str], Collection[str]]) -> bool:
    """Whether two who exclude a review together are of different organisations (trust.md §4.3).

    They are offices of two levels, or are known by the directory (`agencies`, paths) as staff of agencies none of which
    belongs to one of the other's. At the top of the tree, with no level above to go to, two persons have to do.
    """
    first, second = remits
    if first != second or path_above(first) == first:
        return True
    mine, others = agencies
    return bool(mine and others) and not any(are_related(one, other) for one in mine for other in others)


def are_related(one: str, other: str) -> bool:
    """Whether one of two agencies is, or belongs to, the other."""
    return one.startswith(other) or other.startswith(one)


def upheld(verdicts: Iterable[str]) -> Ratio:
    """Of decided appeals, by what was decided last, how many were upheld in whole or part."""
    last = list(verdicts)
    return Ratio(sum(verdict in UPHELD for verdict in last), len(last))


def is_anomalous(decided: Ratio) -> bool:
    """Whether so many appeals of one agency are upheld that appeals themselves may be the eraser."""
    return decided.denominator >= _ANOMALY_FROM and 2 * decided.numerator > decided.denominator


def in_force(rows: Iterable[DispatchRuleRow], day: date) -> dict[str, list[DispatchRuleRow]]:
    """The dispatch rules that send something on a day, by the division that made them, the lowest rank first.

    Of each rank the row with the latest first day holds, of those of one day the newest; one without an agency
    withdraws the rank.
    """
    newest: dict[tuple[str, int], DispatchRuleRow] = {}
    for row in rows:
        held = newest.get((row.division_path, row.rank))
        if row.effective_from <= day and (held is None or _since(held) < _since(row)):
            newest[row.division_path, row.rank] = row
    found: dict[str, list[DispatchRuleRow]] = {}
    for (path, _), row in sorted(newest.items(), key=lambda each: each[0]):
        if row.agency_id is not None:
            found.setdefault(path, []).append(row)
    return found


def _since(row: DispatchRuleRow) -> tuple[date, int]:
    return row.effective_from, row.version


def rule_for(rules: Mapping[str, Sequence[DispatchRuleRow]], facts: DispatchFacts) -> DispatchRuleRow | None:
    """The rule that decides where an order goes: the nearest division's, from its own upwards, then the first that fits."""
    codes = facts.division_path.rstrip(".").split(".")
    above = (f"{'.'.join(codes[:n])}." for n in range(len(codes), 0, -1))
    return next((rule for path in above for rule in rules.get(path, ()) if _fits(rule, facts)), None)


def _fits(rule: DispatchRuleRow, facts: DispatchFacts) -> bool:
    """Whether an order is what each condition that the rule names asks for."""
    return (
        rule.item_id in {None, facts.item_id}
        and rule.served_by_id in {None, facts.served_by_id}
        and rule.stage in {"", facts.stage}
        and (not rule.indicator or rule.indicator in facts.codes)
    )


def agency_for(rules: Mapping[str, Sequence[DispatchRuleRow]], facts: DispatchFacts) -> int:
    """The agency an order goes to: by rule, else whoever served (国办发〔2019〕51号: 谁办理、谁负责)."""
    rule = rule_for(rules, facts)
    return facts.served_by_id if rule is None or rule.agency_id is None else rule.agency_id
