"""公开 reads: what waits for a first publisher and for a second one, and what the public may see."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from haochaping.directory import queries as directory
from haochaping.directory.rules import path_range
from haochaping.publicity.rules import redacted
from haochaping.publicity.terms import (
    Candidate,
    Decision,
    KeptBack,
    Part,
    ProposedRelease,
    PublishedReview,
    PublishedText,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.insight.terms import Place
    from haochaping.kernel.actor import Actor
    from haochaping.publicity.terms import Wanted

type Words = dict[tuple[UUID, Part, Decision], Worded]

_SQL = resources.files("haochaping.publicity").joinpath("sql")
_CANDIDATES, _PROPOSALS, _RELEASED, _KEPT_BACK, _PUBLISHED = (
    _SQL.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    for name in ("candidates", "proposals", "released", "kept_back", "published")
)


class Worded(NamedTuple):
    """Words that can be decided about: when they were written, how they would appear, and which turn it would be."""

    written_at: datetime
    redacted: str
    turn: int


def candidates(
    by: Actor, *, now: datetime, review_ids: Collection[UUID] | None = None, limit: int | None = 50
) -> list[Candidate]:
    """Texts for which nobody has proposed anything inside the actor's division; none for an actor without a division."""
    found = _of_division(_CANDIDATES, by, now=now, review_ids=_listed(review_ids), limit=limit)
    return [
        Candidate(review, Part(part), level, item, agency, written_at, words, redacted(words))
        for review, part, level, item, agency, written_at, words in found
    ]


def proposals(
    by: Actor, *, mine: bool | None = None, ids: Collection[UUID] | None = None, limit: int = 50
) -> list[ProposedRelease]:
    """What waits for a second publisher inside the actor's division: the actor's own, those of others, or both."""
    found = _of_division(_PROPOSALS, by, mine=mine, me=str(by), ids=_listed(ids), limit=limit)
    return [
        ProposedRelease(pk, review, Part(part), Decision(decision), *rest)
        for pk, review, part, decision, *rest in found
    ]


def released(
    by: Actor,
    *,
    until: datetime | None = None,
    review_ids: Collection[UUID] | None = None,
    limit: int | None = 20,
    offset: int = 0,
) -> list[PublishedText]:
    """Texts of the actor's division that the public reads, of reviews given before `until`, the newest first."""
    found = _of_division(
        _RELEASED, by, until=until, review_ids=_listed(review_ids), limit=limit, offset=offset
    )
    return [
        PublishedText(review, Part(part), level, item, agency, given_at, written_at, redacted(text), at, turn)
        for review, part, level, item, agency, given_at, written_at, text, at, turn in found
    ]


def kept_back(
    by: Actor, *, review_ids: Collection[UUID] | None = None, limit: int | None = 20, offset: int = 0
) -> list[KeptBack]:
    """Texts of the actor's division that were held back or taken down and nobody proposes to restore, the newest first.

    Only words that stand as they were written then: others are decided about on their own.
    """
    found = _of_division(_KEPT_BACK, by, review_ids=_listed(review_ids), limit=limit, offset=offset)
    return [
        KeptBack(pk, Part(part), level, item, agency, at, redacted(words), words, Decision(decision), *rest)
        for pk, part, level, item, agency, at, words, decision, *rest in found
    ]


def words_of(wanted: Sequence[Wanted], by: Actor, *, now: datetime) -> Words:
    """The words that can be proposed about, of those that somebody wants to propose about."""
    return {
        (review_id, part, decision): words
        for decision in {one.decision for one in wanted}
        for review_id, part, words in _words_for(
            decision, [one.review_id for one in wanted if one.decision == decision], by, now
        )
    }


def _words_for(
    decision: Decision, review_ids: Collection[UUID], by: Actor, now: datetime
) -> Iterator[tuple[UUID, Part, Worded]]:
    """The words of these reviews about which such a decision can be proposed."""
    match decision:
        case Decision.TAKEN_DOWN:
            for shown in released(by, review_ids=review_ids, limit=None):
                yield shown.review_id, shown.part, Worded(shown.written_at, shown.text, shown.turn + 1)
        case Decision.RESTORED:
            for kept in kept_back(by, review_ids=review_ids, limit=None):
                yield kept.review_id, kept.part, Worded(kept.written_at, kept.redacted, kept.turn + 1)
        case Decision.RELEASED | Decision.HELD:
            for text in candidates(by, now=now, review_ids=review_ids, limit=None):
                yield text.review_id, text.part, Worded(text.written_at, text.redacted, 1)


def _listed(ids: Collection[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)


def _of_division(sql: str, by: Actor, **asked: Any) -> list[tuple[Any, ...]]:
    """The rows of a list inside the actor's division; none for an actor without one."""
    if by.scope.division_path is None:
        return []
    low, high = path_range(by.scope.division_path)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"low": low, "high": high, **asked})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def published(
    place: Place,
    *,
    only_bad: bool = False,
    ids: Collection[UUID] | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[PublishedReview]:
    """Reviews of a place as the public sees them, newest first; of those that are named, where any are."""
    divisions = directory.division_ids_under(place.division_path) if place.division_path else None
    agencies = directory.agency_ids_under(place.agency_path) if place.agency_path is not None else None
    with connection.cursor() as cursor:
        cursor.execute(
            _PUBLISHED,
            {
                "divisions": divisions,
                "agencies": agencies,
                "item_id": place.item_id,
                "ids": _listed(ids),
                "only_bad": only_bad,
                "limit": limit,
                "offset": offset,
            },
        )
        found = [PublishedReview(*row) for row in cursor.fetchall()]
    return [
        replace(row, text=row.text and _as_of_today(row.text), reply=row.reply and _as_of_today(row.reply))
        if row.text or row.reply
        else row
        for row in found
    ]


# The newest texts of a place are asked for at every visit; the rules change only with the program.
@lru_cache(maxsize=4096)
def _as_of_today(released: str) -> str:
    """A text that was released as it was redacted then, as it is redacted today (DQ-27): doing it twice changes nothing."""
    return redacted(released)
