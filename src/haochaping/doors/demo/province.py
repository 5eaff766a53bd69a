"""The fictional province: a seeded generator whose cases and reviews go down the real road, day after day."""

from __future__ import annotations

import json
import os
import random
import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, connections

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import POWERS_OF, Role
from haochaping.directory import actions as directory
from haochaping.directory import queries as known
from haochaping.directory.terms import Kind
from haochaping.doors.demo import names, oddities
from haochaping.doors.demo.handling import Handler, publish
from haochaping.doors.demo.making import Maker, a_person, weight_of
from haochaping.doors.demo.places import offers, rows
from haochaping.doors.demo.sampling import ask_again
from haochaping.doors.lanes import together
from haochaping.exchange.terms import Raw
from haochaping.flows import judge_quality
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.insight import actions as insight
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, REVIEWER, Actor, ActorKind
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.ledger import actions as ledger
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import Entrance
from haochaping.rulebook import actions as rulebook
from haochaping.rulebook import queries as rulebook_queries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from haochaping.doors.demo.making import Said
    from haochaping.doors.demo.places import Offer
    from haochaping.identity.keys import PrivateKey

CASES, REVIEWS, DAYS = 200_000, 40_000, 548
_BEGUN = "[]"
# Below this size one process makes everything: a second would cost more than it saves.
_TWO_LANES_FROM = 0.1
# So many dissatisfied people even the smallest world has, or there would be nothing to see.
_LEAST_BAD = 24
_FULL_BAD = 200
_LEAST_CASES = 500
_LONGEST_STEP = 14
_WEEKEND = 5
_LATELY = 20


def accounts_file() -> Path:
    """Where the demo keeps its accounts, so that each start can show them."""
    return settings.KEYS_DIR.parent / "demo-accounts.json"


def is_begun() -> bool:
    """Whether the province, or a part of it, has been made here."""
    return known.division(names.PROVINCE[0]) is not None


def is_filled() -> bool:
    """Whether the province has been made here to its end."""
    return is_begun() and is_demo() and accounts_file().read_text(encoding="utf-8") != _BEGUN


def is_demo() -> bool:
    """Whether this installation was made as a demo, and may be thrown away."""
    return accounts_file().exists()


def holds_sample() -> bool:
    """Whether the database holds the province's people, from wherever it came: nobody else has its app."""
    return bool(known.platforms([names.APP[0]]))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the province is made: `day` of `days` done with `cases` so far; all days only when it is whole."""

    day: int
    days: int
    cases: int


@dataclass(frozen=True, slots=True)
class Lane:
    """What one process makes: the cases of some offers, `cases` in all, over the days of the period."""

    number: int
    seed: int
    offers: tuple[Offer, ...]
    cases: int
    bad_factor: float
    now: datetime
    relay_keys: Mapping[str, PrivateKey]


def fill(
    *, scale: float, seed: int, now: datetime, relay_keys: Mapping[str, PrivateKey]
) -> Iterator[Progress]:
    """Make the province; yields now and then while its days pass, and at the end.

    Its clerks call reviewers through the relay, whose keys only a command may load.
    """
    _keep_accounts(_BEGUN)
    _fill_directory(now)
    _fill_calendar(now)
    oddities.quarantine(now)
    lanes = _lanes(scale, seed, now, relay_keys)
    done = [(0, 0)] * len(lanes)
    told = -1
    for number, day, cases in together([partial(_live, lane) for lane in lanes]):
        done[number] = day, cases
        slowest = min(min(done)[0], DAYS - 1)
        if slowest > told:
            told = slowest
            yield Progress(told, DAYS, sum(n for _, n in done))
    insight.fold()
    _tidy()
    publish(now)
    ask_again(random.Random(seed), f"{names.PROVINCE[0]}.{names.CITY[0]}.", now=now)  # noqa: S311 - as in a lane
    while ledger.chain(now=now):
        pass
    insight.fold()
    judge_quality.judge_due(by=OPERATOR, now=now)
    _make_accounts(now)
    yield Progress(DAYS, DAYS, sum(n for _, n in done))


def _lanes(scale: float, seed: int, now: datetime, relay_keys: Mapping[str, PrivateKey]) -> list[Lane]:
    """One lane a city where that pays, else one for all."""
    bad_factor = max(1.0, _LEAST_BAD / max(_FULL_BAD * scale, 0.1))
    everything = offers()
    cities = [city for city, _ in names.CITIES] if scale >= _TWO_LANES_FROM else [""]
    parts = [tuple(offer for offer in everything if city in {"", offer.city}) for city in cities]
    whole = sum(offer.weight for offer in everything)
    shares = [round(CASES * scale * sum(offer.weight for offer in part) / whole) for part in parts]
    return [
        Lane(n, seed, part, cases, bad_factor, now, relay_keys)
        for n, (part, cases) in enumerate(zip(parts, shares, strict=True))
    ]


def _live(lane: Lane) -> Iterator[tuple[int, int, int]]:
    """Let the days pass for one part of the province; yields (lane, day, cases so far) after each step."""
    dice = random.Random(f"{lane.seed}/{lane.number}")  # noqa: S311 - the same seed makes the same province; nothing secret
    today = lane.now.astimezone(BEIJING).date()
    codes = {level: [tag.code for tag in reviews.indicators_in_force(level, today)] for level in (3, 4, 5)}
    maker = Maker(dice, f"YC{lane.number}", lane.offers, codes, lane.bad_factor)
    agencies = known.agencies({offer.agency for offer in lane.offers}).values()
    handler = Handler(dice, {agency.id: agency for agency in agencies}, lane.relay_keys)
    ahead: dict[int, list[Said]] = defaultdict(list)
    days = [today - timedelta(days=ago) for ago in range(DAYS, 0, -1)]
    step = min(max(_LEAST_CASES * DAYS // max(lane.cases, 1), 1), _LONGEST_STEP)
    sums = _sums(days, lane.cases)
    with connection.cursor() as cursor:
        # What is made here can be made again: no need to wait for the disk at each commit.
        cursor.execute("SET synchronous_commit TO off")
    for start in range(0, DAYS, step):
        end = min(start + step, DAYS)
        evening = datetime.combine(days[end - 1], time(20), BEIJING)
        served = []
        for n in range(start, end):
            if days[n].weekday() < _WEEKEND:
                handler.work(datetime.combine(days[n], time(20), BEIJING), lately=n >= DAYS - _LATELY)
            served += maker.cases(days[n], sums[n + 1] - sums[n], until=evening)
        if served:
            take_in_cases(
                [Raw(one.fields) for one in served], entrance=Entrance.CLIENT, by=OPERATOR, now=evening
            )
        for said in maker.reviews(served):
            ahead[max((said.at.date() - days[0]).days, end - 1)].append(said)
        _receive([said for n in sorted(ahead) if n < end for said in ahead.pop(n)], evening)
        handler.dispatch(evening + timedelta(minutes=30))
        yield lane.number, end, maker.made


def _sums(days: Sequence[date], cases: int) -> list[int]:
    """How many cases there are before each day, so that all together are exactly `cases`."""
    weights = [weight_of(day, n / len(days)) for n, day in enumerate(days)]
    whole, past, sums = sum(weights), 0.0, [0]
    for weight in weights:
        past += weight
        sums.append(round(cases * past / whole))
    return sums


def _receive(found: Sequence[Said], evening: datetime) -> None:
    by_entrance: dict[Entrance, list[Raw]] = defaultdict(list)
    for said in found:
        by_entrance[said.entrance].append(said.raw)
    for entrance, raws in by_entrance.items():
        by = REVIEWER if entrance in {Entrance.TOKEN, Entrance.UNSIGNED} else OPERATOR
        receive_reviews(raws, entrance=entrance, by=by, now=evening)


def _fill_directory(now: datetime) -> None:
    given = rows()
    given[Kind.DIVISIONS] += [dict(row) for row in known.national_divisions()]
    for kind, found in given.items():
        complaints = directory.put(kind, found, by=OPERATOR, now=now)
        if complaints:
            raise AssertionError(f"{kind}: {complaints[0]}")


def _fill_calendar(now: datetime) -> None:
    """Where no notice reaches yet the province works on days of its own, said to be made up: its orders get their dates."""
    rulebook.assume_days(
        division=names.PROVINCE[0],
        until=date(local_day(now).year + 1, 12, 31),
        reason=names.SAMPLE_CALENDAR,
        by=OPERATOR,
        now=now,
    )


def _tidy() -> None:
    """What the server does by itself some minutes after so many rows came and went; only tables' owners may."""
    owner = connections["owner" if "owner" in connections else "default"]
    with owner.cursor() as cursor:
        cursor.execute("ANALYZE" if owner.in_atomic_block else "VACUUM (ANALYZE)")


def _make_accounts(now: datetime) -> None:
    """Accounts with passwords and second factors of this installation only."""
    made = []
    for username, display_name, role, place in names.ACCOUNTS:
        password = secrets.token_urlsafe(12)
        user_id = accounts.create_staff(
            username=username,
            display_name=display_name,
            role=role,
            password=password,
            by=OPERATOR,
            now=now,
            **place,
        )
        enrolment = accounts.enrol_totp(user_id=user_id, by=OPERATOR, now=now)
        if role == Role.SYSTEM_ADMIN:
            _confirm_rules(user_id, now)
        made.append(
            {
                "username": username,
                "name": display_name,
                "role": role,
                "password": password,
                "secret": enrolment.secret,
            }
        )
    _keep_accounts(json.dumps(made, ensure_ascii=False))


def _confirm_rules(administrator_id: int, now: datetime) -> None:
    """The administrator has checked the rules in use: a demo is an installation that is in order."""
    by = Actor(
        ActorKind.STAFF,
        str(administrator_id),
        powers=frozenset(map(str, POWERS_OF[Role.SYSTEM_ADMIN])),
        scope=EVERYWHERE,
    )
    for profile in rulebook_queries.unconfirmed():
        newest = rulebook_queries.confirmation(profile).newest
        rulebook.confirm_profile(profile=profile, newest=newest, by=by, now=now)


def _keep_accounts(text: str) -> None:
    draft = accounts_file().with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    # Whole or not at all: a part of it would pass for a province that was made to its end.
    draft.rename(accounts_file())


def a_case(now: datetime) -> dict[str, object]:
    """One more completed case of the clerk's agency, for the walk-through."""
    dice = random.Random()  # noqa: S311 - any case will do; nothing secret comes from it
    mine = [offer for offer in offers() if offer.agency == names.CLERK_AGENCY and not offer.theme]
    maker = Maker(dice, "YCX", mine, {}, made=dice.randint(0, 900_000))
    # Somebody whom the agency can write to and call, or the walk would end half-way.
    return maker.case(dice.choice(mine), now).fields | {"applicant": a_person(dice)}
