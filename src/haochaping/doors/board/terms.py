"""Words of the public pages: where a review comes from, what is wrong with a month."""

from __future__ import annotations

from haochaping.kernel.refused import N_, Reason
from haochaping.rectification.terms import Solved
from haochaping.reviews.terms import Provenance

PROVENANCE_LABELS = {
    Provenance.ACTIVE_SELF: N_("Given by the person themselves, by invitation"),
    Provenance.ACTIVE_ONSITE_DEVICE: N_("Given by the person at the hall's device"),
    Provenance.ACTIVE_PAPER_ENTERED: N_("Given by the person on paper"),
    Provenance.HOTLINE_CALL_BACK: N_("Given by the person when the hotline called"),
    Provenance.DEFAULT_SYSTEM: N_("Entered by a system: nobody answered"),
    Provenance.BULK_IMPORT: N_("Imported from a file"),
    Provenance.UNVERIFIED: N_("Not verified: the sender is not known"),
    Provenance.SUSPECTED_FABRICATED: N_("Suspected to be fabricated"),
}

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
BAD_MONTH = Reason("bad_month", N_("“{value}” is not a month."), N_("Choose one of the list."))
