"""公开 reads: what waits for release, and what the public may see."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING

from django.db import connection

from haochaping.directory import queries as directory
from haochaping.directory.rules import path_range
from haochaping.publicity.rules import redacted
from haochaping.publicity.terms import Candidate, Part, PublishedReview

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.insight.terms import Place
    from haochaping.kernel.actor import Actor

_SQL = resources.files("haochaping.publicity").joinpath("sql")
_CANDIDATES = _SQL.joinpath("candidates.sql").read_text(encoding="utf-8")
_PUBLISHED = _SQL.joinpath("published.sql").read_text(encoding="utf-8")


def candidates(
    by: Actor, *, now: datetime, review_id: UUID | None = None, limit: int = 50
) -> list[Candidate]:
    """Texts that wait for a decision inside the actor's division; none for an actor without a division."""
    if by.scope.division_path is None:
        return []
    low, high = path_range(by.scope.division_path)
    with connection.cursor() as cursor:
        cursor.execute(
            _CANDIDATES, {"now": now, "low": low, "high": high, "review_id": review_id, "limit": limit}
        )
        return [
            Candidate(review, Part(part), level, item, agency, written_at, words, redacted(words))
            for review, part, level, item, agency, written_at, words in cursor.fetchall()
        ]


def published(
    place: Place, *, only_bad: bool = False, limit: int = 20, offset: int = 0
) -> list[PublishedReview]:
    """Reviews of a place as the public sees them, newest first."""
    divisions = directory.division_ids_under(place.division_path) if place.division_path else None
    agencies = directory.agency_ids_under(place.agency_path) if place.agency_path is not None else None
    with connection.cursor() as cursor:
        cursor.execute(
            _PUBLISHED,
            {
                "divisions": divisions,
                "agencies": agencies,
                "item_id": place.item_id,
                "only_bad": only_bad,
                "limit": limit,
                "offset": offset,
            },
        )
        found = [PublishedReview(*row) for row in cursor.fetchall()]
    # Released as it was redacted then, shown as it is redacted today (DQ-27): doing it twice changes nothing.
    return [
        replace(row, text=row.text and redacted(row.text), reply=row.reply and redacted(row.reply))
        if row.text or row.reply
        else row
        for row in found
    ]
