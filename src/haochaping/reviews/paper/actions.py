"""纸质评价 writes: two persons type a slip, or one sets it aside; what both read alike becomes a review."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from haochaping.accounts import queries as accounts
from haochaping.accounts.access import check_power, check_scope
from haochaping.accounts.terms import Power
from haochaping.kernel.actor import ActorKind
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import TEXT_FIELD, EntryKind, NewEntry
from haochaping.reviews import queries as reviews
from haochaping.reviews.models import PaperEntry, PaperSlip
from haochaping.reviews.paper import queries
from haochaping.reviews.paper.rules import reading_complaint, shares_a_person
from haochaping.reviews.paper.terms import (
    ALREADY_REVIEWED,
    NOT_THE_FIRST,
    NOTE_LIMIT,
    NOTE_MISSING,
    RATED_ONESELF,
    SAME_TYPIST,
    SLIP_OVER,
    SLIP_WAITS,
    TWO_HAVE_TYPED,
    TYPED_IN,
    SlipState,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.terms import Binding
    from haochaping.kernel.actor import Actor
    from haochaping.reviews.paper.terms import SlipReading


@transaction.atomic
def begin(reading: SlipReading, binding: Binding, *, by: Actor, now: datetime) -> int:
    """The first person types a slip about the service of `binding`; returns the number to write on the paper.

    Raises `Refused` with `NOT_ALLOWED`, `OUT_OF_SCOPE`, `RATED_ONESELF`, `ALREADY_REVIEWED`, `SLIP_WAITS`, or what is
    wrong with the reading.
    """
    _check(reading, binding, by, now)
    slip = PaperSlip(first_by=str(by), first_at=now, state=SlipState.WAITING)
    _place(slip, binding)
    _keep(slip, reading, by=by, now=now)
    return slip.id


@transaction.atomic
def read(slip_id: int, reading: SlipReading, binding: Binding, *, by: Actor, now: datetime) -> SlipState:
    """The second person types the slip, or one of the two corrects their own entry; returns where it stands then.

    Raises `Refused` as `begin`, and with `NO_SUCH_SLIP`, `SLIP_OVER`, `TWO_HAVE_TYPED` or `SAME_TYPIST`.
    """
    slip = _held(slip_id, by)
    _check(reading, binding, by, now)
    if str(by) == slip.first_by:
        _place(slip, binding)
    else:
        _check_second(slip, by)
        slip.second_by, slip.second_at = str(by), now
    _keep(slip, reading, by=by, now=now)
    return SlipState(slip.state)


@transaction.atomic
def set_aside(slip_id: int, note: str, *, by: Actor, now: datetime) -> None:
    """Nothing becomes of a slip, for a reason that stays with it; never by who typed it first.

    Raises `Refused` with `NOT_ALLOWED`, `NO_SUCH_SLIP`, `SLIP_OVER`, `SAME_TYPIST`, `NOT_THE_FIRST` or `NOTE_MISSING`.
    """
    slip = _held(slip_id, by)
    if _is_first(slip, by):
        raise Refused(NOT_THE_FIRST)
    note = clean(note)[:NOTE_LIMIT]
    if not note:
        raise Refused(NOTE_MISSING, field="note")
    slip.state, slip.ended_by, slip.ended_at, slip.ended_note = SlipState.SET_ASIDE, str(by), now, note
    slip.save(update_fields=["state", "ended_by", "ended_at", "ended_note"])
    _record(slip, {}, {}, by=by, now=now)


@transaction.atomic
def settle(slip_id: int, *, review_id: UUID | None, refusal: str, by: Actor, now: datetime) -> None:
    """Say what became of an agreed slip: the review, after which what was typed is not kept twice, or why none."""
    slip = PaperSlip.objects.select_for_update().get(id=slip_id, state=SlipState.AGREED)
    slip.state = SlipState.TAKEN if review_id else SlipState.NOT_TAKEN
    slip.review_id, slip.refusal = review_id, refusal
    slip.ended_by, slip.ended_at = str(by), now
    slip.save(update_fields=["state", "review_id", "refusal", "ended_by", "ended_at"])
    if review_id:
        PaperEntry.objects.filter(slip=slip).delete()


def _held(slip_id: int, by: Actor) -> PaperSlip:
    """A slip that may still be typed, locked until the transaction ends."""
    queries.slip(slip_id, by=by)
    slip = PaperSlip.objects.select_for_update().get(id=slip_id)
    if slip.state not in TYPED_IN:
        raise Refused(SLIP_OVER)
    return slip


def _check(reading: SlipReading, binding: Binding, by: Actor, now: datetime) -> None:
    check_power(by, Power.PAPER_ENTER)
    check_scope(by, division_path=binding.division_path, agency_path=binding.agency_path)
    if binding.staff_id in by.staff_ids:
        raise Refused(RATED_ONESELF)
    if reviews.review_of_occurrence(binding.occurrence_id):
        raise Refused(ALREADY_REVIEWED, field="case_no")
    known = reviews.indicators()
    if complaint := reading_complaint(reading, served_at=binding.occurrence_at, known=known, now=now):
        raise Refused(complaint.reason, field=complaint.field, **complaint.params)


def _check_second(slip: PaperSlip, by: Actor) -> None:
    """The second reading is of another person than the first, and of one only."""
    if slip.second_by and slip.second_by != str(by):
        raise Refused(TWO_HAVE_TYPED)
    if _is_first(slip, by):
        raise Refused(SAME_TYPIST)


def _is_first(slip: PaperSlip, by: Actor) -> bool:
    """Whether somebody typed first, under this account or under another one that is bound to the same staff member."""
    if str(by) == slip.first_by:
        return True
    kind, _, user_id = slip.first_by.partition(":")
    if kind != ActorKind.STAFF or not user_id.isdecimal():
        return False
    return shares_a_person(accounts.standing_of_user(int(user_id)).actor.staff_ids, by.staff_ids)


def _place(slip: PaperSlip, binding: Binding) -> None:
    slip.occurrence_id, slip.item_id = binding.occurrence_id, binding.item_id
    slip.division_id, slip.agency_id, slip.staff_id = (
        binding.division_id,
        binding.agency_id,
        binding.staff_id,
    )


def _keep(slip: PaperSlip, reading: SlipReading, *, by: Actor, now: datetime) -> None:
    """Store the slip with somebody's reading, compare it with the other one, and record who typed."""
    kept = {
        "typed_at": now,
        "occurrence_id": reading.occurrence_id,
        "level": reading.level,
        "codes": list(reading.codes),
        "words": reading.words,
        "given_on": reading.given_on,
    }
    try:
        with transaction.atomic():
            slip.save()
    except IntegrityError as error:
        waiting = queries.waiting_for(reading.occurrence_id)
        raise Refused(SLIP_WAITS, field="case_no", slip=waiting or "?") from error
    PaperEntry.objects.update_or_create(slip=slip, by=str(by), defaults=kept)
    if slip.second_by:
        slip.state = SlipState.DIFFERING if queries.differences(slip) else SlipState.AGREED
        slip.save(update_fields=["state"])
    entry = "first" if str(by) == slip.first_by else "second"
    _record(slip, _committed(reading), {"entry": entry}, by=by, now=now)


def _record(
    slip: PaperSlip, fields: Mapping[str, str], facts: Mapping[str, str], *, by: Actor, now: datetime
) -> None:
    told = {**facts, "state": str(slip.state)}
    ledger.append([NewEntry(EntryKind.PAPER_MOVED, "paper_slip", str(slip.id), fields, told)], by=by, now=now)


def _committed(reading: SlipReading) -> dict[str, str]:
    """What the ledger can later be shown to have been typed: the words under a salt of their own."""
    fields = {
        "occurrence": str(reading.occurrence_id),
        "score": str(reading.level),
        "tags": ",".join(reading.codes),
        "submitted_day": reading.given_on.isoformat(),
        TEXT_FIELD: sha256(reading.words.encode()).hexdigest() if reading.words else "",
    }
    return {name: value for name, value in fields.items() if value}
