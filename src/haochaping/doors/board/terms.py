"""Words of the public pages: where a review comes from, what is wrong with a month."""

from __future__ import annotations

from haochaping.kernel.refused import N_, Reason
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

# What is said where a review stood that stands no more, by what became of it and the class of its exclusion.
WHY_GONE = {
    ("withdrawn", ""): N_("A review stood here; its author has withdrawn it."),
    ("excluded", ""): N_("A review stood here; it was excluded after an appeal."),
    ("excluded", "mistaken"): N_("A review stood here; it was excluded after an appeal: mistaken."),
    ("excluded", "malicious"): N_("A review stood here; it was excluded after an appeal, on a proven fact."),
}
BAD_QUARTER = Reason("bad_quarter", N_("“{value}” is not a quarter."), N_("Choose one of the list."))
BAD_MONTH = Reason("bad_month", N_("“{value}” is not a month."), N_("Choose one of the list."))
