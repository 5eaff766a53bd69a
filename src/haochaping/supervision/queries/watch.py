"""What calls for supervision now, for the flow that watches."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.directory.rules import path_range
from haochaping.directory.terms import Kind, Ref
from haochaping.identity.terms import IndexPurpose
from haochaping.kernel.identifiers import first_uuid7
from haochaping.kernel.periods import local_day
from haochaping.postgres.together import Asked
from haochaping.rectification.states import FINAL as ORDER_OVER
from haochaping.reviews.rules import is_active, is_bad
from haochaping.reviews.terms import Level, Provenance
from haochaping.supervision import access
from haochaping.supervision.models import Proposal, Signal, SupervisionOrder
from haochaping.supervision.queries.rows import supervision_rows
from haochaping.supervision.queries.statements import asked
from haochaping.supervision.rules import RUNG_OF_ALARM, is_beyond_chance
from haochaping.supervision.states import TRANSITIONS
from haochaping.supervision.terms import (
    AUTOMATIC,
    PROPOSED,
    Alarm,
    LeftBehind,
    NewSignal,
    ProposalState,
    Rung,
    RungReached,
    SignalKind,
    SupervisionMove,
    SupervisionState,
)
from haochaping.voices.states import AWAY as VOICE_OVER

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rulebook.terms import Terms
    from haochaping.supervision.terms import SupervisionRow

# trust.md §3.3: for twelve months after a bad review; ids of orders follow time, and a case is watched as long again.
_WATCHED = timedelta(days=2 * 366)
# Certainly the same person: a phone may have another owner by now, or be that of whoever helped.
_CERTAIN = [str(IndexPurpose.CERTIFICATE), str(IndexPurpose.PHONE_AND_END)]
# Below it a month says nothing of a window. A threshold of ours, no regulation's.
_LEAST_REVIEWS = 10
_ITEM = Coalesce("work_order__item_id", "voice__item_id")
_REACHED = ("rung", "opened_at", "division_id", "agency_id", _ITEM)
_SETTLED_FROM = [state for state, move in TRANSITIONS if move == SupervisionMove.SETTLE]
_HANDED_ON_IN = [state for state, move in TRANSITIONS if move == SupervisionMove.HAND_ON]


def alarms(now: datetime, *, limit: int) -> list[Alarm]:
    """Orders, parts and voices that are amber or red and about which something is still to be done, the most urgent first."""
    found = asked("watch", {"now": now, "limit": limit})
    return [
        Alarm(order, part, voice, division, agency, due_at, RUNG_OF_ALARM[alarm])
        for order, part, voice, division, agency, due_at, alarm in found
    ]


def repeat_offenders(now: datetime, terms: Mapping[int, Terms]) -> list[NewSignal]:
    """A signal for every item of an agency with more bad reviews than the rules of its division let pass."""
    if not terms:
        return []
    days = [each.repeat_offender_days for each in terms.values()]
    today = local_day(now)
    found = asked(
        "repeat",
        {
            "now": now,
            "today": today,
            "first": first_uuid7(now - timedelta(days=max(days))),
            "divisions": list(terms),
            "least": [each.repeat_offender_orders for each in terms.values()],
            "days": days,
        },
    )
    return [
        NewSignal(
            SignalKind.REPEAT_OFFENDER,
            division_id,
            agency_id,
            subject=f"item:{division_id}:{agency_id}:{item_id}",
            day=today,
            facts={
                "orders": str(count),
                "item": str(item_id),
                "days": str(terms[division_id].repeat_offender_days),
            },
        )
        for division_id, agency_id, item_id, count in found
    ]


def last_windows(now: datetime, terms: Mapping[int, Terms]) -> list[NewSignal]:
    """A signal for every window that was the last of its hall for so many months as the rules of its division say."""
    asking = {pk: each.interview_after_months for pk, each in terms.items() if each.interview_after_months}
    if not asking:
        return []
    month = local_day(now).replace(day=1)
    found = asked(
        "windows",
        {
            "divisions": list(asking),
            "months": list(asking.values()),
            "month": month,
            "least": _LEAST_REVIEWS,
            "bad": [int(level) for level in Level if is_bad(level)],
            "active": [str(one) for one in Provenance if is_active(one)],
        },
    )
    windows = directory.refs(Kind.WINDOWS, [row[2] for row in found])
    halls = directory.refs(Kind.HALLS, [row[3] for row in found])
    return [
        NewSignal(
            SignalKind.WINDOW_LAST,
            division_id,
            agency_id,
            subject=f"window:{window_id}",
            day=month,
            facts={"hall": halls[hall_id].name, "window": windows[window_id].name, "months": str(months)},
        )
        for division_id, agency_id, window_id, hall_id, months in found
    ]


def fared_worse(now: datetime) -> list[NewSignal]:
    """A signal for each bad review after which the same person fared worse with the agency than chance explains."""
    parameters = {"first": first_uuid7(now - _WATCHED), "certain": _CERTAIN}
    return [
        NewSignal(
            SignalKind.FARED_WORSE,
            division_id,
            agency_id,
            subject=str(order_id),
            day=local_day(since),
            work_order_id=order_id,
            facts={"cases": str(own)},
        )
        for order_id, division_id, agency_id, since, cases, own, *found in asked("fared", parameters)
        if any(
            is_beyond_chance(cases, own, worse, worse_own)
            for worse, worse_own in zip(found[::2], found[1::2], strict=True)
        )
    ]


def subjects_since(kind: SignalKind, day: date) -> set[str]:
    """About whom a signal of a kind was raised on or after a day, whatever became of it."""
    return set(Signal.objects.filter(kind=kind, day__gte=day).values_list("subject", flat=True))


def reached(
    *, orders: Collection[UUID] | None = None, proposals: Collection[UUID] | None = None
) -> list[RungReached]:
    """What is counted of these supervision orders and proposals, of neither in particular of all.

    A draft is nothing, nor is what was not adopted, nor a measure about a person.
    """
    sent = SupervisionOrder.objects.exclude(state=SupervisionState.OPENED)
    adopted = Proposal.objects.filter(state=ProposalState.ADOPTED, staff=None)
    if orders is not None or proposals is not None:
        sent, adopted = sent.filter(id__in=orders or ()), adopted.filter(id__in=proposals or ())
    about = "supervision__"
    rows = [
        *sent.values_list(*_REACHED),
        *adopted.values_list(
            "rung",
            "decided_at",
            f"{about}division_id",
            f"{about}agency_id",
            Coalesce(f"{about}work_order__item_id", f"{about}voice__item_id"),
        ),
    ]
    return [RungReached(Rung(rung), *rest) for rung, *rest in rows]


def behind(
    by: Actor,
    rung: Rung,
    place: tuple[str, str | None, int | None],
    begin: datetime | None,
    end: datetime | None,
    *,
    limit: int,
    offset: int = 0,
) -> list[SupervisionRow]:
    """The supervision orders behind a figure of one rung, newest first, as far as the asker may know of them.

    `place` names a division and perhaps an agency, each with all below, and an item.
    """
    check_power(by, Power.ORDER_SUPERVISE)
    adopted = Proposal.objects.filter(access.proposed(by), rung=rung, state=ProposalState.ADOPTED, staff=None)
    decided = _between("decided_at", begin, end)
    if rung in PROPOSED:
        counted = Q(id__in=adopted.filter(decided).values("supervision_id"))
    else:
        counted = Q(rung=rung) & ~Q(state=SupervisionState.OPENED) & _between("opened_at", begin, end)
    rows = SupervisionOrder.objects.filter(access.supervised(by), counted, _within(*place))
    return supervision_rows(rows.order_by("-opened_at", "-id")[offset : offset + limit])


def _between(column: str, begin: datetime | None, end: datetime | None) -> Q:
    since = Q(**{f"{column}__gte": begin}) if begin else Q()
    return since & Q(**{f"{column}__lt": end}) if end else since


def _within(division_path: str, agency_path: str | None, item_id: int | None) -> Q:
    low, high = path_range(division_path)
    within = Q(division__path__gte=low, division__path__lt=high) if division_path else Q()
    if agency_path is not None:
        low, high = path_range(agency_path)
        within &= Q(agency__path__gte=low, agency__path__lt=high)
    if item_id is None:
        return within
    return within & (Q(work_order__item_id=item_id) | Q(voice__item_id=item_id))


def left_behind(
    *, orders: Collection[UUID] = (), parts: Collection[UUID] = (), voices: Collection[UUID] = ()
) -> Asked[list[LeftBehind]]:
    """Lock what reminds or warns an agency, unanswered, of an order, part or voice that another one has now."""
    about = Q(work_order__in=orders, part=None) | Q(part__in=parts) | Q(voice__in=voices)
    pk, code, name = (
        Coalesce(*(f"{matter}__agency__{column}" for matter in ("part", "voice", "work_order")))
        for column in ("id", "code", "name")
    )
    rows = SupervisionOrder.objects.filter(about, rung__in=AUTOMATIC, state__in=_HANDED_ON_IN)
    found = rows.exclude(agency_id=pk).select_for_update(of=("self",)).order_by("id")
    return Asked(
        found.values_list("id", pk, code, name, *_REACHED),
        lambda rows: [_left_behind(*row) for row in rows],
    )


def _left_behind(pk: UUID, agency_id: int, code: str, name: str, rung: str, *rest: Any) -> LeftBehind:
    return LeftBehind(pk, RungReached(Rung(rung), *rest), Ref(agency_id, code, name))


def over(*, limit: int) -> list[UUID]:
    """Reminders and warnings whose work order is over, or the part of it or the voice that they are about."""
    part_over = Q(part__done_at__isnull=False) | Q(part__ended_at__isnull=False)
    is_over = part_over | Q(work_order__state__in=ORDER_OVER) | Q(voice__state__in=VOICE_OVER)
    rows = SupervisionOrder.objects.filter(is_over, rung__in=AUTOMATIC, state__in=_SETTLED_FROM)
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])
