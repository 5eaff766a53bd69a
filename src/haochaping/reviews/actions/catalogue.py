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


@transaction.atomic
def install_indicators(*, by: Actor, now: datetime) -> int:
    """Add the national set (72 codes, 40 active) where it is missing; returns how many codes were new."""
    before = ReviewIndicator.objects.count()
    indicator_set, _ = IndicatorSet.objects.get_or_create(
        code=NATIONAL_SET, defaults={"name": "全国一体化平台评价指标", "effective_from": date(2020, 5, 1)}
    )
    source = resources.files("haochaping.reviews").joinpath("data/national_indicators.csv")
    with source.open(encoding="utf-8") as file:
        rows = [
            ReviewIndicator(
                indicator_set=indicator_set,
                code=row["code"],
                level=int(row["level"]),
                label=row["label"],
                basic=row["basic"] == "1",
                active=row["active"] == "1",
            )
            for row in csv.DictReader(file)
        ]
    ReviewIndicator.objects.bulk_create(rows, ignore_conflicts=True)
    added = ReviewIndicator.objects.count() - before
    if added:
        entry = NewEntry(
            EntryKind.RULEBOOK_CHANGED, "indicator_set", NATIONAL_SET, facts={"rows": str(added)}
        )
        ledger.append([entry], by=by, now=now)
    return added
