"""People who come to the small world, many at once, and say something."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR, Scope
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.publicity.terms import Decision, Part
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

THERE: dict[str, Any] = {
    "item": worlds.OTHER_ITEM,
    "agency": worlds.OTHER_AGENCY,
    "division": worlds.OTHER_CITY,
}
_NUMBERS = count(1)


def came(
    at: datetime,
    people: int,
    *,
    level: int | None = 5,
    words: str = "",
    kind: str = "natural_person",
    birth_year: int | None = None,
    agent: bool = False,
    **place: object,
) -> list[UUID]:
    """So many cases and, unless there is no level, their reviews; returns the reviews' ids."""
    numbers = [f"OD-{next(_NUMBERS):06}" for _ in range(people)]
    applicant: dict[str, object] = {"name": "张小满", "kind": kind}
    if birth_year:
        applicant["birth_year"] = birth_year
    if agent:
        applicant["agent"] = {"name": "李小满", "phone": "13900000009"}
    cases = [Raw(worlds.case(number, at, **place | {"applicant": applicant})) for number in numbers]
    for outcome in take_in_cases(cases, entrance=Entrance.CLIENT, by=OPERATOR, now=at):
        assert outcome.kind == OutcomeKind.ACCEPTED, outcome
    if level is None:
        return []
    said = {"comment_text": words} if words else {}
    raws = [Raw(worlds.review(number, level, at, **said)) for number in numbers]
    outcomes = receive_reviews(raws, entrance=Entrance.CLIENT, by=OPERATOR, now=at)
    assert [one.kind for one in outcomes] == [OutcomeKind.ACCEPTED] * people, outcomes
    return [one.id for one in outcomes if one.id]


def release(review_id: UUID, now: datetime, decision: Decision = Decision.RELEASED) -> None:
    """Two publishers of the province decide about the words."""
    reason = "" if decision in {Decision.RELEASED, Decision.RESTORED} else "含姓名"
    by = replace(worlds.PUBLISHER, scope=Scope(division_path=f"{worlds.PROVINCE}."))
    worlds.decide(review_id, Part.TEXT, decision, reason=reason, by=by, now=now)
