"""A county with figures to report about: two agencies that differ, one with few reviews, all of them counted in May."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from haochaping.directory import actions as directory
from haochaping.directory import queries as places
from haochaping.directory.terms import Kind
from haochaping.flows import make_circular
from haochaping.insight import actions as insight
from haochaping.insight.terms import FactKey, FactKind
from haochaping.kernel.actor import OPERATOR, Actor, ActorKind, Scope
from haochaping.publicity.circulars import actions
from haochaping.publicity.circulars.terms import Block, CircularMove
from tests import worlds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from haochaping.publicity.circulars.terms import Figures

WRITER = Actor(
    ActorKind.STAFF,
    "11",
    powers=frozenset({"circular.write"}),
    scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}."),
    staff_ids=frozenset({501}),
)
SECOND = replace(WRITER, id="12", staff_ids=frozenset({502}))
ELSEWHERE = replace(WRITER, id="13", scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.OTHER_CITY}."))
GOOD_AGENCY, SMALL_AGENCY = "990102000000_CCC", "990102000000_DDD"
GOOD_ITEM, SMALL_ITEM = "9901020000000000000000000000003", "9901020000000000000000000000004"
MAY = date(2026, 5, 1)
DAY = date(2026, 5, 12)
K = FactKind
# By agency: (kind, level, provenance) and how many.
COUNTED: dict[str, dict[tuple[str, int, str], int]] = {
    worlds.AGENCY: {
        (K.REVIEW, 5, "active_self"): 200,
        (K.REVIEW, 1, "active_self"): 40,
        (K.REVIEW, 5, "default_system"): 13,
        (K.MISTAKEN, 1, "active_self"): 2,
        (K.CASE, 0, "reported"): 12_345,
        (K.OCCURRENCE, 0, "reported"): 13_000,
        (K.REVIEWED, 0, ""): 239,
        (K.ORDER, 0, ""): 40,
        (K.RECTIFIED, 0, ""): 31,
    },
    GOOD_AGENCY: {
        (K.REVIEW, 5, "active_self"): 298,
        (K.REVIEW, 2, "active_self"): 2,
        (K.CASE, 0, "reported"): 800,
        (K.OCCURRENCE, 0, "reported"): 820,
        (K.REVIEWED, 0, ""): 300,
    },
    SMALL_AGENCY: {
        (K.REVIEW, 4, "active_self"): 2,
        (K.REVIEW, 1, "active_self"): 1,
        (K.CASE, 0, "reported"): 9,
        (K.OCCURRENCE, 0, "reported"): 9,
        (K.REVIEWED, 0, ""): 3,
    },
}


def build(now: datetime) -> None:
    """Put the county into the directory and its figures into the facts."""
    worlds.build(now)
    for code, name, item in (
        (GOOD_AGENCY, "河湾区人力资源局", GOOD_ITEM),
        (SMALL_AGENCY, "河湾区档案局", SMALL_ITEM),
    ):
        row = {"code": code, "name": name, "division": worlds.COUNTY, "parent": "", "uscc": ""}
        assert directory.put(Kind.AGENCIES, [row], by=OPERATOR, now=now) == []
        row = {"code": item, "name": f"{name}事项", "item_type": "01", "agency": code}
        assert directory.put(Kind.ITEMS, [row], by=OPERATOR, now=now) == []
    for agency, counts in COUNTED.items():
        count(agency, counts)


def count(agency: str, counts: Mapping[tuple[str, int, str], int], day: date = DAY) -> None:
    """Count more of an agency's only item."""
    county = places.division(worlds.COUNTY)
    assert county is not None
    at = places.agencies([agency])[agency]
    (item,) = places.items_of_agency(at.id)
    insight.count(
        Counter(
            {
                FactKey(kind, day, county.id, at.id, item.id, "hall_pad", level, provenance): n
                for (kind, level, provenance), n in counts.items()
            }
        )
    )


def words(_figures: Figures) -> dict[Block, str]:
    """First texts that say nothing of themselves."""
    return {Block.INTRODUCTION: "概况", Block.FINDINGS: "发现", Block.DEMANDS: ""}


def made(now: datetime, *, by: Actor = WRITER, code: str = worlds.COUNTY) -> UUID:
    """The draft of the county's circular for May."""
    return make_circular.make_monthly(code, MAY, words=words, by=by, now=now)


def submitted(now: datetime, *, by: Actor = WRITER) -> UUID:
    """One whose texts are written, and that waits for a second person."""
    circular = made(now, by=by)
    actions.write(circular, Block.DEMANDS, "限期整改", seen=1, by=by, now=now)
    actions.move(circular, CircularMove.SUBMIT, by=by, now=now)
    return circular


def signed(now: datetime) -> UUID:
    """One that a second person has signed."""
    circular = submitted(now)
    actions.move(circular, CircularMove.SIGN, by=SECOND, now=now)
    return circular
