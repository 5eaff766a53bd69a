"""提请发布: the words of a week come before the publishers together, and what waits too long is told and counted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.flows import tell_staff
from haochaping.kernel.actor import SYSTEM
from haochaping.kernel.periods import local_day
from haochaping.notices.terms import About, NoticeKind
from haochaping.publicity import actions as publicity
from haochaping.publicity import queries
from haochaping.publicity.rules import offered_from
from haochaping.publicity.terms import Part
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from datetime import datetime

    from haochaping.kernel.actor import Actor
    from haochaping.publicity.queries import ToOffer

# No limit is as long, and no calendar need reach back as far as history that was imported.
_LONG_AGO = timedelta(days=366)


def offer_due(*, by: Actor, now: datetime) -> int:
    """Offer what is due, each division and week by itself, and count anew what waits; returns how many texts were offered.

    A reply is the agency's own and waits for no week.
    """
    due = [batch for batch in queries.to_offer(now) if batch.part == Part.REPLY or _is_due(batch, now)]
    offered = sum(publicity.offer(batch, by=by, now=now) for batch in due)
    publicity.count_waiting(now=now)
    return offered


def _is_due(batch: ToOffer, now: datetime) -> bool:
    if batch.week < local_day(now) - _LONG_AGO:
        return True
    terms = rulebook.terms_for_division(batch.division_id, local_day(now))
    offered = offered_from(batch.week, terms, rulebook.calendar(terms, batch.week))
    return offered is not None and offered <= now


@transaction.atomic
def tell_alarms(now: datetime) -> int:
    """The publishers of a division hear, once each, that words are nearly or wholly overdue; returns of how many words."""
    marked = publicity.mark_alarms(now=now)
    names = {pk: ref.name for pk, ref in directory.divisions_by_id({pk for pk, _ in marked}).items()}
    abouts = [
        About("texts", str(division_id), division_id, facts={"agency": names[division_id]})
        for division_id in sorted(names)
    ]
    tell_staff.tell(NoticeKind.TEXTS_DUE, abouts, by=SYSTEM, now=now)
    return sum(marked.values())
