"""Whom a review is about, as several doors say it: the step of the case, the window, the staff number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from haochaping.cases.terms import STAGE_LABELS, Stage

if TYPE_CHECKING:
    from haochaping.cases.terms import Binding
    from haochaping.reviews.terms import ReviewRow


def step_of(binding: Binding) -> str:
    """Which of the responsibility points of its case a service is, with the sender's own word for it."""
    stage = Stage(binding.stage)
    if stage == Stage.OTHER:
        return binding.occurrence_name
    label = gettext(STAGE_LABELS[stage])
    return f"{label} · {binding.occurrence_name}" if binding.occurrence_name not in {"", label} else label


def rated(binding: Binding, review: ReviewRow) -> Binding:
    """The service with the targets that the review itself named, where it named any."""
    return binding._replace(hall_id=review.hall_id, window_id=review.window_id, staff_id=review.staff_id)
