"""抽样回访: reviews drawn by a seed that nobody chooses, reviewers asked by SMS or an automatic call, then by a person.

51号 监督查评, domain.md §6.7, trust.md §4.2: the only check of good reviews that does not depend on how they were made.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from haochaping.directory import queries as directory
from haochaping.flows.handle_bad_review import person_of
from haochaping.identity import actions as identity
from haochaping.identity import queries as identities
from haochaping.identity.terms import NO_PHONE, RelayPurpose
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Refused
from haochaping.notices import actions as notices
from haochaping.notices import queries as notice_queries
from haochaping.notices.rules import heard
from haochaping.notices.terms import Template
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.asking.terms import CALLED_THIS_HOUR
from haochaping.reviews.rules import is_bad
from haochaping.rulebook import queries as rulebook
from haochaping.supervision import actions as supervision
from haochaping.supervision import rules
from haochaping.supervision.actions import samples
from haochaping.supervision.queries import samples as queries
from haochaping.supervision.terms import (
    SAMPLE_OVER,
    SAMPLE_SETTLED,
    AnsweredBy,
    DidRate,
    NewSignal,
    SampleKind,
    SampleState,
    SignalKind,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.notices.terms import Heard
    from haochaping.supervision.terms import Said, SampleRow, SampleToAsk

_BATCH = 500
_DID_RATE = {"1": DidRate.YES, "2": DidRate.NO}
# By then the last reviews of the month cannot be changed any more, and the chain has everything of the month.
_AFTER_THE_MONTH = timedelta(days=1)


def _signal_failed(sample: SampleRow, said: Said, *, by: Actor, now: datetime) -> None:
    """What did not confirm the result is a signal for the supervisors, once for a drawn review.

    Somebody says that they did not give the review; or the reviewer of a bad one that was closed is dissatisfied today.
    That a good one is called bad today makes the published gap, and is no fault of one agency by itself.
    """
    denied = said.did_rate == DidRate.NO
    dissatisfied = said.level is not None and is_bad(said.level)
    if not denied and not (dissatisfied and queries.kind_of(sample.id) == SampleKind.BAD_CLOSED):
        return
    review = reviews.reviews([sample.review_id])[sample.review_id]
    order = None if denied else orders.order_of_review(sample.review_id)
    failed = NewSignal(
        SignalKind.SAMPLING_FAILED,
        sample.division_id,
        review.agency_id,
        f"review:{sample.review_id}",
        local_day(now),
        order.id if order else None,
        {} if denied else {"level_today": str(said.level)},
        review.staff_id,
    )
    supervision.raise_signals([failed], by=by, now=now)


@transaction.atomic
def draw_due(*, by: Actor, now: datetime) -> int:
    """Draw the samples of the month that is over, all divisions together; returns how many. Drawn is drawn."""
    month = rules.last_month(local_day(now - _AFTER_THE_MONTH))
    return 0 if queries.is_drawn(month) else draw_month(month, by=by, now=now)


@transaction.atomic
def draw_month(month: date, *, by: Actor, now: datetime) -> int:
    """Draw the samples of one month; what is drawn already stays as it is."""
    done = 0
    for kind in SampleKind:
        for division_id, population in list(queries.populations(kind, month)):
            division = directory.division_by_id(division_id)
            terms = rulebook.terms_for(division.path, local_day(now))
            tickets = queries.tickets(kind, month, population)
            size = rules.sample_size(kind, len(tickets), terms)
            if not size:
                continue
            lot = queries.lot_of(month, tickets, size)
            samples.draw(division_id, division.code, month, kind, lot=lot, by=by, now=now)
            done += 1
    return done


@transaction.atomic
def ask_due(*, by: Actor, now: datetime) -> int:
    """Ask those who are due, and pass those who have not answered in time to a caller; returns how many were asked.

    The rulebook of the place says whether a message asks or an automatic call. As with invitations: without a gateway
    nobody is asked, and what is due waits. Nor are the invented people of a demonstration, whose one telephone would
    hold nothing else: some were asked when it was made.
    """
    samples.pass_to_callers(by=by, now=now)
    if settings.DEMO or not settings.SMS_GATEWAY:
        return 0
    return ask(limit=_BATCH, by=by, now=now)


@transaction.atomic
def ask(*, limit: int, of: Collection[UUID] = (), by: Actor, now: datetime) -> int:
    """Ask so many of those who are due, of these draws, or of all without any; returns how many were asked."""
    due = queries.due_to_ask(now, limit=limit, of=of)
    if not due:
        return 0
    terms = rulebook.terms_of_each((one.division_path for one in due), local_day(now))
    numbers = identities.same_number(one.person_id for one in due if one.person_id)
    messaged = _messaged_today(set(numbers.values()), now)
    settled, chosen = {}, []
    for one in due:
        number = numbers.get(one.person_id) if one.person_id else None
        settled[one.id] = rules.sample_asking(
            number is not None,
            terms[one.division_path],
            messaged=messaged[number] if number is not None else 0,
            now=now,
        )
        if settled[one.id].send and number is not None:
            messaged[number] += 1
            chosen.append(one)
    samples.settle_sample_asking(settled, by=by, now=now)
    called = [one for one in chosen if settled[one.id].by_phone]
    _send([one for one in chosen if one not in called], Template.SAMPLE_QUESTION, "", by=by, now=now)
    _send(called, Template.SAMPLE_CALL, "/keys", by=by, now=now)
    return len(chosen)


def _messaged_today(numbers: set[frozenset[UUID]], now: datetime) -> Counter[frozenset[UUID]]:
    """How many messages each number has had today, whatever sealed persons it stands for."""
    midnight = datetime.combine(local_day(now), time(0), BEIJING)
    had = notice_queries.messaged_since({person for number in numbers for person in number}, midnight)
    return Counter({number: sum(had.get(person, 0) for person in number) for number in numbers})


def _send(chosen: list[SampleToAsk], template: Template, page: str, *, by: Actor, now: datetime) -> None:
    messages = [
        (one.person_id, {"link": f"{settings.SITE_URL}/again/{queries.token_of(one.id)}{page}"})
        for one in chosen
        if one.person_id
    ]
    notices.queue_many(messages, template, by=by, now=now)


@transaction.atomic
def answer_question(
    token: str,
    *,
    did_rate: str,
    level: str,
    words: str,
    through: AnsweredBy = AnsweredBy.PAGE,
    by: Actor,
    now: datetime,
) -> None:
    """Take what somebody says on the page of the message, or by keys; a second answer changes nothing.

    Raises:
        Refused: SAMPLE_LINK_INVALID, SAMPLE_OVER, and as `samples.answer`.
    """
    sample = queries.sample_by_token(token)
    try:
        said = samples.answer(
            sample.id, did_rate=did_rate, level=level, words=words, through=through, by=by, now=now
        )
    except Refused as no:
        raise _over(no) from None
    _signal_failed(sample, said, by=by, now=now)


def hear_keys(token: str, keys: str, *, by: Actor, now: datetime) -> Heard:
    """Take what the keys of an automatic call say, once the call is over; returns what they come to so far.

    Whoever answers nothing is called by a person later; whoever does not want to be asked is not.

    Raises:
        Refused: SAMPLE_LINK_INVALID, SAMPLE_OVER.
    """
    said = heard(Template.SAMPLE_CALL, keys)
    if said.declined:
        decline_question(token, by=by, now=now)
    elif said.asks is None and "did_rate" in said.answers:
        answer_question(
            token,
            did_rate=_DID_RATE[said.answers["did_rate"]],
            level=said.answers.get("level", ""),
            words="",
            through=AnsweredBy.IVR,
            by=by,
            now=now,
        )
    return said


@transaction.atomic
def decline_question(token: str, *, by: Actor, now: datetime) -> None:
    """Somebody does not want to be asked, nor called.

    Raises:
        Refused: SAMPLE_LINK_INVALID, SAMPLE_OVER.
    """
    try:
        samples.decline(queries.sample_by_token(token).id, by=by, now=now)
    except Refused as no:
        raise _over(no) from None


def _over(no: Refused) -> Refused:
    """The reviewer is told in their own words that it is over."""
    return Refused(SAMPLE_OVER) if no.code == SAMPLE_SETTLED.code else no


@transaction.atomic
def request_sample_call(sample_id: UUID, *, line: str, by: Actor, now: datetime) -> UUID:
    """Ask the relay to connect one's own desk line with somebody of a sample; returns the call's id.

    The lawful basis is the draw; whoever has said no on the page of the message is not on the list.

    Raises:
        Refused: NO_SUCH_SAMPLE, NOT_ALLOWED, OUT_OF_SCOPE, OWN_REVIEWS, SAMPLE_SETTLED, CALLED_THIS_HOUR, NO_PHONE,
            PERSON_CALLS_USED_UP, BAD_LINE, CALL_WAITS.
    """
    sample = queries.sample_to_call(sample_id, by=by)
    _check_to_call(sample.state)
    if rules.called_this_hour([at for _, at in queries.calls_over(sample_id)], now):
        raise Refused(CALLED_THIS_HOUR)
    person = person_of(sample.review_id)
    if person is None:
        raise Refused(NO_PHONE)
    terms = rulebook.terms_for_division(sample.division_id, local_day(now))
    grant = identity.grant_calls(
        person,
        basis=sample.id,
        basis_kind="sample",
        purpose=RelayPurpose.SAMPLE,
        attempts=terms.call_attempts,
        within=terms.call_attempts_within,
        by=by,
        now=now,
    )
    return notices.queue_call(person, grant=grant, line=line, by=by, now=now)


def check_sample_call(basis: UUID) -> None:
    """Raise `Refused(SAMPLE_SETTLED)` when a call about a drawn review is not to be made any more: asked as it is connected."""
    sample = queries.sample(basis)
    if sample is not None:
        _check_to_call(sample.state)


def _check_to_call(state: SampleState) -> None:
    if state != SampleState.TO_CALL:
        raise Refused(SAMPLE_SETTLED)


@transaction.atomic
def record_sample_call(
    sample_id: UUID, *, result: str, did_rate: str, level: str, words: str, by: Actor, now: datetime
) -> None:
    """Record what a call brought; after enough calls at different hours somebody is not reached.

    Raises:
        Refused: as `samples.record_call`.
    """
    sample = queries.sample_to_call(sample_id, by=by)
    terms = rulebook.terms_for_division(sample.division_id, local_day(now))
    said = samples.record_call(
        sample_id,
        result=result,
        did_rate=did_rate,
        level=level,
        words=words,
        attempts=terms.call_attempts,
        by=by,
        now=now,
    )
    if said:
        _signal_failed(sample, said, by=by, now=now)
