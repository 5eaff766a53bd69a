"""申诉 reads: the lists of both sides, one appeal with its decisions and events, what is due, figures for each agency."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q
from django.db.models.functions import TruncMonth

from haochaping.accounts.access import check_power, check_scope
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.ratios import Ratio
from haochaping.kernel.refused import Refused
from haochaping.postgres.together import Asked
from haochaping.rectification import access
from haochaping.rectification.models import Appeal, AppealDecision, AppealEvent, WorkOrder
from haochaping.rectification.rules import upheld, window_ends
from haochaping.rectification.states import APPEAL_FINAL
from haochaping.rectification.terms import (
    NO_SUCH_APPEAL,
    AppealCount,
    AppealEventRow,
    AppealMove,
    AppealRow,
    AppealState,
    DecisionRow,
    OrderState,
    Verdict,
)
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from haochaping.accounts.terms import Power
    from haochaping.kernel.actor import Actor

_APPEAL = (
    "id",
    "order_id",
    "order__review_id",
    "division_id",
    "division__path",
    "agency_id",
    "agency__path",
    "agency__name",
    "order__item__name",
    "state",
    "ground",
    "fact",
    "text",
    "reference",
    "filed_by",
    "filed_at",
    "due_at",
    "refusal",
    "agrees",
    "answer",
    "answered_at",
    "objection",
    "contested_by",
    "contested_at",
    "order__staff_id",
)
_DECISION = (
    "instance",
    "verdict",
    "fact",
    "evidence",
    "text",
    "proposed_by",
    "proposed_path",
    "proposed_at",
    "confirmed_by",
    "confirmed_path",
    "confirmed_at",
    "sent_back_by",
    "sent_back_at",
)
# What stands on the order is called as on the appeal.
_NAMES = tuple(name.removeprefix("order__").replace("__", "_") for name in _APPEAL)
_LAPSING = (AppealState.ACCEPTED, AppealState.DECIDED)


def _row(values: tuple[object, ...]) -> AppealRow:
    columns = dict(zip(_NAMES, values, strict=True))
    columns["state"] = AppealState(str(columns["state"]))
    return AppealRow(**columns)  # type: ignore[arg-type]


def appeals(by: Actor, *, done: bool = False, limit: int = 50, offset: int = 0) -> list[AppealRow]:
    """The appeals of somebody's remit: open ones by the time left, finished ones newest first."""
    rows = Appeal.objects.filter(access.visible_appeals(by))
    if done:
        rows = rows.filter(state__in=APPEAL_FINAL).order_by("-filed_at", "id")
    else:
        rows = rows.exclude(state__in=APPEAL_FINAL).order_by(F("due_at").asc(nulls_last=True), "id")
    return [_row(values) for values in rows.values_list(*_APPEAL)[offset : offset + limit]]


def appeal(appeal_id: UUID, *, by: Actor, power: Power) -> AppealRow:
    """One appeal for a holder of this power in its place.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_APPEAL, OUT_OF_SCOPE.
    """
    check_power(by, power)
    row = appeal_row(appeal_id)
    access.check_not_named(by, row.staff_id, NO_SUCH_APPEAL)
    check_scope(by, division_path=row.division_path, agency_path=row.agency_path)
    return row


def appeal_row(appeal_id: UUID) -> AppealRow:
    """One appeal, for flows; raises `Refused(NO_SUCH_APPEAL)`."""
    return asked_row(appeal_id).answer


def asked_row(appeal_id: UUID) -> Asked[AppealRow]:
    """The same, to be asked with other reads."""

    def read(found: Iterable[tuple[Any, ...]]) -> AppealRow:
        for values in found:
            return _row(values)
        raise Refused(NO_SUCH_APPEAL)

    return Asked(Appeal.objects.filter(id=appeal_id).values_list(*_APPEAL), read)


def appeal_of_order(order_id: UUID) -> Asked[AppealRow | None]:
    """The appeal about an order, if there is one."""
    return Asked(
        Appeal.objects.filter(order_id=order_id).values_list(*_APPEAL),
        lambda rows: next(map(_row, rows), None),
    )


def appeal_of_review(review_id: UUID) -> Asked[AppealRow | None]:
    """The appeal against a review, for the reviewer's own page."""
    rows = Appeal.objects.filter(order__review_id=review_id).values_list(*_APPEAL)
    return Asked(rows, lambda found: next(map(_row, found), None))


def decisions(appeal_id: UUID) -> list[DecisionRow]:
    """Every proposal about an appeal, oldest first, with what became of it."""
    rows = AppealDecision.objects.filter(appeal_id=appeal_id).order_by("proposed_at", "id")
    return [_decision(values) for values in rows.values_list(*_DECISION)]


def decision_row(decision_id: UUID) -> DecisionRow:
    """One proposal about an appeal, by its own id."""
    return _decision(AppealDecision.objects.values_list(*_DECISION).get(id=decision_id))


def _decision(values: tuple[Any, ...]) -> DecisionRow:
    instance, verdict, fact, evidence, *rest = values
    return DecisionRow(instance, Verdict(verdict), fact, tuple(evidence), *rest)


def decided(appeal_id: UUID) -> DecisionRow | None:
    """The confirmed decision of the last instance; None while there is none."""
    confirmed = [row for row in decisions(appeal_id) if row.confirmed_at]
    return confirmed[-1] if confirmed else None


def appeal_timeline(appeal_id: UUID) -> list[AppealEventRow]:
    """Everything that happened to an appeal, oldest first."""
    rows = AppealEvent.objects.filter(appeal_id=appeal_id).order_by("at", "id")
    return [
        AppealEventRow(AppealMove(move), at, by, note)
        for move, at, by, note in rows.values_list("move", "at", "by", "note")
    ]


def may_appeal_until(order_id: UUID, *, now: datetime) -> Asked[tuple[bool, datetime | None]]:
    """Whether a first appeal about an order comes in time, and until when; a time that is not known shuts nobody out."""
    signed = WorkOrder.objects.filter(id=order_id, signed_at__isnull=False)
    return Asked(
        signed.exclude(state=OrderState.CANCELLED).values_list("appeal_until"),
        lambda rows: next(((until is None or now <= until, until) for (until,) in rows), (False, None)),
    )


def appeal_until(signed_at: datetime, *, division_path: str) -> datetime | None:
    """Until when an agency that signs now may appeal; None beyond the calendar."""
    day = local_day(signed_at)
    terms = rulebook.terms_for(division_path, day)
    return window_ends(signed_at, terms, rulebook.calendar(terms, day))


def lapsing(now: datetime, *, limit: int) -> list[UUID]:
    """Appeals in which somebody's time to speak is over, oldest first; locked, those of others left out."""
    rows = Appeal.objects.filter(state__in=_LAPSING, due_at__lte=now).order_by("due_at", "id")
    return list(rows.select_for_update(skip_locked=True).values_list("id", flat=True)[:limit])


def without_due(limit: int = 100) -> list[UUID]:
    """Open appeals whose time could not be computed: the working calendar does not reach."""
    rows = Appeal.objects.filter(due_at=None).exclude(state__in=APPEAL_FINAL)
    return list(rows.values_list("id", flat=True)[:limit])


def appeal_counts(by: Actor, *, months: int = 12, now: datetime) -> list[AppealCount]:
    """Appeals by agency and month of filing in somebody's remit, the newest month first."""
    first = _months_before(local_day(now), months)
    rows = (
        Appeal.objects.filter(access.visible_appeals(by), filed_at__date__gte=first)
        .annotate(month=TruncMonth("filed_at", tzinfo=BEIJING))
        .values("agency_id", "agency__name", "month")
        .annotate(filed=Count("id"), accepted=Count("id", filter=_ACCEPTED))
        .order_by("-month", "agency_id")
    )
    decided = _decided(by, first)
    return [
        AppealCount(
            row["agency_id"],
            row["agency__name"],
            row["month"].astimezone(BEIJING).date(),
            row["filed"],
            row["accepted"],
            decided.get((row["agency_id"], row["month"].astimezone(BEIJING).date()), Ratio(0, 0)),
        )
        for row in rows
    ]


# What was accepted once: it went beyond filing, whatever became of it then.
_ACCEPTED = ~Q(state__in=[AppealState.FILED, AppealState.REFUSED]) & Q(accepted_at__isnull=False)


def _decided(by: Actor, first: date) -> dict[tuple[int, date], Ratio]:
    """How many appeals of each agency and month of filing were decided, and upheld in whole or part: the last word counts."""
    found: defaultdict[tuple[int, date], list[str]] = defaultdict(list)
    rows = AppealDecision.objects.filter(
        appeal__in=Appeal.objects.filter(access.visible_appeals(by), filed_at__date__gte=first),
        confirmed_at__isnull=False,
    ).order_by("appeal_id", "instance")
    last = {
        appeal_id: (agency, filed_at.astimezone(BEIJING).date().replace(day=1), verdict)
        for appeal_id, agency, filed_at, verdict in rows.values_list(
            "appeal_id", "appeal__agency_id", "appeal__filed_at", "verdict"
        )
    }
    for agency, month, verdict in last.values():
        found[agency, month].append(verdict)
    return {key: upheld(verdicts) for key, verdicts in found.items()}


def upheld_of(agency_id: int) -> Ratio:
    """Of all appeals of an agency that were decided, how many were upheld in whole or part."""
    rows = AppealDecision.objects.filter(appeal__agency_id=agency_id, confirmed_at__isnull=False)
    return upheld(dict(rows.order_by("appeal_id", "instance").values_list("appeal_id", "verdict")).values())


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - (months - 1), 12)
    return date(year, month + 1, 1)
