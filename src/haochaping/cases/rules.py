"""办件 rules: what is kept of an age and a certificate, what is compared when the same case is sent again."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from haochaping.cases.states import precedes
from haochaping.cases.terms import (
    DATED_IN_FUTURE,
    NAMED_ELSEWHERE,
    WRONG_SEQUENCE,
    CaseStatus,
    CodeDoubt,
    Handled,
    LimitUnit,
    PersonDoubt,
    PersonKind,
)
from haochaping.directory.rules import is_uscc, item_stem, may_name
from haochaping.identity.terms import PlainPerson
from haochaping.kernel.periods import BEIJING, CLOCK_LEEWAY, in_beijing, local_day
from haochaping.kernel.refused import Complaint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from haochaping.cases.terms import NewCase
    from haochaping.directory.terms import AgencyRef, PlacedRef
    from haochaping.kernel.actor import Scope

_OLD_AGE = 60
# 居民身份证, 统一社会信用代码, 营业执照 (domain.md §2.5).
_IDENTITY_CARD, _CREDIT_CODE, _LICENCE = "111", "001", "821"
# GB 11643: the weights of the first seventeen digits and the check characters by the remainder of 11.
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECKS = "10X98765432"
_FORMER_LENGTH = 15
# What is known of a case from its beginning on.
_OF_THE_BEGINNING = ("applied_at", "accepted_at", "channel", "promised_limit", "statutory_limit")
# 数据来源 of the national bus: 1 and the two digits of the province (domain.md §2.1).
_OF_PROVINCE = re.compile(r"1([1-9][0-9])")


def is_aged_60(birth_year: int | None, now: datetime) -> bool | None:
    """The age band kept beside the sealed identity: 60 and over, or not known."""
    return None if birth_year is None else local_day(now).year - birth_year >= _OLD_AGE


def identity_check(digits: str) -> str:
    """The check character of seventeen digits of an identity number (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _IDENTITY_WEIGHTS, strict=True))
    return _IDENTITY_CHECKS[total % 11]


def person_doubt(case: NewCase) -> PersonDoubt:
    """Whether type, number and kind of the applicant contradict each other; nothing is said of a sealed person.

    Asked at intake, as nobody can ask it later: the person is sealed, and only this word is kept.
    """
    if not isinstance(case.person, PlainPerson) or not case.person.certificate_no:
        return PersonDoubt.NONE
    kind, number = case.person.certificate_type, case.person.certificate_no
    wrong = (kind == _IDENTITY_CARD and not _is_identity_no(number)) or (
        kind == _CREDIT_CODE and not is_uscc(number)
    )
    contradicted = kind in {_CREDIT_CODE, _LICENCE} and case.person_kind == PersonKind.NATURAL_PERSON
    if wrong:
        return PersonDoubt.BOTH if contradicted else PersonDoubt.CERTIFICATE
    return PersonDoubt.KIND if contradicted else PersonDoubt.NONE


def _is_identity_no(number: str) -> bool:
    if len(number) == _FORMER_LENGTH:
        return number.isascii() and number.isdecimal()
    first = number[:-1]
    if len(first) != len(_IDENTITY_WEIGHTS) or not (first.isascii() and first.isdecimal()):
        return False
    return identity_check(first) == number[-1].upper()


def code_doubt(case: NewCase) -> CodeDoubt:
    """Whether the codes that the sender wrote contradict each other; nothing is said where it wrote one alone.

    Asked at intake, as only the item that was chosen of them is kept.
    """
    said = case.said
    if said is None:
        return CodeDoubt.NONE
    named, handling = said.item.upper(), said.handling_item.upper()
    other_item = bool(named and handling) and not handling.startswith(item_stem(named))
    province = _OF_PROVINCE.fullmatch(said.data_source)
    if province and case.division[:2] != province[1]:
        return CodeDoubt.BOTH if other_item else CodeDoubt.SOURCE
    return CodeDoubt.ITEM if other_item else CodeDoubt.NONE


def digest(case: NewCase, key: bytes) -> bytes:
    """A keyed fingerprint of everything the sender said: equal again means nothing new.

    Keyed, because a bare hash of a phone number can be searched for.
    """
    return blake2b(msgspec.json.encode(case), key=key, digest_size=32).digest()


def is_overtaken(stored: datetime | None, told: datetime | None) -> bool:
    """Whether a message tells of a case as it was before what is stored; without a time on both sides nobody knows."""
    return stored is not None and told is not None and told < stored


def is_late(case: NewCase, stands: CaseStatus, heard_at: datetime) -> bool:
    """Whether a message tells of an earlier stage of a case than the one that was heard of at some moment.

    What has happened since then cannot have come before: who tells of that says that the case begins again.
    """
    latest = heard_at + CLOCK_LEEWAY
    return precedes(case.status, stands) and all(moment <= latest for _, moment in _moments(case))


def untold_beginning(case: NewCase, stands: Mapping[str, object]) -> dict[str, object]:
    """What a late message knows of the beginning of a case and nothing has told yet; `stands` has its fields by name.

    Times are left out where they contradict those that stand.
    """
    found = {name: said for name in _OF_THE_BEGINNING if not stands[name] and (said := getattr(case, name))}
    together = {name: found.get(name) or stands[name] for name, _ in _times(case)}
    times = [(name, moment) for name, moment in together.items() if isinstance(moment, datetime)]
    return {name: said for name, said in found.items() if name not in together or not _disorder(times)}


def place_complaint(field: str, named: AgencyRef | PlacedRef, scope: Scope) -> Complaint | None:
    """A sender names what lies within its scope or above it: nothing of another city's is written through a key of ours."""
    if may_name(scope, named.division_path):
        return None
    place = named.division_path.split(".")[-2]
    return Complaint(NAMED_ELSEWHERE, field, {"value": named.code, "place": place})


def time_complaint(case: NewCase, now: datetime) -> Complaint | None:
    """Nothing lies in the future, and a case is applied for, accepted, completed in that order (DQ-10).

    Clocks may differ by `CLOCK_LEEWAY`. A service may come before acceptance (guidance) or after completion (delivery).
    """
    for name, moment in _moments(case):
        if moment > now + CLOCK_LEEWAY:
            return Complaint(DATED_IN_FUTURE, name, {"field": name, "value": in_beijing(moment)})
    return _disorder([(name, moment) for name, moment in _times(case) if moment])


def _times(case: NewCase) -> tuple[tuple[str, datetime | None], ...]:
    """When a case came to each stage, with the name of the field, in the order in which they follow."""
    return (
        ("applied_at", case.applied_at),
        ("accepted_at", case.accepted_at),
        ("completed_at", case.completed_at),
    )


def _moments(case: NewCase) -> list[tuple[str, datetime]]:
    """Every moment that a message names, with the field where it stands."""
    services = [(f"occurrences[{n}].at", one.at) for n, one in enumerate(case.occurrences)]
    # A version of tomorrow would keep out every correction of today.
    named = (*_times(case), *services, ("revised_at", case.revised_at))
    return [(name, moment) for name, moment in named if moment]


def _disorder(times: Sequence[tuple[str, datetime]]) -> Complaint | None:
    """What is said of a stage that lies before the one that it follows."""
    for (before, earlier), (name, later) in pairwise(times):
        if _comes_before(later, earlier):
            found = {
                "field": name,
                "value": in_beijing(later),
                "before": before,
                "earlier": in_beijing(earlier),
            }
            return Complaint(WRONG_SEQUENCE, name, found)
    return None


def _comes_before(one: datetime, other: datetime) -> bool:
    """Whether a moment is earlier than another; midnight is a day without a time of day."""
    if one >= other:
        return False
    if one.astimezone(BEIJING).time() == time():
        return local_day(one) < local_day(other)
    return one + CLOCK_LEEWAY < other


def begun_and_completed(
    status: str, applied_at: datetime | None, accepted_at: datetime | None, completed_at: datetime | None
) -> tuple[date, date] | None:
    """From which day to which a completed case took, from its acceptance on where that is told; None where nobody knows."""
    begun = accepted_at or applied_at
    if status != CaseStatus.COMPLETED or begun is None or completed_at is None or completed_at < begun:
        return None
    return local_day(begun), local_day(completed_at)


def promise_kept(limit: str, span: tuple[date, date], worked: int | None) -> bool | None:
    """Whether a case was done within its promise, such as “5 working_day”; None without one, or beyond the calendar.

    The day of acceptance is not counted, as that of no event is here (rulebook.rules.working_time).
    """
    if not limit:
        return None
    number, _, unit = limit.partition(" ")
    (begun, completed), n = span, int(number)
    match unit:
        case LimitUnit.WORKING_DAY:
            return None if worked is None else worked <= n
        case LimitUnit.DAY:
            return (completed - begun).days <= n
        case LimitUnit.MONTH:
            return completed <= _months_after(begun, n)
        case _:
            return completed <= _months_after(begun, 12 * n)


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last one where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def handled(
    status: str,
    applied_at: datetime | None,
    accepted_at: datetime | None,
    completed_at: datetime | None,
    *,
    promised_limit: str,
    worked: int | None,
    trips: int | None,
    materials: int | None,
) -> Handled | None:
    """How a completed case was handled; None of one that is not completed, or nobody knows when."""
    if status != CaseStatus.COMPLETED or completed_at is None:
        return None
    span = begun_and_completed(status, applied_at, accepted_at, completed_at)
    in_working_days = promised_limit.endswith(f" {LimitUnit.WORKING_DAY}") and worked is not None
    return Handled(
        span[1] if span else local_day(completed_at),
        worked,
        int(promised_limit.partition(" ")[0]) if in_working_days else None,
        promise_kept(promised_limit, span, worked) if span else None,
        trips,
        materials,
    )
