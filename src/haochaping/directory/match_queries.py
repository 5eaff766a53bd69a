"""目录 reads: what codes of sources mean, which wait for a person, and items of one national code that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, F, Min, Q
from django.db.models.functions import Substr

from haochaping.directory import queries
from haochaping.directory.models import ItemMatch, ServiceItem
from haochaping.directory.rules import item_stem, path_range
from haochaping.directory.terms import (
    NO_SUCH_MATCH,
    ItemAt,
    ItemCard,
    ItemRef,
    MatchRow,
    MatchState,
    MatchWay,
    SameItem,
    SameItemRow,
)
from haochaping.kernel.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from django.db.models import QuerySet

_CARD = ("id", "code", "name", "item_type", "agency__code", "agency__division__path")
_SAME = ("id", "code", "name", "item_type", "agency__name", "agency__division__name")
# Where the national part of a code begins, counted from 1, and how long the whole is.
_BASE_FROM, _BASE_LENGTH, _WHOLE = 20, 12, 31


def matched_items(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], ItemRef]:
    """What a person has said that these (source, item code) mean; a 33-character code falls back to its item's."""
    wanted = {(source, code) for source, code in pairs if "\0" not in source + code}
    if not wanted:
        return {}
    rows = ItemMatch.objects.filter(
        state=MatchState.MATCHED,
        platform__code__in={source for source, _ in wanted},
        code__in={part for _, code in wanted for part in (code, item_stem(code))},
    ).values_list("platform__code", "code", "item__id", "item__code", "item__name", "item__agency_id")
    found = {(row[0], row[1]): ItemRef(*row[2:]) for row in rows}
    told = {pair: found.get(pair) or found.get((pair[0], item_stem(pair[1]))) for pair in wanted}
    return {pair: item for pair, item in told.items() if item}


def items_meant(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], ItemRef]:
    """Items by (source, code): of the directory, else what a person has said that the source means."""
    wanted = set(pairs)
    known = queries.items(code for _, code in wanted)
    strange = [pair for pair in wanted if pair[1] not in known]
    matched = matched_items(strange) if strange else {}
    return matched | {pair: known[pair[1]] for pair in wanted if pair[1] in known}


def cards() -> list[ItemCard]:
    """All service items."""
    return [ItemCard(*row) for row in ServiceItem.objects.values_list(*_CARD)]


def matches(state: MatchState, *, limit: int = 50, offset: int = 0) -> list[MatchRow]:
    """Codes of sources in one state: for which most records wait first."""
    rows = _matches().filter(state=state).order_by("-records", "platform__code", "code")
    return _rows(rows[offset : offset + limit])


def match_counts() -> dict[MatchState, int]:
    """How many codes there are in each state."""
    found = dict(ItemMatch.objects.values_list("state").annotate(n=Count("id")))
    return {state: found.get(state, 0) for state in MatchState}


def match(one: int) -> MatchRow:
    """One of them; raises `Refused(NO_SUCH_MATCH)`."""
    found = _rows(_matches().filter(id=one))
    if not found:
        raise Refused(NO_SUCH_MATCH)
    return found[0]


def _matches() -> QuerySet[ItemMatch]:
    return ItemMatch.objects.select_related("platform", "item__agency__division")


def _rows(rows: QuerySet[ItemMatch]) -> list[MatchRow]:
    found = list(rows)
    wanted = {one for row in found for one in row.alike}
    items = ServiceItem.objects.filter(id__in=wanted).values_list(*_SAME)
    alike = {row[0]: SameItemRow(*row) for row in items}
    return [_row(row, alike) for row in found]


def _row(row: ItemMatch, alike: Mapping[int, SameItemRow]) -> MatchRow:
    item, card = row.item, None
    if item:
        agency = item.agency
        card = ItemCard(item.pk, item.code, item.name, item.item_type, agency.code, agency.division.path)
    return MatchRow(
        row.pk,
        row.platform.code,
        row.platform.name,
        row.code,
        row.name,
        MatchState(row.state),
        MatchWay(row.way),
        card,
        tuple(alike[one] for one in row.alike),
        row.records,
        row.seen_at,
        row.decided_at,
        row.decided_by,
    )


def same_items(
    day: date, *, limit: int | None = None, offset: int = 0, also: Collection[str] = ()
) -> list[SameItem]:
    """National codes whose items of that day have several names or types, or that are named in `also`.

    Those said in the most ways come first.
    """
    rows = (
        _held(day)
        .annotate(base=Substr("code", _BASE_FROM, _BASE_LENGTH))
        .values("base")
        .annotate(
            first=Min("name"),
            n=Count("id"),
            names=Count("name", distinct=True),
            types=Count("item_type", distinct=True),
        )
        .filter(Q(names__gt=1) | Q(types__gt=1) | Q(base__in=also))
        .order_by(-(F("names") + F("types")), "base")
    )
    found = rows[offset:] if limit is None else rows[offset : offset + limit]
    return [SameItem(r["base"], r["first"], r["n"], r["names"], r["types"]) for r in found]


def bases_of(item_ids: Iterable[int], day: date) -> dict[int, str]:
    """The national codes of those of the items that have one and are held on a day."""
    held = _held(day).annotate(base=Substr("code", _BASE_FROM, _BASE_LENGTH))
    return dict(held.filter(id__in=list(item_ids)).values_list("id", "base"))


def alike_under(division_path: str, day: date) -> dict[str, list[int]]:
    """Items of a division's subtree on a day that share their national code with another one there, by code."""
    low, high = path_range(division_path)
    held = _held(day).filter(agency__division__path__gte=low, agency__division__path__lt=high)
    rows = held.annotate(base=Substr("code", _BASE_FROM, _BASE_LENGTH)).order_by("base", "id")
    alike: dict[str, list[int]] = {}
    for base, pk in rows.values_list("base", "id"):
        alike.setdefault(base, []).append(pk)
    return {base: items for base, items in alike.items() if len(items) > 1}


def items_at(item_ids: Iterable[int]) -> dict[int, ItemAt]:
    """Items by id, each with who carries it out and where that is."""
    rows = ServiceItem.objects.filter(id__in=set(item_ids))
    columns = ("id", "code", "name", "agency__name", "agency__division__path")
    return {row[0]: ItemAt(*row) for row in rows.values_list(*columns)}


def items_of_base(base: str, day: date) -> list[SameItemRow]:
    """The items of one national code on a day, by code."""
    held = _held(day).annotate(base=Substr("code", _BASE_FROM, _BASE_LENGTH))
    rows = held.filter(base=base).order_by("code")
    return [SameItemRow(*row) for row in rows.values_list(*_SAME)]


def _held(day: date) -> QuerySet[ServiceItem]:
    current = Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
    whole = ServiceItem.objects.filter(*current, code__regex=rf"^.{{{_WHOLE}}}$")
    return whole.exclude(code__endswith="0" * _BASE_LENGTH)
