"""分析 reads of comparisons: what is to be compared, by what mix, and what was found."""

from __future__ import annotations

from collections import defaultdict
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Max, Min, OuterRef, Subquery

from haochaping.insight.comparison.terms import Alike, AmongLike, Group, KeptComparison, KeptUnit
from haochaping.insight.models import ComparedUnit, Comparison
from haochaping.kernel.periods import months_after
from haochaping.reviews.rules import is_active, is_bad
from haochaping.reviews.terms import Level, Provenance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from haochaping.insight.queries import Kind

_FOLDER = resources.files("haochaping.insight").joinpath("sql")
_MIX, _DUE, _AMONG, _AMONG_ITEMS = (
    _FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    for name in ("mix", "to_compare", "among", "among_items")
)
_BAD = [int(level) for level in Level if is_bad(level)]
_ACTIVE = [str(one) for one in Provenance if is_active(one)]
_GROUP = ("kind", "stem", "first", "last", "seed", "target", "tau2", "as_of")
_UNIT = tuple(KeptUnit.__slots__)


def next_to_compare(first: date, last: date) -> int | None:
    """A division that has reviews in these months and whose agencies were not compared for them; None when all were."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"first": first, "last": last})
        row = cursor.fetchone()
    return row[0] if row else None


def compared_stems(division_id: int, last: date) -> set[str]:
    """The national codes whose items were compared for a division and month."""
    rows = Comparison.objects.filter(division_id=division_id, kind=Alike.ITEMS, last=last)
    return set(rows.values_list("stem", flat=True))


def mix(
    asked: dict[Kind, Sequence[int]], first: date, last: date
) -> dict[tuple[str, int], dict[str, tuple[int, int]]]:
    """(bad, n) by the type of their item, of divisions, agencies and halls, by ("agency", id); `last` is a month's first day."""
    wanted: dict[str, Any] = {by: list(asked.get(by, ())) for by in ("division", "agency", "hall")}
    wanted["end"] = months_after(last, 1)
    found: defaultdict[tuple[str, int], dict[str, tuple[int, int]]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_MIX, wanted | {"first": first, "last": last, "bad": _BAD, "active": _ACTIVE})
        for by, root, item_type, bad, n in cursor.fetchall():
            found[by, root][item_type] = bad, n
    return dict(found)


def newest(division_id: int, kinds: Sequence[Alike], stem: str = "") -> list[KeptComparison]:
    """The newest comparison of each kind in a division, for items those of one national code; in one query."""
    latest = (
        Comparison.objects.filter(division_id=division_id, kind=OuterRef("comparison__kind"), stem=stem)
        .order_by("-last")
        .values("id")[:1]
    )
    rows = ComparedUnit.objects.filter(
        comparison=Subquery(latest),
        comparison__division_id=division_id,
        comparison__kind__in=kinds,
        comparison__stem=stem,
    )
    found: dict[tuple[object, ...], list[KeptUnit]] = {}
    columns = (*(f"comparison__{name}" for name in _GROUP), *_UNIT)
    for row in rows.order_by("comparison__kind", "unit_id").values_list(*columns):
        found.setdefault(row[: len(_GROUP)], []).append(KeptUnit(*row[len(_GROUP) :]))
    return [_kept(division_id, key, units) for key, units in found.items()]


def history(
    kind: str, unit_id: int, division_ids: Sequence[int], stem: str = "", *, limit: int
) -> list[KeptComparison]:
    """The comparisons of these divisions in which a unit took part, each with this unit alone, the newest first."""
    rows = ComparedUnit.objects.filter(
        unit_id=unit_id,
        comparison__kind=kind,
        comparison__stem=stem,
        comparison__division_id__in=list(division_ids),
    )
    columns = ("comparison__division_id", *(f"comparison__{name}" for name in _GROUP), *_UNIT)
    found = rows.order_by("-comparison__last", "comparison__division_id").values_list(*columns)[:limit]
    return [
        _kept(division_id, tuple(rest[: len(_GROUP)]), [KeptUnit(*rest[len(_GROUP) :])])
        for division_id, *rest in found
    ]


def among(groups: Sequence[tuple[int, str, str]], last: date) -> dict[tuple[int, str], list[AmongLike]]:
    """All units of the newest comparisons that reach no further than a month, by division and kind, in one query.

    `groups` are (division, kind, stem), one stem of each division and kind at most.
    """
    divisions, kinds, stems = ([group[at] for group in groups] for at in range(3))
    found: defaultdict[tuple[int, str], list[AmongLike]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_AMONG, {"divisions": divisions, "kinds": kinds, "stems": stems, "last": last})
        for division_id, kind, *unit in cursor.fetchall():
            found[division_id, kind].append(AmongLike(*unit))
    return dict(found)


def among_items(agency_id: int, division_ids: Sequence[int], last: date) -> list[AmongLike]:
    """The items of an agency that were compared for a month, each as the first of these divisions found it; in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_AMONG_ITEMS, {"agency_id": agency_id, "divisions": list(division_ids), "last": last})
        return [AmongLike(*row) for row in cursor.fetchall()]


def _kept(division_id: int, key: tuple[object, ...], units: list[KeptUnit]) -> KeptComparison:
    kind, stem, first, last, seed, target, tau2, as_of = key
    group = Group(division_id, Alike(kind), stem, first, last, seed)  # type: ignore[arg-type]
    return KeptComparison(group, target, tau2, as_of, tuple(units))  # type: ignore[arg-type]


def item_groups(division_id: int, *, limit: int, offset: int = 0) -> list[tuple[str, int]]:
    """National codes whose items are compared in a division, each with one of these items, by code; the newest month's."""
    rows = Comparison.objects.filter(division_id=division_id, kind=Alike.ITEMS)
    last = rows.aggregate(last=Max("last"))["last"]
    found = (
        ComparedUnit.objects.filter(
            comparison__division_id=division_id, comparison__kind=Alike.ITEMS, comparison__last=last
        )
        .values("comparison__stem")
        .annotate(one=Min("unit_id"))
        .order_by("comparison__stem")
    )
    return [(row["comparison__stem"], row["one"]) for row in found[offset : offset + limit]]
