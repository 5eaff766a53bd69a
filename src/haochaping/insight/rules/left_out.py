"""What is kept and enters no rate, by the reason for it (trust.md §3.4): the same wherever it is said."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from haochaping.insight.terms import UNVERIFIED, FactKind
from haochaping.kernel.refused import N_
from haochaping.reviews.rules import is_active
from haochaping.reviews.terms import PROVENANCE_LABELS, Provenance

if TYPE_CHECKING:
    from haochaping.insight.terms import Tally

_EXCLUDED = {
    FactKind.MISTAKEN: N_("Excluded after an appeal: mistaken"),
    FactKind.MALICIOUS: N_("Excluded after an appeal: malicious, on a proven fact"),
}
_UNSIGNED = N_("Cases known only from an unsigned address")


def left_out(tally: Tally) -> list[tuple[str, int]]:
    """Each reason, in words to be translated, with how many; reasons that nothing has are left out."""
    found: Counter[str] = Counter()
    for (kind, _, provenance), n in tally.items():
        if kind == FactKind.REVIEW and not is_active(provenance):
            found[PROVENANCE_LABELS[Provenance(provenance)]] += n
        elif kind in _EXCLUDED:
            found[_EXCLUDED[FactKind(kind)]] += n
        elif (kind, provenance) == (FactKind.CASE, UNVERIFIED):
            found[_UNSIGNED] += n
    reasons = (*PROVENANCE_LABELS.values(), *_EXCLUDED.values(), _UNSIGNED)
    return [(reason, found[reason]) for reason in reasons if found[reason]]
