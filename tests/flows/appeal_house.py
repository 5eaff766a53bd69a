"""One bad review with its signed order, the people of both sides, and a clock: to be led along the way of an appeal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from haochaping.flows import decide_appeal
from haochaping.flows.receive_reviews import recount, units_of
from haochaping.kernel.actor import EVERYWHERE, SYSTEM, Actor, ActorKind, Scope
from haochaping.kernel.periods import BEIJING
from haochaping.ledger import queries as ledger
from haochaping.rectification import actions
from haochaping.rectification import queries as orders
from haochaping.rectification.queries import appeals as appeal_queries
from haochaping.reviews import queries as reviews
from tests import worlds

if TYPE_CHECKING:
    from uuid import UUID

    from haochaping.rectification.terms import AppealRow

_FILES = frozenset({"order.view", "order.handle", "review.view_text", "appeal.file"})
_DECIDES = frozenset({"order.view", "order.supervise", "appeal.decide"})
COUNTY_PATH = f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}."
CITY_PATH = f"{worlds.PROVINCE}.{worlds.CITY}."
LEAD = Actor(ActorKind.STAFF, "lead", powers=_FILES, scope=Scope(agency_path=f"{worlds.AGENCY}."))
ANNE = Actor(ActorKind.STAFF, "anne", powers=_DECIDES, scope=Scope(division_path=COUNTY_PATH))
# To exclude a review the second person is of another organisation: here, of the level above.
BEA = Actor(ActorKind.STAFF, "bea", powers=_DECIDES, scope=Scope(division_path=CITY_PATH))
COLLEAGUE = Actor(ActorKind.STAFF, "colleague", powers=_DECIDES, scope=Scope(division_path=COUNTY_PATH))
CITY_ONE = Actor(ActorKind.STAFF, "city-1", powers=_DECIDES, scope=Scope(division_path=CITY_PATH))
CITY_TWO = Actor(ActorKind.STAFF, "city-2", powers=_DECIDES, scope=Scope(division_path=CITY_PATH))
PROVINCE_ONE = Actor(
    ActorKind.STAFF, "province-1", powers=_DECIDES, scope=Scope(division_path=f"{worlds.PROVINCE}.")
)
PROVINCE_TWO = Actor(
    ActorKind.STAFF, "province-2", powers=_DECIDES, scope=Scope(division_path=f"{worlds.PROVINCE}.")
)
INSIDER = Actor(ActorKind.STAFF, "insider", powers=_DECIDES, scope=Scope(agency_path=f"{worlds.AGENCY}."))
ABROAD = Actor(
    ActorKind.STAFF,
    "abroad",
    powers=_DECIDES,
    scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."),
)
SHELL = Actor(ActorKind.OPERATOR, "shell", scope=EVERYWHERE)
REASON = "经核对监控与叫号记录。"


@dataclass
class Matter:
    """The review of one case and its order; the clock goes on by an hour at each step."""

    review_id: UUID
    order_id: UUID
    now: datetime
    appeal_id: UUID | None = None

    def later(self, **by: int) -> datetime:
        self.now += timedelta(**(by or {"minutes": 2}))
        return self.now

    @property
    def row(self) -> AppealRow:
        assert self.appeal_id is not None
        return appeal_queries.appeal_row(self.appeal_id)

    @property
    def status(self) -> str:
        return reviews.reviews([self.review_id])[self.review_id].status

    def file(self, *, by: Actor = LEAD, ground: str = "mis_tap", **changes: Any) -> Matter:
        told = {"fact": "", "text": "评价人当场说点错了。", "reference": ""} | changes
        self.appeal_id = decide_appeal.file_appeal(
            self.order_id, ground=ground, by=by, now=self.later(), **told
        )
        return self

    def accept(self, by: Actor = ANNE) -> Matter:
        assert self.appeal_id is not None
        decide_appeal.accept(self.appeal_id, by=by, now=self.later())
        return self

    def heard(self, text: str = "是点错了。", *, agrees: bool = True) -> Matter:
        self.accept()
        decide_appeal.answer(self.review_id, text, agrees=agrees, by=worlds.REVIEWER, now=self.later())
        return self

    def propose(self, verdict: str, by: Actor = ANNE, **changes: Any) -> Matter:
        assert self.appeal_id is not None
        decide_appeal.propose(
            self.appeal_id, verdict=verdict, by=by, now=self.later(), **{"text": REASON} | changes
        )
        return self

    def confirm(self, by: Actor = BEA) -> Matter:
        assert self.appeal_id is not None
        decide_appeal.confirm(self.appeal_id, by=by, now=self.later())
        return self

    def decided(self, verdict: str, **changes: Any) -> Matter:
        return self.propose(verdict, **changes).confirm()

    def lapse(self, **by: int) -> int:
        return decide_appeal.lapse_due(by=SYSTEM, now=self.later(**by))

    def entries(self) -> list[tuple[int, dict[str, str]]]:
        return [(entry.kind, entry.facts) for entry in ledger.entries_of("appeal", str(self.appeal_id))]

    def entries_of_review(self) -> list[int]:
        return [entry.kind for entry in ledger.entries_of("review", str(self.review_id))]


@transaction.atomic
def matter(now: datetime, case_no: str = "YC-1", **changes: Any) -> Matter:
    """A bad review of a case that is there, its order dispatched and signed for at `now`."""
    outcome = worlds.give(case_no, 1, now, **changes)
    assert outcome.id is not None, outcome
    order = orders.order_of_review(outcome.id)
    assert order is not None
    before = units_of([outcome.id])
    actions.dispatch([order.id], by=SYSTEM, now=now)
    recount(before, [outcome.id])
    actions.sign_for(order.id, by=worlds.CLERK, now=now)
    return Matter(outcome.id, order.id, now)


def moment(month: int, day: int, hour: int = 10, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=BEIJING)
