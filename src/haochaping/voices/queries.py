"""诉求 reads: the inbox by time left, one voice with its timeline and clock, what is late, what is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, F, Q, When

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.directory import queries as directory
from haochaping.kernel.refused import Refused
from haochaping.postgres.together import Asked
from haochaping.rectification import queries as orders
from haochaping.rectification.access import check_not_named, not_named
from haochaping.rectification.terms import Alarm, ClockTick, Solved, Tick
from haochaping.voices import access
from haochaping.voices.models import Voice, VoiceClockEvent, VoiceEvent
from haochaping.voices.rules import receipt_hash
from haochaping.voices.states import AWAY, DONE
from haochaping.voices.terms import (
    CLOCK,
    NO_SUCH_VOICE,
    OFFICE_KINDS,
    Matter,
    VoiceEventRow,
    VoiceFacts,
    VoiceHanding,
    VoiceKind,
    VoiceMove,
    VoiceOutcome,
    VoiceRow,
    VoiceState,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date, datetime
    from typing import Any
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor

_VOICE = (
    "id",
    "kind",
    "matter",
    "review_id",
    "text",
    "note",
    "division_id",
    "agency_id",
    "agency__name",
    "item__name",
    "state",
    "received_at",
    "due_at",
    "amber_at",
    "urged_at",
    "urged",
    "outcome",
    "answer",
    "answered_at",
    "word_until",
    "next_item__name",
    "next_item__agency__name",
    "solved",
    "solved_text",
    "closed_at",
    "person_id",
    "persons",
    "round",
    "decision",
    "platform__name",
    "entry_no",
    "staff_id",
    "staff__code",
    "badge",
)


def _row(values: tuple[Any, ...]) -> VoiceRow:
    said = dict(zip(_VOICE, values, strict=True))
    return VoiceRow(
        **{name: said[name] for name in _VOICE if "__" not in name}
        | {
            "kind": VoiceKind(said["kind"]),
            "matter": Matter(said["matter"]) if said["matter"] else None,
            "state": VoiceState(said["state"]),
            "outcome": VoiceOutcome(said["outcome"]) if said["outcome"] else None,
            "solved": Solved(said["solved"]) if said["solved"] else None,
            "agency_name": said["agency__name"] or "",
            "item_name": said["item__name"] or "",
            "next_item_name": said["next_item__name"] or "",
            "next_item_agency": said["next_item__agency__name"] or "",
            "platform_name": said["platform__name"] or "",
            "staff_code": said["staff__code"] or "",
        }
    )


def inbox(by: Actor, *, done: bool = False, limit: int = 50, offset: int = 0) -> list[VoiceRow]:
    """The voices somebody may see: open ones by time left, answered ones newest first."""
    check_power(by, Power.ORDER_VIEW)
    return _listed(Voice.objects.filter(access.visible(by)), AWAY, done, limit, offset)


def office(by: Actor, *, done: bool = False, limit: int = 50, offset: int = 0) -> list[VoiceRow]:
    """What lies with the supervisory office, in the same order: complaints about a handling, and what stayed unsolved."""
    check_power(by, Power.ORDER_SUPERVISE)
    return _listed(Voice.objects.filter(access.at_office(by)), DONE, done, limit, offset)


def _listed(
    rows: QuerySet[Voice], away: Collection[VoiceState], done: bool, limit: int, offset: int
) -> list[VoiceRow]:
    if done:
        rows = rows.filter(state__in=away).order_by("-answered_at", "-id")
    else:
        rows = rows.exclude(state__in=away).order_by(F("due_at").asc(nulls_last=True), "id")
    return [_row(values) for values in rows.values_list(*_VOICE)[offset : offset + limit]]


def overdue(by: Actor, now: datetime, *, limit: int = 50, offset: int = 0) -> list[VoiceRow]:
    """What the supervisory office may see whose time is over without an answer, the longest overdue first."""
    check_power(by, Power.ORDER_SUPERVISE)
    rows = Voice.objects.filter(access.supervised(by), due_at__lt=now).exclude(state__in=DONE)
    found = rows.order_by("due_at", "id").values_list(*_VOICE)
    return [_row(values) for values in found[offset : offset + limit]]


def turned(now: datetime, *, limit: int) -> list[VoiceRow]:
    """Voices whose running clock has turned amber or red since that was last told.

    They are locked until the transaction ends; those that somebody else has at hand are left to them.
    """
    red, amber = Q(due_at__lt=now, alarm__lt=Alarm.RED), Q(amber_at__lt=now, alarm__lt=Alarm.AMBER)
    rows = Voice.objects.select_for_update(skip_locked=True, of=("self",)).filter(red | amber)
    found = rows.exclude(state__in=DONE).order_by("due_at", "id").values_list(*_VOICE)
    return [_row(values) for values in found[:limit]]


def earlier_answers(voice: VoiceRow, *, limit: int = 50) -> list[str]:
    """The last answers of the agency of a voice, its own former ones first, newest first."""
    given = (
        VoiceEvent.objects.filter(move=VoiceMove.ANSWER).order_by("-at", "-id").values_list("note", flat=True)
    )
    others = given.filter(voice__agency=voice.agency_id).exclude(voice=voice.id)
    return [*given.filter(voice=voice.id), *others[:limit]]


def open_count(by: Actor) -> int:
    """How many voices wait in somebody's inbox."""
    return Voice.objects.filter(access.visible(by)).exclude(state__in=AWAY).count()


def without_deadline(*, after: UUID | None = None, limit: int | None = None) -> list[UUID]:
    """Open ones without a date, everywhere, as the working calendar does not reach; the oldest first."""
    rows = Voice.objects.exclude(state__in=DONE).filter(due_at=None).order_by("id")
    rows = rows.filter(id__gt=after) if after else rows
    return list(rows.values_list("id", flat=True)[:limit])


def hold(voice_ids: Iterable[UUID]) -> None:
    """Lock voices until the transaction ends: who would go on with one waits."""
    list(Voice.objects.select_for_update().filter(id__in=list(voice_ids)).order_by("id").values_list("id"))


_FACTS = (
    "id",
    "kind",
    "received_at",
    "division_id",
    "agency_id",
    "item_id",
    "outcome",
    "round",
    "answer_kept",
    "alarm",
    "state",
)


def facts_of(voice_ids: Iterable[UUID] | None = None) -> Iterator[VoiceFacts]:
    """What is counted of these voices, of all without them: nothing of the office's alone, nor of an older system's."""
    rows = Voice.objects.filter(platform=None).exclude(kind__in=OFFICE_KINDS)
    if voice_ids is not None:
        rows = rows.filter(id__in=list(voice_ids))
    for pk, kind, *plain, alarm, state in rows.values_list(*_FACTS).iterator():
        overdue = alarm == Alarm.RED and state not in AWAY
        yield VoiceFacts(*(pk, VoiceKind(kind), *plain, overdue))


def given_in(
    by: Actor,
    place: tuple[str, str | None, int | None],
    begin: datetime | None,
    end: datetime | None,
    *,
    before: UUID | None,
    limit: int,
) -> list[VoiceRow]:
    """What was given here in a time, the newest first, before a voice of a list where one is named, as far as one may see it.

    `place` names a division and perhaps an agency, each with all below, and an item.
    """
    check_power(by, Power.ORDER_SUPERVISE)
    rows = Voice.objects.filter(access.visible(by), access.within(*place), platform=None)
    rows = rows.filter(received_at__gte=begin) if begin else rows
    rows = rows.filter(received_at__lt=end) if end else rows
    rows = rows.filter(id__lt=before) if before else rows
    return [_row(values) for values in rows.order_by("-id").values_list(*_VOICE)[:limit]]


def of_ended_agencies(day: date, *, limit: int) -> list[VoiceHanding]:
    """Open voices with an agency that ended before a day; its successor is the agency that the item belongs to now."""
    rows = Voice.objects.filter(agency__valid_to__lt=day).exclude(kind__in=OFFICE_KINDS)
    rows = rows.exclude(state__in=[VoiceState.ESCALATED, VoiceState.CLOSED])
    goes_on = Q(item__agency__valid_to=None) | Q(item__agency__valid_to__gte=day)
    taken = Case(When(goes_on, then=F("item__agency_id")), default=None)
    found = rows.annotate(taken_by=taken).order_by(F("taken_by").asc(nulls_last=True), "id")
    columns = ("id", "division_id", "agency_id", "agency__valid_to", "taken_by")
    return [VoiceHanding(*row) for row in found.values_list(*columns)[:limit]]


def runs_of(voice_id: UUID) -> list[tuple[int, list[ClockTick]]]:
    """The events of a voice's clock, oldest first, each time it ran apart, with the division where it started."""
    rows = VoiceClockEvent.objects.filter(voice_id=voice_id).order_by("id")
    columns = ("division_id", "tick", "at", "number", "unit", "rule", "due_at", "amber_at")
    runs: list[tuple[int, list[ClockTick]]] = []
    for division_id, tick, *rest in rows.values_list(*columns):
        if tick == Tick.START:
            runs.append((division_id, []))
        # Of a voice older than these events nothing is known before it was opened again.
        if runs:
            runs[-1][1].append(ClockTick(CLOCK, Tick(tick), *rest))
    return runs


def clock_retold(voice_id: UUID) -> list[tuple[ClockTick, ClockTick]] | None:
    """Each event of a voice's clock as it was promised, and computed anew; None when there is no such voice."""
    if not Voice.objects.filter(id=voice_id).exists():
        return None
    return [
        pair
        for division_id, ticks in runs_of(voice_id)
        for pair in zip(
            ticks, orders.recomputed(directory.division_by_id(division_id).path, ticks), strict=True
        )
    ]


def voice(voice_id: UUID, *, by: Actor) -> VoiceRow:
    """One voice; raises `Refused` when it is not there or not the actor's to see."""
    check_power(by, Power.ORDER_VIEW)
    rows = Voice.objects.filter(id=voice_id).exclude(kind__in=OFFICE_KINDS)
    found = rows.values_list("division__path", "agency__path", *_VOICE).first()
    if found is None:
        raise Refused(NO_SUCH_VOICE)
    division_path, agency_path, *values = found
    access.check_view(by, division_path=division_path, agency_path=agency_path)
    row = _row(tuple(values))
    check_not_named(by, row.staff_id, NO_SUCH_VOICE)
    return row


def at_office(voice_id: UUID, *, by: Actor) -> VoiceRow:
    """One of those that lie with the supervisory office; raises `Refused` when it is not there or not the actor's."""
    check_power(by, Power.ORDER_SUPERVISE)
    values = Voice.objects.filter(access.at_office(by), id=voice_id).values_list(*_VOICE).first()
    if values is None:
        raise Refused(NO_SUCH_VOICE)
    return _row(values)


def voices(voice_ids: Iterable[UUID]) -> dict[UUID, VoiceRow]:
    """Voices by id, for flows."""
    rows = Voice.objects.filter(id__in=list(voice_ids)).values_list(*_VOICE)
    return {row.id: row for row in map(_row, rows)}


def by_receipt(receipt: str) -> VoiceRow | None:
    """The voice of a receipt number, for whoever holds it."""
    values = Voice.objects.filter(receipt_hash=receipt_hash(receipt)).values_list(*_VOICE).first()
    return _row(values) if values else None


def entry_of(platform_id: int, entry_no: str) -> tuple[UUID, bytes] | None:
    """The voice that was taken over as this entry of an older system, with the fingerprint of what was told."""
    rows = Voice.objects.filter(platform_id=platform_id, entry_no=entry_no).values_list("id", "entry_digest")
    found = rows.first()
    return (found[0], bytes(found[1])) if found and found[1] else None


def of_review(review_id: UUID, *, by: Actor | None = None) -> Asked[list[VoiceRow]]:
    """What was taken up from the words of a review, oldest first: all, or what is not about the actor."""
    seen = not_named(by) if by else Q()
    rows = Voice.objects.filter(seen, review_id=review_id).exclude(kind=VoiceKind.HANDLING)
    return Asked(
        rows.order_by("received_at", "id").values_list(*_VOICE), lambda found: [_row(one) for one in found]
    )


def about_handling(review_id: UUID) -> Asked[list[VoiceRow]]:
    """What the reviewer has said about the handling of a review, newest first, for the reviewer and for flows."""
    rows = Voice.objects.filter(review_id=review_id, kind=VoiceKind.HANDLING)
    newest = rows.order_by("-received_at", "-id").values_list(*_VOICE)
    return Asked(newest, lambda found: [_row(one) for one in found])


def taken_up(review_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the reviews from which something was taken up."""
    found = Voice.objects.filter(review_id__in=list(review_ids)).exclude(kind=VoiceKind.HANDLING)
    rows = found.values_list("review_id", flat=True)
    return {one for one in rows if one is not None}  # type: ignore[redundant-expr]


def timeline(voice_id: UUID) -> list[VoiceEventRow]:
    """Everything that happened to a voice, oldest first."""
    rows = (
        VoiceEvent.objects.filter(voice_id=voice_id)
        .order_by("at", "id")
        .values_list("move", "at", "by", "note")
    )
    return [VoiceEventRow(VoiceMove(move), at, by, note) for move, at, by, note in rows]
