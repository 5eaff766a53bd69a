"""评价 writes: invitations, the one way a review becomes a row, and what its reviewer may change."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from importlib import resources
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.refused import Complaint, Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.reviews import queries
from haochaping.reviews.models import (
    IndicatorSet,
    Invitation,
    Review,
    ReviewChange,
    ReviewIndicator,
    Supplement,
)
from haochaping.reviews.rules import (
    code_complaint,
    lacks_reason,
    provenance_of,
    time_complaint,
    yields_to_invitation,
)
from haochaping.reviews.terms import (
    CHANGE_WINDOW_OVER,
    COMMENT_LIMIT,
    COMMENT_TOO_LONG,
    CONFLICT,
    FORBIDDEN_CHARACTERS,
    NATIONAL_SET,
    NOT_REVIEWED,
    TOKEN_EXPIRED,
    ChangeKind,
    Level,
    Provenance,
    ReviewStatus,
    SupplementRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.terms import Binding
    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import Indicator, InvitationRow, Submission

# Clocks of halls differ by minutes; a larger gap is a wrong time.
_CLOCK_LEEWAY = timedelta(minutes=10)


@transaction.atomic
def install_indicators(*, by: Actor, now: datetime) -> int:
    """Add the national set (72 codes, 40 active) where it is missing; returns how many codes were new."""
    before = ReviewIndicator.objects.count()
    indicator_set, _ = IndicatorSet.objects.get_or_create(
        code=NATIONAL_SET, defaults={"name": "全国一体化平台评价指标", "effective_from": date(2020, 5, 1)}
    )
    source = resources.files("haochaping.reviews").joinpath("data/national_indicators.csv")
    with source.open(encoding="utf-8") as file:
        rows = [
            ReviewIndicator(
                indicator_set=indicator_set,
                code=row["code"],
                level=int(row["level"]),
                label=row["label"],
                basic=row["basic"] == "1",
                active=row["active"] == "1",
            )
            for row in csv.DictReader(file)
        ]
    ReviewIndicator.objects.bulk_create(rows, ignore_conflicts=True)
    added = ReviewIndicator.objects.count() - before
    if added:
        entry = NewEntry(
            EntryKind.RULEBOOK_CHANGED, "indicator_set", NATIONAL_SET, facts={"rows": str(added)}
        )
        ledger.append([entry], by=by, now=now)
    return added


@transaction.atomic
def invite(occurrence_ids: Iterable[UUID], *, valid: timedelta, by: Actor, now: datetime) -> int:
    """Make the invitation of each occurrence that has none; returns how many were new."""
    rows = [
        Invitation(id=uuid7(now), occurrence_id=occurrence_id, issued_at=now, expires_at=now + valid)
        for occurrence_id in occurrence_ids
    ]
    Invitation.objects.bulk_create(rows, ignore_conflicts=True)
    made = Invitation.objects.filter(id__in=[row.id for row in rows]).order_by("id")
    ids = list(made.values_list("id", flat=True))
    if ids:
        facts = {"rows": str(len(ids))}
        entry = NewEntry(EntryKind.INVITATION_ISSUED, "invitations", str(ids[0]), facts=facts)
        ledger.append([entry], by=by, now=now)
    return len(ids)


def check_usable(invitation: InvitationRow, *, answered: bool, now: datetime) -> None:
    """Raise `Refused(TOKEN_EXPIRED)` for an unused invitation past its day; a used one still opens its review."""
    if not answered and now > invitation.expires_at:
        raise Refused(TOKEN_EXPIRED, until=invitation.expires_at)


@transaction.atomic
def accept(
    submissions: Sequence[tuple[Submission, Binding]],
    *,
    change_windows: Mapping[int, timedelta],
    by: Actor,
    now: datetime,
) -> list[Outcome]:
    """Judge the meaning of each bound answer and store the good ones as a set; one outcome each, in order.

    Idempotent by (occurrence, assess_no): the same content again is a duplicate, other content a conflict.
    `change_windows` gives per division id how long the reviewer may change a review given by token.
    """
    sets = {submission.answer.indicator_set for submission, _ in submissions}
    catalogues = {indicator_set: queries.indicators(indicator_set) for indicator_set in sets}
    outcomes: list[Outcome | None] = []
    rows: list[Review] = []
    for submission, binding in submissions:
        complaint = _meaning(submission, binding, catalogues, now)
        if complaint:
            outcomes.append(Outcome(OutcomeKind.QUARANTINED, complaint=complaint))
            continue
        outcomes.append(None)
        rows.append(_row(submission, binding, change_windows.get(binding.division_id, timedelta()), by, now))
    stored = _insert(rows)
    fates = iter(rows)
    settled: list[Outcome] = []
    for outcome, (submission, _) in zip(outcomes, submissions, strict=True):
        settled.append(outcome or _settle(next(fates), stored, submission))
    accepted = [outcome.id for outcome in settled if outcome.kind == OutcomeKind.ACCEPTED and outcome.id]
    entries = [
        NewEntry(EntryKind.REVIEW_ACCEPTED, "review", review_id, fields)
        for review_id, fields in queries.committed(accepted)
    ]
    if entries:
        ledger.append(entries, by=by, now=now)
    return settled


def _meaning(
    submission: Submission, binding: Binding, catalogues: Mapping[str, Mapping[str, Indicator]], now: datetime
) -> Complaint | None:
    answer = submission.answer
    catalogue = catalogues[answer.indicator_set]
    return code_complaint(
        answer.level, answer.indicator_codes, answer.indicator_set, catalogue
    ) or time_complaint(answer, binding.occurrence_at, now, _CLOCK_LEEWAY)


def _row(submission: Submission, binding: Binding, window: timedelta, by: Actor, now: datetime) -> Review:
    answer = submission.answer
    return Review(
        id=uuid7(now),
        occurrence_id=binding.occurrence_id,
        assess_no=answer.assess_no,
        level=answer.level,
        indicator_set=answer.indicator_set,
        indicator_codes=list(answer.indicator_codes),
        comment_text=answer.comment_text,
        reason_missing=lacks_reason(answer.level, answer.indicator_codes, answer.comment_text),
        channel=answer.channel,
        claimed_provenance=answer.claimed_provenance,
        provenance=provenance_of(submission.entrance, answer.claimed_provenance),
        anonymous=answer.anonymous,
        status=ReviewStatus.EFFECTIVE,
        assessed_at=answer.assessed_at,
        received_at=now,
        finished_at=now if submission.finished else None,
        changeable_until=now if submission.finished else now + window,
        platform_id=binding.platform_id,
        division_id=binding.division_id,
        agency_id=binding.agency_id,
        item_id=binding.item_id,
        hall_id=binding.hall_id,
        window_id=binding.window_id,
        staff_id=binding.staff_id,
        person_id=submission.person_id,
        receipt_hash=submission.receipt_hash,
        digest=submission.digest,
        sent_by=str(by),
    )


type _Stored = dict[tuple[UUID, int], tuple[UUID, bytes]]


def _insert(rows: list[Review]) -> _Stored:
    """Insert, letting the database decide who was first; returns what now stands for each key.

    Always in the order of the keys: two batches with the same reviews wait for each other, never in a circle.
    """
    in_order = sorted(rows, key=lambda row: (row.occurrence_id, row.assess_no))
    Review.objects.bulk_create(in_order, ignore_conflicts=True)
    found = Review.objects.filter(occurrence_id__in={row.occurrence_id for row in rows})
    return {
        (occurrence_id, assess_no): (review_id, bytes(digest))
        for occurrence_id, assess_no, review_id, digest in found.values_list(
            "occurrence_id", "assess_no", "id", "digest"
        )
    }


def _settle(row: Review, stored: _Stored, submission: Submission) -> Outcome:
    review_id, digest = stored[row.occurrence_id, row.assess_no]
    if review_id == row.id:
        return Outcome(OutcomeKind.ACCEPTED, review_id, submission.receipt)
    if digest == submission.digest:
        return Outcome(OutcomeKind.DUPLICATE, review_id)
    return Outcome(OutcomeKind.REFUSED, review_id, complaint=Complaint(CONFLICT, "assess_no"))


@transaction.atomic
def change_level(review_id: UUID, level: Level, *, by: Actor, now: datetime) -> None:
    """The reviewer chooses another level, or rates again after withdrawing; reasons of the old level fall away.

    Raises:
        Refused: NOT_REVIEWED, CHANGE_WINDOW_OVER.
    """
    row = _changeable(review_id, now)
    if row.level == level and row.status == ReviewStatus.EFFECTIVE:
        return
    kind = ChangeKind.LEVEL if row.status == ReviewStatus.EFFECTIVE else ChangeKind.RESTORED
    _remember(row, kind, now)
    if row.level != level:
        row.indicator_codes = []
    row.level = level
    row.status = ReviewStatus.EFFECTIVE
    row.finished_at = None
    row.reason_missing = lacks_reason(level, tuple(row.indicator_codes), row.comment_text)
    row.save(update_fields=["indicator_codes", "level", "status", "finished_at", "reason_missing"])
    _supersede(row, by, now)


@transaction.atomic
def claim(
    review_id: UUID,
    level: Level,
    *,
    channel: str,
    receipt_hash: bytes,
    window: timedelta,
    by: Actor,
    now: datetime,
) -> None:
    """The holder of the invitation rates a service for which an unverified review stands: theirs takes its place.

    What stood there is kept in the history; its words, its receipt and its time are no longer the review's.

    Raises:
        Refused: NOT_REVIEWED when there is none that gives way.
    """
    row = Review.objects.select_for_update().filter(id=review_id).first()
    if row is None or not yields_to_invitation(row.provenance):
        raise Refused(NOT_REVIEWED)
    _remember(row, ChangeKind.CLAIMED, now)
    row.level, row.status, row.provenance = level, ReviewStatus.EFFECTIVE, Provenance.ACTIVE_SELF
    row.indicator_codes, row.comment_text = [], ""
    row.reason_missing = lacks_reason(level, (), "")
    row.channel, row.assessed_at, row.finished_at = channel, now, None
    row.changeable_until = now + window
    row.receipt_hash, row.person_id, row.sent_by = receipt_hash, None, str(by)
    row.save()
    _supersede(row, by, now)


@transaction.atomic
def give_reasons(
    review_id: UUID, codes: Sequence[str], comment_text: str, *, by: Actor, now: datetime
) -> None:
    """The reviewer finishes the second page: tags of their level and a text of up to `COMMENT_LIMIT` characters.

    Raises:
        Refused: NOT_REVIEWED (also of a withdrawn review), CHANGE_WINDOW_OVER, FORBIDDEN_CHARACTERS,
            COMMENT_TOO_LONG, UNKNOWN_INDICATOR, INDICATOR_OF_OTHER_LEVEL.
    """
    row = _changeable(review_id, now)
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
        _remember(row, ChangeKind.REASONS, now)
    row.indicator_codes = list(chosen)
    row.comment_text = comment_text
    row.reason_missing = lacks_reason(row.level, chosen, comment_text)
    row.finished_at = now
    row.save(update_fields=["indicator_codes", "comment_text", "reason_missing", "finished_at"])
    if changed:
        _supersede(row, by, now)


@transaction.atomic
def give_way(first_id: UUID, *, followed: bool, by: Actor, now: datetime) -> None:
    """The first review becomes history while its follow-up stands (`followed`), and stands again when it does not."""
    row = Review.objects.select_for_update().filter(id=first_id).first()
    wanted = ReviewStatus.SUPERSEDED if followed else ReviewStatus.EFFECTIVE
    if row is None or row.status in {wanted, ReviewStatus.WITHDRAWN}:
        return
    _remember(row, ChangeKind.FOLLOWED_UP if followed else ChangeKind.RESTORED, now)
    row.status = wanted
    row.save(update_fields=["status"])
    _supersede(row, by, now)


@transaction.atomic
def supplement(review_id: UUID, said: SupplementRow, *, by: Actor, now: datetime) -> None:
    """The reviewer agrees to a call-back or not, and says who helped with the form.

    Bound to no change window: a consent can be taken back at any time (个人信息保护法 15). The ledger keeps each
    answer.

    Raises:
        Refused: NOT_REVIEWED (also of a withdrawn review).
    """
    row = Review.objects.select_for_update().filter(id=review_id).first()
    if row is None or row.status == ReviewStatus.WITHDRAWN:
        raise Refused(NOT_REVIEWED)
    if said == queries.supplement_of(review_id):
        return
    helped_by = said.helped_by or ""
    kept = {"may_call_back": said.may_call_back, "helped_by": helped_by, "said_at": now}
    Supplement.objects.update_or_create(review=row, defaults=kept)
    facts = {"may_call_back": "yes" if said.may_call_back else "no", "helped_by": helped_by}
    entry = NewEntry(EntryKind.REVIEW_SUPPLEMENTED, "review", str(review_id), facts=facts)
    ledger.append([entry], by=by, now=now)


@transaction.atomic
def withdraw(review_id: UUID, *, by: Actor, now: datetime) -> None:
    """The reviewer takes the review back; it stays as withdrawn, and counts nowhere.

    Raises:
        Refused: NOT_REVIEWED, CHANGE_WINDOW_OVER.
    """
    row = _changeable(review_id, now)
    if row.status == ReviewStatus.WITHDRAWN:
        return
    _remember(row, ChangeKind.WITHDRAWN, now)
    row.status = ReviewStatus.WITHDRAWN
    row.save(update_fields=["status"])
    entry = NewEntry(EntryKind.REVIEW_WITHDRAWN, "review", str(row.id))
    ledger.append([entry], by=by, now=now)


def _changeable(review_id: UUID, now: datetime) -> Review:
    row = Review.objects.select_for_update().filter(id=review_id).first()
    if row is None:
        raise Refused(NOT_REVIEWED)
    if now > row.changeable_until:
        raise Refused(CHANGE_WINDOW_OVER, until=row.changeable_until)
    return row


def _remember(row: Review, kind: ChangeKind, now: datetime) -> None:
    ReviewChange.objects.create(
        id=uuid7(now),
        review=row,
        kind=kind,
        level=row.level,
        indicator_codes=row.indicator_codes,
        comment_text=row.comment_text,
        changed_at=now,
    )


def _supersede(row: Review, by: Actor, now: datetime) -> None:
    facts = {"status": row.status} if row.status == ReviewStatus.SUPERSEDED else {}
    entries = [
        NewEntry(EntryKind.REVIEW_SUPERSEDED, "review", review_id, fields, facts)
        for review_id, fields in queries.committed([row.id])
    ]
    ledger.append(entries, by=by, now=now)
