"""What measures of reviews and services leave out, in words."""

from __future__ import annotations

from haochaping.kernel.refused import N_

WITHDRAWN = N_("reviews withdrawn by their reviewer")
FOLLOWED = N_("first reviews whose follow-up review counts instead")
EXCLUDED = N_("reviews excluded after an appeal; how many is published")
NOT_ACTIVE = N_("reviews that nobody is known to have given themselves (default, imported, unverified)")
UNSIGNED_CASES = N_("cases known only from an unsigned address")
VOIDED = N_("services of withdrawn cases that nobody had reviewed")
