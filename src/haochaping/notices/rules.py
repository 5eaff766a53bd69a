"""通知 rules: what a message may be, who may speak on which side, what a template says; when and to whom staff are told."""

from __future__ import annotations

import hashlib
import hmac
import re
import string
import unicodedata
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from haochaping.kernel.actor import ActorKind
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Complaint
from haochaping.kernel.text import has_forbidden_control
from haochaping.notices.terms import (
    ASKED_AT_MOST,
    CONTROL_CHARACTERS,
    DIGEST_TITLE,
    EMPTY_MESSAGE,
    FAREWELL,
    GREETINGS,
    LONG_MESSAGE,
    MAIL_TITLE,
    NO_CALLS_KEY,
    QUESTIONS,
    READ_HERE,
    SENTENCES,
    STAFF_SMS,
    TEXT_LIMIT,
    TO_OTHER_OFFICES,
    TO_THE_NEAREST,
    DeliveryState,
    GatewayAway,
    Heard,
    NoticeKind,
    NumberDead,
    Script,
    Side,
    Template,
)
from haochaping.rulebook.rules import is_quiet, quiet_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from uuid import UUID

    from haochaping.accounts.terms import HolderRow
    from haochaping.notices.terms import GatewayFailed

# A burst is one message: what comes within five minutes of the last message of its kind waits for their end. Long enough
# for a batch and its stragglers, short enough that nobody who was told loses a quarter of an hour. No regulation.
BURST = timedelta(minutes=5)
# A program has no attention to lose, and is to hear of an order within ten seconds (bench/notices.py).
PUSHED_TOGETHER = timedelta(seconds=5)
# domain.md §6.3: failed → retry (≤ 2) → another channel. Of other notices the queue alone says how often.
_ATTEMPTS_AT_MOST = {Template.INVITATION: 3}
# Whoever looks after the gateway has a day, or a week, to have what failed sent after all: then it is old. No regulation.
GIVEN_UP_AFTER: Mapping[Template, timedelta] = {
    template: timedelta(days=1 if template == Template.INVITATION else 7) for template in Template
}
# The digest lies in the mailbox when the office day begins.
DIGEST = time(8, 30)
_DAY = timedelta(days=1)
_REACH = 30
# Tried again after 3, 9, 27 … seconds, from the eighth time on every hour, for about a day.
_BASE_SECONDS, _LONGEST_SECONDS, MOST_TRIES = 3, 3600, 30
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LINE = re.compile(r"\+?[0-9]{3,20}")
_SEPARATORS = re.compile(r"[\s\-()]")
_SPEAKERS = {
    Side.AGENCY: frozenset({ActorKind.STAFF}),
    Side.REVIEWER: frozenset({ActorKind.REVIEWER}),
    Side.SYSTEM: frozenset({ActorKind.SYSTEM, ActorKind.OPERATOR}),
}


def may_speak(side: Side, kind: ActorKind) -> bool:
    """Whether an actor of this kind may write on this side: nobody speaks for the reviewer."""
    return kind in _SPEAKERS[side]


def text_complaint(text: str) -> Complaint | None:
    """What is wrong with a cleaned message of 1 to `TEXT_LIMIT` characters, or None."""
    if not text:
        return Complaint(EMPTY_MESSAGE, "text")
    if len(text) > TEXT_LIMIT:
        return Complaint(LONG_MESSAGE, "text", {"length": len(text), "limit": TEXT_LIMIT})
    if has_forbidden_control(text):
        return Complaint(CONTROL_CHARACTERS, "text")
    return None


def normal_line(text: str) -> str | None:
    """The one spelling of a desk phone's number that the relay rings first; None when it is none."""
    line = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    return line if _LINE.fullmatch(line) else None


def placeholders(template: Template) -> frozenset[str]:
    """The names of the values a template needs."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(SENTENCES[template]) if name)


def wording(template: Template, params: Mapping[str, str], translate: Callable[[str], str]) -> str:
    """The text of a notice in the language of `translate`."""
    return translate(SENTENCES[template]).format_map(dict(params))


def after_failure(template: Template, failure: GatewayFailed, attempts: int) -> DeliveryState:
    """What becomes of a notice that has certainly not gone out, at its so many-th attempt.

    That the gateway is away says nothing of the number: it is no retry.
    """
    if isinstance(failure, NumberDead):
        return DeliveryState.GIVEN_UP
    most = _ATTEMPTS_AT_MOST.get(template)
    spent = most is not None and attempts >= most and not isinstance(failure, GatewayAway)
    return DeliveryState.GIVEN_UP if spent else DeliveryState.FAILED


def script(template: Template, translate: Callable[[str], str]) -> Script:
    """What an automatic call says, in the language of `translate`."""
    questions = tuple(replace(one, text=translate(one.text)) for one in QUESTIONS[template])
    return Script(translate(GREETINGS[template]), questions, translate(FAREWELL))


def heard(template: Template, keys: str) -> Heard:
    """What the keys of an automatic call come to, one character for each time it asked; silence is any other character.

    A question is asked again when no key of its own was pressed, then passed over. The key for “do not ask me” ends it.
    """
    answers: dict[str, str] = {}
    pressed = list(keys)
    for question in QUESTIONS[template]:
        for attempt in range(ASKED_AT_MOST):
            if not pressed:
                return Heard(answers, question, again=attempt > 0)
            key = pressed.pop(0)
            if key == NO_CALLS_KEY:
                return Heard(answers, declined=True)
            if key in question.keys:
                answers[question.name] = key
                break
    return Heard(answers)


def is_told(
    kind: NoticeKind, holder: HolderRow, division_path: str, agency_path: str, *, caused_by: str
) -> bool:
    """Whether somebody who holds the power is told: in whose remit it lies, who did not cause it.

    What other offices decide goes to those of a division at or above it, and not to the agency it is about.
    """
    if caused_by == f"{ActorKind.STAFF}:{holder.user_id}":
        return False
    if kind not in TO_OTHER_OFFICES:
        return holder.scope.covers(division_path=division_path, agency_path=agency_path)
    own = holder.scope.agency_path
    if not own or (agency_path and agency_path.startswith(own)):
        return False
    return division_path.startswith(holder.division_path)


def of_the_nearest(kind: NoticeKind, told: Mapping[int, HolderRow]) -> dict[int, HolderRow]:
    """Of those told of what goes from office to office only the lowest level; who is everywhere stands at the top."""
    if kind not in TO_THE_NEAREST or not told:
        return dict(told)
    levels = {pk: max(one.division_path.count("."), 1) for pk, one in told.items()}
    lowest = max(levels.values())
    return {pk: one for pk, one in told.items() if levels[pk] == lowest}


def nearest(division_path: str, paths: Iterable[str]) -> str | None:
    """The nearest of these places up a division's path, itself included; None when there is none."""
    return max((path for path in paths if division_path.startswith(path)), key=len, default=None)


def digest_at(now: datetime, is_working: Callable[[date], bool | None]) -> datetime:
    """The next half past eight of a working day; a day that the calendar does not know is taken for one."""
    at = datetime.combine(local_day(now), DIGEST, BEIJING)
    if at <= now:
        at += _DAY
    for _ in range(_REACH):
        if is_working(at.date()) is not False:
            break
        at += _DAY
    return at


def retry_after(attempts: int) -> timedelta | None:
    """How long a message to staff waits after so many attempts that failed; None when it is given up and listed."""
    if attempts >= MOST_TRIES:
        return None
    return timedelta(seconds=min(_BASE_SECONDS ** min(attempts, 9), _LONGEST_SECONDS))


def is_mobile(phone: str) -> bool:
    """Whether the text is a mobile number."""
    return _MOBILE.fullmatch(phone) is not None


def mail_of(
    counts: Mapping[str, int], link: str, translate: Callable[[str], str], *, digest: bool
) -> tuple[str, str]:
    """Subject and text of a mail: what and how many, and where to read it; mail passes through other hands."""
    lines = [translate(MAIL_TITLE).format(what=what, count=count) for what, count in counts.items()]
    total = sum(counts.values())
    title = translate(DIGEST_TITLE).format(count=total) if digest else lines[0]
    return title, "\n".join([*lines, "", translate(READ_HERE).format(link=link), ""])


def sms_of(counts: Mapping[str, int], link: str, translate: Callable[[str], str]) -> str:
    """The text of a message to a phone."""
    [(what, count)] = counts.items()
    return translate(STAFF_SMS).format(what=what, count=count, link=link)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address as it is written; empty when it is none of the web."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.netloc.lower()}"


def may_be_told(url: str, allowed: Collection[str]) -> bool:
    """Whether a URL lies below one of the origins that the operator has named."""
    printable = url.isascii() and url.isprintable() and " " not in url and len(url) <= URL_LENGTH
    return printable and bool(origin := origin_of(url)) and origin in allowed


URL_LENGTH = 300


def endpoint_secret(key: bytes, endpoint_id: UUID) -> str:
    """What the requests to an endpoint are signed with: of the installation's key and the endpoint's id."""
    return hmac.new(key, endpoint_id.bytes, hashlib.sha256).hexdigest()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over `timestamp.body` in hex, under the secret as text."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def first_free_day(now: datetime, taken: Mapping[date, int], most: int, quiet: tuple[time, time]) -> datetime:
    """When a notice may go out: not in quiet hours, and on the first day on which the number has room for one more.

    `quiet` are the hours from when until when nobody is disturbed; `taken` how many messages each day has already.
    """
    begin, end = quiet
    at = _awake(now, begin, end)
    for _ in range(_REACH):
        if most <= 0 or taken.get(local_day(at), 0) < most:
            break
        at = _awake(datetime.combine(local_day(at) + _DAY, time(0), BEIJING), begin, end)
    return at


def _awake(moment: datetime, begin: time, end: time) -> datetime:
    return quiet_ends(moment, end) if is_quiet(moment, begin, end) else moment
