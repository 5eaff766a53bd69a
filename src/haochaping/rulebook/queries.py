"""规则库 reads: the terms that hold for a division on a day and why, the working calendar, and what the console shows."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection
from django.db.models import Max

from haochaping.directory import queries as directory
from haochaping.kernel.periods import local_day
from haochaping.kernel.refused import Refused
from haochaping.kernel.two_persons import TwoPersonState
from haochaping.postgres.together import Asked, together
from haochaping.rulebook.models import (
    CalendarDay,
    CalendarOverlay,
    Profile,
    ProfileChoice,
    RuleConfirmation,
    RuleProposal,
    RuleValue,
)
from haochaping.rulebook.rules import WorkingCalendar, overlaid, terms_of, years_incomplete
from haochaping.rulebook.terms import (
    UNKNOWN_PROFILE,
    Change,
    ChoiceRow,
    ConfirmationRow,
    OverlayRow,
    Overview,
    ProfileRow,
    ProposedChange,
    RefusedChange,
    ValueRow,
    Verified,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date, datetime, time

    from haochaping.kernel.actor import Actor
    from haochaping.rulebook.terms import Terms

type _Said = tuple[str, date, bool | None]

BASE = "cn-base"
# The longest deadline is 15 working days; a span of long holidays and weekends fits well within this.
_REACH = timedelta(days=90)
# So long ago at most the clocks of most open orders began.
_BACK = timedelta(days=60)
# As far as the longest promise to a person reaches at the end of a year (a suggestion's 30 working days); in most years
# the State Council has spoken by then.
_AHEAD = timedelta(days=45)
_VERSION = resources.files("haochaping.rulebook").joinpath("sql/version.sql").read_text(encoding="utf-8")
_IN_FORCE = resources.files("haochaping.rulebook").joinpath("sql/in_force.sql").read_text(encoding="utf-8")
# Of every day what is known everywhere, and what divisions say of it, older versions first.
_DAYS = """
    SELECT NULL AS code, day, is_working, 0 AS version
      FROM rulebook_calendar_day WHERE day BETWEEN %(first)s AND %(last)s
     UNION ALL
    SELECT place.code, said.day, said.is_working, said.version
      FROM rulebook_calendar_overlay AS said JOIN directory_division AS place ON place.id = said.division_id
     WHERE place.code = ANY(%(codes)s::text[]) AND said.day BETWEEN %(first)s AND %(last)s
     ORDER BY version
"""
_VALUE = (
    "profile__code",
    "key",
    "value",
    "unit",
    "source",
    "verified",
    "effective_from",
    "effective_to",
    "version",
)


def terms_for(division_path: str, day: date) -> Terms:
    """The terms in force for a division: the nearest profile up its path, filled from its parents up to the base.

    Raises:
        Refused: NO_RULES when a value is missing.
    """
    return terms_of_each([division_path], day)[division_path]


def terms_of_each(division_paths: Iterable[str], day: date) -> dict[str, Terms]:
    """The terms of many divisions, as a batch of reviews or cases needs them: asked once for all whom no profile tells apart."""
    return {path: terms for (path, _), terms in terms_on_days((path, day) for path in division_paths).items()}


def terms_on_days(asked: Iterable[tuple[str, date]]) -> dict[tuple[str, date], Terms]:
    """The same of divisions each on a day of its own, by path and day: as a list of orders needs those of their first days."""
    wanted = set(asked)
    if not wanted:
        return {}
    version = _version({path for path, _ in wanted}, max(day for _, day in wanted))
    heard = _heard_of(version)
    found = {}
    for path, day in wanted:
        told_apart_by = tuple(code for code in _codes(path) if code in heard)
        found[path, day] = replace(_known(version, told_apart_by, day), division_path=path)
    return found


def terms_for_division(division_id: int, day: date) -> Terms:
    """The same, by the division's id."""
    return terms_for(directory.division_by_id(division_id).path, day)


def terms_for_divisions(division_ids: Iterable[int], day: date) -> dict[int, Terms]:
    """The terms of several divisions, by their ids."""
    paths = {pk: ref.path for pk, ref in directory.divisions_by_id(division_ids).items()}
    terms = terms_of_each(paths.values(), day)
    return {pk: terms[path] for pk, path in paths.items()}


class _Held:
    """What was asked for the length of a step: the version of the rules, and the calendars of its places."""

    def __init__(self) -> None:
        self.version: tuple[object, ...] | None = None
        self.calendars: dict[str, Calendars] = {}


_held: ContextVar[_Held | None] = ContextVar("rules", default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """Inside, rules and calendar are those that held when they were first asked for, which is done with one question."""
    before = _held.set(_Held())
    try:
        yield
    finally:
        _held.reset(before)


def _version(division_paths: Collection[str], day: date) -> tuple[object, ...]:
    """What changes with every change of the rules, because rows are added and none is overwritten."""
    version, held = Asked(_VERSION, lambda rows: tuple(*rows)), _held.get()
    if held is None:
        return version.answer
    if held.version is None:
        wanted = Calendars(division_paths, day - _BACK, day + _BACK + _REACH)
        together(version, wanted.asked)
        held.version = version.answer
        held.calendars = dict.fromkeys(division_paths, wanted)
    return held.version


@lru_cache(maxsize=4)
def _heard_of(_version: tuple[object, ...]) -> frozenset[str]:
    """The divisions that the rulebook has ever heard of: the others hold what is above them."""
    chosen = ProfileChoice.objects.values_list("division__code", flat=True)
    named = Profile.objects.values_list("jurisdiction", flat=True)
    return frozenset([*chosen, *named])


@lru_cache(maxsize=4096)
def _known(_version: tuple[object, ...], codes: tuple[str, ...], day: date) -> Terms:
    followed, rows = _in_force(codes, day)
    return terms_of(
        followed, {row.key: row.value for row in rows}, day, units={row.key: row.unit for row in rows}
    )


def explain(division_path: str, day: date) -> list[ValueRow]:
    """The rows behind `terms_for`, one a key: which profile each comes from, by which division that profile holds."""
    return _in_force(_codes(division_path), day)[1]


def _in_force(codes: Sequence[str], day: date) -> tuple[str, list[ValueRow]]:
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, {"codes": list(codes), "day": day, "base": BASE})
        found = cursor.fetchall()
    followed = found[0][-1] if found else None
    return followed or BASE, [_value(row[:-1]) for row in found]


def _value(row: Sequence[Any]) -> ValueRow:
    *said, verified, first, last, version, through = row
    profile, key, value, unit, source = said
    return ValueRow(profile, key, value, unit, source, Verified(verified), first, last, version, through)


def _codes(division_path: str) -> list[str]:
    return [code for code in division_path.split(".") if code]


def calendar(terms: Terms, begun: date, *, to: date | None = None) -> WorkingCalendar:
    """The working calendar of the terms' division from a day on, far enough for every deadline begun until `to`."""
    last, held = (to or begun) + _REACH, _held.get()
    known = held.calendars.get(terms.division_path) if held else None
    if known is None or not known.first <= begun <= last <= known.last:
        known = Calendars([terms.division_path], begun, last)
        if held:
            held.calendars[terms.division_path] = known
    return known.of(terms)


class Calendars:
    """The working calendars of divisions from one day to another; `asked` can go with other reads."""

    def __init__(self, division_paths: Iterable[str], first: date, last: date) -> None:
        self.first, self.last = first, last
        codes = sorted({code for path in division_paths for code in _codes(path)})
        self.asked = Asked(_DAYS, _days_told, {"codes": codes, "first": first, "last": last})
        self._made: dict[tuple[str, time, time], WorkingCalendar] = {}

    def of(self, terms: Terms) -> WorkingCalendar:
        """That of one of the divisions, by its terms; made once, for its days are counted once."""
        key = terms.division_path, terms.workday_start, terms.workday_end
        if key not in self._made:
            days = self.working(terms.division_path)
            self._made[key] = WorkingCalendar(days, terms.workday_start, terms.workday_end)
        return self._made[key]

    def working(self, division_path: str) -> dict[date, bool]:
        """Which days are worked in one of the divisions, as far as is known."""
        (known, said), codes = self.asked.answer, _codes(division_path)
        return overlaid(known, [row for row in said if row[0] in codes], codes)


def _days_told(rows: Iterable[Sequence[Any]]) -> tuple[dict[date, bool], list[_Said]]:
    known: dict[date, bool] = {}
    said: list[_Said] = []
    for code, day, works, _ in rows:
        if code is None:
            known[day] = works
        else:
            said.append((code, day, works))
    return known, said


def national_year(year: int) -> list[tuple[date, bool, str]]:
    """The days of a year that the national calendar knows: day, whether it is worked, the name of its holiday."""
    days = CalendarDay.objects.filter(day__year=year).order_by("day")
    return list(days.values_list("day", "is_working", "note"))


def last_calendar_day() -> date | None:
    """The last day the calendar knows."""
    return CalendarDay.objects.order_by("-day").values_list("day", flat=True).first()


def years_missing(now: datetime) -> list[int]:
    """The years that a deadline begun today is likely to reach and of which the calendar lacks a day."""
    first = local_day(now)
    last = first + _AHEAD
    known = CalendarDay.objects.filter(day__range=(first, last)).values_list("day", flat=True)
    return years_incomplete(known, first, last)


def is_installed() -> bool:
    """Whether the national base is there."""
    return Profile.objects.filter(code=BASE).exists()


def profiles() -> list[ProfileRow]:
    """Every profile, the base first."""
    rows = Profile.objects.order_by("id").values_list(
        "code", "name", "parent__code", "jurisdiction", "historical_only", "source", "effective_from"
    )
    return [
        ProfileRow(code, name, parent or "", jurisdiction, not historical, source, since)
        for code, name, parent, jurisdiction, historical, source, since in rows
    ]


def profile(code: str) -> ProfileRow:
    """One profile; raises `Refused(UNKNOWN_PROFILE)` naming those that can be chosen."""
    known = {row.code: row for row in profiles()}
    if code not in known:
        choices = ", ".join(row.code for row in known.values() if row.may_choose)
        raise Refused(UNKNOWN_PROFILE, field="profile", value=code, choices=choices)
    return known[code]


def place_of(found: ProfileRow) -> str:
    """The path of the division whose administrators keep a profile: that of its own place; "" for the whole house.

    The law of a place that is not in the directory, and what no place is the only one to follow, is everybody's.
    """
    place = directory.division(found.jurisdiction) if found.jurisdiction else None
    return place.path if place else ""


def values(profile_code: str) -> list[ValueRow]:
    """Every row of a profile, also those no longer or not yet in force: by key, the newest first."""
    rows = (
        RuleValue.objects.filter(profile__code=profile_code)
        .order_by("key", "-effective_from", "-version")
        .values_list(*_VALUE)
    )
    return [_value((*row, "")) for row in rows]


def confirmation(profile_code: str) -> ConfirmationRow:
    """How far one profile is confirmed."""
    last = RuleConfirmation.objects.filter(profile__code=profile_code).order_by("-last_value", "-id").first()
    ids = RuleValue.objects.filter(profile__code=profile_code).values_list("id", flat=True)
    waiting = [pk for pk in ids if last is None or pk > last.last_value]
    return ConfirmationRow(
        profile_code, max(ids, default=0), len(waiting), last.at if last else None, last.actor if last else ""
    )


def choices() -> list[ChoiceRow]:
    """Every assignment of a profile to a division, also replaced ones: by division, the newest first."""
    rows = ProfileChoice.objects.order_by("division__code", "-effective_from", "-version")
    return [
        ChoiceRow(*row)
        for row in rows.values_list("division__code", "profile__code", "effective_from", "version")
    ]


def overview() -> Overview:
    """The profiles with what of them is in use here, and what of that an administrator has not confirmed.

    In use are the profiles that divisions were assigned, those of places in the directory, and what these fill from.
    """
    rows = {row.code: row for row in profiles()}
    said = choices()
    places = directory.divisions(row.jurisdiction for row in rows.values() if row.jurisdiction)
    here = [row.code for row in rows.values() if row.jurisdiction in places]
    used: set[str] = set()
    ahead = [BASE, *(choice.profile for choice in said), *here]
    while ahead:
        row = rows.get(ahead.pop())
        if row and row.code not in used and row.may_choose:
            used.add(row.code)
            ahead += [row.parent] if row.parent else []
    newest = RuleValue.objects.values_list("profile__code").annotate(last=Max("id")).order_by("profile__code")
    seen = dict(
        RuleConfirmation.objects.values_list("profile__code").annotate(last=Max("last_value")).order_by()
    )
    waiting = [code for code, last in newest if code in used and last > seen.get(code, 0)]
    return Overview(list(rows.values()), said, used, waiting)


def unconfirmed() -> list[str]:
    """The profiles in use of which an administrator has not confirmed every value, by code."""
    return overview().unconfirmed


def change_of(said: object) -> Change:
    """A proposed change as it stands in its row."""
    change: Change = msgspec.convert(said, type=Change)
    return change


def proposals() -> list[ProposedChange]:
    """What waits for a second person, the oldest first."""
    rows = RuleProposal.objects.filter(state=TwoPersonState.PROPOSED).order_by("id")
    return [
        ProposedChange(
            row.pk,
            change_of(row.said),
            row.division_path,
            row.proposed_by,
            row.proposed_staff,
            row.proposed_at,
        )
        for row in rows
    ]


def refused_changes(by: Actor, since: datetime) -> list[RefusedChange]:
    """What somebody has proposed and others refused since then, the latest first."""
    rows = RuleProposal.objects.filter(
        state=TwoPersonState.REFUSED, proposed_by=str(by), decided_at__gte=since
    ).order_by("-id")
    columns = ("said", "refusal", "decided_by", "decided_at")
    return [RefusedChange(change_of(said), *rest) for said, *rest in rows.values_list(*columns)]


def overlay(year: int) -> list[OverlayRow]:
    """What divisions have said of days of a year, also replaced and withdrawn: by day and division, the newest first."""
    rows = CalendarOverlay.objects.filter(day__year=year).order_by("day", "division__code", "-version")
    return [
        OverlayRow(*row)
        for row in rows.values_list("division__code", "day", "is_working", "reason", "version")
    ]
