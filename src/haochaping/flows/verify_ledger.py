"""核验账本: the chain is whole, every accepted review is in it exactly once, and every review still says what it said."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import batched
from typing import TYPE_CHECKING

from haochaping.files import queries as files
from haochaping.identity import queries as identity
from haochaping.kernel.refused import N_
from haochaping.ledger import queries as ledger
from haochaping.ledger.terms import BREAKS, KIND_LABELS, MISMATCHES, EntryKind
from haochaping.reviews import queries as reviews

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from haochaping.ledger.terms import Mismatch

_PAGE = 2000
_VANISHED = N_("{subject}: the ledger has this review, the database has not.")
_OUT_OF_STEP = N_(
    "{subject}: the review is stored as “{status}”, which its newest ledger entry does not say."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: a stable code, whom it concerns, and a message id whose placeholders `params` fill."""

    code: str
    subject: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)


def verify_ledger(*, now: datetime, passed: Callable[[int], object] = lambda _: None) -> Iterator[Finding]:
    """Findings, the first break of the chain first; none when everything holds.

    `passed` is told of so many links of the chain, and of so many reviews, each time that they have been looked at.
    """
    broken = ledger.first_break(now=now, passed=passed)
    if broken is not None:
        params = {"index": broken.index, "entry": broken.entry, "detail": broken.detail}
        yield Finding(f"chain_{broken.what}", str(broken.index), BREAKS[broken.what], params)
    accepted = EntryKind.REVIEW_ACCEPTED
    given = _told(reviews.committed(), passed)
    for wrong in ledger.mismatches(accepted, given, superseded_by={EntryKind.REVIEW_SUPERSEDED}):
        yield _differing("review", wrong)
    for what, kind, committed in (
        ("photo", EntryKind.PHOTO_KEPT, files.committed()),
        ("document", EntryKind.DOCUMENT_KEPT, files.committed_documents()),
        ("opening", EntryKind.IDENTITY_OPENED, identity.committed_openings()),
    ):
        for wrong in ledger.mismatches(kind, committed):
            yield _differing(what, wrong)
    for batch in batched(ledger.subjects_of(accepted), _PAGE, strict=False):
        for review_id in reviews.missing(batch):
            yield Finding("review_vanished", review_id, _VANISHED, {"subject": review_id})
    for review_id, status in reviews.states_out_of_step():
        yield Finding("review_out_of_step", review_id, _OUT_OF_STEP, {"subject": review_id, "status": status})


def _told[T](found: Iterable[T], passed: Callable[[int], object]) -> Iterator[T]:
    for one in found:
        passed(1)
        yield one


def _differing(what: str, wrong: Mismatch) -> Finding:
    params = {"subject": wrong.subject_id, "kind": KIND_LABELS[wrong.kind]}
    return Finding(f"{what}_{wrong.what}", wrong.subject_id, MISMATCHES[wrong.what], params)
