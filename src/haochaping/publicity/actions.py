"""公开 writes: one publisher proposes what becomes of a text, another one confirms or refuses it."""

from __future__ import annotations

from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from haochaping.directory import queries as directory
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.kernel.text import clean
from haochaping.kernel.two_persons import TwoPersonState, check_second
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.publicity import queries
from haochaping.publicity.access import check_publisher
from haochaping.publicity.models import Release, Undecided
from haochaping.publicity.rules import alarm_of
from haochaping.publicity.terms import (
    ALREADY_DECIDED,
    ALREADY_PROPOSED,
    APPEARING,
    GROUNDS,
    HOLD_NEEDS_GROUND,
    HOLD_NEEDS_REASON,
    NOT_PROPOSED,
    NOTHING_TO_RELEASE,
    REFUSAL_NEEDS_REASON,
)
from haochaping.rectification.terms import Alarm
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.rules import after_share_of_time, due_after

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.kernel.refused import Reason
    from haochaping.publicity.queries import ToOffer
    from haochaping.publicity.terms import ProposedRelease, Wanted

_REASON_LENGTH = 300
_SQL = resources.files("haochaping.publicity").joinpath("sql")
_COUNT_WAITING = _SQL.joinpath("count_waiting.sql").read_text(encoding="utf-8")
_CONFIRMING = 0x68637075  # "hcpu"


@transaction.atomic
def propose(wanted: Sequence[Wanted], *, by: Actor, now: datetime) -> list[UUID]:
    """The first publisher says what should become of texts; nothing of it is public before a second one confirms it.

    All of it is proposed or nothing. Returns the proposals' ids, in order.

    Raises:
        Refused: NOT_ALLOWED, HOLD_NEEDS_GROUND, HOLD_NEEDS_REASON, NOTHING_TO_RELEASE, ALREADY_PROPOSED, ALREADY_DECIDED.
    """
    check_publisher(by)
    there = queries.words_of(wanted, by, now=now)
    rows = [_proposal(one, there, by=by, now=now) for one in wanted]
    try:
        with transaction.atomic():
            Release.objects.bulk_create(rows)
    except IntegrityError:
        raise Refused(ALREADY_PROPOSED) from None
    _record(EntryKind.RELEASE_PROPOSED, rows, TwoPersonState.PROPOSED, by=by, now=now)
    return [row.id for row in rows]


@transaction.atomic
def confirm(proposal_ids: Collection[UUID], *, by: Actor, now: datetime) -> int:
    """The second publisher confirms what waits of these proposals; returns how many: others were ended meanwhile.

    Raises:
        Refused: NOT_ALLOWED, NOT_PROPOSED where none of them waits, ONE_PERSON where one is the actor's own.
    """
    check_publisher(by)
    with connection.cursor() as cursor:
        # Each row that is confirmed counts in its quarter (migration 0004): of two publishers one is counted after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CONFIRMING])
    waiting = _waiting(proposal_ids, by)
    _end(waiting, TwoPersonState.CONFIRMED, by=by, now=now)
    _record(EntryKind.RELEASE_DECIDED, waiting, TwoPersonState.CONFIRMED, by=by, now=now)
    return len(waiting)


@transaction.atomic
def refuse(proposal_id: UUID, *, reason: str, by: Actor, now: datetime) -> None:
    """The second publisher does not agree: the text waits again as if nobody had proposed anything.

    Raises:
        Refused: as `confirm`, and REFUSAL_NEEDS_REASON.
    """
    check_publisher(by)
    reason = _reason(reason, REFUSAL_NEEDS_REASON)
    waiting = _waiting([proposal_id], by)
    _end(waiting, TwoPersonState.REFUSED, refusal=reason, by=by, now=now)
    _record(EntryKind.RELEASE_PROPOSED, waiting, TwoPersonState.REFUSED, by=by, now=now)


@transaction.atomic
def withdraw(proposal_id: UUID, *, by: Actor, now: datetime) -> None:
    """Whoever proposed takes it back.

    Raises:
        Refused: NOT_ALLOWED, NOT_PROPOSED unless it is the actor's own and waits.
    """
    check_publisher(by)
    open_ = Release.objects.select_for_update().filter(
        id=proposal_id, state=TwoPersonState.PROPOSED, proposed_by=str(by)
    )
    own = list(open_)
    if not own:
        raise Refused(NOT_PROPOSED)
    _end(own, TwoPersonState.WITHDRAWN, by=by, now=now)
    _record(EntryKind.RELEASE_PROPOSED, own, TwoPersonState.WITHDRAWN, by=by, now=now)


def _reason(text: str, missing: Reason) -> str:
    text = clean(text)[:_REASON_LENGTH]
    if not text:
        raise Refused(missing, field="reason")
    return text


def _proposal(one: Wanted, there: queries.Words, *, by: Actor, now: datetime) -> Release:
    reason, ground = ("", "") if one.decision in APPEARING else _why(one)
    words = there.get((one.review_id, one.part, one.decision))
    if words is None:
        raise Refused(_why_not(one))
    return Release(
        id=uuid7(now),
        review_id=one.review_id,
        part=one.part,
        written_at=words.written_at,
        turn=words.turn,
        decision=one.decision,
        text=words.redacted if one.decision in APPEARING else "",
        ground=ground,
        raised_to_id=words.raised_to,
        reason=reason,
        state=TwoPersonState.PROPOSED,
        proposed_by=str(by),
        proposed_staff=sorted(by.staff_ids),
        proposed_at=now,
    )


def _why(one: Wanted) -> tuple[str, str]:
    """Reason and ground of a text that is to be kept back."""
    reason = _reason(one.reason, HOLD_NEEDS_REASON)
    if one.ground not in GROUNDS:
        raise Refused(HOLD_NEEDS_GROUND, field="ground")
    return reason, one.ground


def _why_not(one: Wanted) -> Reason:
    """Why there is nothing to propose about a text: the newest that was said of it, else that it is none."""
    said = Release.objects.filter(
        review_id=one.review_id, part=one.part, state__in=[TwoPersonState.PROPOSED, TwoPersonState.CONFIRMED]
    ).order_by("-written_at", "-turn")
    state = said.values_list("state", flat=True).first()
    if state is None:
        return NOTHING_TO_RELEASE
    return ALREADY_PROPOSED if state == TwoPersonState.PROPOSED else ALREADY_DECIDED


def _waiting(proposal_ids: Collection[UUID], by: Actor) -> list[ProposedRelease]:
    """The proposals that still wait, locked, all of them another person's."""
    open_ = Release.objects.select_for_update().filter(id__in=proposal_ids, state=TwoPersonState.PROPOSED)
    locked = list(open_.order_by("id").values_list("id", flat=True))
    waiting = queries.proposals(by, ids=locked, limit=len(locked))
    if not waiting:
        raise Refused(NOT_PROPOSED)
    for one in waiting:
        check_second(by, one.proposed_by, one.proposed_staff)
    return waiting


def _end(
    rows: Iterable[Release | ProposedRelease],
    state: TwoPersonState,
    *,
    refusal: str = "",
    by: Actor,
    now: datetime,
) -> None:
    Release.objects.filter(id__in=[row.id for row in rows]).update(
        state=state,
        refusal=refusal,
        decided_by=str(by),
        decided_staff=sorted(by.staff_ids),
        decided_at=now,
    )


def _record(
    kind: EntryKind,
    rows: Iterable[Release | ProposedRelease],
    state: TwoPersonState,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """An entry for each text: what is proposed for it, on which ground, and what became of the proposal."""
    entries = [
        NewEntry(
            kind,
            "review",
            str(row.review_id),
            facts={"part": str(row.part), "decision": str(row.decision), "state": str(state)}
            | ({"ground": row.ground} if row.ground else {}),
        )
        for row in rows
    ]
    ledger.append(entries, by=by, now=now)


@transaction.atomic
def offer(batch: ToOffer, *, by: Actor, now: datetime) -> int:
    """Put what a division has of a week before its publishers, with a deadline; returns how many.

    Words of which too few cases are known, of their item and agency in that week, are to stand under the nearest division
    that has as many; under the highest where none has.
    """
    place = directory.division_by_id(batch.division_id)
    terms = rulebook.terms_for(place.path, local_day(now))
    calendar = rulebook.calendar(terms, local_day(now))
    due_at = due_after(now, terms.text_release_days, terms.text_release_unit, calendar)
    amber_at = due_at and after_share_of_time(now, due_at, terms.amber_threshold, calendar)
    found = queries.cells(batch, now)
    small = [pk for pk, n in found.items() if n is not None and n < terms.text_cell]
    raised_to = _large_enough(place.path, batch.week, terms.text_cell) if small else None
    rows = Undecided.objects.filter(id__in=list(found))
    rows.update(offered_at=now, due_at=due_at, amber_at=amber_at)
    Undecided.objects.filter(id__in=small).update(raised_to_id=raised_to)
    if found:
        facts = {"part": str(batch.part), "week": batch.week.isoformat(), "texts": str(len(found))}
        entry = NewEntry(EntryKind.TEXTS_OFFERED, "division", str(batch.division_id), facts=facts)
        ledger.append([entry], by=by, now=now)
    return len(found)


def _large_enough(division_path: str, week: date, least: int) -> int:
    """The nearest division upwards with so many cases in the week; the highest where none has."""
    above = directory.ancestors(division_path)[::-1]
    for one in above[:-1]:
        if queries.cases_of_week(one.path, week) >= least:
            return one.id
    return above[-1].id


@transaction.atomic
def mark_alarms(*, now: datetime, limit: int = 2000) -> dict[tuple[int, Alarm], int]:
    """Mark what has turned amber or red, once each; returns how many, by division and alarm.

    Whoever calls tells the publishers. No entry: nothing is decided by it, and the deadline is known.
    """
    turned = Q(alarm=Alarm.NONE, amber_at__lte=now) | Q(alarm__lt=Alarm.RED, due_at__lt=now)
    rows = Undecided.objects.select_for_update(skip_locked=True).filter(turned, offered_at__isnull=False)
    found: dict[Alarm, list[Undecided]] = {Alarm.AMBER: [], Alarm.RED: []}
    for row in rows.order_by("amber_at", "id")[:limit]:
        found[alarm_of(row.amber_at, row.due_at, now)].append(row)
    for alarm, some in found.items():
        Undecided.objects.filter(id__in=[row.pk for row in some]).update(alarm=alarm)
    return Counter((row.division_id, alarm) for alarm, some in found.items() for row in some)


@transaction.atomic
def count_waiting(*, now: datetime) -> None:
    """Count anew what waits in each division, for the public pages."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_WAITING, {"now": now})
