"""短信邀评: whoever was served is asked by SMS, at most as often and at the hours that the rules of the place allow.

Where the rules ask by phone, they go on the list of an operator instead (flows/call_invited).
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.identity import queries as identity
from haochaping.insight import actions as insight
from haochaping.insight.rules import changes, invitation_units
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.notices import actions as notices
from haochaping.notices import queries as notice_queries
from haochaping.notices.terms import Template
from haochaping.reviews import queries as reviews
from haochaping.reviews.asking import actions as invitations
from haochaping.reviews.asking import queries
from haochaping.reviews.asking.rules import asking
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.asking.terms import Asking, ToAsk

_BATCH = 500

type _Number = frozenset[UUID]


@transaction.atomic
def send_due_invitations(*, by: Actor, now: datetime) -> int:
    """Ask the persons of the invitations that are due, up to a batch of them; returns how many are sent a message.

    The messages go out by jobs of the worker, the only place where a number is opened. Without a gateway nobody is
    asked, and what is due waits.
    """
    if not settings.SMS_GATEWAY:
        return 0
    due = queries.to_ask(now, limit=_BATCH)
    if not due:
        return 0
    settled = _settled(due, now)
    chosen = [one for one, found in settled if found.send]
    messages = _send(chosen, by=by, now=now)
    recounted(
        [one.id for one in due],
        lambda: invitations.settle_asking(settled, messages=messages, by=by, now=now),
    )
    return len(chosen)


def recounted(invitation_ids: Sequence[UUID], move: Callable[[], object]) -> None:
    """Do something with invitations that are held, and count how far they have come by it."""
    before = invitation_units(queries.counted(invitation_ids))
    move()
    insight.count(changes(before, invitation_units(queries.counted(invitation_ids))))


def _settled(due: Sequence[ToAsk], now: datetime) -> list[tuple[ToAsk, Asking]]:
    """What becomes of each; who is chosen for a message counts against the day of their number at once."""
    terms = rulebook.terms_of_each((one.division_path for one in due), local_day(now))
    numbers = identity.same_number(one.person_id for one in due if one.person_id)
    messaged = _messaged_today(set(numbers.values()), now)
    refused = identity.refusing(numbers)
    settled = []
    for one in due:
        number = numbers.get(one.person_id) if one.person_id else None
        found = asking(
            one,
            terms[one.division_path],
            messaged=None if number is None else messaged[number],
            refused=one.person_id is not None and refused.get(one.person_id, False),
            now=now,
        )
        if found.send and number is not None:
            messaged[number] += 1
        settled.append((one, found))
    return settled


def _messaged_today(numbers: set[_Number], now: datetime) -> Counter[_Number]:
    """How many messages each number has had today, whatever sealed persons it stands for."""
    midnight = datetime.combine(local_day(now), time(0), BEIJING)
    had = notice_queries.messaged_since({person for number in numbers for person in number}, midnight)
    return Counter({number: sum(had.get(person, 0) for person in number) for number in numbers})


def _send(chosen: Sequence[ToAsk], *, by: Actor, now: datetime) -> dict[UUID, UUID]:
    """Queue the messages; returns the delivery of each invitation."""
    tokens = reviews.tokens_of(one.occurrence_id for one in chosen)
    messages = {
        one.id: (one.person_id, {"link": f"{settings.SITE_URL}/r/{tokens[one.occurrence_id]}?via=sms"})
        for one in chosen
        if one.person_id
    }
    ids = notices.queue_many(list(messages.values()), Template.INVITATION, by=by, now=now)
    return dict(zip(messages, ids, strict=True))
