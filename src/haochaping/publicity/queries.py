"""公开 reads: what waits for a first publisher and for a second one, and what the public may see."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from haochaping.directory import queries as directory
from haochaping.directory.rules import path_range
from haochaping.insight.terms import Place
from haochaping.postgres.together import Asked
from haochaping.publicity.rules import redacted
from haochaping.publicity.terms import (
    Candidate,
    Decision,
    Ground,
    KeptBack,
    KeptBackCount,
    Note,
    Part,
    ProposedRelease,
    PublishedReview,
    PublishedText,
    RaisedText,
    WaitingCount,
    week_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.publicity.terms import Wanted

type Words = dict[tuple[UUID, Part, Decision], Worded]

_SQL = resources.files("haochaping.publicity").joinpath("sql")
_CANDIDATES, _PROPOSALS, _RELEASED, _KEPT_BACK, _PUBLISHED, _RAISED = (
    _SQL.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    for name in ("candidates", "proposals", "released", "kept_back", "published", "raised")
)
# A place that gives no reviews any more would be sought through all that were given since: of few divisions or agencies
# the newest of each are read by their own index, of agencies level by level. How many rows that may be.
_MOST_READ = 1000
_ALL_AT_ONCE: tuple[str, Sequence[int]] = ("time", ())
_STANDING = _SQL.joinpath("standing.sql").read_text(encoding="utf-8")
_WAYS = {
    "time": ("({standing}) AS newest", ""),
    "division": (
        "unnest(%(ways)s::bigint[]) AS way (place) CROSS JOIN LATERAL ({standing}) AS newest",
        " AND division_id = way.place ORDER BY assessed_at DESC, id LIMIT %(limit)s + %(offset)s",
    ),
    "agency": (
        (
            "unnest(%(ways)s::bigint[]) AS way (place) CROSS JOIN generate_series(1, 5) AS star (given) "
            "CROSS JOIN LATERAL ({standing}) AS newest"
        ),
        (
            " AND agency_id = way.place AND level = star.given"
            " ORDER BY assessed_at DESC, id LIMIT %(limit)s + %(offset)s"
        ),
    ),
}
_PUBLISHED_BY = {
    by: _PUBLISHED.replace("{ways}", ways.replace("{standing}", _STANDING + more))
    for by, (ways, more) in _WAYS.items()
}
_TO_OFFER, _CELLS, _CASES_OF_WEEK, _WAITING, _DECISIONS, _GLANCE, _REPLIES = (
    _SQL.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    for name in ("to_offer", "cells", "cases_of_week", "waiting", "decisions", "glance", "newest_replies")
)
# Among so many decisions the newest replies are looked for: two publishers make some hundred a day.
_AMONG = 2000


class Worded(NamedTuple):
    """Words that can be decided about: when they were written, how and where they would appear, which turn it would be."""

    written_at: datetime
    redacted: str
    turn: int
    raised_to: int | None


class ToOffer(NamedTuple):
    """提请批次: what of a division and week, named by its Monday, is not offered yet, and how many they are."""

    division_id: int
    part: Part
    week: date
    n: int


class Glance(NamedTuple):
    """What the page of a place says of publication: waiting and overdue, None of an agency, and this quarter's decisions."""

    offered: int | None
    overdue: int | None
    held: int
    taken_down: int


def candidates(
    by: Actor, *, now: datetime, review_ids: Collection[UUID] | None = None, limit: int | None = 50
) -> list[Candidate]:
    """Texts that are offered and for which nobody has proposed anything inside the actor's division.

    None for an actor without a division.
    """
    found = _of_division(_CANDIDATES, by, now=now, review_ids=_listed(review_ids), limit=limit)
    return [
        Candidate(review, Part(part), level, item, agency, written_at, words, redacted(words), *rest)
        for review, part, level, item, agency, written_at, words, *rest in found
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
        PublishedText(review, Part(part), level, item, agency, given_at, written_at, redacted(text), *rest)
        for review, part, level, item, agency, given_at, written_at, text, *rest in found
    ]


def kept_back(
    by: Actor, *, review_ids: Collection[UUID] | None = None, limit: int | None = 20, offset: int = 0
) -> list[KeptBack]:
    """Texts of the actor's division that were held back or taken down and nobody proposes to restore, the newest first.

    Only words that stand as they were written then: others are decided about on their own.
    """
    found = _of_division(_KEPT_BACK, by, review_ids=_listed(review_ids), limit=limit, offset=offset)
    return [
        KeptBack(
            pk,
            Part(part),
            level,
            item,
            agency,
            written_at,
            redacted(words),
            words,
            Decision(decision),
            reason,
            decided_at,
            turn,
            Ground(ground),
            raised_to,
        )
        for pk, part, level, item, agency, written_at, words, decision, reason, decided_at, turn, ground, raised_to in found
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
                words = Worded(shown.written_at, shown.text, shown.turn + 1, shown.raised_to)
                yield shown.review_id, shown.part, words
        case Decision.RESTORED:
            for kept in kept_back(by, review_ids=review_ids, limit=None):
                words = Worded(kept.written_at, kept.redacted, kept.turn + 1, kept.raised_to)
                yield kept.review_id, kept.part, words
        case Decision.RELEASED | Decision.HELD:
            for text in candidates(by, now=now, review_ids=review_ids, limit=None):
                yield text.review_id, text.part, Worded(text.written_at, text.redacted, 1, text.raised_to)


def _listed(ids: Collection[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)


def _of_division(sql: str, by: Actor, **asked: Any) -> list[tuple[Any, ...]]:
    """The rows of a list inside the actor's division; none for an actor without one."""
    if by.scope.division_path is None:
        return []
    low, high = path_range(by.scope.division_path)
    return _rows(sql, low=low, high=high, **asked)


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
    # Those that are named, and those of an item, have an index that says all.
    has_index = ids is not None or place.item_id is not None
    by, ways = _ALL_AT_ONCE if has_index else _way_to(divisions, agencies, limit + offset)
    with connection.cursor() as cursor:
        cursor.execute(
            _PUBLISHED_BY[by],
            {
                "ways": list(ways),
                "divisions": None if by == "division" else divisions,
                "agencies": None if by == "agency" else agencies,
                "item_id": place.item_id,
                "ids": _listed(ids),
                "only_bad": only_bad,
                "limit": limit,
                "offset": offset,
            },
        )
        found = [_published(row) for row in cursor.fetchall()]
    return [
        replace(row, text=row.text and _as_of_today(row.text), reply=row.reply and _as_of_today(row.reply))
        if row.text or row.reply
        else row
        for row in found
    ]


def _way_to(
    divisions: Sequence[int] | None, agencies: Sequence[int] | None, upto: int
) -> tuple[str, Sequence[int]]:
    """By which index the newest reviews of a place are read, and of which agencies or divisions each by itself."""
    for by, ids, each in (("agency", agencies, 5), ("division", divisions, 1)):
        if ids is not None and len(ids) * each * upto <= _MOST_READ:
            return by, ids
    return _ALL_AT_ONCE


def newest_replies(division_path: str, *, limit: int, among: int = _AMONG) -> list[PublishedReview]:
    """Reviews of a division with all below it whose replies were let out last and stand, the newest of them first.

    Only among so many of the newest decisions of all places: older replies stand on the page of the place.
    """
    low, high = path_range(division_path)
    ids = [pk for (pk,) in _rows(_REPLIES, low=low, high=high, limit=limit, among=among)]
    if not ids:
        return []
    shown = {row.id: row for row in published(Place(), ids=ids, limit=len(ids)) if row.reply and not row.gone}
    return [shown[pk] for pk in ids if pk in shown]


def _published(row: tuple[Any, ...]) -> PublishedReview:
    (
        *said,
        down_at,
        down_ground,
        reply_down_at,
        reply_ground,
        again_at,
        changed_at,
        gone,
        gone_at,
        gone_class,
    ) = row
    return replace(
        PublishedReview(*said),
        text_down=_note(down_at, down_ground),
        reply_down=_note(reply_down_at, reply_ground),
        text_restored=_note(again_at),
        reply_changed=_note(changed_at),
        gone=gone,
        gone_note=_note(gone_at, gone_class) if gone else None,
    )


def _note(at: datetime | None, ground: str = "") -> Note | None:
    return None if at is None else Note(at, ground)


def raised(division_id: int, *, limit: int = 20, offset: int = 0) -> list[RaisedText]:
    """Texts that stand under a division and without item and agency, as the public sees them, the newest decisions first."""
    with connection.cursor() as cursor:
        cursor.execute(_RAISED, {"division_id": division_id, "limit": limit, "offset": offset})
        rows = cursor.fetchall()
    return [
        RaisedText(
            level,
            week_of(given_at),
            words and _as_of_today(words),
            _note(down_at, down_ground),
            reply and _as_of_today(reply),
            _note(reply_down_at, reply_ground),
        )
        for level, given_at, words, down_at, down_ground, reply, reply_down_at, reply_ground in rows
    ]


def to_offer(now: datetime) -> list[ToOffer]:
    """What is not offered yet and can no longer be changed, by division, week and part."""
    return [ToOffer(pk, Part(part), week, n) for pk, part, week, n in _rows(_TO_OFFER, now=now)]


def cells(batch: ToOffer, now: datetime) -> dict[int, int | None]:
    """What is to be offered of a batch, by id and locked, with the cases of its item and agency in that week.

    None for a reply to a review without words.
    """
    asked = {"division_id": batch.division_id, "part": batch.part, "week": batch.week}
    return dict(_rows(_CELLS, now=now, **asked))


def cases_of_week(division_path: str, week: date) -> int:
    """How many signed cases of a division with all below it were completed in a week, named by its Monday."""
    low, high = path_range(division_path)
    [(n,)] = _rows(_CASES_OF_WEEK, week=week, low=low, high=high)
    return int(n)


def waiting(division_path: str) -> dict[str, WaitingCount]:
    """What waits in a division, by the codes of the divisions next below; "" is the division itself without them."""
    low, high = path_range(division_path)
    return {
        code: WaitingCount(*rest) for code, *rest in _rows(_WAITING, path=division_path, low=low, high=high)
    }


def decisions(division_path: str, quarter: date) -> list[KeptBackCount]:
    """The decisions of a quarter, named by its first day, about words of a division with all below it, by agency."""
    low, high = path_range(division_path)
    found = _rows(_DECISIONS, quarter=quarter, low=low, high=high, agencies=None)
    return [KeptBackCount(agency, Decision(decision), ground, n) for agency, decision, ground, n in found]


def glance(place: Place, quarter: date) -> Asked[Glance]:
    """What the page of a division or agency says of publication there."""
    low, high = path_range(place.division_path)
    agency_low, agency_high = path_range(place.agency_path or "")
    of_agency = place.agency_path is not None
    asked = {"of_agency": of_agency, "agency_low": agency_low, "agency_high": agency_high}
    return Asked(
        _GLANCE,
        lambda rows: Glance(*next(iter(rows))),
        asked | {"quarter": quarter, "low": low, "high": high},
    )


def _rows(sql: str, **asked: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


# The newest texts of a place are asked for at every visit; the rules change only with the program.
@lru_cache(maxsize=4096)
def _as_of_today(released: str) -> str:
    """A text that was released as it was redacted then, as it is redacted today (DQ-27): doing it twice changes nothing."""
    return redacted(released)
