"""What codes of sources mean: proposed by rule, decided by a person, remembered for what comes later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import match_queries, matching, queries
from haochaping.directory.access import WHOLE, check_edit
from haochaping.directory.models import ItemMatch
from haochaping.directory.terms import (
    NO_SUCH_MATCH,
    NOTHING_CHOSEN,
    UNKNOWN_CODE,
    MatchState,
    MatchWay,
)
from haochaping.kernel.refused import Refused
from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from haochaping.directory.terms import UnknownItem
    from haochaping.kernel.actor import Actor


@transaction.atomic
def propose(unknown: Iterable[UnknownItem], *, now: datetime) -> int:
    """Put codes that the directory does not know on the list, each with the items it may mean; returns how many are new.

    What is decided stays decided; how many records wait is written down for all of them.
    """
    found = {(one.source, one.code): one for one in unknown}
    known = queries.items(code for _, code in found)
    platforms = queries.platforms(source for source, _ in found)
    rows = {
        (row.platform.code, row.code): row
        for row in ItemMatch.objects.select_for_update(of=("self",))
        .select_related("platform")
        .filter(platform__code__in={source for source, _ in found}, code__in={code for _, code in found})
    }
    catalogue, new = matching.Catalogue(match_queries.cards()), []
    for key, one in found.items():
        if one.source not in platforms or one.code in known:
            continue
        row = rows.get(key)
        if row is None:
            row = ItemMatch(platform_id=platforms[one.source].id, code=one.code, name="", decided_by="")
            row.state = MatchState.WAITING
            new.append(row)
        row.records, row.seen_at, row.name = one.records, now, one.name or row.name
        if row.state == MatchState.WAITING:
            place = platforms[one.source].division_path
            likely = catalogue.candidates(row.code, row.name, agency=one.agency, place=place)
            row.item_id = likely[0].item.id if len(likely) == 1 else None
            row.alike = [each.item.id for each in likely] if len(likely) > 1 else []
            row.way = likely[0].way if likely else MatchWay.NONE
    ItemMatch.objects.bulk_create(new)
    ItemMatch.objects.bulk_update(rows.values(), ["records", "seen_at", "name", "item", "alike", "way"])
    return len(new)


@transaction.atomic
def accept(ids: Sequence[int], *, by: Actor, now: datetime) -> list[tuple[str, str]]:
    """Say that the proposed items are meant; returns the (source, code) that are decided now.

    Those without a proposal, or decided before, are passed over.

    Raises:
        Refused: NOT_YOURS; NOTHING_CHOSEN when nothing is left.
    """
    check_edit(by, WHOLE)
    waiting = ItemMatch.objects.select_for_update(of=("self",)).select_related("platform", "item")
    rows = list(waiting.filter(id__in=ids, state=MatchState.WAITING, item__isnull=False).order_by("id"))
    if not rows:
        raise Refused(NOTHING_CHOSEN)
    for row in rows:
        row.state, row.decided_at, row.decided_by = MatchState.MATCHED, now, str(by)
    return _decided(rows, by, now)


@transaction.atomic
def decide(one: int, item_code: str, *, by: Actor, now: datetime) -> tuple[str, str]:
    """Say which item a code means, or with "" that it is none of ours; what was decided before may be changed.

    Raises:
        Refused: NOT_YOURS, NO_SUCH_MATCH, UNKNOWN_CODE.
    """
    check_edit(by, WHOLE)
    row = ItemMatch.objects.select_for_update(of=("self",)).select_related("platform").filter(id=one).first()
    if row is None:
        raise Refused(NO_SUCH_MATCH)
    item = queries.items([item_code]).get(item_code) if item_code else None
    if item_code and item is None:
        raise Refused(UNKNOWN_CODE, field="item", value=item_code[:40])
    if item is None:
        row.item_id, row.state, row.way = None, MatchState.NO_ITEM, MatchWay.PERSON
    else:
        row.way = MatchWay(row.way) if row.item_id == item.id else MatchWay.PERSON
        row.item_id, row.state = item.id, MatchState.MATCHED
    row.decided_at, row.decided_by, row.alike = now, str(by), []
    return _decided([row], by, now)[0]


def _decided(rows: Sequence[ItemMatch], by: Actor, now: datetime) -> list[tuple[str, str]]:
    ItemMatch.objects.bulk_update(rows, ["state", "item", "alike", "way", "decided_at", "decided_by"])
    entries = [
        NewEntry(
            EntryKind.ITEM_MATCHED,
            "source",
            row.platform.code,
            facts={"code": row.code, "item": row.item.code if row.item else "", "way": row.way},
        )
        for row in rows
    ]
    ledger.append(entries, by=by, now=now)
    return [(row.platform.code, row.code) for row in rows]
