"""收下: the one way a review becomes a row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, LiteralString

from django.db import IntegrityError, transaction
from msgspec import Struct

from haochaping.kernel.identifiers import uuids7
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Complaint
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.postgres.rows import copy_rows
from haochaping.reviews import queries
from haochaping.reviews.models import (
    Review,
)
from haochaping.reviews.rules import (
    as_kept,
    by_invitation,
    committed_fields,
    key_number,
    lacks_reason,
    meaning_complaint,
    provenance_of,
    stated_key,
    tells_again,
)
from haochaping.reviews.terms import (
    CONFLICT,
    ReviewFacts,
    ReviewStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.terms import Binding
    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import ReviewRow, Submission


@transaction.atomic(savepoint=False)
def accept(
    submissions: Sequence[tuple[Submission, Binding]],
    *,
    change_windows: Mapping[int, timedelta],
    by: Actor,
    now: datetime,
) -> tuple[list[Outcome], list[ReviewFacts]]:
    """Judge the meaning of each bound answer and store the good ones as a set; one outcome each, in order.

    Idempotent by (occurrence, assess_no): the same content again is a duplicate, other content a conflict. Of what another
    installation has told, the same content is what it tells of it.
    `change_windows` gives per division id how long the reviewer may change a review given by token. Returns the
    outcomes and, of each review that is new, what is counted of it.
    """
    catalogues = {name: queries.indicators(name) for name in {s.answer.indicator_set for s, _ in submissions}}
    complaints = [
        meaning_complaint(s.answer, catalogues[s.answer.indicator_set], binding.occurrence_at, now)
        for s, binding in submissions
    ]
    keys = [(binding.occurrence_id, submission.answer.assess_no) for submission, binding in submissions]
    stored = queries.stored(
        [key[0] for key, complaint in zip(keys, complaints, strict=True) if not complaint]
    )
    fresh: dict[_Key, _New] = {}
    ids = iter(uuids7(now, len(submissions)))
    for (submission, binding), key, complaint in zip(submissions, keys, complaints, strict=True):
        if complaint is None and key not in stored:
            provenance = provenance_of(submission.entrance, submission.answer.claimed_provenance).value
            fresh[key] = new = _New(next(ids), submission, binding, provenance)
            stored[key] = new.id, submission.digest
    if fresh:
        stored |= _insert(fresh, change_windows, by, now)
    differing = [
        stored[key][0]
        for (submission, _), key, complaint in zip(submissions, keys, complaints, strict=True)
        if complaint is None and stored[key][1] != submission.digest
    ]
    reported = queries.reported(differing) if differing else {}
    outcomes = [
        Outcome(OutcomeKind.QUARANTINED, complaint=complaint)
        if complaint
        else _settle(stored[key], submission, fresh.get(key), reported)
        for (submission, _), key, complaint in zip(submissions, keys, complaints, strict=True)
    ]
    accepted = [new for key, new in fresh.items() if stored[key][0] == new.id]
    if accepted:
        ledger.append([_accepted_entry(new) for new in accepted], by=by, now=now)
    sent_by = str(by)
    return outcomes, [_facts(new, sent_by) for new in accepted]


class _New(Struct, frozen=True):
    """A review that did not stand yet when we looked."""

    id: UUID
    submission: Submission
    binding: Binding
    provenance: str


type _Key = tuple[UUID, int]


_NONE = timedelta()


_EFFECTIVE = ReviewStatus.EFFECTIVE.value


_REVIEW: dict[LiteralString, LiteralString] = {
    "id": "uuid",
    "occurrence_id": "uuid",
    "assess_no": "int2",
    "level": "int2",
    "indicator_set": "varchar",
    "indicator_codes": "varchar[]",
    "comment_text": "text",
    "reason_missing": "bool",
    "channel": "varchar",
    "claimed_provenance": "varchar",
    "provenance": "varchar",
    "anonymous": "bool",
    "status": "varchar",
    "assessed_at": "timestamptz",
    "received_at": "timestamptz",
    "finished_at": "timestamptz",
    "changeable_until": "timestamptz",
    "platform_id": "int8",
    "division_id": "int8",
    "agency_id": "int8",
    "item_id": "int8",
    "hall_id": "int8",
    "window_id": "int8",
    "staff_id": "int8",
    "person_id": "uuid",
    "receipt_hash": "bytea",
    "digest": "bytea",
    "sent_by": "varchar",
    "key_number": "int8",
}


def _row(new: _New, *, window: timedelta, sent_by: str, now: datetime) -> tuple[Any, ...]:
    """A review's row in the order of `_REVIEW`."""
    submission, binding = new.submission, new.binding
    answer = submission.answer
    return (
        new.id,
        binding.occurrence_id,
        answer.assess_no,
        answer.level,
        answer.indicator_set,
        list(answer.indicator_codes),
        answer.comment_text,
        lacks_reason(answer.level, answer.indicator_codes, answer.comment_text),
        answer.channel.value,
        answer.claimed_provenance,
        new.provenance,
        answer.anonymous,
        _EFFECTIVE,
        answer.assessed_at,
        now,
        now if submission.finished else None,
        now if submission.finished else now + window,
        binding.platform_id,
        binding.division_id,
        binding.agency_id,
        binding.item_id,
        binding.hall_id,
        binding.window_id,
        binding.staff_id,
        submission.person_id,
        submission.receipt_hash,
        submission.digest,
        sent_by,
        as_kept(key_number(stated_key(binding.case_no, binding.occurrence_no, answer.assess_no))),
    )


def _insert(
    fresh: Mapping[_Key, _New], change_windows: Mapping[int, timedelta], by: Actor, now: datetime
) -> dict[_Key, tuple[UUID, bytes]]:
    """Store the rows; where another transaction was first, return what stands there instead.

    Always in the order of the keys: two batches with the same reviews wait for each other, never in a circle.
    """
    in_order = [fresh[key] for key in sorted(fresh, key=lambda key: (key[0].int, key[1]))]
    windows = [change_windows.get(new.binding.division_id, _NONE) for new in in_order]
    sent_by = str(by)
    rows = [
        _row(new, window=window, sent_by=sent_by, now=now)
        for new, window in zip(in_order, windows, strict=True)
    ]
    try:
        with transaction.atomic():
            copy_rows("reviews_review", _REVIEW, rows)
    except IntegrityError:
        # Somebody has stored one of them since we looked: let the database decide row by row who was first.
        late = [Review(**dict(zip(_REVIEW, row, strict=True))) for row in rows]
        Review.objects.bulk_create(late, ignore_conflicts=True)
        return queries.stored([occurrence_id for occurrence_id, _ in fresh])
    return {}


def _settle(
    stood: tuple[UUID, bytes], submission: Submission, new: _New | None, reported: Mapping[UUID, ReviewRow]
) -> Outcome:
    review_id, digest = stood
    if new is not None and new.submission is submission and new.id == review_id:
        return Outcome(OutcomeKind.ACCEPTED, review_id, submission.receipt)
    told = reported.get(review_id)
    if digest == submission.digest or (told and tells_again(told, submission.answer)):
        return Outcome(OutcomeKind.DUPLICATE, review_id)
    return Outcome(OutcomeKind.REFUSED, review_id, complaint=Complaint(CONFLICT, "assess_no"))


def _accepted_entry(new: _New) -> NewEntry:
    answer, binding = new.submission.answer, new.binding
    fields = committed_fields(
        case_ref=f"{binding.case_id}:{binding.occurrence_id}:{answer.assess_no}",
        org=f"{binding.division_id}:{binding.agency_id}",
        item=str(binding.item_id),
        window=str(binding.window_id or ""),
        staff_ref=str(binding.staff_id or ""),
        channel=answer.channel.value,
        provenance=new.provenance,
        score=answer.level,
        tags=answer.indicator_codes,
        comment_text=answer.comment_text,
        submitted_day=local_day(answer.assessed_at).isoformat(),
    )
    return NewEntry(EntryKind.REVIEW_ACCEPTED, "review", str(new.id), fields)


def _facts(new: _New, sent_by: str) -> ReviewFacts:
    answer, binding = new.submission.answer, new.binding
    hall_id = binding.hall_id or 0
    return ReviewFacts(
        new.id,
        answer.assessed_at,
        binding.occurrence_at,
        binding.division_id,
        binding.agency_id,
        binding.item_id,
        answer.channel.value,
        answer.level,
        new.provenance,
        _EFFECTIVE,
        answer.assess_no,
        binding.verified,
        (binding.division_id, binding.agency_id, binding.item_id),
        binding.withdrawn_at is not None,
        "",
        hall_id,
        hall_id,
        binding.stage,
        by_invitation(sent_by, new.provenance),
    )
