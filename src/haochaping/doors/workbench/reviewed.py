"""On the page of an order: the review behind it, and the service that was rated."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.accounts.access import may
from haochaping.accounts.terms import Power
from haochaping.cases import queries as cases
from haochaping.directory.terms import Kind
from haochaping.doors.targets import step_of
from haochaping.doors.workbench import standard
from haochaping.doors.workbench.words import tag_labels
from haochaping.kernel.masking import masked_number
from haochaping.kernel.periods import local_day
from haochaping.publicity.rules import for_handlers
from haochaping.reviews import queries as reviews
from haochaping.reviews.rules import is_late
from haochaping.reviews.terms import HELPED_LABELS, ReviewStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from haochaping.directory.terms import Ref
    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import HistoryRow
    from haochaping.reviews.terms import ReviewRow, SupplementRow
    from haochaping.rulebook.terms import Terms


def of_order(
    review: ReviewRow,
    said: SupplementRow,
    history: HistoryRow,
    by: Actor,
    terms: Terms,
    *,
    hidden: bool,
    number: str = "",
) -> dict[str, object]:
    """The review as staff may see it: never who gave it; its words only for those who may, while it stands.

    `hidden` (全隐): not the case either, nor when exactly, at which window, by whom; photographs may show all of it.
    `number` is the case's where whoever deals with the order has opened it; otherwise its end is shown.
    """
    binding = None if hidden else cases.binding_of(review.occurrence_id)
    day = local_day(review.assessed_at)
    return {
        "week": day - timedelta(days=day.weekday()),
        "review": review,
        # Whoever handles it reaches the reviewer through the thread: a number written into the text stays hidden.
        "words": for_handlers(review.comment_text),
        "withdrawn": review.status == ReviewStatus.WITHDRAWN,
        "consequence": standard.shown(review.indicator_codes),
        "tags": tag_labels(review, reviews.indicators(review.indicator_set)),
        "reads": may(by, Power.REVIEW_VIEW_TEXT),
        "photos": [] if hidden else history.photos,
        "may_call_back": said.may_call_back,
        "helped": gettext(HELPED_LABELS[said.helped_by]) if said.helped_by and not hidden else "",
        "service": binding,
        "step": step_of(binding) if binding else "",
        "targets": _targets({k: v for k, v in history.targets.items() if k == Kind.HALLS or not hidden}),
        "late": binding is not None
        and is_late(review.assessed_at, binding.occurrence_at, terms.invitation_valid),
        "case_no": number or (masked_number(binding.case_no) if binding else ""),
    }


def _targets(known: Mapping[Kind, Ref]) -> str:
    """Where the reviewer was served and by whom, by number; a name is not needed to put it right."""
    said = {Kind.STAFF: gettext("staff number {code}")}
    return " · ".join(
        said.get(kind, "{name}").format(code=ref.code, name=ref.name) for kind, ref in known.items()
    )
