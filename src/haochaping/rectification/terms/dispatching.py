"""派单 vocabulary: rules, their simulation and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.kernel.refused import N_, Reason

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID


DISPATCH_SOURCE_LIMIT = 200


LOWEST_RANK = 999


@dataclass(frozen=True, slots=True)
class DispatchRuleRow:
    """One version of a rule of a division and rank; without `agency_id` it sends nothing: withdrawn, or agency ended."""

    id: int
    division_path: str
    rank: int
    version: int
    effective_from: date
    agency_id: int | None
    item_id: int | None = None
    served_by_id: int | None = None
    stage: str = ""
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class DispatchFacts:
    """What rules look at: whose matter an order is, who served, at which step, and why the reviewer was not satisfied."""

    division_path: str
    item_id: int
    served_by_id: int
    stage: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class DispatchRuleShown:
    """A rule as pages show it; `ended` when its agency is no more, so that it sends nothing."""

    id: int
    division_code: str
    division_name: str
    division_path: str
    rank: int
    version: int
    effective_from: date
    agency_name: str
    ended: bool
    item_name: str
    served_by_name: str
    stage: str
    indicator: str
    source: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ProposedRule:
    """A rule as it was typed, by codes; nothing named, everything fits."""

    division: str
    rank: int
    agency: str
    effective_from: date
    item: str = ""
    served_by: str = ""
    stage: str = ""
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class DispatchShare:
    """How many orders an agency gets without a rule and with it, and some that only the rule sends there."""

    agency_id: int
    agency_name: str
    without: int
    with_it: int
    examples: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Where an order goes by the rules of a day, and by which of them; without one, to whoever served."""

    rule: DispatchRuleShown | None
    agency_name: str
    is_with: str
    day: date


BAD_RANK = Reason(
    "bad_rank", N_("A rule has a rank from 1 to {limit}."), N_("The lower rank is asked first.")
)


NO_SUCH_ITEM = Reason(
    "no_such_item", N_("There is no item with the code “{value}”."), N_("Look its code up in the directory.")
)


NO_SUCH_STAGE = Reason("no_such_stage", N_("There is no step “{value}”."), N_("Choose it from the list."))


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order that the operator of the hotline may send until it goes out by itself, and where it goes then."""

    id: UUID
    item_name: str
    agency_code: str
    agency_name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Handing:
    """An open order whose agency has ended, and who takes it: the agency that its item belongs to now, if one goes on."""

    order_id: UUID
    review_id: UUID
    division_id: int
    agency_id: int
    ended_on: date
    successor_id: int | None


AGENCY_GOES_ON = Reason(
    "agency_goes_on",
    N_("The agency of this order has not ended."),
    N_("Let it ask to return the order if it is not its own."),
)


NO_SUCH_RULE = Reason("no_such_rule", N_("There is no such dispatch rule."), N_("Go back to the list."))


RULE_REPLACED = Reason(
    "rule_replaced",
    N_("This rule has been replaced or withdrawn meanwhile."),
    N_("See what holds now."),
)
