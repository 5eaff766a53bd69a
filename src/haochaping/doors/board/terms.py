"""Words of the public pages: what is wrong with a month; where a review comes from is said everywhere alike."""

from __future__ import annotations

from haochaping.kernel.refused import N_, Reason
from haochaping.rectification.terms import Solved
from haochaping.reviews.terms import PROVENANCE_LABELS

__all__ = [
    "BAD_FILTER",
    "BAD_MONTH",
    "BAD_POSITION",
    "BAD_QUARTER",
    "FILTER_LABELS",
    "PROVENANCE_LABELS",
    "SEARCH_TOO_SHORT",
    "SOLVED_WORDS",
    "WHY_GONE",
]

# What is asked of the list of reviews, as its fields and its sentences call it.
FILTER_LABELS = {
    "level": N_("Level"),
    "reason": N_("Reason chosen"),
    "channel": N_("How it was given"),
    "division": N_("Division"),
    "agency": N_("Agency"),
    "item": N_("Service item"),
}
SOLVED_WORDS = {
    Solved.YES: N_("Solved, says the reviewer"),
    Solved.PARTLY: N_("Partly solved, says the reviewer"),
    Solved.NO: N_("Not solved, says the reviewer"),
}

BAD_FILTER = Reason(
    "bad_filter", N_("“{value}” under “{label}” is none of the choices."), N_("Choose one of the list.")
)
BAD_POSITION = Reason(
    "bad_position",
    N_("The address does not say where in the list to go on."),
    N_("Begin with the newest reviews again."),
)
SEARCH_TOO_SHORT = Reason(
    "search_too_short", N_("“{value}” is too short to search for."), N_("Type at least two characters.")
)
# What is said where a review stood that stands no more, by what became of it and the class of its exclusion.
WHY_GONE = {
    ("withdrawn", ""): N_("A review stood here; its author has withdrawn it."),
    ("excluded", ""): N_("A review stood here; it was excluded after an appeal."),
    ("excluded", "mistaken"): N_("A review stood here; it was excluded after an appeal: mistaken."),
    ("excluded", "malicious"): N_("A review stood here; it was excluded after an appeal, on a proven fact."),
}
BAD_QUARTER = Reason("bad_quarter", N_("“{value}” is not a quarter."), N_("Choose one of the list."))
BAD_MONTH = Reason("bad_month", N_("“{value}” is not a month."), N_("Choose one of the list."))
