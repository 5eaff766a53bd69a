"""监督 rules: what an alarm calls for, when an answer is due, who an urging is for."""

from __future__ import annotations

import hmac
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from heapq import nsmallest
from typing import TYPE_CHECKING
from uuid import UUID

from haochaping.directory.rules import path_above
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.ratios import Z, interval, upper
from haochaping.kernel.refused import Refused
from haochaping.rulebook.rules import due_after, is_quiet, quiet_ends
from haochaping.supervision.terms import (
    AUTOMATIC,
    LEAST_COUNTS,
    LEAST_RATES,
    NOT_A_LIST,
    DrawList,
    NewSignal,
    Rung,
    SampleAsking,
    SampleKind,
    SampleResult,
    SampleState,
    Share,
    Shown,
    SignalKind,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from haochaping.kernel.actor import Scope
    from haochaping.rulebook.rules import WorkingCalendar
    from haochaping.rulebook.terms import Terms
    from haochaping.supervision.terms import Alarm, SampleTally


# By the number that the work order's clock gives its alarm.
RUNG_OF_ALARM: dict[int, Rung] = dict(enumerate(AUTOMATIC, start=1))


def answer_due(asked_at: datetime, terms: Terms, calendar: WorkingCalendar) -> datetime | None:
    """Until when whoever is supervised or urged answers; None where the calendar does not reach."""
    return due_after(asked_at, terms.supervision_answer_days, terms.supervision_answer_unit, calendar)


def overdue_signals(alarms: Iterable[Alarm]) -> list[NewSignal]:
    """A signal for each order that is red: one for each day on which a clock ran out.

    Of a part or a voice whoever tells its alarm has raised one.
    """
    return [
        NewSignal(
            SignalKind.OVERDUE,
            alarm.division_id,
            alarm.agency_id,
            subject=str(alarm.work_order_id),
            day=local_day(alarm.due_at),
            work_order_id=alarm.work_order_id,
        )
        for alarm in alarms
        if alarm.rung == Rung.WARNING and alarm.work_order_id is not None and alarm.part_id is None
    ]


def is_office_of(scope: Scope, division_path: str) -> bool:
    """Whether somebody speaks for the office of a division: whoever is above it does not answer in its place."""
    return scope.division_path == division_path


def may_ask_above(scope: Scope) -> bool:
    """Whether there is a level above somebody's office that it could ask for help."""
    path = scope.division_path or ""
    return path_above(path) != path


def is_above(scope: Scope, division_path: str) -> bool:
    """Whether somebody supervises from above a division, not from its own office."""
    return scope.division_path not in {None, division_path} and scope.covers(division_path=division_path)


_SMS = "sms"

# States in which an answer is still taken, and those in which nobody is asked any more.
OPEN = frozenset({SampleState.TO_ASK, SampleState.ASKED, SampleState.TO_CALL})


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return month_of(month_of(month) + timedelta(days=31))


def last_month(day: date) -> date:
    """The first day of the month before a day's."""
    return month_of(month_of(day) - timedelta(days=1))


def last_day_of(month: date) -> date:
    """The last day of a month."""
    return next_month(month) - timedelta(days=1)


def begins(month: date) -> datetime:
    """The first moment of a month in Beijing."""
    return datetime.combine(month, time(0), BEIJING)


def round_ends(month: date) -> datetime:
    """When the answers about a month are counted: drawn in the month after it, asked until that one is over."""
    return begins(next_month(next_month(month)))


def last_day(month: date) -> date:
    """The last day on which answers about a month are taken."""
    return next_month(next_month(month)) - timedelta(days=1)


def seed(head: str, division: str, month: date) -> str:
    """What everybody can write down: the ledger's head before the month ended, the division's code, the month."""
    return f"{head}|{division}|{month:%Y-%m}"


TICKET_BYTES = 16


def ticket_field(kind: SampleKind, month: date) -> str:
    """The field name that a review's ticket of a draw is the ledger's key of: each draw has tickets of its own."""
    return f"sample|{month:%Y-%m}|{kind}"


def ticket(key: bytes) -> str:
    """签号: what stands for a review in a public list, 32 hexadecimal digits; it says nothing of the review."""
    return key[:TICKET_BYTES].hex()


def lot(sown: str, name: UUID | str) -> str:
    """The lot of a ticket (by the first method of a review's number); the smallest win.

    Nobody knew the seed when the review got its number and the secret that its ticket is made from.
    """
    return sha256(f"{sown}|{name}".encode()).hexdigest()


def drawn[Name: (UUID, str)](sown: str, names: Iterable[Name], size: int) -> list[Name]:
    """Those of the smallest lots, in that order."""
    return nsmallest(size, names, key=lambda name: lot(sown, name))


def population_digest(names: Iterable[UUID | str]) -> str:
    """The hash of a list whatever its order: whoever has the list can show that it is the one drawn from."""
    return sha256("\n".join(sorted(map(str, names))).encode()).hexdigest()


_LIST = re.compile(
    r"# seed (?P<seed>[0-9a-f]{64}\|[0-9]{1,12}\|[0-9]{4}-[0-9]{2})\n# size (?P<size>[0-9]{1,9})\n"
    r"# list (?P<hash>[0-9a-f]{64})\n(?P<tickets>(?:[0-9a-f]{32}\n)+)"
)


def list_text(listed: DrawList) -> str:
    """A list as it is published: seed, size and hash in three lines, then a ticket a line."""
    head = f"# seed {listed.seed}\n# size {listed.size}\n# list {listed.list_hash}\n"
    return head + "".join(f"{one}\n" for one in listed.tickets)


def read_list(text: str) -> DrawList:
    """A published list; raises `Refused(NOT_A_LIST)` for anything else. Whether its hash is right is not looked at."""
    found = _LIST.fullmatch(text.replace("\r\n", "\n"))
    if found is None:
        raise Refused(NOT_A_LIST)
    return DrawList(found["seed"], int(found["size"]), found["hash"], tuple(found["tickets"].split()))


def sample_size(kind: SampleKind, population: int, terms: Terms) -> int:
    """How many of so many reviews are called again, by the rules of the place."""
    if kind == SampleKind.BAD_CLOSED:
        return _part(population, terms.sample_bad_closed)
    enough = size_for_interval(
        population, share=terms.sample_expected_share / 100, half_width=terms.sample_half_width / 100
    )
    return min(population, max(enough, terms.sample_at_least, _part(population, terms.sample_good)))


def _part(population: int, percent: int) -> int:
    return -(-population * percent // 100)


def size_for_interval(population: int, *, share: float, half_width: float) -> int:
    """The smallest sample whose Wilson interval at this share is at most so wide; all of them where none is.

    Corrected for a finite population: of few reviews fewer tell as much.
    """
    # Half the width shrinks with every further review, so that the smallest number is found by halving.
    return bisect_left(
        range(population),
        -half_width,
        lo=min(1, population),
        key=lambda n: -_half_width(n, population, share),
    )


def _half_width(n: int, population: int, share: float) -> float:
    spread = math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    left = math.sqrt((population - n) / (population - 1)) if population > 1 else 0.0
    return left * Z * spread / (1 + Z * Z / n)


def sample_asking(one_has_number: bool, terms: Terms, *, messaged: int, now: datetime) -> SampleAsking:
    """What becomes of somebody who is due to be asked: the hours and the messages a day are those of invitations."""
    if not one_has_number:
        return SampleAsking(ended=SampleState.NOT_REACHED)
    if _SMS not in terms.invitation_channels and not terms.samples_by_phone:
        return SampleAsking(ended=SampleState.TO_CALL)
    if is_quiet(now, terms.quiet_from, terms.quiet_until):
        return SampleAsking(due=quiet_ends(now, terms.quiet_until))
    if messaged >= terms.messages_a_day:
        tomorrow = datetime.combine(local_day(now) + timedelta(days=1), time(0), BEIJING)
        quiet = is_quiet(tomorrow, terms.quiet_from, terms.quiet_until)
        return SampleAsking(due=quiet_ends(tomorrow, terms.quiet_until) if quiet else tomorrow)
    return SampleAsking(send=True, by_phone=terms.samples_by_phone, due=now + terms.sample_answer_within)


def called_this_hour(calls: Collection[datetime], now: datetime) -> bool:
    """Whether somebody was called at this hour of the day before: another call would be no further attempt."""
    return now.astimezone(BEIJING).hour in {call.astimezone(BEIJING).hour for call in calls}


def tried_enough(calls: Collection[datetime], attempts: int) -> bool:
    """Whether “not reached” is final: so many calls, each at another hour of the day."""
    return len({call.astimezone(BEIJING).hour for call in calls}) >= attempts


_LINK_VERSION, _MAC_BYTES = 1, 16
_LINK_BYTES = 1 + 16 + _MAC_BYTES


def sign_sample(sample_id: UUID, key: bytes) -> str:
    """The address part of a question: version, id, MAC; it says nothing about person, service or review."""
    body = bytes([_LINK_VERSION]) + sample_id.bytes
    mac = hmac.digest(key, b"haochaping sample:" + body, "sha256")[:_MAC_BYTES]
    return urlsafe_b64encode(body + mac).decode()


def read_sample(token: str, key: bytes) -> UUID | None:
    """The drawn review a token was signed for; None for anything we did not sign, letter by letter."""
    try:
        raw = urlsafe_b64decode(token)
    except ValueError:
        return None
    if len(raw) != _LINK_BYTES:
        return None
    sample_id = UUID(bytes=raw[1:-_MAC_BYTES])
    return sample_id if hmac.compare_digest(token, sign_sample(sample_id, key)) else None


def result_of(tally: SampleTally) -> SampleResult:
    """What is published: nothing under ten answers, counts under thirty, then shares with their intervals."""
    if tally.answered < LEAST_COUNTS:
        return SampleResult(tally, Shown.NOTHING)
    if tally.answered < LEAST_RATES:
        return SampleResult(tally, Shown.COUNTS)
    reported = again = denied = None
    gap = gap_low = gap_high = denial_bound = None
    if tally.levels >= LEAST_RATES:
        reported = _share(tally.reported, tally.levels)
        again = _share(tally.again, tally.levels)
        # Of one kind of reviews all were reported satisfied, or none: only what is said today varies.
        gap = reported.value - again.value
        gap_low, gap_high = reported.value - again.high, reported.value - again.low
    knew = tally.did + tally.did_not
    if knew >= LEAST_RATES:
        denied = _share(tally.did_not, knew)
        denial_bound = upper(tally.did_not, knew)
    return SampleResult(tally, Shown.RATES, reported, again, gap, gap_low, gap_high, denied, denial_bound)


def _share(k: int, n: int) -> Share:
    return Share(k, n, *interval(k, n))


# trust.md §3.3: one-sided p < 0.01. A threshold of ours, no regulation's.
_CHANCE = 0.01


def is_beyond_chance(everybody: int, own: int, worse: int, worse_own: int) -> bool:
    """Whether so many of one's own cases went worse that drawing them blindly from everybody's hardly gives as many.

    The hypergeometric tail: of `everybody` cases `worse` went worse, `own` are drawn, `worse_own` or more of them are.
    """
    if not worse_own:
        return False
    as_many = sum(
        math.comb(worse, n) * math.comb(everybody - worse, own - n)
        for n in range(worse_own, min(own, worse) + 1)
    )
    return as_many < _CHANCE * math.comb(everybody, own)
