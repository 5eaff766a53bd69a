"""What nobody has signed, and history, is judged like the rest, but for delays and gaps; what is in no rate withholds none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case
from haochaping.exchange import actions as exchange
from haochaping.exchange.models import QuarantinedRecord
from haochaping.exchange.quality import judging, queries
from haochaping.exchange.quality.models import WithheldFigure
from haochaping.exchange.terms import EARLY_STEP, Quarantined, Raw, RecordKind
from haochaping.flows import judge_quality
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.flows.take_in_cases import take_in_cases
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, REVIEWER
from haochaping.kernel.outcomes import OutcomeKind
from haochaping.reviews.models import Review
from haochaping.reviews.terms import Entrance
from tests import worlds
from tests.quality import clean as clean_world
from tests.quality.clean import DAY, EVENING
from tests.quality.mutations import a_thousand_and_none_bad, another_mix_of_levels

if TYPE_CHECKING:
    from haochaping.exchange.quality.terms import CardRow
    from haochaping.kernel.actor import Actor

pytestmark = pytest.mark.django_db
HALL = worlds.SOURCE
NIGHT = EVENING + timedelta(hours=9)


@pytest.fixture
def places() -> None:
    clean_world.places_of(EVENING)


def _judge() -> CardRow:
    """The card of the hall's day, after a night."""
    judge_quality.judge_day(DAY, by=OPERATOR, now=NIGHT)
    return queries.history(HALL, DAY, EVERYWHERE)[0]


def _found(card: CardRow) -> dict[str, int]:
    return {one.rule: one.failing for one in card.findings}


def _send_case(n: int, *, entrance: Entrance = Entrance.UNSIGNED, **changes: object) -> OutcomeKind:
    told = clean_world._case(HALL, n, EVENING, at_window=True) | changes
    return take_in_cases([Raw(told)], verified=False, entrance=entrance, by=OPERATOR, now=EVENING)[0].kind


def _send_orphan(entrance: Entrance, *, by: Actor = OPERATOR, **changes: object) -> None:
    told = clean_world._review(HALL, 3, EVENING, at_window=True) | changes
    outcome = receive_reviews([Raw(told)], entrance=entrance, by=by, now=EVENING)[0]
    assert outcome.kind == OutcomeKind.QUARANTINED


@pytest.mark.parametrize(
    ("entrance", "changes"),
    [
        (Entrance.HISTORY, {}),
        (Entrance.FILE, {}),
        (Entrance.UNSIGNED, {}),
        (Entrance.CLIENT, {"claimed_provenance": "bulk_import"}),
    ],
)
def test_a_review_in_no_rate_that_waits_for_its_case_withholds_none(places, entrance, changes):
    _send_orphan(entrance, **changes)

    assert _found(_judge()) == {"DQ-29": 1}
    assert not WithheldFigure.objects.exists()


def test_a_source_of_unsigned_cases_alone_has_a_card_with_what_is_wrong(places):
    for n in range(3):
        assert _send_case(n, accepted_at=None) == OutcomeKind.ACCEPTED

    card = _judge()

    assert (card.sent.cases, card.sent.timed, _found(card)) == (3, 0, {"DQ-09": 3})
    assert card.parts.timeliness is None
    assert card.grade == "B"


def test_a_source_of_unsigned_cases_that_wait_has_a_card(places):
    assert _send_case(1, item="9" * 31) == OutcomeKind.QUARANTINED

    card = _judge()

    assert (card.sent.cases_aside, _found(card)) == (1, {"DQ-05": 1})


def test_a_source_that_told_steps_alone_was_heard(places):
    step = Quarantined(
        kind=RecordKind.STEP,
        fields={"source": HALL, "case_no": "YC-1"},
        sealed={},
        digest=None,
        receipt_hash=None,
        entrance=Entrance.UNSIGNED,
        code=EARLY_STEP.code,
        field="case_no",
        params={},
        message=EARLY_STEP.message,
        remedy=EARLY_STEP.remedy,
    )
    exchange.quarantine([step], by=OPERATOR, now=EVENING)

    card = _judge()

    assert (card.parts.coverage, card.sent.cases_aside, _found(card)) == (1.0, 1, {"DQ-29": 1})


def test_what_a_visit_waits_for_is_a_case_of_its_source(places):
    """The review is its giver's; that its case is not here is what the source's address has brought."""
    _send_orphan(Entrance.UNSIGNED, by=REVIEWER)

    card = _judge()

    assert (card.sent.reviews_aside, card.sent.cases_aside, _found(card)) == (0, 1, {"DQ-29": 1})
    [sample] = card.findings[0].samples
    assert (sample.kind, sample.field) == ("record", "case.case_no")


def test_cases_nobody_vouches_for_are_neither_late_nor_missing(places):
    """History came when it came; and of cases that come with their reviews only, numbers are missing everywhere."""
    for n in (*range(10), *range(15, 30)):
        assert _send_case(n, entrance=Entrance.HISTORY) == OutcomeKind.ACCEPTED
    Case.objects.update(
        applied_at=EVENING - timedelta(days=400),
        accepted_at=EVENING - timedelta(days=400),
        completed_at=EVENING - timedelta(days=400),
        updated_at=EVENING + timedelta(days=9),
    )

    card = _judge()

    assert (card.sent.cases, _found(card)) == (25, {})


def _as_history() -> None:
    Review.objects.update(provenance="bulk_import")


@pytest.mark.parametrize(
    ("rule", "put_in"), [("DQ-25", a_thousand_and_none_bad), ("DQ-37", another_mix_of_levels)]
)
def test_imported_reviews_are_neither_too_good_nor_another_mix(rule, put_in):
    clean = clean_world.build()
    put_in(clean)
    assert judging.failing(rule, clean_world.scope(clean))

    _as_history()

    assert judging.failing(rule, clean_world.scope(clean)) == []


def test_imported_reviews_today_are_no_other_mix_than_those_before():
    clean = clean_world.build()
    another_mix_of_levels(clean)

    Review.objects.filter(assessed_at__gte=EVENING.replace(hour=0)).update(provenance="bulk_import")

    assert judging.failing("DQ-37", clean_world.scope(clean)) == []


def test_history_that_is_put_right_after_weeks_is_no_late_correction(places):
    for n in range(30):
        _send_orphan(Entrance.HISTORY, case_no=f"YC-OLD-{n}")
    QuarantinedRecord.objects.update(state="corrected", settled_at=EVENING + timedelta(days=30))

    judge_quality.judge_day(DAY, by=OPERATOR, now=NIGHT)

    assert judging.failing("DQ-38", _scope()) == []


def _scope() -> judging.Scope:
    return judge_quality._scope(queries.sources(DAY, HALL), DAY)
