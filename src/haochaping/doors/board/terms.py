"""Words of the public pages: what is wrong with a month; where a review comes from is said everywhere alike."""

from __future__ import annotations

from haochaping.kernel.refused import N_, Reason
from haochaping.reviews.terms import PROVENANCE_LABELS

__all__ = ["BAD_MONTH", "PROVENANCE_LABELS"]

BAD_MONTH = Reason("bad_month", N_("“{value}” is not a month."), N_("Choose one of the list."))
