"""What the reviewer may change of a review, for how long, and what is remembered of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.reviews import queries
from haochaping.reviews.actions.steps import changeable, remember, supersede
from haochaping.reviews.models import (
    Review,
    Supplement,
)
from haochaping.reviews.rules import (
    code_complaint,
    lacks_reason,
    yields_to_invitation,
)
from haochaping.reviews.terms import (
    COMMENT_LIMIT,
    COMMENT_TOO_LONG,
    FORBIDDEN_CHARACTERS,
    NOT_REVIEWED,
    ChangeKind,
    Level,
    Provenance,
    ReviewStatus,
    SupplementRow,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from haochaping.kernel.actor import Actor


@transaction.atomic
def change_level(review_id: UUID, level: Level, *, by: Actor, now: datetime) -> None:
    """The reviewer chooses another level, or rates again after withdrawing; reasons of the old level fall away.

    Raises:
        Refused: NOT_REVIEWED, CHANGE_WINDOW_OVER.
    """
    row = changeable(review_id, now)
    if row.level == level and row.status == ReviewStatus.EFFECTIVE:
        return
    kind = ChangeKind.LEVEL if row.status == ReviewStatus.EFFECTIVE else ChangeKind.RESTORED
    remember(row, kind, now)
    if row.level != level:
        row.indicator_codes = []
    row.level = level
    row.status = ReviewStatus.EFFECTIVE
    row.finished_at = None
    row.reason_missing = lacks_reason(level, tuple(row.indicator_codes), row.comment_text)
    row.save(update_fields=["indicator_codes", "level", "status", "finished_at", "reason_missing"])
    supersede(row, by, now)


@transaction.atomic
def claim(
    review_id: UUID,
    level: Level,
    *,
    channel: str,
    receipt_hash: bytes,
    window: timedelta,
    provenance: Provenance = Provenance.ACTIVE_SELF,
    by: Actor,
    now: datetime,
) -> None:
    """The holder of the invitation rates a service for which an unverified review stands: theirs takes its place.

    What stood there is kept in the history; its words, its receipt and its time are no longer the review's, nor (in the
    flow) its photographs and what was agreed to.

    Raises:
        Refused: NOT_REVIEWED when there is none that gives way.
    """
    row = Review.objects.select_for_update().filter(id=review_id).first()
    if row is None or not yields_to_invitation(row.provenance):
        raise Refused(NOT_REVIEWED)
    remember(row, ChangeKind.CLAIMED, now)
    row.level, row.status, row.provenance = level, ReviewStatus.EFFECTIVE, provenance
    row.indicator_codes, row.comment_text = [], ""
    row.reason_missing = lacks_reason(level, (), "")
    row.channel, row.assessed_at, row.finished_at = channel, now, None
    row.changeable_until = now + window
    row.receipt_hash, row.person_id, row.sent_by = receipt_hash, None, str(by)
    row.save()
    supersede(row, by, now)


@transaction.atomic
def give_reasons(
    review_id: UUID, codes: Sequence[str], comment_text: str, *, by: Actor, now: datetime
) -> None:
    """The reviewer finishes the second page: tags of their level and a text of up to `COMMENT_LIMIT` characters.

    Raises:
        Refused: NOT_REVIEWED (also of a withdrawn review), CHANGE_WINDOW_OVER, FORBIDDEN_CHARACTERS,
            COMMENT_TOO_LONG, UNKNOWN_INDICATOR, INDICATOR_OF_OTHER_LEVEL.
    """
    row = changeable(review_id, now)
    if row.status == ReviewStatus.WITHDRAWN:
        raise Refused(NOT_REVIEWED)
    comment_text = clean(comment_text)
    if has_forbidden_control(comment_text):
        raise Refused(FORBIDDEN_CHARACTERS, field="comment_text")
    if len(comment_text) > COMMENT_LIMIT:
        raise Refused(COMMENT_TOO_LONG, field="comment_text", length=len(comment_text), limit=COMMENT_LIMIT)
    chosen = tuple(dict.fromkeys(codes))
    complaint = code_complaint(row.level, chosen, row.indicator_set, queries.indicators(row.indicator_set))
    if complaint:
        raise Refused(complaint.reason, field=complaint.field, **complaint.params)
    changed = (list(chosen), comment_text) != (row.indicator_codes, row.comment_text)
    if changed:
        remember(row, ChangeKind.REASONS, now)
    row.indicator_codes = list(chosen)
    row.comment_text = comment_text
    row.reason_missing = lacks_reason(row.level, chosen, comment_text)
    row.finished_at = now
    row.save(update_fields=["indicator_codes", "comment_text", "reason_missing", "finished_at"])
    if changed:
        supersede(row, by, now)


@transaction.atomic
def give_way(first_id: UUID, *, followed: bool, by: Actor, now: datetime) -> None:
    """The first review becomes history while its follow-up stands (`followed`), and stands again when it does not."""
    row = Review.objects.select_for_update().filter(id=first_id).first()
    wanted = ReviewStatus.SUPERSEDED if followed else ReviewStatus.EFFECTIVE
    if row is None or row.status in {wanted, ReviewStatus.WITHDRAWN, ReviewStatus.EXCLUDED}:
        return
    remember(row, ChangeKind.FOLLOWED_UP if followed else ChangeKind.RESTORED, now)
    row.status = wanted
    row.save(update_fields=["status"])
    supersede(row, by, now)


@transaction.atomic
def supplement(review_id: UUID, said: SupplementRow, *, by: Actor, now: datetime) -> None:
    """The reviewer agrees to a call-back or not, says who helped with the form, and may hide the case from the agency.

    Bound to no change window: a consent can be taken back at any time (个人信息保护法 15), also when the review is
    withdrawn and what was begun for it goes on. The ledger keeps each answer.

    Raises:
        Refused: NOT_REVIEWED (also of a withdrawn review, unless it takes back the consent to be called).
    """
    row = Review.objects.select_for_update().filter(id=review_id).first()
    if row is None:
        raise Refused(NOT_REVIEWED)
    before = queries.supplement_of(review_id)
    if row.status == ReviewStatus.WITHDRAWN and said != replace(before, may_call_back=False):
        raise Refused(NOT_REVIEWED)
    if said == before:
        return
    helped_by = said.helped_by or ""
    kept = {
        "may_call_back": said.may_call_back,
        "helped_by": helped_by,
        "concealed": said.concealed,
        "said_at": now,
    }
    Supplement.objects.update_or_create(review=row, defaults=kept)
    facts = {
        "may_call_back": "yes" if said.may_call_back else "no",
        "helped_by": helped_by,
        "concealed": "yes" if said.concealed else "no",
    }
    entry = NewEntry(EntryKind.REVIEW_SUPPLEMENTED, "review", str(review_id), facts=facts)
    ledger.append([entry], by=by, now=now)


@transaction.atomic
def withdraw(review_id: UUID, *, by: Actor, now: datetime) -> None:
    """The reviewer takes the review back; it stays as withdrawn, and counts nowhere.

    Raises:
        Refused: NOT_REVIEWED, CHANGE_WINDOW_OVER.
    """
    row = changeable(review_id, now)
    if row.status == ReviewStatus.WITHDRAWN:
        return
    remember(row, ChangeKind.WITHDRAWN, now)
    row.status = ReviewStatus.WITHDRAWN
    row.save(update_fields=["status"])
    entry = NewEntry(EntryKind.REVIEW_WITHDRAWN, "review", str(row.id))
    ledger.append([entry], by=by, now=now)
