"""更正评价: what the reviewer does within the window, and what follows for order and counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.files import actions as files
from haochaping.flows import handle_bad_review, merge_orders, supervise
from haochaping.flows.receive_reviews import recount, units_of
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.identifiers import receipt_no
from haochaping.kernel.periods import local_day
from haochaping.rectification import actions as rectification
from haochaping.rectification.queries import dispatch as dispatch_queries
from haochaping.rectification.terms import BadReview
from haochaping.reviews import actions as reviews
from haochaping.reviews import queries as review_queries
from haochaping.reviews.rules import is_bad, needs_order, receipt_hash
from haochaping.reviews.terms import Provenance, ReviewStatus, SupplementRow
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from haochaping.files.terms import Picture
    from haochaping.kernel.actor import Actor
    from haochaping.reviews.terms import Level, ReviewRow

_NOTHING_SAID = SupplementRow()
_FOLLOW_UP = 2


@transaction.atomic
def change_level(review_id: UUID, level: Level, *, by: Actor, now: datetime) -> None:
    """Another level, or rating again after withdrawing; a bad one opens an order, a good one cancels it."""
    before = units_of([review_id])
    reviews.change_level(review_id, level, by=by, now=now)
    if not is_bad(level):
        # What an agency has appealed against is not there any more.
        rectification.drop_appeal(review_id, by=SYSTEM, now=now)
    _align_order(review_id, by=by, now=now)
    recount(before, [review_id])
    merge_orders.tell_changed(review_id, now=now)
    align_first(review_id, by=by, now=now)


@transaction.atomic
def claim_review(
    review_id: UUID,
    level: Level,
    *,
    channel: str,
    provenance: Provenance = Provenance.ACTIVE_SELF,
    by: Actor,
    now: datetime,
) -> str:
    """The invitation's holder rates where an unverified review stands; returns the receipt number, shown once."""
    before = units_of([review_id])
    receipt = receipt_no()
    division_id = review_queries.reviews([review_id])[review_id].division_id
    reviews.claim(
        review_id,
        level,
        channel=channel,
        receipt_hash=receipt_hash(receipt),
        window=rulebook.terms_for_division(division_id, local_day(now)).change_window,
        provenance=provenance,
        by=by,
        now=now,
    )
    # Whoever stood there showed and consented for themselves alone.
    files.remove_all("review", str(review_id), by=by, now=now)
    reviews.supplement(review_id, _NOTHING_SAID, by=by, now=now)
    _align_order(review_id, by=by, now=now)
    recount(before, [review_id])
    merge_orders.tell_changed(review_id, now=now)
    align_first(review_id, by=by, now=now)
    return receipt


@transaction.atomic
def finish_review(
    review_id: UUID,
    codes: Sequence[str],
    comment_text: str,
    *,
    said: SupplementRow = _NOTHING_SAID,
    pictures: Sequence[Picture] = (),
    by: Actor,
    now: datetime,
) -> None:
    """The second page is done: what it says and shows is stored, and the order of a bad review goes out."""
    before = units_of([review_id])
    reviews.give_reasons(review_id, codes, comment_text, by=by, now=now)
    reviews.supplement(review_id, said, by=by, now=now)
    if said.concealed:
        merge_orders.wish_concealed(review_id, concealed=True, by=by, now=now)
    files.keep("review", str(review_id), pictures, by=by, now=now)
    row = review_queries.reviews([review_id])[review_id]
    dispatched: list[UUID] = []
    if _needs_order(row, now):
        order_id = rectification.open_or_reopen(_bad(row, now), by=by, now=now)
        rectification.hold_until(review_id, now)
        # The reviewer finishes; it is the system that sends the order out, unless it waits for somebody or the morning.
        held = dispatch_queries.held_back(now, only=[order_id])
        dispatched = [] if held else rectification.dispatch([order_id], by=SYSTEM, now=now)
        if not dispatched:
            rectification.classify_again(review_id)
        handle_bad_review.tell_dispatched(dispatched, by=SYSTEM, now=now)
        supervise.signal_illegal_conditions([row], now=now)
    else:
        _cancel_order(review_id, by=by, now=now)
    recount(before, [review_id])
    if not dispatched:
        merge_orders.tell_changed(review_id, now=now)


@transaction.atomic
def withdraw_review(review_id: UUID, *, by: Actor, now: datetime) -> None:
    """The reviewer takes the review back: its photographs are erased, its words stay in its history and are shown nowhere."""
    before = units_of([review_id])
    reviews.withdraw(review_id, by=by, now=now)
    files.remove_all("review", str(review_id), by=by, now=now)
    _cancel_order(review_id, by=by, now=now)
    # What is taken back need not be decided about.
    rectification.drop_appeal(review_id, by=SYSTEM, now=now)
    recount(before, [review_id])
    merge_orders.tell_changed(review_id, now=now)
    align_first(review_id, by=by, now=now)


def align_first(review_id: UUID, *, by: Actor, now: datetime) -> None:
    """Where this is a follow-up: the first review gives way while it stands, and stands again when withdrawn."""
    row = review_queries.reviews([review_id])[review_id]
    first = review_queries.review_of_occurrence(row.occurrence_id) if row.assess_no == _FOLLOW_UP else None
    if first is None:
        return
    before = units_of([first.id])
    reviews.give_way(first.id, followed=row.status == ReviewStatus.EFFECTIVE, by=by, now=now)
    recount(before, [first.id])


def _align_order(review_id: UUID, *, by: Actor, now: datetime) -> None:
    row = review_queries.reviews([review_id])[review_id]
    if _needs_order(row, now):
        rectification.open_or_reopen(_bad(row, row.changeable_until), by=by, now=now)
        rectification.hold_until(review_id, row.changeable_until)
    else:
        _cancel_order(review_id, by=by, now=now)


def _cancel_order(review_id: UUID, *, by: Actor, now: datetime) -> None:
    """The order of a review that needs none ends, unless the agency has begun; it is no answer to another review."""
    if rectification.cancel(review_id, by=by, now=now):
        merge_orders.give_back(review_id, now=now)


def _needs_order(row: ReviewRow, now: datetime) -> bool:
    terms = rulebook.terms_for_division(row.division_id, local_day(now))
    return needs_order(row.level, row.comment_text, bad_needs_text=terms.bad_needs_text)


def _bad(row: ReviewRow, dispatch_after: datetime) -> BadReview:
    return BadReview(
        row.id,
        row.division_id,
        row.agency_id,
        row.item_id,
        row.received_at,
        dispatch_after,
        row.staff_id,
    )
