"""电话邀评: an operator has the relay call whom no text message reached, or whom the rules ask by phone.

The operator sees neither name nor number. What somebody says becomes a review by the worker, never by a desk, and they are
sent a message with the link where they read and change what was written down for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.cases import queries as cases
from haochaping.exchange.terms import Raw
from haochaping.flows import change_review
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.identity import actions as identity
from haochaping.identity import queries as identities
from haochaping.identity.terms import NO_PHONE, RelayPurpose
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.notices import actions as notices
from haochaping.notices.terms import Template
from haochaping.outbox import actions as outbox
from haochaping.reviews import queries as reviews
from haochaping.reviews.asking import actions as invitations
from haochaping.reviews.asking import queries
from haochaping.reviews.asking.rules import call_complaint
from haochaping.reviews.asking.terms import ASKING_REFUSED, CALL_SETTLED, AskingCallState
from haochaping.reviews.rules import yields_to_invitation
from haochaping.reviews.terms import Entrance, Level, Provenance, ReviewChannel
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.reviews.asking.terms import Heard

# What the worker still has to do something about, once an operator has recorded it.
_FOR_THE_WORKER = {AskingCallState.HEARD, AskingCallState.OPTED_OUT}


@transaction.atomic
def request_call(call_id: UUID, *, line: str, by: Actor, now: datetime) -> UUID:
    """Ask the relay to connect one's own desk line with somebody who is to be called; returns the call's id.

    Raises:
        Refused: NOT_ALLOWED, NO_SUCH_CALL, CALL_SETTLED, QUIET_NOW, CALLED_THIS_HOUR, NO_PHONE, PERSON_CALLS_USED_UP,
            BAD_LINE, CALL_WAITS.
    """
    row = queries.call_of(call_id, by=by)
    if row.state != AskingCallState.TO_CALL or queries.over([call_id], now):
        raise Refused(CALL_SETTLED)
    terms = rulebook.terms_for_division(row.division_id, local_day(now))
    if complaint := call_complaint(queries.calls_made(call_id), terms, now):
        raise Refused(complaint.reason, field=complaint.field, **complaint.params)
    person = _person_of(row.occurrence_id)
    if person is None:
        raise Refused(NO_PHONE)
    grant = identity.grant_calls(
        person,
        basis=call_id,
        basis_kind="invitation",
        purpose=RelayPurpose.INVITATION,
        attempts=terms.call_attempts,
        within=terms.call_attempts_within,
        by=by,
        now=now,
    )
    return notices.queue_call(person, grant=grant, line=line, by=by, now=now)


def check_invitation_call(basis: UUID, *, now: datetime) -> None:
    """Raise `Refused` when a call about an invitation is not to be made any more: asked as it is connected.

    The number's owner may have refused a moment ago, and the job may have waited into quiet hours.
    """
    found = queries.open_call(basis)
    if found is None:
        return
    if found.state != AskingCallState.TO_CALL or queries.over([basis], now):
        raise Refused(CALL_SETTLED)
    person = _person_of(found.occurrence_id)
    if person is not None and identities.refusing([person]).get(person, False):
        raise Refused(ASKING_REFUSED)
    terms = rulebook.terms_for_division(found.division_id, local_day(now))
    if complaint := call_complaint([], terms, now):
        raise Refused(complaint.reason, field=complaint.field, **complaint.params)


@transaction.atomic
def record_call(call_id: UUID, *, result: str, level: str, words: str, by: Actor, now: datetime) -> None:
    """Record what a call brought.

    Raises:
        Refused: as `reviews.asking.actions.record_call`.
    """
    row = queries.call_of(call_id, by=by)
    terms = rulebook.terms_for_division(row.division_id, local_day(now))
    state = invitations.record_call(
        call_id, result=result, level=level, words=words, attempts=terms.call_attempts, by=by, now=now
    )
    if state in _FOR_THE_WORKER:
        outbox.defer("invitations.heard", call_id=str(call_id))


@transaction.atomic
def take_heard(call_id: UUID, *, by: Actor, now: datetime) -> None:
    """Make a review of what somebody said by phone, or keep that they do not want to be asked; what is settled stays so.

    What the road does not take now (the calendar, the window) waits in quarantine like everybody's.
    """
    found = queries.call_with_words(call_id)
    if found is None:
        return
    row, heard = found
    if row.state == AskingCallState.OPTED_OUT:
        person = _person_of(row.occurrence_id)
        if person is not None:
            identity.set_asking(person, wanted=False, by=by, now=now)
    elif heard is not None:
        refusal = _give(row.occurrence_id, heard, by, now)
        invitations.settle_heard(call_id, refusal=refusal, by=by, now=now)
        if not refusal:
            _show_them(row.occurrence_id, by, now)


@transaction.atomic
def lapse_calls(*, by: Actor, now: datetime) -> int:
    """Take off the list who has reviewed, does not want to be asked or was not reached in time; returns how many."""
    waiting = queries.open_calls()
    persons = cases.persons_of(waiting.values())
    refused = {person for person, no in identities.refusing(persons.values()).items() if no}
    opted_out = {call for call, service in waiting.items() if persons.get(service) in refused}
    return invitations.lapse_calls(queries.over(waiting, now) | opted_out, by=by, now=now)


def _give(occurrence_id: UUID, heard: Heard, by: Actor, now: datetime) -> str:
    """Take a rating down the road, in the place of one that nobody is known to have given; returns why not, or ""."""
    given = reviews.review_of_occurrence(occurrence_id)
    if given is not None and yields_to_invitation(given.provenance):
        change_review.claim_review(
            given.id,
            Level(heard.level),
            channel=ReviewChannel.PHONE,
            provenance=Provenance.HOTLINE_CALL_BACK,
            by=by,
            now=now,
        )
        change_review.finish_review(given.id, (), heard.words, by=by, now=now)
        return ""
    binding = cases.binding_of(occurrence_id)
    if binding is None:
        raise LookupError(occurrence_id)
    raw = Raw(
        {
            "source": binding.source,
            "case_no": binding.case_no,
            "occurrence_no": binding.occurrence_no,
            "rating_value": heard.level,
            "comment_text": heard.words,
            "channel": ReviewChannel.PHONE.value,
            "assessed_at": now.isoformat(),
        }
    )
    [outcome] = receive_reviews([raw], entrance=Entrance.CALL, by=by, now=now)
    return outcome.complaint.code if outcome.complaint else ""


def _show_them(occurrence_id: UUID, by: Actor, now: datetime) -> None:
    """Tell the reviewer where to read what was written down for them: nobody rates in their name unseen."""
    person = _person_of(occurrence_id)
    if person is not None:
        link = f"{settings.SITE_URL}/r/{reviews.tokens_of([occurrence_id])[occurrence_id]}"
        notices.queue_sms(person, Template.RECEIPT, {"link": link}, by=by, now=now)


def _person_of(occurrence_id: UUID) -> UUID | None:
    return cases.persons_of([occurrence_id]).get(occurrence_id)
