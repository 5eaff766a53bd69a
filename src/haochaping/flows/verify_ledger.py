"""核验账本: the chain is whole, every accepted review is in it exactly once, and every review still says what it said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import EntryKind
from haochaping.reviews import queries as reviews

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: a stable code and the facts to look it up by."""

    code: str
    subject: str
    detail: str


def verify_ledger(*, now: datetime) -> Iterator[Finding]:
    """Findings, the first break of the chain first; none when everything holds."""
    broken = ledger.first_break(now=now)
    if broken is not None:
        yield Finding("chain_broken", str(broken.index), str(broken))
    yield from _acceptances()
    later = {EntryKind.REVIEW_SUPERSEDED}
    for wrong in ledger.mismatches(EntryKind.REVIEW_ACCEPTED, reviews.committed(), superseded_by=later):
        yield Finding("review_differs_from_ledger", wrong.subject_id, str(wrong.kind))
    for review_id, status in reviews.states_out_of_step():
        yield Finding("status_differs_from_ledger", review_id, status)


def _acceptances() -> Iterator[Finding]:
    last: UUID | None = None
    while ids := reviews.review_ids_after(last, _PAGE):
        wanted = [str(review_id) for review_id in ids]
        for review_id, found in ledger.subjects_without_exactly_one(EntryKind.REVIEW_ACCEPTED, wanted):
            yield Finding("acceptance_entries", review_id, str(found))
        last = ids[-1]
