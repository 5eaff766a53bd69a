"""Parts of a tally added up, of which measures are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.insight.terms import Sum
from haochaping.kernel.refused import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from haochaping.insight.terms import FactKind, Part

# What is no order to be put right, of every measure of orders.
NOT_ORDERS = (
    N_("work orders not yet dispatched"),
    N_("work orders cancelled because the reviewer changed or took back the review in time"),
    N_("work orders answered with another one of the same reviewer"),
    N_("work orders whose review was excluded after an appeal"),
)

# By which day each subject counts.
BY_CASE = N_("the day the case was applied for, else taken up, else received")
BY_COMPLETION = N_("the day the case was completed")
BY_SERVICE = N_("the day of the service")
BY_REVIEW = N_("the day the review was given")
BY_ORDER = N_("the day the work order was opened")
BY_STEP = N_("the day the letter was opened or the measure decided")
BY_VOICE = N_("the day it was given")


# Most measures are made of these, for a page some hundred times: without a call for each part where none is needed.
def of_kind(kind: FactKind, *said: str) -> Sum:
    """How many there are of a kind, of these provenances where any are named."""
    if not said:
        return Sum(frozenset({kind}), lambda tally: sum(n for (of, _, _), n in tally.items() if of == kind))
    return Sum(
        frozenset({kind}),
        lambda tally: sum(n for (of, _, how), n in tally.items() if of == kind and how in said),
    )


def total(kind: FactKind, wanted: Callable[[Part], bool]) -> Sum:
    """How many there are of a kind in the wanted parts."""
    return Sum(
        frozenset({kind}),
        lambda tally: sum(n for part, n in tally.items() if part[0] == kind and wanted(part)),
    )


def weighed(kind: FactKind, wanted: Callable[[Part], bool] = lambda _: True, *, power: int = 1) -> Sum:
    """The levels of the wanted parts added up, or their squares: of each part as often as there are units of it."""
    return Sum(
        frozenset({kind}),
        lambda tally: sum(
            n * part[1] ** power for part, n in tally.items() if part[0] == kind and wanted(part)
        ),
    )
