"""评价流 reads: the public list of reviews by place, level, reason, channel and time; the reasons named most."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from haochaping.directory import queries as directory
from haochaping.directory.rules import path_range
from haochaping.insight.terms import Place
from haochaping.publicity import queries as publicity
from haochaping.publicity.stream.terms import (
    LEVELS,
    Effort,
    HotReason,
    HotReasons,
    ListedReview,
    Position,
    StreamPage,
)
from haochaping.rectification.terms import Solved
from haochaping.reviews.rules import is_active, is_bad
from haochaping.reviews.terms import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from haochaping.publicity.stream.terms import Sought
    from haochaping.publicity.terms import PublishedReview

# However many ways there are, a page is filled from each of them.
_AT_LEAST = 21
_USUAL = Effort()
# The newest bad reviews of a place, and as many good ones, among which reasons are counted.
_COUNTED = 1000
_BAD = frozenset(filter(is_bad, LEVELS))
_ACTIVE = [str(provenance) for provenance in Provenance if is_active(provenance)]
_FIRST_ID = UUID(int=0)

_SQL = resources.files("haochaping.publicity.stream").joinpath("sql")
_LOOK, _NEWEST, _LISTED, _HOT = (
    _SQL.joinpath(f"{name}.sql").read_text(encoding="utf-8") for name in ("look", "newest", "listed", "hot")
)
_WAYS = {
    "time": ("true", "SELECT 0 AS way, newest.* FROM ({newest}) AS newest"),
    "item": ("item_id = %(item_id)s", "SELECT 0 AS way, newest.* FROM ({newest}) AS newest"),
    "division": (
        "division_id = way.id",
        "SELECT way.id AS way, newest.* FROM unnest(%(ids)s::bigint[]) AS way (id) CROSS JOIN LATERAL ({newest}) AS newest",
    ),
    # The index of agencies has the level before the time: each level is a way of its own.
    "agency": (
        "agency_id = way.id AND level = star.level",
        (
            "SELECT 10 * way.id + star.level AS way, newest.* FROM unnest(%(ids)s::bigint[]) AS way (id) "
            "CROSS JOIN unnest(%(levels)s::int[]) AS star (level) CROSS JOIN LATERAL ({newest}) AS newest"
        ),
    ),
}


# Only what is asked for stands in a statement: of a span without ends the planner would expect next to nothing in it.
_BEFORE = "(assessed_at, id) < (%(at)s::timestamptz, %(after)s::uuid)"
_SINCE = "assessed_at >= %(begin)s::timestamptz"
# Few reviews are bad, and they are looked for most: they have indexes of their own.
_IS_BAD = "level <= 2"


@cache
def _statement(ways: str, *more: str) -> str:
    only, read = _WAYS[ways]
    newest = _NEWEST.replace("{conditions}", " AND ".join((only, *more)))
    return _LOOK.replace("{ways}", read.replace("{newest}", newest))


def page(
    sought: Sought, *, after: Position | None = None, limit: int = 20, effort: Effort = _USUAL
) -> StreamPage:
    """Reviews that stand, newest first, from a position on.

    A page may hold fewer than `limit`, even none, and yet not be the last: only so many rows are looked through at a time.
    """
    if not sought.levels:
        return StreamPage([], None)
    ways = _ways_to(sought.place, effort.few)
    found, bound = _look(sought, ways, after, limit + 1, effort)
    more = found[limit - 1] if len(found) > limit else bound
    return StreamPage(_listed(found[:limit]), more)


def hot_reasons(sought: Sought, *, limit: int = 8, effort: Effort = _USUAL) -> dict[bool, HotReasons]:
    """The reasons named most by the newest bad reviews (True) and good ones (False), whatever level is sought.

    At most 1,000 of either; each says how many there were and from when on. Only what people gave themselves is counted.
    """
    ways = _ways_to(sought.place, effort.few)
    kinds = [replace(sought, levels=levels) for levels in (_BAD, LEVELS - _BAD)]
    found = [one for kind in kinds for one in _look(kind, ways, None, _COUNTED, effort)[0]]
    asked: dict[str, Any] = {"ids": [one.review_id for one in found], "active": _ACTIVE, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_HOT, asked)
        rows = cursor.fetchall()
    hot: dict[bool, HotReasons] = {bad: HotReasons(0, 0, None, []) for bad in (True, False)}
    said = _said(row[-1] for row in rows)
    for bad, reviews, named, since, code, n, comment in rows:
        known = hot[bad].reasons
        more = [HotReason(code, n, said.pop(comment, None))] if code else []
        hot[bad] = HotReasons(reviews, named, since, [*known, *more])
    return hot


def _said(review_ids: Iterable[UUID | None]) -> dict[UUID, PublishedReview]:
    """Those of the reviews whose words the public reads."""
    ids = {one for one in review_ids if one}
    found = publicity.published(Place(), ids=ids, limit=len(ids)) if ids else []
    return {one.id: one for one in found if one.text}


def _look(
    sought: Sought, by: tuple[str, list[int]], after: Position | None, limit: int, effort: Effort
) -> tuple[list[Position], Position | None]:
    """Where the next reviews stand, and how far back was looked; None where nothing is further back."""
    place, (ways, ids) = sought.place, by
    # Whatever was given before a moment was given before the smallest id at that moment.
    ends = [end for end in (after, sought.end and Position(sought.end, _FIRST_ID)) if end]
    before = min(ends, default=None)
    count = max(1, len(ids)) * (len(sought.levels) if ways == "agency" else 1)
    division_low, division_high = path_range(place.division_path)
    agency_low, agency_high = path_range(place.agency_path or "")
    asked = {
        "ids": ids,
        "item_id": place.item_id,
        "levels": sorted(sought.levels),
        "reason": sought.reason,
        "channel": sought.channel,
        "any_division": not place.division_path or ways == "division",
        "division_low": division_low,
        "division_high": division_high,
        "any_agency": place.agency_path is None or ways == "agency",
        "agency_low": agency_low,
        "agency_high": agency_high,
        "begin": sought.begin,
        "at": before and before.at,
        "after": before and before.review_id,
        "limit": limit,
        "each": max(min(limit, _AT_LEAST), effort.rows // count),
    }
    more = [
        condition
        for condition, is_asked in (
            (_BEFORE, before),
            (_SINCE, sought.begin),
            (_IS_BAD, ways != "agency" and all(map(is_bad, sought.levels))),
        )
        if is_asked
    ]
    found, bound = [], None
    with connection.cursor() as cursor:
        cursor.execute(_statement(ways, *more), asked)
        for is_found, at, review_id in cursor.fetchall():
            if is_found:
                found.append(Position(at, review_id))
            else:
                bound = Position(at, review_id)
    return found, bound


def _ways_to(place: Place, few: int) -> tuple[str, list[int]]:
    """By which index a place's newest reviews are read, and of which agencies or divisions one after the other."""
    if place.item_id is not None:
        return "item", []
    if place.agency_path is not None:
        ids = directory.agency_ids_under(place.agency_path, limit=few + 1)
        if len(ids) <= few:
            return "agency", ids
    if place.division_path:
        ids = directory.division_ids_under(place.division_path, limit=few + 1)
        if len(ids) <= few:
            return "division", ids
    return "time", []


def _listed(found: Sequence[Position]) -> list[ListedReview]:
    """What stands at these positions, in their order; what was withdrawn this very moment is left out."""
    ids = [one.review_id for one in found]
    if not ids:
        return []
    shown = {one.id: one for one in publicity.published(Place(), ids=ids, limit=len(ids))}
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, {"ids": ids})
        beside = {pk: row for pk, *row in cursor.fetchall()}
    return [_one(shown[pk], beside[pk]) for pk in ids if pk in shown and pk in beside]


def _one(shown: PublishedReview, beside: Sequence[Any]) -> ListedReview:
    channel, codes, item, agency, division, name, solved = beside
    word = Solved(solved) if solved else None
    return ListedReview(shown, channel, codes, item, agency, division, name, word)
