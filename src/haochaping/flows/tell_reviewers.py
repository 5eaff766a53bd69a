"""进展通知: a reviewer is told of each step of the order by SMS, in plain words, by day and not too often."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.identity import queries as identity
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.notices import actions as notices
from haochaping.notices import queries as notice_queries
from haochaping.notices.rules import first_free_day, placeholders
from haochaping.notices.terms import Step
from haochaping.outbox import actions as outbox
from haochaping.rectification import queries as orders
from haochaping.rectification.terms import OrderState
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import ReviewStatus
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.notices.terms import Template
    from haochaping.rectification.terms import OrderRow
    from haochaping.reviews.terms import Reached, ReviewRow
    from haochaping.rulebook.terms import Terms

_BATCH = 200

type _Number = frozenset[UUID]


def tell_reviewers(template: Template, review_ids: Iterable[UUID], *, now: datetime) -> None:
    """Have the reviewers told of a step of their orders, in the transaction of whoever takes it: one job for the batch."""
    ids = [str(review_id) for review_id in review_ids]
    if ids and settings.SMS_GATEWAY:
        outbox.defer("notices.tell_reviewers", template=template.value, review_ids=ids, cause=str(uuid7(now)))


@transaction.atomic
def queue_steps(
    template: Template, review_ids: Sequence[UUID], *, cause: UUID, by: Actor, now: datetime
) -> int:
    """Queue the messages of a step, each for the first hour at which its reviewer may be disturbed; returns how many.

    A number has at most as many messages a day as the rules of the place allow. Run again for the same `cause` it
    queues nothing twice.
    """
    found = orders.orders_of_reviews(review_ids)
    given = {pk: row for pk, row in reviews.reviews(review_ids).items() if _goes_on(row, found.get(pk))}
    reached = reviews.reached(given).answer
    persons = {pk: one.person for pk, one in reached.items() if one.person}
    days = {order.review_id: _day(order) for order in found.values()}
    needs_day = "day" in placeholders(template)
    told = [pk for pk in given if pk in persons and (not needs_day or days.get(pk))]
    hours = _hours([(persons[pk], given[pk].division_id) for pk in told], told, now)
    steps = [
        Step(
            persons[pk],
            pk,
            {"link": link_to(reached[pk])} | ({"day": days[pk]} if needs_day else {}),
            hours[n],
        )
        for n, pk in enumerate(told)
        if n in hours
    ]
    return len(notices.queue_steps(steps, template, cause=cause, by=by, now=now))


def link_to(reached: Reached) -> str:
    """Where a reviewer reads of their review: its own page, or where all of theirs are."""
    return f"{settings.SITE_URL}/{f'r/{reached.token}' if reached.token else 'my/'}"


def _goes_on(review: ReviewRow, order: OrderRow | None) -> bool:
    """Whether there is something to tell: of a review that was withdrawn only what an agency had begun."""
    if review.status != ReviewStatus.WITHDRAWN:
        return True
    return order is not None and order.state != OrderState.CANCELLED


def _day(order: OrderRow) -> str:
    return local_day(order.rectify_due_at).isoformat() if order.rectify_due_at else ""


def _hours(told: Sequence[tuple[UUID, int]], replacing: Sequence[UUID], now: datetime) -> dict[int, datetime]:
    """When each of these persons may be told, by place in the list; who has no number is absent."""
    numbers = identity.same_number(person for person, _ in told)
    taken = _taken(set(numbers.values()), replacing, now)
    terms: Mapping[int, Terms] = rulebook.terms_for_divisions(
        {division for _, division in told}, local_day(now)
    )
    found = {}
    for n, (person, division_id) in enumerate(told):
        number = numbers.get(person)
        if number is None:
            continue
        rules = terms[division_id]
        at = first_free_day(now, taken[number], rules.messages_a_day, (rules.quiet_from, rules.quiet_until))
        taken[number][local_day(at)] += 1
        found[n] = at
    return found


def _taken(
    numbers: set[_Number], replacing: Sequence[UUID], now: datetime
) -> defaultdict[_Number, Counter[date]]:
    """How many messages each number has from today on, sent or waiting, by day, whatever sealed persons it stands for."""
    midnight = datetime.combine(local_day(now), time(0), BEIJING)
    number_of = {person: number for number in numbers for person in number}
    taken: defaultdict[_Number, Counter[date]] = defaultdict(Counter)
    for person, at in notice_queries.messages_by_day(number_of, midnight, replacing=replacing):
        taken[number_of[person]][local_day(at)] += 1
    return taken
