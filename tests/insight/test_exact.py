"""The counters against counting every row: after any walk through the flows they say the same."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from haochaping.cases import queries as cases
from haochaping.cases.models import Case
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, handle_bad_review
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.insight import actions
from haochaping.insight.models import Fact, FactDelta
from haochaping.insight.rules import case_units, order_units, review_units
from haochaping.insight.terms import FactKey
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.refused import Refused
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.models import Review
from haochaping.reviews.terms import RECEIPT_UNKNOWN, Entrance, Level
from tests import worlds

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db
_PLACES: tuple[dict[str, object], ...] = (
    {},
    {"division": worlds.CITY},
    {"division": worlds.OTHER_CITY, "agency": worlds.OTHER_AGENCY, "item": worlds.OTHER_ITEM},
)


def counted() -> dict[FactKey, int]:
    """What the counters say, zeros left out."""
    found: Counter[FactKey] = Counter()
    for table in (Fact, FactDelta):
        rows = table._default_manager.values_list(*(f"{n}_id" if n in _IDS else n for n in _COLUMNS), "n")
        for *key, n in rows:
            found[FactKey(*key)] += n
    return {key: n for key, n in found.items() if n}


_COLUMNS = ("kind", "day", "division", "agency", "item", "channel", "level", "provenance")
_IDS = {"division", "agency", "item"}


def true() -> dict[FactKey, int]:
    """What there is, row by row."""
    review_ids = list(Review.objects.values_list("id", flat=True))
    units = case_units(cases.facts_of(Case.objects.values_list("id", flat=True)).values())
    units.update(review_units(reviews.facts_of(review_ids).values()))
    units.update(order_units(orders.facts_of(review_ids).values()))
    return dict(units)


class Walk:
    """One random day of the small world; every step is something a sender, a reviewer or the system does."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.dice = Random(seed)  # noqa: S311 - a seeded walk, nothing secret
        self.now = now

    def step(self) -> None:
        self.now += timedelta(minutes=self.dice.randint(0, 4))
        try:
            self.dice.choice([self.send, self.send, self.rate, self.rate, self.change, self.finish, self.withdraw,
                              self.dispatch, actions.fold])()  # fmt: skip
        except Refused:
            return

    def send(self) -> None:
        at = (self.now - timedelta(days=self.dice.randint(0, 3))).isoformat()
        told: dict[str, object] = {**self.dice.choice(_PLACES), "applied_at": at}
        told["occurrences"] = [
            {"no": no, "at": at, "channel": "window"} for no in range(1, self.dice.randint(1, 3) + 1)
        ]
        told["status"] = self.dice.choice(["in_process", "in_process", "completed", "withdrawn"])
        number = self.dice.randint(1, 4)
        raw = Raw(worlds.case(f"C{number}", self.now, **told))
        # C4 is known from an unsigned address only.
        take_in_cases([raw], verified=number < 4, entrance=Entrance.CLIENT, by=OPERATOR, now=self.now)

    def rate(self) -> None:
        entrance = self.dice.choice([Entrance.TOKEN, Entrance.CLIENT, Entrance.UNSIGNED])
        worlds.give(
            f"C{self.dice.randint(1, 5)}",
            self.dice.randint(1, 5),
            self.now,
            entrance=entrance,
            occurrence_no=self.dice.randint(1, 3),
            assess_no=self.dice.randint(1, 2),
        )

    def some_review(self) -> UUID:
        ids = list(Review.objects.order_by("id").values_list("id", flat=True))
        if not ids:
            raise Refused(RECEIPT_UNKNOWN)
        return self.dice.choice(ids)

    def change(self) -> None:
        change_review.change_level(
            self.some_review(), Level(self.dice.randint(1, 5)), by=worlds.REVIEWER, now=self.now
        )

    def finish(self) -> None:
        change_review.finish_review(self.some_review(), [], "慢", by=worlds.REVIEWER, now=self.now)

    def withdraw(self) -> None:
        change_review.withdraw_review(self.some_review(), by=worlds.REVIEWER, now=self.now)

    def dispatch(self) -> None:
        handle_bad_review.dispatch_due(by=SYSTEM, now=self.now)


@pytest.mark.parametrize("seed", range(4))
def test_the_counters_say_what_there_is(seed: int, now: datetime):
    worlds.build(now)
    walk = Walk(seed, now)

    for _ in range(60):
        walk.step()

        assert counted() == true()


def test_reviews_of_an_unsigned_case_count_as_participation_once_its_platform_sends_it(now: datetime):
    worlds.build(now)
    unsigned, sent = (Raw(worlds.case("C1", now, trips=trips)) for trips in (1, 2))
    take_in_cases([unsigned], verified=False, entrance=Entrance.UNSIGNED, by=OPERATOR, now=now)
    assert worlds.give("C1", 5, now).kind == OutcomeKind.ACCEPTED

    take_in_cases([sent], entrance=Entrance.CLIENT, by=OPERATOR, now=now + timedelta(hours=1))

    assert counted() == true()
