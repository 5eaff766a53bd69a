"""评价指标 as shipped."""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.ledger import actions as ledger
from haochaping.ledger.terms import EntryKind, NewEntry
from haochaping.reviews.models import (
    IndicatorSet,
    ReviewIndicator,
)
from haochaping.reviews.terms import (
    NATIONAL_SET,
)

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor

_SAID = ("level", "label", "basic", "effective_from", "effective_to")


@transaction.atomic
def install_indicators(*, by: Actor, now: datetime) -> int:
    """Bring the national set (72 codes, 40 in force) to what is shipped; returns how many codes were new or changed.

    So a code that a later program adds, words otherwise or ends reaches a database that is there; none is deleted.
    """
    indicator_set, _ = IndicatorSet.objects.get_or_create(
        code=NATIONAL_SET, defaults={"name": "全国一体化平台评价指标"}
    )
    there = {row.code: row for row in ReviewIndicator.objects.filter(indicator_set=indicator_set)}
    shipped = _shipped(indicator_set)
    new = [row for row in shipped if row.code not in there]
    changed = [row for row in shipped if row.code in there and _said(row) != _said(there[row.code])]
    for row in changed:
        row.pk = there[row.code].pk
    ReviewIndicator.objects.bulk_create(new)
    ReviewIndicator.objects.bulk_update(changed, _SAID)
    if new or changed:
        facts = {"rows": str(len(new)), "changed": ",".join(row.code for row in changed)}
        entry = NewEntry(
            EntryKind.RULEBOOK_CHANGED,
            "indicator_set",
            NATIONAL_SET,
            facts={name: value for name, value in facts.items() if value},
        )
        ledger.append([entry], by=by, now=now)
    return len(new) + len(changed)


def _shipped(indicator_set: IndicatorSet) -> list[ReviewIndicator]:
    source = resources.files("haochaping.reviews").joinpath("data/national_indicators.csv")
    with source.open(encoding="utf-8") as file:
        return [
            ReviewIndicator(
                indicator_set=indicator_set,
                code=row["code"],
                level=int(row["level"]),
                label=row["label"],
                basic=row["basic"] == "1",
                effective_from=_day(row["effective_from"]),
                effective_to=_day(row["effective_to"]),
            )
            for row in csv.DictReader(file)
        ]


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None


def _said(row: ReviewIndicator) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _SAID)
