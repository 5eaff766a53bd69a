"""Many reviews of two places, made of one that came the usual way, each as a test wants it."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.cases.models import ServiceOccurrence
from haochaping.directory import queries as directory
from haochaping.kernel.identifiers import random_bytes, uuid7
from haochaping.reviews.models import Review
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    type Given = Callable[..., Review]

HERE = (worlds.COUNTY, worlds.AGENCY, worlds.ITEM)
ELSEWHERE = (worlds.OTHER_CITY, worlds.OTHER_AGENCY, worlds.OTHER_ITEM)


@pytest.fixture
def given(db: None, now: datetime) -> Given:
    """What gives one more review of a place: `given(level=2, at=…, place=HERE, codes=["213"])`."""
    worlds.build(now)
    worlds.take_case("C1", now)
    first = worlds.give("C1", 5, now)
    assert first.id is not None
    Review.objects.filter(id=first.id).update(status="withdrawn")
    row = Review.objects.get(id=first.id)
    service = ServiceOccurrence.objects.get(id=row.occurrence_id)
    # A case has at most 99 services; the first one is that of the review they are made of.
    numbers = iter(range(2, 100))

    def one(
        *,
        level: int = 5,
        at: datetime = now,
        place: tuple[str, str, str] = HERE,
        codes: tuple[str, ...] = (),
        **more: Any,
    ) -> Review:
        division, agency, item = place
        again = Review.objects.get(id=row.pk)
        moved = ServiceOccurrence.objects.get(id=service.pk)
        moved.pk, moved.no = uuid7(at), next(numbers)
        moved.save(force_insert=True)
        again.pk, again.occurrence_id, again.level, again.assessed_at = uuid7(at), moved.pk, level, at
        again.status, again.indicator_codes, again.receipt_hash = "effective", list(codes), random_bytes(32)
        again.division_id = directory.divisions([division])[division].id
        again.agency_id = directory.agencies([agency])[agency].id
        again.item_id = directory.items([item])[item].id
        for name, value in more.items():
            setattr(again, name, value)
        again.save(force_insert=True)
        return again

    return one


@pytest.fixture
def crowd(given: Given, now: datetime) -> list[Review]:
    """Ninety reviews, some of them at the same moment, newest first."""
    dice = Random(7)  # noqa: S311 - a crowd, the same each time
    made = []
    for _ in range(90):
        level = dice.choice([5, 5, 5, 4, 3, 2, 1])
        made.append(
            given(
                level=level,
                at=now - timedelta(hours=dice.randrange(30)),
                place=dice.choice([HERE, HERE, ELSEWHERE]),
                codes=dice.choice([(), (f"{level}{12 if level > 1 else 13}",)]),
                channel=dice.choice(["mobile", "hall_pad"]),
                status=dice.choice(["effective"] * 8 + ["superseded", "excluded", "withdrawn"]),
            )
        )
    return sorted(made, key=lambda one: (one.assessed_at, one.pk), reverse=True)
