"""层级交换 reads: peers, what goes out to them, what has come from them, what is missing, orders handled below."""

from __future__ import annotations

from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.db.models.functions import TruncMonth

from haochaping.accounts.access import check_power
from haochaping.accounts.terms import Power
from haochaping.directory.rules import path_range
from haochaping.exchange.quality.batches import gaps
from haochaping.exchange.quality.terms import SILENT_AFTER
from haochaping.exchange.reconciliation.terms import ReconciliationState, RowDifference, StatedKind
from haochaping.kernel.periods import BEIJING
from haochaping.ledger.terms import Suite
from haochaping.levels import keys, models
from haochaping.levels.models import IncomingBatch, OutgoingBatch, ReportedOrder, ReturnedCase
from haochaping.levels.rules import last_of_order, number_to_go_on_with
from haochaping.levels.terms import (
    MOST_FAILURES,
    BatchKind,
    InBatch,
    InState,
    News,
    OutBatch,
    OutState,
    Peer,
    PeerState,
    RefusedBatch,
    ReportedOrderRow,
    ReturnedRow,
    ReturnState,
    ToldDay,
    ToldOrder,
)
from haochaping.rectification.terms import AppealFacts, HandlingOutcome, OrderFacts, OrderState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor
    from haochaping.levels.keys import Keys

_STATES = resources.files("haochaping.levels").joinpath("sql/peer_states.sql").read_text(encoding="utf-8")
_OPEN = (OutState.QUEUED, OutState.SENT)
_LATE_OVER = timedelta(days=30)
_REFUSALS = 5
_PEER = (
    "id",
    "code",
    "known_as",
    "division__code",
    "division__name",
    "division__path",
    "suite",
    "public_key",
    "url",
    "sends",
    "takes",
    "told_index",
    "told_seq",
    "taken_seq",
    "attempts",
    "last_error",
    "heard_at",
    "set_at",
    "expects",
)
_OUT = (
    "id",
    "peer_id",
    "seq",
    "kind",
    "state",
    "rows",
    "sha256",
    "content",
    "attempts",
    "failures",
    "why",
    "code",
    "message",
    "params",
    "made_at",
    "settled_at",
)
_IN = (
    "id",
    "peer_id",
    "seq",
    "kind",
    "state",
    "sha256",
    "rows",
    "reviews",
    "late",
    "returned",
    "failures",
    "code",
    "message",
    "params",
    "received_at",
)


def our_keys(suite: Suite) -> Keys:
    """What this installation signs and opens with in a suite."""
    return keys.own(settings.CONTENT_KEY, suite)


def sealed(content: bytes, peer: Peer) -> bytes:
    """A file of ours as it leaves for a peer."""
    return keys.sealed(content, peer.suite, peer.public_key)


def opened(content: bytes) -> bytes:
    """A file that has come, from within its seal; raises `Refused` (NOT_SEALED, SEALED_FOR_OTHER, DAMAGED)."""
    return keys.opened(content, settings.CONTENT_KEY)


def _peers(rows: QuerySet[models.Peer]) -> list[Peer]:
    found = rows.order_by("code").values(*_PEER)
    return [
        Peer(
            **{name.replace("__", "_"): value for name, value in row.items()}
            | {"public_key": bytes(row["public_key"]), "suite": Suite(row["suite"])}
        )
        for row in found
    ]


def peers() -> list[Peer]:
    """All peers that are not closed, by code."""
    return _peers(models.Peer.objects.filter(closed_at=None))


def peer(code: str) -> Peer | None:
    """A peer that is not closed, by code."""
    if "\0" in code:
        return None
    return next(iter(_peers(models.Peer.objects.filter(code=code, closed_at=None))), None)


def due_peers(now: datetime) -> list[Peer]:
    """Peers over the network that may be tried now."""
    rows = models.Peer.objects.filter(closed_at=None, sends=True, due_at__lte=now).exclude(url="")
    return _peers(rows)


def _out(rows: Iterable[dict[str, Any]]) -> list[OutBatch]:
    return [
        OutBatch(
            **row
            | {
                "kind": BatchKind(row["kind"]),
                "state": OutState(row["state"]),
                "content": bytes(row["content"]),
            }
        )
        for row in rows
    ]


def open_batches(peer_id: int, *, limit: int) -> list[OutBatch]:
    """What waits to be taken by a peer, the first first; nothing behind one that it has refused."""
    rows = OutgoingBatch.objects.filter(peer_id=peer_id, state__in=(*_OPEN, OutState.REJECTED))
    found = _out(rows.order_by("seq").values(*_OUT)[:limit])
    refused = next((n for n, one in enumerate(found) if one.state == OutState.REJECTED), len(found))
    return found[:refused]


def waiting_batches(peer_id: int) -> int:
    """How many batches are not through yet."""
    return OutgoingBatch.objects.filter(peer_id=peer_id, state__in=(*_OPEN, OutState.REJECTED)).count()


def out_batch(peer_id: int, seq: int) -> OutBatch | None:
    """One batch to a peer."""
    return next(iter(_out(OutgoingBatch.objects.filter(peer_id=peer_id, seq=seq).values(*_OUT))), None)


def last_made_at(peer_id: int) -> datetime | None:
    """When the newest batch to a peer was made."""
    rows = OutgoingBatch.objects.filter(peer_id=peer_id).order_by("-seq")
    return rows.values_list("made_at", flat=True).first()


def known_batch(peer_id: int, seq: int) -> tuple[InState, str, bytes] | None:
    """What a batch of this number was that has come before: state, sha256, the answer it was given."""
    unknown = [InState.REFUSED, InState.FAILED]
    rows = IncomingBatch.objects.filter(peer_id=peer_id, seq=seq).exclude(state__in=unknown)
    row = rows.values_list("state", "sha256", "answer").first()
    return (InState(row[0]), row[1], bytes(row[2])) if row else None


def failures(peer_id: int, seq: int, sha256: str) -> int:
    """How often we have failed to take this batch."""
    rows = IncomingBatch.objects.filter(peer_id=peer_id, seq=seq, sha256=sha256, state=InState.FAILED)
    return rows.values_list("failures", flat=True).first() or 0


def refused_answer(peer_id: int, seq: int, sha256: str) -> UUID | None:
    """The row of a batch that was refused before with the same content, so that it is noted once."""
    rows = IncomingBatch.objects.filter(peer_id=peer_id, seq=seq, sha256=sha256, state=InState.REFUSED)
    return rows.values_list("id", flat=True).first()


def staged(peer_id: int, seq: int) -> tuple[UUID, bytes] | None:
    """The file of a batch that waits for those before it, or that we have failed to take."""
    row = IncomingBatch.objects.filter(peer_id=peer_id, seq=seq, state__in=[InState.STAGED, InState.FAILED])
    found = row.values_list("id", "content").first()
    return (found[0], bytes(found[1])) if found else None


def returned_due(peer_id: int, now: datetime, *, limit: int) -> list[tuple[str, str]]:
    """Cases that came back and are to be sent once more, as (platform, case number)."""
    rows = ReturnedCase.objects.filter(peer_id=peer_id, state=ReturnState.REJECTED, again_at__lte=now)
    return list(rows.order_by("again_at", "id").values_list("source", "case_no")[:limit])


def open_returns(peer_id: int) -> set[tuple[str, str]]:
    """Cases that came back from a peer and are not settled."""
    rows = ReturnedCase.objects.filter(
        peer_id=peer_id, state__in=[ReturnState.REJECTED, ReturnState.REQUEUED]
    )
    return set(rows.values_list("source", "case_no"))


def left_out() -> set[tuple[str, str]]:
    """Cases that a person has given up telling some peer of, as (platform, case number)."""
    rows = ReturnedCase.objects.filter(state=ReturnState.EXCLUDED)
    return set(rows.values_list("source", "case_no"))


def returned(by: Actor, *, limit: int = 100) -> list[ReturnedRow]:
    """Cases that peers could not take whole and that are not settled, the oldest first."""
    check_power(by, Power.ORDER_SUPERVISE)
    rows = ReturnedCase.objects.filter(
        _within(by, "peer__division"), state__in=[ReturnState.REJECTED, ReturnState.REQUEUED]
    )
    found = rows.order_by("since", "id").values_list(
        "id",
        "peer__code",
        "peer__division__name",
        "source",
        "case_no",
        "code",
        "field",
        "message",
        "params",
        "state",
        "attempts",
        "since",
    )
    return [ReturnedRow(*row[:9], ReturnState(row[9]), *row[10:]) for row in found[:limit]]


def told_days(by: Actor, *, differing: bool = False, limit: int = 50) -> list[ToldDay]:
    """Days that were told to peers above, the newest first; `differing`: where something differs or was not taken."""
    check_power(by, Power.ORDER_SUPERVISE)
    rows = models.ToldDay.objects.filter(_within(by, "peer__division"))
    if differing:
        rows = rows.filter(Q(state=ReconciliationState.DIFFERING) | ~Q(message=""))
    columns = ("peer__code", "source", "kind", "day", "state", "count", "differing", "message", "params")
    found = rows.order_by("-day", "source", "kind").values_list(*columns, "told_at", "heard_at")
    return [
        ToldDay(
            peer_code=row[0] or "",
            source=row[1],
            kind=StatedKind(row[2]),
            day=row[3],
            state=row[4],
            count=row[5],
            differing=msgspec.convert(row[6], list[RowDifference]),
            message=row[7],
            params=row[8],
            told_at=row[9],
            heard_at=row[10],
        )
        for row in found[:limit]
    ]


def arrivals(by: Actor, *, refused: bool = False, limit: int = 50) -> list[tuple[Peer, InBatch]]:
    """What has come from peers, the newest first; `refused`: only what was not taken."""
    check_power(by, Power.ORDER_SUPERVISE)
    rows = IncomingBatch.objects.filter(_within(by, "peer__division"))
    if refused:
        rows = rows.filter(Q(state__in=[InState.REFUSED, InState.FAILED]) | Q(returned__gt=0))
    found = rows.order_by("-received_at", "-seq").values(*_IN)[:limit]
    known = {one.id: one for one in _peers(models.Peer.objects.all())}
    return [
        (
            known[row["peer_id"]],
            InBatch(**row | {"kind": BatchKind(row["kind"]), "state": InState(row["state"])}),
        )
        for row in found
    ]


def states(by: Actor, *, now: datetime) -> list[PeerState]:
    """How it stands with every peer whose division the asker reaches, by code."""
    check_power(by, Power.ORDER_SUPERVISE)
    with connection.cursor() as cursor:
        cursor.execute(_STATES, {"since": now - _LATE_OVER, "most": MOST_FAILURES, "shown": _REFUSALS})
        counted = {row[0]: row[1:] for row in cursor.fetchall()}
    here = _peers(models.Peer.objects.filter(_within(by, "division"), closed_at=None))
    return [_state(one, counted[one.id], now) for one in here]


def _state(one: Peer, counted: tuple[Any, ...], now: datetime) -> PeerState:
    waiting, oldest, first, rejected, returned_, waits, failing, refused, *news, given_back, refusals = (
        counted
    )
    heard = one.heard_at or one.set_at
    return PeerState(
        peer=one,
        waiting=waiting,
        oldest=oldest,
        rejected=rejected,
        returned=returned_,
        gaps=gaps(one.taken_seq, set(waits)),
        failing=tuple(failing),
        staged=len(waits),
        refused=refused,
        news=News(*news),
        given_back=given_back,
        silent=now - heard > SILENT_AFTER,
        refusals=msgspec.json.decode(refusals, type=tuple[RefusedBatch, ...]),
        go_on_with=number_to_go_on_with(one, first),
    )


def _within(by: Actor, division: str) -> Q:
    """What lies in a division the asker reaches, as a condition on rows that lead to it by `division`."""
    path = by.scope.division_path
    if path is None:
        return Q(pk__in=[])
    if not path:
        return Q()
    low, high = path_range(path)
    return Q(**{f"{division}__path__gte": low, f"{division}__path__lt": high})


_TOLD_FACTS = (
    "review_id",
    "created_at",
    "division_id",
    "agency_id",
    "item_id",
    "state",
    "facts",
    "division__code",
    "agency__code",
    "item__code",
    "number",
    "review__hall_id",
)


def order_facts(review_ids: Iterable[UUID]) -> dict[UUID, OrderFacts]:
    """What is counted of the orders that are handled below, by review; none that is counted as an order of our own."""
    rows = ReportedOrder.objects.filter(review_id__in=list(review_ids), counts=True)
    return {row["review_id"]: _facts(row) for row in rows.values(*_TOLD_FACTS)}


def _facts(row: dict[str, Any]) -> OrderFacts:
    told = row["facts"]
    appeal = told.get("appeal_place")
    return OrderFacts(
        review_id=row["review_id"],
        created_at=row["created_at"],
        division_id=row["division_id"],
        agency_id=row["agency_id"],
        item_id=row["item_id"],
        state=row["state"],
        contact_kept=told.get("contact_kept"),
        rectify_kept=told.get("rectify_kept"),
        answered=told.get("answered", False),
        again=told.get("again", False),
        repeats=told.get("repeats", False),
        unreached=told.get("outcome") == HandlingOutcome.UNREACHABLE_CLOSED,
        heard=told.get("heard") or "",
        solved=told.get("solved") or "",
        appeal=AppealFacts(appeal[0], appeal[1], told["appeal"]["verdict"]) if appeal else None,
        hall_id=row["review__hall_id"] or 0,
    )


def last_steps(review_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When the last that is known here happened to the orders of these reviews that are handled below."""
    rows = ReportedOrder.objects.filter(review_id__in=list(review_ids)).values_list("review_id", "facts")
    return {review_id: last_of_order(_as_told(facts)) for review_id, facts in rows}


def _as_told(facts: Mapping[str, Any]) -> ToldOrder:
    """An order as it travelled, out of what is kept of it."""
    return msgspec.convert({name: said for name, said in facts.items() if name != "appeal_place"}, ToldOrder)


def told_orders(case_ids: Iterable[UUID]) -> dict[UUID, ToldOrder]:
    """The orders handled below as they were told, by review: whoever is told of the case hears of them too."""
    rows = ReportedOrder.objects.filter(review__occurrence__case_id__in=list(case_ids))
    return {review_id: _as_told(facts) for review_id, facts in rows.values_list("review_id", "facts")}


def months_of_orders() -> set[date]:
    """The first days of the months in which orders handled below were opened."""
    months = ReportedOrder.objects.annotate(month=TruncMonth("created_at", tzinfo=BEIJING)).values_list(
        "month"
    )
    return {month.astimezone(BEIJING).date() for (month,) in months.distinct().order_by("month")}


def reviews_of_orders(begin: datetime, end: datetime) -> list[UUID]:
    """The reviews of the orders handled below that were opened from one moment to before another."""
    rows = ReportedOrder.objects.filter(created_at__gte=begin, created_at__lt=end, counts=True)
    return list(rows.order_by("review_id").values_list("review_id", flat=True))


def hold_orders(review_ids: Iterable[UUID]) -> None:
    """Lock the orders of these reviews that are handled below until the transaction ends."""
    rows = ReportedOrder.objects.select_for_update().filter(review_id__in=list(review_ids))
    list(rows.order_by("review_id").values_list("review_id"))


_DONE = (OrderState.CLOSED, OrderState.CANCELLED, OrderState.MERGED, OrderState.EXCLUDED)


def reported_orders(by: Actor, *, done: bool, limit: int, offset: int = 0) -> list[ReportedOrderRow]:
    """Orders handled below in the divisions the asker reaches, the newest first; those open, or those done."""
    check_power(by, Power.ORDER_SUPERVISE)
    rows = ReportedOrder.objects.filter(_within(by, "division"))
    rows = rows.filter(state__in=_DONE) if done else rows.exclude(state__in=_DONE)
    found = rows.order_by("-created_at", "-review_id").values_list(
        "review_id",
        "peer__code",
        "state",
        "agency__name",
        "division__name",
        "item__name",
        "created_at",
        "facts",
    )
    shown = []
    for row in found[offset : offset + limit]:
        told = _as_told(row[7])
        ends = told.rectify_due_at, told.replied_at, told.solved or ""
        shown.append(ReportedOrderRow(row[0], row[1], OrderState(row[2]), *row[3:7], *ends))
    return shown
