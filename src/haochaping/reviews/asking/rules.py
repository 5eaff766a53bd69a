"""邀评 rules: who is asked by which channel and when, who is called how often, what an operator may write down."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Complaint
from haochaping.kernel.text import has_forbidden_control
from haochaping.reviews.asking.terms import (
    CALLED_THIS_HOUR,
    QUIET_NOW,
    WORDS_MISSING,
    Asking,
    AskingCallResult,
    AskingCallState,
    InvitationState,
    Reach,
)
from haochaping.reviews.rules import is_bad
from haochaping.reviews.terms import (
    COMMENT_LIMIT,
    COMMENT_TOO_LONG,
    FORBIDDEN_CHARACTERS,
    NONE_OF_THE_FIVE,
    AskingEnd,
    Level,
)
from haochaping.rulebook.rules import is_quiet, quiet_ends

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from haochaping.reviews.asking.terms import CallMade, InvitationFacts, ToAsk
    from haochaping.rulebook.terms import Terms

_SMS, _PHONE = "sms", "phone"
# Nobody is asked about a service that is a week past: after an import of old cases, or a gateway that was away.
_TOO_LATE = timedelta(days=7)
# What somebody said is written down while the call is fresh. No regulation.
_SESSION = timedelta(hours=1)
_SETTLES = {
    AskingCallResult.RATED: AskingCallState.HEARD,
    AskingCallResult.DECLINED: AskingCallState.DECLINED,
    AskingCallResult.OPTED_OUT: AskingCallState.OPTED_OUT,
    AskingCallResult.WRONG_NUMBER: AskingCallState.WRONG_NUMBER,
}


def first_ask(served_at: datetime, terms: Terms, now: datetime) -> datetime | None:
    """When somebody is first asked; None where nobody is, or where the service is long past (a late import)."""
    if _asks_nobody(terms) or not terms.invitations_at_most:
        return None
    at = served_at + terms.invitation_after
    return at if now <= at + _TOO_LATE else None


def asking(due: ToAsk, terms: Terms, *, messaged: int | None, refused: bool = False, now: datetime) -> Asking:
    """What becomes of an invitation that is due (domain.md §6.3).

    `messaged` is how many messages the person's number has had today, None when there is no number; `refused` that its
    owner does not want to be asked. A text message disturbs least: where the rules know both, a call comes after it.
    """
    tried = due.asked + due.failed
    ended = _first_that_holds(
        _ends(due, now)
        | {
            AskingEnd.MISSED: due.ask_at is not None and now > due.ask_at + _TOO_LATE,
            AskingEnd.ASKED_OUT: tried >= terms.invitations_at_most,
            AskingEnd.NO_SMS: _asks_nobody(terms),
            AskingEnd.NO_PHONE: messaged is None,
            AskingEnd.OPTED_OUT: refused,
            AskingEnd.BY_PHONE: _SMS not in terms.invitation_channels,
        }
    )
    if ended:
        return Asking(ended=ended)
    if is_quiet(now, terms.quiet_from, terms.quiet_until):
        return Asking(at=quiet_ends(now, terms.quiet_until))
    if messaged is not None and messaged >= terms.messages_a_day:
        tomorrow = datetime.combine(local_day(now) + timedelta(days=1), time(0), BEIJING)
        quiet = is_quiet(tomorrow, terms.quiet_from, terms.quiet_until)
        return Asking(at=quiet_ends(tomorrow, terms.quiet_until) if quiet else tomorrow)
    if tried + 1 < terms.invitations_at_most:
        return Asking(send=True, at=now + terms.second_invitation_after)
    return Asking(send=True, ended=AskingEnd.ASKED_OUT)


def fallen_back(due: ToAsk, terms: Terms, *, has_number: bool, refused: bool, now: datetime) -> Asking:
    """What becomes of an invitation whose message has failed for good (domain.md §6.3: channel_fallback).

    The next channel that the rules know: a call, or the page that everybody has (`/my/`), for which nothing is to be done. A
    second message that is due later stays so. `due` still counts the failed message as one that went out.
    """
    ended = _first_that_holds(
        _ends(due, now)
        | {
            AskingEnd.NO_PHONE: not has_number,
            AskingEnd.OPTED_OUT: refused,
            AskingEnd.BY_PHONE: _PHONE in terms.invitation_channels,
        }
    )
    if ended:
        return Asking(ended=ended)
    if due.ask_at is not None:
        return Asking(at=due.ask_at)
    return Asking(ended=AskingEnd.ASKED_OUT if due.asked > 1 else AskingEnd.NOT_SENT)


def reach_of(*, asked: int, failed: int, waits: bool, ended: str) -> Reach:
    """How far an invitation has come: `asked` messages went out or are queued, `waits` says that the last one is queued."""
    holds = {
        Reach.DELIVERED: asked > waits,
        Reach.CALLED: ended == AskingEnd.BY_PHONE,
        Reach.SENT: asked > 0,
        Reach.FAILED: failed > 0,
    }
    return next((reach for reach, so in holds.items() if so), Reach.ISSUED)


def state_of(facts: InvitationFacts, now: datetime) -> InvitationState:
    """Where an invitation stands."""
    by_phone = facts.ended == AskingEnd.BY_PHONE
    holds = {
        InvitationState.REVIEWED: facts.reviewed,
        InvitationState.EXPIRED: now >= facts.expires_at,
        InvitationState.FALLBACK: by_phone and facts.failed > 0,
        InvitationState.BY_PHONE: by_phone,
        InvitationState.ON_ITS_WAY: facts.waits,
        InvitationState.DELIVERED: facts.asked > 0,
        InvitationState.SCHEDULED: facts.ask_at is not None,
    }
    return next((state for state, so in holds.items() if so), InvitationState.SUPPRESSED)


def called_until(expires_at: datetime, now: datetime) -> datetime:
    """Until when somebody is called who is put on the list now."""
    return min(expires_at, now + _TOO_LATE)


def call_complaint(calls: Collection[CallMade], terms: Terms, now: datetime) -> Complaint | None:
    """What forbids to call somebody now: quiet hours, or that they were called at this hour of the day before."""
    if is_quiet(now, terms.quiet_from, terms.quiet_until):
        return Complaint(QUIET_NOW, "", {"until": quiet_ends(now, terms.quiet_until)})
    hour = now.astimezone(BEIJING).hour
    if any(call.at.astimezone(BEIJING).hour == hour for call in calls):
        return Complaint(CALLED_THIS_HOUR, "")
    return None


def call_behind(
    result: AskingCallResult,
    calls: Collection[CallMade],
    recorded: Collection[UUID],
    *,
    by: str,
    now: datetime,
) -> CallMade | None:
    """The operator's own call that brought a result: of those that wait for one, the last.

    That nobody answered may be said later of any call; whatever else somebody is said to have said was said in one that
    the relay connected, within the hour.
    """
    own = [call for call in calls if call.by == by and call.id not in recorded]
    if result != AskingCallResult.NO_ANSWER:
        own = [call for call in own if call.connected and now - call.at <= _SESSION]
    return max(own, key=lambda call: call.at, default=None)


def heard_complaint(level: str, words: str) -> Complaint | None:
    """What keeps a rating by phone from being written down; 差评 says what was wrong (domain.md §0.4)."""
    if level not in {str(int(one)) for one in Level}:
        return Complaint(NONE_OF_THE_FIVE, "level", {"value": level[:20]})
    if len(words) > COMMENT_LIMIT:
        return Complaint(COMMENT_TOO_LONG, "words", {"length": len(words), "limit": COMMENT_LIMIT})
    if has_forbidden_control(words):
        return Complaint(FORBIDDEN_CHARACTERS, "words")
    return Complaint(WORDS_MISSING, "words") if is_bad(int(level)) and not words else None


def state_after(result: AskingCallResult, called_at: Collection[datetime], attempts: int) -> AskingCallState:
    """Where a call list's row stands after a call; `called_at` are all recorded calls, this one included.

    Not reached is final after so many calls, each at another hour of the day.
    """
    hours = {at.astimezone(BEIJING).hour for at in called_at}
    without_answer = AskingCallState.NOT_REACHED if len(hours) >= attempts else AskingCallState.TO_CALL
    return _SETTLES.get(result, without_answer)


def _asks_nobody(terms: Terms) -> bool:
    return terms.invitation_channels.isdisjoint({_SMS, _PHONE})


def _ends(due: ToAsk, now: datetime) -> dict[AskingEnd, bool]:
    """Why nobody is asked by any channel any more."""
    return {
        AskingEnd.REVIEWED: due.reviewed,
        AskingEnd.CASE_OVER: due.case_over,
        AskingEnd.EXPIRED: now >= due.expires_at,
    }


def _first_that_holds(ends: Mapping[AskingEnd, bool]) -> AskingEnd | None:
    return next((ended for ended, holds in ends.items() if holds), None)
