"""重复报送: what was here already is counted per source and day, in the transaction of its batch, and lowers U."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction

from haochaping.exchange.quality import actions, queries
from haochaping.exchange.quality.models import RepeatedSend
from haochaping.exchange.quality.terms import RepeatKind, Sample
from haochaping.exchange.terms import Raw
from haochaping.flows import judge_quality
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, REVIEWER
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.quality import clean as clean_world
from tests.quality.clean import DAY, EVENING, ONLINE, _review

pytestmark = pytest.mark.django_db
HALL = worlds.SOURCE
NIGHT = EVENING + timedelta(hours=9)


@pytest.fixture
def clean():
    return clean_world.build()


def _said(numbers, **changes) -> list[Raw]:
    return [Raw(_review(HALL, n, EVENING, at_window=True) | changes) for n in numbers]


def _send(raws, *, entrance=Entrance.CLIENT, by=OPERATOR, now=EVENING) -> set[OutcomeKind]:
    return {outcome.kind for outcome in receive_reviews(raws, entrance=entrance, by=by, now=now)}


def _counted() -> list[tuple[str, int, int]]:
    return list(RepeatedSend.objects.order_by("id").values_list("kind", "n", "platform_id"))


def _judge(now=NIGHT) -> None:
    judge_quality.judge_due(by=OPERATOR, now=now)


def _card(source: str = HALL):
    return queries.history(source, DAY, EVERYWHERE)[0]


def test_a_batch_sent_again_is_one_row_and_lowers_unique_of_its_source_alone(clean):
    assert _send(_said(range(40))) == {OutcomeKind.DUPLICATE}
    assert _counted() == [(RepeatKind.AGAIN, 40, clean.platforms[HALL])]

    _judge()

    # 260 rows are here, 40 more came that were here already.
    hall = _card()
    assert hall.parts.uniqueness == pytest.approx(1 - 40 / 300, abs=1e-6)
    [found] = hall.findings
    assert (found.rule, found.failing, len(found.samples)) == ("DQ-15", 40, 20)
    assert found.samples[0].kind == "review"
    assert {row.id for row in found.samples} <= {str(one) for one in clean.reviews[HALL][:40]}
    assert _card(ONLINE).parts.uniqueness == 1.0


def test_other_content_under_a_known_number_is_refused_and_counted(clean):
    assert _send(_said([0], rating_value=1, indicator_codes=["109"])) == {OutcomeKind.REFUSED}

    _judge()

    [found] = _card().findings
    assert found.samples == (
        Sample("review", str(clean.reviews[HALL][0]), "review.assess_no", RepeatKind.CONFLICT),
    )


def test_a_record_that_waits_and_comes_again_is_counted(clean):
    waiting = _said([3], case_no="YC-NEVER-SENT")
    _send(waiting)
    assert _counted() == []

    assert _send(waiting) == {OutcomeKind.QUARANTINED}

    assert [(kind, n) for kind, n, _ in _counted()] == [(RepeatKind.WAITING, 1)]
    [row] = queries.repeats(DAY)[clean.platforms[HALL]].samples
    assert row.kind == "record"


@pytest.mark.parametrize(
    ("entrance", "by", "changes", "counted"),
    [
        (Entrance.FILE, OPERATOR, {}, []),
        (Entrance.FILE, OPERATOR, {"rating_value": 3, "indicator_codes": ["307"]}, [RepeatKind.CONFLICT]),
        (Entrance.HISTORY, OPERATOR, {}, []),
        (Entrance.REPORTED, OPERATOR, {}, []),
        (Entrance.TOKEN, REVIEWER, {}, []),
        (Entrance.UNSIGNED, OPERATOR, {}, []),
    ],
)
def test_what_is_not_the_sources_own_repetition_is_not_counted(clean, entrance, by, changes, counted):
    _send(_said([0], **changes), entrance=entrance, by=by)

    assert [kind for kind, _, _ in _counted()] == counted


def test_what_goes_wrong_afterwards_takes_the_count_along(clean):
    with pytest.raises(RuntimeError), transaction.atomic():
        _send(_said([0]))
        raise RuntimeError

    assert _counted() == []


def test_the_night_sums_up_a_day_that_is_over_and_says_the_same(clean):
    for n in range(25):
        _send(_said([n]))
    _send(_said([0], rating_value=1, indicator_codes=["109"]))
    before = queries.repeats(DAY)[clean.platforms[HALL]]
    actions.fold_repeats(before=DAY)
    assert len(_counted()) == 26

    actions.fold_repeats(before=DAY + timedelta(days=1))
    actions.fold_repeats(before=DAY + timedelta(days=1))

    assert sorted((kind, n) for kind, n, _ in _counted()) == [
        (RepeatKind.CONFLICT, 1),
        (RepeatKind.AGAIN, 25),
    ]
    after = queries.repeats(DAY)[clean.platforms[HALL]]
    assert after.failing == before.failing == 26
    assert [row.id for row in after.samples if row.value_class == RepeatKind.AGAIN] == [
        str(one) for one in clean.reviews[HALL][:20]
    ]


def test_a_day_on_which_nothing_new_came_has_a_card_all_the_same(clean):
    _judge()
    _send(_said(range(10)), now=EVENING + timedelta(days=1))

    judge_quality.judge_day(date(2026, 6, 2), by=OPERATOR, now=NIGHT + timedelta(days=1))

    card = queries.history(HALL, date(2026, 6, 2), EVERYWHERE)[0]
    assert (card.parts.coverage, card.parts.uniqueness, card.score) == (1.0, 0.0, 0.0)
