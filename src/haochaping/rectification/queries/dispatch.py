"""派单规则 reads: where orders go by rule, what a proposed rule would have changed, and the rules themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, Max, Q, TextField, When
from django.db.models.functions import Cast

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.cases.terms import Stage
from haochaping.directory import queries as directory
from haochaping.directory.rules import check_goes_on, path_range
from haochaping.directory.terms import UNKNOWN_CODE, Kind
from haochaping.kernel.identifiers import first_uuid7
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Refused
from haochaping.rectification import access
from haochaping.rectification.models import DispatchRule, WorkOrder
from haochaping.rectification.rules import agency_for, in_force, rule_for
from haochaping.rectification.states import FINAL
from haochaping.rectification.terms import (
    AGENCY_ELSEWHERE,
    BAD_RANK,
    LOWEST_RANK,
    NO_SUCH_AGENCY,
    NO_SUCH_ITEM,
    NO_SUCH_ORDER,
    NO_SUCH_RULE,
    NO_SUCH_STAGE,
    DispatchFacts,
    DispatchRuleRow,
    DispatchRuleShown,
    DispatchShare,
    Handing,
    OrderState,
    Route,
    WaitingOrder,
)
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import NATIONAL_SET, UNKNOWN_INDICATOR
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.rules import check_not_past

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from haochaping.directory.terms import AgencyRef
    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import ProposedRule
    from haochaping.rulebook.terms import Terms

_RULE = (
    "id",
    "division__path",
    "rank",
    "version",
    "effective_from",
    "agency_id",
    "item_id",
    "served_by_id",
    "stage",
    "indicator",
)
_FACTS = (
    "division__path",
    "item_id",
    "review__agency_id",
    "review__occurrence__stage",
    "review__indicator_codes",
)
# Whether whoever served has ended, and who has the item now.
_SUCCESSION = ("review__agency__valid_to", "item__agency_id", "item__agency__valid_to")
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class _Ready:
    """A due order, and until when it is hidden, or the operator's to send."""

    order_id: UUID
    hidden_until: datetime
    operator_until: datetime


def targets(order_ids: Sequence[UUID], now: datetime) -> dict[UUID, int]:
    """The agency of each order by the rules of today; where no rule fits, whoever goes on for who served (承继).

    An order that is absent goes to whoever served.
    """
    day = local_day(now)
    begun = in_force(_rules(day), day) if order_ids else {}
    rows = WorkOrder.objects.filter(id__in=order_ids).values_list("id", *_SUCCESSION, *_FACTS)
    found = ((pk, _target(begun, row[:3], _facts(row[3:]), day)) for pk, *row in rows)
    return {pk: agency for pk, agency in found if agency is not None}


def _target(
    begun: Mapping[str, Sequence[DispatchRuleRow]], succession: Sequence[Any], facts: DispatchFacts, day: date
) -> int | None:
    """By rule, else whoever the item belongs to now if who served has ended; None where it goes to who served."""
    ended, successor, successor_ended = succession
    if (by_rule := rule_for(begun, facts)) is not None:
        return by_rule.agency_id
    if ended is None or ended >= day or (successor_ended is not None and successor_ended < day):
        return None
    return int(successor)


def _rules(day: date) -> list[DispatchRuleRow]:
    """Every version that has begun on a day; the agency of one that has ended by then is left out."""
    rows = DispatchRule.objects.filter(effective_from__lte=day).values_list("agency__valid_to", *_RULE)
    return [_current(DispatchRuleRow(*row), ends, day) for ends, *row in rows]


def _current(rule: DispatchRuleRow, ends: date | None, day: date) -> DispatchRuleRow:
    return rule if ends is None or ends >= day else replace(rule, agency_id=None)


def _facts(row: Sequence[Any]) -> DispatchFacts:
    path, item_id, served_by_id, stage, codes = row
    return DispatchFacts(path, item_id, served_by_id, stage, frozenset(codes))


def of_ended_agencies(day: date, *, limit: int) -> list[Handing]:
    """Open orders with an agency that ended before a day; its successor is the agency that the item belongs to now."""
    rows = WorkOrder.objects.filter(agency__valid_to__lt=day).exclude(state__in=[OrderState.CREATED, *FINAL])
    goes_on = Q(item__agency__valid_to=None) | Q(item__agency__valid_to__gte=day)
    taken = Case(When(goes_on, then=F("item__agency_id")), default=None)
    found = rows.annotate(taken_by=taken).order_by(F("taken_by").asc(nulls_last=True), "id")
    columns = ("id", "review_id", "division_id", "agency_id", "agency__valid_to", "taken_by")
    return [Handing(*row) for row in found.values_list(*columns)[:limit]]


def held_back(now: datetime, *, only: Sequence[UUID] | None = None) -> list[UUID]:
    """Due orders that do not go out by themselves yet: for the operator of the hotline to send, or hidden until morning."""
    return [one.order_id for one in _ready(now, only) if now < max(one.hidden_until, one.operator_until)]


def waiting(by: Actor, now: datetime) -> list[WaitingOrder]:
    """The orders of one's remit that wait for the operator of the hotline, with the agency they go to by rule."""
    check_power(by, Power.ORDER_DISPATCH)
    until = {one.order_id: one.operator_until for one in _ready(now) if _waits(one, now)}
    rows = WorkOrder.objects.filter(access.visible(by), id__in=until).order_by("dispatch_after", "id")
    found = list(rows.values_list("id", "item__name", "agency_id"))
    to = targets([pk for pk, *_ in found], now)
    named = directory.refs(Kind.AGENCIES, {to.get(pk, agency_id) for pk, _, agency_id in found})
    return [
        WaitingOrder(pk, item, ref.code, ref.name, until[pk])
        for pk, item, agency_id in found
        for ref in (named[to.get(pk, agency_id)],)
    ]


def waits_for_operator(order_id: UUID, now: datetime) -> bool:
    """Whether an order is the operator's of the hotline to send."""
    return any(_waits(one, now) for one in _ready(now, [order_id]))


def _waits(one: _Ready, now: datetime) -> bool:
    return one.hidden_until <= now < one.operator_until


def _ready(now: datetime, only: Sequence[UUID] | None = None) -> list[_Ready]:
    """Orders due since yesterday that have not gone out, with what may still hold them back.

    Those whose case is hidden from the agency (全隐) go out together when offices open the next day: sent one by one,
    each would tell by when it came, and by when it is due, at what moment its review was given.
    """
    since = datetime.combine(local_day(now) - timedelta(days=1), time(0), BEIJING)
    due = WorkOrder.objects.filter(state=OrderState.CREATED, dispatch_after__range=(since, now))
    if only is not None:
        due = due.filter(id__in=only)
    rows = list(due.values_list("id", "review_id", "division_id", "created_at", "dispatch_after"))
    wished = reviews.concealed_among([row[1] for row in rows]).answer if rows else set()
    rules: dict[tuple[int, date], Terms] = {}
    found = []
    for pk, review_id, division_id, created_at, ready in rows:
        key = (division_id, local_day(created_at))
        terms = rules.get(key) or rules.setdefault(key, rulebook.terms_for_division(*key))
        opens = datetime.combine(local_day(ready) + timedelta(days=1), terms.workday_start, BEIJING)
        hidden = review_id in wished or terms.conceals_reviewer
        by_hand = ready + terms.dispatch_time if terms.dispatched_by_hotline else ready
        found.append(_Ready(pk, opens if hidden else ready, by_hand))
    return found


def agency_within(code: str, day: date, by: Actor) -> AgencyRef:
    """The agency of a code, within the actor's remit, that can be given something to do on a day.

    Raises:
        Refused: NO_SUCH_AGENCY, AGENCY_ELSEWHERE, AGENCY_ENDED, AGENCY_NOT_BEGUN.
    """
    agency = _agency(code, "agency")
    if not by.scope.covers(division_path=agency.division_path, agency_path=agency.path):
        raise Refused(AGENCY_ELSEWHERE, field="agency", value=agency.name)
    check_goes_on(agency, day)
    return agency


def _agency(code: str, field: str) -> AgencyRef:
    agency = directory.agencies([code.strip()]).get(code.strip())
    if agency is None:
        raise Refused(NO_SUCH_AGENCY, field=field, value=code[:40])
    return agency


def judged(typed: ProposedRule, *, by: Actor, now: datetime) -> DispatchRuleRow:
    """The rule that was typed, to be the newest of its rank.

    Raises:
        Refused: UNKNOWN_CODE for the division, NOT_ALLOWED, OUT_OF_SCOPE, BAD_RANK, IN_THE_PAST, NO_SUCH_AGENCY,
            AGENCY_ELSEWHERE, AGENCY_ENDED, AGENCY_NOT_BEGUN, NO_SUCH_ITEM, NO_SUCH_STAGE, UNKNOWN_INDICATOR.
    """
    check_power(by, Power.ORDER_DISPATCH)
    division = directory.division(typed.division.strip())
    if division is None:
        raise Refused(UNKNOWN_CODE, field="division", value=typed.division[:40])
    access.check_rule(by, division_path=division.path)
    if not 1 <= typed.rank <= LOWEST_RANK:
        raise Refused(BAD_RANK, field="rank", limit=LOWEST_RANK)
    check_not_past(typed.effective_from, now, "effective_from")
    agency = agency_within(typed.agency, typed.effective_from, by)
    said = DispatchRule.objects.filter(division_id=division.id, rank=typed.rank)
    return DispatchRuleRow(
        id=0,
        division_path=division.path,
        rank=typed.rank,
        version=(said.aggregate(last=Max("version"))["last"] or 0) + 1,
        effective_from=typed.effective_from,
        agency_id=agency.id,
        item_id=_item(typed.item.strip()),
        served_by_id=_agency(typed.served_by, "served_by").id if typed.served_by.strip() else None,
        stage=_stage(typed.stage),
        indicator=_indicator(typed.indicator.strip()),
    )


def _item(code: str) -> int | None:
    found = directory.items([code]).get(code) if code else None
    if code and found is None:
        raise Refused(NO_SUCH_ITEM, field="item", value=code[:40])
    return found.id if found else None


def _stage(value: str) -> str:
    if value and value not in set(Stage):
        raise Refused(NO_SUCH_STAGE, field="stage", value=value[:40])
    return value


def _indicator(code: str) -> str:
    if code and code not in reviews.indicators():
        raise Refused(UNKNOWN_INDICATOR, field="indicator", value=code[:40], indicator_set=NATIONAL_SET)
    return code


def simulated(
    typed: ProposedRule, *, since: datetime, until: datetime, by: Actor, now: datetime
) -> list[DispatchShare]:
    """Where the orders of a time would have gone without a proposed rule and with it, by the rules of its first day.

    Only orders within reach count, and only those that went out; the agencies with the greatest change stand first.
    Raises as `judged`.
    """
    proposed = judged(typed, by=by, now=now)
    day = proposed.effective_from
    rows = _rules(day)
    before, after = in_force(rows, day), in_force([*rows, proposed], day)
    without: Counter[int] = Counter()
    with_it: Counter[int] = Counter()
    moved: dict[int, list[str]] = {}
    for sample, n, *row in _groups(proposed.division_path, since, until, by):
        facts = _facts(row)
        old, new = agency_for(before, facts), agency_for(after, facts)
        without[old] += n
        with_it[new] += n
        if old != new:
            moved.setdefault(new, []).append(sample)
    return _shares(without, with_it, moved)


def _groups(path: str, since: datetime, until: datetime, by: Actor) -> Iterable[tuple[Any, ...]]:
    """Orders that rules cannot tell apart, counted together: the newest one of them, how many, what rules look at."""
    low, high = path_range(path)
    sent = WorkOrder.objects.filter(
        access.visible(by),
        division__path__gte=low,
        division__path__lt=high,
        # Ids are ordered by time: the primary key finds the days.
        id__gte=first_uuid7(since),
        created_at__gte=since,
        created_at__lt=until,
        dispatched_at__isnull=False,
    )
    groups = sent.values(*_FACTS).annotate(newest=Max(Cast("id", TextField())), n=Count("id"))
    return list(groups.values_list("newest", "n", *_FACTS))


def _shares(without: Counter[int], with_it: Counter[int], moved: dict[int, list[str]]) -> list[DispatchShare]:
    names = directory.agency_names(without | with_it)
    shown = {agency: sorted(found, reverse=True)[:_EXAMPLES] for agency, found in moved.items()}
    orders = WorkOrder.objects.filter(id__in=[pk for found in shown.values() for pk in found])
    items = {str(pk): (pk, name) for pk, name in orders.values_list("id", "item__name")}
    shares = [
        DispatchShare(
            agency,
            names[agency],
            without[agency],
            with_it[agency],
            tuple(items[pk] for pk in shown.get(agency, ()) if pk in items),
        )
        for agency in without | with_it
    ]
    return sorted(shares, key=lambda one: (-abs(one.with_it - one.without), -one.with_it, one.agency_name))


_SHOWN = (
    "id",
    "division__code",
    "division__name",
    "division__path",
    "rank",
    "version",
    "effective_from",
    "agency__name",
    "agency__valid_to",
    "item__name",
    "served_by__name",
    "stage",
    "indicator",
    "source",
    "made_by",
    "made_at",
)


def rules(by: Actor, now: datetime) -> list[DispatchRuleShown]:
    """The rules that hold where somebody dispatches, those to come and those made above included, as they are asked."""
    check_power(by, Power.ORDER_DISPATCH)
    path = by.scope.division_path
    if path is None:
        return []
    low, high = path_range(path)
    above = Q(division__code__in=path.rstrip(".").split("."))
    found = _shown(
        Q(division__path__gte=low, division__path__lt=high) | above if path else Q(), local_day(now)
    )
    return sorted(found, key=lambda one: (one.division_path, one.rank, one.effective_from))


def _shown(where: Q, day: date) -> list[DispatchRuleShown]:
    """What holds on a day and what is to come; what was replaced or withdrawn is left out."""
    standing: dict[tuple[str, int, date], Any] = {}
    for row in DispatchRule.objects.filter(where).order_by("effective_from", "version").values_list(*_SHOWN):
        path, rank, since = row[3], row[4], row[6]
        # Whatever has begun by today, the latest of it holds; each day to come has one of its own.
        standing[path, rank, max(since, day)] = row
    return [_row(row, day) for row in standing.values() if row[7] is not None]


def _row(row: tuple[Any, ...], day: date) -> DispatchRuleShown:
    columns = {name.replace("__", "_"): value for name, value in zip(_SHOWN, row, strict=True)}
    ends = columns.pop("agency_valid_to")
    names = {name: columns[name] or "" for name in ("agency_name", "item_name", "served_by_name")}
    return DispatchRuleShown(**columns | names, ended=ends is not None and ends < day)


def standing(division_id: int, rank: int, now: datetime) -> list[DispatchRuleShown]:
    """What holds today of one rank of a division, and what is to come."""
    return _shown(Q(division_id=division_id, rank=rank), local_day(now))


def rule(rule_id: int, *, by: Actor, now: datetime) -> DispatchRuleShown:
    """One version of a rule that the actor may take back; raises NO_SUCH_RULE, NOT_ALLOWED, OUT_OF_SCOPE."""
    found = DispatchRule.objects.filter(id=rule_id).values_list(*_SHOWN).first()
    if found is None:
        raise Refused(NO_SUCH_RULE)
    shown = _row(found, local_day(now))
    access.check_rule(by, division_path=shown.division_path)
    return shown


def route(order_id: UUID, now: datetime) -> Route:
    """Where an order goes by the rules of the day it went out, or of today while it waits; raises NO_SUCH_ORDER."""
    orders = WorkOrder.objects.filter(id=order_id)
    found = orders.values_list("dispatched_at", "agency__name", *_SUCCESSION, *_FACTS).first()
    if found is None:
        raise Refused(NO_SUCH_ORDER)
    dispatched_at, is_with, *row = found
    day = local_day(dispatched_at or now)
    begun = in_force(_rules(day), day)
    facts = _facts(row[3:])
    by_rule, agency = rule_for(begun, facts), _target(begun, row[:3], facts, day) or facts.served_by_id
    shown = DispatchRule.objects.filter(id=by_rule.id).values_list(*_SHOWN).get() if by_rule else None
    return Route(_row(shown, day) if shown else None, directory.agency_names([agency])[agency], is_with, day)
