"""Words of the public pages: where a review comes from, what a measure counts, what is wrong with a period."""

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

# What stands above and below the line of each measure, in the words of whoever reads the page.
NUMERATORS = {
    "cases": N_("Every case that a registered platform has reported, on the day it was applied for."),
    "occurrences": N_(
        "Every service within a case that its applicant could review, on the day it took place."
    ),
    "active_reviews": N_(
        "Reviews that a person gave themselves: by invitation, at a device, on paper, by telephone."
    ),
    "bad_reviews": N_(
        "Reviews of the levels “dissatisfied” and “very dissatisfied”, wherever they come from."
    ),
    "unverified_reviews": N_(
        "Reviews that nobody is known to have given themselves. They are kept and shown, and enter no rate."
    ),
    "participation_rate": N_("Services that their applicant reviewed."),
    "rectification_rate": N_("Work orders of bad reviews that the agency has answered."),
    "excluded_reviews": N_(
        "Reviews of all levels that two persons of another organisation have found mistaken or malicious. They are kept."
    ),
    "good_rate": N_(
        "Of these, reviews of the levels “very satisfied”, “satisfied” and “basically satisfied”."
    ),
}
DENOMINATORS = {
    "participation_rate": N_("All services of the same days that could be reviewed."),
    "rectification_rate": N_(
        "All work orders that were sent to agencies for bad reviews of the same days, also those whose reviewer has "
        "since reviewed again or taken the review back."
    ),
    "good_rate": N_("All reviews that people gave themselves."),
}

FIELD_LABELS = {"from": N_("First day"), "to": N_("Last day")}

BAD_DAY = Reason("bad_day", N_("“{value}” under “{label}” is not a day."), N_("Write it as 2026-11-24."))
PERIOD_REVERSED = Reason(
    "period_reversed",
    N_("The first day, {start}, comes after the last day, {end}."),
    N_("Exchange the two days."),
)
BAD_MONTH = Reason("bad_month", N_("“{value}” is not a month."), N_("Choose one of the list."))
