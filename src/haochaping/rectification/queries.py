"""整改 reads: the inbox, one order with its timeline, what is counted."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from haochaping.accounts.access import check_power, check_scope, may, may_reach
from haochaping.accounts.rules import told_apart
from haochaping.accounts.terms import OUT_OF_SCOPE, Power
from haochaping.directory.terms import Kind, Ref
from haochaping.files import queries as files
from haochaping.files.terms import PhotoRow
from haochaping.identity.terms import RelayPurpose
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.notices.terms import DeliveryState, MessageRow, Side, Template
from haochaping.postgres import writes
from haochaping.postgres.together import Asked, together
from haochaping.rectification import access
from haochaping.rectification.dispatch_queries import held_back
from haochaping.rectification.models import (
    Callback,
    ClockEvent,
    Evidence,
    Milestone,
    OrderEvent,
    SolutionAnswer,
    WorkOrder,
)
from haochaping.rectification.rules import best_of, retold
from haochaping.rectification.states import ANSWERED, FINAL, WORKED_ON
from haochaping.rectification.terms import (
    NO_SUCH_ORDER,
    AppealFacts,
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
    OrderFacts,
    OrderRow,
    OrderState,
    SolutionRow,
    Solved,
    Tick,
    ToldRow,
)
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime
    from typing import Any
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor

_ORDER = (
    "id",
    "review_id",
    "state",
    "division_id",
    "division__path",
    "agency_id",
    "agency__name",
    "item_id",
    "item__name",
    "created_at",
    "dispatched_at",
    "sign_due_at",
    "contact_due_at",
    "rectify_due_at",
    "deadline_known",
    "round",
    "clock",
    "due_at",
    "amber_at",
    "paused_at",
    "outcome",
    "rectification_text",
    "reply_text",
    "replied_at",
    "rating_until",
    "closed_at",
    "merged_into_id",
    "thread_id",
    "staff_id",
    "agency__valid_to",
    "agency__path",
)
# Where an order lies, with each event of its clocks, or none.
_CLOCK = """
    SELECT place.path, event.clock, event.tick, event.at, event.number, event.unit, event.rule, event.due_at, event.amber_at,
           event.helper_id
      FROM rectification_work_order AS work
      JOIN directory_division AS place ON place.id = work.division_id
      LEFT JOIN rectification_clock_event AS event ON event.order_id = work.id
     WHERE work.id = %(order)s
     ORDER BY event.id
"""
_TICK = ("clock", "tick", "at", "number", "unit", "rule", "due_at", "amber_at", "helper_id")

_EVIDENCE = ("id", "caption", "shown", "added_by", "added_at", "removed_by", "removed_at")
_SOLUTION = ("solved", "text", "answered_at", "changeable_until")

_HOLD = "SELECT FROM rectification_work_order WHERE "
_FACTS = resources.files("haochaping.rectification").joinpath("sql/facts.sql").read_text(encoding="utf-8")
# Statements asked at once: what stands beside an order; then what happened to it, its clocks, photographs and thread.
_HISTORY = resources.files("haochaping.rectification").joinpath("sql/history.sql").read_text(encoding="utf-8")
_BESIDE = _HISTORY.partition("-- history --")[0]
_CONTACTS = _HISTORY.partition("-- contacts --")[2]


def _row(values: tuple[object, ...]) -> OrderRow:
    columns = dict(zip((name.replace("__", "_") for name in _ORDER), values, strict=True))
    columns["state"] = OrderState(str(columns["state"]))
    return OrderRow(**columns)  # type: ignore[arg-type]


# The list of a desk reads the same rows (worklist_queries.py).
ORDER_COLUMNS, order_row = _ORDER, _row


def inbox(by: Actor, *, done: bool = False, limit: int = 50, offset: int = 0) -> list[OrderRow]:
    """The orders somebody may see: open ones by time left, finished ones newest first.

    What was never dispatched is nobody's business: a mis-tap changed back leaves no trace at the agency.
    """
    rows = WorkOrder.objects.filter(access.visible_orders(by), dispatched_at__isnull=False)
    mine = waits_for(by)
    # What has no deadline stands last.
    rows = rows.exclude(state__in=mine).order_by("-created_at") if done else _by_time_left(rows, mine)
    return [_row(values) for values in rows.values_list(*_ORDER)[offset : offset + limit]]


def _by_time_left(rows: QuerySet[WorkOrder], states: frozenset[OrderState]) -> QuerySet[WorkOrder]:
    return rows.filter(state__in=states).order_by("due_at", "id")


def waits_for(by: Actor) -> frozenset[OrderState]:
    """The states in which an order waits for somebody like the actor."""
    waits = set(WORKED_ON)
    if may(by, Power.ORDER_DISPATCH):
        waits |= {OrderState.REPLIED}
    if may(by, Power.ORDER_SUPERVISE):
        waits |= {OrderState.REPLIED, OrderState.ESCALATED}
    return frozenset(waits)


def order(order_id: UUID, *, by: Actor) -> OrderRow:
    """One order; raises `Refused` when it is not there or not the actor's to see."""
    return orders_each([order_id], by=by)[order_id]


def orders_each(order_ids: Collection[UUID], *, by: Actor) -> dict[UUID, OrderRow]:
    """Several orders; raises `Refused` when one is not there or not the actor's to see."""
    check_power(by, Power.ORDER_VIEW)
    found = {row.id: row for row in rows(order_ids)}
    for order_id in order_ids:
        row = found.get(order_id)
        if row is None:
            raise Refused(NO_SUCH_ORDER)
        access.check_not_named(by, row.staff_id)
        _check_view(by, order_id, row.division_path, row.agency_path)
    return found


def _check_view(by: Actor, order_id: UUID, division_path: str, agency_path: str) -> None:
    """Raise `Refused` unless the order is the actor's to see: by its place, or because their agency helps with it."""
    try:
        access.check_view(by, division_path=division_path, agency_path=agency_path)
    except Refused as refused:
        if refused.code != OUT_OF_SCOPE.code or not any(
            may_reach(by, division_path="-", agency_path=one.agency_path)
            for one in beside(order_id).co_handlers
        ):
            raise


def order_with_solution(order_id: UUID, *, by: Actor) -> tuple[OrderRow, SolutionRow | None]:
    """One order with what its reviewer said last about it, asked together; raises `Refused` as `order`."""
    check_power(by, Power.ORDER_VIEW)
    newest = SolutionAnswer.objects.filter(order_id=OuterRef("id")).order_by("-answered_at", "-id")
    said = {f"said_{name}": Subquery(newest.values(name)[:1]) for name in _SOLUTION}
    found = (
        WorkOrder.objects.filter(id=order_id)
        .annotate(**said)
        .values_list("division__path", "agency__path", *said, *_ORDER)
        .first()
    )
    if found is None:
        raise Refused(NO_SUCH_ORDER)
    division_path, agency_path, solved, *words = found
    row = _row(tuple(words[len(said) - 1 :]))
    access.check_not_named(by, row.staff_id)
    _check_view(by, order_id, division_path, agency_path)
    return row, SolutionRow(Solved(solved), *words[: len(said) - 1]) if solved else None


def order_to_handle(order_id: UUID, *, by: Actor) -> OrderRow:
    """One order for somebody whose agency answers for it; raises `Refused` as `order`, and without the power to handle it.

    Whose agency only helps is refused: OUT_OF_SCOPE.
    """
    row = order(order_id, by=by)
    check_power(by, Power.ORDER_HANDLE)
    check_scope(by, division_path=row.division_path, agency_path=row.agency_path)
    return row


def rows(order_ids: Iterable[UUID]) -> list[OrderRow]:
    """Orders by id, for flows."""
    return asked_rows(order_ids).answer


def asked_rows(order_ids: Iterable[UUID]) -> Asked[list[OrderRow]]:
    """The same, to be asked with other reads."""
    found = WorkOrder.objects.filter(id__in=list(order_ids)).values_list(*_ORDER)
    return Asked(found, lambda rows: [_row(values) for values in rows])


def order_of_review(review_id: UUID) -> OrderRow | None:
    """The order of a review, for the reviewer's own page."""
    values = WorkOrder.objects.filter(review_id=review_id).values_list(*_ORDER).first()
    return _row(values) if values else None


def order_of_own_review(review_id: UUID) -> tuple[OrderRow | None, SolutionRow | None, bool]:
    """The order of a review for the reviewer's own page, with what they said last about it, and whether it shows evidence."""
    newest = SolutionAnswer.objects.filter(order_id=OuterRef("id")).order_by("-answered_at", "-id")
    said = {f"said_{name}": Subquery(newest.values(name)[:1]) for name in _SOLUTION}
    shows = Exists(Evidence.objects.filter(order_id=OuterRef("id"), shown=True, removed_at=None))
    rows = WorkOrder.objects.filter(review_id=review_id).annotate(**said, shows=shows)
    found = rows.values_list("shows", *said, *_ORDER).first()
    if found is None:
        return None, None, False
    shown, solved, *words = found
    row = _row(tuple(words[len(said) - 1 :]))
    return row, SolutionRow(Solved(solved), *words[: len(said) - 1]) if solved else None, shown


def orders_of_reviews(review_ids: Iterable[UUID]) -> dict[UUID, OrderRow]:
    """Orders by review."""
    rows = WorkOrder.objects.filter(review_id__in=list(review_ids)).values_list(*_ORDER)
    return {row.review_id: row for row in map(_row, rows)}


def has_ended(order_id: UUID, day: date) -> Asked[bool]:
    """Whether the agency of an order is none on a day."""
    ended = Q(agency__valid_to__lt=day) | Q(agency__valid_from__gt=day)
    return Asked(
        WorkOrder.objects.filter(ended, id=order_id).values_list("id"), lambda rows: any(True for _ in rows)
    )


def answered_with(review_id: UUID, *, by: Actor | None = None) -> Asked[list[OrderRow]]:
    """The orders that are answered with the order of this review (并单), oldest first: all, or those the actor may see."""
    seen = access.visible_orders(by) if by else Q()
    rows = WorkOrder.objects.filter(seen, merged_into__review_id=review_id).order_by("id")
    return Asked(rows.values_list(*_ORDER), lambda found: [_row(values) for values in found])


def answers_for_others(order_id: UUID) -> bool:
    """Whether any order is answered with this one, also one that the asker does not see (doors/tables.py)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT haochaping_answers_for_others(%s)", [order_id])
        [(found,)] = cursor.fetchall()
    return bool(found)


def leads_without_answer(*, limit: int) -> list[UUID]:
    """The reviews of orders that others are to be answered with, and that will give no answer."""
    rows = WorkOrder.objects.filter(merged_into__isnull=False)
    left = rows.exclude(merged_into__state__in=WORKED_ON | ANSWERED).order_by("merged_into__review_id")
    return list(left.values_list("merged_into__review_id", flat=True).distinct()[:limit])


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
        .values_list(*_SOLUTION),
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
    columns = ("id", "text", "due_on", "note", "done_at", "ended_at")
    return [MilestoneRow(*row) for row in rows.values_list(*columns)]


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
        rows.values_list("order_id", *_SOLUTION),
        lambda found: {row[0]: SolutionRow(Solved(row[1]), *row[2:]) for row in found},
    )


def ticks_of(order_id: UUID) -> Asked[list[ClockTick]]:
    """Every event of an order's clocks, oldest first."""
    rows = ClockEvent.objects.filter(order_id=order_id).order_by("id").values_list(*_TICK)
    return Asked(rows, _ticks)


def _ticks(rows: Iterable[Sequence[Any]]) -> list[ClockTick]:
    return [ClockTick(ClockKind(clock), Tick(tick), *rest) for clock, tick, *rest in rows]


def recomputed(division_path: str, ticks: Sequence[ClockTick]) -> list[ClockTick]:
    """The events computed anew from the division's rules of the first one's day and its calendar."""
    day = local_day(ticks[0].at)
    terms = rulebook.terms_for(division_path, day)
    return retold(ticks, rulebook.calendar(terms, day, to=local_day(ticks[-1].at)), terms.amber_threshold)


def clock_retold(order_id: UUID) -> list[tuple[ClockTick, ClockTick]] | None:
    """Each event of an order's clocks as it was promised, and computed anew; None when there is no such order."""
    found = Asked(_CLOCK, list, {"order": order_id}).answer
    ticks = _ticks(said for _, *said in found if said[0] is not None)
    if not ticks:
        return [] if found else None
    with rulebook.asked_once():
        return list(zip(ticks, recomputed(found[0][0], ticks), strict=True))


def calls_of(order_id: UUID, attempt: int) -> Asked[list[tuple[str, datetime]]]:
    """Each attempt to hear the reviewer since the order went out for the `attempt`-th time: its result, when the call was."""
    rows = Callback.objects.filter(order_id=order_id, round=attempt).order_by("at", "id")
    return Asked(rows.values_list("result", Coalesce("called_at", "at")), list)


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


def is_reference_used(order_id: UUID, reference: str) -> bool:
    """Whether a call from an own switchboard has its outcome on this order already."""
    return Callback.objects.filter(order_id=order_id, means=Means.OWN, contact=reference).exists()


def was_found_untrue(order_id: UUID) -> bool:
    """Whether a call-back came to the finding that what the review says is not true."""
    return Callback.objects.filter(order_id=order_id, is_true=False).exists()


def was_found_true_and_reasonable(order_id: UUID, round_: int) -> bool:
    """Whether the last finding of this round is that the review is true and its demand reasonable."""
    found = Callback.objects.filter(order_id=order_id, round=round_).exclude(is_true=None, is_reasonable=None)
    last = found.order_by("-at", "-id").values_list("is_true", "is_reasonable").first()
    return last == (True, True)


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
            line = MilestoneRow(pk, words, day, note, done, due)
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
    agency = WorkOrder.objects.filter(id=order_id).values("agency_id")
    rows = WorkOrder.objects.filter(
        access.visible_orders(by), agency_id__in=agency, replied_at__isnull=False
    ).exclude(id=order_id)
    here = Asked(own.values_list("order_id", "order__item__name", "at", "note"), list)
    newest = rows.order_by("-replied_at").values_list("id", "item__name", "replied_at", "reply_text")[:limit]
    elsewhere = Asked(newest, list)
    together(here, elsewhere)
    found = [*here.answer, *elsewhere.answer]
    return [EarlierReply(pk, item, at, text) for pk, item, at, text in found if at is not None]


def shown_evidence(order_id: UUID) -> list[EvidenceRow]:
    """The evidence that a reviewer is shown with the reply, oldest first, with its photographs."""
    rows = Evidence.objects.filter(order_id=order_id, shown=True, removed_at__isnull=True)
    found = [EvidenceRow(*row) for row in rows.order_by("added_at", "id").values_list(*_EVIDENCE)]
    photos = files.photos_of_each("evidence", [str(one.id) for one in found]) if found else {}
    return [replace(one, photos=photos.get(str(one.id), [])) for one in found]


def is_removed(evidence_id: UUID) -> bool:
    """Whether evidence was taken away again."""
    return Evidence.objects.filter(id=evidence_id, removed_at__isnull=False).exists()


def shows(review_id: UUID, photo_id: UUID) -> UUID | None:
    """The evidence that shows this photograph to the reviewer, once there is a reply; None where there is none."""
    rows = Evidence.objects.filter(
        order__review_id=review_id, order__replied_at__isnull=False, shown=True, removed_at__isnull=True
    )
    for pk in rows.values_list("id", flat=True):
        if any(photo.id == photo_id for photo in files.photos_of("evidence", str(pk))):
            return pk
    return None


def to_settle(now: datetime, *, limit: int, of: Collection[int] | None = None) -> list[UUID]:
    """Answered orders that the reviewer's word, or their silence for long enough, decides; by review.

    They are locked until the transaction ends; those that somebody else has at hand are left to them.
    """
    newest = SolutionAnswer.objects.filter(order_id=OuterRef("id")).order_by("-answered_at", "-id")
    rows = WorkOrder.objects.annotate(
        said=Subquery(newest.values("solved")[:1]),
        said_at=Subquery(newest.values("answered_at")[:1]),
        said_for_good=Subquery(newest.values("changeable_until")[:1]),
    ).filter(
        Q(state=OrderState.REPLIED, said=Solved.NO) | Q(state=OrderState.CHECKED),
        Q(said_at__gte=F("replied_at"), said_for_good__lt=now)
        | Q(state=OrderState.CHECKED, rating_until__lt=now),
        paused_at__isnull=True,
    )
    if of is not None:
        rows = rows.filter(agency_id__in=of)
    due = rows.select_for_update(skip_locked=True, of=("self",)).order_by("replied_at", "id")
    return list(due.values_list("review_id", flat=True)[:limit])


def hold(review_ids: Iterable[UUID]) -> None:
    """Lock the orders of these reviews until the transaction ends: who would go on with one waits."""
    writes.write(_HOLD + "review_id = ANY(%s) ORDER BY id FOR UPDATE", [list(review_ids)])


def held_facts(order_id: UUID) -> Asked[dict[UUID, OrderFacts]]:
    """Lock an order until the transaction ends; what is counted of it, by its review. Empty when there is no such order."""
    writes.write(_HOLD + "id = %s FOR UPDATE", [order_id])
    return Asked(f"{_FACTS} WHERE work.id = %s", _facts, [order_id])


def facts_of(review_ids: Iterable[UUID]) -> dict[UUID, OrderFacts]:
    """What is counted of the order of each review that has one."""
    return asked_facts(review_ids).answer


def asked_facts(review_ids: Iterable[UUID]) -> Asked[dict[UUID, OrderFacts]]:
    """The same, to be asked with other reads."""
    return Asked(f"{_FACTS} WHERE work.review_id = ANY(%s)", _facts, [list(review_ids)])


def _facts(rows: Iterable[tuple[Any, ...]]) -> dict[UUID, OrderFacts]:
    found = {}
    for review_id, *plain, calls, solved, division_id, agency_id, verdict in rows:
        appeal = AppealFacts(division_id, agency_id, verdict) if agency_id is not None else None
        found[review_id] = OrderFacts(review_id, *(*plain, best_of(calls), solved, appeal))
    return found


def due_for_dispatch(now: datetime, *, limit: int, of: Collection[int] | None = None) -> list[UUID]:
    """Orders whose reviewer has finished or whose change window has passed, oldest first; `of` names the agencies.

    They are locked until the transaction ends; those that somebody else has at hand are left to them.
    """
    due = WorkOrder.objects.filter(state=OrderState.CREATED, dispatch_after__lte=now).exclude(
        id__in=held_back(now)
    )
    if of is not None:
        due = due.filter(agency_id__in=of)
    rows = due.select_for_update(skip_locked=True).order_by("dispatch_after", "id")
    return list(rows.values_list("id", flat=True)[:limit])


def without_deadline(*, after: UUID | None = None, limit: int | None = None) -> list[UUID]:
    """Open orders whose deadline could not be computed as the working calendar does not reach, the oldest first."""
    return _oldest(WorkOrder.objects.filter(deadline_known=False), after, limit)


def without_amber(*, after: UUID | None = None, limit: int | None = None) -> list[UUID]:
    """Open orders whose end the hotline told, on a day so far beyond the calendar that their amber is not known either."""
    return _oldest(WorkOrder.objects.filter(due_at__isnull=False, amber_at__isnull=True), after, limit)


def _oldest(found: QuerySet[WorkOrder], after: UUID | None, limit: int | None) -> list[UUID]:
    rows = found.exclude(state__in=FINAL).order_by("id")
    rows = rows.filter(id__gt=after) if after else rows
    return list(rows.values_list("id", flat=True)[:limit])
