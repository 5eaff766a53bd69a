"""诉求 reads: the inbox by time left, one voice with its timeline, what a receipt or a review has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.kernel.refused import Refused
from haochaping.postgres.together import Asked
from haochaping.rectification.terms import Solved
from haochaping.voices import access
from haochaping.voices.models import Voice, VoiceEvent
from haochaping.voices.rules import receipt_hash
from haochaping.voices.states import AWAY, DONE
from haochaping.voices.terms import (
    NO_SUCH_VOICE,
    Matter,
    VoiceEventRow,
    VoiceKind,
    VoiceMove,
    VoiceOutcome,
    VoiceRow,
    VoiceState,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
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
    "round",
    "decision",
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
            "agency_name": said["agency__name"],
            "item_name": said["item__name"] or "",
            "next_item_name": said["next_item__name"] or "",
            "next_item_agency": said["next_item__agency__name"] or "",
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


def voice(voice_id: UUID, *, by: Actor) -> VoiceRow:
    """One voice; raises `Refused` when it is not there or not the actor's to see."""
    check_power(by, Power.ORDER_VIEW)
    rows = Voice.objects.filter(id=voice_id).exclude(kind=VoiceKind.HANDLING)
    found = rows.values_list("division__path", "agency__path", *_VOICE).first()
    if found is None:
        raise Refused(NO_SUCH_VOICE)
    division_path, agency_path, *values = found
    access.check_view(by, division_path=division_path, agency_path=agency_path)
    return _row(tuple(values))


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


def of_review(review_id: UUID) -> Asked[list[VoiceRow]]:
    """What was taken up from the words of a review, oldest first."""
    rows = Voice.objects.filter(review_id=review_id).exclude(kind=VoiceKind.HANDLING)
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
