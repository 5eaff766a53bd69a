"""No false positive where every rule may speak: nine clean weeks, above all thresholds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haochaping.cases.models import Case
from haochaping.exchange.quality import judging, queries
from haochaping.exchange.quality.models import WithheldFigure
from haochaping.exchange.quality.rules import DAILY, NUMBERS
from haochaping.flows import judge_quality
from haochaping.insight.models import DivisionMonth
from haochaping.kernel.actor import EVERYWHERE, OPERATOR
from haochaping.rectification.models import WorkOrder
from haochaping.reviews.models import Review
from tests import worlds
from tests.quality import nine_weeks
from tests.quality.clean import DAY, EVENING, ONLINE, scope

pytestmark = pytest.mark.django_db
NIGHT = EVENING + timedelta(hours=9)


@pytest.fixture
def clean():
    return nine_weeks.build()


def _below_a_threshold(clean, source) -> dict[str, int]:
    """Numbers of which a source has too few, so that a rule could say nothing there, whatever the data."""
    today = Review.objects.filter(
        platform_id=clean.platforms[source], assessed_at__gte=EVENING.replace(hour=0)
    )
    former = Review.objects.filter(
        platform_id=clean.platforms[source], assessed_at__gte=EVENING - timedelta(30)
    )
    cases = Case.objects.filter(platform_id=clean.platforms[source], received_at__gte=EVENING.replace(hour=0))
    orders = WorkOrder.objects.filter(review__platform_id=clean.platforms[source])
    counted = {
        "day_reviews": today.count(),
        "timed_reviews": today.count(),
        "worded_reviews": today.count(),
        "sent_reviews": today.count(),
        "worded_bad": today.filter(level__lte=2).exclude(comment_text="").count(),
        "former_reviews": former.count(),
        "good_reviews": former.count(),
        "row_cases": cases.count(),
        "named_cases": cases.count(),
        "numbered_cases": cases.count(),
        "completed_cases": cases.count(),
        "month_orders": min(orders.filter(created_at__month=month).count() for month in (12, 1, 2, 3, 4, 5)),
    }

    assert cases.values("status").distinct().count() > 1
    return {name: n for name, n in counted.items() if n < NUMBERS[name]}


def test_nine_clean_weeks_break_no_rule(clean):
    weeks = judging.judged(scope(clean, nine_weeks.FIRST, DAY))

    assert [(one.sent, one.findings) for one in weeks if one.findings] == []
    assert len(weeks) == 2 * 63
    assert [_below_a_threshold(clean, source) for source in (worlds.SOURCE, ONLINE)] == [{}, {}]
    last = scope(clean, DAY - timedelta(days=1), DAY)
    found = {rule.id: judging.failing(rule.id, last) for rule in DAILY}
    assert {rule: rows[:3] for rule, rows in found.items() if rows} == {}

    judge_quality.judge_day(DAY, by=OPERATOR, now=NIGHT)
    assert [(one.score, one.grade, one.findings) for one in queries.cards(EVERYWHERE, day=DAY)] == [
        (100.0, "A", ())
    ] * 2
    assert DivisionMonth.objects.exists()
    assert judge_quality.judge_counters(DAY, by=OPERATOR, now=NIGHT) == 0
    assert not WithheldFigure.objects.exists()


def test_there_the_rules_with_thresholds_can_speak(clean):
    """DQ-25 and DQ-37 need more than a day: all good, all put right, another mix."""
    platform_id = clean.platforms[ONLINE]
    of_source = Review.objects.filter(platform_id=platform_id)
    of_source.filter(level__lt=3).update(level=4, indicator_codes=["406"])
    orders = WorkOrder.objects.filter(review__platform_id=clean.platforms[worlds.SOURCE], state="signed")
    for order in orders:
        order.state, order.outcome = "closed", "explained"
        order.verified_at = order.rectified_at = order.replied_at = order.closed_at = order.signed_at
        order.save()
    of_source.filter(assessed_at__gte=EVENING.replace(hour=0)).update(channel="pc")

    judged = judging.judged(scope(clean))

    found = {
        (one.sent.platform_id, finding.rule, s.field)
        for one in judged
        for finding in one.findings
        for s in finding.samples
    }
    assert found == {
        (platform_id, "DQ-25", "review.level"),
        (platform_id, "DQ-37", "review.channel"),
        (clean.platforms[worlds.SOURCE], "DQ-25", "order.outcome"),
    }
