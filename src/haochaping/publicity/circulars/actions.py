"""通报专报 writes: a draft with its figures, each version of a text, and the steps to a second person's signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.kernel.two_persons import check_second
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.publicity.access import check_circulars
from haochaping.publicity.circulars import queries
from haochaping.publicity.circulars.models import Circular, CircularStep, CircularText
from haochaping.publicity.circulars.rules import OF_ANOTHER, OF_ONESELF, after, digest, packed
from haochaping.publicity.circulars.terms import (
    ALREADY_DRAFTED,
    ALREADY_SIGNED,
    BLOCK_EMPTY,
    CORRECTED_ALREADY,
    CORRECTION_NEEDS_REASON,
    GIVING_BACK_NEEDS_REASON,
    REASON_LIMIT,
    TEXT_CHANGED,
    TEXT_LIMIT,
    WRONG_CIRCULAR_STATE,
    Block,
    CircularMove,
    CircularState,
)
from haochaping.rectification.terms import TEXT_TOO_LONG
from haochaping.reviews.terms import FORBIDDEN_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.kernel.refused import Reason
    from haochaping.publicity.circulars.terms import Figures, Subject


_MOVING = (
    "state",
    "submitted_by",
    "submitted_staff",
    "submitted_at",
    "signed_by",
    "signed_staff",
    "signed_at",
    "digest",
)


@transaction.atomic
def make(
    subject: Subject,
    figures: Figures,
    texts: Mapping[Block, str],
    *,
    corrects: UUID | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> UUID:
    """Keep the figures of a circular with its first texts, as a draft; one that `corrects` a signed one says why.

    Raises:
        Refused: NOT_ALLOWED, OUT_OF_SCOPE, ALREADY_DRAFTED, ALREADY_SIGNED, CORRECTED_ALREADY, CORRECTION_NEEDS_REASON,
            WRONG_CIRCULAR_STATE where what is to be corrected is not signed, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    check_circulars(by, division_path=subject.division_path, agency_path=subject.agency_path)
    correction = _reason(reason, CORRECTION_NEEDS_REASON) if corrects else ""
    alike = Circular.objects.filter(
        kind=subject.kind,
        division_id=subject.division_id,
        agency=subject.agency_id,
        item=subject.item_id,
        first_day=subject.first,
        last_day=subject.last,
    )
    signed = alike.filter(state=CircularState.SIGNED)
    if corrects is None and signed.exists():
        raise Refused(ALREADY_SIGNED)
    if corrects is not None and not signed.filter(id=corrects).exists():
        raise Refused(WRONG_CIRCULAR_STATE)
    row = Circular(
        id=uuid7(now),
        kind=subject.kind,
        division_id=subject.division_id,
        agency_id=subject.agency_id,
        item_id=subject.item_id,
        first_day=subject.first,
        last_day=subject.last,
        number=(alike.aggregate(last=Max("number"))["last"] or 0) + 1,
        corrects_id=corrects,
        correction=correction,
        as_of=figures.as_of,
        figures=packed(figures),
        state=CircularState.DRAFT,
        made_by=str(by),
        made_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(_why_not(error)) from None
    CircularText.objects.bulk_create(
        CircularText(
            circular=row, block=block, version=1, text=texts[block], written_by=str(by), written_at=now
        )
        for block in Block
    )
    _record(row, CircularMove.MAKE, correction, by=by, now=now)
    return row.id


def _why_not(error: IntegrityError) -> Reason:
    """Which of the two persons that made one at a time came second, by the constraint that held."""
    return CORRECTED_ALREADY if "circular_corrected_once" in str(error) else ALREADY_DRAFTED


@transaction.atomic
def write(circular_id: UUID, block: Block, text: str, *, seen: int, by: Actor, now: datetime) -> int:
    """Save another version of a text of a draft; returns its number, that of the newest where nothing differs.

    `seen` is the version that whoever writes had before them.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_CIRCULAR, WRONG_CIRCULAR_STATE, TEXT_CHANGED, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    text = _text(text, TEXT_LIMIT, block.value)
    row = _held(circular_id, CircularMove.WRITE, by)
    newest = CircularText.objects.filter(circular=row, block=block).order_by("-version")[0]
    if newest.text == text:
        return newest.version
    if newest.version != seen:
        raise Refused(TEXT_CHANGED, field=block.value)
    CircularText.objects.create(
        circular=row,
        block=block,
        version=newest.version + 1,
        text=text,
        written_by=str(by),
        written_at=now,
    )
    _record(row, CircularMove.WRITE, "", by=by, now=now, block=block.value, version=f"{newest.version + 1}")
    return newest.version + 1


@transaction.atomic
def move(circular_id: UUID, step: CircularMove, *, reason: str = "", by: Actor, now: datetime) -> None:
    """Submit, take back, give back with a reason, sign or discard a circular.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_CIRCULAR, WRONG_CIRCULAR_STATE, ONE_PERSON where whoever submitted it signs it or
            gives it back, BLOCK_EMPTY, GIVING_BACK_NEEDS_REASON, TEXT_TOO_LONG, FORBIDDEN_CHARACTERS.
    """
    row = _held(circular_id, step, by)
    if step in OF_ANOTHER:
        check_second(by, row.submitted_by, row.submitted_staff)
    if step in OF_ONESELF and str(by) != row.submitted_by:
        raise Refused(WRONG_CIRCULAR_STATE)
    said = _reason(reason, GIVING_BACK_NEEDS_REASON) if step is CircularMove.GIVE_BACK else ""
    facts: dict[str, str] = {}
    if step is CircularMove.SUBMIT:
        _check_written(row)
        row.submitted_by, row.submitted_staff, row.submitted_at = str(by), sorted(by.staff_ids), now
    elif step is CircularMove.SIGN:
        row.signed_by, row.signed_staff, row.signed_at = str(by), sorted(by.staff_ids), now
        row.digest = facts["digest"] = digest(row.figures, _newest(row))
    else:
        row.submitted_by, row.submitted_staff, row.submitted_at = "", [], None
    row.state = str(after(CircularState(row.state), step))
    try:
        with transaction.atomic():
            row.save(update_fields=_MOVING)
    except IntegrityError:  # another first one about the same was signed while this one was made
        raise Refused(ALREADY_SIGNED) from None
    _record(row, step, said, by=by, now=now, **facts)


def _held(circular_id: UUID, step: CircularMove, by: Actor) -> Circular:
    """The circular, locked, in a state in which the step can be made."""
    subject = queries.subject_of(circular_id, by=by)
    check_circulars(by, division_path=subject.division_path, agency_path=subject.agency_path)
    row = Circular.objects.select_for_update().get(id=circular_id)
    if after(CircularState(row.state), step) is None:
        raise Refused(WRONG_CIRCULAR_STATE)
    return row


def _newest(row: Circular) -> dict[Block, str]:
    rows = CircularText.objects.filter(circular=row).order_by("version")
    return {Block(one.block): one.text for one in rows}


def _check_written(row: Circular) -> None:
    texts = _newest(row)
    for block in Block:
        if not texts[block]:
            raise Refused(BLOCK_EMPTY, field=block.value)


def _text(text: str, limit: int, field: str) -> str:
    text = clean(text)
    if has_forbidden_control(text):
        raise Refused(FORBIDDEN_CHARACTERS, field=field)
    if len(text) > limit:
        raise Refused(TEXT_TOO_LONG, field=field, length=len(text), limit=limit)
    return text


def _reason(reason: str, missing: Reason) -> str:
    reason = _text(reason, REASON_LIMIT, "reason")
    if not reason:
        raise Refused(missing, field="reason")
    return reason


def _record(
    row: Circular, step: CircularMove, reason: str, *, by: Actor, now: datetime, **facts: str
) -> None:
    CircularStep.objects.create(circular=row, move=step, by=str(by), at=now, reason=reason)
    told = {"move": step.value, "number": str(row.number), **facts}
    if row.corrects_id:
        told["corrects"] = str(row.corrects_id)
    ledger.append([NewEntry(EntryKind.CIRCULAR_MOVED, "circular", str(row.id), facts=told)], by=by, now=now)
