"""邀评 reads: who is due, which messages have their outcome, whom an operator is to call and what calls brought."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.cases.terms import CaseStatus
from haochaping.directory.rules import path_range
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.postgres.rows import array
from haochaping.reviews.asking.rules import reach_of
from haochaping.reviews.asking.terms import (
    NO_SUCH_CALL,
    AskingAttemptRow,
    AskingCallResult,
    AskingCallRow,
    AskingCallState,
    CalledFor,
    CallMade,
    CallSubject,
    Heard,
    InvitationFacts,
    InvitedFacts,
    ToAsk,
)
from haochaping.reviews.models import AskingAttempt, AskingCall, Invitation, Review
from haochaping.reviews.terms import AskingEnd, Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor

_FOLDER = resources.files("haochaping.reviews").joinpath("sql")
_TO_ASK, _OUTCOMES, _CALLS, _INVITED = (
    _FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    for name in ("to_ask", "outcomes", "calls", "invited")
)
_DUE = _TO_ASK.format(which="i.ask_at <= %(now)s")
_CHOSEN = _TO_ASK.format(which="i.id = ANY(%(ids)s::uuid[])")
_ROW = (
    "id",
    "invitation__occurrence_id",
    "division_id",
    "why",
    "state",
    "item__name",
    "agency__name",
    "invitation__occurrence__at",
    "until",
    "refusal",
    "attempts",
    "last_attempt",
)


def to_ask(now: datetime, *, limit: int) -> list[ToAsk]:
    """Invitations whose person is to be asked by now, the longest due first; locked, and those of others left out."""
    return _to_ask(_DUE, now=now, limit=limit)


def outcomes(*, limit: int) -> list[tuple[UUID, UUID, str]]:
    """The text messages whose outcome is new, as (invitation, delivery, the delivery's state)."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTCOMES, {"limit": limit})
        return [(invitation, delivery, state) for invitation, delivery, state in cursor]


def held(invitation_ids: Iterable[UUID]) -> list[ToAsk]:
    """These invitations, locked; those that somebody else has are left out."""
    ids = list(invitation_ids)
    return _to_ask(_CHOSEN, ids=array(ids), limit=len(ids))


def _to_ask(statement: str, **asked: Any) -> list[ToAsk]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return [ToAsk(*row) for row in cursor]


def hold(invitation_ids: Iterable[UUID] = (), *, of: Iterable[UUID] = ()) -> list[UUID]:
    """Lock these invitations and those `of` some services until the transaction ends: who counts them, or moves one, waits."""
    rows = Invitation.objects.filter(Q(id__in=list(invitation_ids)) | Q(occurrence_id__in=list(of)))
    locked = rows.select_for_update(no_key=True, of=("self",)).order_by("id")
    return list(locked.values_list("id", flat=True))


def counted(invitation_ids: Iterable[UUID]) -> list[InvitedFacts]:
    """What is counted of these invitations."""
    rows = Invitation.objects.filter(id__in=list(invitation_ids)).values_list(*_COUNTED)
    return [_counted(*row) for row in rows]


def counted_of_services(occurrence_ids: Iterable[UUID]) -> list[InvitedFacts]:
    """The same of the invitations of these services."""
    rows = Invitation.objects.filter(occurrence__in=list(occurrence_ids)).values_list(*_COUNTED)
    return [_counted(*row) for row in rows]


def _counted(occurrence_id: UUID, at: datetime, *row: Any) -> InvitedFacts:
    division_id, agency_id, item_id, hall_id, stage, verified, status, asked, failed, message, ended = row
    return InvitedFacts(
        occurrence_id,
        local_day(at),
        division_id,
        agency_id,
        item_id,
        hall_id or 0,
        stage,
        verified,
        status == CaseStatus.WITHDRAWN,
        reach_of(asked=asked, failed=failed, waits=message is not None, ended=ended),
    )


_CASE = "occurrence__case__"
_COUNTED = (
    "occurrence_id",
    "occurrence__at",
    f"{_CASE}division_id",
    f"{_CASE}agency_id",
    f"{_CASE}item_id",
    "occurrence__hall_id",
    "occurrence__stage",
    f"{_CASE}verified",
    f"{_CASE}status",
    "asked",
    "failed",
    "message",
    "asking_ended",
)


def facts_of_services(occurrence_ids: Iterable[UUID]) -> list[InvitationFacts]:
    """The invitations of some services, by the number of the service."""
    rows = Invitation.objects.filter(occurrence_id__in=list(occurrence_ids)).annotate(
        reviewed=_reviewed("occurrence_id")
    )
    columns = (
        "occurrence__no", "ask_at", "asked", "failed", "message", "asking_ended", "expires_at", "reviewed",
    )  # fmt: skip
    return [
        InvitationFacts(
            no, at, asked, failed, message is not None, AskingEnd(ended) if ended else None, expires, reviewed
        )
        for no, at, asked, failed, message, ended, expires, reviewed in rows.order_by(
            "occurrence__no"
        ).values_list(*columns)
    ]


def to_call(by: Actor, *, now: datetime, limit: int, offset: int = 0) -> list[AskingCallRow]:
    """Whom somebody is to call, those with the fewest attempts first; nobody who has reviewed by another way."""
    rows = _rows(by).filter(
        ~_reviewed("invitation__occurrence_id"), state=AskingCallState.TO_CALL, until__gt=now
    )
    in_order = rows.order_by("attempts", F("last_attempt").asc(nulls_first=True), "until", "id")
    return [_row(values) for values in in_order.values_list(*_ROW)[offset : offset + limit]]


def call_of(call_id: UUID, *, by: Actor) -> AskingCallRow:
    """One of them, on the list or not any more; raises `Refused` with NOT_ALLOWED or NO_SUCH_CALL."""
    for values in _rows(by).filter(id=call_id).values_list(*_ROW):
        return _row(values)
    raise Refused(NO_SUCH_CALL)


def open_calls() -> dict[UUID, UUID]:
    """Everybody on the lists of all callers, as the occurrence by the call's id."""
    rows = AskingCall.objects.filter(state=AskingCallState.TO_CALL)
    return dict(rows.values_list("id", "invitation__occurrence_id"))


def over(call_ids: Iterable[UUID], now: datetime) -> set[UUID]:
    """Those who are not to be called any more: the time is over, or they have reviewed."""
    rows = AskingCall.objects.filter(id__in=list(call_ids))
    ended = rows.filter(Q(until__lte=now) | _reviewed("invitation__occurrence_id"))
    return set(ended.values_list("id", flat=True))


def calls_made(call_id: UUID) -> list[CallMade]:
    """The calls of the relay about an invitation that are over, whoever asked for them, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_CALLS, {"call": call_id})
        return [CallMade(*row) for row in cursor]


def attempts(call_id: UUID) -> list[AskingAttemptRow]:
    """What calls brought, oldest first."""
    rows = AskingAttempt.objects.filter(asking_id=call_id).order_by("called_at", "call")
    return [
        AskingAttemptRow(call, called_at, AskingCallResult(result), by)
        for call, called_at, result, by in rows.values_list("call", "called_at", "result", "by")
    ]


def open_call(call_id: UUID) -> CallSubject | None:
    """Whom a call is about, for the worker that connects it; None where it is no call about an invitation."""
    return next(iter(_subjects(id=call_id)), None)


def call_with_words(call_id: UUID) -> tuple[CallSubject, Heard | None] | None:
    """Whom a call is about and what they said, while no review is made of it; locked until the transaction ends."""
    row = AskingCall.objects.select_for_update().filter(id=call_id).first()
    if row is None:
        return None
    [subject] = _subjects(id=call_id)
    return subject, Heard(row.level, row.words) if row.level is not None else None


def _subjects(**where: object) -> list[CallSubject]:
    rows = AskingCall.objects.filter(**where)
    return [
        CallSubject(occurrence, division, AskingCallState(state))
        for occurrence, division, state in rows.values_list(
            "invitation__occurrence_id", "division_id", "state"
        )
    ]


def _reviewed(occurrence: str) -> Exists:
    known = Review.objects.exclude(provenance=Provenance.UNVERIFIED)
    return Exists(known.filter(occurrence_id=OuterRef(occurrence)))


def _rows(by: Actor) -> QuerySet[Any]:
    """Those of the operator's divisions: an agency asks nobody about itself, and nobody about what they did themselves."""
    check_power(by, Power.INVITATION_CALL)
    others = Q(staff_id__isnull=True) | ~Q(staff_id__in=by.staff_ids)
    made = AskingAttempt.objects.filter(asking=OuterRef("pk")).order_by().values("asking")
    return AskingCall.objects.filter(others, _within(by)).annotate(
        attempts=Coalesce(Subquery(made.annotate(n=Count("call")).values("n")), 0),
        last_attempt=Subquery(made.annotate(last=Max("called_at")).values("last")),
    )


def _within(by: Actor) -> Q:
    if by.scope.division_path is None:
        return Q(pk__in=[])
    low, high = path_range(by.scope.division_path)
    return Q(division__path__gte=low, division__path__lt=high)


def _row(values: tuple[Any, ...]) -> AskingCallRow:
    call_id, occurrence_id, division_id, why, state, *rest = values
    return AskingCallRow(call_id, occurrence_id, division_id, CalledFor(why), AskingCallState(state), *rest)


def invited_units(items: Iterable[int], agencies: Iterable[int], *, since: datetime) -> set[tuple[str, int]]:
    """Which of the items and agencies (with all below) invited anybody since a moment, as ("item", id) and ("agency", id)."""
    wanted = {"items": list(items), "agencies": list(agencies)}
    if not any(wanted.values()):
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_INVITED, wanted | {"since": since})
        return {(by, pk) for by, pk in cursor.fetchall()}
