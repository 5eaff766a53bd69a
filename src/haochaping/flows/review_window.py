"""评价时限: until when a service may be reviewed: not once it is void, and by the rules of its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.reviews.terms import REVIEW_WINDOW_OVER, SERVICE_VOIDED
from haochaping.rulebook import queries as rulebook
from haochaping.rulebook.rules import review_window_ends

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from haochaping.cases.terms import Binding
    from haochaping.rulebook.rules import WorkingCalendar
    from haochaping.rulebook.terms import Terms


def windows_end(served: Sequence[tuple[Binding, Terms]]) -> list[datetime | None]:
    """Until when each of these services may be reviewed, in order; None without a limit."""
    calendars: dict[tuple[str, date], WorkingCalendar] = {}
    return [
        None if terms.review_window_days is None else _ends(binding, terms, calendars)
        for binding, terms in served
    ]


def _ends(
    binding: Binding, terms: Terms, calendars: dict[tuple[str, date], WorkingCalendar]
) -> datetime | None:
    # One calendar for a month's services: it reaches far beyond any window.
    month = local_day(binding.occurrence_at).replace(day=1)
    key = terms.division_path, month
    if key not in calendars:
        calendars[key] = rulebook.calendar(terms, month)
    return review_window_ends(binding.occurrence_at, terms, calendars[key])


def check_standing(binding: Binding) -> None:
    """Raise `Refused(SERVICE_VOIDED)` when the case was withdrawn: a service that nobody has reviewed is void then."""
    if binding.withdrawn_at is not None:
        raise Refused(SERVICE_VOIDED, at=binding.withdrawn_at)


def check_open(binding: Binding, now: datetime) -> Terms:
    """The terms by which the service can be reviewed.

    Raises:
        Refused: SERVICE_VOIDED or REVIEW_WINDOW_OVER when it can no longer be.
    """
    check_standing(binding)
    terms = rulebook.terms_for(binding.division_path, local_day(now))
    [until] = windows_end([(binding, terms)])
    if until is not None and now >= until:
        raise Refused(REVIEW_WINDOW_OVER, until=until)
    return terms
