"""What happened to an order: its reviewer's timeline, the whole history with what stands beside it, single facts of it."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection

from haochaping.accounts.rules import told_apart
from haochaping.directory.terms import Kind, Ref
from haochaping.files.terms import PhotoRow
from haochaping.identity.terms import RelayPurpose
from haochaping.notices.terms import DeliveryState, MessageRow, Side, Template
from haochaping.postgres.together import Asked, together
from haochaping.rectification import access
from haochaping.rectification.models import Callback, Milestone, OrderEvent, SolutionAnswer, WorkOrder
from haochaping.rectification.terms import (
    Beside,
    CallbackRow,
    CallResult,
    CallRow,
    ClockKind,
    ClockTick,
    CoHandlerRow,
    Contact,
    Doubt,
    EarlierReply,
    EventRow,
    EvidenceRow,
    ExtensionRow,
    HistoryRow,
    Looks,
    Means,
    MilestoneRow,
    Move,
    SolutionRow,
    Solved,
    Tick,
    ToldRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor

SOLUTION_COLUMNS = ("solved", "text", "answered_at", "changeable_until")
# Statements asked at once: what stands beside an order; then what happened to it, its clocks, photographs and thread.
_HISTORY = resources.files("haochaping.rectification").joinpath("sql/history.sql").read_text(encoding="utf-8")
_BESIDE = _HISTORY.partition("-- history --")[0]
_CONTACTS = _HISTORY.partition("-- contacts --")[2]


def timeline(order_id: UUID) -> list[EventRow]:
    """What happened to an order, oldest first, as its reviewer may read it."""
    return own_timeline(order_id)[0]


def own_timeline(order_id: UUID) -> tuple[list[EventRow], list[SolutionRow]]:
    """What happened to an order, and each word of the reviewer on whether it is solved; oldest first.

    Without internal notes, which its reviewer never reads.
    """
    events = Asked(
        OrderEvent.objects.filter(order_id=order_id)
        .exclude(move=Move.NOTE)
        .order_by("at", "id")
        .values_list("move", "at", "by", "note"),
        lambda found: [EventRow(Move(move), *rest) for move, *rest in found],
    )
    calls = Asked(
        Callback.objects.filter(order_id=order_id)
        .order_by("at", "id")
        .values_list(
            "result", "is_true", "is_reasonable", "round", "means", "contact", "recording", "called_at"
        ),
        lambda found: [CallbackRow(CallResult(result), *rest) for result, *rest in found],
    )
    said = Asked(
        SolutionAnswer.objects.filter(order_id=order_id)
        .order_by("answered_at", "id")
        .values_list(*SOLUTION_COLUMNS),
        lambda found: [SolutionRow(Solved(solved), *rest) for solved, *rest in found],
    )
    together(events, calls, said)
    # Each verification has recorded one attempt, in the same order (sql/history.sql).
    left = iter(calls.answer)
    told = [
        replace(event, callback=next(left, None)) if event.move == Move.VERIFY else event
        for event in events.answer
    ]
    return told, said.answer


def plan_of_order(order_id: UUID) -> list[MilestoneRow]:
    """The lines of the plan by which a matter is put right, by their day."""
    rows = Milestone.objects.filter(order_id=order_id).order_by("due_on", "id")
    columns = ("id", "text", "due_on", "note", "done_at", "ended_at", "dropped_at")
    return [
        MilestoneRow(pk, text, due_on, note, done_at, ended_at, dropped=dropped_at is not None)
        for pk, text, due_on, note, done_at, ended_at, dropped_at in rows.values_list(*columns)
    ]


def history(order_id: UUID) -> HistoryRow:
    """Everything that happened to an order, oldest first, and what stands beside it, asked together."""
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, {"order": order_id})
        row = HistoryRow(_beside(cursor.fetchall()))
        for read in (
            _read_events,
            _read_ticks,
            _read_photos,
            _read_messages,
            _read_targets,
            _read_answers,
        ):
            cursor.nextset()
            read(row, cursor.fetchall())
        cursor.nextset()
        row = _with_told(row, cursor.fetchall())
        cursor.nextset()
        row.contacts.extend(_contact(*found) for found in cursor.fetchall())
        return row


def _read_events(row: HistoryRow, found: Iterable[tuple[Any, ...]]) -> None:
    people: dict[str, tuple[str, str]] = {}
    for what, at, _, word, by, note, result, is_true, is_reasonable, warned, *behind, name, username in found:
        if name:
            people[by] = (name, username)
        if what == "move":
            call = CallbackRow(CallResult(result), is_true, is_reasonable, *behind) if result else None
            doubts = tuple(Doubt(one) for one in warned.split())
            row.events.append(EventRow(Move(word), at, by, note, call, doubts))
        elif what == "call":
            row.calls.append(CallRow(RelayPurpose(result), DeliveryState(word), at))
    row.names.update(told_apart(people))


def _read_ticks(row: HistoryRow, found: Iterable[tuple[Any, ...]]) -> None:
    row.ticks.extend(ClockTick(ClockKind(clock), Tick(tick), *rest) for clock, tick, *rest in found)


def _read_photos(row: HistoryRow, found: Iterable[tuple[Any, ...]]) -> None:
    evidence = {str(one.id): one.photos for one in row.beside.evidence}
    for kind, subject_id, *rest in found:
        (row.photos if kind == "review" else evidence.get(subject_id, [])).append(PhotoRow(*rest))


def _read_messages(row: HistoryRow, found: Iterable[tuple[Any, ...]]) -> None:
    row.messages.extend(MessageRow(pk, Side(side), *rest) for pk, side, *rest in found)


def _read_targets(row: HistoryRow, found: Iterable[tuple[Any, ...]]) -> None:
    row.targets.update({Kind(kind): Ref(*ref) for _, kind, *ref in found})


def _read_answers(row: HistoryRow, found: Iterable[tuple[Any, ...]]) -> None:
    row.answers.extend(SolutionRow(Solved(solved), *rest) for solved, *rest in found)


def _with_told(row: HistoryRow, found: Iterable[tuple[Any, ...]]) -> HistoryRow:
    looks = None
    for what, word, state, at, times, people in found:
        if what == "looks":
            looks = Looks(times, people, at)
        else:
            row.told.append(ToldRow(Template(word), DeliveryState(state), at))
    return replace(row, looks=looks)


def solutions_of(order_ids: Iterable[UUID]) -> Asked[dict[UUID, SolutionRow]]:
    """What the reviewer said last about each order, where they said it."""
    rows = SolutionAnswer.objects.filter(order_id__in=list(order_ids)).order_by("answered_at", "id")
    return Asked(
        rows.values_list("order_id", *SOLUTION_COLUMNS),
        lambda found: {row[0]: SolutionRow(Solved(row[1]), *row[2:]) for row in found},
    )


def contacts_waiting(order_id: UUID) -> list[Contact]:
    """Calls of the relay and messages of the reviewer whose outcome is still to be recorded, oldest first.

    Of those since the order went to its agency: the calls of another agency are not its own.
    """
    return asked_contacts(order_id).answer


def asked_contacts(order_id: UUID) -> Asked[list[Contact]]:
    """The same, to be asked with other reads."""
    return Asked(_CONTACTS, lambda found: [_contact(*one) for one in found], {"order": order_id})


def _contact(means: str, ref: str, at: datetime) -> Contact:
    return Contact(Means(means), ref, at)


def beside(order_id: UUID) -> Beside:
    """More time asked for, who helps, the plan, and the evidence, without its photographs."""
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, {"order": order_id})
        return _beside(cursor.fetchall())


def _beside(rows: Iterable[tuple[Any, ...]]) -> Beside:
    found = Beside([], [], [], [], [], [], [])
    for what, at, pk, words, note, days, granted, agency_id, name, path, day, due, done in rows:
        if what == "extension":
            found.extensions.append(ExtensionRow(days, words, at, granted, note))
        elif what == "co_handler":
            found.co_handlers.append(
                CoHandlerRow(pk, agency_id, name, path, words, due, note, done, bool(granted), day)
            )
        elif what == "evidence":
            found.evidence.append(EvidenceRow(pk, words, granted, note, at, name, done))
        elif what == "project":
            found.projects.append((pk, words))
        elif what == "open_project":
            found.open_projects.append((pk, words))
        else:
            line = MilestoneRow(pk, words, day, note, done, due, bool(granted))
            (found.milestones if line.ended_at is None else found.earlier_lines).append(line)
    return found


def events_count(order_id: UUID, move: Move, *, since: datetime | None = None) -> int:
    """How often a move was made with an order, ever or since a moment."""
    rows = OrderEvent.objects.filter(order_id=order_id, move=move)
    return (rows.filter(at__gte=since) if since else rows).count()


def event_words(event_id: UUID) -> str:
    """What was said with one event of a timeline."""
    return OrderEvent.objects.filter(id=event_id).values_list("note", flat=True).first() or ""


def last_author(order_id: UUID, move: Move) -> str:
    """Who made a move last; "" when nobody did."""
    rows = OrderEvent.objects.filter(order_id=order_id, move=move).order_by("-at", "-id")
    return rows.values_list("by", flat=True).first() or ""


def earlier_replies(order_id: UUID, *, by: Actor, limit: int = 50) -> list[EarlierReply]:
    """What was replied in this order before, though it was sent back, and the last replies of its agency to others.

    Each newest first; only of orders the actor may see.
    """
    seen = OrderEvent.objects.filter(
        order__in=WorkOrder.objects.filter(access.visible_orders(by), id=order_id)
    )
    own = seen.filter(move=Move.REPLY).order_by("-at", "-id")
    # One agency and not a set of them: so the newest are read from an index, however many there are.
    agency = WorkOrder.objects.filter(id=order_id).values("agency_id")[:1]
    rows = WorkOrder.objects.filter(
        access.visible_orders(by), agency_id=agency, replied_at__isnull=False
    ).exclude(id=order_id)
    here = Asked(own.values_list("order_id", "order__item__name", "at", "note"), list)
    newest = rows.order_by("-replied_at").values_list("id", "item__name", "replied_at", "reply_text")[:limit]
    elsewhere = Asked(newest, list)
    together(here, elsewhere)
    found = [*here.answer, *elsewhere.answer]
    return [EarlierReply(pk, item, at, text) for pk, item, at, text in found if at is not None]
