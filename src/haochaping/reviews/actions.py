"""评价 writes: invitations, the one way a review becomes a row, and what its reviewer may change."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, LiteralString

from django.db import IntegrityError, transaction
from msgspec import Struct

from haochaping.kernel.identifiers import uuid7, uuids7
from haochaping.kernel.outcomes import Outcome, OutcomeKind
from haochaping.kernel.periods import CLOCK_LEEWAY, local_day
from haochaping.kernel.refused import Complaint, Refused
from haochaping.kernel.text import clean, has_forbidden_control
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.postgres.rows import copy_rows
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
    committed_fields,
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
    ReviewFacts,
    ReviewStatus,
    SupplementRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.cases.terms import Binding
    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import Asking, Indicator, InvitationRow, Submission


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
def invite(
    occurrence_ids: Iterable[UUID],
    *,
    valid: timedelta,
    ask_at: Mapping[UUID, datetime] = MappingProxyType({}),
    renew: bool = False,
    by: Actor,
    now: datetime,
) -> int:
    """Make the invitation of each occurrence that has none; returns how many were new.

    `ask_at` says when the persons of new ones are first asked by SMS; `renew` lets one that has run out be good again.
    """
    wanted = list(dict.fromkeys(occurrence_ids))
    invited = queries.invited(wanted)
    if renew and invited:
        _renew(invited, valid=valid, by=by, now=now)
    fresh = [occurrence for occurrence in wanted if occurrence not in invited]
    rows = [
        (invitation_id, occurrence, now, now + valid, ask_at.get(occurrence))
        for invitation_id, occurrence in zip(uuids7(now, len(fresh)), fresh, strict=True)
    ]
    try:
        with transaction.atomic():
            copy_rows("reviews_invitation", _INVITATION, rows)
    except IntegrityError:
        # Somebody has invited one of them since we looked: theirs stands.
        late = [Invitation(**dict(zip(_INVITATION, row, strict=True))) for row in rows]
        Invitation.objects.bulk_create(late, ignore_conflicts=True)
        made = set(Invitation.objects.filter(id__in=[row.id for row in late]).values_list("id", flat=True))
        rows = [row for row in rows if row[0] in made]
    if rows:
        facts = {"rows": str(len(rows))}
        entry = NewEntry(EntryKind.INVITATION_ISSUED, "invitations", str(rows[0][0]), facts=facts)
        ledger.append([entry], by=by, now=now)
    return len(rows)


_INVITATION: dict[LiteralString, LiteralString] = {
    "id": "uuid",
    "occurrence_id": "uuid",
    "issued_at": "timestamptz",
    "expires_at": "timestamptz",
    "ask_at": "timestamptz",
}


def _renew(occurrence_ids: Iterable[UUID], *, valid: timedelta, by: Actor, now: datetime) -> None:
    over = Invitation.objects.filter(occurrence_id__in=list(occurrence_ids), expires_at__lt=now)
    ids = list(over.values_list("id", flat=True))
    if ids and Invitation.objects.filter(id__in=ids).update(issued_at=now, expires_at=now + valid):
        facts = {"renewed": str(len(ids))}
        entry = NewEntry(EntryKind.INVITATION_ISSUED, "invitations", str(ids[0]), facts=facts)
        ledger.append([entry], by=by, now=now)


@transaction.atomic
def settle_asking(settled: Mapping[UUID, Asking], *, by: Actor, now: datetime) -> None:
    """Write down what became of invitations that were due (`queries.to_ask` has locked them)."""
    rows = list(Invitation.objects.filter(id__in=list(settled)))
    for row in rows:
        asking = settled[row.id]
        row.ask_at, row.asking_ended = asking.at, asking.ended or ""
        row.asked += asking.send
    Invitation.objects.bulk_update(rows, ["ask_at", "asked", "asking_ended"])
    sent = sorted(invitation_id for invitation_id, asking in settled.items() if asking.send)
    if sent:
        facts = {"asked": str(len(sent))}
        entry = NewEntry(EntryKind.INVITATION_ISSUED, "invitations", str(sent[0]), facts=facts)
        ledger.append([entry], by=by, now=now)


def check_usable(invitation: InvitationRow, *, answered: bool, now: datetime) -> None:
    """Raise `Refused(TOKEN_EXPIRED)` for an unused invitation past its day; a used one still opens its review."""
    if not answered and now > invitation.expires_at:
        raise Refused(TOKEN_EXPIRED, until=invitation.expires_at)


@transaction.atomic(savepoint=False)
def accept(
    submissions: Sequence[tuple[Submission, Binding]],
    *,
    change_windows: Mapping[int, timedelta],
    by: Actor,
    now: datetime,
) -> tuple[list[Outcome], list[ReviewFacts]]:
    """Judge the meaning of each bound answer and store the good ones as a set; one outcome each, in order.

    Idempotent by (occurrence, assess_no): the same content again is a duplicate, other content a conflict.
    `change_windows` gives per division id how long the reviewer may change a review given by token. Returns the
    outcomes and, of each review that is new, what is counted of it.
    """
    catalogues = {name: queries.indicators(name) for name in {s.answer.indicator_set for s, _ in submissions}}
    complaints = [_meaning(submission, binding, catalogues, now) for submission, binding in submissions]
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
    outcomes = [
        Outcome(OutcomeKind.QUARANTINED, complaint=complaint)
        if complaint
        else _settle(stored[key], submission, fresh.get(key))
        for (submission, _), key, complaint in zip(submissions, keys, complaints, strict=True)
    ]
    accepted = [new for key, new in fresh.items() if stored[key][0] == new.id]
    if accepted:
        ledger.append([_accepted_entry(new) for new in accepted], by=by, now=now)
    return outcomes, [_facts(new) for new in accepted]


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
}


def _meaning(
    submission: Submission, binding: Binding, catalogues: Mapping[str, Mapping[str, Indicator]], now: datetime
) -> Complaint | None:
    answer = submission.answer
    catalogue = catalogues[answer.indicator_set]
    return code_complaint(
        answer.level, answer.indicator_codes, answer.indicator_set, catalogue
    ) or time_complaint(answer, binding.occurrence_at, now, CLOCK_LEEWAY)


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


def _settle(stood: tuple[UUID, bytes], submission: Submission, new: _New | None) -> Outcome:
    review_id, digest = stood
    if new is not None and new.submission is submission and new.id == review_id:
        return Outcome(OutcomeKind.ACCEPTED, review_id, submission.receipt)
    if digest == submission.digest:
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


def _facts(new: _New) -> ReviewFacts:
    answer, binding = new.submission.answer, new.binding
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
    )


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
