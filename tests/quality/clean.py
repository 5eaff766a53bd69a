"""A clean day: one city's hall and one online platform report cases and reviews that break no rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.cases.rules import identity_check
from haochaping.directory import actions as directory
from haochaping.directory import queries as places
from haochaping.directory.terms import Kind
from haochaping.exchange.quality.judging import Scope
from haochaping.exchange.quality.terms import Agreed
from haochaping.exchange.terms import Raw
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.kernel.periods import BEIJING
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance
from tests import worlds

if TYPE_CHECKING:
    from uuid import UUID

DAY = date(2026, 6, 1)
EVENING = datetime(2026, 6, 1, 18, 0, tzinfo=BEIJING)
ONLINE = "yuncheng-online"
CASES = 130
_CODES = {
    5: ["510", "512", "513", "517"],
    4: ["406", "408", "411", "413"],
    3: ["307", "309", "313"],
    2: ["209", "213"],
    1: ["109", "114"],
}
_WORDS = ["等得太久", "材料要了两次", "说好三天，等了两周", "窗口没人", "系统打不开", "多跑了一趟"]


@dataclass
class Clean:
    """What was made: ids of cases and reviews in the order of their numbers, by source."""

    cases: dict[str, list[UUID]] = field(default_factory=dict)
    reviews: dict[str, list[UUID]] = field(default_factory=dict)
    platforms: dict[str, int] = field(default_factory=dict)


def scope(clean: Clean, first: date = DAY, last: date = DAY) -> Scope:
    """These days, of both platforms, by the national base."""
    agreed = [
        Agreed(pk, timedelta(days=1), timedelta(days=7), 0.8, 0.05, 0.3)
        for pk in sorted(clean.platforms.values())
    ]
    return Scope(first, last + timedelta(days=1), agreed)


def identity_no(n: int) -> str:
    """An invented identity number whose check character fits."""
    digits = f"99010119900101{n % 1000:03}"
    return digits + identity_check(digits)


def places_of(now: datetime) -> dict[str, int]:
    """Where both sources lie and work; their platforms by code."""
    worlds.build(now)
    rows = {
        Kind.PLATFORMS: [{"code": ONLINE, "name": "云城市网上大厅", "division": worlds.CITY}],
        Kind.WINDOWS: [{"code": f"W{n}", "name": f"综合窗口{n}", "hall": "H1"} for n in (2, 3)],
        Kind.ITEMS: [
            {"code": f"990102{'0' * 24}{n}", "name": f"事项{n}", "item_type": "01", "agency": worlds.AGENCY}
            for n in (2, 3, 4)
        ],
    }
    for kind, found in rows.items():
        assert directory.put(kind, found, by=OPERATOR, now=now) == []
    return {code: ref.id for code, ref in places.platforms([worlds.SOURCE, ONLINE]).items()}


def build(now: datetime = EVENING) -> Clean:
    """The day, through the same road as in life."""
    clean = Clean(platforms=places_of(now))
    for source, at_window in ((worlds.SOURCE, True), (ONLINE, False)):
        raws = [Raw(_case(source, n, now, at_window=at_window)) for n in range(CASES)]
        taken = take_in_cases(raws, entrance=Entrance.CLIENT, by=OPERATOR, now=now)
        assert {outcome.kind for outcome in taken} == {OutcomeKind.ACCEPTED}
        said = [Raw(_review(source, n, now, at_window=at_window)) for n in range(CASES)]
        given = receive_reviews(said, entrance=Entrance.CLIENT, by=OPERATOR, now=now)
        assert {outcome.kind for outcome in given} == {OutcomeKind.ACCEPTED}
        clean.cases[source] = [outcome.id for outcome in taken if outcome.id]
        clean.reviews[source] = [outcome.id for outcome in given if outcome.id]
    return clean


def _done(n: int, now: datetime) -> datetime:
    # From 09:00 on, four minutes after one another.
    return now - timedelta(hours=9) + timedelta(minutes=4 * n)


def case_no(source: str, n: int) -> str:
    """The sources number their cases one after another."""
    return f"{'YC' if source == worlds.SOURCE else 'WS'}20260601{n + 1:05}"


def _case(source: str, n: int, now: datetime, *, at_window: bool) -> dict[str, object]:
    done = _done(n, now)
    began = done - timedelta(hours=3)
    where = (
        {"channel": "window", "hall": "H1", "window": f"W{n % 3 + 1}"} if at_window else {"channel": "web"}
    )
    return {
        "source": source,
        "case_no": case_no(source, n),
        "item": worlds.ITEM if n % 4 == 0 else f"990102{'0' * 24}{n % 4 + 1}",
        "agency": worlds.AGENCY,
        "division": worlds.COUNTY,
        "status": "completed",
        "kind": "committed",
        "applied_at": began.isoformat(),
        "accepted_at": (began + timedelta(minutes=15)).isoformat(),
        "completed_at": done.isoformat(),
        "promised_limit": "5 working_day",
        "applicant": {
            "name": "张小满",
            "phone": f"1390000{n:04}",
            "certificate_type": "111",
            "certificate_no": identity_no(n),
        },
        "occurrences": [{"no": 1, "name": "办结", "stage": "delivery", "at": done.isoformat(), **where}],
    }


def _review(source: str, n: int, now: datetime, *, at_window: bool) -> dict[str, object]:
    level = (5, 4, 5, 3, 4, 5, 2, 4, 3, 1)[n % 10]
    codes = _CODES[level]
    return {
        "source": source,
        "case_no": case_no(source, n),
        "occurrence_no": 1,
        "rating_value": level,
        "indicator_codes": [codes[n % len(codes)]],
        "comment_text": f"{_WORDS[n % 6]}，第{n}号" if n % 5 == 1 else "",
        "channel": "hall_pad" if at_window else "mobile",
        "assessed_at": (_done(n, now) + timedelta(seconds=20 + n * 7 % 509)).isoformat(),
        "claimed_provenance": "active_onsite_device" if at_window else "active_self",
    }


def service_of(case_id: UUID) -> ServiceOccurrence:
    """The one service of a case."""
    return ServiceOccurrence.objects.get(case_id=case_id)


def case_of(review_id: UUID) -> Case:
    """The case a review is about."""
    return Review.objects.select_related("occurrence__case").get(id=review_id).occurrence.case
