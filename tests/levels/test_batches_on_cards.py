"""批次上卡: gaps, broken totals and silence of a peer stand on the cards of the platforms that come in its batches."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.directory import actions as directory
from haochaping.directory import queries as places
from haochaping.directory.terms import Kind
from haochaping.exchange.quality import queries
from haochaping.exchange.quality.models import WithheldFigure
from haochaping.exchange.quality.terms import Batches, Finding, Sample
from haochaping.flows import judge_quality
from haochaping.flows.take_batch import take
from haochaping.kernel.actor import EVERYWHERE, OPERATOR
from haochaping.kernel.periods import BEIJING
from haochaping.levels import actions
from haochaping.levels import queries as levels
from haochaping.levels.models import CarriedSource
from haochaping.levels.quality.queries import batches_of
from haochaping.levels.quality.rules import CameBatch, judge_batches
from haochaping.levels.terms import InState
from tests import worlds
from tests.levels import made

if TYPE_CHECKING:
    from haochaping.levels.keys import Keys

DAY = date(2026, 6, 1)
NIGHT = datetime(2026, 6, 2, 3, 0, tzinfo=BEIJING)
BEGIN = datetime(2026, 6, 1, tzinfo=BEIJING)
END = BEGIN + timedelta(days=1)
NOON = BEGIN + timedelta(hours=12)


def _came(seq: int, state: str = "merged", code: str = "", at: datetime = NOON) -> CameBatch:
    return CameBatch(seq, InState(state), code, at)


def _told(taken: int, *came: CameBatch) -> tuple[int, int, list[tuple[str, int, list[str]]]]:
    found = judge_batches("city", taken, came, begin=BEGIN, end=END)
    said = [(one.rule, one.failing, [row.value_class for row in one.samples]) for one in found.findings]
    return found.received, found.expected, said


@pytest.mark.parametrize(
    ("taken", "came", "expected"),
    [
        (2, [_came(1), _came(2)], (2, 2, [])),
        # Numbers that are missing belong to the day of the first that came after them.
        (1, [_came(1), _came(4, "staged")], (2, 4, [("DQ-32", 2, ["missing", "missing"])])),
        (1, [_came(1), _came(3, "staged", at=END + timedelta(hours=1))], (1, 1, [])),
        (0, [_came(2, "staged", at=BEGIN - timedelta(hours=30)), _came(3, "staged")], (1, 1, [])),
        # Refused, and nothing came in its place yet; once something did, it is put right.
        (0, [_came(1, "refused", "totals_differ")], (0, 1, [("DQ-31", 1, ["totals_differ"])])),
        (1, [_came(1, "refused", "totals_differ"), _came(1, at=END + timedelta(hours=1))], (0, 0, [])),
        (0, [_came(1, "refused", "unknown_schema")], (0, 1, [("DQ-35", 1, ["unknown_schema"])])),
        # A refused one is refused, not missing as well.
        (
            0,
            [_came(1, "refused", "not_a_record"), _came(2, "staged")],
            (1, 2, [("DQ-31", 1, ["not_a_record"])]),
        ),
        # A number used twice asks for no further batch under it.
        (1, [_came(1), _came(1, "refused", "other_content")], (1, 1, [("DQ-32", 1, ["other_content"])])),
        # What this version cannot read is not the sender's fault.
        (1, [_came(1), _came(2, "refused", "untaken_kind")], (1, 1, [])),
        # Silence is not zero; a heartbeat within twenty-five hours is no silence.
        (5, [], (0, 1, [("DQ-33", 1, ["silent"])])),
        (5, [_came(5, at=BEGIN - timedelta(hours=2))], (0, 1, [("DQ-33", 1, ["silent"])])),
        (5, [_came(5, at=BEGIN - timedelta(minutes=30))], (0, 0, [])),
        (5, [_came(7, "staged", at=END + timedelta(days=2))], (0, 1, [("DQ-33", 1, ["silent"])])),
    ],
)
def test_what_a_days_batches_say(taken, came, expected):
    assert _told(taken, *came) == expected


def test_samples_name_peer_and_number():
    found = judge_batches("city", 0, [_came(3, "staged")], begin=BEGIN, end=END)

    assert found == Batches(
        1,
        3,
        (
            Finding(
                "DQ-32",
                2,
                (
                    Sample("batch", "city:1", "batch", "missing"),
                    Sample("batch", "city:2", "batch", "missing"),
                ),
            ),
        ),
    )


@pytest.fixture
def key(db: None, now: datetime) -> Keys:
    worlds.build(now)
    return made.city(now)


def _judge(day: date = DAY, now: datetime = NIGHT) -> None:
    judge_quality.judge_day(day, by=OPERATOR, now=now)


def _card(day: date = DAY):
    return queries.history(worlds.SOURCE, day, EVERYWHERE)[0]


def _rules(day: date = DAY) -> dict[str, int]:
    return {one.rule: one.failing for one in _card(day).findings if one.rule in {"DQ-31", "DQ-32", "DQ-33"}}


def test_a_gap_is_on_the_card_until_the_batch_comes(key, now):
    take(made.batch(key, 1, [made.record("YC-1", now)], now), now=now)
    take(made.batch(key, 3, [made.record("YC-3", now)], now), now=now)
    _judge()
    assert (_card().parts.coverage, _rules()) == (pytest.approx(2 / 3, abs=1e-6), {"DQ-32": 1})

    take(made.batch(key, 2, [made.record("YC-2", now)], now), now=NIGHT)
    _judge(now=NIGHT + timedelta(hours=1))

    assert (_card().parts.coverage, _rules()) == (1.0, {})


def test_broken_totals_withhold_the_days_figures_until_the_batch_is_made_anew(key, now):
    take(made.batch(key, 1, [made.record("YC-1", now)], now), now=now)
    take(made.batch(key, 2, [made.record("YC-2", now)], now, bytes=3), now=now)
    _judge()
    assert (_card().parts.coverage, _rules()) == (0.5, {"DQ-31": 1})
    held = WithheldFigure.objects.get(lifted_at__isnull=True)
    assert (held.rule, held.source, held.first_day) == ("DQ-31", worlds.SOURCE, DAY)

    take(made.batch(key, 2, [made.record("YC-2", now)], NIGHT), now=NIGHT)
    _judge(now=NIGHT + timedelta(hours=1))

    assert (_card().parts.coverage, _rules()) == (1.0, {})
    assert not WithheldFigure.objects.filter(lifted_at__isnull=True).exists()


def test_a_number_used_twice_is_put_right_by_what_its_sender_makes_afterwards(key, now):
    """It sends nothing after a refusal until somebody there has looked into it, and then everything again."""
    take(made.batch(key, 1, [made.record("YC-1", now)], now), now=now)
    take(
        made.batch(key, 1, [made.record("YC-2", now)], now + timedelta(hours=1)), now=now + timedelta(hours=1)
    )
    _judge()
    assert _rules() == {"DQ-32": 1}

    take(made.batch(key, 3, [made.record("YC-3", now)], NIGHT), now=NIGHT)
    _judge(now=NIGHT + timedelta(hours=1))
    assert _rules() == {"DQ-32": 1}, "what waits for another one is not taken"

    take(made.batch(key, 2, [made.record("YC-2", now)], NIGHT), now=NIGHT)
    _judge(now=NIGHT + timedelta(hours=2))
    assert _rules() == {}


def test_a_day_without_any_batch_is_silent_and_a_heartbeat_is_not(key, now):
    take(made.batch(key, 1, [made.record("YC-1", now)], now), now=now)
    third, fourth = DAY + timedelta(days=2), DAY + timedelta(days=3)
    made_at = datetime.combine(third, datetime.min.time(), BEIJING) + timedelta(hours=10)

    _judge(third, NIGHT + timedelta(days=2))
    assert (_card(third).parts.coverage, _rules(third), _card(third).score) == (0.0, {"DQ-33": 1}, 0.0)

    # A file that was carried late: it was made on the day, and the day is judged anew.
    take(made.batch(key, 2, [], made_at), now=made_at + timedelta(days=2))
    _judge(third, NIGHT + timedelta(days=5))
    _judge(fourth, NIGHT + timedelta(days=5))

    assert (_card(third).parts.coverage, _rules(third)) == (1.0, {})
    assert (_card(third).score, _card(third).grade) == (None, None)
    assert _rules(fourth) == {"DQ-33": 1}


def _too_good(now: datetime) -> list[str]:
    _judge(now=now)
    return [row.value_class for one in _card().findings if one.rule == "DQ-25" for row in one.samples]


def test_half_a_year_without_one_order_open_below_is_too_good_as_well(key, now):
    """DQ-25: orders that are handled below and told from there are the source's as much as those that are handled here."""
    months = [datetime(2026, 5, 11, tzinfo=BEIJING) - timedelta(days=30.4 * n) for n in range(6)]

    def ended(n: int, outcome: str) -> dict[str, Any]:
        order = made.order(months[n % 6], number=f"A-{n}", state="closed", outcome=outcome)
        return made.record(f"YC-{n}", now, 2) | {"orders": [order]}

    lines = [ended(n, "explained" if n % 3 else "immediate_rectified") for n in range(60)]
    take(made.batch(key, 1, lines[:59], now), now=now)
    assert _too_good(NIGHT) == [], "nine in one of the months may well all have been put right"

    take(made.batch(key, 2, lines[59:], now), now=now)
    assert _too_good(NIGHT + timedelta(hours=1)) == ["all_rectified"]
    assert [row.field for row in judge_quality.failing_rows(worlds.SOURCE, DAY, "DQ-25")] == ["order.outcome"]

    take(made.batch(key, 3, [ended(59, "not_upheld")], now), now=now)
    assert _too_good(NIGHT + timedelta(hours=2)) == []


def test_a_platform_that_comes_otherwise_is_judged_by_days(key, now):
    take(made.batch(key, 2, [made.record("YC-1", now)], now), now=now)
    worlds.take_case("YC-9", now)
    assert batches_of(DAY) == {}

    _judge()

    assert (_card().parts.coverage, _rules()) == (1.0, {})


def test_a_platform_outside_the_peers_division_is_not_judged_by_its_batches(key, now):
    """What the province's own platform sends through a city does not make it the city's."""
    row = {"code": "province-online", "name": "云川省网上大厅", "division": worlds.PROVINCE}
    assert directory.put(Kind.PLATFORMS, [row], by=OPERATOR, now=now) == []
    line = made.record("YC-1", now)
    line["case"]["source"] = "province-online"
    take(made.batch(key, 1, [line, made.record("YC-2", now)], now), now=now)
    take(made.batch(key, 2, [made.record("YC-2", now)], now), now=now)

    [carried] = CarriedSource.objects.all()
    assert carried.platform_id == places.platforms([worlds.SOURCE])[worlds.SOURCE].id


def test_a_peer_that_was_closed_is_waited_for_no_longer(key, now):
    take(made.batch(key, 1, [made.record("YC-1", now)], now), now=now)
    peer = levels.peer("city")
    assert peer
    actions.close_peer("city", by=OPERATOR, now=now)

    assert batches_of(DAY + timedelta(days=5)) == {}
