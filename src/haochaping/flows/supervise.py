"""监督: look over the open work orders, remind and warn by itself, and raise what a supervisor should see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.accounts import queries as accounts
from haochaping.directory import queries as directory
from haochaping.flows import tell_staff
from haochaping.insight import actions as insight
from haochaping.insight.rules import changes, order_units, supervision_units
from haochaping.kernel.actor import SYSTEM, ActorKind
from haochaping.kernel.periods import local_day
from haochaping.notices.terms import About, NoticeKind
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import figures
from haochaping.rectification.queries import help as help_queries
from haochaping.rectification.rules import must_be_supervised
from haochaping.rectification.terms import Alarm, ClockKind, OrderState
from haochaping.reviews import queries as reviews
from haochaping.rulebook import queries as rulebook
from haochaping.supervision import actions as supervision
from haochaping.supervision import queries
from haochaping.supervision.rules import overdue_signals
from haochaping.supervision.terms import NewSignal, SignalKind, SupervisionMove, SupervisionRow
from haochaping.voices import queries as voices

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import ReviewRow
    from haochaping.rulebook.terms import Terms
    from haochaping.supervision.terms import UrgingRow

_BATCH = 2000


def watch(now: datetime) -> int:
    """Signals, reminders and warnings for what is amber or red now; lifted where the order is over. How many opened.

    Everything is done once, by what the tables hold: it may run twice at the same time, and again at any time.
    """
    with transaction.atomic():
        alarms = queries.alarms(now, limit=_BATCH)
        supervision.raise_signals(overdue_signals(alarms), by=SYSTEM, now=now)
        opened = supervision.open_automatic(alarms, by=SYSTEM, now=now)
        # What is sent stays sent, and an adopted measure adopted: each counts once and is never taken off again.
        insight.count(supervision_units(queries.reached(orders=opened)))
        supervision.settle(queries.over(limit=_BATCH), by=SYSTEM, now=now)
    return len(opened)


@transaction.atomic
def tell_alarms(now: datetime) -> int:
    """Whoever handles an order hears when its clock turns amber or red, once each; returns how many did.

    So does an agency that helps, by the clock of its part; when that is red supervisors see that it is late, not the lead.
    Of what the supervisory office is to decide it alone hears: no agency is late with that.
    """
    marked = rectification.mark_alarms(now=now)
    found = {row.id: row for row in orders.rows(alarm.id for alarm in marked)}
    theirs = [one for one in marked if one.id in found and one.clock != ClockKind.DECIDE]
    for alarm, kind in ((Alarm.AMBER, NoticeKind.ORDER_AMBER), (Alarm.RED, NoticeKind.ORDER_RED)):
        rows = [found[one.id] for one in theirs if one.alarm == alarm]
        tell_staff.tell(kind, tell_staff.about_orders(rows), by=SYSTEM, now=now)
    at_office = (found[one.id] for one in marked if one.id in found and one.clock == ClockKind.DECIDE)
    office = [replace(about, agency_id=None) for about in tell_staff.about_orders(at_office)]
    tell_staff.tell(NoticeKind.OFFICE_ORDER_DUE, office, by=SYSTEM, now=now)
    return len(marked) + _tell_help_alarms(now)


def _tell_help_alarms(now: datetime) -> int:
    marked = rectification.mark_help_alarms(now=now)
    parts = {part.id: part for part in help_queries.parts(one.id for one in marked)}
    for alarm, kind in ((Alarm.AMBER, NoticeKind.HELP_AMBER), (Alarm.RED, NoticeKind.HELP_RED)):
        rows = [parts[one.id] for one in marked if one.alarm == alarm]
        tell_staff.tell(kind, tell_staff.about_parts(rows), by=SYSTEM, now=now)
    signals = [
        NewSignal(
            SignalKind.HELP_LATE,
            parts[one.id].division_id,
            parts[one.id].agency_id,
            str(one.id),
            local_day(one.due_at),
            parts[one.id].order_id,
        )
        for one in marked
        if one.alarm == Alarm.RED
    ]
    supervision.raise_signals(signals, by=SYSTEM, now=now)
    return len(marked)


@transaction.atomic
def take_report(review_id: UUID, *, text: str, by: Actor, now: datetime) -> str:
    """A reviewer reports a disadvantage, and the supervisory office hears of it; raises as `supervision.actions.report`."""
    receipt = supervision.report(review_id, text=text, by=by, now=now)
    review = reviews.reviews([review_id])[review_id]
    report = queries.report_of(review_id)
    # Where it comes from stands on the page of the report, for whoever may open it.
    about = About("report", str(report), review.division_id, staff_id=review.staff_id)
    tell_staff.tell(NoticeKind.REPRISAL_REPORT, [about], by=by, now=now)
    return receipt


@transaction.atomic
def count_late(now: datetime, *, of: Collection[int] | None = None) -> int:
    """Promises to reviewers that have run out count as broken from now on; returns of how many orders.

    `of` names the agencies, all without it.
    """
    review_ids = figures.newly_late(now, limit=_BATCH, of=of)
    if not review_ids:
        return 0
    before = order_units(orders.facts_of(review_ids).values())
    rectification.mark_late(review_ids, now=now)
    insight.count(changes(before, order_units(orders.facts_of(review_ids).values())))
    return len(review_ids)


@transaction.atomic
def send(supervision_id: UUID, *, by: Actor, now: datetime) -> None:
    """A supervision letter goes out, and the agency hears of it; raises as `supervision.actions.notify`."""
    supervision.notify(supervision_id, by=by, now=now)
    insight.count(supervision_units(queries.reached(orders=[supervision_id])))
    row = queries.supervision(supervision_id, by=by)
    tell_staff.tell(NoticeKind.SUPERVISION_ORDER, [_about("supervision", row)], by=by, now=now)


@transaction.atomic
def respond(supervision_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """The agency answers, and the office that sent it hears of it; raises as `supervision.actions.respond`."""
    supervision.respond(supervision_id, text=text, by=by, now=now)
    row = queries.supervision(supervision_id, by=by)
    sent = [one.by for one in queries.timeline(supervision_id) if one.move == SupervisionMove.NOTIFY]
    about = _at_office_of(sent[-1], _about("supervision", row), row.division_path)
    tell_staff.tell(NoticeKind.SUPERVISION_ANSWERED, [about], by=by, now=now)


@transaction.atomic
def decide(proposal_id: UUID, *, adopt: bool, reason: str, by: Actor, now: datetime) -> None:
    """A proposal is adopted, and counted, or it is not; raises as `supervision.actions.decide`."""
    supervision.decide(proposal_id, adopt=adopt, reason=reason, by=by, now=now)
    insight.count(supervision_units(queries.reached(proposals=[proposal_id])))


@transaction.atomic
def urge(*, to: str, work_order_id: UUID | None, text: str, key: UUID, by: Actor, now: datetime) -> UUID:
    """Somebody is urged, and hears of it, once for each form; raises as `supervision.actions.urge`."""
    urging_id = supervision.urge(to=to, work_order_id=work_order_id, text=text, key=key, by=by, now=now)
    row = queries.urging(urging_id, by=by)
    if row.urged_at == now:
        kind = NoticeKind.URGING if row.agency_path else NoticeKind.OFFICE_URGED
        tell_staff.tell(kind, [_about("urging", row)], by=by, now=now)
    return urging_id


@transaction.atomic
def ask_help(*, work_order_id: UUID | None, text: str, key: UUID, by: Actor, now: datetime) -> UUID:
    """An office asks for help, and the next level above hears of it; raises as `supervision.actions.ask_help`."""
    asked_id = supervision.ask_help(work_order_id=work_order_id, text=text, key=key, by=by, now=now)
    row = queries.urging(asked_id, by=by)
    if row.urged_at == now:
        above = tell_staff.division_above(row.division_path)
        about = replace(_about("urging", row), division_id=above)
        tell_staff.tell(NoticeKind.OFFICE_HELP_ASKED, [about], by=by, now=now)
    return asked_id


@transaction.atomic
def answer(urging_id: UUID, *, text: str, by: Actor, now: datetime) -> None:
    """Whoever was urged or asked answers, and the office that did so hears of it; raises as `supervision.actions.answer`."""
    supervision.answer(urging_id, text=text, by=by, now=now)
    row = queries.urging(urging_id, by=by)
    about = _at_office_of(row.urged_by, _about("urging", row), row.division_path)
    tell_staff.tell(NoticeKind.URGING_ANSWERED, [about], by=by, now=now)


def _about(kind: str, row: SupervisionRow | UrgingRow) -> About:
    """A supervision order or urging as staff are told of it; without an agency it is the division's office's.

    Whom its order or voice is about is not told of it.
    """
    code = row.agency_path.split(".")[-2] if row.agency_path else ""
    agency = directory.agencies([code])[code] if code else None
    return About(
        kind,
        str(row.id),
        tell_staff.division_at(row.division_path, row.division_path),
        agency.id if agency else None,
        {"agency": row.agency_name or row.division_name},
        staff_id=_meant(row),
    )


def _meant(row: SupervisionRow | UrgingRow) -> int | None:
    """Whom the order or voice is about that is supervised."""
    if row.work_order_id:
        return orders.rows([row.work_order_id])[0].staff_id
    voice_id = row.voice_id if isinstance(row, SupervisionRow) else None
    return voices.voices([voice_id])[voice_id].staff_id if voice_id else None


def _at_office_of(sent_by: str, about: About, division_path: str) -> About:
    """The same, told to the office that somebody acted for; where they act for none any more, to that of the place."""
    kind, _, pk = sent_by.partition(":")
    path = None
    if kind == ActorKind.STAFF and pk.isdecimal():
        path = accounts.standing_of_user(int(pk)).actor.scope.division_path
    if path is None or not division_path.startswith(path):
        path = division_path
    return replace(about, division_id=tell_staff.division_at(path, division_path), agency_id=None)


@transaction.atomic
def tell_missed(now: datetime) -> int:
    """Whoever handles an order hears, once, that a day of its plan has passed with its line undone; returns how many."""
    found = rectification.mark_missed(now=now, limit=_BATCH)
    tell_staff.tell(
        NoticeKind.MILESTONE_MISSED, tell_staff.about_orders(orders.rows(found)), by=SYSTEM, now=now
    )
    return len(found)


def signal_illegal_conditions(given: Iterable[ReviewRow], *, now: datetime) -> None:
    """Have the supervisors see the orders whose reasons go to supervision whatever is found, in the caller's transaction.

    Once for each order: its signal is of the day on which the order was opened, however often reasons are given.
    """
    found = orders.orders_of_reviews([row.id for row in given if must_be_supervised(row.indicator_codes)])
    signals = [
        NewSignal(
            SignalKind.ILLEGAL_CONDITION,
            order.division_id,
            order.agency_id,
            str(order.id),
            local_day(order.created_at),
            order.id,
        )
        for order in found.values()
        if order.state != OrderState.CANCELLED
    ]
    supervision.raise_signals(signals, by=SYSTEM, now=now)


def watch_repeats(now: datetime) -> int:
    """A signal for each item of an agency that is rated badly again and again; returns how many are new."""
    signals = queries.repeat_offenders(now, _terms(now))
    with transaction.atomic():
        return len(supervision.raise_signals(signals, by=SYSTEM, now=now))


def watch_windows(now: datetime) -> int:
    """A signal for each window that was the last of its hall for months, once a month; returns how many are new."""
    signals = queries.last_windows(now, _terms(now))
    with transaction.atomic():
        return len(supervision.raise_signals(signals, by=SYSTEM, now=now))


def watch_reviewers(now: datetime) -> int:
    """A signal for each bad review after which its reviewer fared worse than others; returns how many are new."""
    signals = queries.fared_worse(now)
    with transaction.atomic():
        return len(supervision.raise_signals(signals, by=SYSTEM, now=now))


def _terms(now: datetime) -> dict[int, Terms]:
    """The rules of every division."""
    return rulebook.terms_for_divisions(directory.division_ids_under(""), local_day(now))
