"""验收批次: what is not as its manifest says is not taken, and its source's card says so until it comes anew."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from haochaping.exchange.manifests import actions, queries
from haochaping.exchange.manifests.models import StatedBatch
from haochaping.exchange.manifests.rules import manifest_of
from haochaping.exchange.manifests.terms import Manifest
from haochaping.exchange.quality import queries as cards
from haochaping.exchange.quality.models import WithheldFigure
from haochaping.exchange.terms import RecordKind
from haochaping.flows import judge_quality
from haochaping.flows.check_manifest import check_items, finish
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, Actor, ActorKind, Scope
from haochaping.kernel.periods import BEIJING, local_day
from haochaping.kernel.refused import Refused
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from tests import worlds

if TYPE_CHECKING:
    from haochaping.exchange.quality.terms import CardRow

pytestmark = pytest.mark.usefixtures("world")
CASE = RecordKind.CASE
COUNTY = Actor(
    ActorKind.CLIENT, "9", scope=Scope(division_path=f"{worlds.PROVINCE}.{worlds.CITY}.{worlds.COUNTY}.")
)


@pytest.fixture
def now() -> datetime:
    """A Tuesday at noon."""
    return datetime(2026, 6, 2, 12, tzinfo=BEIJING)


@pytest.fixture
def world(db: None, now: datetime) -> None:
    """The directory alone."""
    worlds.build(now)


def items(*numbers: str, now: datetime) -> list[object]:
    return [worlds.case(number, now) for number in numbers]


def said(seq: int, rows: int, made_at: datetime, **changes: Any) -> Manifest:
    told = {"source": worlds.SOURCE, "seq": seq, "made_at": made_at.isoformat(), "rows": rows}
    return manifest_of(told | changes, Manifest)


def sent(
    seq: int, now: datetime, *, made_at: datetime | None = None, rows: int = 1, by: Actor = worlds.CLIENT
) -> None:
    """A batch of one case that is what its manifest says, unless its rows are not."""
    batch = check_items(items(f"YC-{seq}", now=now), said(seq, rows, made_at or now), CASE, by=by, now=now)
    worlds.take_case(f"YC-{seq}", now)
    finish(batch, by=by, now=now)


def refusal(given: list[object], manifest: Manifest, now: datetime) -> str:
    with pytest.raises(Refused) as no:
        check_items(given, manifest, CASE, by=worlds.CLIENT, now=now)
    return no.value.code


def states() -> list[tuple[int, str, str]]:
    return sorted(StatedBatch.objects.values_list("seq", "state", "code"))


def facts() -> list[object]:
    return [one.facts for one in Entry.objects.filter(kind=EntryKind.BATCH_STATED).order_by("id")]


_minutes = count()


def card(day: datetime) -> CardRow:
    """Judge a day anew, a minute after it was judged last."""
    night = day + timedelta(days=1, minutes=next(_minutes))
    judge_quality.judge_day(local_day(day), by=OPERATOR, now=night)
    return cards.history(worlds.SOURCE, local_day(day), EVERYWHERE)[0]


def broken(day: datetime) -> dict[str, int]:
    return {one.rule: one.failing for one in card(day).findings if one.rule in {"DQ-31", "DQ-32", "DQ-33"}}


def test_a_batch_that_is_what_it_says_is_taken_and_recorded(now):
    batch = check_items(items("YC-1", now=now), said(1, 1, now), CASE, by=worlds.CLIENT, now=now)
    assert (batch.known, states()) == (None, [(1, "taking", "")])
    assert facts() == []

    finish(batch, by=worlds.CLIENT, now=now)
    finish(batch, by=worlds.CLIENT, now=now)

    assert states() == [(1, "taken", "")]
    assert facts() == [{"state": "taken", "rows": "1", "code": ""}]


def test_a_batch_that_is_not_what_it_says_is_refused_and_that_is_kept_once(now):
    for _ in range(2):
        assert refusal(items("YC-1", now=now), said(1, 2, now), now) == "manifest_differs"

    assert states() == [(1, "refused", "manifest_differs")]
    assert facts() == [{"state": "refused", "rows": "2", "code": "manifest_differs"}]


def test_the_same_batch_again_is_known_and_may_go_in_again(now):
    sent(1, now)

    again = check_items(items("YC-1", now=now), said(1, 1, now), CASE, by=worlds.CLIENT, now=now)

    assert again.known is not None
    assert (again.known.seq, again.known.state) == (1, "taken")
    assert states() == [(1, "taken", "")]


def test_another_batch_under_a_number_that_was_taken_is_refused(now):
    sent(1, now)

    assert refusal(items("YC-9", now=now), said(1, 1, now), now) == "seq_of_other"

    assert states() == [(1, "refused", "seq_of_other"), (1, "taken", "")]
    assert broken(now) == {"DQ-32": 1}


def test_what_came_under_a_used_number_is_put_right_under_the_next(now):
    sent(1, now)
    refusal(items("YC-9", now=now), said(1, 1, now), now)
    sent(2, now)
    assert broken(now) == {"DQ-32": 1}, "another batch has come, and not what was refused"

    again = check_items(items("YC-9", now=now), said(3, 1, now), CASE, by=worlds.CLIENT, now=now)
    assert broken(now)["DQ-32"] == 2, "its rows are not in yet"
    finish(again, by=worlds.CLIENT, now=now)

    assert broken(now) == {}


def test_a_number_far_ahead_is_refused(now):
    assert refusal(items("YC-9", now=now), said(1001, 1, now), now) == "seq_too_far"
    assert states() == [(1001, "refused", "seq_too_far")]


def test_nobody_numbers_the_batches_of_a_platform_that_is_not_theirs(now):
    for source, code in ((worlds.SOURCE, "out_of_scope"), ("nobody", "no_such_platform")):
        with pytest.raises(Refused) as no:
            check_items([], said(1, 0, now, source=source), CASE, by=COUNTY, now=now)
        assert no.value.code == code
    assert refusal([], said(1, 0, now + timedelta(hours=1)), now) == "dated_in_future"
    assert states() == []


def test_a_missing_number_is_on_the_card_until_it_comes_however_late(now):
    sent(1, now)
    sent(3, now + timedelta(minutes=1))
    assert card(now).parts.coverage == pytest.approx(2 / 3, abs=1e-6)
    assert broken(now) == {"DQ-32": 1}

    sent(2, now + timedelta(days=2), made_at=now)

    assert (card(now).parts.coverage, broken(now)) == (1.0, {})
    assert [(one.seq, one.late) for one in queries.batches(worlds.SOURCE, limit=9)] == [
        (2, True),
        (3, False),
        (1, False),
    ]


def test_what_the_card_says_of_batches_is_listed_by_rule(now):
    sent(1, now)
    sent(3, now)
    named = card(now).findings
    day = local_day(now)

    for one in named:
        if one.rule in {"DQ-31", "DQ-32"}:
            assert judge_quality.failing_rows(worlds.SOURCE, day, one.rule) == list(one.samples), one.rule
    [row] = judge_quality.failing_rows(worlds.SOURCE, day, "DQ-32")
    assert judge_quality.failing_rows(worlds.SOURCE, day, "DQ-32", after=row) == []
    assert judge_quality.failing_rows(worlds.SOURCE, day, "DQ-33") == []
    with pytest.raises(Refused) as refused:
        judge_quality.failing_rows(worlds.SOURCE, day, "DQ-99")
    assert refused.value.code == "no_daily_rule"


def test_broken_totals_withhold_the_days_figures_until_the_batch_comes_anew(now):
    sent(1, now)
    assert refusal(items("YC-2", now=now), said(2, 3, now), now) == "manifest_differs"
    assert (card(now).parts.coverage, broken(now)) == (0.5, {"DQ-31": 1})
    held = WithheldFigure.objects.get(lifted_at__isnull=True)
    assert (held.rule, held.source, held.first_day) == ("DQ-31", worlds.SOURCE, local_day(now))

    sent(2, now + timedelta(hours=1))

    assert broken(now) == {}
    assert not WithheldFigure.objects.filter(lifted_at__isnull=True).exists()


def test_a_batch_whose_rows_did_not_all_go_in_is_on_the_card(now):
    check_items(items("YC-1", now=now), said(1, 1, now), CASE, by=worlds.CLIENT, now=now)

    assert broken(now) == {"DQ-32": 1}


def test_a_quiet_day_needs_a_batch_of_no_rows(now):
    sent(1, now)
    third, fourth = now + timedelta(days=1), now + timedelta(days=2)
    assert (card(third).parts.coverage, broken(third)) == (0.0, {"DQ-33": 1})

    quiet = check_items([], said(2, 0, fourth), CASE, by=worlds.CLIENT, now=fourth)
    finish(quiet, by=worlds.CLIENT, now=fourth)

    assert (card(fourth).parts.coverage, broken(fourth)) == (1.0, {})


def test_rows_without_a_batch_are_no_silence_and_a_day_of_rest_is_none(now):
    sent(1, now)
    third = now + timedelta(days=1)
    worlds.take_case("YC-7", third)
    saturday = now + timedelta(days=4)

    assert (card(third).parts.coverage, broken(third)) == (1.0, {})
    judge_quality.judge_day(local_day(saturday), by=OPERATOR, now=saturday + timedelta(days=1))
    with pytest.raises(Refused):
        cards.history(worlds.SOURCE, local_day(saturday), EVERYWHERE)


def test_a_source_that_numbers_nothing_is_judged_by_days_as_before(now):
    worlds.take_case("YC-1", now)
    begin = datetime.combine(local_day(now), time(), BEIJING)

    assert queries.batches_of(begin.date(), excused=set()) == {}
    assert (card(now).parts.coverage, broken(now)) == (1.0, {})


def test_a_numbering_that_was_ended_begins_anew(now):
    sent(1, now)
    assert refusal(items("YC-9", now=now), said(7, 9, now), now) == "manifest_differs"

    assert actions.end_numbering(worlds.SOURCE, by=OPERATOR, now=now) == 2
    assert actions.end_numbering(worlds.SOURCE, by=OPERATOR, now=now) == 0

    assert {"state": "ended", "batches": "2"} in facts()
    assert queries.batches(worlds.SOURCE, limit=9) == []
    assert (card(now).parts.coverage, broken(now)) == (1.0, {})
    again = check_items([], said(1, 0, now), CASE, by=worlds.CLIENT, now=now)
    assert again.known is None


def test_a_batch_of_reviews_does_not_take_the_number_of_one_of_cases(now):
    quiet = check_items([], said(1, 0, now), CASE, by=worlds.CLIENT, now=now)
    finish(quiet, by=worlds.CLIENT, now=now)

    with pytest.raises(Refused) as no:
        check_items([], said(1, 0, now), RecordKind.REVIEW, by=worlds.CLIENT, now=now)

    assert no.value.code == "seq_of_other"
