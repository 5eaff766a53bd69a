"""The counters against counting every row: after any walk through the flows they say the same."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from haochaping.cases import queries as cases
from haochaping.cases.models import Case
from haochaping.cases.terms import Stage
from haochaping.directory import actions as directory
from haochaping.directory.terms import Kind
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review, handle_bad_review
from haochaping.flows.fall_back import read_outcomes
from haochaping.flows.invite import invite_case
from haochaping.flows.send_invitations import send_due_invitations
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.insight import actions
from haochaping.insight import queries as figures
from haochaping.insight.models import Fact, FactDelta
from haochaping.insight.rules import Days, case_units, invitation_units, order_units, review_units
from haochaping.insight.terms import FactKey
from haochaping.kernel.actor import OPERATOR, REVIEWER, SYSTEM
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.refused import Refused
from haochaping.notices.models import Delivery
from haochaping.notices.terms import DeliveryState
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.asking import queries as asking
from haochaping.reviews.models import Invitation, Review
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


EVER = Days(date(1900, 1, 1), date(2200, 1, 1))
_COLUMNS = ("kind", "day", "division", "agency", "item", "channel", "level", "provenance", "hall", "stage")
_IDS = {"division", "agency", "item", "hall"}


def true() -> dict[FactKey, int]:
    """What there is, row by row."""
    review_ids = list(Review.objects.values_list("id", flat=True))
    units = case_units(cases.facts_of(Case.objects.values_list("id", flat=True)).values())
    units.update(review_units(reviews.facts_of(review_ids).values()))
    units.update(order_units(orders.facts_of(review_ids).values()))
    units.update(invitation_units(asking.counted(Invitation.objects.values_list("id", flat=True))))
    return dict(units)


class Walk:
    """One random day of the small world; every step is something a sender, a reviewer or the system does."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.dice = Random(seed)  # noqa: S311 - a seeded walk, nothing secret
        self.now = now

    def step(self) -> None:
        self.now += timedelta(minutes=self.dice.randint(0, 4))
        try:
            self.dice.choice([self.send, self.send, self.rate, self.rate, self.rate, self.change, self.finish,
                              self.withdraw, self.dispatch, self.invite, self.ask, self.ask, self.learn,
                              actions.fold])()  # fmt: skip
        except Refused:
            return

    def send(self) -> None:
        at = (self.now - timedelta(days=self.dice.randint(0, 3))).isoformat()
        told: dict[str, object] = {**self.dice.choice(_PLACES), "applied_at": at}
        told["occurrences"] = [
            {
                "no": no,
                "at": at,
                "channel": "window",
                "hall": self.dice.choice(["", "H1", "H2"]),
                "stage": self.dice.choice([*Stage]),
            }
            for no in range(1, self.dice.randint(1, 3) + 1)
        ]
        told["status"] = self.dice.choice([*["in_process", "completed"] * 4, "withdrawn"])
        number = self.dice.randint(1, 4)
        told["applicant"] = {"name": "张小满", "phone": f"1390000000{number}"}
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
            by=REVIEWER if entrance == Entrance.TOKEN else OPERATOR,
        )

    def invite(self) -> None:
        invite_case(worlds.SOURCE, f"C{self.dice.randint(1, 5)}", by=OPERATOR, now=self.now)

    def ask(self) -> None:
        send_due_invitations(by=SYSTEM, now=self.now)

    def learn(self) -> None:
        """Some messages have gone out and some have failed for good."""
        state = self.dice.choice([DeliveryState.SENT, DeliveryState.GIVEN_UP, DeliveryState.NO_PHONE])
        Delivery.objects.filter(state=DeliveryState.QUEUED).update(state=state)
        read_outcomes(by=SYSTEM, now=self.now)

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
def test_the_counters_say_what_there_is(seed: int, now: datetime, settings):
    settings.SMS_GATEWAY = "demo"
    worlds.build(now)
    second = {"code": "H2", "name": "石港市政务服务中心", "division": worlds.OTHER_CITY}
    assert directory.put(Kind.HALLS, [second], by=OPERATOR, now=now) == []
    worlds.follow(worlds.CITY, now, invitation_channel=["sms", "phone", "sms,phone"][seed % 3])
    walk = Walk(seed, now)

    for _ in range(60):
        walk.step()

        assert counted() == true()
        # Counted by a statement that knows nothing of the rules above, at the very grain.
        assert figures.differing(EVER) == []
    assert figures.differing_months(EVER.first, EVER.end) == figures.differing_totals() == []


def test_reviews_of_an_unsigned_case_count_as_participation_once_its_platform_sends_it(now: datetime):
    worlds.build(now)
    unsigned, sent = (Raw(worlds.case("C1", now, trips=trips)) for trips in (1, 2))
    take_in_cases([unsigned], verified=False, entrance=Entrance.UNSIGNED, by=OPERATOR, now=now)
    assert worlds.give("C1", 5, now).kind == OutcomeKind.ACCEPTED

    take_in_cases([sent], entrance=Entrance.CLIENT, by=OPERATOR, now=now + timedelta(hours=1))

    assert counted() == true()
