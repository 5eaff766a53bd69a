"""The fictional city: a seeded generator whose cases and reviews go down the real road, day after day."""

from __future__ import annotations

import json
import os
import random
import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from haochaping.accounts import actions as accounts
from haochaping.directory import actions as directory
from haochaping.directory import queries as places
from haochaping.directory.terms import Kind
from haochaping.doors.demo import names
from haochaping.exchange.terms import Raw
from haochaping.flows import handle_bad_review
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.insight import actions as insight
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, REVIEWER, SYSTEM, Actor, ActorKind
from haochaping.kernel.periods import BEIJING
from haochaping.ledger import actions as ledger
from haochaping.publicity import actions as publicity
from haochaping.publicity import queries as candidates
from haochaping.publicity.terms import Decision
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews import queries as reviews
from haochaping.reviews.terms import Entrance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CASES, DAYS = 5000, 180
_BEGUN = "[]"
_REVIEWED = 0.2
# Troubled items are rated badly far more often: something for the figures to show.
_BAD, _BAD_IN_TROUBLE = 0.02, 0.2
_TROUBLED = frozenset({"不动产转移登记", "异地就医备案"})
_CLERK = Actor(
    ActorKind.STAFF, "demo-clerk", powers=frozenset({"order.view", "order.handle"}), scope=EVERYWHERE
)
_PUBLISHER = Actor(
    ActorKind.STAFF, "demo-publisher", powers=frozenset({"publication.release"}), scope=EVERYWHERE
)


def accounts_file() -> Path:
    """Where the demo keeps its accounts, so that each start can show them."""
    return settings.KEYS_DIR.parent / "demo-accounts.json"


def is_begun() -> bool:
    """Whether the city, or a part of it, has been made here."""
    return places.division(names.CITY[0]) is not None


def is_filled() -> bool:
    """Whether the city has been made here to its end."""
    return is_begun() and is_demo() and accounts_file().read_text(encoding="utf-8") != _BEGUN


def is_demo() -> bool:
    """Whether this installation was made as a demo, and may be thrown away."""
    return accounts_file().exists()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the city is made: `day` of `days` done with `cases` so far; all days only when it is whole."""

    day: int
    days: int
    cases: int


def fill(*, scale: float, seed: int, now: datetime) -> Iterator[Progress]:
    """Make the city; yields before each day, and at the end."""
    _keep_accounts(_BEGUN)
    dice = random.Random(seed)  # noqa: S311 - the same seed makes the same city; nothing secret comes from it
    _fill_directory(now)
    days = [day for day in (now - timedelta(days=ago) for ago in range(DAYS, 0, -1)) if day.weekday() < 5]  # noqa: PLR2004
    number = 0
    for n, day in enumerate(days, start=1):
        yield Progress(n - 1, len(days), number)
        evening = datetime.combine(day.date(), time(20), BEIJING)
        cases = [_case(dice, number + k, evening) for k in range(_share(CASES * scale, n, len(days)))]
        number += len(cases)
        take_in_cases([Raw(case) for case in cases], entrance=Entrance.CLIENT, by=OPERATOR, now=evening)
        _review_day(dice, cases, evening)
        _handle_day(dice, evening)
        if n % 20 == 0 or n == len(days):
            insight.fold()
    _publish(now)
    while ledger.chain(now=now):
        pass
    insight.fold()
    _make_accounts(now)
    yield Progress(len(days), len(days), number)


def _share(total: float, n: int, days: int) -> int:
    """This day's part of the total, so that all days together make it exactly."""
    return round(total * n / days) - round(total * (n - 1) / days)


def _divisions() -> list[tuple[str, str]]:
    return [names.PROVINCE, names.CITY, *names.COUNTIES, *names.TOWNS]


def _agencies() -> list[dict[str, str]]:
    seats = [names.CITY, *names.COUNTIES[:2]]
    return [
        {"code": f"{code}_{k:02}", "name": f"{name}{department}", "division": code, "parent": "", "uscc": ""}
        for code, name in seats
        for k, department in enumerate(names.DEPARTMENTS, start=1)
    ]


def _offices() -> list[dict[str, str]]:
    return [
        {"code": code, "name": name, "division": names.CITY[0], "parent": "", "uscc": ""}
        for code, name in names.OFFICES
    ]


def _items() -> list[dict[str, str]]:
    rows = []
    for agency in _agencies():
        department = next(d for d in names.DEPARTMENTS if agency["name"].endswith(d))
        for k, name in enumerate(names.ITEMS[department], start=1):
            code = f"{agency['division']}{agency['code'][-2:]}{k:02}".ljust(31, "0")
            item_type = names.ITEM_TYPES.get(department, "20")
            rows.append({"code": code, "name": name, "item_type": item_type, "agency": agency["code"]})
    return rows


def _fill_directory(now: datetime) -> None:
    rows: Mapping[Kind, list[dict[str, str]]] = {
        Kind.DIVISIONS: [{"code": code, "name": name} for code, name in _divisions()],
        Kind.AGENCIES: [*_agencies(), *_offices()],
        Kind.ITEMS: _items(),
        Kind.PLATFORMS: [{"code": c, "name": name, "division": names.CITY[0]} for c, name in names.PLATFORMS],
        Kind.HALLS: [{"code": c, "name": name, "division": division} for c, name, division in names.HALLS],
        Kind.WINDOWS: [
            {"code": f"W{k}", "name": f"综合窗口{k}号", "hall": hall}
            for hall, _, _ in names.HALLS
            for k in range(1, names.WINDOWS_PER_HALL + 1)
        ],
        Kind.STAFF: [
            {"code": f"S{k}", "name": f"工作人员{k}", "agency": agency["code"]}
            for agency in _agencies()
            for k in range(1, 4)
        ],
    }
    for kind, found in rows.items():
        complaints = directory.put(kind, found, by=OPERATOR, now=now)
        if complaints:
            raise AssertionError(f"{kind}: {complaints[0]}")


def _case(dice: random.Random, number: int, evening: datetime) -> dict[str, object]:
    item = dice.choice(_ITEMS)
    agency = item["agency"]
    division = agency.split("_")[0]
    done = evening - timedelta(minutes=dice.randint(60, 600))
    began = done - timedelta(hours=dice.choice((0, 0, 26, 75)))
    online = dice.random() < 0.4  # noqa: PLR2004 - about as many as come to the hall
    steps = [names.OCCURRENCES[0], names.OCCURRENCES[-1]] if began != done else [names.OCCURRENCES[-1]]
    return {
        "source": "yc-online" if online else "yc-hall",
        "case_no": f"YC{evening:%Y%m%d}{number:06}",
        "item": item["code"],
        "agency": agency,
        "division": division,
        "status": "completed",
        "kind": "immediate" if began == done else "committed",
        "applied_at": began.isoformat(),
        "completed_at": done.isoformat(),
        "promised_limit": "5 working_day",
        "trips": 0 if online else 1,
        "applicant": _person(dice),
        "occurrences": [
            {
                "no": k,
                "name": name,
                "stage": stage,
                "at": (began if k == 1 else done).isoformat(),
                "channel": "web" if online else "window",
                "hall": "" if online else names.HALLS[_HALL_OF.get(division, 0)][0],
                "window": "" if online else f"W{dice.randint(1, names.WINDOWS_PER_HALL)}",
                "staff": "" if online else f"S{dice.randint(1, 3)}",
            }
            for k, (name, stage) in enumerate(steps, start=1)
        ],
    }


_HALL_OF = {"990102000000": 1, "990103000000": 2}
_ITEMS = _items()
_NAME_OF = {item["code"]: item["name"] for item in _ITEMS}


def _person(dice: random.Random) -> dict[str, object]:
    return {
        "name": dice.choice(names.FAMILY_NAMES) + dice.choice(names.GIVEN_NAMES),
        "phone": f"1990000{dice.randint(0, 9999):04}",
        "certificate_type": "111",
        "certificate_no": f"99010019{dice.randint(50, 99)}0101{dice.randint(0, 9999):04}",
        "birth_year": dice.randint(1945, 2006),
    }


def _review_day(dice: random.Random, cases: list[dict[str, object]], evening: datetime) -> None:
    """About a fifth of the cases is reviewed: most by link, some at the window; a few rows are the old default."""
    by_entrance: dict[Entrance, list[Raw]] = {Entrance.TOKEN: [], Entrance.CLIENT: []}
    for case in cases:
        if dice.random() >= _REVIEWED:
            continue
        occurrences = case["occurrences"]
        last = occurrences[-1] if isinstance(occurrences, list) else {}
        entrance, channel, claim = dice.choice(_WAYS)
        level = 4 if claim == "default_system" else _level(dice, _NAME_OF[str(case["item"])])
        codes = [tag.code for tag in reviews.active_indicators(level)] if claim != "default_system" else []
        by_entrance[entrance].append(
            Raw(
                {
                    "source": case["source"],
                    "case_no": case["case_no"],
                    "occurrence_no": last["no"],
                    "rating_value": level,
                    "indicator_codes": dice.sample(codes, min(len(codes), dice.randint(0, 2))),
                    "comment_text": _words(dice, level) if codes else "",
                    "channel": channel,
                    "assessed_at": (evening - timedelta(minutes=dice.randint(0, 50))).isoformat(),
                    "claimed_provenance": claim,
                }
            )
        )
    for entrance, raws in by_entrance.items():
        by = REVIEWER if entrance == Entrance.TOKEN else OPERATOR
        receive_reviews(raws, entrance=entrance, by=by, now=evening)


_WAYS = (
    (Entrance.TOKEN, "mobile", ""),
    (Entrance.TOKEN, "qr_code", ""),
    (Entrance.TOKEN, "sms", ""),
    (Entrance.CLIENT, "hall_pad", "active_onsite_device"),
    (Entrance.CLIENT, "hall_pad", "active_onsite_device"),
    (Entrance.CLIENT, "pc", "default_system"),
)


def _level(dice: random.Random, item: str) -> int:
    if dice.random() < (_BAD_IN_TROUBLE if item in _TROUBLED else _BAD):
        return dice.choice((1, 2))
    return dice.choices((5, 4, 3), (6, 3, 1))[0]


def _words(dice: random.Random, level: int) -> str:
    if level <= 2:  # noqa: PLR2004 - bad levels
        return dice.choice(names.COMPLAINTS)
    return dice.choice(names.PRAISE) if dice.random() < 0.3 else ""  # noqa: PLR2004


def _handle_day(dice: random.Random, evening: datetime) -> None:
    """The agencies work on their orders: most in time, some late, the newest still open."""
    handle_bad_review.dispatch_due(by=SYSTEM, now=evening + timedelta(minutes=30))
    for order in orders.inbox(_CLERK, limit=200):
        if dice.random() < 0.5:  # noqa: PLR2004 - half of the open ones take a step today
            continue
        match order.state:
            case "dispatched":
                rectification.sign_for(order.id, by=_CLERK, now=evening)
            case "signed":
                rectification.verify_by_callback(
                    order.id,
                    result="answered",
                    is_true=True,
                    is_reasonable=True,
                    note=dice.choice(names.CALL_NOTES),
                    by=_CLERK,
                    now=evening,
                )
            case "verified":
                text = dice.choice(names.RECTIFICATIONS)
                rectification.rectify(
                    order.id, outcome="immediate_rectified", text=text, by=_CLERK, now=evening
                )
            case "rectified":
                handle_bad_review.reply(order.id, dice.choice(names.REPLIES), by=_CLERK, now=evening)


def _publish(now: datetime) -> None:
    """The publisher has worked off everything but the newest texts."""
    for found in candidates.candidates(_PUBLISHER, now=now, limit=100_000)[:-12]:
        publicity.decide(found.review_id, found.part, Decision.RELEASED, by=_PUBLISHER, now=now)


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


def _keep_accounts(text: str) -> None:
    descriptor = os.open(accounts_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def a_case(now: datetime) -> dict[str, object]:
    """One more completed case of the city, at any moment, for the walk-through."""
    dice = random.Random()  # noqa: S311 - any case will do; nothing secret comes from it
    case = _case(dice, dice.randint(500_000, 999_999), now)
    item = next(item for item in _ITEMS if item["agency"] == names.CLERK_AGENCY)
    division = names.CLERK_AGENCY.split("_")[0]
    return case | {"item": item["code"], "agency": names.CLERK_AGENCY, "division": division}
