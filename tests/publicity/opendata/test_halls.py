"""Halls and stages in open data: columns that came later, and words that stay as hard to tell apart as before."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from random import Random
from typing import TYPE_CHECKING

import pytest

from haochaping.directory import actions as directory_actions
from haochaping.directory import queries as directory
from haochaping.directory.terms import Kind
from haochaping.flows import offer_texts
from haochaping.insight import actions as insight
from haochaping.insight.terms import FactKey, FactKind
from haochaping.kernel.actor import OPERATOR, SYSTEM
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.publicity import queries as publicity
from haochaping.publicity.models import Undecided
from haochaping.publicity.opendata import gate_queries, queries, rules
from haochaping.publicity.opendata.cursors import may_begin_after
from haochaping.publicity.opendata.queries import Asked
from haochaping.publicity.opendata.tables import HALLS, REVIEWS, SERVICES
from haochaping.publicity.opendata.terms import K
from tests import worlds
from tests.publicity.opendata.world import came
from tests.publicity.test_batches import due

if TYPE_CHECKING:
    from uuid import UUID

    from haochaping.publicity.opendata.terms import Table

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 5, 11)
MAY = datetime(2026, 5, 12, 10, 0, tzinfo=BEIJING)
STAGES = ("intake", "delivery")


@pytest.fixture(autouse=True)
def _world() -> None:
    worlds.build(MAY)
    more = [{"code": "H2", "name": "大厅二", "division": worlds.COUNTY}]
    assert directory_actions.put(Kind.HALLS, more, by=OPERATOR, now=MAY) == []


def told(table: Table, at_once: int = 10_000) -> list[dict[str, object]]:
    names = [column.name for column in table.columns]
    rows = queries.rows(table, Asked(local_day(MAY)), at_once=at_once)
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_what_came_later_stands_behind_the_number():
    """Whoever reads by position reads what they read before."""
    assert [column.name for column in REVIEWS.columns] == [
        *("day", "division", "agency", "item", "channel", "level", "provenance", "reviews"),
        *("hall", "stage"),
    ]
    assert [column.name for column in SERVICES.columns] == [
        *("day", "division", "agency", "item", "kind", "provenance", "units"),
        *("hall", "stage"),
    ]


@pytest.mark.parametrize("at_once", [1, 10_000])
def test_reviews_and_services_say_in_which_hall_and_stage(at_once):
    came(MAY, 3)
    insight.fold()
    came(MAY, 1)

    (reviews,) = told(REVIEWS, at_once)
    services = {row["kind"]: row for row in told(SERVICES, at_once)}

    assert (reviews["reviews"], reviews["hall"]) == (4, "H1")
    assert reviews["stage"] == services["occurrence"]["stage"] != ""
    assert (services["occurrence"]["units"], services["occurrence"]["hall"]) == (4, "H1")
    # A case stands at no hall.
    assert (services["case"]["hall"], services["case"]["stage"]) == ("", "")


def test_halls_are_a_table_of_the_directory():
    assert [(row["code"], row["name"], row["division"]) for row in told(HALLS, 1)] == [
        ("H1", "河湾区政务服务中心", worlds.COUNTY),
        ("H2", "大厅二", worlds.COUNTY),
    ]


@pytest.mark.parametrize(
    ("after", "may"),
    [
        (["2026-05-12"], True),
        (["2026-05-12", 1, 2, 3, "mobile", 5, "active_self", 0, ""], True),
        (["2026-05-12", 1, 2, 3, "mobile", 5, "active_self", "0", ""], False),
        (["2026-05-12", 1, 2, 3, "mobile", 5, "active_self"], False),
    ],
)
def test_a_cursor_has_hall_and_stage(after, may):
    assert may_begin_after(REVIEWS, after) == may


def counted(seed: int) -> tuple[Counter[FactKey], list[tuple[str, int, int, str]]]:
    """Services of a week of two items in three halls and two stages, and the reviews given: (item, level, hall, stage)."""
    dice = Random(seed)  # noqa: S311 - seeded, nothing secret
    found: Counter[FactKey] = Counter()
    given = []
    halls = [0, *(hall.id for hall in directory.halls(["H1", "H2"]).values())]
    for code in (worlds.ITEM, worlds.OTHER_ITEM):
        item = directory.items([code])[code]
        agency = directory.agency_by_id(item.agency_id)
        for hall in halls:
            for stage in STAGES:
                key = FactKey(
                    *(FactKind.OCCURRENCE, MONDAY, agency.division_id, agency.id, item.id),
                    *("", 0, "reported", hall, stage),
                )
                found[key] += dice.choice([0, 1, 3, 9, 12, 40])
                for level in (1, 2):
                    if found[key] and dice.randrange(3) == 0:
                        said = key._replace(
                            kind=FactKind.REVIEW, channel="mobile", level=level, provenance="active_self"
                        )
                        found[said] += 1
                        given.append((code, level, hall, stage))
    return +found, given


@pytest.mark.parametrize("seed", range(12))
def test_behind_every_text_stand_as_many_as_k_for_whoever_reads_halls_and_stages(seed):
    """Who reads the counts by hall and stage knows where a review of the text's level was given, and looks only there."""
    counts, given = counted(seed)
    insight.count(counts)

    by_level = {
        level: rules.rests(rules.passing(cells))
        for name, cells in gate_queries.of_whom_texts_may_be(MONDAY).items()
        if (level := gate_queries.LEVELS_OF[name]) in {1, 2}
    }
    place_of = {
        code: rules.place_of(
            directory.division_by_id(directory.agency_by_id(item.agency_id).division_id).path,
            directory.agency_by_id(item.agency_id).code,
            code,
        )
        for code, item in directory.items([worlds.ITEM, worlds.OTHER_ITEM]).items()
    }
    ids = {item.id: code for code, item in directory.items(list(place_of)).items()}
    behind: defaultdict[tuple[int, str], int] = defaultdict(int)
    where = set(given)
    for key, n in counts.items():
        if key.kind == FactKind.OCCURRENCE:
            for level, rest in by_level.items():
                if (ids[key.item_id], level, key.hall_id, key.stage) in where:
                    public = rules.raised(place_of[ids[key.item_id]], rest)
                    if public is not None:
                        behind[level, public] += n
    assert all(n >= K for n in behind.values()), behind


def test_a_text_of_a_hall_where_few_came_stands_elsewhere():
    """Twelve came about the item, and one of them to the second hall, where the bad review was given."""
    came(MAY, 11, level=None)
    [review_id] = came(MAY, 1, level=1, words="窗口让我跑了三趟", occurrences=[elsewhere()])
    insight.fold()

    assert cells_of(MAY)[review_id] == 1


def test_a_text_of_a_hall_where_many_came_stands_with_its_item():
    came(MAY, 11, level=None)
    [review_id] = came(MAY, 1, level=1, words="窗口让我跑了三趟")
    insight.fold()

    assert cells_of(MAY)[review_id] == 12


def elsewhere() -> dict[str, object]:
    return worlds.occurrence(1, MAY) | {"hall": "H2", "window": "", "staff": ""}


def cells_of(now: datetime) -> dict[UUID, int | None]:
    """How many a text is weighed with, by review."""
    Undecided.objects.update(offered_at=None, due_at=None, amber_at=None)
    later = due(now)
    waiting = dict(Undecided.objects.values_list("id", "review_id"))
    found = {
        waiting[pk]: n
        for batch in publicity.to_offer(later)
        for pk, n in publicity.cells(batch, later).items()
    }
    assert offer_texts.offer_due(by=SYSTEM, now=later) == len(found)
    return found
