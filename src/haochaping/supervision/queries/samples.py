"""抽样 reads: what is drawn from, who is due, the caller's list, what is published, and the draw made again."""

from __future__ import annotations

from importlib import resources
from itertools import batched, groupby, zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from haochaping.directory.rules import path_range
from haochaping.kernel.identifiers import first_uuid7
from haochaping.kernel.refused import Refused
from haochaping.ledger import queries as ledger
from haochaping.ledger.rules import GENESIS
from haochaping.ledger.terms import EntryKind
from haochaping.postgres.together import Asked
from haochaping.rectification.terms import OrderState
from haochaping.reviews.rules import ACTIVE
from haochaping.supervision import rules
from haochaping.supervision.access import check_call_sample, visible_samples
from haochaping.supervision.models import SampleCall, SampleDraw, SampledReview, SampleList
from haochaping.supervision.terms import (
    NO_SUCH_SAMPLE,
    SAMPLE_LINK_INVALID,
    AttemptRow,
    DeskRow,
    DrawList,
    DrawMethod,
    DrawRow,
    Explained,
    Lot,
    PublishedDraw,
    SampleCallResult,
    SampleKind,
    SampleRow,
    SampleState,
    SampleTally,
    SampleToAsk,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet

    from haochaping.kernel.actor import Actor

_FOLDER = resources.files("haochaping.supervision").joinpath("sql")
_POPULATION, _DUE, _CALLS, _TALLIES, _NEAR = (
    _FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    for name in ("population", "due", "calls", "tallies", "latest")
)
_LATEST = _NEAR.replace("{tallies}", _TALLIES.replace("%(draws)s", "ARRAY(SELECT id FROM drawn)"))
# 办结: the states in which the order of a bad review is finished. The one place that says so.
CLOSED_STATES = (OrderState.CLOSED,)
_SAMPLE = ("id", "draw_id", "review_id", "division_id", "state", "settled_at")
_DESK = (
    "id",
    "state",
    "review__item__name",
    "review__agency__name",
    "review__occurrence__at",
    "attempts",
    "last_attempt",
    "draw__month",
)
_ALL = slice(None)
_DRAW = (
    "id",
    "division_id",
    "month",
    "kind",
    "head",
    "head_index",
    "population",
    "list_hash",
    "size",
    "method",
    "drawn_at",
    "closed_at",
)


def populations(
    kind: SampleKind, month: date, *, division_id: int | None = None
) -> Iterator[tuple[int, list[UUID]]]:
    """What a kind's samples of a month are drawn from, division by division; divisions without any are left out."""
    first, end = rules.begins(month), rules.begins(rules.next_month(month))
    with connection.cursor() as cursor:
        cursor.execute(
            _POPULATION,
            {
                "kind": kind,
                "first": first,
                "end": end,
                "first_id": first_uuid7(first),
                "end_id": first_uuid7(end),
                "month": month,
                "active": sorted(ACTIVE),
                "closed": [str(state) for state in CLOSED_STATES],
                "division": division_id,
            },
        )
        for division, rows in groupby(cursor, key=itemgetter(0)):
            yield division, [review_id for _, review_id in rows]


def is_drawn(month: date) -> bool:
    """Whether the samples of a month are drawn: all of them are, or none."""
    return SampleDraw.objects.filter(month=month).exists()


def seed_head(month: date) -> tuple[str, int]:
    """The ledger's last head (hex) and its index before a month ended; the origin of the chain when there is none."""
    head = ledger.head_before(rules.begins(rules.next_month(month)))
    return (head.head.hex(), head.index) if head else (GENESIS.hex(), -1)


def tickets(kind: SampleKind, month: date, review_ids: Iterable[UUID]) -> dict[str, UUID]:
    """The reviews by their tickets of a draw, made from the secret that each review's acceptance was committed with.

    So they were fixed before the seed was known, stand behind the chain, and nobody who knows a review knows its ticket. A
    review whose secret was destroyed has none.
    """
    name = rules.ticket_field(kind, month)
    keys = ledger.keys_of(EntryKind.REVIEW_ACCEPTED, map(str, review_ids), name)
    return {rules.ticket(key): UUID(subject) for subject, key in keys.items()}


def lot_of(month: date, by_ticket: Mapping[str, UUID], size: int) -> Lot:
    """What a draw is made with."""
    head, index = seed_head(month)
    return Lot(head, index, by_ticket, size)


def draw_list(division_code: str, month: date, kind: str) -> DrawList | None:
    """What a draw was made from, for everybody; None where there was no draw, or one by the first method."""
    rows = SampleList.objects.filter(draw__division__code=division_code, draw__month=month, draw__kind=kind)
    found = rows.values_list("draw__head", "draw__size", "draw__list_hash", "tickets").first()
    if found is None:
        return None
    head, size, list_hash, listed = found
    return DrawList(rules.seed(head, division_code, month), size, list_hash, _read_tickets(listed))


def _read_tickets(listed: bytes | memoryview) -> tuple[str, ...]:
    return tuple(bytes(one).hex() for one in batched(bytes(listed), rules.TICKET_BYTES, strict=True))


def due_to_ask(now: datetime, *, limit: int, of: Collection[UUID] = ()) -> list[SampleToAsk]:
    """Drawn reviews, of these draws or of all, whose reviewer is to be asked by now; locked, and those of others left out."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": now, "limit": limit, "draws": list(of) or None})
        return [SampleToAsk(*row) for row in cursor]


def asked(draw_id: UUID) -> list[UUID]:
    """The drawn reviews of a draw whose reviewers were asked and have not answered yet, in the order of their lots."""
    rows = SampledReview.objects.filter(draw_id=draw_id, state=SampleState.ASKED).order_by("rank")
    return list(rows.values_list("id", flat=True))


def token_of(sample_id: UUID) -> str:
    """The address part of a question."""
    return rules.sign_sample(sample_id, settings.INVITATION_KEY)


def sample_by_token(token: str) -> SampleRow:
    """The drawn review of an address; raises `Refused(SAMPLE_LINK_INVALID)` for anything we did not sign."""
    sample_id = rules.read_sample(token, settings.INVITATION_KEY)
    found = sample(sample_id) if sample_id else None
    if found is None:
        raise Refused(SAMPLE_LINK_INVALID)
    return found


def sample(sample_id: UUID) -> SampleRow | None:
    """One drawn review, for flows and its reviewer's page."""
    row = SampledReview.objects.filter(id=sample_id).values(*_SAMPLE).first()
    return SampleRow(**row | {"state": SampleState(row["state"])}) if row else None


def kind_of(sample_id: UUID) -> SampleKind:
    """Of which kind the draw of a sampled review was."""
    return SampleKind(SampledReview.objects.values_list("draw__kind", flat=True).get(id=sample_id))


def sample_to_call(sample_id: UUID, *, by: Actor) -> SampleRow:
    """One drawn review for whoever calls its reviewer; raises `Refused` when it is not there or not theirs."""
    path = SampledReview.objects.filter(id=sample_id).values_list("division__path", flat=True).first()
    if path is None:
        raise Refused(NO_SUCH_SAMPLE)
    check_call_sample(by, division_path=path)
    found = sample(sample_id)
    if found is None:
        raise Refused(NO_SUCH_SAMPLE)
    return found


def to_call(by: Actor, *, limit: int, offset: int = 0) -> list[DeskRow]:
    """Whom somebody's desk is to call, those with the fewest attempts first."""
    rows = _desk_rows().filter(visible_samples(by), state=SampleState.TO_CALL)
    in_order = rows.order_by("attempts", F("last_attempt").asc(nulls_first=True), "id")
    return [_desk_row(values) for values in in_order.values_list(*_DESK)[offset : offset + limit]]


def desk_row(sample_id: UUID, *, by: Actor) -> DeskRow:
    """One of them, with its service; raises `Refused` as `sample_to_call`."""
    sample_to_call(sample_id, by=by)
    return _desk_row(_desk_rows().values_list(*_DESK).get(id=sample_id))


def _desk_rows() -> QuerySet[Any]:
    calls = SampleCall.objects.filter(sample=OuterRef("pk")).order_by().values("sample")
    return SampledReview.objects.annotate(
        attempts=Coalesce(Subquery(calls.annotate(n=Count("id")).values("n")), 0),
        last_attempt=Subquery(calls.annotate(last=Max("called_at")).values("last")),
    )


def _desk_row(values: tuple[Any, ...]) -> DeskRow:
    sample_id, state, item, agency, served_at, attempts, last, month = values
    last_day = rules.last_day(month)
    return DeskRow(sample_id, SampleState(state), item, agency, served_at, attempts, last, last_day)


def attempts(sample_id: UUID) -> list[AttemptRow]:
    """The calls that were recorded, oldest first."""
    rows = SampleCall.objects.filter(sample_id=sample_id).order_by("called_at", "id")
    return [
        AttemptRow(at, SampleCallResult(result), by)
        for at, result, by in rows.values_list("called_at", "result", "by")
    ]


def calls_over(sample_id: UUID) -> list[tuple[UUID, datetime]]:
    """The calls of the relay about a drawn review that are over, as (call, when it was asked for)."""
    with connection.cursor() as cursor:
        cursor.execute(_CALLS, {"sample": sample_id})
        return [(call, at) for call, at in cursor]


def months(*, limit: int = 24) -> list[date]:
    """The months that samples were drawn of, newest first."""
    return list(SampleDraw.objects.order_by("-month").values_list("month", flat=True).distinct()[:limit])


def latest(division_path: str) -> Asked[list[PublishedDraw]]:
    """The draws of a division and those directly below it, of the newest month of which there are results."""
    came = 2 + len(_DRAW)

    def read(rows: Iterable[tuple[Any, ...]]) -> list[PublishedDraw]:
        return [
            _with_result(
                row[0], row[1], _draw(row[2:came]), SampleTally(*row[came + 1 :]) if row[came] else None
            )
            for row in rows
        ]

    return Asked(_LATEST, read, {"path": division_path})


def published(month: date, *, under: str = "", part: slice = _ALL) -> list[PublishedDraw]:
    """The draws of a month with their results, by division, or a part of them; a result is there once the round has ended.

    `under` names a division with all below it by its path; everywhere without it.
    """
    return _published(SampleDraw.objects.filter(_below(under), month=month), part)


def _published(draws: QuerySet[SampleDraw], part: slice = _ALL) -> list[PublishedDraw]:
    rows = list(
        draws.order_by("division__path", "kind").values_list("division__code", "division__name", *_DRAW)[part]
    )
    tallies = _tallies([row[2] for row in rows]) if rows else {}
    draws_at = [(code, name, _draw(values)) for code, name, *values in rows]
    return [_with_result(code, name, draw, tallies.get(draw.id)) for code, name, draw in draws_at]


def _with_result(code: str, name: str, draw: DrawRow, tally: SampleTally | None) -> PublishedDraw:
    result = rules.result_of(tally) if tally and draw.closed_at else None
    return PublishedDraw(draw, code, name, result)


def _below(division_path: str) -> Q:
    low, high = path_range(division_path)
    return Q(division__path__gte=low, division__path__lt=high) if division_path else Q()


def _tallies(draws: list[UUID]) -> dict[UUID, SampleTally]:
    with connection.cursor() as cursor:
        cursor.execute(_TALLIES, {"draws": draws})
        return {row[0]: SampleTally(*row[1:]) for row in cursor}


def _draw(values: Sequence[object]) -> DrawRow:
    columns = dict(zip(_DRAW, values, strict=True))
    columns["kind"], columns["method"] = (
        SampleKind(str(columns["kind"])),
        DrawMethod(int(str(columns["method"]))),
    )
    return DrawRow(**columns)  # type: ignore[arg-type]


def explain(month: date, division_code: str) -> list[Explained]:
    """The draws of a division and month, each made again from its seed and the reviews of today."""
    rows = SampleDraw.objects.filter(month=month, division__code=division_code).order_by("kind")
    return [_explained(_draw(values), division_code) for values in rows.values_list(*_DRAW)]


def _explained(draw: DrawRow, division_code: str) -> Explained:
    sown = rules.seed(draw.head, division_code, draw.month)
    rows = SampledReview.objects.filter(draw_id=draw.id).order_by("rank")
    stored = [
        (rank, one, ticket or str(one))
        for rank, one, ticket in rows.values_list("rank", "review_id", "ticket")
    ]
    taken = {ticket: review_id for _, review_id, ticket in stored}
    ids = dict(populations(draw.kind, draw.month, division_id=draw.division_id)).get(draw.division_id, [])
    now, own = _tickets_today(draw, ids), _tickets_today(draw, taken.values())
    kept = _kept(draw)
    again = rules.drawn(sown, kept or tuple(taken), draw.size)
    ranks = tuple((rank, review_id, ticket, rules.lot(sown, ticket)) for rank, review_id, ticket in stored)
    last = ranks[-1][3] if ranks else ""
    return Explained(
        draw=draw,
        division_code=division_code,
        seed=sown,
        ranks=ranks,
        listed=tuple((ticket, (now | taken).get(ticket)) for ticket in kept or sorted(now | taken)),
        population_now=len(now),
        same_list=rules.population_digest(now) == draw.list_hash,
        low=sum(rules.lot(sown, ticket) < last for ticket in set(now) - set(taken)),
        shifted=sum(a != b for a, b in zip_longest(taken, again)) + abs(draw.size - len(taken)),
        untrue=sum(taken.get(ticket) != review_id for ticket, review_id in own.items()),
        head_holds=seed_head(draw.month) == (draw.head, draw.head_index),
    )


def _tickets_today(draw: DrawRow, review_ids: Collection[UUID]) -> dict[str, UUID]:
    if draw.method == DrawMethod.BY_TICKET:
        return tickets(draw.kind, draw.month, review_ids)
    return {str(one): one for one in review_ids}


def _kept(draw: DrawRow) -> tuple[str, ...]:
    """The list that a draw was made from; empty where only its hash was kept."""
    kept = SampleList.objects.filter(draw_id=draw.id).values_list("tickets", flat=True).first()
    return _read_tickets(kept) if kept else ()
