"""回访电话: a clerk asks for a call with a purpose; the worker opens the number, the relay connects, nobody reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from haochaping.accounts.access import may
from haochaping.accounts.terms import Power
from haochaping.flows import tell_reviewers
from haochaping.flows.call_invited import check_invitation_call
from haochaping.flows.conceal import calling_power
from haochaping.flows.handle_bad_review import counted, person_behind, person_of
from haochaping.flows.sample_reviews import check_sample_call
from haochaping.identity import actions as identity
from haochaping.identity import queries as identities
from haochaping.identity.rules import calls_used_up_until
from haochaping.identity.terms import CALLS_USED_UP, NO_GRANT, NO_PHONE
from haochaping.kernel.actor import ActorKind
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Complaint, Refused
from haochaping.notices import actions as notices
from haochaping.notices import gateway
from haochaping.notices import queries as deliveries
from haochaping.notices.terms import Channel, DeliveryState, Template
from haochaping.postgres.together import together
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.rectification.access import check_fire
from haochaping.rectification.rules import next_call_from
from haochaping.rectification.states import may_call
from haochaping.rectification.terms import (
    CALL_POSSIBLE,
    ORDER_CALLED_THIS_HOUR,
    WRONG_STATE,
    CallResult,
    Means,
)
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import NO_CALLBACK_CONSENT
from haochaping.rulebook import queries as rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.identity.keys import PrivateKey
    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import Contact, HistoryRow, OrderRow
    from haochaping.reviews.terms import ReviewRow, SupplementRow
    from haochaping.rulebook.terms import Terms


@dataclass(frozen=True, slots=True)
class Recordable:
    """What somebody may write down now about hearing a reviewer."""

    contacts: tuple[Contact, ...]
    """The calls and messages that wait for their outcome."""
    own: bool
    """Whether a call from their own switchboard may be it too."""
    impossible: bool
    """Whether that no call is possible may be said: only where none is."""

    def __bool__(self) -> bool:
        """Whether there is anything to write down."""
        return bool(self.contacts) or self.own or self.impossible


@transaction.atomic
def request_call(order_id: UUID, *, purpose: str, line: str, by: Actor, now: datetime) -> UUID:
    """Ask the relay to connect one's own desk line with the reviewer of an order; returns the call's id.

    The lawful basis is the order, within the actor's scope, and the reviewer's consent; how often and how long comes
    from the rulebook. A reviewer who is concealed from the agency is called by the dispatching or supervising office.
    An agency that only helps with the order does not call: its calls would use up those of the agency that answers.

    Raises:
        Refused: NO_SUCH_ORDER, NOT_ALLOWED, OUT_OF_SCOPE, WRONG_STATE, CONCEALED, NO_CALLBACK_CONSENT, NO_PHONE,
            ORDER_CALLED_THIS_HOUR, UNKNOWN_RELAY_PURPOSE, CALLS_USED_UP, BAD_LINE, CALL_WAITS.
    """
    order = orders.order(order_id, by=by)
    supplement, reached = reviews.asked_supplement(order.review_id), reviews.reached([order.review_id])
    calls, contacts = orders.calls_of(order.id, order.round), orders.asked_contacts(order.id)
    together(supplement, reached, calls, contacts)
    said = supplement.answer
    power = calling_power(order, by, said)
    check_fire(by, power, division_path=order.division_path, agency_path=order.agency_path)
    if not may_call(order.state):
        raise Refused(WRONG_STATE, state=order.state)
    if not said.may_call_back:
        raise Refused(NO_CALLBACK_CONSENT)
    person = reached.answer[order.review_id].person
    if person is None:
        raise Refused(NO_PHONE)
    # A second call in one hour is no further attempt, and would use up one of those that are allowed.
    if at := next_call_from(calls.answer, _rung(contacts.answer), now):
        raise Refused(ORDER_CALLED_THIS_HOUR, at=at)
    terms = rulebook.terms_for(order.division_path, local_day(now))
    grant = identity.grant_calls(
        person,
        basis=order.id,
        purpose=purpose,
        attempts=terms.call_attempts,
        within=terms.call_attempts_within,
        by=by,
        now=now,
    )
    return notices.queue_call(person, grant=grant, line=line, by=by, now=now)


def _rung(contacts: Iterable[Contact]) -> list[datetime]:
    return [one.at for one in contacts if one.means == Means.RELAY]


def no_call_now(order: OrderRow, history: HistoryRow, terms: Terms, now: datetime) -> Complaint | None:
    """Why a call asked for now would be refused: for the page to say in place of the form."""
    made = [(one.callback, one.at) for one in history.events if one.callback]
    calls = [(call.result, call.called_at or at) for call, at in made if call.round == order.round]
    if at := next_call_from(calls, _rung(history.contacts), now):
        return Complaint(ORDER_CALLED_THIS_HOUR, params={"at": at})
    if len(history.calls) < terms.call_attempts:
        return None
    until = calls_used_up_until(identities.grants_of(order.id), terms.call_attempts, now)
    return Complaint(CALLS_USED_UP, params={"n": terms.call_attempts, "until": until}) if until else None


@transaction.atomic
def record(
    order_id: UUID,
    *,
    result: str,
    is_true: bool | None,
    is_reasonable: bool | None,
    note: str,
    contact: str = "",
    recording: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """Record one attempt to hear the reviewer, and count it; that none is possible is said only where none is.

    Raises:
        Refused: as `rectification.actions.verify_by_callback`, and CALL_POSSIBLE, CONCEALED, NO_CALLBACK_CONSENT.
    """
    order = orders.order(order_id, by=by)
    if contact == Means.OWN and by.kind == ActorKind.STAFF:
        reviews.check_call_back(order.review_id)
    no_call = result == CallResult.NOT_POSSIBLE
    if no_call and _may_be_called(order.review_id):
        raise Refused(CALL_POSSIBLE, field="result")
    # That nobody can call the agency may say of everybody, and what was written to it of whoever wrote.
    agency_s = no_call or contact.startswith(f"{Means.MESSAGE}:")
    power = Power.ORDER_HANDLE if agency_s and may(by, Power.ORDER_HANDLE) else calling_power(order, by)
    calls = orders.calls_of(order_id, order.round)

    def hear() -> None:
        rectification.verify_by_callback(
            order_id,
            result=result,
            is_true=is_true,
            is_reasonable=is_reasonable,
            note=note,
            contact=contact,
            recording=recording,
            power=power,
            by=by,
            now=now,
        )
        # There is time for it until the order is counted.
        calls.wait()

    counted(order_id, hear)
    if result == CallResult.NOT_REACHED:
        _tell_unreached(order, calls.answer, now=now)


def _tell_unreached(order: OrderRow, calls: Iterable[tuple[str, datetime]], *, now: datetime) -> None:
    """The reviewer hears of it once, when as many calls as the rules ask for have come to nothing."""
    terms = rulebook.terms_for(order.division_path, local_day(now))
    if [result for result, _ in calls] == [CallResult.NOT_REACHED] * terms.call_attempts:
        tell_reviewers.tell_reviewers(Template.ORDER_UNREACHED, [order.review_id], now=now)


def recordable(
    history: HistoryRow,
    review: ReviewRow,
    said: SupplementRow,
    *,
    calls: bool,
    handles: bool,
    concealed: bool,
) -> Recordable:
    """What may be written down about hearing this reviewer by whose it is to call, or to handle the order."""
    found = tuple(one for one in history.contacts if calls or (handles and one.means == Means.MESSAGE))
    own = calls and concealed and said.may_call_back
    possible = said.may_call_back and bool(settings.SMS_GATEWAY) and not _had_no_number(history)
    # Whether there is anybody to call is asked last: only then does it decide.
    impossible = (calls or handles) and not (possible and (found or own or person_behind(review) is not None))
    return Recordable(found, own, impossible)


def _had_no_number(history: HistoryRow) -> bool:
    return any(call.state == DeliveryState.NO_PHONE for call in history.calls)


def _may_be_called(review_id: UUID) -> bool:
    """Whether the reviewer has agreed and left a number that the relay has found, and there is a relay to call it."""
    try:
        reviews.check_call_back(review_id)
    except Refused:
        return False
    person = person_of(review_id)
    if person is None or not settings.SMS_GATEWAY:
        return False
    calls = [one for one in deliveries.deliveries_to(person) if one.channel == Channel.CALL]
    return all(one.state != DeliveryState.NO_PHONE for one in calls)


def connect_call(call_id: UUID, *, relay_keys: Mapping[str, PrivateKey], by: Actor, now: datetime) -> None:
    """Connect one call that was asked for, or say on the order why not; consent and grant are asked once more.

    One that certainly did not go out is none of the calls that are allowed. Holds no transaction while the relay is called:
    see `notices.actions.deliver`.
    """
    call = deliveries.delivery(call_id)
    grant = call.grant if call else None
    opened = False

    def phone_of(_person: UUID) -> str:
        nonlocal opened
        basis = identities.basis_of_grant(grant) if grant else None
        if grant is None or basis is None:
            raise Refused(NO_GRANT)
        for order in orders.rows([basis]):
            # It can be taken back at any time, also while the call waits.
            reviews.check_call_back(order.review_id)
        check_sample_call(basis)
        check_invitation_call(basis, now=now)
        phone = identity.open_phone_for_call(grant, relay_keys=relay_keys, by=by, now=now)
        opened = True
        return phone

    with translation.override("zh-hans"):
        state = notices.deliver(
            call_id,
            gateway=gateway.named(settings.SMS_GATEWAY),
            phone_of=phone_of,
            translate=gettext,
            by=by,
            now=now,
        )
    if grant is not None and opened and state in {DeliveryState.FAILED, DeliveryState.GIVEN_UP}:
        identity.take_back_call(grant, by=by, now=now)
